//! What two or three laptops see when their people did something at once without knowing of each other: the answers of
//! `docs/merge.md`, one story each. Every story ends with all laptops equal, and with the doctor content.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use tovholder_app::view::*;
use tovholder_app::{App, Ground};
use tovholder_document::CellChange;
use tovholder_model::{Colour, Reason, Scalar, Status};
use tovholder_store::{Received, Store};

const MAY: &str = "klik-eksport-2018-05-15.xlsx";
const JUNE: &str = "klik-eksport-2018-06-15.xlsx";
const TASK: &str = "task/KLIK-1001";
static NUMBER: AtomicU32 = AtomicU32::new(0);

struct Laptop {
    app: App,
    dir: PathBuf,
}

impl Laptop {
    fn new(department: &str, name: &str) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tovholder-answers-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let drawn = AtomicU32::new(number << 16);
        // The municipality's secret is 32 bytes and shared by its laptops; all else differs.
        let random = move |bytes: &mut [u8]| {
            if bytes.len() == 32 {
                bytes.fill(42);
                return Ok(());
            }
            let mut state = drawn.fetch_add(1, Ordering::Relaxed).wrapping_mul(2_654_435_761).max(1);
            for byte in bytes.iter_mut() {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                *byte = (state >> 24).to_le_bytes()[0];
            }
            Ok(())
        };
        let now = || chrono::DateTime::from_timestamp(1_529_000_000, 0).unwrap();
        let app = App::open_on(&dir, Ground { now: Box::new(now), random: Box::new(random), keyring: None }).unwrap();
        let args = FoundArgs { municipality: "0329".into(), department: department.into(), name: name.into() };
        app.found(args).unwrap();
        Self { app, dir }
    }

    fn import(&self, file: &str) -> ImportDone {
        let path = format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
        self.run(ImportOpenArgs { name: file.into(), path: Some(path), ..Default::default() })
    }

    /// An export of a few rows `id;project;title`, of the day in its name.
    fn import_rows(&self, day: &str, rows: &[&str]) -> ImportDone {
        let text = format!("Opgave-id;Projekt;Titel\n{}\n", rows.join("\n"));
        let bytes = base64::engine::general_purpose::STANDARD.encode(text);
        self.run(ImportOpenArgs { name: format!("klik-{day}.csv"), bytes, ..Default::default() })
    }

    fn run(&self, open: ImportOpenArgs) -> ImportDone {
        let draft = self.app.import_open(open).unwrap();
        self.app.import_run(ImportRunArgs { id: draft.id, ..Default::default() }).unwrap()
    }

    fn set(&self, entity: &str, field: &str, value: impl Into<Scalar>) -> EditDone {
        let edit = Edit { entity: entity.into(), field: field.into(), value: Some(value.into()), seen: None };
        self.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap()
    }

    fn assign(&self, person: &str, from: &str, to: Option<&str>) -> String {
        let args = AssignArgs {
            project: "BBR".into(),
            role: "projektleder".into(),
            person: person.into(),
            from: Some(from.parse().unwrap()),
            to: to.map(|to| to.parse().unwrap()),
        };
        self.app.assign(args).unwrap().id.unwrap()
    }

    fn person(&self, name: &str) -> PersonRow {
        let persons = self.app.people(OnQuery::default()).unwrap().persons;
        let found: Vec<PersonRow> = persons.into_iter().filter(|person| person.name == name).collect();
        assert_eq!(found.len(), 1, "one {name}");
        found.into_iter().next().unwrap()
    }

    fn take_in(&self, other: &Laptop) {
        let mut store = Store::open(&self.dir, &mut |_| panic!("no new incarnation is needed")).unwrap();
        let theirs = Store::open(&other.dir, &mut |_| panic!("no new incarnation is needed")).unwrap();
        let documents = theirs.reader().unwrap().documents().unwrap();
        let mut write = store.write(0).unwrap();
        for (name, changes) in documents {
            for bytes in changes {
                let received = write.receive(&name, &CellChange::decode(&bytes).unwrap(), None).unwrap();
                assert!(matches!(received, Received::Applied | Received::Known));
            }
        }
        write.commit().unwrap();
    }

    fn task(&self, id: &str) -> TaskDetail {
        self.app.task(TaskQuery { id: id.into(), on: None }).unwrap()
    }

    fn row(&self) -> TaskRow {
        self.task("KLIK-1001").row
    }

    fn conflicts(&self) -> Vec<ConflictView> {
        self.app.conflicts(NoArgs {}).unwrap()
    }

    /// The values of the only conflict there is, in words, with who wrote them.
    fn the_conflict(&self) -> BTreeSet<(String, String)> {
        let conflicts = self.conflicts();
        assert_eq!(conflicts.len(), 1, "{conflicts:?}");
        conflicts[0].values.iter().map(|value| (value.text.clone(), value.who.clone())).collect()
    }

    /// Chooses in a cell as the inbox does: over exactly the values that it showed.
    fn choose(&self, id: &str, value: &str) {
        let conflict = self.conflicts().into_iter().find(|conflict| conflict.id == id).unwrap();
        let seen = Some(conflict.values.iter().map(|value| value.op.clone()).collect());
        let edit = Edit { entity: conflict.entity, field: conflict.field, value: Some(value.into()), seen };
        self.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap();
    }

    fn interface(&self, id: &str) -> InterfaceDetail {
        self.app.interface(InterfaceQuery { id: id.into(), on: None }).unwrap()
    }

    fn findings(&self) -> Vec<Finding> {
        self.app.findings(NoArgs {}).unwrap()
    }

    fn rule(&self, run: bool, seen: Option<Vec<RuleSeen>>) -> RuleChoices {
        self.app.conflict_rule(ConflictRuleArgs { run, seen, ..Default::default() }).unwrap()
    }

    /// All that a person can see, in one text.
    fn sight(&self) -> String {
        let json = |value: serde_json::Value| {
            let mut value = value;
            strip_cursors(&mut value);
            value.to_string()
        };
        let tasks = self.app.tasks(TasksQuery::default()).unwrap();
        let details: Vec<TaskDetail> =
            tasks.rows.iter().filter(|row| row.comments > 0).map(|row| self.task(&row.id)).collect();
        let projects = self.app.projects(OnQuery::default()).unwrap();
        let roles: Vec<RolesView> = projects
            .projects
            .iter()
            .take(2)
            .map(|project| self.app.roles(RolesQuery { project: project.id.clone(), on: None }).unwrap())
            .collect();
        [
            json(serde_json::to_value(tasks).unwrap()),
            json(serde_json::to_value(details).unwrap()),
            json(serde_json::to_value(projects).unwrap()),
            json(serde_json::to_value(roles).unwrap()),
            json(serde_json::to_value(self.app.interfaces(InterfacesQuery::default()).unwrap()).unwrap()),
            json(serde_json::to_value(self.interface("SF1511")).unwrap()),
            json(serde_json::to_value(self.app.people(OnQuery::default()).unwrap()).unwrap()),
            json(serde_json::to_value(self.conflicts()).unwrap()),
            json(serde_json::to_value(self.findings()).unwrap()),
        ]
        .join("\n")
    }
}

