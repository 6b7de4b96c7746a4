//! Changes that somebody made to hurt, through the real door: the bytes of a body, read, and received. Each is refused with
//! a reason and at once; the document afterwards loads in Automerge and takes the next good change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use tovholder_document::{CellChange, CellOp, Hash, body};
use tovholder_model::{Actor, OpId, Scalar};
use tovholder_store::{CellEdit, Received, Store, StoreError};

const DOCUMENT: &str = "project/BBR";
const TIME_MAX: Duration = Duration::from_secs(2);
static NUMBER: AtomicU32 = AtomicU32::new(0);

struct Laptop {
    store: Store,
    dir: PathBuf,
}

impl Laptop {
    fn new() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tovholder-hostile-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let store = Store::open(&dir, &mut |bytes| {
            bytes.fill(200);
            Ok(())
        });
        Self { store: store.unwrap(), dir }
    }

    /// Takes these in, one after the other; what is refused is told.
    fn receive(&mut self, changes: &[CellChange]) -> Vec<Result<Received, String>> {
        self.receive_in(DOCUMENT, changes)
    }

    fn receive_in(&mut self, document: &str, changes: &[CellChange]) -> Vec<Result<Received, String>> {
        let mut write = self.store.write(1_500_000_000).unwrap();
        let received = changes.iter().map(|change| through_the_door(change, &mut |c| write.receive(document, c, None)));
        let received = received.collect();
        write.commit().unwrap();
        received
    }

    /// Takes these in in a causal order drawn from `state`. Whatever one laptop took every laptop takes.
    fn receive_shuffled(&mut self, document: &str, mut waiting: Vec<CellChange>, mut state: u64) {
        let mut write = self.store.write(1_500_000_000).unwrap();
        while !waiting.is_empty() {
            let (before, mut later) = (waiting.len(), Vec::new());
            while !waiting.is_empty() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let change = waiting.swap_remove(usize::try_from(state >> 33).unwrap() % waiting.len());
                match through_the_door(&change, &mut |c| write.receive(document, c, None)) {
                    Ok(_) => {}
                    Err(why) if why.contains("MissingDependency") => later.push(change),
                    Err(why) => panic!("taken elsewhere, refused here: {why}: {change:?}"),
                }
            }
            assert!(later.len() < before, "what is left builds on nothing that is here");
            waiting = later;
        }
        write.commit().unwrap();
    }

    /// Automerge sees the same cells, and read tables made anew are the same.
    fn is_sound(&mut self) {
        let examination = self.store.verify().unwrap();
        assert!(examination.differing.is_empty(), "Automerge sees other cells in {:?}", examination.differing);
        assert!(self.store.rebuild().unwrap().is_empty(), "rebuilt read tables differ");
    }

    fn records(&self) -> String {
        let mut entities = self.store.reader().unwrap().entities().unwrap();
        entities.sort_by(|a, b| (&a.entity, &a.document).cmp(&(&b.entity, &b.document)));
        format!("{entities:?}")
    }

    /// The laptop's own people still work in the document.
    fn edits(&mut self) {
        let mut write = self.store.write(1_500_000_000).unwrap();
        assert_eq!(write.edit(DOCUMENT, &[CellEdit::now("task/K0", "note", "efter")]).unwrap(), 1);
        write.commit().unwrap();
        self.is_sound();
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// What an attacker sends: his own hash of his own change, so that only the rules can refuse it. What cannot even be built
/// is sent as it is, under a hash of something else.
fn bytes_of(change: &CellChange) -> Vec<u8> {
    let hash: Hash = change.encode().map_or([7; 32], |encoded| encoded.hash);
    body::encode(DOCUMENT, [(change, &hash)])
}

fn through_the_door(
    change: &CellChange,
    receive: &mut dyn FnMut(&CellChange) -> Result<Received, StoreError>,
) -> Result<Received, String> {
    let begun = Instant::now();
    let answer = match body::decode(&bytes_of(change)) {
        Err(error) => Err(error.to_string()),
        Ok(body) => receive(&body.changes[0].0).map_err(|error| error.to_string()),
    };
    assert!(begun.elapsed() < TIME_MAX, "{:?} for {change:?}", begun.elapsed());
    answer
}

fn actor(byte: u8) -> Actor {
    Actor([byte; 16])
}

fn hash(change: &CellChange) -> Hash {
    change.encode().unwrap().hash
}

fn op(key: &str, value: impl Into<Scalar>, pred: Vec<OpId>) -> CellOp {
    CellOp { key: key.to_owned(), value: value.into(), pred }
}

/// Two departments: the first writes twice, the second once beside the second of these.
fn story() -> [CellChange; 3] {
    let (a, b) = (actor(1), actor(2));
    let ops = vec![op("task/K0/status", "not_started", vec![]), op("task/K0/note", "x", vec![])];
    let first = CellChange { actor: a, seq: 1, start: 1, time: 1_500_000_000, deps: vec![], ops };
    let seen = vec![OpId { counter: 1, actor: a }];
    let second = CellChange {
        seq: 2,
        start: 3,
        deps: vec![hash(&first)],
        ops: vec![op("task/K0/status", "in_progress", seen.clone())],
        ..first.clone()
    };
    let beside = CellChange { actor: b, seq: 1, ops: vec![op("task/K0/status", "completed", seen)], ..second.clone() };
    [first, second, beside]
}

/// The second of the story made bad; then everything good comes, and the laptop works on.
fn attack(what: &str, make: impl FnOnce(&mut CellChange)) -> String {
    let [first, second, beside] = story();
    let mut laptop = Laptop::new();
    let mut bad = second.clone();
    make(&mut bad);
    let received = laptop.receive(&[first, bad, second, beside]);
    let why = received[1].clone().expect_err(what);
    assert!(!why.is_empty());
    for (index, good) in [(0, "what was there"), (2, "the next good change"), (3, "another's good change")] {
        assert_eq!(received[index], Ok(Received::Applied), "{what}: {good}");
    }
    laptop.is_sound();
    laptop.edits();
    why
}

#[test]
fn counters_and_sequences_at_the_edge_are_refused() {
    for number in [0, 1, 2, 4, 1 << 31, 1 << 32, (1 << 48) - 1, 1 << 48, 1 << 63, u64::MAX - 1, u64::MAX] {
        attack(&format!("start {number}"), |bad| bad.start = number);
    }
    // Sequence 1 is taken by other content: a fork, told apart below.
    for number in [0, 3, 1 << 31, 1 << 32, (1 << 48) - 1, 1 << 48, 1 << 63, u64::MAX] {
        attack(&format!("seq {number}"), |bad| bad.seq = number);
    }
    attack("a first change by somebody that begins late", |bad| {
        *bad = CellChange { actor: actor(9), seq: 1, start: (1 << 48) - 1, deps: vec![], ..bad.clone() };
        bad.ops[0].pred.clear();
    });
    attack("a predecessor from the future", |bad| bad.ops[0].pred[0].counter = u64::MAX);
}

#[test]
fn a_predecessor_that_nobody_wrote_is_refused() {
    let id = |counter, byte| OpId { counter, actor: actor(byte) };
    let pred = |pred: Vec<OpId>| move |bad: &mut CellChange| bad.ops[0].pred = pred;
    assert!(attack("an unknown actor", pred(vec![id(1, 77)])).contains("is no write of"));
    assert!(
        attack("an unknown counter", |bad| {
            bad.actor = actor(9);
            bad.seq = 1;
            bad.ops[0].pred = vec![id(2, 2)];
        })
        .contains("is no write of")
    );
    assert!(attack("a write of another cell", pred(vec![id(2, 1)])).contains("is no write of"));
    assert_eq!(attack("out of order", pred(vec![id(2, 1), id(1, 1)])), "Unordered");
    assert_eq!(attack("twice", pred(vec![id(1, 1), id(1, 1)])), "Unordered");
    assert_eq!(attack("its own write", pred(vec![id(3, 1)])), "Numbering");
    assert_eq!(attack("none", pred(vec![id(0, 1)])), "Numbering");
}

#[test]
fn a_predecessor_that_its_author_cannot_have_seen_is_refused() {
    let [first, second, beside] = story();
    let mut laptop = Laptop::new();
    assert!(laptop.receive(&[first.clone(), second.clone()]).iter().all(Result::is_ok));
    // It builds on the first change only, and yet replaces what the second wrote beside it.
    let mut sly = CellChange { actor: actor(3), ..beside.clone() };
    let far = CellOp { pred: vec![OpId { counter: 3, actor: actor(1) }], ..sly.ops[0].clone() };
    sly.ops = vec![op("task/K0/title", "y", vec![]), far];
    assert!(laptop.receive(std::slice::from_ref(&sly))[0].clone().unwrap_err().contains("Numbering"));
    // With a longer line of its own its counters are high enough; the write is there, and still none that it saw.
    let one = CellChange { actor: actor(3), ops: vec![op("task/K0/title", "y", vec![])], ..beside.clone() };
    let two = CellChange {
        seq: 2,
        start: 4,
        deps: vec![hash(&one)],
        ops: vec![op("task/K0/status", "z", vec![OpId { counter: 3, actor: actor(1) }])],
        ..one.clone()
    };
    let received = laptop.receive(&[one.clone(), two.clone(), beside.clone()]);
    assert!(received[1].clone().unwrap_err().contains("is no write of"), "{received:?}");
    assert_eq!((received[0].clone(), received[2].clone()), (Ok(Received::Applied), Ok(Received::Applied)));
    laptop.is_sound();
    // Refused wherever it comes, in whatever order: a laptop without the second says the same.
    let mut other = Laptop::new();
    let received = other.receive(&[first, one, two, beside, second]);
    assert!(received[2].is_err() && received.iter().filter(|answer| answer.is_err()).count() == 1, "{received:?}");
    assert_eq!(other.records(), laptop.records());
    laptop.edits();
}

#[test]
fn a_time_that_cannot_be_is_refused() {
    for time in [i64::MIN, i64::MIN + 1, -1, 253_402_300_800, i64::MAX] {
        assert_eq!(attack(&format!("time {time}"), |bad| bad.time = time), format!("Time({time})"));
    }
}

#[test]
fn dependencies_are_here_and_distinct_and_hold_the_one_before() {
    let [first, _, beside] = story();
    let (own, other) = (hash(&first), hash(&beside));
    assert!(attack("twice", |bad| bad.deps = vec![own, own]).contains("stands twice"));
    assert!(attack("one that is not here", |bad| bad.deps.push([9; 32])).contains("MissingDependency"));
    assert!(attack("only one that is not here", |bad| bad.deps = vec![other]).contains("MissingDependency"));
    assert!(attack("none", |bad| bad.deps.clear()).contains("gap"));
    attack("thousands that are not here", |bad| {
        bad.deps.extend((0..4_000_u32).map(|n| {
            let mut hash = [3; 32];
            hash[..4].copy_from_slice(&n.to_le_bytes());
            hash
        }));
    });
}

#[test]
fn a_key_that_is_no_cell_is_refused_and_a_strange_one_is_only_a_cell() {
    for key in ["status", "task/K0", "task/K0/", "/", "//", "///"] {
        let mut kept = 0;
        let [first, second, _] = story();
        let mut laptop = Laptop::new();
        let strange = CellChange { ops: vec![op(key, "x", vec![])], ..second.clone() };
        let received = laptop.receive(&[first, strange]);
        kept += usize::from(received[1].is_ok());
        assert!(kept == 0 || key == "///", "{key} is taken");
        laptop.is_sound();
    }
    // Whatever else stands in a key or a text: it is written, replaced and shown like any other.
    for strange in
        ["task/\0/\0", "task/'; DROP TABLE op; --/x", "task/%/%_", "task/\u{202e}/\u{feff}", "\"/{}/[]", "é/e\u{301}/x"]
    {
        let [first, second, _] = story();
        let one = CellChange { ops: vec![op(strange, strange, vec![])], ..second.clone() };
        let seen = vec![OpId { counter: 3, actor: actor(1) }];
        let two =
            CellChange { seq: 3, start: 4, deps: vec![hash(&one)], ops: vec![op(strange, "y", seen)], ..one.clone() };
        let mut laptop = Laptop::new();
        assert_eq!(laptop.receive(&[first, one, two]), vec![Ok(Received::Applied); 3], "{strange:?}");
        laptop.edits();
    }
}

#[test]
fn a_fork_is_told_and_holds_nothing_else_up() {
    let [first, second, beside] = story();
    let mut laptop = Laptop::new();
    let mut forked = second.clone();
    forked.ops[0].value = "cannot_meet_deadline".into();
    let onto = CellChange {
        seq: 3,
        start: 4,
        deps: vec![hash(&forked)],
        ops: vec![op("task/K0/note", "y", vec![])],
        ..forked.clone()
    };
    let received = laptop.receive(&[first.clone(), second, forked, onto, beside]);
    assert!(received[2].clone().unwrap_err().starts_with("Fork"), "{received:?}");
    assert!(received[3].clone().unwrap_err().contains("MissingDependency"), "what rests on it waits");
    assert_eq!(received[4], Ok(Received::Applied), "nobody else is held up");
    // The same incarnation in another document is another sequence, and untouched.
    let mut write = laptop.store.write(0).unwrap();
    assert_eq!(write.receive("project/SAPA", &first, None).unwrap(), Received::Applied);
    write.commit().unwrap();
    laptop.edits();
}

#[test]
fn a_number_as_high_as_the_history_allows_leaves_room_for_the_next() {
    // As many cells as a change may hold, and then an edit of our own on top.
    let [first, second, _] = story();
    let ops = (0..20_000).map(|n| op(&format!("task/K0/field{n}"), n, vec![])).collect();
    let large = CellChange { ops, ..second };
    let mut laptop = Laptop::new();
    let mut write = laptop.store.write(0).unwrap();
    write.receive(DOCUMENT, &first, None).unwrap();
    let body = body::decode(&bytes_of(&large)).unwrap();
    write.receive(DOCUMENT, &body.changes[0].0, None).unwrap();
    write.commit().unwrap();
    laptop.edits();
}

/// A history of good changes by three incarnations: who, on which of the changes so far, which cells, which values.
fn history(drawn: &[(u8, u16, u8, u8)]) -> Vec<CellChange> {
    let mut made: Vec<CellChange> = Vec::new();
    for (who, on, cells, value) in drawn {
        let who = who % 3 + 1;
        let mine = made.iter().rev().find(|change| change.actor == actor(who)).cloned();
        let mut on_what: Vec<usize> = (0..made.len()).filter(|at| on & (1 << (at % 16)) != 0).collect();
        on_what.extend(mine.as_ref().and_then(|mine| made.iter().position(|change| change == mine)));
        on_what.sort_unstable();
        on_what.dedup();
        let ancestors = behind(&made, &on_what);
        let start = on_what.iter().map(|at| made[*at].last_counter()).max().unwrap_or(0) + 1;
        let ops = (0..4_u8).filter(|cell| cells & (1 << cell) != 0 || *cell == value % 4).map(|cell| {
            let key = format!("task/K{}/{}", cell / 2, ["status", "note"][usize::from(cell % 2)]);
            op(&key, format!("{value}"), visible(&made, &ancestors, &key))
        });
        let change = CellChange {
            actor: actor(who),
            seq: mine.map_or(1, |mine| mine.seq + 1),
            start,
            time: 1_500_000_000 + i64::from(*value),
            deps: on_what.iter().map(|at| hash(&made[*at])).collect(),
            ops: ops.collect(),
        };
        made.push(change);
    }
    made
}

/// The changes behind these, and these.
fn behind(made: &[CellChange], on: &[usize]) -> Vec<usize> {
    let mut open = on.to_vec();
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        if !found.contains(&at) {
            found.push(at);
            open.extend(made[at].deps.iter().filter_map(|dep| made.iter().position(|change| hash(change) == *dep)));
        }
    }
    found
}

