//! `kill -9` in the midst of edits through the terminal: what was acknowledged is there, and the database opens.
//!
//! `TOVHOLDER_KILLS` says how often; `cargo xtask soak` does it ten times as often.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::io::Read as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tovholder_tests::{Group, Laptop, MAY_FILE, data_file, number_from_env};

const KILLS_DEFAULT: u32 = 1000;
/// Two writers at once, so that one is killed while the other holds or awaits the write lock.
const WRITERS: u32 = 2;
/// The doctor looks after so many kills of a writer, and at the end.
const DOCTOR_EVERY: u32 = 250;

/// What one writer did to its own task.
struct Told {
    /// The last note that was acknowledged, and every one tried after it.
    notes: Vec<String>,
    /// Comments that were acknowledged.
    comments: BTreeSet<String>,
    /// Comments that were tried.
    tried: BTreeSet<String>,
    /// How many runs were killed before they could acknowledge.
    killed: u32,
}

#[test]
fn every_acknowledged_edit_survives() {
    let kills = number_from_env("TOVHOLDER_KILLS", KILLS_DEFAULT);
    let laptop = Laptop::with_may();
    // How long a whole edit takes here, so that the kills fall all over it.
    let began = Instant::now();
    for number in 0..3 {
        laptop.json(&["task", "set", "KLIK-1012", &format!("note=prøve {number}")]);
    }
    let whole = began.elapsed() / 3;

    let told: Vec<Told> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let laptop = &laptop;
                scope.spawn(move || write_and_be_killed(laptop, writer, kills / WRITERS, whole))
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });

    let killed: u32 = told.iter().map(|told| told.killed).sum();
    let acknowledged: usize = told.iter().map(|told| told.comments.len()).sum();
    println!(
        "{kills} edits, {killed} killed before they could answer, {acknowledged} comments acknowledged, an edit took {whole:?}"
    );
    assert!(killed > kills / 8, "the kills must fall in the midst of edits: {killed} of {kills}");
    for (writer, told) in (0..).zip(&told) {
        let task = laptop.task(task_of(writer));
        let note = task["note"].as_str().unwrap().to_owned();
        assert!(
            told.notes.contains(&note),
            "»{note}« is neither the last acknowledged note nor one tried since: {:?}",
            told.notes
        );
        let found: BTreeSet<String> =
            task["comments"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect();
        let lost: Vec<&String> = told.comments.difference(&found).collect();
        assert!(lost.is_empty(), "acknowledged and gone: {lost:?}");
        let invented: Vec<&String> = found.difference(&told.tried).collect();
        assert!(invented.is_empty(), "never written: {invented:?}");
    }
    doctor(&laptop);
}

fn task_of(writer: u32) -> &'static str {
    ["KLIK-1010", "KLIK-1011"][writer as usize % 2]
}

fn write_and_be_killed(laptop: &Laptop, writer: u32, kills: u32, whole: Duration) -> Told {
    let task = task_of(writer);
    let mut told = Told { notes: vec![String::new()], comments: BTreeSet::new(), tried: BTreeSet::new(), killed: 0 };
    let mut chance = 0x9E37_79B9_u64 + u64::from(writer);
    for number in 0..kills {
        let text = format!("skriver {writer}, nummer {number}");
        let note = format!("note={text}");
        let is_note = number % 2 == 0;
        let words = if is_note { ["task", "set", task, &note] } else { ["task", "comment", task, &text] };
        if is_note {
            told.notes.push(text.clone());
        } else {
            told.tried.insert(text.clone());
        }
        let mut run = Group::start(
            laptop.command(&[&words[..], &["--json"]].concat()).stdout(Stdio::piped()).stderr(Stdio::null()),
        );
        std::thread::sleep(moment(&mut chance, whole));
        run.kill();
        let mut answer = String::new();
        run.child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
        // Only a whole answer is an acknowledgement.
        if serde_json::from_str::<Value>(&answer).is_ok() {
            if is_note {
                told.notes = vec![text];
            } else {
                told.comments.insert(text);
            }
        } else {
            told.killed += 1;
        }
        if number % DOCTOR_EVERY == DOCTOR_EVERY - 1 {
            doctor(laptop);
        }
    }
    told
}

#[test]
fn an_import_that_is_killed_leaves_all_or_nothing() {
    let began = Instant::now();
    drop(Laptop::with_may());
    let whole = began.elapsed();
    let file = data_file(MAY_FILE);
    let mut counts = BTreeSet::new();
    for tenth in 2..10 {
        let laptop = Laptop::founded();
        let mut run =
            Group::start(laptop.command(&["import", "klik", file.to_str().unwrap(), "--json"]).stdout(Stdio::null()));
        std::thread::sleep(whole * tenth / 10);
        run.kill();
        let count = laptop.tasks().len();
        assert!(count == 0 || count == 172, "{count} of 172 tasks");
        counts.insert(count);
        doctor(&laptop);
        if count == 0 {
            laptop.import(MAY_FILE);
        }
        assert_eq!(laptop.tasks().len(), 172);
    }
    assert!(counts.contains(&0), "no kill fell before the end of the import");
}

/// Some moment of an edit, or a little after it. Two at once take up to twice as long.
fn moment(chance: &mut u64, whole: Duration) -> Duration {
    // xorshift: the same moments in every run, as far as the machine allows.
    *chance ^= *chance << 13;
    *chance ^= *chance >> 7;
    *chance ^= *chance << 17;
    let thousandth = u32::try_from(*chance % 1800).unwrap_or(0);
    whole * thousandth / 1000
}

fn doctor(laptop: &Laptop) {
    let report = laptop.json(&["doctor", "--rebuild"]);
    assert_eq!((&report["ok"], &report["rebuilt"]), (&json!(true), &json!(true)), "{report}");
}