/// A cursor is of one laptop only.
fn strip_cursors(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.remove("cursor");
            fields.values_mut().for_each(strip_cursors);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip_cursors),
        _ => {}
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Everybody hears from everybody.
fn meet(laptops: &[&Laptop]) {
    for to in laptops {
        for from in laptops.iter().filter(|from| from.dir != to.dir) {
            to.take_in(from);
        }
    }
}

/// The end of every story.
fn equal(laptops: &[&Laptop]) {
    meet(laptops);
    for laptop in laptops {
        assert_eq!(laptop.sight(), laptops[0].sight(), "all laptops show the same");
        let report = laptop.app.doctor(DoctorArgs { rebuild: true }).unwrap();
        assert!(report.ok, "{report:?}");
    }
}

/// Two departments with the same export, and each other's people.
fn departments() -> (Laptop, Laptop) {
    let (a, b) = (Laptop::new("Teknik og Miljø", "Nanna Dahl"), Laptop::new("Borgerservice", "Karsten Berg"));
    a.import(MAY);
    meet(&[&a, &b]);
    (a, b)
}

fn pairs(values: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    values.iter().map(|(value, who)| ((*value).to_owned(), (*who).to_owned())).collect()
}

#[test]
fn two_who_write_the_same_cell_see_both_values_and_the_graver_colour() {
    let (a, b) = departments();
    a.set(TASK, "status", "not_started");
    meet(&[&a, &b]);
    a.set(TASK, "status", "completed");
    b.set(TASK, "status", "cannot_meet_deadline");
    assert_eq!((a.row().colour, b.row().colour), (Colour::Done, Colour::Red));
    meet(&[&a, &b]);
    for laptop in [&a, &b] {
        let row = laptop.row();
        assert_eq!(row.conflicts, ["status"]);
        assert_eq!(row.colour, Colour::Red, "the graver of the two, whichever the table shows");
        assert!(row.reasons.contains(&Reason::Conflict { field: "status".into() }), "{:?}", row.reasons);
        let who: BTreeSet<String> = laptop.the_conflict().into_iter().map(|(_, who)| who).collect();
        assert_eq!(who, BTreeSet::from(["Nanna Dahl".to_owned(), "Karsten Berg".to_owned()]));
        let overview = laptop.app.overview(OverviewQuery::default()).unwrap();
        assert!(overview.needs_today.iter().any(|row| row.id == "KLIK-1001"));
    }
    a.choose("task/KLIK-1001/status", "completed");
    equal(&[&a, &b]);
    assert_eq!((b.row().colour, b.conflicts().len()), (Colour::Done, 0));
}