fn visible(made: &[CellChange], ancestors: &[usize], key: &str) -> Vec<OpId> {
    let writes = || ancestors.iter().flat_map(|at| made[*at].ops.iter().enumerate().map(move |(n, op)| (at, n, op)));
    let replaced: Vec<OpId> = writes().flat_map(|(_, _, op)| op.pred.iter().copied()).collect();
    let all = writes().filter(|(_, _, op)| op.key == key).map(|(at, n, _)| made[*at].op_id(n));
    let mut seen: Vec<OpId> = all.filter(|id| !replaced.contains(id)).collect();
    seen.sort_unstable();
    seen
}

/// One field of a change made another.
fn spoil(change: &mut CellChange, others: &[CellChange], kind: u8, number: u64) {
    let some = usize::try_from(number % 7).unwrap();
    let edge = [0, 1, number % 50, 1 << 32, (1 << 48) - 1, 1 << 63, u64::MAX][some];
    let other = &others[usize::try_from(number).unwrap_or(0) % others.len()];
    let at = some % change.ops.len();
    match kind % 14 {
        0 => change.seq = edge,
        1 => change.start = edge,
        2 => change.time = [i64::MIN, -1, i64::MAX, 253_402_300_800, 0, 1, 1_500_000_000][some],
        3 => change.deps.push(hash(other)),
        4 => drop(change.deps.pop()),
        5 => change.deps.extend(change.deps.clone()),
        6 => change.actor = other.actor,
        7 => change.actor = actor(some.to_le_bytes()[0] + 1),
        8 => change.ops[at].pred.push(OpId { counter: edge, actor: other.actor }),
        9 => drop(change.ops[at].pred.pop()),
        10 => change.ops[at].pred.reverse(),
        11 => change.ops[at].pred = vec![other.op_id(some % other.ops.len())],
        12 => change.ops[at].key.clone_from(&other.ops[some % other.ops.len()].key),
        _ => change.ops[at].value = [Scalar::Null, Scalar::Int(i64::MIN), true.into(), "".into()][some % 4].clone(),
    }
}

