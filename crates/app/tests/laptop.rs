//! One laptop, no network: a municipality's tasks and roles, from KLIK's Excel to a saved edit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;

use tovholder_app::view::*;
use tovholder_app::{App, AppError, Code};
use tovholder_model::{Colour, Scalar, Status};

struct Laptop {
    app: App,
    dir: PathBuf,
}

impl Laptop {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("tovholder-app-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let app = App::open(&dir).unwrap();
        let args = FoundArgs {
            municipality: "0329".into(),
            department: "It og Digitalisering".into(),
            name: "Dorte Ørsted".into(),
        };
        app.found(args).unwrap();
        Self { app, dir }
    }

    fn import(&self, file: &str) -> ImportDone {
        let (done, _) = self.import_with(file, |_, _| {});
        done
    }

    fn import_with(
        &self,
        file: &str,
        choose: impl Fn(&ImportPreview, &mut ImportRunArgs),
    ) -> (ImportDone, ImportPreview) {
        let path = format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
        let draft =
            self.app.import_open(ImportOpenArgs { name: file.into(), path: Some(path), ..Default::default() }).unwrap();
        let preview =
            self.app.import_preview(ImportPreviewArgs { id: draft.id.clone(), ..Default::default() }).unwrap();
        let mut run = ImportRunArgs { id: draft.id, ..Default::default() };
        choose(&preview, &mut run);
        (self.app.import_run(run).unwrap(), preview)
    }

    /// What a window that was open all the while shows is what one opened now shows.
    fn agrees_with_a_fresh_one(&self) {
        let fresh = App::open(&self.dir).unwrap();
        let shown = |app: &App| {
            let tasks = serde_json::to_value(app.tasks(TasksQuery::default()).unwrap().rows).unwrap();
            let people = serde_json::to_value(app.people(OnQuery::default()).unwrap().persons).unwrap();
            let overview = serde_json::to_value(app.overview(OverviewQuery::default()).unwrap()).unwrap();
            let gallery = serde_json::to_value(app.gallery(OnQuery::default()).unwrap()).unwrap();
            let imports = serde_json::to_value(app.imports(NoArgs {}).unwrap()).unwrap();
            [tasks, people, overview, gallery, imports]
        };
        assert_eq!(shown(&self.app), shown(&fresh));
    }

    fn task(&self, id: &str) -> TaskDetail {
        self.app.task(TaskQuery { id: id.into(), on: None }).unwrap()
    }

