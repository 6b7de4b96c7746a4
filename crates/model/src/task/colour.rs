//! KLIK's colours as one pure function of a task's inputs and today's date.
//!
//! Source: KOMBIT's slides for programme leaders, May/June 2018 (*KLIK-logik og betydningen af grøn, gul og rød*), and
//! `product.md`, *KLIK's colours*, for the triggers that are ours. The first match wins. A colour is never stored, so it
//! cannot conflict and cannot go stale.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::words::{Colour, Status};

/// Days to the deadline from which a task that nobody has begun turns yellow (`product.md`).
pub const DAYS_NOT_BEGUN_MAX: i64 = 14;

/// What the colour depends on, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColourInputs {
    /// The task's status.
    pub status: Status,
    /// First day it can be solved; none means at once.
    pub start: Option<NaiveDate>,
    /// Last day it can be solved, that day included.
    pub deadline: Option<NaiveDate>,
    /// Someone said that action is needed.
    pub action_needed: bool,
    /// An *ansvarlig* is named.
    pub has_responsible: bool,
    /// An *udfører* is named.
    pub has_performer: bool,
    /// The role the task waits for is needed in the project and nobody holds it: its name.
    pub empty_role: Option<String>,
    /// Ids of tasks linked as prerequisites that are late.
    pub late_prerequisites: Vec<String>,
}

/// One trigger of a colour, in a form that the message catalogue turns into words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Reason {
    /// The task is completed.
    Completed,
    /// The task is not relevant here.
    NotRelevant,
    /// The deadline has passed.
    DeadlinePassed {
        /// Whole days since the deadline, at least 1.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        days: i64,
        /// The deadline that passed.
        deadline: NaiveDate,
    },
    /// Someone said that the deadline cannot be met.
    CannotMeetDeadline,
    /// Someone said that action is needed.
    ActionNeeded,
    /// The start date is ahead.
    NotStartedYet {
        /// The start date.
        start: NaiveDate,
    },
    /// Nobody is responsible.
    NoResponsible,
    /// Nobody performs it.
    NoPerformer,
    /// A linked prerequisite is late.
    PrerequisiteLate {
        /// The late task's id.
        task: String,
    },
    /// The role is needed in the project and empty.
    RoleEmpty {
        /// The role's name.
        role: String,
    },
    /// The deadline is near and nobody has begun.
    DeadlineNear {
        /// Whole days left, 0 on the day itself.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        days: i64,
        /// The deadline.
        deadline: NaiveDate,
    },
    /// On track.
    OnTrack,
    /// A cell has several values; the graver colour stands until someone chooses.
    Conflict {
        /// The cell's field.
        field: String,
    },
}

/// A colour with the triggers that gave it, the deciding one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coloured {
    /// The colour.
    pub colour: Colour,
    /// Why, never empty.
    pub reasons: Vec<Reason>,
}

/// The colour on `today` (a date in Europe/Copenhagen), and why. Total: every input has one.
pub fn colour_of(inputs: &ColourInputs, today: NaiveDate) -> Coloured {
    let one = |colour, reason| Coloured { colour, reasons: vec![reason] };
    match inputs.status {
        Status::Completed => return one(Colour::Done, Reason::Completed),
        Status::NotRelevant => return one(Colour::Done, Reason::NotRelevant),
        _ => {}
    }
    let red = red_reasons(inputs, today);
    if !red.is_empty() {
        let reasons = red.into_iter().chain(missing_people(inputs)).collect();
        return Coloured { colour: Colour::Red, reasons };
    }
    let begun_by_date = inputs.start.is_none_or(|start| start <= today);
    let mut yellow = Vec::new();
    if inputs.action_needed {
        yellow.push(Reason::ActionNeeded);
    }
    if begun_by_date {
        yellow.extend(yellow_reasons(inputs, today));
    }
    if !yellow.is_empty() {
        return Coloured { colour: Colour::Yellow, reasons: yellow };
    }
    match inputs.start {
        Some(start) if start > today => one(Colour::Grey, Reason::NotStartedYet { start }),
        _ => one(Colour::Green, Reason::OnTrack),
    }
}

fn red_reasons(inputs: &ColourInputs, today: NaiveDate) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(deadline) = inputs.deadline.filter(|deadline| *deadline < today) {
        reasons.push(Reason::DeadlinePassed { days: (today - deadline).num_days(), deadline });
    }
    if inputs.status == Status::CannotMeetDeadline {
        reasons.push(Reason::CannotMeetDeadline);
    }
    reasons
}

fn missing_people(inputs: &ColourInputs) -> impl Iterator<Item = Reason> {
    let responsible = (!inputs.has_responsible).then_some(Reason::NoResponsible);
    let performer = (!inputs.has_performer).then_some(Reason::NoPerformer);
    responsible.into_iter().chain(performer)
}

fn yellow_reasons(inputs: &ColourInputs, today: NaiveDate) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = missing_people(inputs).collect();
    reasons.extend(inputs.late_prerequisites.iter().map(|task| Reason::PrerequisiteLate { task: task.clone() }));
    reasons.extend(inputs.empty_role.iter().map(|role| Reason::RoleEmpty { role: role.clone() }));
    if inputs.status == Status::NotStarted
        && let Some(deadline) = inputs.deadline
    {
        let days = (deadline - today).num_days();
        if (0..=DAYS_NOT_BEGUN_MAX).contains(&days) {
            reasons.push(Reason::DeadlineNear { days, deadline });
        }
    }
    reasons
}

/// Whether a task counts as late for those that wait for it: not done, and its deadline passed or given up.
pub fn is_late(status: Status, deadline: Option<NaiveDate>, today: NaiveDate) -> bool {
    !status.is_done() && (status == Status::CannotMeetDeadline || deadline.is_some_and(|deadline| deadline < today))
}
