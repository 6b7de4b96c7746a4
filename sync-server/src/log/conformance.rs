//! What every storage must do; the same suite for each.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;

use tovholder_crypto::running;
use tovholder_protocol::{
    DeviceKey, Envelope, Hash, Incarnation, LogId, Signature, SignedEntry, SnapshotPart, SpaceId,
};

use super::{Appended, Memory, Sqlite, Storage, Store, Yesterday};

/// A storage that is held to the contract.
trait Subject {
    fn storage(&self) -> &dyn Storage;
    /// Hands out a code.
    fn code(&self, quota: Option<u64>) -> String;
    /// As after a restart of the machine.
    fn reopen(&mut self);
}

struct InMemory(Memory);

impl Subject for InMemory {
    fn storage(&self) -> &dyn Storage {
        &self.0
    }

    fn code(&self, quota: Option<u64>) -> String {
        let code = format!("code-{quota:?}");
        self.0.add_code_with_quota(&code, quota);
        code
    }

    fn reopen(&mut self) {
        let disk: Yesterday = self.0.copy();
        self.0 = Memory::new();
        self.0.bring_back(&disk);
    }
}

struct OnDisk {
    sqlite: Option<Sqlite>,
    dir: PathBuf,
}

impl OnDisk {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("tovholder-relay-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        Self { sqlite: Some(Sqlite::open(&dir).unwrap()), dir }
    }

