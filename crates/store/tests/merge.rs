//! Laptops that write apart and meet: whatever the order, all end equal, nothing is lost, nothing is overwritten unseen.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use proptest::prelude::*;
use tovholder_document::CellChange;
use tovholder_model::{Live, OpId, Scalar};
use tovholder_store::{CellEdit, Received, Seen, Store, StoreError};

static NUMBER: AtomicU32 = AtomicU32::new(0);

struct Laptop {
    store: Store,
    dir: PathBuf,
}

impl Laptop {
    fn new() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tovholder-merge-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let mut seed = number;
        let store = Store::open(&dir, &mut |bytes| {
            for byte in bytes.iter_mut() {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (seed >> 24).to_le_bytes()[0];
            }
            Ok(())
        })
        .unwrap();
        Self { store, dir }
    }

    fn write(&mut self, document: &str, edits: &[CellEdit]) -> usize {
        let mut write = self.store.write(1_500_000_000).unwrap();
        let count = write.edit(document, edits).unwrap();
        write.commit().unwrap();
        count
    }

    fn changes(&self) -> Vec<(String, CellChange)> {
        let documents = self.store.reader().unwrap().documents().unwrap();
        let decode = |bytes: &Vec<u8>| CellChange::decode(bytes).unwrap();
        documents.iter().flat_map(|(name, changes)| changes.iter().map(|b| (name.clone(), decode(b)))).collect()
    }

    /// Takes in everything that `from` has, in an order drawn from `order`, retrying what comes before what it builds on.
    fn take_in(&mut self, from: &Laptop, mut order: u64) {
        let mut waiting = from.changes();
        let mut write = self.store.write(0).unwrap();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            while !waiting.is_empty() {
                order = order.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let index = usize::try_from(order >> 33).unwrap() % waiting.len();
                let (document, change) = waiting.swap_remove(index);
                match write.receive(&document, &change, None) {
                    Ok(Received::Applied | Received::Known) => {}
                    Err(StoreError::MissingDependency | StoreError::Refused(_)) => later.push((document, change)),
                    Err(error) => panic!("{error}"),
                }
            }
            assert!(later.len() < before, "what is left builds on nothing that is here");
            waiting = later;
        }
        write.commit().unwrap();
    }

    fn records(&self) -> String {
        let mut entities = self.store.reader().unwrap().entities().unwrap();
        entities.sort_by(|a, b| (&a.entity, &a.document).cmp(&(&b.entity, &b.document)));
        format!("{entities:?}")
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// What the values of a cell must be, by nothing but the writes: those that no write names as its predecessor.
fn by_the_rule(changes: &[(String, CellChange)]) -> BTreeMap<(String, String), Vec<Live>> {
    let mut replaced: BTreeSet<(String, String, OpId)> = BTreeSet::new();
    let mut all: BTreeMap<(String, String), Vec<Live>> = BTreeMap::new();
    for (document, change) in changes {
        for (index, op) in change.ops.iter().enumerate() {
            replaced.extend(op.pred.iter().map(|id| (document.clone(), op.key.clone(), *id)));
            let live = Live { op: change.op_id(index), value: op.value.clone() };
            all.entry((document.clone(), op.key.clone())).or_default().push(live);
        }
    }
    for ((document, key), values) in &mut all {
        values.retain(|live| !replaced.contains(&(document.clone(), key.clone(), live.op)));
        values.sort_by_key(|live| live.op);
    }
    all
}

#[derive(Debug, Clone)]
enum Act {
    Edit { laptop: usize, document: usize, cells: Vec<(usize, i64)>, stale: bool },
    Meet { laptop: usize, other: usize, order: u64 },
}

fn act() -> impl Strategy<Value = Act> {
    let cells = prop::collection::vec((0..6_usize, 0..4_i64), 1..4);
    prop_oneof![
        4 => (0..3_usize, 0..2_usize, cells, any::<bool>())
            .prop_map(|(laptop, document, cells, stale)| Act::Edit { laptop, document, cells, stale }),
        1 => (0..3_usize, 0..3_usize, any::<u64>()).prop_map(|(laptop, other, order)| Act::Meet { laptop, other, order }),
    ]
}

fn edit_of(cell: usize, value: i64, seen: Seen) -> CellEdit {
    let (entity, field) = (format!("task/K{}", cell / 2), ["status", "deadline"][cell % 2].to_owned());
    CellEdit { entity, field, value: Scalar::Str(value.to_string()), seen }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn any_orders_of_the_same_writes_end_equal_and_as_automerge_sees_them(
        acts in prop::collection::vec(act(), 1..40), orders in prop::array::uniform6(any::<u64>())
    ) {
        let mut laptops = [Laptop::new(), Laptop::new(), Laptop::new()];
        let mut screens = [0_i64; 3];
        for act in acts {
            match act {
                Act::Edit { laptop, document, cells, stale } => {
                    let seen = || if stale { Seen::Cursor(screens[laptop]) } else { Seen::Now };
                    let mut taken = BTreeSet::new();
                    let edits: Vec<CellEdit> = cells
                        .into_iter()
                        .filter(|(cell, _)| taken.insert(*cell))
                        .map(|(cell, value)| edit_of(cell, value, seen()))
                        .collect();
                    laptops[laptop].write(["project/A", "project/B"][document], &edits);
                    if !stale {
                        screens[laptop] = laptops[laptop].store.reader().unwrap().cursor().unwrap();
                    }
                }
                Act::Meet { laptop, other, order } if laptop != other => {
                    let (a, b) = if laptop < other {
                        let (left, right) = laptops.split_at_mut(other);
                        (&mut left[laptop], &right[0])
                    } else {
                        let (left, right) = laptops.split_at_mut(laptop);
                        (&mut right[0], &left[other])
                    };
                    a.take_in(b, order);
                }
                Act::Meet { .. } => {}
            }
        }
        // Everybody meets everybody, each in an order of their own.
        for (index, (to, from)) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)].into_iter().enumerate() {
            let (low, high) = (usize::min(to, from), usize::max(to, from));
            let (left, right) = laptops.split_at_mut(high);
            let (a, b) = if to < from { (&mut left[low], &right[0]) } else { (&mut right[0], &left[low]) };
            a.take_in(b, orders[index]);
        }
        let expected = by_the_rule(&laptops[0].changes());
        let records = laptops[0].records();
        for laptop in &mut laptops {
            let examination = laptop.store.verify().unwrap();
            prop_assert!(examination.differing.is_empty(), "Automerge sees other cells in {:?}", examination.differing);
            prop_assert_eq!(by_the_rule(&laptop.changes()), expected.clone());
            prop_assert_eq!(laptop.records(), records.clone());
            prop_assert!(laptop.store.rebuild().unwrap().is_empty(), "rebuilt read tables differ");
        }
    }

    #[test]
    fn a_stale_write_never_hides_what_it_did_not_see(first in 0..4_i64, second in 0..4_i64, third in 0..4_i64) {
        // Setting the value already there writes nothing, so there is nothing unseen.
        prop_assume!(second != first);
        let mut laptop = Laptop::new();
        laptop.write("project/A", &[edit_of(0, first, Seen::Now)]);
        let screen = laptop.store.reader().unwrap().cursor().unwrap();
        laptop.write("project/A", &[edit_of(0, second, Seen::Now)]);
        laptop.write("project/A", &[edit_of(0, third, Seen::Cursor(screen))]);
        let values: BTreeSet<Scalar> =
            by_the_rule(&laptop.changes()).into_values().flatten().map(|live| live.value).collect();
        prop_assert!(values.contains(&Scalar::Str(second.to_string())), "the unseen value stands");
        // Setting the value that the screen showed is done, and writes nothing.
        prop_assert!(third == first || values.contains(&Scalar::Str(third.to_string())));
    }
}