#[test]
fn the_same_value_on_both_sides_is_no_conflict() {
    let (a, b) = departments();
    for laptop in [&a, &b] {
        laptop.set(TASK, "status", "in_progress");
        laptop.set(TASK, "responsible", "Åse Nørgaard");
    }
    equal(&[&a, &b]);
    assert!(a.conflicts().is_empty());
    assert_eq!(a.row().responsible.unwrap().name, "Åse Nørgaard", "and one person, made on both");
}

#[test]
fn a_role_filled_by_two_apart_is_held_by_both_and_found() {
    let (a, b) = departments();
    a.assign("Bodil Kvist", "2018-06-01", None);
    let second = b.assign("Ida Lund", "2018-07-01", None);
    equal(&[&a, &b]);
    let roles = a.app.roles(RolesQuery { project: "BBR".into(), on: None }).unwrap().roles;
    let role = roles.into_iter().find(|role| role.id == "projektleder").unwrap();
    let names: Vec<String> = role.assignments.iter().map(|held| held.person.name.clone()).collect();
    assert_eq!(names, ["Bodil Kvist", "Ida Lund"], "both assignments stand");
    let twice = |laptop: &Laptop| {
        laptop.findings().into_iter().filter(|found| matches!(found, Finding::RoleFilledApart { .. })).count()
    };
    assert_eq!((twice(&a), twice(&b)), (1, 1));
    // Whoever touches one of them has seen both: they share the role from now on.
    b.set(&format!("assignment/{second}"), "from", "2018-07-02");
    equal(&[&a, &b]);
    assert_eq!((twice(&a), twice(&b)), (0, 0));
}

#[test]
fn the_same_person_put_into_a_role_by_two_apart_is_found_as_twice() {
    let (a, b) = departments();
    a.assign("Bodil Kvist", "2018-06-01", None);
    b.assign("Bodil Kvist", "2018-06-15", None);
    equal(&[&a, &b]);
    assert_eq!(a.person("Bodil Kvist").roles, 1, "both assignments stand; the other begins tomorrow");
    let roles = a.findings().into_iter().filter(|found| matches!(found, Finding::RoleFilledTwice { .. })).count();
    let apart = a.findings().iter().any(|found| matches!(found, Finding::RoleFilledApart { .. }));
    assert_eq!((roles, apart), (1, false));
}