type Spoiled = Vec<(prop::sample::Index, u8, u64, u8, u64)>;

/// A document under attack: a good history, and which of its changes also come spoiled, before the good one does.
fn under_attack() -> impl Strategy<Value = (Vec<CellChange>, Spoiled)> {
    let drawn = prop::collection::vec((any::<u8>(), any::<u16>(), any::<u8>(), any::<u8>()), 2..9);
    let one = (any::<prop::sample::Index>(), any::<u8>(), any::<u64>(), any::<u8>(), any::<u64>());
    (drawn.prop_map(|drawn| history(&drawn)), prop::collection::vec(one, 1..6))
}

fn sent(good: &[CellChange], spoiled: &Spoiled) -> Vec<CellChange> {
    let mut sent = Vec::new();
    for (at, change) in good.iter().enumerate() {
        for (_, kind, number, second, other_number) in spoiled.iter().filter(|one| one.0.index(good.len()) == at) {
            let mut bad = change.clone();
            spoil(&mut bad, good, *kind, *number);
            if second % 2 == 0 {
                spoil(&mut bad, good, *second, *other_number);
            }
            sent.push(bad);
        }
        sent.push(change.clone());
    }
    sent
}

proptest! {
    // Eight documents on a pair of laptops: 400 in all.
    #![proptest_config(ProptestConfig { cases: 50, max_shrink_iters: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn documents_under_attack_stay_clean_and_every_order_ends_equal(
        documents in prop::collection::vec(under_attack(), 8), order in any::<u64>(),
    ) {
        let (mut laptop, mut other) = (Laptop::new(), Laptop::new());
        for (number, (good, spoiled)) in documents.iter().enumerate() {
            let document = format!("project/P{number}");
            let sent = sent(good, spoiled);
            let received = laptop.receive_in(&document, &sent);
            let taken = sent.into_iter().zip(received).filter(|(_, answer)| *answer == Ok(Received::Applied));
            other.receive_shuffled(&document, taken.map(|(change, _)| change).collect(), order);
        }
        laptop.is_sound();
        other.is_sound();
        prop_assert_eq!(other.records(), laptop.records());
        laptop.edits();
        other.edits();
    }
}
