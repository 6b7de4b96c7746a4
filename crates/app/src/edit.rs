//! Editing cells: the one way in which a person's word becomes a write.

use std::collections::BTreeMap;

use tovholder_model::{FieldKind, OpId, Record, Scalar, key};
use tovholder_store::{CellEdit, Seen, Write};

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::people::Persons;
use crate::undo::Label;
use crate::view::{
    CommentArgs, CreateTaskArgs, Done, Edit, EditArgs, EditDone, HandOverArgs, HandOverKind, KlikChoiceArgs,
};
use crate::world::World;

/// Edits in one call at most; a bulk edit of every task of a large municipality stays below.
const EDITS_MAX: usize = 50_000;

impl App {
    /// Writes cells; one step to undo.
    pub fn edit(&self, args: EditArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        if args.edits.len() > EDITS_MAX {
            return Err(AppError::new(Code::TooLong).at("edits").with(EDITS_MAX));
        }
        let world = self.world()?;
        let secret = self.secret()?;
        let label = Label::of_edits(&world, &args.edits);
        let (done, cursor) = self.write(|write| {
            let mut persons = Persons::new(&world, &secret);
            let mut planned = Planned::default();
            for edit in &args.edits {
                planned.take(write, &mut persons, edit, args.cursor)?;
            }
            planned.run(write)?;
            let done = outcome(write);
            write.step(&label.json()).map_err(|error| self.fail(&error))?;
            Ok(done)
        })?;
        Ok(EditDone { cursor, ..done })
    }

