//! A programme leader's month at the terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Value, json};
use tovholder_tests::{JUNE, JUNE_FILE, Laptop, MAY_FILE, data_file};

fn counts(told: &Value) -> [u64; 5] {
    ["created", "updated", "unchanged", "gone", "conflicts"]
        .map(|key| told[key].as_u64().unwrap_or_else(|| panic!("no {key}: {told}")))
}

#[test]
fn from_the_may_export_to_the_june_export() {
    let laptop = Laptop::founded();

    // A dry run writes nothing.
    let may = data_file(MAY_FILE);
    let would = laptop.json(&["import", "klik", may.to_str().unwrap(), "--dry-run"]);
    assert_eq!(would["created"], 172);
    assert!(laptop.tasks().is_empty());

    let done = laptop.import(MAY_FILE);
    assert_eq!(counts(&done), [172, 0, 0, 0, 0]);
    assert_eq!(done["rejected"], json!([]));
    assert_eq!(laptop.tasks().len(), 172);

    // The same file again changes nothing.
    assert_eq!(counts(&laptop.import(MAY_FILE)), [0, 0, 172, 0, 0]);

    // What the municipality says.
    laptop.json(&["task", "set", "KLIK-1011", "performer=Tina Ørsted", "note=Ring til Anne", "action_needed=true"]);
    laptop.json(&["task", "set", "KLIK-1014", "status=in_progress"]);
    laptop.json(&["task", "set", "KLIK-1064", "deadline=2018-06-20"]);
    let task = laptop.task("KLIK-1011");
    assert_eq!(task["performer"], "Tina Ørsted");
    assert_eq!(task["note"], "Ring til Anne");
    assert_eq!(task["action_needed"], true);

    // June: four new, three gone; KLIK changed three cells that stood overridden here.
    let june = laptop.import(JUNE_FILE);
    let [created, updated, unchanged, gone, conflicts] = counts(&june);
    assert_eq!((created, gone, updated + unchanged), (4, 3, 169), "{june}");
    assert_eq!(conflicts, 3, "{june}");
    assert!(updated >= 28, "{june}");
    assert_eq!(june["rejected"], json!([]));

    // The municipality's values stand, and both are shown.
    let task = laptop.task("KLIK-1011");
    assert_eq!(task["performer"], "Tina Ørsted");
    assert_eq!(task["responsible"], "Rikke Eskildsen", "KLIK's, for nobody here had said");
    assert_eq!(task["note"], "Ring til Anne");
    assert_eq!(task["klik_differs"], json!(["performer"]));
    let performer = task["fields"].as_array().unwrap().iter().find(|field| field["field"] == "performer").unwrap();
    assert_eq!(performer["klik_text"], "Erik Berg");
    assert_eq!(laptop.task("KLIK-1014")["status"], "in_progress");
    assert_eq!(laptop.task("KLIK-1064")["deadline"], "2018-06-20");

    // Asked once: keeping ours settles it, and the same import does not ask again.
    laptop.json(&["task", "klik", "KLIK-1014", "status", "keep"]);
    laptop.json(&["task", "klik", "KLIK-1011", "performer", "take"]);
    assert_eq!(laptop.task("KLIK-1014")["klik_differs"], json!([]));
    assert_eq!(laptop.task("KLIK-1014")["status"], "in_progress");
    assert_eq!(laptop.task("KLIK-1011")["performer"], "Erik Berg");
    let again = laptop.import(JUNE_FILE);
    assert_eq!((again["created"].as_u64(), again["updated"].as_u64()), (Some(0), Some(0)), "{again}");
    assert_eq!(laptop.task("KLIK-1014")["klik_differs"], json!([]));

    // A moved deadline keeps the one before it.
    let moved = laptop.task("KLIK-1051");
    assert_eq!((&moved["deadline"], &moved["earlier_deadlines"]), (&json!("2018-04-20"), &json!(["2018-03-06"])));

    // Gone is marked, never deleted.
    let all = laptop.tasks();
    assert_eq!(all.len(), 176);
    let gone: Vec<&str> =
        all.iter().filter(|task| task["gone"] == true).map(|task| task["id"].as_str().unwrap()).collect();
    assert_eq!(gone, ["KLIK-1061", "KLIK-1062", "KLIK-1063"]);
    assert_eq!(laptop.list(&["tasks", "--hide-gone", "--on", JUNE], "tasks").len(), 173);

    // The overview counts the very tasks that the list shows.
    let overview = laptop.json(&["overview", "--on", JUNE]);
    for colour in ["red", "yellow", "green", "grey", "done"] {
        let listed = all.iter().filter(|task| task["colour"] == colour).count();
        assert_eq!(overview["totals"][colour], listed, "{colour}");
    }
    assert_eq!(overview["klik_differs"], 1, "the deadline of KLIK-1064 is still to be chosen");

    // Undoing the import takes it back as one, and leaves people's edits.
    let stamp = june["stamp"].as_str().unwrap();
    laptop.json(&["import", "undo", stamp]);
    assert_eq!(laptop.tasks().iter().filter(|task| task["gone"] == true && task["id"] == "KLIK-1061").count(), 0);
    assert_eq!(laptop.task("KLIK-1051")["deadline"], "2018-03-06");
    assert_eq!(laptop.task("KLIK-1011")["note"], "Ring til Anne");
    laptop.json(&["import", "redo", stamp]);
    assert_eq!(laptop.task("KLIK-1051")["deadline"], "2018-04-20");

    // And the read tables are what the documents say.
    let report = laptop.json(&["doctor", "--rebuild"]);
    assert_eq!((&report["ok"], &report["rebuilt"]), (&json!(true), &json!(true)), "{report}");
}