#[test]
fn a_role_that_is_shared_knowingly_or_held_one_after_the_other_is_not_found() {
    let (a, b) = departments();
    a.assign("Bodil Kvist", "2018-06-01", Some("2018-08-31"));
    meet(&[&a, &b]);
    b.assign("Ida Lund", "2018-07-01", Some("2018-09-30"));
    a.assign("Mads Mølgaard", "2018-10-01", None);
    equal(&[&a, &b]);
    assert!(!a.findings().iter().any(|found| matches!(found, Finding::RoleFilledApart { .. })), "{:?}", a.findings());
}

#[test]
fn a_person_archived_here_and_put_to_work_there_stands_in_both_and_is_found() {
    let (a, b) = departments();
    let id = a.app.create_person(CreatePersonArgs { name: "Bodil Kvist".into(), ..Default::default() }).unwrap().id;
    let bo = format!("person/{}", id.unwrap());
    meet(&[&a, &b]);
    a.set(&bo, "archived", true);
    b.assign("Bodil Kvist", "2018-06-01", None);
    b.set(TASK, "performer", "Bodil Kvist");
    equal(&[&a, &b]);
    let person = a.person("Bodil Kvist");
    assert!(person.archived);
    assert_eq!((person.roles, person.open_tasks), (1, 1), "nothing was taken from anybody");
    let person = "Bodil Kvist".to_owned();
    assert!(a.findings().contains(&Finding::PersonArchived { task: "KLIK-1001".into(), person: person.clone() }));
    assert!(a.findings().iter().any(|f| matches!(f, Finding::HolderArchived { person: p, .. } if *p == person)));
    b.set(&bo, "archived", false);
    equal(&[&a, &b]);
    assert!(!a.findings().iter().any(|f| matches!(f, Finding::HolderArchived { .. } | Finding::PersonArchived { .. })));
}

#[test]
fn a_person_handed_over_here_and_put_to_work_there_keeps_what_came_there() {
    let (a, b) = departments();
    a.set(TASK, "responsible", "Bodil Kvist");
    a.set("task/KLIK-1002", "responsible", "Bodil Kvist");
    meet(&[&a, &b]);
    let from = a.person("Bodil Kvist").id;
    a.app.hand_over(HandOverArgs { from, to: "Ida Lund".into(), ..Default::default() }).unwrap();
    b.set("task/KLIK-1003", "responsible", "Bodil Kvist");
    b.set("task/KLIK-1002", "responsible", "Mads Mølgaard");
    equal(&[&a, &b]);
    let who = |task: &str| a.task(task).row.responsible.unwrap().name;
    assert_eq!((who("KLIK-1001").as_str(), who("KLIK-1003").as_str()), ("Ida Lund", "Bodil Kvist"));
    assert_eq!(a.the_conflict(), pairs(&[("Ida Lund", "Nanna Dahl"), ("Mads Mølgaard", "Karsten Berg")]));
}

#[test]
fn a_task_archived_here_and_edited_there_is_archived_and_the_edit_stands_and_is_found() {
    let (a, b) = departments();
    b.set(TASK, "note", "før");
    meet(&[&a, &b]);
    a.set(TASK, "archived", true);
    a.set("task/KLIK-1002", "archived", true);
    b.set(TASK, "note", "under");
    equal(&[&a, &b]);
    let found = Finding::ArchivedButEdited { task: "KLIK-1001".into() };
    for laptop in [&a, &b] {
        assert_eq!((laptop.row().archived, laptop.row().note.as_str()), (true, "under"));
        let archived = laptop.findings().into_iter().filter(|f| matches!(f, Finding::ArchivedButEdited { .. }));
        assert_eq!(archived.collect::<Vec<_>>(), std::slice::from_ref(&found).to_vec());
        assert!(laptop.task("KLIK-1001").findings.contains(&found));
    }
    // Archiving it again, having seen the edit, leaves it at that.
    a.set(TASK, "archived", true);
    equal(&[&a, &b]);
    assert!(!b.findings().contains(&found));
    b.set(TASK, "archived", false);
    equal(&[&a, &b]);
    assert!(!a.row().archived);
}

