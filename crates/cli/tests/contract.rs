//! What `docs/cli.md` promises, asked of the real program as a script would.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

const MAY: &str = "Opgave-id;Projekt;Opgavetitel;Startdato;Slutdato;Ansvarlig;Status;Procent\n\
    KLIK-2;BBR;Besæt rollerne;01-05-2018;27-05-2018;Karsten Berg;I gang;50\n\
    KLIK-1;BBR;Udpeg projektleder;01-05-2018;11-05-2018;;Ikke startet;0\n\
    KLIK-3;AULA;Godkend ibrugtagning;01-09-2018;21-09-2018;;Ikke startet;0\n\
    KLIK-4;AULA;Fejl i datoen;01-09-2018;31-06-2018;;Ikke startet;0\n";
const JUNE: &str = "Opgave-id;Projekt;Opgavetitel;Startdato;Slutdato;Ansvarlig;Status;Procent\n\
    KLIK-2;BBR;Besæt rollerne;01-05-2018;30-06-2018;;Fuldført;100\n\
    KLIK-1;BBR;Udpeg en projektleder;01-05-2018;11-05-2018;;Ikke startet;0\n\
    KLIK-5;BBR;Ny opgave;01-07-2018;11-08-2018;;Ikke startet;0\n";
/// The day of most questions: KLIK-1 and KLIK-2 are red in May's export, KLIK-3 is grey.
const ON: [&str; 2] = ["--on", "2018-06-14"];

/// A data folder of its own, gone when the test is.
struct Laptop {
    dir: PathBuf,
}

impl Drop for Laptop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

impl Laptop {
    fn bare() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tovholder-cli-{}-{number}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        Self { dir }
    }

    fn founded() -> Self {
        let laptop = Self::bare();
        laptop.ok(&["init", "--municipality", "0259", "--department", "It", "--name", "Dorte Ørsted"]);
        laptop
    }

    fn with_may() -> Self {
        let laptop = Self::founded();
        let file = laptop.file("klik-eksport-2018-05-15.csv", MAY);
        laptop.ok(&["import", "klik", &file]);
        laptop
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tovholder"));
        command.env("TOVHOLDER_DATA_DIR", self.dir.join("data")).env_remove("TOVHOLDER_LANG").env_remove("NO_COLOR");
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command().args(words).output().unwrap()
    }

    /// Done: what it printed.
    fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        let printed = self.ok(&[words, &["--json"]].concat());
        assert_eq!(printed.lines().count(), 1, "{printed}");
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
    }

    /// Not done: the exit status and the error.
    fn refused(&self, words: &[&str]) -> (i32, Value) {
        let output = self.run(&[words, &["--json"]].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        let error: Value = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{words:?}: {error}: {said}"));
        for key in ["code", "message", "where", "what_to_do"] {
            assert!(error[key].is_string(), "{words:?}: {key} in {said}");
        }
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert!(output.stdout.is_empty(), "{words:?}");
        (output.status.code().unwrap(), error)
    }

    fn task(&self, id: &str) -> Value {
        self.json(&["task", "show", id, ON[0], ON[1]])
    }
}

fn ids(tasks: &Value) -> Vec<&str> {
    tasks.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect()
}

