#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::*;

const CHUNK: usize = 64 * 1024;
const HEADER: usize = 78;

/// A directory of its own that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tovholder-backup-{}-{number}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Seals `plain` and answers the sealed bytes.
    fn sealed(&self, plain: &[u8], key: &BackupKey) -> Vec<u8> {
        fs::write(self.path("copy.db"), plain).unwrap();
        let bytes = seal(&self.path("copy.db"), &self.path("a.tovbackup"), key, when(), &mut counting(7)).unwrap();
        let sealed = fs::read(self.path("a.tovbackup")).unwrap();
        assert_eq!(bytes, sealed.len() as u64);
        sealed
    }

    /// Opens these sealed bytes; nothing may be left behind when that fails.
    fn opened(&self, sealed: &[u8], key: &BackupKey) -> Result<Vec<u8>, BackupError> {
        let out = self.path("opened.db");
        let _ = fs::remove_file(&out);
        fs::write(self.path("b.tovbackup"), sealed).unwrap();
        let opened = open(&self.path("b.tovbackup"), &out, key);
        assert_eq!(opened.is_ok(), out.exists());
        assert!(self.names().iter().all(|name| !name.contains(".part")), "{:?}", self.names());
        opened.map(|()| fs::read(&out).unwrap())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn when() -> DateTime<Utc> {
    "2018-06-15T07:17:00Z".parse().unwrap()
}

/// Not random, but different at every call and for every seed.
fn counting(seed: u8) -> impl FnMut(&mut [u8]) -> io::Result<()> {
    let mut next = seed;
    move |bytes| {
        for byte in bytes {
            *byte = next;
            next = next.wrapping_mul(31).wrapping_add(17);
        }
        Ok(())
    }
}

fn key(seed: u8) -> BackupKey {
    let mut bytes = [0; 32];
    counting(seed)(&mut bytes).unwrap();
    BackupKey::new(bytes)
}

fn plain(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| u8::try_from(index * 7 % 251).unwrap()).collect()
}

#[test]
fn what_is_sealed_opens_at_every_edge_of_a_chunk() {
    let scratch = Scratch::new();
    for bytes in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
        let sealed = scratch.sealed(&plain(bytes), &key(1));
        assert_eq!(scratch.opened(&sealed, &key(1)).unwrap(), plain(bytes), "{bytes}");
        let text = b"\x00\x07\x0e\x15\x1c";
        assert!(bytes < 5 || !sealed.windows(5).any(|window| window == text), "plain text in the sealed file");
    }
    assert_eq!(made_at(&scratch.path("a.tovbackup")).unwrap(), when());
}

#[test]
fn another_key_is_told_from_damage() {
    let scratch = Scratch::new();
    let sealed = scratch.sealed(&plain(100), &key(1));
    assert!(matches!(scratch.opened(&sealed, &key(2)), Err(BackupError::KeyWrong)));
}