#[test]
fn a_task_archived_here_and_fetched_back_there_is_a_conflict_and_found() {
    let (a, b) = departments();
    a.set(TASK, "archived", true);
    b.set(TASK, "archived", true);
    b.set(TASK, "archived", false);
    equal(&[&a, &b]);
    assert_eq!(a.the_conflict().len(), 2);
    assert!(a.findings().contains(&Finding::ArchivedButEdited { task: "KLIK-1001".into() }));
    let id = a.conflicts()[0].id.clone();
    let conflict = a.conflicts().remove(0);
    assert_eq!(id, "task/KLIK-1001/archived");
    let seen = Some(conflict.values.iter().map(|value| value.op.clone()).collect());
    let edit = Edit { entity: TASK.into(), field: "archived".into(), value: Some(false.into()), seen };
    a.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap();
    equal(&[&a, &b]);
    assert!(b.conflicts().is_empty() && !b.row().archived);
}

#[test]
fn a_task_moved_to_two_projects_lies_where_the_newest_export_has_it_and_no_edit_is_out_of_sight() {
    let (a, b, c) = (
        Laptop::new("Teknik og Miljø", "Nanna Dahl"),
        Laptop::new("Borgerservice", "Karsten Berg"),
        Laptop::new("Social", "Lis Lund"),
    );
    a.import_rows("01-05-2018", &["K-1;BBR;Bestil", "K-2;BBR;Afprøv"]);
    a.set("task/K-1", "note", "fra maj");
    meet(&[&a, &b, &c]);
    a.import_rows("01-06-2018", &["K-1;DUBU;Bestil", "K-2;BBR;Afprøv"]);
    a.set("task/K-1", "status", "in_progress");
    b.import_rows("01-07-2018", &["K-1;SAPA;Bestil nu", "K-2;BBR;Afprøv"]);
    c.set("task/K-1", "percent", 40);
    equal(&[&a, &b, &c]);
    let row = c.task("K-1").row;
    assert_eq!((row.project.as_str(), row.title.as_str(), row.note.as_str()), ("SAPA", "Bestil nu", "fra maj"));
    assert_eq!(a.app.tasks(TasksQuery::default()).unwrap().rows.len(), 2, "one task each, however many documents");
    let moved = |from: &str| Finding::MovedButEdited { task: "K-1".into(), from: from.into() };
    assert_eq!(b.task("K-1").findings, [moved("BBR"), moved("DUBU")], "who edited where it lay is heard");
    let history = b.app.history(HistoryQuery { entity: "task/K-1".into(), field: Some("status".into()) }).unwrap();
    assert!(history.iter().any(|entry| entry.value == Scalar::from("in_progress") && entry.who == "Nanna Dahl"));
    b.set("task/K-1", "status", "in_progress");
    equal(&[&a, &b, &c]);
    assert_eq!((a.task("K-1").row.status, a.task("K-1").findings.len()), (Status::InProgress, 0));
    b.set("task/K-1", "note", "i SAPA");
    equal(&[&a, &b, &c]);
    assert!(a.findings().is_empty(), "what was edited after the move is no surprise: {:?}", a.findings());
}

#[test]
fn a_conflict_moves_along_with_its_task_and_is_chosen_there() {
    let (a, b) = (Laptop::new("Teknik og Miljø", "Nanna Dahl"), Laptop::new("Borgerservice", "Karsten Berg"));
    a.import_rows("01-05-2018", &["K-1;BBR;Bestil"]);
    meet(&[&a, &b]);
    a.set("task/K-1", "note", "rød");
    b.set("task/K-1", "note", "grøn");
    meet(&[&a, &b]);
    a.import_rows("01-06-2018", &["K-1;DUBU;Bestil"]);
    equal(&[&a, &b]);
    let texts = |laptop: &Laptop| laptop.the_conflict().into_iter().map(|(text, _)| text).collect::<Vec<_>>();
    assert_eq!(texts(&b), ["grøn", "rød"], "moving a task chooses nothing");
    b.choose("task/K-1/note", "rød");
    equal(&[&a, &b]);
    assert_eq!((a.task("K-1").row.note.as_str(), a.conflicts().len(), a.findings().len()), ("rød", 0, 0));
}

