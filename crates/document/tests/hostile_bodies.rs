//! Bodies that somebody made to hurt: each is refused with a reason, at once, and asks for no memory that it does not
//! bring along itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use minicbor::Encoder;
use proptest::prelude::*;
use tovholder_document::body::{self, CHANGES_MAX, DEPS_MAX, NAME_BYTES_MAX, TEXT_BYTES_MAX};
use tovholder_document::{CellChange, CellOp, Hash, KEY_BYTES_MAX, NUMBER_MAX, OPS_MAX, TIME_END};
use tovholder_model::{Actor, OpId, Scalar};

/// Nothing small may take longer, on a slow and busy machine and without optimisation.
const SMALL_TIME_MAX: Duration = Duration::from_secs(2);
/// Nothing that fits into an envelope (32 MiB inflated) may make the process larger than this.
const PEAK_KB_MAX: u64 = 700 * 1024;

type Writing<'w> = Encoder<&'w mut Vec<u8>>;

/// A body by hand, down to the place where a test wants to lie.
fn by_hand(write: impl FnOnce(&mut Writing<'_>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut Encoder::new(&mut bytes));
    bytes
}

/// The beginning of a body with one actor and so many changes.
fn begun(e: &mut Writing<'_>, changes: u64) {
    e.array(4).unwrap().u8(1).unwrap().str("project/BBR").unwrap();
    e.array(1).unwrap().bytes(&[1; 16]).unwrap();
    e.array(changes).unwrap();
}

/// The beginning of a change.
fn numbers(e: &mut Writing<'_>, seq: u64, start: u64, time: i64) {
    e.array(7).unwrap().u64(0).unwrap().u64(seq).unwrap().u64(start).unwrap().i64(time).unwrap();
}

/// Refuses, and quickly; answers why.
fn refused(bytes: &[u8]) -> String {
    let begun = Instant::now();
    let why = body::decode(bytes).expect_err("it is refused").to_string();
    let took = begun.elapsed();
    assert!(took < SMALL_TIME_MAX || bytes.len() > 1_000_000, "{took:?} for {} bytes", bytes.len());
    why
}

/// The most memory that the process has had.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

fn good() -> CellChange {
    let ops = vec![
        CellOp { key: "task/K/status".into(), value: "in_progress".into(), pred: vec![] },
        CellOp { key: "task/K/percent".into(), value: Scalar::Int(40), pred: vec![] },
    ];
    CellChange { actor: Actor([1; 16]), seq: 1, start: 1, time: 1_500_000_000, deps: vec![], ops }
}

/// The body of a change; of one that cannot even be built, under a hash of something else.
fn body_of(change: &CellChange) -> Vec<u8> {
    let hash: Hash = change.encode().map_or([7; 32], |encoded| encoded.hash);
    body::encode("project/BBR", [(change, &hash)])
}

#[test]
fn a_counter_or_a_sequence_at_the_edge_is_refused() {
    for number in [0, NUMBER_MAX, NUMBER_MAX + 1, i64::MAX.unsigned_abs(), u64::MAX - 1, u64::MAX] {
        assert_eq!(refused(&body_of(&CellChange { start: number, ..good() })), "Numbering", "start {number}");
        assert_eq!(refused(&body_of(&CellChange { seq: number, ..good() })), "Numbering", "seq {number}");
    }
    for counter in [0, 5, 6, NUMBER_MAX, u64::MAX] {
        let mut change = CellChange { start: 5, ..good() };
        change.ops[0].pred = vec![OpId { counter, actor: Actor([1; 16]) }];
        assert_eq!(refused(&body_of(&change)), "Numbering", "a predecessor {counter} under a start of 5");
    }
}

#[test]
fn a_time_that_cannot_be_is_refused() {
    for time in [i64::MIN, i64::MIN + 1, -1, TIME_END, TIME_END + 1, i64::MAX] {
        assert_eq!(refused(&body_of(&CellChange { time, ..good() })), format!("Time({time})"));
    }
    assert!(body::decode(&body_of(&CellChange { time: TIME_END - 1, ..good() })).is_ok());
}

#[test]
fn what_a_cell_replaces_is_named_in_order_and_once() {
    let id = |counter, actor| OpId { counter, actor: Actor([actor; 16]) };
    for pred in [vec![id(2, 1), id(1, 1)], vec![id(1, 2), id(1, 1)], vec![id(1, 1), id(1, 1)]] {
        let mut change = CellChange { start: 9, ..good() };
        change.ops[0].pred = pred;
        assert_eq!(refused(&body_of(&change)), "Unordered");
    }
}

#[test]
fn keys_are_distinct_and_neither_empty_nor_long() {
    let long = [String::new(), "k".repeat(KEY_BYTES_MAX + 1), "æ".repeat(KEY_BYTES_MAX / 2 + 1)];
    for key in long.into_iter().chain(["task/K/percent".to_owned()]) {
        let mut change = good();
        change.ops[0].key = key;
        refused(&body_of(&change));
    }
    let mut change = good();
    change.ops[0].key = "k".repeat(KEY_BYTES_MAX);
    assert!(body::decode(&body_of(&change)).is_ok());
}

#[test]
fn texts_and_names_have_their_length() {
    let mut change = good();
    change.ops[0].value = Scalar::Str("x".repeat(TEXT_BYTES_MAX));
    assert!(body::decode(&body_of(&change)).is_ok());
    change.ops[0].value = Scalar::Str("x".repeat(TEXT_BYTES_MAX + 1));
    assert!(refused(&body_of(&change)).contains("a text is too long"));
    let hash = good().encode().unwrap().hash;
    assert!(refused(&body::encode(&"n".repeat(NAME_BYTES_MAX + 1), [(&good(), &hash)])).contains("too long"));
}

#[test]
fn a_length_that_is_only_declared_reserves_nothing() {
    let peak = peak_kb();
    for length in [OPS_MAX as u64 + 1, 1_000_000, u64::from(u32::MAX), u64::MAX] {
        let first = |e: &mut Writing<'_>| {
            begun(e, 1);
            numbers(e, 1, 1, 0);
        };
        let actors = by_hand(|e| {
            e.array(4).unwrap().u8(1).unwrap().str("d").unwrap().array(length).unwrap();
        });
        let deps = by_hand(|e| {
            first(e);
            e.array(length).unwrap();
        });
        let cells = by_hand(|e| {
            first(e);
            e.array(0).unwrap().array(length).unwrap();
        });
        let preds = by_hand(|e| {
            first(e);
            e.array(0).unwrap().array(1).unwrap().array(3).unwrap().str("k").unwrap().null().unwrap();
            e.array(length).unwrap();
        });
        for bytes in [actors, by_hand(|e| begun(e, length)), deps, cells, preds] {
            assert!(refused(&bytes).contains("too many"));
        }
    }
    // Within the limit, and nothing behind it; a text of 2^63 bytes that is not there.
    refused(&by_hand(|e| begun(e, CHANGES_MAX as u64)));
    refused(&[0x84, 0x01, 0x7b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    // Arrays without an end, arrays in arrays in arrays, tags on tags.
    for byte in [0x9f, 0x81, 0x84, 0xc0, 0xff] {
        refused(&vec![byte; 100_000]);
    }
    assert!(peak_kb() - peak < 64 * 1024, "refusing costs no memory");
}

#[test]
fn cells_by_the_million_are_refused_at_the_limit() {
    // Every change is in order and within its own limit; together they are too many.
    let mut changes: Vec<(CellChange, Hash)> = Vec::new();
    for seq in 1..=11_u64 {
        let ops = (0..20_000).map(|n| CellOp { key: format!("task/{n}/s"), value: Scalar::Null, pred: vec![] });
        let deps = changes.last().map(|(_, hash)| vec![*hash]).unwrap_or_default();
        let change = CellChange { seq, start: (seq - 1) * 20_000 + 1, deps, ops: ops.collect(), ..good() };
        let hash = change.encode().unwrap().hash;
        changes.push((change, hash));
    }
    let written = |count: usize| body::encode("project/BBR", changes.iter().take(count).map(|(c, hash)| (c, hash)));
    assert_eq!(body::decode(&written(10)).unwrap().changes.len(), 10);
    assert!(refused(&written(11)).contains("too many"));
    let million = by_hand(|e| {
        begun(e, 1);
        numbers(e, 1, 1, 0);
        e.array(0).unwrap().array(1_000_000).unwrap();
        for n in 0..1_000_000_u32 {
            e.array(3).unwrap().str(&n.to_string()).unwrap().null().unwrap().array(0).unwrap();
        }
    });
    let begun = Instant::now();
    assert!(refused(&million).contains("too many"));
    assert!(begun.elapsed() < SMALL_TIME_MAX);
}

/// One change of so many cells, each with as many predecessors as a cell may have: two or three bytes each, packed a few
/// kilobytes in all, and each some hundred bytes once it is Automerge's.
fn predecessors(cells: u64) -> Vec<u8> {
    by_hand(|e| {
        begun(e, 1);
        numbers(e, 1, 1 << 30, 0);
        e.array(0).unwrap().array(cells).unwrap();
        for n in 0..cells {
            e.array(3).unwrap().str(&format!("k{n}")).unwrap().null().unwrap().array(8_192).unwrap();
            for counter in 0..4_096_u64 {
                e.u64(counter + 1).unwrap().u64(0).unwrap();
            }
        }
        e.bytes(&[0; 8]).unwrap();
    })
}

#[test]
fn predecessors_by_the_million_are_refused_at_the_limit() {
    let bytes = predecessors(2_000);
    assert!(bytes.len() > 24 * 1024 * 1024, "about as much as an envelope may hold: {}", bytes.len());
    assert!(refused(&bytes).contains("too many"));
    // As many as there may be are built, for nothing: the hash is another.
    assert!(refused(&predecessors(190)).contains("its author computed another hash"));
    assert!(peak_kb() < PEAK_KB_MAX, "{} KB", peak_kb());
}

#[test]
fn dependencies_by_the_million_are_refused_at_the_limit() {
    // Every change names the first as often as it may, a byte each. Automerge knows it once, so that all hashes are right.
    let hash = good().encode().unwrap().hash;
    let building = CellChange { seq: 2, start: 3, deps: vec![hash], ..good() };
    let check = building.encode().unwrap().hash;
    let op = |e: &mut Writing<'_>| {
        e.array(2).unwrap();
        e.array(3).unwrap().str("task/K/status").unwrap().str("in_progress").unwrap().array(0).unwrap();
        e.array(3).unwrap().str("task/K/percent").unwrap().i64(40).unwrap().array(0).unwrap();
    };
    let bytes = |changes: u64| {
        by_hand(|e| {
            begun(e, changes + 1);
            numbers(e, 1, 1, 1_500_000_000);
            e.array(0).unwrap();
            op(e);
            e.bytes(&hash[..8]).unwrap();
            for _ in 0..changes {
                numbers(e, 2, 3, 1_500_000_000);
                e.array(DEPS_MAX as u64).unwrap();
                for _ in 0..DEPS_MAX {
                    e.u8(0).unwrap();
                }
                op(e);
                e.bytes(&check[..8]).unwrap();
            }
        })
    };
    assert_eq!(body::decode(&bytes(2)).unwrap().changes.len(), 3, "what is refused below is the number");
    let many = bytes(6_000);
    assert!(many.len() > 20 * 1024 * 1024, "{}", many.len());
    assert!(refused(&many).contains("too many"));
    assert!(peak_kb() < PEAK_KB_MAX, "{} KB", peak_kb());
}

#[test]
fn places_that_point_nowhere_are_refused() {
    let change = |actor: u64, dep: Option<u64>, pred: Option<u64>| {
        by_hand(|e| {
            begun(e, 1);
            e.array(7).unwrap().u64(actor).unwrap().u64(1).unwrap().u64(9).unwrap().i64(0).unwrap();
            e.array(u64::from(dep.is_some())).unwrap();
            if let Some(dep) = dep {
                e.u64(dep).unwrap();
            }
            e.array(1).unwrap().array(3).unwrap().str("a/b/c").unwrap().null().unwrap();
            e.array(u64::from(pred.is_some()) * 2).unwrap();
            if let Some(actor) = pred {
                e.u64(1).unwrap().u64(actor).unwrap();
            }
            e.bytes(&[0; 8]).unwrap();
        })
    };
    for nowhere in [1, u64::from(u32::MAX), u64::MAX] {
        assert!(refused(&change(nowhere, None, None)).contains("no such actor"));
        assert!(refused(&change(0, None, Some(nowhere))).contains("no such actor"));
    }
    for itself in [0, 1, u64::MAX] {
        assert!(refused(&change(0, Some(itself), None)).contains("builds on a change that is not before it"));
    }
    // All else in order, only the hash is another: nothing came through that its author did not mean.
    assert!(refused(&change(0, None, None)).contains("its author computed another hash"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_body_with_bytes_changed_says_the_same_or_nothing(
        changed in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
        twice in prop::option::of((any::<prop::sample::Index>(), any::<prop::sample::Index>())),
    ) {
        let mut building = CellChange { seq: 2, start: 3, deps: vec![good().encode().unwrap().hash], ..good() };
        building.ops[0].pred = vec![OpId { counter: 1, actor: Actor([1; 16]) }];
        let both = [good(), building].map(|change| {
            let hash = change.encode().unwrap().hash;
            (change, hash)
        });
        let mut bytes = body::encode("project/BBR", both.iter().map(|(change, hash)| (change, hash)));
        for (at, byte) in changed {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some((from, to)) = twice {
            let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
            let piece = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(from.max(to)..from.max(to), piece);
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(read) = body::decode(&bytes) {
            // The document's name is the only thing that no hash covers; the envelope names it too.
            let said: Vec<&CellChange> = read.changes.iter().map(|(change, _)| change).collect();
            let meant: Vec<&CellChange> = both.iter().map(|(change, _)| change).collect();
            prop_assert!(meant.starts_with(&said), "{said:?}");
        }
    }
}
