//! A damaged, read-only, full, newer or wrong data directory: a clear sentence, and nothing lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tovholder_tests::{Laptop, MAY_FILE, Ran, program};

const NOBODY: u32 = 65_534;

fn database(laptop: &Laptop) -> PathBuf {
    laptop.data_dir().join("tovholder.db")
}

/// Says something to the database itself, past Tovholder, and brings everything into the one file.
fn past_tovholder(laptop: &Laptop, words: &str) {
    let connection = rusqlite::Connection::open(database(laptop)).unwrap();
    connection.execute_batch(words).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let laptop = Laptop::new();
    std::fs::create_dir_all(laptop.data_dir()).unwrap();
    let letter = "Kære kollega, dette er et brev og ingen database. ".repeat(200);
    std::fs::write(database(&laptop), &letter).unwrap();
    laptop.tovholder(&["tasks", "--json"]).refused("corrupt");
    laptop
        .tovholder(&["init", "--municipality", "0479", "--department", "D", "--name", "N", "--json"])
        .refused("corrupt");
    assert_eq!(std::fs::read_to_string(database(&laptop)).unwrap(), letter);
}

#[test]
fn a_damaged_database_is_said_and_its_backup_opens_elsewhere() {
    let laptop = Laptop::with_may();
    laptop.json(&["task", "set", "KLIK-1010", "note=før skaden"]);
    let backup = laptop.json(&["backup"])["file"].as_str().unwrap().to_owned();
    let key = laptop.json(&["backup", "key"])["key"].as_str().unwrap().to_owned();
    let path = find(&laptop.data_dir(), &backup).expect("the backup lies in the data directory");

    past_tovholder(&laptop, "");
    let mut bytes = std::fs::read(database(&laptop)).unwrap();
    let (from, to) = (bytes.len() / 5, bytes.len() * 4 / 5);
    bytes[from..to].fill(0xA5);
    std::fs::write(database(&laptop), &bytes).unwrap();

    let doctor = laptop.tovholder(&["doctor", "--json"]);
    assert_eq!(doctor.status, Some(1), "{doctor:?}");
    if doctor.out.is_empty() {
        doctor.refused("corrupt");
    } else {
        assert_eq!(doctor.json()["ok"], false);
    }
    assert_eq!(std::fs::metadata(database(&laptop)).unwrap().len(), bytes.len() as u64, "nothing was thrown away");

    let other = Laptop::new();
    other.json(&["backup", "restore", path.to_str().unwrap(), "--key", &key]);
    assert_eq!(other.task("KLIK-1010")["note"], "før skaden");
    assert_eq!(other.tasks().len(), 172);
    assert_eq!(other.json(&["doctor", "--rebuild"])["ok"], true);
}

fn find(dir: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<PathBuf> = std::fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path()).collect();
    entries
        .iter()
        .find(|path| path.file_name().is_some_and(|found| found == name))
        .cloned()
        .or_else(|| entries.iter().find_map(|path| find(path, name)))
}

#[test]
fn a_wrong_key_or_a_damaged_backup_changes_nothing() {
    let laptop = Laptop::with_may();
    let backup = laptop.json(&["backup", "now"])["file"].as_str().unwrap().to_owned();
    laptop.json(&["task", "set", "KLIK-1010", "note=efter"]);
    let path = find(&laptop.data_dir(), &backup).unwrap();
    let key = Laptop::founded().json(&["backup", "key"])["key"].as_str().unwrap().to_owned();
    let words = ["backup", "restore", path.to_str().unwrap(), "--json"];
    laptop.tovholder(&[&words[..], &["--key", &key]].concat()).refused("backup_key_wrong");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let ran = laptop.tovholder(&words);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.err.contains("backup_damaged") || ran.err.contains("backup_key_wrong"), "{ran:?}");
    assert_eq!(laptop.task("KLIK-1010")["note"], "efter");
}

#[test]
fn a_database_from_a_newer_version_is_refused_by_name_and_left_as_it_is() {
    let laptop = Laptop::with_may();
    past_tovholder(&laptop, "PRAGMA user_version = 9999");
    let bytes = std::fs::read(database(&laptop)).unwrap();
    let refused = laptop.tovholder(&["task", "set", "KLIK-1010", "note=x", "--json"]).refused("newer_version");
    assert!(refused["message"].as_str().unwrap().contains("9999"), "{refused}");
    assert_eq!(std::fs::read(database(&laptop)).unwrap(), bytes);
}