#[test]
fn a_project_s_phase_moved_both_ways_is_a_conflict_of_its_cell() {
    let (a, b) = departments();
    a.set("project/BBR", "phase", "Afslutning");
    b.set("project/BBR", "phase", "Planlægning");
    equal(&[&a, &b]);
    assert_eq!(a.the_conflict(), pairs(&[("Afslutning", "Nanna Dahl"), ("Planlægning", "Karsten Berg")]));
    b.choose("project/BBR/phase", "Planlægning");
    equal(&[&a, &b]);
    assert!(a.conflicts().is_empty());
}

#[test]
fn how_far_a_project_is_with_an_interface_said_apart_is_a_conflict_and_both_points_stand() {
    let (a, b) = departments();
    a.set("use/BBR:SF1511", "state", "done");
    b.set("use/BBR:SF1511", "state", "2019");
    for (laptop, project) in [(&a, "DAR"), (&b, "FLIS")] {
        let args =
            AttentionArgs { interface: "SF1511".into(), project: project.into(), text: format!("Lært i {project}") };
        laptop.app.add_attention(args).unwrap();
    }
    equal(&[&a, &b]);
    assert_eq!(a.the_conflict(), pairs(&[("Færdig", "Nanna Dahl"), ("2019", "Karsten Berg")]));
    let detail = b.interface("SF1511");
    assert_eq!(detail.points.len(), 2);
    let cell = detail.row.uses.iter().find(|cell| cell.project == "BBR").unwrap();
    assert_eq!((cell.conflicts.as_slice(), cell.learned), (["state".to_owned()].as_slice(), 2));
    b.choose("use/BBR:SF1511/state", "2019");
    equal(&[&a, &b]);
    assert!(a.conflicts().is_empty());
    let detail = a.interface("SF1511");
    let cell = detail.row.uses.iter().find(|cell| cell.project == "BBR").unwrap();
    assert_eq!((cell.state, cell.year), (UseState::Planned, Some(2019)));
}

#[test]
fn comments_written_apart_both_stand_in_one_order() {
    let (a, b) = departments();
    for (laptop, text) in [(&a, "Vi bestiller"), (&b, "Vi venter")] {
        laptop.app.comment(CommentArgs { task: "KLIK-1001".into(), text: text.into() }).unwrap();
    }
    equal(&[&a, &b]);
    let texts: BTreeSet<String> = a.task("KLIK-1001").comments.into_iter().map(|comment| comment.text).collect();
    assert_eq!(texts, BTreeSet::from(["Vi bestiller".to_owned(), "Vi venter".to_owned()]));
}

#[test]
fn an_undo_takes_back_what_it_saw_and_never_what_came_from_elsewhere() {
    let (a, b) = departments();
    a.set(TASK, "note", "a");
    meet(&[&a, &b]);
    b.set(TASK, "note", "b");
    a.app.undo(NoArgs {}).unwrap();
    assert_eq!(a.row().note, "");
    equal(&[&a, &b]);
    assert_eq!(
        a.the_conflict(),
        pairs(&[("", "Nanna Dahl"), ("b", "Karsten Berg")]),
        "taken back here, rewritten there"
    );
    b.choose("task/KLIK-1001/note", "b");
    // Undone when the other's word had come: it is left, and listed.
    a.set("task/KLIK-1002", "note", "a");
    meet(&[&a, &b]);
    b.set("task/KLIK-1002", "note", "b");
    meet(&[&a, &b]);
    let done = a.app.undo(NoArgs {}).unwrap();
    assert_eq!((done.undone, done.kept[0].now.as_str()), (0, "b"));
    equal(&[&a, &b]);
    assert_eq!(a.task("KLIK-1002").row.note, "b");
}

