//! What is brought forward is what reading anew finds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use tovholder_store::CellEdit;

use super::*;
use crate::App;
use crate::view::{
    AssignArgs, CommentArgs, CreateTaskArgs, Edit, EditArgs, FoundArgs, ImportIdArgs, ImportOpenArgs, ImportRunArgs,
    MeArgs, NoArgs, TakeTemplatesArgs,
};

/// Two programs on one data directory, as the window and the terminal are.
struct Doors {
    dir: std::path::PathBuf,
    doors: [App; 2],
}

impl Doors {
    fn open(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("tovholder-world-{name}-{}", std::process::id()));
        let one = App::open(&dir).unwrap();
        let founded = FoundArgs { municipality: "0259".into(), department: "It".into(), name: "Tove Holm".into() };
        one.found(founded).unwrap();
        let doors = [one, App::open(&dir).unwrap()];
        let opened = Self { dir, doors };
        opened.check("opened");
        opened
    }

    /// Each program, whatever it knew, sees what one sees that reads everything anew.
    fn check(&self, after: &str) {
        for app in &self.doors {
            let known = app.world().unwrap();
            assert_eq!(*known, app.read(World::read).unwrap(), "{after}");
        }
    }

    fn edit(&self, door: usize, entity: &str, field: &str, value: &str) {
        let edit = Edit { entity: entity.into(), field: field.into(), value: Some(value.into()), seen: None };
        self.doors[door].edit(EditArgs { edits: vec![edit], cursor: None }).unwrap();
        self.check(&format!("{entity} {field}"));
    }

    fn import(&self, door: usize, file: &str) -> String {
        let path = format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
        let open = ImportOpenArgs { name: file.into(), path: Some(path), ..ImportOpenArgs::default() };
        let draft = self.doors[door].import_open(open).unwrap();
        let done = self.doors[door].import_run(ImportRunArgs { id: draft.id, ..ImportRunArgs::default() }).unwrap();
        self.check(file);
        done.stamp
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

#[test]
fn brought_forward_is_what_reading_anew_finds() {
    let doors = Doors::open("forward");
    let task = CreateTaskArgs { project: "BBR".into(), title: "Bestil certifikat".into(), ..CreateTaskArgs::default() };
    let id = doors.doors[0].create_task(task).unwrap().id.unwrap();
    doors.check("created");
    let entity = key::entity("task", &id);
    doors.edit(1, &entity, "responsible", "Anne Eskildsen");
    doors.edit(0, &entity, "deadline", "2018-09-01");
    doors.edit(1, &entity, "deadline", "2018-10-01");
    doors.edit(0, "role/BBR:projektleder", "note", "Halv tid");
    for (door, text) in [(0, "Først"), (1, "Siden"), (0, "Sidst")] {
        doors.doors[door].comment(CommentArgs { task: id.clone(), text: text.into() }).unwrap();
        doors.check(text);
    }
    let assign = AssignArgs {
        project: "BBR".into(),
        role: "projektleder".into(),
        person: "Bo Berg".into(),
        ..AssignArgs::default()
    };
    doors.doors[1].assign(assign).unwrap();
    doors.check("assigned");
    for _ in 0..4 {
        doors.doors[0].undo(NoArgs {}).unwrap();
        doors.check("undone");
    }
    for _ in 0..2 {
        doors.doors[1].redo(NoArgs {}).unwrap();
        doors.check("redone");
    }
    doors.doors[1].set_me(MeArgs { name: "Lis Lund".into(), department: "Social".into() }).unwrap();
    doors.check("another author");
    doors.edit(0, &entity, "note", "Af en anden");
}

#[test]
fn a_task_follows_its_template_in_its_conflicts_too() {
    let doors = Doors::open("template");
    let publish = |deadline: &str| {
        let cell = |field: &str, value: &str| CellEdit::now("template/KLIK-7001", field, value);
        let cells = [cell("project", "BBR"), cell("title", "Bestil certifikat"), cell("deadline", deadline)];
        let app = &doors.doors[0];
        app.write(|write| write.edit(key::CATALOGUE, &cells).map_err(|error| app.fail(&error))).unwrap();
        doors.check(deadline);
    };
    publish("2018-09-01");
    let take = TakeTemplatesArgs { project: "BBR".into(), ids: Vec::new() };
    let taken = doors.doors[1].take_templates(take).unwrap();
    doors.check("taken");
    // One sets a deadline, the other follows the template: apart, from the same list.
    for (door, value) in [(0, Some("2018-08-15")), (1, None)] {
        let edit = Edit {
            entity: "task/KLIK-7001".into(),
            field: "deadline".into(),
            value: value.map(Into::into),
            seen: None,
        };
        doors.doors[door].edit(EditArgs { edits: vec![edit], cursor: Some(taken.cursor) }).unwrap();
        doors.check("apart");
    }
    let values = || doors.doors[1].world().unwrap().tasks["KLIK-7001"].record.conflicts["deadline"].clone();
    assert_eq!(values(), ["2018-08-15".into(), "2018-09-01".into()]);
    publish("2018-10-01");
    assert_eq!(values(), ["2018-08-15".into(), "2018-10-01".into()]);
}

#[test]
fn a_card_says_what_its_member_is_and_nothing_about_others() {
    let doors = Doors::open("card");
    let task = CreateTaskArgs { project: "BBR".into(), title: "Vores".into(), ..CreateTaskArgs::default() };
    let id = doors.doors[0].create_task(task).unwrap().id.unwrap();
    let entity = key::entity("task", &id);
    let app = &doors.doors[0];
    let said = [
        CellEdit::now(&entity, "title", "Deres"),
        CellEdit::now("card/bb", "name", "En anden"),
        CellEdit::now("card/aa", "name", "Sig selv"),
        CellEdit::now("shared/bbr", "code", "BBR"),
    ];
    app.write(|write| write.edit("card/aa", &said).map_err(|error| app.fail(&error))).unwrap();
    doors.check("said");
    let world = app.world().unwrap();
    assert_eq!(world.cards.keys().collect::<Vec<_>>(), ["aa"]);
    assert_eq!(world.tasks[&id].record.text("title"), "Vores");
    assert_eq!(world.voices.by(crate::voices::SHARED, "aa").count(), 1);
    // What is edited goes where the task lives.
    doors.edit(0, &entity, "note", "Til alle");
    assert_eq!(app.world().unwrap().tasks[&id].record.text("note"), "Til alle");
}

#[test]
fn an_import_that_comes_and_goes_is_seen_whole() {
    let doors = Doors::open("import");
    let may = doors.import(0, "klik-eksport-2018-05-15.xlsx");
    doors.edit(1, "task/KLIK-1010", "status", "in_progress");
    let june = doors.import(1, "klik-eksport-2018-06-15.xlsx");
    for (door, stamp) in [(0, &june), (1, &may)] {
        doors.doors[door].import_undo(ImportIdArgs { id: stamp.clone() }).unwrap();
        doors.check("import undone");
    }
    doors.doors[0].import_redo(ImportIdArgs { id: may }).unwrap();
    doors.check("import brought back");
}

#[test]
fn after_very_many_changes_everything_is_read_anew() {
    let doors = Doors::open("many");
    let task = CreateTaskArgs { project: "BBR".into(), title: "Test".into(), ..CreateTaskArgs::default() };
    let id = doors.doors[0].create_task(task).unwrap().id.unwrap();
    doors.check("created");
    for number in 0..100 {
        doors.doors[0].comment(CommentArgs { task: id.clone(), text: format!("Nr. {number}") }).unwrap();
    }
    doors.check("a hundred comments");
}