#[test]
fn an_import_answers_what_it_did_and_lists_what_it_could_not_take() {
    let laptop = Laptop::founded();
    let may = laptop.file("klik-eksport-2018-05-15.csv", MAY);
    let dry = laptop.json(&["import", "klik", &may, "--dry-run"]);
    assert_eq!((&dry["dry_run"], &dry["created"], &dry["already"]), (&json!(true), &json!(3), &json!(false)));
    assert_eq!(laptop.json(&["tasks"]), json!([]), "a dry run wrote something");

    let done = laptop.json(&["import", "klik", &may]);
    let counts = ["created", "updated", "unchanged", "gone", "conflicts"].map(|key| done[key].as_u64().unwrap());
    assert_eq!(counts, [3, 0, 0, 0, 0]);
    assert_eq!(done["stamp"], dry["stamp"]);
    assert!(done["stamp"].as_str().unwrap().starts_with("2018-05-15."));
    let rejected = done["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), 1);
    assert_eq!((&rejected[0]["row"], &rejected[0]["column"]), (&json!(5), &json!("Slutdato")));
    assert_eq!((&rejected[0]["cell"], &rejected[0]["code"]), (&json!("E5"), &json!("date_impossible")));
    assert!(rejected[0]["reason"].as_str().unwrap().starts_with("Række 5: Slutdato »"), "{}", rejected[0]);

    laptop.ok(&["task", "set", "KLIK-1", "title=Find en projektleder"]);
    let june = laptop.file("klik-eksport-2018-06-15.csv", JUNE);
    let done = laptop.json(&["import", "klik", &june]);
    let counts = ["created", "updated", "gone", "conflicts"].map(|key| done[key].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 0, 1], "{done}");
    let task = laptop.task("KLIK-1");
    assert_eq!((&task["title"], &task["klik_differs"]), (&json!("Find en projektleder"), &json!(["title"])));
    laptop.ok(&["task", "klik", "KLIK-1", "title", "take"]);
    assert_eq!(laptop.task("KLIK-1")["title"], json!("Udpeg en projektleder"));

    let stamp = done["stamp"].as_str().unwrap();
    assert_eq!(laptop.json(&["import", "undo", stamp]), json!({ "done": true }));
    assert_eq!(laptop.task("KLIK-2")["deadline"], json!("2018-05-27"));
    laptop.ok(&["import", "redo", stamp]);
    let task = laptop.task("KLIK-2");
    assert_eq!((&task["deadline"], &task["earlier_deadlines"]), (&json!("2018-06-30"), &json!(["2018-05-27"])));
    assert_eq!(task["responsible"], json!("Karsten Berg"), "an empty cell took the name away");
    let imports = laptop.json(&["import", "list"]);
    assert_eq!(imports.as_array().unwrap().len(), 2);
    assert_eq!(imports[0]["stamp"], json!(stamp));
}

