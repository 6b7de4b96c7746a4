//! Undo and redo, and the words of a step.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tovholder_model::{FieldKind, Scalar, key};
use tovholder_store::{Direction, StepDone};

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::view::{Edit, KeptCell, NoArgs, UndoDone};
use crate::words::{self, Lang};
use crate::world::World;

/// What a step is called: a key of the catalogue's area `undo` with what its sentence needs. Kept in the database, so that
/// it can be shown in whatever language the screen has later.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Label {
    key: String,
    #[serde(default)]
    params: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    /// The import that the step ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<String>,
}

impl Label {
    pub fn new(key: &str, params: &[(&str, &str)]) -> Self {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { key: key.to_owned(), params, count: None, stamp: None }
    }

    pub fn counted(key: &str, count: usize, params: &[(&str, &str)]) -> Self {
        Self { count: Some(i64::try_from(count).unwrap_or(i64::MAX)), ..Self::new(key, params) }
    }

    /// The label of some edits made at once.
    pub fn of_edits(world: &World, edits: &[Edit]) -> Self {
        let entities: BTreeSet<&str> = edits.iter().map(|edit| edit.entity.as_str()).collect();
        let title = |entity: &str| title_of(world, entity);
        match edits {
            [edit] if edit.field == "archived" => {
                let put_away = edit.value.as_ref().and_then(Scalar::as_bool) == Some(true);
                Self::counted(if put_away { "archive" } else { "unarchive" }, 1, &[("title", &title(&edit.entity))])
            }
            [edit] => Self::counted("edit", 1, &[("field", &edit.field), ("title", &title(&edit.entity))]),
            _ if edits.iter().all(|edit| edit.field == "archived") => Self::counted("archive", entities.len(), &[]),
            _ if entities.len() == 1 => Self::counted("edit", edits.len(), &[]),
            _ => Self::counted("edit_task", entities.len(), &[]),
        }
    }

    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn parse(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    fn text(&self, lang: Lang) -> String {
        let named: Vec<(&str, String)> = self
            .params
            .iter()
            .map(|(name, value)| {
                let value = if name == "field" { words::field(lang, value) } else { value.clone() };
                (name.as_str(), value)
            })
            .collect();
        let params: Vec<(&str, &str)> = named.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match self.count {
            Some(count) => words::counted(lang, "undo", &self.key, "count", count, &params),
            None => words::text(lang, "undo", &self.key, &params),
        }
    }
}

/// A step's label in words.
pub(crate) fn label_text(lang: Lang, json: &str) -> String {
    Label::parse(json).text(lang)
}

/// An entity's name.
pub(crate) fn title_of(world: &World, entity: &str) -> String {
    let Some((_, id)) = key::kind_and_id(entity) else { return entity.to_owned() };
    named(world, entity).unwrap_or_else(|| key::plain(id))
}

/// An entity's name, if it has one.
pub(crate) fn named(world: &World, entity: &str) -> Option<String> {
    let (kind, id) = key::kind_and_id(entity)?;
    let plain = key::plain(id);
    let named = match kind {
        "task" => world.tasks.get(&plain).map(|task| task.record.text("title").to_owned()),
        "person" => Some(world.person_name(&plain)),
        "project" => Some(world.project_code(&plain)),
        "role" => id.split_once(':').map(|(_, role)| crate::role::name_of(world, &key::plain(role))),
        "gallery" => Some(crate::role::name_of(world, &plain)),
        "assignment" => world.assignments.get(&plain).map(|entry| {
            let role = crate::role::name_of(world, entry.record.text("role"));
            format!("{role}: {}", world.person_name(entry.record.text("person")))
        }),
        "import" => world.imports.get(&plain).map(|import| import.record.text("file").to_owned()),
        "use" => id.split_once(':').map(|(project, interface)| {
            format!("{} · {}", key::plain(interface), crate::interface::code_of(world, &key::plain(project)))
        }),
        "interface" => Some(format!("{plain} {}", crate::interface::name_of(world, &plain))),
        "attention" => world.points.get(&plain).map(|point| point.record.text("text").chars().take(80).collect()),
        _ => None,
    };
    named.filter(|name| !name.is_empty())
}

impl App {
    /// Takes the last step back: only cells still as it left them; the rest is listed.
    pub fn undo(&self, _: NoArgs) -> AppResult<UndoDone> {
        self.travel(Direction::Undo, Code::NothingToUndo)
    }

    /// Brings the last undone step back.
    pub fn redo(&self, _: NoArgs) -> AppResult<UndoDone> {
        self.travel(Direction::Redo, Code::NothingToRedo)
    }

    fn travel(&self, direction: Direction, nothing: Code) -> AppResult<UndoDone> {
        self.may_edit()?;
        let (done, cursor) = self.write(|write| {
            let done = write.travel(direction, &|_| true).map_err(|error| self.fail(&error))?;
            done.ok_or_else(|| AppError::new(nothing))
        })?;
        self.told(done, cursor)
    }

    pub(crate) fn told(&self, done: StepDone, cursor: i64) -> AppResult<UndoDone> {
        let world = self.world()?;
        let lang = self.lang();
        let kept = done.kept.iter().map(|cell| self.kept(&world, lang, &cell.entity, &cell.field)).collect();
        Ok(UndoDone { label: label_text(lang, &done.label), undone: done.cells, kept, cursor })
    }

    fn kept(&self, world: &World, lang: Lang, entity: &str, field: &str) -> KeptCell {
        let history = self.read(|reader| reader.history(entity, Some(field))).unwrap_or_default();
        let now = history.iter().rev().find(|row| row.live).map_or(Scalar::Null, |row| row.value.clone());
        let is_person = crate::entity::field_kind(entity, field).is_ok_and(|kind| kind == FieldKind::Person);
        let now = if is_person { crate::people::person_text(world, &now) } else { words::scalar(lang, field, &now) };
        KeptCell { entity: entity.to_owned(), title: title_of(world, entity), field: field.to_owned(), now }
    }
}
