//! The window and the terminal at once on one data directory: each sees the other's edits, neither corrupts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tovholder_tests::{JUNE, Laptop, Served};

const WRITERS: usize = 3;
const EDITS_EACH: usize = 12;

fn edit(task: &str, field: &str, value: &str) -> Value {
    json!({ "entity": format!("task/{task}"), "field": field, "value": value })
}

#[test]
fn each_sees_the_other_at_once() {
    let laptop = Laptop::with_may();
    let page = Served::start(&laptop);
    laptop.json(&["task", "set", "KLIK-1010", "note=fra terminalen"]);
    assert_eq!(page.call("task", &json!({ "id": "KLIK-1010", "on": JUNE }))["row"]["note"], "fra terminalen");
    page.call("edit", &json!({ "edits": [edit("KLIK-1010", "note", "fra siden")] }));
    assert_eq!(laptop.task("KLIK-1010")["note"], "fra siden");
}

#[test]
fn a_page_that_waits_is_told_of_an_edit_in_the_terminal() {
    let laptop = Laptop::with_may();
    let page = Served::start(&laptop);
    let cursor = page.call("status", &json!({}))["cursor"].clone();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let began = Instant::now();
            let mut now = cursor.clone();
            // A wait may end empty-handed after some seconds; the page asks again.
            while now == cursor && began.elapsed() < Duration::from_secs(40) {
                now = page.call("wait", &json!({ "cursor": cursor }))["cursor"].clone();
            }
            (now, Instant::now())
        });
        std::thread::sleep(Duration::from_millis(300));
        laptop.json(&["task", "set", "KLIK-1010", "note=nyt"]);
        let written = Instant::now();
        let (now, told) = waiting.join().unwrap();
        assert_ne!(now, cursor);
        assert!(told.saturating_duration_since(written) < Duration::from_secs(3), "told at once");
    });
}

#[test]
fn a_page_that_shows_what_is_no_longer_so_makes_a_conflict() {
    let laptop = Laptop::with_may();
    let page = Served::start(&laptop);
    let shown = page.call("tasks", &json!({ "on": JUNE }))["cursor"].clone();
    laptop.json(&["task", "set", "KLIK-1010", "status=in_progress"]);
    let done = page.call("edit", &json!({ "edits": [edit("KLIK-1010", "status", "completed")], "cursor": shown }));
    assert_eq!(done["conflicts"], json!(["task/KLIK-1010 status"]), "{done}");
    let conflicts = laptop.json(&["conflicts"]);
    assert_eq!(conflicts[0]["values"].as_array().unwrap().len(), 2);
}

#[test]
fn many_writers_at_once_lose_nothing() {
    let laptop = Laptop::with_may();
    let page = Served::start(&laptop);
    let texts: BTreeSet<String> = std::thread::scope(|scope| {
        let mut writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let laptop = &laptop;
                scope.spawn(move || {
                    let text = |number| format!("terminal {writer}, nummer {number}");
                    let texts: Vec<String> = (0..EDITS_EACH).map(text).collect();
                    for text in &texts {
                        laptop.json(&["task", "comment", "KLIK-1010", text]);
                    }
                    texts
                })
            })
            .collect();
        writers.push(scope.spawn(|| {
            let texts: Vec<String> = (0..EDITS_EACH * 4).map(|number| format!("siden, nummer {number}")).collect();
            for text in &texts {
                page.call("comment", &json!({ "task": "KLIK-1010", "text": text }));
            }
            texts
        }));
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let task = laptop.task("KLIK-1010");
    let found: BTreeSet<String> =
        task["comments"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found, texts);
    // The doctor has Automerge load every document: two changes with one actor and sequence would not.
    let report = laptop.json(&["doctor", "--rebuild"]);
    assert_eq!((&report["ok"], &report["rebuilt"]), (&json!(true), &json!(true)), "{report}");
}

#[test]
fn the_served_screen_opens_for_its_own_page_only() {
    let laptop = Laptop::with_may();
    let page = Served::start(&laptop);
    let nothing = json!({});
    assert_eq!(page.post("/api/tasks", &nothing, &[]).0, 401, "no bearer");
    assert_eq!(page.post("/api/tasks", &nothing, &[("Authorization", "Bearer 00")]).0, 401, "a wrong one");
    assert_eq!(page.post("/door/once", &json!({ "token": page.token }), &[]).0, 401, "the address works once");
    assert_eq!(page.post("/api/tasks", &nothing, &[("Host", "evil.example")]).0, 421, "another name for this machine");
    assert_eq!(page.post("/door/once", &nothing, &[("Origin", "http://evil.example")]).0, 403, "another page");
    let (status, answer) = page.ask("task", &json!({ "id": "KLIK-9999" }));
    assert_eq!((status, &answer["code"]), (422, &json!("unknown_task")));
}