#[test]
fn an_import_undone_here_leaves_what_was_edited_there() {
    let (a, b) = departments();
    let stamp = a.app.imports(NoArgs {}).unwrap().imports[0].stamp.clone();
    a.app.import_undo(ImportIdArgs { id: stamp.clone() }).unwrap();
    b.set(TASK, "status", "in_progress");
    equal(&[&a, &b]);
    let rows = a.app.tasks(TasksQuery::default()).unwrap().rows;
    assert_eq!(rows.len(), 1, "of the import nothing is left but what somebody works on");
    assert!(rows[0].gone && rows[0].status == Status::InProgress && !rows[0].title.is_empty());
    assert!(a.findings().contains(&Finding::GoneButOpen { task: "KLIK-1001".into() }));
    b.app.import_redo(ImportIdArgs { id: stamp }).unwrap();
    equal(&[&a, &b]);
    assert_eq!(a.app.tasks(TasksQuery::default()).unwrap().rows.len(), 172);
}

#[test]
fn an_import_undone_here_and_brought_back_there_stands() {
    let (a, b) = departments();
    let id = || ImportIdArgs { id: a.app.imports(NoArgs {}).unwrap().imports[0].stamp.clone() };
    b.app.import_undo(id()).unwrap();
    b.app.import_redo(id()).unwrap();
    a.app.import_undo(id()).unwrap();
    equal(&[&a, &b]);
    assert_eq!(a.app.tasks(TasksQuery::default()).unwrap().rows.len(), 172, "nothing is hidden while people disagree");
}

#[test]
fn the_same_export_imported_apart_is_one_import() {
    let (a, b) = (Laptop::new("Teknik og Miljø", "Nanna Dahl"), Laptop::new("Borgerservice", "Karsten Berg"));
    a.import(MAY);
    b.import(MAY);
    equal(&[&a, &b]);
    assert_eq!(a.app.tasks(TasksQuery::default()).unwrap().rows.len(), 172);
    assert_eq!((a.app.imports(NoArgs {}).unwrap().imports.len(), a.conflicts().len()), (1, 0));
}

#[test]
fn different_exports_imported_apart_speak_by_their_date() {
    let (a, b) = (Laptop::new("Teknik og Miljø", "Nanna Dahl"), Laptop::new("Borgerservice", "Karsten Berg"));
    a.import(JUNE);
    b.import(MAY);
    b.set("task/KLIK-1006", "note", "husk");
    equal(&[&a, &b]);
    let row = b.task("KLIK-1006").row;
    assert!(row.title.ends_with("(opdateret)"), "June speaks: {}", row.title);
    assert_eq!((row.note.as_str(), a.conflicts().len()), ("husk", 0));
    assert_eq!(a.app.tasks(TasksQuery::default()).unwrap().rows.iter().filter(|row| row.gone).count(), 3);
}

#[test]
fn a_conflict_chosen_differently_on_both_sides_is_a_new_conflict() {
    let (a, b) = departments();
    a.set(TASK, "note", "rød");
    b.set(TASK, "note", "grøn");
    meet(&[&a, &b]);
    a.choose("task/KLIK-1001/note", "grøn");
    b.choose("task/KLIK-1001/note", "rød");
    assert!(a.conflicts().is_empty() && b.conflicts().is_empty());
    equal(&[&a, &b]);
    assert_eq!(a.the_conflict(), pairs(&[("grøn", "Nanna Dahl"), ("rød", "Karsten Berg")]), "by who chose");
    // The same choice on both sides settles it.
    a.choose("task/KLIK-1001/note", "blå");
    b.choose("task/KLIK-1001/note", "blå");
    equal(&[&a, &b]);
    assert_eq!((a.row().note.as_str(), a.conflicts().len()), ("blå", 0));
}

