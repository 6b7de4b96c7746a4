//! An entity from its cells: KLIK below, own on top, imports that rest on each other.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;
use tovholder_model::record::row_cell;
use tovholder_model::{Actor, Cells, ImportStates, Live, OpId, Record, Scalar, Stamp};

const MAY: &str = "2018-05-15.aaaaaaaa";
const JUNE: &str = "2018-06-15.bbbbbbbb";
const JULY: &str = "2018-07-15.cccccccc";

fn stamp(text: &str) -> Stamp {
    Stamp::parse(text).unwrap()
}

fn put(cells: &mut Cells, rest: &str, value: impl Into<Scalar>) {
    let counter = 1 + cells.values().map(Vec::len).sum::<usize>() as u64;
    let op = OpId { counter, actor: Actor([1; 16]) };
    cells.entry(rest.to_owned()).or_default().push(Live { op, value: value.into() });
}

fn import(cells: &mut Cells, stamp: &str, base: Option<&str>, title: Option<&str>) {
    put(cells, &format!("klik/{stamp}/row"), row_cell(7, base));
    if let Some(title) = title {
        put(cells, &format!("klik/{stamp}/title"), title);
    }
}

fn states(active: &[&str], undone: &[&str]) -> ImportStates {
    ImportStates {
        active: active.iter().map(|text| stamp(text)).collect(),
        undone: undone.iter().map(|text| stamp(text)).collect(),
    }
}

#[test]
fn an_import_says_the_same_whatever_is_undone_or_comes_later() {
    let mut cells = Cells::new();
    import(&mut cells, MAY, None, Some("maj"));
    import(&mut cells, JUNE, Some(MAY), Some("juni"));
    import(&mut cells, JULY, Some(JUNE), None);
    let title = |states: &ImportStates| Record::project(&cells, states).text("title").to_owned();
    assert_eq!(title(&states(&[MAY, JUNE, JULY], &[])), "juni");
    assert_eq!(title(&states(&[MAY, JULY], &[JUNE])), "juni", "July said it too");
    assert_eq!(title(&states(&[MAY, JUNE], &[JULY])), "juni");
    assert_eq!(title(&states(&[MAY], &[JUNE, JULY])), "maj");
}

#[test]
fn a_task_that_the_newest_export_lacks_is_gone_and_not_away() {
    let mut cells = Cells::new();
    import(&mut cells, MAY, None, Some("maj"));
    let record = Record::project(&cells, &states(&[MAY, JUNE], &[]));
    assert!(record.gone && record.visible);
    assert_eq!(record.text("title"), "maj");
    let undone = Record::project(&cells, &states(&[], &[MAY]));
    assert!(!undone.visible, "nothing holds it any more");
    put(&mut cells, "note", "vigtig");
    let worked_on = Record::project(&cells, &states(&[], &[MAY]));
    assert!(worked_on.visible && worked_on.gone, "what a person wrote is not hidden");
    assert_eq!(worked_on.text("title"), "maj");
}

#[test]
fn own_values_stand_on_top_and_klik_s_change_below_is_told_once() {
    let mut cells = Cells::new();
    import(&mut cells, MAY, None, Some("maj"));
    put(&mut cells, "title", "vores");
    put(&mut cells, "title/over", "maj");
    let differs = |cells: &Cells, states: &ImportStates| Record::project(cells, states).differs_in("title");
    assert!(!differs(&cells, &states(&[MAY], &[])));
    import(&mut cells, JUNE, Some(MAY), Some("juni"));
    let both = states(&[MAY, JUNE], &[]);
    assert!(differs(&cells, &both));
    cells.get_mut("title/over").unwrap()[0].value = "juni".into();
    assert!(!differs(&cells, &both), "kept ours, and not asked again");
    cells.get_mut("title").unwrap()[0].value = Scalar::Null;
    assert_eq!(Record::project(&cells, &both).text("title"), "juni", "Null follows KLIK");
    cells.get_mut("title").unwrap()[0].value = "".into();
    assert_eq!(Record::project(&cells, &both).text("title"), "", "empty on purpose");
}

#[test]
fn every_moved_deadline_is_kept() {
    let mut cells = Cells::new();
    for (stamp, base, date) in
        [(MAY, None, "2018-08-01"), (JUNE, Some(MAY), "2018-09-15"), (JULY, Some(JUNE), "2018-10-01")]
    {
        import(&mut cells, stamp, base, None);
        put(&mut cells, &format!("klik/{stamp}/deadline"), date);
    }
    let record = Record::project(&cells, &states(&[MAY, JUNE, JULY], &[]));
    assert_eq!(record.klik_deadlines, ["2018-08-01", "2018-09-15", "2018-10-01"]);
}

proptest! {
    #[test]
    fn values_beside_each_other_are_a_conflict_exactly_when_they_differ(values in prop::collection::vec(0..3_i64, 1..5)) {
        let mut cells = Cells::new();
        for value in &values {
            put(&mut cells, "percent", *value);
        }
        let record = Record::project(&cells, &ImportStates::default());
        let distinct: std::collections::BTreeSet<i64> = values.iter().copied().collect();
        let found = record.conflicts.get("percent").map_or(1, Vec::len);
        prop_assert_eq!(found, distinct.len());
        prop_assert_eq!(record.shown("percent"), &Scalar::Int(*values.last().unwrap()), "the newest write is shown");
    }
}
