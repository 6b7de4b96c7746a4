//! What `--json`, filters, search, exports and refusals promise (`docs/cli.md`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tovholder_tests::{JUNE, Laptop, data_file};

/// The tasks by id, with what any two laptops that read the same must agree on.
fn essence(laptop: &Laptop) -> BTreeMap<String, Value> {
    let keys =
        ["project", "title", "status", "percent", "start", "deadline", "responsible", "performer", "theme", "colour"];
    let brief =
        |task: &Value| keys.iter().map(|key| ((*key).to_owned(), task[*key].clone())).collect::<Map<String, Value>>();
    laptop.tasks().iter().map(|task| (task["id"].as_str().unwrap().to_owned(), Value::Object(brief(task)))).collect()
}

#[test]
fn a_task_tells_what_is_promised() {
    let laptop = Laptop::with_may();
    let tasks = laptop.tasks();
    let statuses = ["not_started", "in_progress", "completed", "cannot_meet_deadline", "not_relevant"];
    let colours = ["done", "red", "yellow", "grey", "green"];
    let keys = [
        "id",
        "project",
        "title",
        "colour",
        "reason",
        "status",
        "start",
        "deadline",
        "responsible",
        "performer",
        "note",
        "action_needed",
        "comments",
        "conflicts",
    ];
    for task in &tasks {
        for key in keys {
            assert!(task.get(key).is_some(), "{key} is missing: {task}");
        }
        assert!(statuses.contains(&task["status"].as_str().unwrap()), "{task}");
        assert!(colours.contains(&task["colour"].as_str().unwrap()), "{task}");
        assert!(!task["reason"].as_str().unwrap().is_empty(), "every colour says why: {task}");
    }

    // By project, then id; and the same words give the same bytes.
    let order: Vec<(&str, &str)> =
        tasks.iter().map(|task| (task["project"].as_str().unwrap(), task["id"].as_str().unwrap())).collect();
    let mut in_order = order.clone();
    in_order.sort_by_key(|(project, id)| (order.iter().position(|(other, _)| other == project), *id));
    assert_eq!(order, in_order);
    let bytes = || laptop.tovholder(&["tasks", "--json", "--on", JUNE]).done().out;
    assert_eq!(bytes(), bytes());

    // The same task listed and shown says the same.
    let shown = laptop.json(&["task", "show", "KLIK-1001", "--on", JUNE]);
    let listed = tasks.iter().find(|task| task["id"] == "KLIK-1001").unwrap();
    for (key, value) in listed.as_object().unwrap() {
        assert_eq!(&shown[key], value, "{key}");
    }
}

#[test]
fn filters_leave_out_what_does_not_fit() {
    let laptop = Laptop::with_may();
    let list = |words: &[&str]| laptop.list(&[&["tasks", "--on", JUNE], words].concat(), "tasks");
    let bbr = list(&["--project", "BBR"]);
    assert!(bbr.len() > 10 && bbr.iter().all(|task| task["project"] == "BBR"));
    let red = list(&["--colour", "red"]);
    assert!(!red.is_empty() && red.iter().all(|task| task["colour"] == "red"));
    let hers = list(&["--responsible", "Anne Eskildsen"]);
    assert!(!hers.is_empty() && hers.iter().all(|task| task["responsible"] == "Anne Eskildsen"));
    let both = list(&["--project", "BBR", "--responsible", "Anne Eskildsen"]);
    assert!(both.len() < bbr.len() && both.len() < hers.len() && !both.is_empty());
}

#[test]
fn setting_what_already_stands_writes_nothing() {
    let laptop = Laptop::with_may();
    assert_eq!(laptop.json(&["task", "set", "KLIK-1010", "note=én gang"])["written"], 1);
    assert_eq!(laptop.json(&["task", "set", "KLIK-1010", "note=én gang"])["written"], 0);
}

