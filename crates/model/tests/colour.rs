//! The colour rule is total, and first match wins, as `product.md` says it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use tovholder_model::{Colour, ColourInputs, Reason, Status, colour_of};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn date() -> impl Strategy<Value = Option<NaiveDate>> {
    prop::option::of((0..800_u64).prop_map(|days| day("2018-01-01") + Days::new(days)))
}

fn inputs() -> impl Strategy<Value = ColourInputs> {
    let status = prop::sample::select(Status::ALL.to_vec());
    let role = prop::option::of(Just("Projektejer".to_owned()));
    let late = prop::collection::vec(Just("KLIK-1".to_owned()), 0..2);
    (status, date(), date(), any::<[bool; 3]>(), role, late).prop_map(
        |(status, start, deadline, flags, empty_role, late)| ColourInputs {
            status,
            start,
            deadline,
            action_needed: flags[0],
            has_responsible: flags[1],
            has_performer: flags[2],
            empty_role,
            late_prerequisites: late,
        },
    )
}

proptest! {
    #[test]
    fn every_task_has_a_colour_and_a_reason_for_it(inputs in inputs(), today in 0..900_u64) {
        let today = day("2018-01-01") + Days::new(today);
        let coloured = colour_of(&inputs, today);
        prop_assert!(!coloured.reasons.is_empty());
        let passed = inputs.deadline.is_some_and(|deadline| deadline < today);
        let ahead = inputs.start.is_some_and(|start| start > today);
        let red = passed || inputs.status == Status::CannotMeetDeadline;
        let expected = match () {
            () if inputs.status.is_done() => Some(Colour::Done),
            () if red => Some(Colour::Red),
            () if inputs.action_needed => Some(Colour::Yellow),
            () if ahead => Some(Colour::Grey),
            () => None,
        };
        match expected {
            Some(colour) => prop_assert_eq!(coloured.colour, colour),
            None => prop_assert!(matches!(coloured.colour, Colour::Yellow | Colour::Green)),
        }
        let quiet = inputs.has_responsible && inputs.has_performer && inputs.empty_role.is_none()
            && inputs.late_prerequisites.is_empty();
        if expected.is_none() && !quiet {
            prop_assert_eq!(coloured.colour, Colour::Yellow);
        }
    }
}

#[test]
fn the_edges_are_where_the_brief_puts_them() {
    let complete = ColourInputs { has_responsible: true, has_performer: true, ..ColourInputs::default() };
    let with = |change: &dyn Fn(&mut ColourInputs)| {
        let mut inputs = complete.clone();
        change(&mut inputs);
        inputs
    };
    let today = day("2018-06-15");
    let colour = |inputs: &ColourInputs| colour_of(inputs, today).colour;
    assert_eq!(colour(&complete), Colour::Green, "without a deadline a task never turns red by date");
    assert_eq!(colour(&with(&|task| task.deadline = Some(day("2018-06-14")))), Colour::Red);
    let due_today = with(&|task| task.deadline = Some(today));
    assert_eq!(colour_of(&due_today, today).reasons, [Reason::DeadlineNear { days: 0, deadline: today }]);
    assert_eq!(colour(&with(&|task| task.deadline = Some(day("2018-06-29")))), Colour::Yellow, "14 days");
    assert_eq!(colour(&with(&|task| task.deadline = Some(day("2018-06-30")))), Colour::Green, "15 days");
    let begun = with(&|task| {
        task.deadline = Some(day("2018-06-16"));
        task.status = Status::InProgress;
    });
    assert_eq!(colour(&begun), Colour::Green, "near but begun");
    assert_eq!(colour(&with(&|task| task.start = Some(day("2018-06-16")))), Colour::Grey);
    assert_eq!(colour(&with(&|task| task.start = Some(today))), Colour::Green, "its start date has come");
    let late_and_done = with(&|task| {
        task.deadline = Some(day("2018-01-01"));
        task.status = Status::Completed;
    });
    assert_eq!(colour(&late_and_done), Colour::Done);
    let hopeless = with(&|task| {
        task.start = Some(day("2019-01-01"));
        task.status = Status::CannotMeetDeadline;
    });
    assert_eq!(colour(&hopeless), Colour::Red, "said, though its start is ahead");
    let wanted = with(&|task| {
        task.start = Some(day("2019-01-01"));
        task.action_needed = true;
    });
    assert_eq!(colour(&wanted), Colour::Yellow, "action needed comes before grey");
}