#[test]
fn a_change_that_breaks_a_rule_is_refused() {
    let mut laptop = Laptop::new();
    let mut other = Laptop::new();
    other.write("project/A", &[edit_of(0, 1, Seen::Now)]);
    other.write("project/A", &[edit_of(0, 2, Seen::Now)]);
    let changes = other.changes();
    let mut write = laptop.store.write(0).unwrap();
    assert!(matches!(write.receive("project/A", &changes[1].1, None), Err(StoreError::MissingDependency)));
    write.receive("project/A", &changes[0].1, None).unwrap();
    let mut gap = changes[1].1.clone();
    gap.seq = 3;
    assert!(matches!(write.receive("project/A", &gap, None), Err(StoreError::Refused(_))));
    let mut high = changes[1].1.clone();
    high.start += 1;
    assert!(matches!(write.receive("project/A", &high, None), Err(StoreError::Refused(_))));
    let mut unknown = changes[1].1.clone();
    unknown.ops[0].pred = vec![OpId { counter: 1, actor: laptop_actor(99) }];
    assert!(matches!(write.receive("project/A", &unknown, None), Err(StoreError::Refused(_))));
    write.receive("project/A", &changes[1].1, None).unwrap();
    assert_eq!(write.receive("project/A", &changes[1].1, None).unwrap(), Received::Known);
    let mut fork = changes[1].1.clone();
    fork.ops[0].value = Scalar::Int(9);
    assert!(matches!(write.receive("project/A", &fork, None), Err(StoreError::Fork(_))));
}

fn laptop_actor(byte: u8) -> tovholder_model::Actor {
    tovholder_model::Actor([byte; 16])
}

#[test]
fn a_copied_directory_writes_under_an_incarnation_of_its_own() {
    let mut laptop = Laptop::new();
    laptop.write("project/A", &[edit_of(0, 1, Seen::Now)]);
    let copy = laptop.dir.with_extension("copy");
    std::fs::create_dir_all(&copy).unwrap();
    laptop.store.copy_to(&copy.join(tovholder_store::FILE_NAME)).unwrap();
    let same = Store::open(&laptop.dir, &mut |_| panic!("no new incarnation is needed")).unwrap();
    assert_eq!(same.actor(), laptop.store.actor());
    let other = Store::open(&copy, &mut |bytes| {
        bytes.fill(7);
        Ok(())
    })
    .unwrap();
    assert_ne!(other.actor(), laptop.store.actor());
    assert!(other.is_new_incarnation());
    std::fs::remove_dir_all(&copy).unwrap();
}

#[test]
fn a_database_from_a_newer_version_is_refused_and_left_alone() {
    let laptop = Laptop::new();
    let path = laptop.dir.join(tovholder_store::FILE_NAME);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let opened = Store::open(&laptop.dir, &mut |_| Ok(()));
    assert!(matches!(opened, Err(StoreError::NewerVersion { found: 99, .. })));
    std::fs::write(&path, b"this is not a database, whatever its name says".repeat(99)).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
    assert!(matches!(Store::open(&laptop.dir, &mut |_| Ok(())), Err(StoreError::Corrupt(_))));
}
