//! Two laptops of one municipality import the same exports apart, edit, and meet: no double task or person, no false
//! conflict, no cell lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use tovholder_app::view::*;
use tovholder_app::{App, Ground};
use tovholder_document::CellChange;
use tovholder_model::Scalar;
use tovholder_store::{Received, Store};

const FILES: [&str; 2] = ["klik-eksport-2018-05-15.xlsx", "klik-eksport-2018-06-15.xlsx"];
static NUMBER: AtomicU32 = AtomicU32::new(0);

struct Laptop {
    app: App,
    dir: PathBuf,
}

impl Laptop {
    fn new(department: &str, name: &str) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tovholder-two-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let drawn = AtomicU32::new(number << 16);
        // The municipality's secret is 32 bytes and shared by its laptops; all else differs.
        let random = move |bytes: &mut [u8]| {
            if bytes.len() == 32 {
                bytes.fill(42);
                return Ok(());
            }
            let mut state = drawn.fetch_add(1, Ordering::Relaxed).wrapping_mul(2_654_435_761).max(1);
            for byte in bytes.iter_mut() {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                *byte = (state >> 24).to_le_bytes()[0];
            }
            Ok(())
        };
        let now = || chrono::DateTime::from_timestamp(1_529_000_000, 0).unwrap();
        let app = App::open_on(&dir, Ground { now: Box::new(now), random: Box::new(random), keyring: None }).unwrap();
        let args = FoundArgs { municipality: "0329".into(), department: department.into(), name: name.into() };
        app.found(args).unwrap();
        Self { app, dir }
    }

    fn import(&self, file: &str) -> ImportDone {
        let path = format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
        let open = ImportOpenArgs { name: file.into(), path: Some(path), ..Default::default() };
        let draft = self.app.import_open(open).unwrap();
        self.app.import_run(ImportRunArgs { id: draft.id, ..Default::default() }).unwrap()
    }

    fn set(&self, task: &str, field: &str, value: &str) {
        let edit = Edit { entity: format!("task/{task}"), field: field.into(), value: Some(value.into()), seen: None };
        self.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap();
    }

    fn take_in(&self, other: &Laptop) {
        let mut store = Store::open(&self.dir, &mut |_| panic!("no new incarnation is needed")).unwrap();
        let theirs = Store::open(&other.dir, &mut |_| panic!("no new incarnation is needed")).unwrap();
        let documents = theirs.reader().unwrap().documents().unwrap();
        let mut write = store.write(0).unwrap();
        for (name, changes) in documents {
            for bytes in changes {
                let received = write.receive(&name, &CellChange::decode(&bytes).unwrap(), None).unwrap();
                assert!(matches!(received, Received::Applied | Received::Known));
            }
        }
        write.commit().unwrap();
    }

    fn tasks(&self) -> Vec<TaskRow> {
        self.app.tasks(TasksQuery { on: Some("2018-06-15".parse().unwrap()) }).unwrap().rows
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn meet(a: &Laptop, b: &Laptop) {
    a.take_in(b);
    b.take_in(a);
}

fn assert_one_municipality(a: &Laptop, b: &Laptop, conflicts: &BTreeSet<String>) {
    let json = |laptop: &Laptop| serde_json::to_string(&laptop.tasks()).unwrap();
    assert_eq!(json(a), json(b), "both laptops show the same");
    let found: BTreeSet<String> = a.app.conflicts(NoArgs {}).unwrap().into_iter().map(|conflict| conflict.id).collect();
    assert_eq!(&found, conflicts, "a conflict for every cell that two people wrote differently, and for no other");
    let mut names: BTreeMap<String, u32> = BTreeMap::new();
    for person in a.app.people(OnQuery::default()).unwrap().persons {
        *names.entry(person.name).or_default() += 1;
    }
    assert!(names.values().all(|count| *count == 1), "no double person: {names:?}");
    for laptop in [a, b] {
        let report = laptop.app.doctor(DoctorArgs { rebuild: true }).unwrap();
        assert!(report.ok, "{report:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, max_shrink_iters: 8, ..ProptestConfig::default() })]

    #[test]
    fn the_same_exports_imported_apart_merge_into_one_municipality(
        orders in prop::array::uniform2(prop::sample::subsequence(vec![0_usize, 1], 1..=2)),
        reversed in prop::array::uniform2(any::<bool>()),
        edits in prop::collection::vec((0..2_usize, 1001..1006_u32, 0..2_usize, 0..3_usize), 0..8),
    ) {
        let laptops = [Laptop::new("Teknik og Miljø", "Nanna Dahl"), Laptop::new("Borgerservice", "Karsten Berg")];
        let mut imported = BTreeSet::new();
        for (index, laptop) in laptops.iter().enumerate() {
            let mut files = orders[index].clone();
            if reversed[index] {
                files.reverse();
            }
            for file in files {
                laptop.import(FILES[file]);
                imported.insert(file);
            }
        }
        let mut last: BTreeMap<(u32, usize), [Option<usize>; 2]> = BTreeMap::new();
        for (laptop, task, field, value) in edits {
            let values = [["not_started", "in_progress", "cannot_meet_deadline"], ["rød", "grøn", "blå"]];
            laptops[laptop].set(&format!("KLIK-{task}"), ["status", "note"][field], values[field][value]);
            last.entry((task, field)).or_default()[laptop] = Some(value);
        }
        meet(&laptops[0], &laptops[1]);
        let tasks = laptops[0].tasks();
        let expected = match (imported.contains(&0), imported.contains(&1)) {
            (true, true) => 176,
            (false, _) => 173,
            _ => 172,
        };
        prop_assert_eq!(tasks.len(), expected);
        // The newest export speaks, in whatever order and wherever it was imported.
        let title = tasks.iter().find(|row| row.id == "KLIK-1006").unwrap().title.clone();
        prop_assert_eq!(title.ends_with("(opdateret)"), imported.contains(&1));
        prop_assert_eq!(tasks.iter().filter(|row| row.gone).count(), if imported.len() == 2 { 3 } else { 0 });
        for ((task, field), values) in &last {
            if *field == 1 {
                let shown = laptops[1].app.history(HistoryQuery { entity: format!("task/KLIK-{task}"), field: Some("note".into()) }).unwrap();
                for value in values.iter().flatten() {
                    let value = Scalar::from(["rød", "grøn", "blå"][*value]);
                    prop_assert!(shown.iter().any(|entry| entry.value == value && entry.live), "{value:?} stands");
                }
            }
        }
        let found = laptops[0].app.conflicts(NoArgs {}).unwrap();
        let apart: BTreeSet<String> = last
            .iter()
            .filter(|((_, field), values)| *field == 1 && values[0].is_some() && values[1].is_some() && values[0] != values[1])
            .map(|((task, _), _)| format!("task/KLIK-{task}/note"))
            .collect();
        let notes: BTreeSet<String> = found.iter().filter(|c| c.field == "note").map(|c| c.id.clone()).collect();
        prop_assert_eq!(&notes, &apart);
        prop_assert!(found.iter().all(|c| matches!(c.field.as_str(), "note" | "status")), "{found:?}");
        let all = found.into_iter().map(|c| c.id).collect();
        assert_one_municipality(&laptops[0], &laptops[1], &all);
    }
}

#[test]
fn a_newer_export_that_found_nothing_to_write_is_not_spoken_over_by_an_older_one() {
    // A has May, then an unchanged copy of May dated later; B imports, apart, a June in between that changed a title.
    let a = Laptop::new("Teknik og Miljø", "Nanna Dahl");
    let b = Laptop::new("Borgerservice", "Karsten Berg");
    a.import(FILES[0]);
    meet(&a, &b);
    b.import(FILES[1]);
    let path = format!("{}/../../tests/data/{}", env!("CARGO_MANIFEST_DIR"), FILES[0]);
    let open = ImportOpenArgs { name: "klik.xlsx".into(), path: Some(path), ..Default::default() };
    let draft = a.app.import_open(open).unwrap();
    let preview =
        ImportPreviewArgs { id: draft.id.clone(), mapping: None, export_date: Some("2018-07-15".parse().unwrap()) };
    assert!(a.app.import_preview(preview).unwrap().changes.is_empty());
    a.app.import_run(ImportRunArgs { id: draft.id, ..Default::default() }).unwrap();
    meet(&a, &b);
    let title = a.tasks().into_iter().find(|row| row.id == "KLIK-1006").unwrap().title;
    assert_eq!(title, "Udpeg projektleder og meld kontaktoplysninger ind", "July said it again");
    assert_one_municipality(&a, &b, &BTreeSet::new());
}

#[test]
fn two_windows_and_a_terminal_on_one_directory_see_each_other_at_once() {
    let a = Laptop::new("Teknik og Miljø", "Nanna Dahl");
    a.import(FILES[0]);
    let second = App::open(&a.dir).unwrap();
    let threads: Vec<_> = (0..2)
        .map(|thread| {
            let app = App::open(&a.dir).unwrap();
            std::thread::spawn(move || {
                for round in 0..25 {
                    let note = format!("{thread}-{round}");
                    let entity = format!("task/KLIK-{}", 1001 + thread * 50 + round);
                    let edit = Edit { entity, field: "note".into(), value: Some(note.as_str().into()), seen: None };
                    app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let noted =
        second.tasks(TasksQuery::default()).unwrap().rows.into_iter().filter(|row| !row.note.is_empty()).count();
    assert_eq!(noted, 50);
    let report = second.doctor(DoctorArgs { rebuild: true }).unwrap();
    assert!(report.ok, "{report:?}");
}