#[test]
fn every_flipped_byte_is_seen() {
    let scratch = Scratch::new();
    let sealed = scratch.sealed(&plain(2 * CHUNK + 10), &key(1));
    let samples =
        (0..HEADER + 40).chain((HEADER + 40..sealed.len()).step_by(1009)).chain(sealed.len() - 40..sealed.len());
    for at in samples {
        for flip in [1, 0x80] {
            let mut hurt = sealed.clone();
            hurt[at] ^= flip;
            match scratch.opened(&hurt, &key(1)) {
                Err(BackupError::NotABackup | BackupError::NewerFormat) => assert!(at < 18, "{at}"),
                Err(BackupError::Damaged { at: from }) => assert!(from <= at as u64, "{from} {at}"),
                other => panic!("byte {at}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_file_that_is_cut_or_longer_is_seen() {
    let scratch = Scratch::new();
    let sealed = scratch.sealed(&plain(2 * CHUNK), &key(1));
    let chunk_ends = [HEADER, HEADER + CHUNK + 16];
    for length in (0..HEADER).chain(chunk_ends).chain((HEADER..sealed.len()).step_by(7919)) {
        match scratch.opened(&sealed[..length], &key(1)) {
            Err(BackupError::CutShort { found, .. }) => assert_eq!(found, length as u64),
            Err(BackupError::NotABackup) => assert_eq!(length, 0),
            other => panic!("{length}: {other:?}"),
        }
    }
    let longer = [sealed.as_slice(), b"x"].concat();
    assert!(matches!(scratch.opened(&longer, &key(1)), Err(BackupError::Damaged { .. })));
    assert!(matches!(scratch.opened(b"SQLite format 3\0 and more of it", &key(1)), Err(BackupError::NotABackup)));
    let newer = [b"TOVHOLDER-BACKUP-2".as_slice(), &sealed[18..]].concat();
    assert!(matches!(scratch.opened(&newer, &key(1)), Err(BackupError::NewerFormat)));
}

#[test]
fn chunks_do_not_change_places_or_files() {
    let scratch = Scratch::new();
    let step = CHUNK + 16;
    let sealed = scratch.sealed(&plain(3 * CHUNK), &key(1));
    let mut swapped = sealed.clone();
    swapped[HEADER..HEADER + step].copy_from_slice(&sealed[HEADER + step..HEADER + 2 * step]);
    swapped[HEADER + step..HEADER + 2 * step].copy_from_slice(&sealed[HEADER..HEADER + step]);
    let damaged = |result| matches!(result, Err(BackupError::Damaged { at }) if at == HEADER as u64);
    assert!(damaged(scratch.opened(&swapped, &key(1)).map(|_| ())));

    fs::write(scratch.path("other.db"), plain(3 * CHUNK)).unwrap();
    seal(&scratch.path("other.db"), &scratch.path("other"), &key(1), when(), &mut counting(9)).unwrap();
    let other = fs::read(scratch.path("other")).unwrap();
    let mixed = [&sealed[..HEADER], &other[HEADER..]].concat();
    assert!(damaged(scratch.opened(&mixed, &key(1)).map(|_| ())));
}

#[test]
fn a_failed_sealing_leaves_what_was_there() {
    let scratch = Scratch::new();
    let before = scratch.sealed(&plain(10), &key(1));
    let no_luck =
        seal(&scratch.path("copy.db"), &scratch.path("a.tovbackup"), &key(1), when(), &mut |_: &mut [u8]| {
            Err(io::Error::other("no randomness"))
        });
    assert!(matches!(no_luck, Err(BackupError::Random(_))));
    let no_file = seal(&scratch.path("none.db"), &scratch.path("a.tovbackup"), &key(1), when(), &mut counting(3));
    assert!(matches!(no_file, Err(BackupError::Io { .. })));
    assert_eq!(fs::read(scratch.path("a.tovbackup")).unwrap(), before);
    let no_folder = seal(&scratch.path("copy.db"), &scratch.path("no/where"), &key(1), when(), &mut counting(3));
    assert!(matches!(no_folder, Err(BackupError::Io { .. })));
    assert_eq!(scratch.names(), ["a.tovbackup", "copy.db"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_what_is_written() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let sealed = scratch.sealed(&plain(10), &key(1));
    scratch.opened(&sealed, &key(1)).unwrap();
    load_or_create(&scratch.path(KEY_FILE), &mut counting(1)).unwrap();
    for name in ["a.tovbackup", "opened.db", KEY_FILE] {
        assert_eq!(fs::metadata(scratch.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn the_key_file_is_made_once_and_never_replaced() {
    let scratch = Scratch::new();
    let path = scratch.path(KEY_FILE);
    let first = load_or_create(&path, &mut counting(1)).unwrap();
    assert!(load_or_create(&path, &mut counting(2)).unwrap() == first);
    assert_eq!(scratch.names(), [KEY_FILE]);
    fs::write(&path, "not a key").unwrap();
    assert!(matches!(load_or_create(&path, &mut counting(2)), Err(BackupError::KeyUnreadable)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "not a key");
}

#[test]
fn programs_starting_at_once_share_a_key() {
    let scratch = Scratch::new();
    let path = scratch.path(KEY_FILE);
    let keys: Vec<BackupKey> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8u8)
            .map(|seed| {
                scope.spawn({
                    let path = &path;
                    move || load_or_create(path, &mut counting(seed)).unwrap()
                })
            })
            .collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(scratch.names(), [KEY_FILE]);
}

#[test]
fn a_key_survives_a_person_s_hands() {
    let key = key(5);
    let text = key.to_words_text();
    assert_eq!(text.split('-').count(), 14);
    assert!(text.split('-').all(|group| group.len() == 4));
    let typed = format!(" {}\n", text.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l"));
    assert!(BackupKey::parse(&typed).unwrap() == key);
    assert_eq!(format!("{key:?}"), "BackupKey(…)");
    for wrong in ["", "abcd", &text[1..], &format!("{text}-0"), &text.replace('-', "U")] {
        assert!(matches!(BackupKey::parse(wrong), Err(BackupError::KeyUnreadable)), "{wrong}");
    }
}

#[test]
fn a_mistyped_letter_is_seen() {
    let text = key(5).to_words_text();
    for (at, letter) in text.char_indices().filter(|(_, letter)| *letter != '-') {
        let other = if letter == '7' { '8' } else { '7' };
        let mistyped = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        assert!(matches!(BackupKey::parse(&mistyped), Err(BackupError::KeyUnreadable)), "{at}");
    }
}

#[test]
fn names_carry_the_local_time() {
    let time: NaiveDateTime = "2018-06-15T09:17:44".parse().unwrap();
    assert_eq!(file_name(time), "tovholder-2018-06-15T0917.tovbackup");
    let minute = "2018-06-15T09:17:00".parse().unwrap();
    assert_eq!(named("tovholder-2018-06-15T0917.tovbackup"), Some((minute, 1)));
    assert_eq!(named("tovholder-2018-06-15T0917-12.tovbackup"), Some((minute, 12)));
    for other in ["tovholder.db", "tovholder-2018-06-15.tovbackup", "tovholder-2018-06-15T0917.tovbackup.part", "æ"] {
        assert_eq!(named(other), None, "{other}");
    }
    let scratch = Scratch::new();
    for _ in 0..12 {
        fs::write(free_path(&scratch.0, time), "x").unwrap();
    }
    let listed = list(&scratch.0).unwrap();
    assert_eq!(listed.len(), 12);
    assert!(listed[0].0.ends_with("tovholder-2018-06-15T0917-12.tovbackup"));
    assert!(list(&scratch.path("nowhere")).unwrap().is_empty());
}

#[test]
fn seven_days_and_eight_weeks_stay() {
    let scratch = Scratch::new();
    let last: NaiveDateTime = "2018-06-15T09:17:00".parse().unwrap();
    for day in 0..200 {
        for hour in [0, 3] {
            let time = last - chrono::Duration::days(day) - chrono::Duration::hours(hour);
            fs::write(scratch.path(&file_name(time)), "x").unwrap();
        }
    }
    fs::write(scratch.path("referat.docx"), "x").unwrap();
    let removed = prune(&scratch.0, Keep::default()).unwrap();
    let left: Vec<String> = list(&scratch.0).unwrap().iter().map(|(_, time)| time.to_string()).collect();
    assert_eq!(
        left,
        [
            "2018-06-15 09:17:00",
            "2018-06-15 06:17:00",
            "2018-06-14 09:17:00",
            "2018-06-13 09:17:00",
            "2018-06-12 09:17:00",
            "2018-06-11 09:17:00",
            "2018-06-10 09:17:00",
            "2018-06-09 09:17:00",
            "2018-06-08 09:17:00",
            "2018-06-03 09:17:00",
            "2018-05-27 09:17:00",
            "2018-05-20 09:17:00",
            "2018-05-13 09:17:00",
            "2018-05-06 09:17:00",
            "2018-04-29 09:17:00",
            "2018-04-22 09:17:00",
        ]
    );
    assert_eq!(removed.len(), 400 - left.len());
    assert!(scratch.path("referat.docx").exists());
    assert!(prune(&scratch.0, Keep::default()).unwrap().is_empty());
    prune(&scratch.0, Keep { days: 0, weeks: 0 }).unwrap();
    assert!(!list(&scratch.0).unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_database_comes_back(bytes in prop::collection::vec(any::<u8>(), 0..1000), repeat in 1usize..300, seed in any::<[u8; 32]>()) {
        let scratch = Scratch::new();
        let plain = bytes.repeat(repeat);
        let key = BackupKey::new(seed);
        let sealed = scratch.sealed(&plain, &key);
        prop_assert_eq!(scratch.opened(&sealed, &key).unwrap(), plain);
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), begun in any::<bool>()) {
        let scratch = Scratch::new();
        let file = if begun { [b"TOVHOLDER-BACKUP-1".as_slice(), &bytes].concat() } else { bytes };
        prop_assert!(scratch.opened(&file, &key(1)).is_err());
    }

    #[test]
    fn any_key_reads_back(bytes in any::<[u8; 32]>()) {
        let key = BackupKey::new(bytes);
        prop_assert!(BackupKey::parse(&key.to_words_text()).unwrap() == key);
    }

    #[test]
    fn any_text_as_a_key_is_answered(text in "\\PC{0,80}") {
        prop_assert!(BackupKey::parse(&text).is_err());
    }
}
