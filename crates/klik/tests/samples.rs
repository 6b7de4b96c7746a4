//! The two sample exports of one municipality, a month apart.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;

use common::{import, propose, task, text, ymd};
use tovholder_klik::{Cell, DateSource, Field, Rows};

const MAY: &[u8] = include_bytes!("../../../tests/data/klik-eksport-2018-05-15.xlsx");
const JUNE: &[u8] = include_bytes!("../../../tests/data/klik-eksport-2018-06-15.xlsx");

fn ids(rows: &Rows) -> BTreeSet<&str> {
    rows.tasks.iter().map(|task| task.id.as_str()).collect()
}

#[test]
fn every_column_of_the_sample_is_proposed_its_field() {
    let draft = propose("klik-eksport-2018-05-15.xlsx", MAY);
    assert_eq!((draft.sheet.as_str(), draft.heading_row, draft.rows), ("Opgaver", 1, 172));
    let fields: Vec<_> = draft.columns.iter().map(|column| column.field).collect();
    assert_eq!(fields, Field::ALL.map(Some));
    assert_eq!(draft.columns[11].letter, "L");
    assert_eq!(draft.columns[11].heading, "Slutdato");
    assert_eq!(draft.columns[0].samples, ["KLIK-1001", "KLIK-1002", "KLIK-1003"]);
    assert_eq!((draft.export_date, draft.date_source), (Some(ymd(2018, 5, 15)), Some(DateSource::FileName)));
    let nameless = propose("download.xlsx", MAY);
    assert_eq!(nameless.date_source, Some(DateSource::LastChanged));
    assert!(nameless.export_date.unwrap() <= ymd(2018, 5, 15));
}

#[test]
fn may_has_172_tasks_in_12_projects_and_its_projects_sheet() {
    let may = import("klik-eksport-2018-05-15.xlsx", MAY);
    assert_eq!(may.rejected, []);
    assert_eq!(may.tasks.len(), 172);
    assert_eq!(may.seen_ids.len(), 172);
    assert_eq!(may.tasks.iter().map(|task| &task.project).collect::<BTreeSet<_>>().len(), 12);
    let first = task(&may, "KLIK-1001");
    assert_eq!((first.row, first.project.as_str()), (2, "BBR"));
    assert_eq!(first.values[&Field::Title], text("Klargør TAC-liste og SPLUNK-liste"));
    assert_eq!(first.values[&Field::Kind], text("solution_specific"));
    assert_eq!(first.values[&Field::Status], text("cannot_meet_deadline"));
    assert_eq!(first.values[&Field::Published], Cell::Date(ymd(2018, 4, 27)));
    assert_eq!(first.values[&Field::Deadline], Cell::Date(ymd(2018, 11, 1)));
    assert_eq!(first.values[&Field::Responsible], Cell::Empty);
    assert_eq!(first.values[&Field::Percent], Cell::Int(0));
    assert_eq!(task(&may, "KLIK-1002").values[&Field::Performer], text("Tina Ørsted"));
    assert!(first.values.keys().all(|field| !matches!(field, Field::Id | Field::Project)));
    let bbr = may.projects.iter().find(|project| project.code == "BBR").unwrap();
    assert_eq!(bbr.name.as_deref(), Some("Bygnings- og Boligregistret"));
    assert_eq!(bbr.go_live, Some(ymd(2018, 11, 1)));
    assert_eq!(may.projects.len(), 12);
}

#[test]
fn june_has_four_new_three_gone_two_new_titles_and_moved_deadlines() {
    let (may, june) = (import("a.xlsx", MAY), import("b.xlsx", JUNE));
    assert_eq!(june.rejected, []);
    assert_eq!(ids(&june).difference(&ids(&may)).count(), 4);
    assert_eq!(ids(&may).difference(&ids(&june)).count(), 3);
    let both: Vec<_> =
        may.tasks.iter().filter_map(|old| Some((old, june.tasks.iter().find(|new| new.id == old.id)?))).collect();
    let changed = |field| both.iter().filter(|(old, new)| old.values[&field] != new.values[&field]).count();
    assert_eq!(changed(Field::Title), 2);
    let moved: Vec<_> = both
        .iter()
        .filter_map(|(old, new)| match (&old.values[&Field::Deadline], &new.values[&Field::Deadline]) {
            (Cell::Date(from), Cell::Date(to)) if from != to => Some((new.project.as_str(), (*to - *from).num_days())),
            _ => None,
        })
        .collect();
    assert!(!moved.is_empty() && moved.iter().all(|moved| *moved == ("FLIS", 45)), "{moved:?}");
    assert!(june.tasks.iter().any(|task| task.values[&Field::Percent] == Cell::Int(25)));
}
