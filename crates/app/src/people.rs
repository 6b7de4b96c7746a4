//! Persons: finding or making them by name, listing them, a person's page.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tovholder_model::{Colour, Scalar, key};
use tovholder_store::{CellEdit, Write};

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::person_id::{Named, named, person_id};
use crate::task::Colours;
use crate::undo::Label;
use crate::view::{
    AssignmentRow, CreatePersonArgs, EditDone, HandOverItem, HandOverKind, OnQuery, PersonList, PersonPage,
    PersonQuery, PersonRow, TaskRow,
};
use crate::world::{Entry, World};

/// Persons as one write sees them: those there were, and those it made.
pub(crate) struct Persons<'w> {
    world: &'w World,
    secret: &'w [u8],
    made: BTreeMap<String, String>,
}

impl<'w> Persons<'w> {
    pub fn new(world: &'w World, secret: &'w [u8]) -> Self {
        Self { world, secret, made: BTreeMap::new() }
    }

    /// What there was.
    pub fn world(&self) -> &'w World {
        self.world
    }

    /// A person by id or name; made when nobody has that name.
    ///
    /// # Errors
    /// `ambiguous_person` when several have it.
    pub fn find_or_make(&mut self, write: &mut Write<'_>, text: &str) -> AppResult<String> {
        let text = text.trim();
        if self.world.persons.contains_key(text) || self.made.contains_key(text) {
            return Ok(text.to_owned());
        }
        crate::entity::check_short_text("person", text)?;
        let named = named(text);
        let same: Vec<&String> =
            self.world.persons.iter().filter(|(_, person)| is_called(person, &named)).map(|(id, _)| id).collect();
        match same.as_slice() {
            [one] => return Ok((*one).clone()),
            [] => {}
            several => {
                let ids: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
                return Err(AppError::new(Code::AmbiguousPerson).at(text).with(ids.join(", ")));
            }
        }
        let id = person_id(self.secret, &named);
        if self.made.insert(id.clone(), named.name.clone()).is_none() {
            make_person(write, &id, &named, "")?;
        }
        Ok(id)
    }

    /// A person's name, made ones too.
    pub fn name_of(&self, id: &str) -> String {
        self.made.get(id).cloned().unwrap_or_else(|| self.world.person_name(id))
    }
}

fn is_called(person: &Entry, named: &Named) -> bool {
    if person.record.flag("archived") || !person.record.visible {
        return false;
    }
    let same =
        |a: &str, b: &str| a.split_whitespace().map(str::to_lowercase).eq(b.split_whitespace().map(str::to_lowercase));
    if named.mail.is_empty() {
        same(person.record.text("name"), &named.name)
    } else {
        same(person.record.text("mail"), &named.mail)
    }
}

/// Writes a person's own document.
pub(crate) fn make_person(write: &mut Write<'_>, id: &str, named: &Named, department: &str) -> AppResult<()> {
    let entity = key::entity("person", id);
    let mut cells = vec![CellEdit::now(&entity, "created", true), CellEdit::now(&entity, "name", named.name.as_str())];
    for (field, value) in [("mail", named.mail.as_str()), ("department", department)] {
        if !value.is_empty() {
            cells.push(CellEdit::now(&entity, field, value));
        }
    }
    // Someone who was archived and is named again is back.
    if write.record(&entity).map_err(internal)?.is_some_and(|(_, record)| record.flag("archived")) {
        cells.push(CellEdit::now(&entity, "archived", false));
    }
    write.edit(&entity, &cells).map_err(internal)?;
    Ok(())
}

fn internal(error: tovholder_store::StoreError) -> AppError {
    crate::error::of_store(&error, std::path::Path::new(""))
}

/// Everything not done that a person carries on a day.
pub(crate) fn everything_of(world: &World, person: &str, on: NaiveDate) -> Vec<HandOverItem> {
    let mut items = Vec::new();
    for (id, task) in &world.tasks {
        if crate::task::status_of(task).is_done() || task.record.flag("archived") {
            continue;
        }
        let both = [("responsible", HandOverKind::Responsible), ("performer", HandOverKind::Performer)];
        for (field, kind) in both {
            if task.record.text(field) == person {
                items.push(HandOverItem { kind: Some(kind), id: id.clone() });
            }
        }
    }
    for (id, assignment) in &world.assignments {
        let record = &assignment.record;
        let ended = record.date("to").is_some_and(|to| to < on);
        if record.text("person") == person && !record.flag("archived") && !ended {
            items.push(HandOverItem { kind: Some(HandOverKind::Role), id: id.clone() });
        }
    }
    items
}