#[test]
fn a_read_only_data_directory_is_said() {
    let laptop = Laptop::with_may();
    let before = std::fs::read(database(&laptop)).unwrap();
    // Permissions do not bind root, so root runs it as nobody, on files that are nobody's and read-only.
    let reader = laptop.beside("tovholder-for-nobody");
    std::fs::copy(program("tovholder"), &reader).unwrap();
    let files: Vec<PathBuf> =
        std::fs::read_dir(laptop.data_dir()).unwrap().flatten().map(|entry| entry.path()).collect();
    for path in files.iter().chain([&laptop.data_dir()]) {
        if is_root() {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mode = if path.is_dir() { 0o555 } else { 0o444 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut command = Command::new(reader);
    command.env("TOVHOLDER_DATA_DIR", laptop.data_dir());
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let words = ["task", "set", "KLIK-1010", "note=x", "--json"];
    Ran::of(command.args(words), &words).refused("read_only");
    std::fs::set_permissions(laptop.data_dir(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(std::fs::read(database(&laptop)).unwrap(), before);
}

#[test]
fn a_cloud_folder_is_refused_with_the_reason() {
    let laptop = Laptop::new();
    let dir = laptop.beside("OneDrive - Svendborg Kommune/Tovholder");
    let words = ["--data-dir", dir.to_str().unwrap(), "status", "--json"];
    let refused = laptop.tovholder(&words).refused("cloud_folder");
    assert!(refused["message"].as_str().unwrap().contains("OneDrive"), "{refused}");
}

/// A small disk, gone when it is dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(dir: PathBuf, size: &str) -> Self {
        std::fs::create_dir_all(&dir).unwrap();
        let options = format!("size={size},mode=755");
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&dir).status().unwrap();
        assert!(status.success(), "a small disk cannot be mounted");
        Self(dir)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Mounting needs root; others run this very test again as the root of a namespace of their own.
fn in_own_namespace(test: &str) -> bool {
    if is_root() {
        return false;
    }
    let here = std::env::current_exe().unwrap();
    let status =
        Command::new("unshare").args(["--map-root-user", "--mount"]).arg(here).args(["--exact", test]).status();
    assert!(status.unwrap().success(), "{test} failed in its own namespace (or `unshare` is not allowed here)");
    true
}

#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
    if in_own_namespace("a_full_disk_is_said_and_nothing_is_lost") {
        return;
    }
    let outside = Laptop::new();
    let disk = SmallDisk::mount(outside.beside("disk"), "24m");
    let laptop = Laptop::at(&disk.0);
    laptop.json(&["init", "--municipality", "0479", "--department", "Digitalisering", "--name", "Tove Holm"]);
    laptop.import(MAY_FILE);
    laptop.json(&["task", "set", "KLIK-1010", "note=før"]);

    // Fill it to the last byte.
    let filler = disk.0.join("filler");
    let mut chunk = 1 << 20;
    let mut file = std::fs::File::create(&filler).unwrap();
    while chunk > 0 {
        if std::io::Write::write_all(&mut file, &vec![0; chunk]).is_err() {
            chunk /= 2;
        }
    }
    let text = "x".repeat(9_000);
    for words in [&["task", "comment", "KLIK-1010", &text, "--json"][..], &["tasks", "--json"], &["status", "--json"]] {
        let ran = laptop.tovholder(words);
        // Reading needs no room, if the files that SQLite works with happen to be there.
        if words[0] == "task" || ran.status != Some(0) {
            ran.refused("disk_full");
        }
    }

    // With room again everything that was saved is there, and the next edit is saved.
    drop(file);
    std::fs::remove_file(&filler).unwrap();
    let task = laptop.task("KLIK-1010");
    assert_eq!((&task["note"], &task["comments"]), (&json!("før"), &json!([])));
    laptop.json(&["task", "comment", "KLIK-1010", &text]);
    assert_eq!(laptop.tasks().len(), 172);
    assert_eq!(laptop.json(&["doctor", "--rebuild"])["ok"], true);
}