#[test]
fn an_edit_from_a_stale_screen_is_a_conflict_and_overwrites_nothing() {
    let laptop = Laptop::with_may();
    let before = laptop.task("KLIK-1010");
    let stale = format!("status={}", Laptop::seen(&before, "status"));
    laptop.json(&["task", "set", "KLIK-1010", "status=in_progress"]);

    let done = laptop.json(&["task", "set", "KLIK-1010", "status=cannot_meet_deadline", "--seen", &stale]);
    assert_eq!(done["written"], 1);
    assert_eq!(done["conflicts"].as_array().unwrap().len(), 1, "{done}");

    let conflicts = laptop.json(&["conflicts"]);
    let conflicts = conflicts.as_array().expect("conflicts --json is an array");
    assert_eq!(conflicts.len(), 1);
    assert_eq!((&conflicts[0]["task"], &conflicts[0]["field"]), (&json!("KLIK-1010"), &json!("status")));
    let values = conflicts[0]["values"].as_array().unwrap();
    let mut words: Vec<&str> = values.iter().map(|value| value["value"].as_str().unwrap()).collect();
    words.sort_unstable();
    assert_eq!(words, ["cannot_meet_deadline", "in_progress"]);
    for value in values {
        assert_eq!((&value["who"], &value["department"]), (&json!("Tove Holm"), &json!("Digitalisering")));
        let when = value["when"].as_str().unwrap();
        assert!(when.ends_with('Z') || when.ends_with("+00:00"), "in UTC: {value}");
        assert_eq!(value["saw"], "Ikke startet", "both saw what KLIK said: {value}");
    }

    // The graver colour is shown meanwhile.
    let task = laptop.json(&["task", "show", "KLIK-1010", "--on", JUNE]);
    assert_eq!(task["colour"], "red");
    assert_eq!(task["conflicts"][0]["field"], "status");

    // Choosing settles it, and nothing is lost from the history.
    laptop.json(&["task", "set", "KLIK-1010", "status=in_progress"]);
    assert_eq!(laptop.json(&["conflicts"]), json!([]));
    assert_eq!(laptop.task("KLIK-1010")["status"], "in_progress");
    let history = laptop.json(&["task", "history", "KLIK-1010", "status"]).to_string();
    assert!(history.contains("cannot_meet_deadline"), "{history}");
}