impl App {
    /// Everybody.
    pub fn people(&self, args: OnQuery) -> AppResult<PersonList> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let tasks = Colours::on(&world, on).rows();
        let assignments = crate::role::assignments(&world, on);
        let mut persons: Vec<PersonRow> =
            listed(&world).into_iter().map(|id| person_row(&world, id, &tasks, &assignments)).collect();
        persons.sort_by_cached_key(|person| (crate::municipality::danish_key(&person.name), person.id.clone()));
        Ok(PersonList { on, cursor: world.cursor, persons })
    }

    /// One person, across projects.
    pub fn person(&self, args: PersonQuery) -> AppResult<PersonPage> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        if !world.persons.contains_key(&args.id) {
            return Err(AppError::new(Code::UnknownPerson).at(args.id));
        }
        let tasks = Colours::on(&world, on).rows();
        let assignments = crate::role::assignments(&world, on);
        let person = person_row(&world, &args.id, &tasks, &assignments);
        let is = |who: &Option<crate::view::PersonRef>| who.as_ref().is_some_and(|who| who.id == args.id);
        let mut roles: Vec<AssignmentRow> = assignments.into_iter().filter(|row| row.person.id == args.id).collect();
        roles.sort_by_key(|row| !row.active);
        let open = |row: &&TaskRow| !row.archived;
        Ok(PersonPage {
            on,
            cursor: world.cursor,
            person,
            roles,
            responsible: tasks.iter().filter(open).filter(|row| is(&row.responsible)).cloned().collect(),
            performs: tasks.iter().filter(open).filter(|row| is(&row.performer)).cloned().collect(),
        })
    }

    /// Adds a person. Another with the same name gets an id of its own: two people may share a name.
    pub fn create_person(&self, args: CreatePersonArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        if args.name.trim().is_empty() {
            return Err(AppError::new(Code::NameMissing).at("name"));
        }
        for (field, text) in [("name", &args.name), ("mail", &args.mail), ("department", &args.department)] {
            crate::entity::check_short_text(field, text)?;
        }
        let world = self.world()?;
        let named = Named { name: args.name.trim().to_owned(), mail: args.mail.trim().to_owned() };
        let mut id = person_id(&self.secret()?, &named);
        if world.persons.get(&id).is_some_and(|person| person.record.visible) {
            id = self.new_id()?;
        }
        let label = Label::new("create_person", &[("person", &named.name)]);
        let ((), cursor) = self.write(|write| {
            make_person(write, &id, &named, args.department.trim())?;
            write.step(&label.json()).map_err(internal)
        })?;
        Ok(EditDone { written: 1, conflicts: Vec::new(), cursor, id: Some(id) })
    }
}

/// Persons to list: those that are there, and those that something names.
fn listed(world: &World) -> BTreeSet<&str> {
    let mut ids: BTreeSet<&str> =
        world.persons.iter().filter(|(_, person)| person.record.visible).map(|(id, _)| id.as_str()).collect();
    for task in world.tasks.values() {
        ids.extend([task.record.text("responsible"), task.record.text("performer")]);
    }
    ids.extend(world.assignments.values().map(|assignment| assignment.record.text("person")));
    ids.remove("");
    ids.retain(|id| world.persons.contains_key(*id));
    ids
}

fn person_row(world: &World, id: &str, tasks: &[TaskRow], assignments: &[AssignmentRow]) -> PersonRow {
    let record = world.persons.get(id).map(|entry| entry.record.clone()).unwrap_or_default();
    let is = |who: &Option<crate::view::PersonRef>| who.as_ref().is_some_and(|who| who.id == id);
    let carried = tasks
        .iter()
        .filter(|row| !row.archived && row.colour != Colour::Done && (is(&row.responsible) || is(&row.performer)));
    let count = |colour: Option<Colour>| {
        u32::try_from(carried.clone().filter(|row| colour.is_none_or(|colour| row.colour == colour)).count())
            .unwrap_or(u32::MAX)
    };
    let text = |field: &str| record.text(field).to_owned();
    PersonRow {
        id: id.to_owned(),
        entity: key::entity("person", id),
        name: world.person_name(id),
        mail: text("mail"),
        phone: text("phone"),
        department: text("department"),
        title: text("title"),
        archived: record.flag("archived"),
        roles: u32::try_from(assignments.iter().filter(|row| row.active && row.person.id == id).count())
            .unwrap_or(u32::MAX),
        open_tasks: count(None),
        red: count(Some(Colour::Red)),
        yellow: count(Some(Colour::Yellow)),
        conflicts: record.conflicts.keys().cloned().collect(),
    }
}

/// A person's cell in words.
pub(crate) fn person_text(world: &World, value: &Scalar) -> String {
    value.as_str().filter(|id| !id.is_empty()).map(|id| world.person_name(id)).unwrap_or_default()
}