#[test]
fn comments_are_only_added() {
    let laptop = Laptop::with_may();
    laptop.json(&["task", "comment", "KLIK-1010", "Første bemærkning"]);
    laptop.json(&["task", "comment", "KLIK-1010", "Anden, med æøå"]);
    let task = laptop.task("KLIK-1010");
    let texts: Vec<&str> =
        task["comments"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Første bemærkning", "Anden, med æøå"]);
}

#[test]
fn search_finds_danish_words_by_their_beginning() {
    let laptop = Laptop::with_may();
    laptop.json(&["task", "set", "KLIK-1010", "note=Ærøskøbing afventer", "responsible=Tina Ørsted"]);
    let hits = |words: &str| -> Vec<String> {
        let hits = laptop.list(&["search", words], "hits");
        hits.iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(hits("ærøsk").contains(&String::from("KLIK-1010")));
    assert!(hits("Nedsæt styreg").contains(&String::from("KLIK-1008")), "every word a prefix");
    assert!(hits("findesikkenoget").is_empty());
    let person = laptop.json(&["search", "ørst"]).to_string();
    assert!(person.contains("Tina Ørsted"), "{person}");
}

#[test]
fn what_is_handed_out_can_be_read_in_again() {
    let laptop = Laptop::with_may();
    laptop.json(&["task", "set", "KLIK-1011", "performer=Tina Ørsted", "status=in_progress"]);
    let expected = essence(&laptop);
    for kind in ["xlsx", "csv"] {
        let file = laptop.beside(&format!("opgaver.{kind}"));
        laptop.json(&["export", kind, file.to_str().unwrap(), "--on", JUNE]);
        let other = Laptop::founded();
        let done = other.json(&["import", "klik", file.to_str().unwrap(), "--date", JUNE]);
        assert_eq!((done["created"].as_u64(), &done["rejected"]), (Some(172), &json!([])), "{kind}: {done}");
        let got = essence(&other);
        for (id, task) in &expected {
            assert_eq!(got.get(id), Some(task), "{kind}: {id}");
        }
    }
    let open = laptop.beside("svendborg.zip");
    laptop.json(&["export", "automerge", open.to_str().unwrap()]);
    let bytes = std::fs::read(open).unwrap();
    assert!(bytes.starts_with(b"PK") && bytes.len() > 10_000, "a zip with the documents in it");
}

#[test]
fn two_laptops_with_the_same_export_agree() {
    let (one, other) = (Laptop::with_may(), Laptop::with_may());
    assert_eq!(essence(&one), essence(&other));
}

#[test]
fn what_is_refused_says_why() {
    let fresh = Laptop::new();
    let may = data_file("klik-eksport-2018-05-15.xlsx");
    fresh.tovholder(&["import", "klik", may.to_str().unwrap(), "--json"]).refused("not_founded");
    let laptop = Laptop::with_may();
    let refused = |words: &[&str], code: &str, status: i32| {
        let ran = laptop.tovholder(&[words, &["--json"]].concat());
        ran.refused(code);
        assert_eq!(ran.status, Some(status), "{words:?}");
    };
    refused(&["task", "show", "KLIK-9999"], "unknown_task", 1);
    refused(&["task", "set", "KLIK-1001", "colour=red"], "unknown_field", 2);
    refused(&["task", "set", "KLIK-1001", "deadline=31-06-2018"], "bad_date", 2);
    refused(&["task", "set", "KLIK-1001", "status=måske"], "bad_value", 2);
    refused(&["task", "set", "KLIK-1001", "note=Borger 010190-1234 ringede"], "looks_like_cpr", 1);
    refused(&["init", "--municipality", "0479", "--department", "X", "--name", "Y"], "already_founded", 1);
    refused(&["frobnicate"], "bad_arguments", 2);
    refused(&["import", "klik", "/nowhere/at/all.xlsx"], "io", 1);
    assert_eq!(laptop.task("KLIK-1001")["note"], "", "what was refused was not stored");

    // The sentence for a person is one, in Danish or English, and stdout stays empty.
    let danish = laptop.tovholder(&["task", "show", "KLIK-9999"]);
    let english = laptop.tovholder(&["--lang", "en", "task", "show", "KLIK-9999"]);
    assert!(danish.err.contains("KLIK-9999") && english.err.contains("KLIK-9999"));
    assert_ne!(danish.err, english.err);
    assert_eq!((danish.status, danish.out.as_str()), (Some(1), ""));
}

#[test]
fn hostile_files_are_refused_or_land_as_plain_text() {
    let laptop = Laptop::founded();
    let refused = |name: &str, bytes: &[u8], code: &str| {
        let file = laptop.beside(name);
        std::fs::write(&file, bytes).unwrap();
        laptop.tovholder(&["import", "klik", file.to_str().unwrap(), "--json"]).refused(code);
    };
    refused("not.xlsx", b"this is no workbook", "file_unreadable");
    refused("empty.csv", b"", "file_empty");
    refused("letter.csv", "Kære alle\nHer er en hilsen\n".as_bytes(), "no_headings");
    // Half of a real workbook.
    let whole = std::fs::read(data_file("klik-eksport-2018-05-15.xlsx")).unwrap();
    refused("half.xlsx", &whole[..whole.len() / 2], "file_unreadable");

    // A formula and a script are text, and are handed out as text.
    let file = laptop.beside("klik-eksport-2018-05-15.csv");
    let title = "=HYPERLINK(\"http://x\") <script>alert(1)</script>";
    let rows = format!(
        "Opgave-id;Projekt;Opgavetitel;Startdato;Slutdato;Status\nKLIK-1;BBR;\"{}\";01-05-2018;31-05-2018;I gang\n",
        title.replace('"', "\"\"")
    );
    std::fs::write(&file, rows).unwrap();
    let done = laptop.json(&["import", "klik", file.to_str().unwrap()]);
    assert_eq!(done["created"], 1, "{done}");
    let task = laptop.task("KLIK-1");
    assert!(task["title"].as_str().unwrap().contains("<script>alert(1)</script>"), "{task}");
    assert_eq!(task["deadline"], "2018-05-31");
    let out = laptop.beside("ud.csv");
    laptop.json(&["export", "csv", out.to_str().unwrap()]);
    let text = std::fs::read_to_string(out).unwrap();
    let harmless = !text.contains(";=HYPERLINK") && !text.contains(";\"=HYPERLINK");
    assert!(harmless, "Excel must not run what stood in a title: {text}");
}

#[test]
fn the_timeline_shows_what_falls_due_when_and_what_moved() {
    let laptop = Laptop::with_may();
    laptop.import(tovholder_tests::JUNE_FILE);
    let asked = |unit: &str| laptop.json(&["timeline", "--by", unit, "--on", JUNE]);
    let cells = |told: &Value| -> Vec<Value> {
        let rows = told["projects"].as_array().unwrap();
        rows.iter().flat_map(|row| row["cells"].as_array().unwrap().clone()).collect()
    };
    let due = |told: &Value| cells(told).iter().map(|cell| cell["tasks"].as_array().unwrap().len()).sum::<usize>();
    let months = asked("month");
    // Every deadline stands in one cell.
    let dated = laptop.tasks().iter().filter(|task| !task["deadline"].is_null()).count();
    assert_eq!(due(&months), dated);
    let columns = months["columns"].as_array().unwrap();
    let now = usize::try_from(months["now"].as_u64().unwrap()).unwrap();
    assert_eq!(columns[now], "2018-06-01");
    // FLIS moved by 45 days.
    let flis = months["projects"].as_array().unwrap().iter().find(|row| row["project"] == "FLIS").unwrap().clone();
    let moved: u64 = flis["cells"].as_array().unwrap().iter().map(|cell| cell["moved"].as_u64().unwrap()).sum();
    assert!(moved > 0, "{flis}");
    for (unit, most) in [("quarter", columns.len() / 2), ("year", 4)] {
        let told = asked(unit);
        assert!(told["columns"].as_array().unwrap().len() <= most, "{unit}");
        assert_eq!(due(&told), dated, "{unit}");
    }
}
