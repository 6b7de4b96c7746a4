//! Cells with several values, until someone chooses.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tovholder_model::{FieldKind, Scalar};
use tovholder_store::HistoryRow;

use crate::App;
use crate::error::AppResult;
use crate::history::rfc3339;
use crate::view::{CellValue, NoArgs};
use crate::world::{Entry, World};

/// A cell with several values.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ConflictView {
    /// The cell's address, `entity/field`; the same on every laptop.
    pub id: String,
    /// The entity.
    pub entity: String,
    /// The task's id; empty when the cell is not a task's.
    pub task: String,
    /// The project, empty for persons.
    pub project: String,
    /// The entity's name.
    pub title: String,
    /// The field.
    pub field: String,
    /// All values, oldest write first.
    pub values: Vec<CellValue>,
}

/// Entities that may be in conflict, with kind and name.
fn all(world: &World) -> impl Iterator<Item = (String, &Entry)> {
    use tovholder_model::key::{entity, role_entity, use_entity};
    let tasks = world.tasks.iter().map(|(id, entry)| (entity("task", id), entry));
    let projects = world.projects.iter().map(|(id, entry)| (entity("project", id), entry));
    let persons = world.persons.iter().map(|(id, entry)| (entity("person", id), entry));
    let roles = world.roles.iter().map(|((project, role), entry)| (role_entity(project, role), entry));
    let assignments = world.assignments.iter().map(|(id, entry)| (entity("assignment", id), entry));
    let gallery = world.gallery.iter().map(|(id, entry)| (entity("gallery", id), entry));
    let uses = world.uses.iter().map(|((project, interface), entry)| (use_entity(project, interface), entry));
    let interfaces = world.interfaces.iter().map(|(id, entry)| (entity("interface", id), entry));
    let points = world.points.iter().map(|(id, entry)| (entity("attention", id), entry));
    let people = tasks.chain(projects).chain(persons).chain(roles).chain(assignments).chain(gallery);
    let catalogue = world.catalogue.iter().map(|(entity, entry)| (entity.clone(), entry));
    let escalations = world.escalations.iter().map(|(id, entry)| (entity("escalation", id), entry));
    people.chain(uses).chain(interfaces).chain(points).chain(escalations).chain(catalogue)
}

/// The same entities without their names: the overview counts them for every project.
fn entries(world: &World) -> impl Iterator<Item = &Entry> {
    let here = world.tasks.values().chain(world.projects.values()).chain(world.persons.values());
    let here = here.chain(world.roles.values()).chain(world.assignments.values()).chain(world.gallery.values());
    let here = here.chain(world.uses.values()).chain(world.interfaces.values()).chain(world.points.values());
    here.chain(world.escalations.values()).chain(world.catalogue.values())
}

/// How many cells have several values.
pub(crate) fn count(world: &World) -> u32 {
    u32::try_from(entries(world).map(|entry| entry.record.conflicts.len()).sum::<usize>()).unwrap_or(u32::MAX)
}

/// How many cells of each project have several values.
pub(crate) fn count_by_project(world: &World) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for entry in entries(world).filter(|entry| !entry.record.conflicts.is_empty()) {
        *counts.entry(entry.project.as_str()).or_default() += entry.record.conflicts.len();
    }
    counts
}

/// All values of a cell of an entity, by (counter, actor). `Null` stands for KLIK's value, and is shown as such.
pub(crate) fn values(app: &App, world: &World, entity: &str, entry: &Entry, field: &str) -> AppResult<Vec<CellValue>> {
    let lang = app.lang();
    let is_person = crate::entity::field_kind(entity, field).is_ok_and(|kind| kind == FieldKind::Person);
    let klik = entry.record.klik.get(field).cloned();
    let shown = |value: &Scalar| if value.is_null() { klik.clone().unwrap_or(Scalar::Null) } else { value.clone() };
    let text = |value: &Scalar| {
        let value = shown(value);
        if is_person { crate::people::person_text(world, &value) } else { crate::words::scalar(lang, field, &value) }
    };
    let history = app.read(|reader| reader.history(entity, None))?;
    // Who saw no value of the municipality's own saw KLIK's.
    let under = |row: &HistoryRow| crate::history::klik_seen(&history, row, field).map(|value| text(&value));
    Ok(history
        .iter()
        .filter(|row| row.live && row.field == field && row.document == entry.document)
        .map(|row| {
            let (who, department) = world.author(&row.op.actor.to_string());
            CellValue {
                text: text(&row.value),
                value: shown(&row.value),
                who,
                department,
                when: rfc3339(row.time),
                saw: row.before.first().map(&text).or_else(|| under(row)).filter(|saw| !saw.is_empty()),
                op: row.op.to_string(),
            }
        })
        .collect())
}

impl App {
    /// Every cell with several values, by project, entity and field.
    pub fn conflicts(&self, _: NoArgs) -> AppResult<Vec<ConflictView>> {
        let world = self.world()?;
        let mut found = Vec::new();
        for (entity, entry) in all(&world) {
            for field in entry.record.conflicts.keys() {
                let name = ["title", "name", "code"]
                    .iter()
                    .map(|field| entry.record.text(field).to_owned())
                    .find(|name| !name.is_empty())
                    .unwrap_or_else(|| crate::undo::named(&world, &entity).unwrap_or_default());
                found.push(ConflictView {
                    id: format!("{entity}/{field}"),
                    task: entity.strip_prefix("task/").map(tovholder_model::key::plain).unwrap_or_default(),
                    project: if entry.project.is_empty() { String::new() } else { world.project_code(&entry.project) },
                    title: name,
                    field: field.clone(),
                    values: values(self, &world, &entity, entry, field)?,
                    entity: entity.clone(),
                });
            }
        }
        found.sort_by(|a, b| (&a.project, &a.id).cmp(&(&b.project, &b.id)));
        Ok(found)
    }
}