#[test]
fn undo_and_redo() {
    let laptop = Laptop::with_may();
    laptop.json(&["task", "set", "KLIK-1010", "note=første"]);
    laptop.json(&["task", "set", "KLIK-1010", "note=anden", "action_needed=true"]);
    let undone = laptop.json(&["undo"]);
    assert_eq!(undone["undone"], 2, "one command is one step: {undone}");
    let task = laptop.task("KLIK-1010");
    assert_eq!((&task["note"], &task["action_needed"]), (&json!("første"), &json!(false)));
    laptop.json(&["redo"]);
    assert_eq!(laptop.task("KLIK-1010")["note"], "anden");
    laptop.json(&["undo"]);
    laptop.json(&["undo"]);
    assert_eq!(laptop.task("KLIK-1010")["note"], "");
}

#[test]
fn a_needed_role_stands_empty_until_somebody_holds_it() {
    let laptop = Laptop::with_may();
    laptop.json(&["role", "set", "BBR", "projektleder", "needed=yes"]);
    let empty = |on: &str| {
        let overview = laptop.json(&["overview", "--on", on]);
        let roles = overview["empty_roles"].as_array().unwrap().clone();
        roles.iter().any(|role| role["project"] == "BBR" && role["role"] == "projektleder")
    };
    assert!(empty(JUNE));
    laptop.json(&["assign", "BBR", "projektleder", "Karsten Berg", "--from", "2018-06-01", "--to", "2018-08-31"]);
    assert!(!empty(JUNE));
    assert!(empty("2018-09-01"), "the period has ended");
    assert!(empty("2018-05-31"), "the period has not begun");

    // Everything he has goes to a successor in one step, and comes back in one.
    let holder = || laptop.json(&["roles", "BBR", "--on", JUNE]).to_string();
    assert!(holder().contains("Karsten Berg"));
    laptop.json(&["hand-over", "Karsten Berg", "Åse Nørgaard", "--on", JUNE]);
    assert!(!empty(JUNE), "the successor holds it");
    assert!(holder().contains("Åse Nørgaard"));
    laptop.json(&["undo"]);
    assert!(!empty(JUNE));
    assert!(!holder().contains("Åse Nørgaard"));
}

#[test]
fn a_backup_brings_back_what_stood() {
    let laptop = Laptop::with_may();
    laptop.json(&["task", "set", "KLIK-1010", "note=før"]);
    let file = laptop.json(&["backup", "now"])["file"].as_str().unwrap().to_owned();
    laptop.json(&["task", "set", "KLIK-1010", "note=efter"]);
    laptop.json(&["backup", "restore", &file]);
    assert_eq!(laptop.task("KLIK-1010")["note"], "før");
    // Writing goes on after it, as a new incarnation.
    laptop.json(&["task", "set", "KLIK-1010", "note=videre"]);
    assert_eq!(laptop.task("KLIK-1010")["note"], "videre");
    assert_eq!(laptop.json(&["doctor", "--rebuild"])["ok"], true);
}

#[test]
fn a_copied_data_directory_goes_on_by_itself() {
    let laptop = Laptop::with_may();
    laptop.json(&["task", "set", "KLIK-1010", "note=før kopien"]);
    let copy = Laptop::new();
    std::fs::create_dir_all(copy.data_dir()).unwrap();
    for entry in std::fs::read_dir(laptop.data_dir()).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), copy.data_dir().join(entry.file_name())).unwrap();
    }
    laptop.json(&["task", "set", "KLIK-1010", "note=her"]);
    copy.json(&["task", "set", "KLIK-1010", "note=der"]);
    let writer = |laptop: &Laptop| {
        let task = laptop.task("KLIK-1010");
        Laptop::seen(&task, "note").split('@').nth(1).unwrap().to_owned()
    };
    assert_ne!(writer(&laptop), writer(&copy), "two laptops never write as one");
    for laptop in [&laptop, &copy] {
        assert_eq!(laptop.json(&["doctor", "--rebuild"])["ok"], true);
    }
}