    fn sqlite(&self) -> &Sqlite {
        self.sqlite.as_ref().unwrap()
    }
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        self.sqlite = None;
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Subject for OnDisk {
    fn storage(&self) -> &dyn Storage {
        self.sqlite()
    }

    fn code(&self, quota: Option<u64>) -> String {
        let random = [u8::try_from(quota.unwrap_or(7) % 251).unwrap(); 10];
        self.sqlite().add_code(&random, "Viborg", quota, 1_800_000_000).unwrap()
    }

    fn reopen(&mut self) {
        self.sqlite = None;
        self.sqlite = Some(Sqlite::open(&self.dir).unwrap());
    }
}

fn held_to(check: fn(&mut dyn Subject), name: &str) {
    check(&mut InMemory(Memory::new()));
    check(&mut OnDisk::new(name));
}

const HERE: SpaceId = SpaceId([1; 32]);
const THERE: SpaceId = SpaceId([2; 32]);

fn entry(n: u8) -> SignedEntry {
    SignedEntry { body: vec![n; 40], signature: Signature([n; 64]) }
}

fn admit(code: Option<String>) -> Store {
    Store::Admit { log: LogId([3; 16]), entries: vec![entry(0), entry(1)], code }
}

/// Envelopes of one incarnation, with bodies of so many bytes.
fn log(bodies: &[usize]) -> Vec<Appended> {
    let mut before = Hash::default();
    let numbered = (1_u64..).zip(bodies);
    let one = |(n, bytes): (u64, &usize)| {
        let hash = Hash([u8::try_from(n).unwrap(); 32]);
        before = running(&before, &hash);
        let header = vec![u8::try_from(n).unwrap(); 100];
        let envelope = Envelope { header, signature: Signature([4; 64]), body: vec![5; *bytes] };
        let (incarnation, device) = (Incarnation([6; 16]), DeviceKey([7; 32]));
        Appended { n, hash, running: before, incarnation, counter: n, device, envelope }
    };
    numbered.map(one).collect()
}

fn appends(space: SpaceId, bodies: &[usize]) -> Vec<(SpaceId, Store)> {
    log(bodies).into_iter().map(|appended| (space, Store::Append(appended))).collect()
}

fn part(index: u32, bytes: usize) -> SnapshotPart {
    SnapshotPart { header: vec![8; 60], signature: Signature([9; 64]), index, body: vec![1; bytes] }
}

#[test]
fn what_is_appended_is_read_in_order_and_within_its_bounds() {
    fn check(subject: &mut dyn Subject) {
        subject.storage().commit(&vec![(HERE, admit(None)), (THERE, admit(None))]).unwrap();
        subject.storage().commit(&appends(HERE, &[1_000; 10])).unwrap();
        for again in [false, true] {
            if again {
                subject.reopen();
            }
            let storage = subject.storage();
            let written = log(&[1_000; 10]);
            let numbers = |after, count, bytes| -> Vec<u64> {
                let found = storage.envelopes(&HERE, after, count, bytes).unwrap();
                for (n, envelope) in &found {
                    assert_eq!(*envelope, written[usize::try_from(*n).unwrap() - 1].envelope);
                }
                found.into_iter().map(|(n, _)| n).collect()
            };
            assert_eq!(numbers(0, 100, 1 << 20), (1..=10).collect::<Vec<_>>());
            assert_eq!(numbers(7, 100, 1 << 20), [8, 9, 10]);
            assert_eq!(numbers(3, 2, 1 << 20), [4, 5]);
            assert_eq!(numbers(0, 100, 3 * written[0].envelope.size()), [1, 2, 3]);
            assert_eq!(numbers(0, 100, 0), [1], "one comes, however large");
            assert!(numbers(10, 100, 1 << 20).is_empty());
            assert!(storage.envelopes(&THERE, 0, 100, 1 << 20).unwrap().is_empty());
            assert!(storage.envelopes(&SpaceId([9; 32]), 0, 100, 1 << 20).unwrap().is_empty());
            let hashes: Vec<Hash> = written.iter().map(|one| one.hash).collect();
            assert_eq!(storage.hashes(&HERE, 0, 100).unwrap(), hashes);
            assert_eq!(storage.hashes(&HERE, 4, 3).unwrap(), hashes[4..7]);
            assert!(storage.hashes(&HERE, 10, 3).unwrap().is_empty());
            assert!(storage.hashes(&THERE, 0, 3).unwrap().is_empty());
            assert_eq!(storage.running_at(&HERE, 0).unwrap(), Some(Hash::default()));
            assert_eq!(storage.running_at(&HERE, 6).unwrap(), Some(written[5].running));
            assert_eq!(storage.running_at(&HERE, 11).unwrap(), None);
            assert_eq!(storage.number_of(&HERE, &written[8].hash).unwrap(), Some(9));
            assert_eq!(storage.number_of(&HERE, &Hash([99; 32])).unwrap(), None);
            assert_eq!(storage.number_of(&THERE, &written[8].hash).unwrap(), None, "of another space");
            let kept = storage.load(&HERE).unwrap().unwrap();
            assert_eq!((kept.head, kept.running), (10, written[9].running));
            let last = kept.vector[&Incarnation([6; 16])];
            assert_eq!((last.counter, last.hash, last.device), (10, written[9].hash, DeviceKey([7; 32])));
            let bytes: usize = written.iter().map(|one| one.envelope.size()).sum();
            assert_eq!(kept.bytes, u64::try_from(bytes).unwrap());
            assert_eq!(storage.spaces().unwrap(), [(HERE, None), (THERE, None)]);
            assert!(storage.load(&SpaceId([9; 32])).unwrap().is_none());
        }
    }
    held_to(check, "append");
}

#[test]
fn a_code_admits_one_and_brings_its_quota() {
    fn check(subject: &mut dyn Subject) {
        let code = subject.code(Some(4_096));
        assert_eq!(subject.storage().code(&code).unwrap(), Some(Some(4_096)));
        assert_eq!(subject.storage().code("another").unwrap(), None);
        subject.storage().commit(&vec![(HERE, admit(Some(code.clone())))]).unwrap();
        subject.reopen();
        let storage = subject.storage();
        assert_eq!(storage.code(&code).unwrap(), None, "it is used up");
        assert!(storage.commit(&vec![(THERE, admit(Some(code)))]).is_err());
        assert!(storage.load(&THERE).unwrap().is_none(), "nobody is admitted by a used code");
        assert_eq!(storage.load(&HERE).unwrap().unwrap().quota, Some(4_096));
        assert_eq!(storage.spaces().unwrap(), [(HERE, Some(4_096))]);
        assert!(storage.commit(&vec![(HERE, admit(None))]).is_err(), "nobody is admitted twice");
        let without = subject.code(None);
        assert_eq!(subject.storage().code(&without).unwrap(), Some(None));
    }
    held_to(check, "code");
}

#[test]
fn entries_and_the_run_of_the_log_are_kept() {
    fn check(subject: &mut dyn Subject) {
        subject.storage().commit(&vec![(HERE, admit(None)), (HERE, Store::Entry(2, entry(2)))]).unwrap();
        subject.storage().commit(&vec![(HERE, Store::NewLog(LogId([8; 16])))]).unwrap();
        assert!(subject.storage().commit(&vec![(HERE, Store::Entry(2, entry(3)))]).is_err(), "a place is taken once");
        subject.reopen();
        let kept = subject.storage().load(&HERE).unwrap().unwrap();
        assert_eq!(kept.entries, [entry(0), entry(1), entry(2)]);
        assert_eq!((kept.log, kept.head, kept.running), (LogId([8; 16]), 0, Hash::default()));
    }
    held_to(check, "entries");
}

#[test]
fn a_snapshot_takes_the_place_of_the_one_before_whole() {
    fn check(subject: &mut dyn Subject) {
        subject.storage().commit(&vec![(HERE, admit(None))]).unwrap();
        subject.storage().commit(&appends(HERE, &[10; 4])).unwrap();
        let bare = subject.storage().load(&HERE).unwrap().unwrap().bytes;
        assert_eq!(subject.storage().part(&HERE, 0).unwrap(), None);
        let long = vec![part(0, 500), part(1, 500), part(2, 500)];
        subject.storage().commit(&vec![(HERE, Store::Snapshot { n: 2, parts: long.clone() })]).unwrap();
        subject.reopen();
        let kept = subject.storage().load(&HERE).unwrap().unwrap();
        assert_eq!(kept.snapshot, 2);
        assert!(kept.snapshot_bytes > 1_500 && kept.bytes == bare + kept.snapshot_bytes, "{kept:?}");
        assert_eq!(subject.storage().part(&HERE, 2).unwrap().as_ref(), Some(&long[2]));
        subject.storage().commit(&vec![(HERE, Store::Snapshot { n: 4, parts: vec![part(0, 20)] })]).unwrap();
        let kept = subject.storage().load(&HERE).unwrap().unwrap();
        assert_eq!(kept.snapshot, 4);
        assert!(kept.bytes == bare + kept.snapshot_bytes && kept.snapshot_bytes < 500, "{kept:?}");
        assert_eq!(subject.storage().part(&HERE, 0).unwrap(), Some(part(0, 20)));
        assert_eq!(subject.storage().part(&HERE, 1).unwrap(), None, "nothing of the one before");
    }
    held_to(check, "snapshot");
}

#[test]
fn a_calendar_replaces_the_one_before_and_goes_with_its_space() {
    fn check(subject: &mut dyn Subject) {
        subject.storage().commit(&vec![(HERE, admit(None)), (THERE, admit(None))]).unwrap();
        assert_eq!(subject.storage().calendar(&HERE).unwrap(), None);
        for text in ["BEGIN:VCALENDAR one", "BEGIN:VCALENDAR another"] {
            subject.storage().commit(&vec![(HERE, Store::Calendar(text.into()))]).unwrap();
            subject.reopen();
            assert_eq!(subject.storage().calendar(&HERE).unwrap(), Some(text.into()));
            assert_eq!(subject.storage().calendar(&THERE).unwrap(), None);
        }
        subject.storage().commit(&vec![(HERE, Store::Calendar(Vec::new()))]).unwrap();
        assert_eq!(subject.storage().calendar(&HERE).unwrap(), None);
        let nowhere = subject.storage().commit(&vec![(SpaceId([9; 32]), Store::Calendar(vec![1]))]);
        assert!(nowhere.is_err());
    }
    held_to(check, "calendar");
}

#[test]
fn a_batch_that_fails_stores_nothing() {
    fn check(subject: &mut dyn Subject) {
        let code = subject.code(None);
        subject.storage().commit(&vec![(HERE, admit(None))]).unwrap();
        subject.storage().commit(&appends(HERE, &[10; 2])).unwrap();
        let before = subject.storage().load(&HERE).unwrap();
        let mut batch = vec![
            (HERE, Store::Append(log(&[10; 3])[2].clone())),
            (HERE, Store::Entry(2, entry(2))),
            (HERE, Store::NewLog(LogId([8; 16]))),
            (HERE, Store::Snapshot { n: 3, parts: vec![part(0, 20)] }),
            (HERE, Store::Calendar(b"BEGIN:VCALENDAR".to_vec())),
            (THERE, admit(Some(code.clone()))),
        ];
        let good = batch.clone();
        // A space that is not there, a number that is taken, an envelope that is there.
        for bad in [(SpaceId([9; 32]), Store::NewLog(LogId::default())), (HERE, Store::Append(log(&[10])[0].clone()))] {
            batch.push(bad);
            assert!(subject.storage().commit(&batch).is_err());
            batch.pop();
            for again in [false, true] {
                if again {
                    subject.reopen();
                }
                assert_eq!(subject.storage().load(&HERE).unwrap(), before);
                assert!(subject.storage().load(&THERE).unwrap().is_none());
                assert_eq!(subject.storage().number_of(&HERE, &Hash([3; 32])).unwrap(), None);
                assert_eq!(subject.storage().part(&HERE, 0).unwrap(), None);
                assert_eq!(subject.storage().calendar(&HERE).unwrap(), None);
                assert_eq!(subject.storage().code(&code).unwrap(), Some(None), "and the code is not used up");
            }
        }
        subject.storage().commit(&good).unwrap();
        assert_eq!(subject.storage().load(&HERE).unwrap().unwrap().head, 3);
        assert!(subject.storage().load(&THERE).unwrap().is_some());
    }
    held_to(check, "fails");
}

#[test]
fn what_the_host_does_is_seen_by_who_runs_and_what_is_removed_is_gone() {
    let subject = OnDisk::new("host");
    let runs = subject.sqlite();
    let host = Sqlite::open(&subject.dir).unwrap();
    runs.commit(&vec![(HERE, admit(None)), (THERE, admit(None))]).unwrap();
    runs.commit(&appends(HERE, &[10; 200])).unwrap();
    let seen = runs.changed_outside().unwrap();
    runs.commit(&appends(THERE, &[10])).unwrap();
    assert_eq!(runs.changed_outside().unwrap(), seen, "its own commits are no news");
    assert!(host.set_quota(&THERE, 99).unwrap() && !host.set_quota(&SpaceId([9; 32]), 99).unwrap());
    assert_ne!(runs.changed_outside().unwrap(), seen);
    assert_eq!(runs.spaces().unwrap(), [(HERE, None), (THERE, Some(99))]);
    assert!(host.remove(&HERE).unwrap() && !host.remove(&HERE).unwrap());
    assert_eq!(runs.spaces().unwrap(), [(THERE, Some(99))]);
    assert_eq!(host.rows().unwrap().len(), 1);
    assert!(runs.load(&HERE).unwrap().is_none() && runs.envelopes(&HERE, 0, 9, 9).unwrap().is_empty());
    assert!(runs.commit(&vec![(HERE, Store::NewLog(LogId([1; 16])))]).is_err(), "nothing is stored where nothing is");
    // It may come back, as something new.
    runs.commit(&vec![(HERE, admit(None))]).unwrap();
    assert_eq!(runs.load(&HERE).unwrap().unwrap().head, 0);
    let copy = subject.dir.join("copy.db");
    host.backup(&copy).unwrap();
    assert_eq!(
        std::fs::read_dir(&subject.dir)
            .unwrap()
            .filter(|file| { file.as_ref().is_ok_and(|file| file.file_name().to_string_lossy().contains("part")) })
            .count(),
        0
    );
    let restored = subject.dir.join("restored");
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(&copy, restored.join(super::sqlite::FILE_NAME)).unwrap();
    let restored = Sqlite::open(&restored).unwrap();
    assert_eq!(restored.load(&THERE).unwrap(), runs.load(&THERE).unwrap());
}