#[test]
fn a_value_written_elsewhere_while_a_conflict_is_chosen_stands_beside_the_choice() {
    let (a, b) = departments();
    let c = Laptop::new("Social", "Lis Lund");
    c.take_in(&a);
    a.set(TASK, "note", "rød");
    b.set(TASK, "note", "grøn");
    meet(&[&a, &b]);
    a.choose("task/KLIK-1001/note", "rød");
    c.set(TASK, "note", "blå");
    equal(&[&a, &b, &c]);
    assert_eq!(c.the_conflict(), pairs(&[("blå", "Lis Lund"), ("rød", "Nanna Dahl")]), "grøn was chosen away by Nanna");
    // Nothing that arrives between the list and the choice is chosen over unseen.
    let seen: Vec<String> = a.conflicts()[0].values.iter().map(|value| value.op.clone()).collect();
    b.set(TASK, "note", "gul");
    a.take_in(&b);
    let edit = Edit { entity: TASK.into(), field: "note".into(), value: Some("blå".into()), seen: Some(seen) };
    a.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap();
    equal(&[&a, &b, &c]);
    assert_eq!(b.the_conflict(), pairs(&[("blå", "Nanna Dahl"), ("gul", "Karsten Berg")]));
}

#[test]
fn confirming_what_klik_shows_is_no_write_and_no_conflict() {
    let (a, b) = departments();
    let shown = a.row().title;
    assert_eq!(a.set(TASK, "title", shown.as_str()).written, 0);
    b.set(TASK, "title", "Vores egen titel");
    equal(&[&a, &b]);
    assert_eq!((a.row().title.as_str(), a.conflicts().len()), ("Vores egen titel", 0));
}

#[test]
fn three_who_write_the_same_cell_see_three_values() {
    let (a, b) = departments();
    let c = Laptop::new("Social", "Lis Lund");
    c.take_in(&a);
    for (laptop, deadline) in [(&a, "2018-06-01"), (&b, "2018-12-01"), (&c, "2018-12-24")] {
        laptop.set(TASK, "deadline", deadline);
    }
    equal(&[&a, &b, &c]);
    assert_eq!(c.the_conflict().len(), 3);
    assert_eq!(c.row().colour, Colour::Red, "one of the three has passed");
    c.choose("task/KLIK-1001/deadline", "2018-12-24");
    equal(&[&a, &b, &c]);
    assert_eq!((a.row().deadline, a.conflicts().len()), (Some("2018-12-24".parse().unwrap()), 0));
}

#[test]
fn a_rule_chooses_what_was_shown_and_nothing_that_came_since() {
    let (a, b) = departments();
    let c = Laptop::new("Social", "Lis Lund");
    c.take_in(&a);
    let tasks = ["task/KLIK-1001", "task/KLIK-1002"];
    for task in tasks {
        a.set(task, "note", "rød");
        b.set(task, "note", "grøn");
    }
    meet(&[&a, &b]);
    let shown = a.rule(false, None);
    assert_eq!((shown.choices.len(), shown.done), (2, false));
    let seen = shown.choices.iter().map(|c| RuleSeen { id: c.id.clone(), value: c.value.clone(), ops: c.ops.clone() });
    let seen: Vec<RuleSeen> = seen.collect();
    // Between the list and the button Lis's laptop is heard: a third value in one cell, and a new conflict in another.
    c.set(tasks[1], "note", "blå");
    c.set("task/KLIK-1003", "note", "blå");
    a.set("task/KLIK-1003", "note", "gul");
    a.take_in(&c);
    let done = a.rule(true, Some(seen));
    assert_eq!(done.choices.iter().map(|choice| choice.id.as_str()).collect::<Vec<_>>(), ["task/KLIK-1001/note"]);
    equal(&[&a, &b, &c]);
    let left: BTreeSet<String> = c.conflicts().into_iter().map(|conflict| conflict.id).collect();
    assert_eq!(left, BTreeSet::from(["task/KLIK-1002/note".to_owned(), "task/KLIK-1003/note".to_owned()]));
    assert_eq!(c.conflicts().iter().map(|conflict| conflict.values.len()).collect::<Vec<_>>(), [3, 2]);
    // Undone as one; who names no list chooses in all there are.
    a.app.undo(NoArgs {}).unwrap();
    assert_eq!(a.conflicts().len(), 3);
    assert_eq!(a.rule(true, None).choices.len(), 3);
    equal(&[&a, &b, &c]);
    assert!(b.conflicts().is_empty());
}