    fn set(&self, task: &str, field: &str, value: impl Into<Scalar>) -> EditDone {
        let edit = Edit { entity: format!("task/{task}"), field: field.into(), value: Some(value.into()), seen: None };
        self.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap()
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.agrees_with_a_fresh_one();
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

const MAY: &str = "klik-eksport-2018-05-15.xlsx";
const JUNE: &str = "klik-eksport-2018-06-15.xlsx";

#[test]
fn a_programme_leader_imports_edits_closes_and_opens_again() {
    let laptop = Laptop::new("story");
    let may = laptop.import(MAY);
    assert_eq!((may.created, may.updated, may.gone, may.rejected.len()), (172, 0, 0, 0));
    assert_eq!(laptop.app.projects(OnQuery::default()).unwrap().projects.len(), 12);

    laptop.set("KLIK-1001", "responsible", "Åse Nørgaard");
    laptop.set("KLIK-1001", "status", "in_progress");
    let june = laptop.import(JUNE);
    assert_eq!((june.created, june.gone), (4, 3));

    let again = App::open(&laptop.dir).unwrap();
    let detail = again.task(TaskQuery { id: "klik-1001".into(), on: None }).unwrap();
    assert_eq!(detail.row.responsible.unwrap().name, "Åse Nørgaard");
    assert_eq!(detail.row.status, Status::InProgress);
    let gone = again.tasks(TasksQuery::default()).unwrap().rows.into_iter().filter(|row| row.gone).count();
    assert_eq!(gone, 3);
    let report = again.doctor(DoctorArgs { rebuild: true }).unwrap();
    assert!(report.ok, "{report:?}");
    assert_eq!(report.rebuilt, Some(true));
}

#[test]
fn a_second_import_of_the_same_file_changes_nothing() {
    let laptop = Laptop::new("twice");
    laptop.import(MAY);
    let before = laptop.app.status(NoArgs {}).unwrap().cursor;
    let again = laptop.import(MAY);
    assert_eq!((again.created, again.updated, again.unchanged, again.gone), (0, 0, 172, 0));
    assert_eq!(laptop.app.status(NoArgs {}).unwrap().cursor, before, "nothing was written");
}

#[test]
fn klik_s_change_under_an_own_value_is_shown_and_chosen_once() {
    let laptop = Laptop::new("choose");
    laptop.import(MAY);
    laptop.set("KLIK-1006", "title", "Vores egen titel");
    let (done, preview) = laptop.import_with(JUNE, |_, _| {});
    assert_eq!((preview.counts.conflicts, done.conflicts), (1, 1));
    let row = laptop.task("KLIK-1006").row;
    assert_eq!((row.title.as_str(), row.klik_differs), ("Vores egen titel", vec!["title".to_owned()]));
    laptop
        .app
        .klik_choice(KlikChoiceArgs { task: "KLIK-1006".into(), field: "title".into(), take_klik: false })
        .unwrap();
    assert!(laptop.task("KLIK-1006").row.klik_differs.is_empty());
    laptop.app.undo(NoArgs {}).unwrap();
    assert_eq!(laptop.task("KLIK-1006").row.klik_differs, ["title"]);
    laptop
        .app
        .klik_choice(KlikChoiceArgs { task: "KLIK-1006".into(), field: "title".into(), take_klik: true })
        .unwrap();
    assert_eq!(laptop.task("KLIK-1006").row.title, "Udpeg projektleder og meld kontaktoplysninger ind (opdateret)");
}

#[test]
fn a_status_that_goes_back_is_not_taken_and_not_asked_again() {
    let laptop = Laptop::new("back");
    laptop.import(MAY);
    let (_, preview) = laptop.import_with(JUNE, |_, _| {});
    let back: Vec<&ImportChange> = preview
        .changes
        .iter()
        .filter(|change| change.outcome == ImportOutcome::BackFromCompleted && change.field == "status")
        .collect();
    for change in &back {
        assert!(!change.ticked);
        assert_eq!(laptop.task(&change.task).row.status, Status::Completed);
    }
    let (_, again) = laptop.import_with(JUNE, |_, _| {});
    assert!(again.changes.is_empty(), "{:?}", again.changes);
}

#[test]
fn an_import_is_undone_as_one_and_comes_back() {
    let laptop = Laptop::new("undo");
    laptop.import(MAY);
    let before = laptop.app.tasks(TasksQuery::default()).unwrap().rows;
    laptop.import(JUNE);
    let after = laptop.app.tasks(TasksQuery::default()).unwrap().rows;
    let undone = laptop.app.undo(NoArgs {}).unwrap();
    assert!(undone.kept.is_empty(), "{undone:?}");
    let back = laptop.app.tasks(TasksQuery::default()).unwrap().rows;
    let plain = |rows: &[TaskRow]| {
        rows.iter()
            .map(|row| TaskRow { changed: None, ..row.clone() })
            .map(|row| serde_json::to_string(&row).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(plain(&back), plain(&before));
    let imports = laptop.app.imports(NoArgs {}).unwrap().imports;
    let listed: Vec<(&str, u32, bool)> =
        imports.iter().map(|import| (import.file_name.as_str(), import.tasks, import.active)).collect();
    assert_eq!(listed, [(JUNE, 173, false), (MAY, 172, true)], "an undone import is still named");
    laptop.app.redo(NoArgs {}).unwrap();
    assert_eq!(plain(&laptop.app.tasks(TasksQuery::default()).unwrap().rows), plain(&after));
}

#[test]
fn an_edit_from_a_stale_screen_is_a_conflict_and_never_an_overwrite() {
    let laptop = Laptop::new("stale");
    laptop.import(MAY);
    let screen = laptop.app.tasks(TasksQuery::default()).unwrap().cursor;
    laptop.set("KLIK-1002", "status", "completed");
    let stale = Edit {
        entity: "task/KLIK-1002".into(),
        field: "status".into(),
        value: Some("cannot_meet_deadline".into()),
        seen: None,
    };
    let done = laptop.app.edit(EditArgs { edits: vec![stale], cursor: Some(screen) }).unwrap();
    assert_eq!(done.conflicts, ["task/KLIK-1002 status"]);
    let detail = laptop.task("KLIK-1002");
    assert_eq!(detail.row.conflicts, ["status"]);
    assert_eq!(detail.row.colour, Colour::Red, "the graver of done and red");
    let conflicts = laptop.app.conflicts(NoArgs {}).unwrap();
    assert_eq!(conflicts[0].values.len(), 2);
    assert_eq!(conflicts[0].values[0].who, "Dorte Ørsted");
    for chosen in ["completed", "not_started"] {
        laptop.set("KLIK-1002", "status", chosen);
        assert!(laptop.app.conflicts(NoArgs {}).unwrap().is_empty());
        let undone = laptop.app.undo(NoArgs {}).unwrap();
        assert!(undone.kept.is_empty(), "{undone:?}");
        let back = laptop.app.conflicts(NoArgs {}).unwrap();
        let values: Vec<&str> = back[0].values.iter().filter_map(|value| value.value.as_str()).collect();
        assert_eq!(values.len(), 2, "a choice taken back is a conflict again: {values:?}");
        assert!(values.contains(&"completed") && values.contains(&"cannot_meet_deadline"));
        laptop.app.redo(NoArgs {}).unwrap();
        assert_eq!(laptop.task("KLIK-1002").row.status.code(), chosen);
        assert!(laptop.app.conflicts(NoArgs {}).unwrap().is_empty());
        laptop.app.undo(NoArgs {}).unwrap();
    }
}

#[test]
fn steps_go_back_and_come_back_one_by_one() {
    let laptop = Laptop::new("steps");
    laptop.import(MAY);
    let edits = ["KLIK-1002", "KLIK-1003"].map(|id| Edit {
        entity: format!("task/{id}"),
        field: "note".into(),
        value: Some("fra mig".into()),
        seen: None,
    });
    laptop.app.edit(EditArgs { edits: edits.to_vec(), cursor: None }).unwrap();
    let other = App::open(&laptop.dir).unwrap();
    let note =
        Edit { entity: "task/KLIK-1003".into(), field: "note".into(), value: Some("fra en anden".into()), seen: None };
    // The other window's step is newer; this laptop's undo takes that first, then its own.
    other.edit(EditArgs { edits: vec![note], cursor: None }).unwrap();
    laptop.app.undo(NoArgs {}).unwrap();
    assert_eq!(laptop.task("KLIK-1003").row.note, "fra mig");
    laptop.set("KLIK-1003", "note", "to");
    laptop.set("KLIK-1003", "note", "tre");
    laptop.app.undo(NoArgs {}).unwrap();
    assert_eq!(laptop.task("KLIK-1003").row.note, "to");
    laptop.app.undo(NoArgs {}).unwrap();
    assert_eq!(laptop.task("KLIK-1003").row.note, "fra mig", "a row of steps goes back one by one");
    laptop.app.redo(NoArgs {}).unwrap();
    laptop.app.redo(NoArgs {}).unwrap();
    assert_eq!(laptop.task("KLIK-1003").row.note, "tre", "and comes back one by one");
}

#[test]
fn undo_lists_cells_that_someone_has_written_since() {
    let laptop = Laptop::new("kept");
    laptop.import(MAY);
    let screen = laptop.app.status(NoArgs {}).unwrap().cursor;
    let edits = ["KLIK-1002", "KLIK-1003"].map(|id| Edit {
        entity: format!("task/{id}"),
        field: "note".into(),
        value: Some("fra mig".into()),
        seen: None,
    });
    laptop.app.edit(EditArgs { edits: edits.to_vec(), cursor: None }).unwrap();
    let stale =
        Edit { entity: "task/KLIK-1003".into(), field: "note".into(), value: Some("fra en anden".into()), seen: None };
    laptop.app.edit(EditArgs { edits: vec![stale], cursor: Some(screen) }).unwrap();
    // Taking the newer step back leaves the conflict as it was found; the older step finds its cell no longer alone.
    let newer = laptop.app.undo(NoArgs {}).unwrap();
    assert_eq!(newer.kept.len(), 1, "its cell stands beside another's: {newer:?}");
    let older = laptop.app.undo(NoArgs {}).unwrap();
    assert_eq!((older.undone, older.kept.len()), (1, 1), "{older:?}");
    assert_eq!(older.kept[0].entity, "task/KLIK-1003");
    assert_eq!(laptop.task("KLIK-1002").row.note, "");
    assert_eq!(laptop.task("KLIK-1003").row.conflicts, ["note"]);
}

#[test]
fn roles_are_fitted_filled_and_handed_over() {
    let laptop = Laptop::new("roles");
    laptop.import(MAY);
    let on = "2018-06-15".parse().unwrap();
    let need =
        Edit { entity: "role/BBR:projektejer".into(), field: "needed".into(), value: Some(true.into()), seen: None };
    laptop.app.edit(EditArgs { edits: vec![need], cursor: None }).unwrap();
    let overview = laptop.app.overview(OverviewQuery { on: Some(on), most: None }).unwrap();
    assert_eq!(overview.empty_roles.len(), 1);
    assert_eq!(overview.empty_roles[0].name, "Projektejer");
    let assign = AssignArgs {
        project: "bbr".into(),
        role: "Projektejer".into(),
        person: "Hanne Frandsen".into(),
        from: Some("2018-05-01".parse().unwrap()),
        to: None,
    };
    laptop.app.assign(assign).unwrap();
    assert!(laptop.app.overview(OverviewQuery { on: Some(on), most: None }).unwrap().empty_roles.is_empty());
    let before = laptop.app.overview(OverviewQuery { on: Some("2018-04-30".parse().unwrap()), most: None }).unwrap();
    assert_eq!(before.empty_roles.len(), 1, "nobody held it the day before");

    let people = laptop.app.people(OnQuery { on: Some(on) }).unwrap().persons;
    let hanne = people.iter().find(|person| person.name == "Hanne Frandsen").unwrap();
    assert_eq!(hanne.roles, 1);
    let page = laptop.app.person(PersonQuery { id: hanne.id.clone(), on: Some(on) }).unwrap();
    let carried = page.responsible.len() + page.performs.len();
    assert!(carried > 0);
    let hand =
        HandOverArgs { from: hanne.id.clone(), to: "Ib Frandsen".into(), items: None, on: Some(on), cursor: None };
    laptop.app.hand_over(hand).unwrap();
    let page = laptop.app.person(PersonQuery { id: hanne.id.clone(), on: Some(on) }).unwrap();
    assert!(page.person.open_tasks == 0 && page.person.roles == 0, "{:?}", page.person);
    laptop.app.undo(NoArgs {}).unwrap();
    let page = laptop.app.person(PersonQuery { id: hanne.id.clone(), on: Some(on) }).unwrap();
    assert_eq!(page.responsible.len() + page.performs.len(), carried);
    assert_eq!(page.person.roles, 1);
}

#[test]
fn what_is_wrong_is_said_by_code_and_nothing_is_written() {
    let laptop = Laptop::new("errors");
    laptop.import(MAY);
    let before = laptop.app.status(NoArgs {}).unwrap().cursor;
    let cases = [
        ("task/KLIK-1001", "note", Scalar::from("cpr 010180-1234"), Code::LooksLikeCpr),
        ("task/KLIK-1001", "deadline", Scalar::from("2018-06-31"), Code::BadDate),
        ("task/KLIK-1001", "status", Scalar::from("færdig"), Code::BadValue),
        ("task/KLIK-1001", "hat", Scalar::from("x"), Code::UnknownField),
        ("task/KLIK-9999", "note", Scalar::from("x"), Code::UnknownTask),
        ("spaceship/1", "note", Scalar::from("x"), Code::UnknownEntity),
    ];
    for (entity, field, value, code) in cases {
        let edit = Edit { entity: entity.into(), field: field.into(), value: Some(value), seen: None };
        assert_eq!(
            laptop.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap_err().code,
            code,
            "{entity} {field}"
        );
    }
    assert_eq!(laptop.app.status(NoArgs {}).unwrap().cursor, before);
}

#[test]
fn a_backup_is_restored_under_a_new_incarnation() {
    let laptop = Laptop::new("backup");
    laptop.import(MAY);
    laptop.set("KLIK-1001", "note", "før");
    let backup = laptop.app.backup_now(NoArgs {}).unwrap();
    laptop.set("KLIK-1001", "note", "efter");
    let restored = laptop.app.backup_restore(BackupRestoreArgs { file: backup.file, key: None }).unwrap();
    assert_eq!(laptop.task("KLIK-1001").row.note, "før");
    laptop.set("KLIK-1001", "note", "efter gendannelsen");
    assert!(laptop.app.doctor(DoctorArgs { rebuild: true }).unwrap().ok);
    laptop.app.backup_restore(BackupRestoreArgs { file: restored.saved_before, key: None }).unwrap();
    assert_eq!(laptop.task("KLIK-1001").row.note, "efter");
}

#[test]
fn search_finds_by_prefix_with_danish_letters() {
    let laptop = Laptop::new("search");
    laptop.import(MAY);
    let find = |q: &str| laptop.app.search(SearchArgs { q: q.into() }).unwrap().hits;
    assert!(find("superbr").iter().any(|hit| hit.kind == "task"));
    assert!(find("ørst").iter().any(|hit| hit.kind == "person" && hit.title.contains("Ørsted")));
    assert!(find("orst").is_empty(), "ø is not o");
    assert!(find("rolleadm").iter().any(|hit| hit.kind == "role"));
    assert!(find("\"' OR * NEAR(").is_empty());
    laptop.app.comment(CommentArgs { task: "KLIK-1001".into(), text: "Husk zebraen".into() }).unwrap();
    assert_eq!(find("zebra")[0].id, "KLIK-1001");
}

#[test]
fn a_task_keeps_a_title_and_a_person_a_name() {
    let laptop = Laptop::new("named");
    laptop.import(MAY);
    let person = laptop.app.people(OnQuery::default()).unwrap().persons[0].id.clone();
    for (entity, field) in [("task/KLIK-1001".to_owned(), "title"), (format!("person/{person}"), "name")] {
        let edit = Edit { entity, field: field.into(), value: Some(" ".into()), seen: None };
        let refused = laptop.app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap_err();
        assert_eq!((refused.code, refused.place.as_str()), (Code::NameMissing, field));
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_put_aside_and_a_backup_put_back() {
    let laptop = Laptop::new("rescue");
    laptop.import(MAY);
    laptop.set("KLIK-1001", "note", "står i kopien");
    laptop.app.backup_now(NoArgs {}).unwrap();
    let dir = laptop.dir.with_extension("copy");
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(dir.join("backups")).unwrap();
    for entry in std::fs::read_dir(laptop.dir.join("backups")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, dir.join("backups").join(path.file_name().unwrap())).unwrap();
    }
    std::fs::copy(laptop.dir.join("backup.key"), dir.join("backup.key")).unwrap();
    std::fs::write(dir.join("tovholder.db"), b"rubbish ".repeat(4096)).unwrap();
    let refused = App::open(&dir).err().unwrap();
    assert_eq!(refused.code, Code::Corrupt);
    let call = |name: &str, args| {
        let answer = tovholder_app::rescue::call(&dir, &refused, name, args)?;
        Ok::<serde_json::Value, AppError>(serde_json::from_str(&answer).unwrap())
    };
    assert_eq!(call("tasks", serde_json::Value::Null).unwrap_err(), refused);
    let backups = call("backups", serde_json::Value::Null).unwrap();
    let file = backups["backups"][0]["file"].as_str().unwrap().to_owned();
    let restored = call("backup_restore", serde_json::json!({ "file": file })).unwrap();
    assert!(dir.join(restored["saved_before"].as_str().unwrap()).join("tovholder.db").is_file());
    let app = App::open(&dir).unwrap();
    assert_eq!(app.task(TaskQuery { id: "KLIK-1001".into(), on: None }).unwrap().row.note, "står i kopien");
    assert!(app.doctor(DoctorArgs { rebuild: true }).unwrap().ok);
    drop(app);
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_closed_laptop_leaves_everything_in_the_one_file() {
    let dir = std::env::temp_dir().join(format!("tovholder-app-closed-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    let app = App::open(&dir).unwrap();
    let args = FoundArgs { municipality: "0329".into(), department: "It".into(), name: "Dorte".into() };
    app.found(args).unwrap();
    let task = CreateTaskArgs { project: "BBR".into(), title: "Ryd op".into(), ..Default::default() };
    app.create_task(task).unwrap();
    app.tasks(TasksQuery::default()).unwrap();
    assert!(dir.join("tovholder.db-wal").exists());
    drop(app);
    assert!(!dir.join("tovholder.db-wal").exists(), "closing empties the WAL into the database");
    assert_eq!(App::open(&dir).unwrap().tasks(TasksQuery::default()).unwrap().rows.len(), 1);
    std::fs::remove_dir_all(dir).unwrap();
}