#[test]
fn columns_can_be_mapped_and_switched_off() {
    let laptop = Laptop::founded();
    let odd = "Nr;Løsning;Hvad;Slut\nKLIK-9;BBR;Ryd op;27-05-2018\n";
    let file = laptop.file("udtraek.csv", odd);
    let map = laptop.file("map.json", r#"{"Nr": "id", "B": "project", "Hvad": "title", "D": null}"#);
    // Nobody can be asked when KLIK made it: the day it was handed in counts, and is said.
    let today = laptop.json(&["status"])["today"].as_str().unwrap().to_owned();
    let asked = laptop.json(&["import", "klik", &file, "--map", &map, "--dry-run"]);
    assert_eq!(asked["export_date"], json!(today));
    assert!(laptop.ok(&["import", "klik", &file, "--map", &map, "--dry-run"]).contains("--date"));
    laptop.ok(&["import", "klik", &file, "--map", &map, "--date", "15-05-2018"]);
    let task = laptop.task("KLIK-9");
    assert_eq!((&task["project"], &task["title"], &task["deadline"]), (&json!("BBR"), &json!("Ryd op"), &Value::Null));
    for (wrong, status) in [(r#"{"Z9": "id"}"#, 2), (r#"{"Nr": "nonsense"}"#, 2), ("[]", 2)] {
        let map = laptop.file("wrong.json", wrong);
        assert_eq!(laptop.refused(&["import", "klik", &file, "--map", &map]).0, status, "{wrong}");
    }

    let laptop = Laptop::with_may();
    let june = laptop.file("klik-eksport-2018-06-15.csv", JUNE);
    let all = laptop.json(&["import", "klik", &june, "--dry-run"]);
    let few = laptop.json(&["import", "klik", &june, "--dry-run", "--off", "title", "deadline,status", "percent"]);
    assert_eq!((&all["updated"], &few["updated"]), (&json!(2), &json!(0)), "{few}");
    laptop.ok(&["import", "klik", &june, "--off", "title"]);
    assert_eq!(laptop.task("KLIK-1")["title"], json!("Udpeg projektleder"));
}

#[test]
fn tasks_and_task_show_answer_the_same_shape() {
    let laptop = Laptop::with_may();
    laptop.ok(&["task", "comment", "KLIK-1", "Husk bilaget"]);
    let tasks = laptop.json(&["tasks", ON[0], ON[1]]);
    assert_eq!(ids(&tasks), ["KLIK-3", "KLIK-1", "KLIK-2"], "by project, then id");
    for task in tasks.as_array().unwrap() {
        let shown = laptop.task(task["id"].as_str().unwrap());
        for (key, value) in task.as_object().unwrap() {
            assert_eq!(shown.get(key), Some(value), "{key} of {}", task["id"]);
        }
    }
    let first = &tasks[1];
    let text = |key: &str| first[key].as_str().unwrap();
    assert_eq!((text("project"), text("title"), text("colour")), ("BBR", "Udpeg projektleder", "red"));
    assert_eq!((text("status"), text("start"), text("deadline")), ("not_started", "2018-05-01", "2018-05-11"));
    assert_eq!(
        text("reason"),
        "Rød: fristen er overskredet med 34 dage. Ansvarlig mangler også. Udfører mangler også."
    );
    assert_eq!((&first["responsible"], &first["performer"], &first["note"]), (&Value::Null, &Value::Null, &json!("")));
    assert_eq!((&first["action_needed"], &first["conflicts"]), (&json!(false), &json!([])));
    assert_eq!(
        (&first["comments"][0]["text"], &first["comments"][0]["who"]),
        (&json!("Husk bilaget"), &json!("Dorte Ørsted"))
    );
    let english = laptop.json(&["task", "show", "KLIK-1", "--lang", "en", ON[0], ON[1]]);
    assert!(english["reason"].as_str().unwrap().starts_with("Red: "), "{}", english["reason"]);
}

#[test]
fn filters_take_what_they_say() {
    let laptop = Laptop::with_may();
    let of = |words: &[&str]| {
        let tasks = laptop.json(&[&["tasks", ON[0], ON[1]], words].concat());
        ids(&tasks).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(of(&["--project", "bbr"]), ["KLIK-1", "KLIK-2"]);
    assert_eq!(of(&["--colour", "grå"]), ["KLIK-3"]);
    assert_eq!(of(&["--colour", "red", "--colour", "grey"]).len(), 3);
    assert_eq!(of(&["--responsible", "karsten berg"]), ["KLIK-2"]);
    assert_eq!(of(&["--responsible", ""]), ["KLIK-3", "KLIK-1"]);
    assert_eq!(of(&["--status", "I gang"]), ["KLIK-2"]);
    assert_eq!(of(&["--project", "AULA", "--colour", "red"]), Vec::<String>::new());
    laptop.ok(&["task", "archive", "KLIK-1"]);
    assert_eq!(of(&["--project", "BBR"]), ["KLIK-2"]);
    assert_eq!(of(&["--project", "BBR", "--archived"]), ["KLIK-1", "KLIK-2"]);
    laptop.ok(&["task", "unarchive", "KLIK-1"]);
    let aula = laptop.file("klik-eksport-2018-06-15.csv", &JUNE.replace("KLIK-5;BBR", "KLIK-5;AULA"));
    laptop.ok(&["import", "klik", &aula]);
    assert!(of(&["--project", "AULA"]).contains(&"KLIK-3".to_owned()), "a gone task is still listed");
    assert_eq!(laptop.task("KLIK-3")["gone"], json!(true));
    assert_eq!(of(&["--project", "AULA", "--hide-gone"]), ["KLIK-5"]);
    assert_eq!(laptop.refused(&["tasks", "--project", "NIX"]).0, 1);
    assert_eq!(laptop.refused(&["tasks", "--responsible", "Nina Nix"]).0, 1);
    assert_eq!(laptop.refused(&["tasks", "--colour", "blå"]).0, 2);
}

#[test]
fn an_edit_is_there_for_the_next_process_and_can_be_taken_back() {
    let laptop = Laptop::with_may();
    let words = [
        "status=completed",
        "deadline=01.11.2018",
        "percent=80 %",
        "action_needed=ja",
        "note=a=b",
        "responsible=Nina Nyborg",
    ];
    let done = laptop.json(&[&["task", "set", "KLIK-1"], words.as_slice()].concat());
    assert_eq!(done["conflicts"], json!([]));
    let task = laptop.task("KLIK-1");
    let shown = ["status", "deadline", "percent", "action_needed", "note", "responsible", "colour"]
        .map(|key| task[key].clone());
    let wanted = [
        json!("completed"),
        json!("2018-11-01"),
        json!(80),
        json!(true),
        json!("a=b"),
        json!("Nina Nyborg"),
        json!("done"),
    ];
    assert_eq!(shown, wanted);
    let again = laptop.json(&[&["task", "set", "KLIK-1"], words.as_slice()].concat());
    assert_eq!(again["written"], json!(0), "the value already there writes nothing");
    let people = laptop.json(&["people"]);
    let made = people.as_array().unwrap().iter().find(|person| person["name"] == "Nina Nyborg").unwrap();
    assert_eq!(task["responsible_id"], made["id"]);

    laptop.ok(&["task", "set", "KLIK-1", "deadline=@klik", "note="]);
    let task = laptop.task("KLIK-1");
    assert_eq!((&task["deadline"], &task["note"]), (&json!("2018-05-11"), &json!("")));
    let undone = laptop.json(&["undo"]);
    assert_eq!((&undone["undone"], &undone["kept"]), (&json!(2), &json!([])));
    assert_eq!(laptop.task("KLIK-1")["note"], json!("a=b"));
    laptop.ok(&["redo"]);
    assert_eq!(laptop.task("KLIK-1")["note"], json!(""));
    let history = laptop.json(&["task", "history", "KLIK-1", "note"]);
    assert!(history.as_array().unwrap().len() >= 3, "{history}");

    let made = laptop.json(&["task", "new", "--project", "BBR", "--title", "Lokal opgave", "--deadline", "2018-12-24"]);
    let task = laptop.task(made["id"].as_str().unwrap());
    assert_eq!((&task["kind"], &task["deadline"]), (&json!("local"), &json!("2018-12-24")));
}

#[test]
fn an_edit_from_a_stale_screen_is_a_conflict_and_never_an_overwrite() {
    let laptop = Laptop::with_may();
    laptop.ok(&["task", "set", "KLIK-1", "note=før"]);
    let field = |task: &Value| {
        task["fields"].as_array().unwrap().iter().find(|field| field["field"] == "note").unwrap().clone()
    };
    let seen = field(&laptop.task("KLIK-1"))["seen"][0].as_str().unwrap().to_owned();
    laptop.ok(&["task", "set", "KLIK-1", "note=min"]);
    let stale = format!("note={seen}");
    let done = laptop.json(&["task", "set", "KLIK-1", "note=din", "--seen", &stale]);
    assert_eq!(done["conflicts"], json!([{ "entity": "task/KLIK-1", "field": "note" }]));

    let conflicts = laptop.json(&["conflicts"]);
    let cell = &conflicts[0];
    assert_eq!(conflicts.as_array().unwrap().len(), 1);
    assert_eq!(
        (&cell["id"], &cell["task"], &cell["field"]),
        (&json!("task/KLIK-1/note"), &json!("KLIK-1"), &json!("note"))
    );
    let values: Vec<&Value> = cell["values"].as_array().unwrap().iter().map(|value| &value["value"]).collect();
    assert_eq!(values, [&json!("min"), &json!("din")]);
    for value in cell["values"].as_array().unwrap() {
        assert_eq!(
            (&value["who"], &value["department"], &value["saw"]),
            (&json!("Dorte Ørsted"), &json!("It"), &json!("før"))
        );
        assert!(value["when"].as_str().unwrap().ends_with('Z'));
    }
    let task = laptop.task("KLIK-1");
    assert_eq!(task["conflicts"][0]["values"], cell["values"]);
    let tasks = laptop.json(&["tasks", "--project", "BBR"]);
    assert_eq!(tasks[0]["conflicts"], task["conflicts"]);
    assert_eq!(field(&task)["seen"].as_array().unwrap().len(), 2);
    assert!(laptop.ok(&["conflicts"]).contains("KLIK-1"));

    laptop.ok(&["task", "set", "KLIK-1", "note=vores"]);
    assert_eq!(laptop.json(&["conflicts"]), json!([]));
}

#[test]
fn roles_are_fitted_filled_and_handed_over() {
    let laptop = Laptop::with_may();
    laptop.ok(&["role", "set", "BBR", "Projektejer", "needed=ja"]);
    let overview = laptop.json(&["overview", ON[0], ON[1]]);
    assert_eq!(overview["empty_roles"][0]["name"], json!("Projektejer"));
    assert!(laptop.ok(&["overview", ON[0], ON[1]]).contains("Projektejer"));
    let role = |name: &str| {
        let roles = laptop.json(&["roles", "bbr", ON[0], ON[1]]);
        roles["roles"].as_array().unwrap().iter().find(|role| role["name"] == name).unwrap().clone()
    };
    assert_eq!((&role("Projektejer")["needed"], &role("Projektejer")["risk"]), (&json!("yes"), &json!(true)));
    laptop.ok(&["assign", "BBR", "projektejer", "Karsten Berg", "--from", "2018-06-01"]);
    let filled = role("Projektejer");
    assert_eq!(
        (&filled["filled"], &filled["assignments"][0]["person"]["name"]),
        (&json!(true), &json!("Karsten Berg"))
    );
    assert_eq!(laptop.json(&["overview", ON[0], ON[1]])["empty_roles"], json!([]));

    let page = laptop.json(&["person", "show", "Karsten Berg", ON[0], ON[1]]);
    assert_eq!((ids(&page["responsible"]), &page["roles"][0]["role_name"]), (vec!["KLIK-2"], &json!("Projektejer")));
    laptop.ok(&["hand-over", "Karsten Berg", "Nina Nyborg", "--task", "KLIK-2"]);
    assert_eq!(laptop.task("KLIK-2")["responsible"], json!("Nina Nyborg"));
    laptop.ok(&["unassign", "BBR", "Projektejer", "Karsten Berg"]);
    assert_eq!(role("Projektejer")["risk"], json!(true));
    assert_eq!(laptop.refused(&["unassign", "BBR", "Projektejer", "Karsten Berg"]).0, 1);
    assert_eq!(laptop.refused(&["assign", "BBR", "Rorgænger", "Karsten Berg"]).1["code"], json!("unknown_role"));
    assert_eq!(
        laptop.refused(&["hand-over", "Karsten Berg", "Nina", "--task", "KLIK-3"]).1["code"],
        json!("unknown_task")
    );

    laptop.ok(&["person", "set", "Nina Nyborg", "mail=nina@koege.dk", "department=Børn"]);
    let people = laptop.json(&["people"]);
    let nina = people.as_array().unwrap().iter().find(|person| person["name"] == "Nina Nyborg").unwrap();
    assert_eq!((&nina["mail"], &nina["open_tasks"]), (&json!("nina@koege.dk"), &json!(1)));
    laptop.ok(&["project", "set", "BBR", "leader=Nina Nyborg", "go_live=01-11-2018"]);
    let projects = laptop.json(&["projects"]);
    let names: Vec<&str> = projects.as_array().unwrap().iter().map(|project| project["id"].as_str().unwrap()).collect();
    assert_eq!(names, ["AULA", "BBR"]);
    assert_eq!((&projects[1]["leader"], &projects[1]["go_live"]), (&json!("Nina Nyborg"), &json!("2018-11-01")));
}

#[test]
fn a_file_is_written_whole_and_search_finds_what_is_there() {
    let laptop = Laptop::with_may();
    let file = laptop.dir.join("opgaver.csv");
    let made = laptop.json(&["export", "csv", file.to_str().unwrap(), ON[0], ON[1]]);
    let bytes = fs::read(&file).unwrap();
    assert_eq!((made["rows"].as_u64(), made["bytes"].as_u64()), (Some(3), u64::try_from(bytes.len()).ok()));
    assert!(String::from_utf8(bytes.clone()).unwrap().contains("Udpeg projektleder"));
    let piped = laptop.run(&["export", "csv", "-", ON[0], ON[1]]);
    assert_eq!(piped.stdout, bytes);
    let workbook = laptop.run(&["export", "xlsx", "-"]).stdout;
    assert_eq!(&workbook[..2], b"PK");
    assert_eq!(laptop.refused(&["export", "csv", "/nowhere/at/all.csv"]).1["code"], json!("io"));
    let hits = laptop.json(&["search", "rolle"]);
    assert!(hits.as_array().unwrap().iter().any(|hit| hit["id"] == "KLIK-2"), "{hits}");
    assert_eq!(laptop.json(&["search", "xyzzy"]), json!([]));
}

#[test]
fn the_doctor_and_the_backups_answer() {
    let laptop = Laptop::with_may();
    let report = laptop.json(&["doctor", "--rebuild"]);
    assert_eq!((&report["ok"], &report["rebuilt"], &report["differing"]), (&json!(true), &json!(true), &json!([])));
    let made = laptop.json(&["backup", "now"]);
    assert!(laptop.json(&["backup", "list"]).as_array().unwrap().contains(&made));
    laptop.ok(&["task", "set", "KLIK-1", "note=efter"]);
    laptop.ok(&["backup", "restore", made["file"].as_str().unwrap()]);
    assert_eq!(laptop.task("KLIK-1")["note"], json!(""));
    assert!(laptop.json(&["backup", "key"])["key"].as_str().unwrap().len() > 20);
    assert_eq!(laptop.refused(&["backup", "restore", "no-such"]).1["code"], json!("unknown_backup"));
}

#[test]
fn a_damaged_database_says_so_and_a_backup_can_be_put_back() {
    let laptop = Laptop::with_may();
    laptop.ok(&["task", "set", "KLIK-1", "note=gemt"]);
    let backup = laptop.json(&["backup", "now"])["file"].as_str().unwrap().to_owned();
    let data = laptop.dir.join("data");
    let database = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3")))
        .unwrap();
    for file in fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()) {
        if file.to_str().unwrap().ends_with("-wal") || file.to_str().unwrap().ends_with("-shm") {
            fs::remove_file(file).unwrap();
        }
    }
    fs::write(&database, "this is no database, and was never one ".repeat(1000)).unwrap();
    let (status, error) = laptop.refused(&["tasks"]);
    assert_eq!((status, &error["code"]), (1, &json!("corrupt")));
    assert_eq!(laptop.refused(&["backup", "now"]).1["code"], json!("corrupt"));
    assert_eq!(laptop.json(&["backup", "list"])[0]["file"], json!(backup));
    laptop.ok(&["backup", "restore", &backup]);
    assert_eq!(laptop.task("KLIK-1")["note"], json!("gemt"));
}

#[test]
fn exit_status_one_is_a_fact_and_two_is_a_word() {
    let laptop = Laptop::bare();
    let (status, error) = laptop.refused(&["tasks"]);
    assert_eq!((status, &error["code"]), (1, &json!("not_founded")));
    let (status, error) = laptop.refused(&["init", "--municipality", "9999", "--department", "It", "--name", "N"]);
    assert_eq!((status, &error["code"], &error["where"]), (1, &json!("unknown_municipality"), &json!("9999")));
    laptop.ok(&["init", "--municipality", "køge", "--department", "It", "--name", "Nina"]);
    let again = laptop.refused(&["init", "--municipality", "0259", "--department", "It", "--name", "Nina"]);
    assert_eq!((again.0, &again.1["code"]), (1, &json!("already_founded")));
    drop(laptop);

    let laptop = Laptop::with_may();
    assert_eq!(laptop.refused(&["task", "show", "KLIK-99"]).0, 1);
    assert_eq!(laptop.refused(&["import", "klik", "/nowhere.xlsx"]).0, 1);
    assert_eq!(laptop.refused(&["redo"]).1["code"], json!("nothing_to_redo"));
    let cpr = laptop.refused(&["task", "set", "KLIK-1", "note=010203-1234"]);
    assert_eq!((cpr.0, &cpr.1["code"]), (1, &json!("looks_like_cpr")));
    for words in [
        vec!["task", "set", "KLIK-1", "deadline=31-06-2018"],
        vec!["task", "set", "KLIK-1", "percent=101"],
        vec!["task", "set", "KLIK-1", "status=halvfærdig"],
        vec!["task", "set", "KLIK-1", "no_such_field=1"],
        vec!["task", "set", "KLIK-1", "note"],
        vec!["task", "set", "KLIK-1"],
        vec!["tasks", "--on", "i går"],
        vec!["tasks", "--no-such-option"],
        vec!["no-such-command"],
        vec!["call", "no_such"],
    ] {
        assert_eq!(laptop.refused(&words).0, 2, "{words:?}");
    }
    assert_eq!(laptop.task("KLIK-1")["deadline"], json!("2018-05-11"));
    let plain = laptop.run(&["task", "show", "KLIK-99"]);
    let sentence = String::from_utf8(plain.stderr).unwrap();
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert!(sentence.contains("KLIK-99"), "{sentence}");
    assert_eq!(laptop.run(&["--help"]).status.code(), Some(0));
    assert_eq!(laptop.run(&["--version"]).status.code(), Some(0));
}

#[test]
fn what_is_printed_says_the_colour_in_words_and_sends_no_escape() {
    let laptop = Laptop::with_may();
    laptop.ok(&["task", "set", "KLIK-3", "title=Farlig \u{1b}[2J\u{202e}titel"]);
    for words in [vec!["overview", ON[0], ON[1], "--all"], vec!["tasks", ON[0], ON[1]], vec!["task", "show", "KLIK-3"]]
    {
        let printed = laptop.ok(&words);
        assert!(!printed.contains('\u{1b}') && !printed.contains('\u{202e}'), "{printed}");
    }
    let printed = laptop.ok(&["tasks", ON[0], ON[1]]);
    assert!(printed.contains("Rød") && printed.contains("Grå"), "{printed}");
    assert!(laptop.ok(&["tasks", ON[0], ON[1], "--lang", "en"]).contains("Red"));
}

#[test]
fn a_reader_who_goes_is_no_error() {
    let laptop = Laptop::with_may();
    let mut child = laptop
        .command()
        .args(["task", "history", "KLIK-1", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(0), ""));
}

#[test]
fn the_window_and_the_terminal_ask_the_same_door() {
    let laptop = Laptop::with_may();
    let edit = json!({ "edits": [{ "entity": "task/KLIK-1", "field": "note", "value": "fra døren" }] }).to_string();
    laptop.json(&["call", "edit", &edit]);
    assert_eq!(laptop.task("KLIK-1")["note"], json!("fra døren"));
    let list = laptop.json(&["call", "tasks", r#"{"on": "2018-06-14"}"#]);
    assert_eq!(list["rows"].as_array().unwrap().len(), 3);
}

#[cfg(unix)]
#[test]
fn serve_tells_its_address_and_ends_at_a_signal() {
    let laptop = Laptop::with_may();
    let mut child = laptop.command().args(["serve", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap();
    let (host, token) = told["url"].as_str().unwrap().strip_prefix("http://").unwrap().split_once("/#once=").unwrap();
    assert!(host.starts_with("127.0.0.1:") && token.len() == 32, "{line}");
    let body = json!({ "token": token }).to_string();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(stream, "POST /door/once HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("bearer"), "{answer}");
    let ended = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(ended.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_folder_may_be_named_as_an_option_too() {
    let laptop = Laptop::with_may();
    let other = laptop.dir.join("other");
    let there = |words: &[&str]| {
        let mut all = vec!["--data-dir", other.to_str().unwrap()];
        all.extend(words);
        laptop.json(&all)
    };
    assert_eq!(there(&["status"])["founded"], json!(false));
    assert_eq!(laptop.json(&["status"])["founded"], json!(true));
    assert!(Path::new(&other).is_dir());
}
