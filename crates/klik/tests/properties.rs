//! Whatever the rows hold, each is a task or told about.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;

use common::import;
use proptest::prelude::*;
use tovholder_klik::{Cell, Field, normalise_heading};

/// What a cell may hold: things that mean something, and anything else.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        3 => prop::sample::select(vec![
            "KLIK-1", "KLIK-2", "BBR", "15-06-2018", "31-06-2018", "43266", "0,25", "25 %", "I gang", "Fuldført",
            "Basisopgave", "I alt", "Total", "#REF!", "010190-1234", "-", " ", "'=1", "Opgave-id",
            "Projekt", "Titel", "1e308", "\u{200b}",
        ]).prop_map(str::to_owned),
        2 => "[ -~æøåÆØÅ\n\t–»]{0,20}",
        1 => "[0-9]{1,4}[-./ ][0-9]{1,4}[-./ ][0-9]{1,4}",
        1 => "[0-9]{1,12}(,[0-9]{1,3})?( ?%)?",
    ]
}

fn csv(headings: &[&str], rows: &[Vec<String>]) -> String {
    let mut out = headings.join(";");
    for row in rows {
        let quoted: Vec<_> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        out.push('\n');
        out.push_str(&quoted.join(";"));
    }
    out
}

const HEADINGS: [&str; 9] =
    ["Opgave-id", "Projekt", "Titel", "Frist", "Procent", "Status", "Opgavetype", "Sidst ændret", "Noget andet"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_row_is_a_task_or_rejected(
        rows in prop::collection::vec(prop::collection::vec(cell(), HEADINGS.len()), 1..12),
    ) {
        // Without one row that is surely there, an export of blank rows would be refused as empty.
        let mut rows = rows;
        rows.push(["sidst", "BBR", "x", "", "", "", "", "", ""].map(str::to_owned).to_vec());
        let read = import("klik.csv", csv(&HEADINGS, &rows).as_bytes());
        let tasks: BTreeSet<u32> = read.tasks.iter().map(|task| task.row).collect();
        let rejected: BTreeSet<u32> = read.rejected.iter().map(|rejection| rejection.row).collect();
        let present: BTreeSet<u32> = (2..)
            .zip(&rows)
            .filter(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty()))
            .map(|(number, _)| number)
            .collect();
        prop_assert_eq!(tasks.union(&rejected).copied().collect::<BTreeSet<_>>(), present);
        prop_assert_eq!(tasks.intersection(&rejected).count(), 0);
        prop_assert_eq!(tasks.len(), read.tasks.len());
        for task in &read.tasks {
            prop_assert!(read.seen_ids.contains(&task.id) && !task.project.is_empty());
            prop_assert!(matches!(&task.values[&Field::Title], Cell::Text(title) if !title.is_empty()));
            if let Cell::Int(percent) = task.values[&Field::Percent] {
                prop_assert!((0..=100).contains(&percent));
            }
        }
        for rejection in &read.rejected {
            prop_assert!(rejection.cell.ends_with(&rejection.row.to_string()));
            prop_assert!(rejection.value.chars().count() <= 60 && !rejection.value.contains("010190-1234"));
        }
    }

    #[test]
    fn normalising_twice_is_normalising_once(heading in "\\PC{0,30}") {
        let once = normalise_heading(&heading);
        prop_assert_eq!(normalise_heading(&once), once);
    }
}