    /// A new local task.
    pub fn create_task(&self, args: CreateTaskArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        let (title, code) = (args.title.trim(), args.project.split_whitespace().collect::<Vec<_>>().join(" "));
        if title.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("title"));
        }
        if code.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("project"));
        }
        crate::entity::check_short_text("project", &code)?;
        let world = self.world()?;
        let secret = self.secret()?;
        let id = format!("L-{}", self.new_id()?);
        let entity = key::entity("task", &id);
        let project = key::project_id(&code);
        let document = key::project_document(&project);
        let label = Label::new("create_task", &[("title", title)]);
        let ((), cursor) = self.write(|write| {
            let mut persons = Persons::new(&world, &secret);
            if !world.projects.contains_key(&project) {
                let cells =
                    [CellEdit::now(&document, "code", code.as_str()), CellEdit::now(&document, "created", true)];
                write.edit(&document, &cells).map_err(|error| self.fail(&error))?;
            }
            let mut cells = vec![CellEdit::now(&entity, "created", true), CellEdit::now(&entity, "kind", "local")];
            let dates = [("start", args.start), ("deadline", args.deadline)];
            let mut values = vec![("title", Scalar::from(title))];
            values.extend(dates.into_iter().filter_map(|(field, date)| Some((field, Scalar::from(date?)))));
            if let Some(person) = args.responsible.as_deref().filter(|person| !person.trim().is_empty()) {
                values.push(("responsible", persons.find_or_make(write, person)?.into()));
            }
            for (field, value) in values {
                crate::entity::check_value(field, crate::entity::field_kind(&entity, field)?, &value)?;
                cells.push(CellEdit::now(&entity, field, value));
            }
            write.edit(&document, &cells).map_err(|error| self.fail(&error))?;
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(EditDone { written: 1, conflicts: Vec::new(), cursor, id: Some(id) })
    }

    /// Adds a comment. Comments are append-only: each is an entity of its own, so that two never collide.
    pub fn comment(&self, args: CommentArgs) -> AppResult<Done> {
        self.may_edit()?;
        let text = args.text.trim();
        if text.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("comments"));
        }
        crate::entity::check_long_text("comments", text)?;
        let world = self.world()?;
        let task = world.tasks.get(&args.task).ok_or_else(|| AppError::new(Code::UnknownTask).at(&args.task))?;
        let entity = key::entity("comment", &self.new_id()?);
        let cells = [
            CellEdit::now(&entity, "created", true),
            CellEdit::now(&entity, "task", args.task.as_str()),
            CellEdit::now(&entity, "text", text),
        ];
        let label = Label::new("comment", &[("title", task.record.text("title"))]);
        let ((), cursor) = self.write(|write| {
            write.edit(&task.document, &cells).map_err(|error| self.fail(&error))?;
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(Done { cursor })
    }

    /// Settles a field where KLIK changed what was overridden here: taking KLIK's writes `Null`, keeping ours writes down
    /// which of KLIK's values was seen.
    pub fn klik_choice(&self, args: KlikChoiceArgs) -> AppResult<Done> {
        self.may_edit()?;
        let world = self.world()?;
        let task = world.tasks.get(&args.task).ok_or_else(|| AppError::new(Code::UnknownTask).at(&args.task))?;
        let entity = key::entity("task", &args.task);
        crate::entity::field_kind(&entity, &args.field)?;
        let klik = task.record.klik.get(&args.field).cloned().unwrap_or(Scalar::Null);
        let cell = if args.take_klik {
            CellEdit::now(&entity, &args.field, Scalar::Null)
        } else {
            CellEdit::now(&entity, format!("{}/over", args.field), klik)
        };
        let key = if args.take_klik { "klik_choice.take" } else { "klik_choice.keep" };
        let label = Label::new(key, &[("field", &args.field), ("title", task.record.text("title"))]);
        let ((), cursor) = self.write(|write| {
            write.edit(&task.document, &[cell]).map_err(|error| self.fail(&error))?;
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(Done { cursor })
    }

    /// Moves all or some of what a person carries to a successor, in one step.
    pub fn hand_over(&self, args: HandOverArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        let world = self.world()?;
        let secret = self.secret()?;
        let first_day = args.on.unwrap_or_else(|| self.today());
        if !world.persons.contains_key(&args.from) {
            return Err(AppError::new(Code::UnknownPerson).at(&args.from));
        }
        let items = match args.items {
            Some(items) => items,
            None => crate::people::everything_of(&world, &args.from, first_day),
        };
        let count = items.len();
        let (done, cursor) = self.write(|write| {
            let mut persons = Persons::new(&world, &secret);
            let successor = persons.find_or_make(write, &args.to)?;
            let mut planned = Planned::default();
            for item in &items {
                match item.kind {
                    Some(HandOverKind::Responsible) => {
                        planned.take(
                            write,
                            &mut persons,
                            &person_edit(&item.id, "responsible", &successor),
                            args.cursor,
                        )?;
                    }
                    Some(HandOverKind::Performer) => {
                        planned.take(
                            write,
                            &mut persons,
                            &person_edit(&item.id, "performer", &successor),
                            args.cursor,
                        )?;
                    }
                    Some(HandOverKind::Role) => {
                        crate::role::succeed(self, &world, &mut planned, &item.id, &successor, first_day)?;
                    }
                    None => return Err(AppError::new(Code::BadArguments).at("kind")),
                }
            }
            planned.run(write)?;
            let (from, to) = (world.person_name(&args.from), persons.name_of(&successor));
            let label = Label::counted("hand_over", count, &[("from", &from), ("to", &to)]);
            let done = outcome(write);
            write.step(&label.json()).map_err(|error| self.fail(&error))?;
            Ok(done)
        })?;
        Ok(EditDone { cursor, ..done })
    }

    /// A new id that sorts by time: UUIDv7.
    pub(crate) fn new_id(&self) -> AppResult<String> {
        let mut random = [0; 10];
        (self.ground.random)(&mut random).map_err(|error| AppError::new(Code::Io).with(error))?;
        let now_ms = u64::try_from((self.ground.now)().timestamp_millis()).unwrap_or(0);
        Ok(uuid::Builder::from_unix_timestamp_millis(now_ms, &random).into_uuid().simple().to_string())
    }
}

fn person_edit(task: &str, field: &str, person: &str) -> Edit {
    Edit { entity: key::entity("task", task), field: field.to_owned(), value: Some(Scalar::from(person)), seen: None }
}

/// How many cells were written, and which now have several values.
pub(crate) fn outcome(write: &Write<'_>) -> EditDone {
    let written = write.written();
    // Persons and the like that were made on the way are not what was asked for.
    let made: std::collections::BTreeSet<&str> =
        written.iter().filter(|cell| cell.field == "created").map(|cell| cell.entity.as_str()).collect();
    let own = written.iter().filter(|cell| !cell.field.ends_with("/over") && !made.contains(cell.entity.as_str()));
    EditDone {
        written: u32::try_from(own.clone().count()).unwrap_or(u32::MAX),
        conflicts: own.filter(|cell| cell.visible > 1).map(|cell| format!("{} {}", cell.entity, cell.field)).collect(),
        cursor: 0,
        id: None,
    }
}

/// Edits gathered by document, to be written as one change each.
#[derive(Default)]
pub(crate) struct Planned {
    by_document: BTreeMap<String, Vec<CellEdit>>,
    /// What is edited, as these edits leave it.
    after: BTreeMap<String, Record>,
}

impl Planned {
    /// Checks an edit and plans its cells: the value, and KLIK's value of the moment beside it when it covers one.
    pub fn take(
        &mut self,
        write: &mut Write<'_>,
        persons: &mut Persons<'_>,
        edit: &Edit,
        cursor: Option<i64>,
    ) -> AppResult<()> {
        let kind = crate::entity::field_kind(&edit.entity, &edit.field)?;
        let mut value = edit.value.clone().unwrap_or(Scalar::Null);
        if let Scalar::Str(text) = &value {
            value = match kind {
                FieldKind::Person if !text.trim().is_empty() => persons.find_or_make(write, text)?.into(),
                // Cells hold the text as it reads, without the blanks around it.
                _ => Scalar::from(text.trim()),
            };
        }
        crate::entity::check_value(&edit.field, kind, &value)?;
        crate::entity::check_named(&edit.entity, &edit.field, &value)?;
        let internal = |error| crate::error::of_store(&error, std::path::Path::new(""));
        let known = write.record(&edit.entity).map_err(internal)?;
        // What was taken in from the network lies below the municipality's words and is never written over.
        let known = known.filter(|(document, _)| document != key::CATALOGUE);
        let (document, record) = match known {
            Some((document, mut record)) => {
                crate::network::lay_under(&mut record, &persons.world().catalogue);
                (document, record)
            }
            None => match crate::entity::home_of_new(&edit.entity) {
                Some(document) => (document, Record::default()),
                None => return Err(unknown(&edit.entity)),
            },
        };
        let seen = match (&edit.seen, cursor) {
            (Some(ids), _) => Seen::Ops(ids.iter().map(|id| op_id(id)).collect::<AppResult<_>>()?),
            (None, Some(cursor)) => Seen::Cursor(cursor),
            (None, None) => Seen::Now,
        };
        let klik = record.klik.get(&edit.field).cloned();
        let covers = !value.is_null() && klik.is_some() && record.shown(&edit.field) != &value;
        let beside = self.beside(persons.world(), edit, &record, &value);
        let cells = self.by_document.entry(document).or_default();
        cells.retain(|cell| cell.entity != edit.entity || cell.field != edit.field);
        for cell in beside {
            cells.retain(|known| known.entity != cell.entity || known.field != cell.field);
            cells.push(cell);
        }
        cells.push(CellEdit { entity: edit.entity.clone(), field: edit.field.clone(), value: value.clone(), seen });
        // Setting the value that KLIK already shows is done, and writes nothing.
        if !covers && klik.as_ref() == Some(&value) && !record.local.contains_key(&edit.field) {
            cells.pop();
            return Ok(());
        }
        if let Some(klik) = klik.filter(|_| covers) {
            let field = format!("{}/over", edit.field);
            cells.retain(|cell| cell.entity != edit.entity || cell.field != field);
            cells.push(CellEdit::now(&edit.entity, field, klik));
        }
        Ok(())
    }

    /// What is written beside an edit of something that spans cells.
    fn beside(&mut self, world: &World, edit: &Edit, record: &Record, value: &Scalar) -> Vec<CellEdit> {
        let Some((kind @ ("task" | "assignment"), id)) = key::kind_and_id(&edit.entity) else { return Vec::new() };
        let after = self.after.entry(edit.entity.clone()).or_insert_with(|| record.clone());
        after.conflicts.remove(&edit.field);
        if value.is_null() {
            after.local.remove(&edit.field);
        } else {
            after.local.insert(edit.field.clone(), value.clone());
        }
        if kind == "task" {
            return crate::seen::beside_task(world, &edit.entity, after);
        }
        let id = key::plain(id);
        let project = world.assignments.get(&id).map(|entry| entry.project.as_str()).unwrap_or_default();
        vec![crate::seen::beside_assignment(world, &id, project, after.text(crate::seen::ROLE))]
    }

    /// Plans a cell as it is.
    pub fn cell(&mut self, document: &str, cell: CellEdit) {
        self.by_document.entry(document.to_owned()).or_default().push(cell);
    }

    /// Writes everything planned.
    pub fn run(&self, write: &mut Write<'_>) -> AppResult<()> {
        for (document, cells) in &self.by_document {
            write.edit(document, cells).map_err(|error| crate::error::of_store(&error, std::path::Path::new("")))?;
        }
        Ok(())
    }
}

fn op_id(text: &str) -> AppResult<OpId> {
    OpId::parse(text).ok_or_else(|| AppError::new(Code::BadValue).at("seen").with(text))
}

fn unknown(entity: &str) -> AppError {
    match key::kind_and_id(entity) {
        Some(("task", id)) => AppError::new(Code::UnknownTask).at(key::plain(id)),
        _ => AppError::new(Code::UnknownEntity).at(entity),
    }
}
