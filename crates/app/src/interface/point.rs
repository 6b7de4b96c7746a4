//! Attention points: what a project learned about an interface, for those that come after it.
//!
//! Append-only as comments are: each is an entity of its own in its project's document, so that two never collide.

use std::collections::BTreeMap;

use tovholder_model::key;
use tovholder_store::CellEdit;

use super::is_number;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::history::rfc3339;
use crate::undo::Label;
use crate::view::{AttentionArgs, AttentionPoint, EditDone};
use crate::world::{Entry, World};

fn standing(world: &World) -> impl Iterator<Item = (&String, &Entry)> {
    world.points.iter().filter(|(_, entry)| !entry.record.flag("archived"))
}

/// The projects that learned something, by interface; one for each point.
pub(super) fn projects_by_interface(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, entry) in standing(world) {
        found.entry(entry.record.text("interface").to_owned()).or_default().push(entry.project.clone());
    }
    found
}

/// What was learned of each interface, newest first, each with its project; for a table to hand out.
pub(crate) fn points_by_interface(world: &World) -> BTreeMap<String, Vec<String>> {
    let text = |point: AttentionPoint| format!("{}: {}", point.project, point.text);
    let all = projects_by_interface(world).into_keys();
    all.map(|interface| (interface.clone(), of(world, &interface).into_iter().map(text).collect())).collect()
}

/// An interface's points, newest first.
pub(super) fn of(world: &World, interface: &str) -> Vec<AttentionPoint> {
    let mut found: Vec<(i64, AttentionPoint)> = standing(world)
        .filter(|(_, entry)| entry.record.text("interface") == interface)
        .map(|(id, entry)| {
            let created = entry.created.as_ref();
            let (who, department) = created.map(|(actor, _)| world.author(&actor.to_string())).unwrap_or_default();
            let at = created.map_or(0, |(_, time)| *time);
            let point = AttentionPoint {
                id: id.clone(),
                entity: key::entity("attention", id),
                project: super::code_of(world, &entry.project),
                text: entry.record.text("text").to_owned(),
                who,
                department,
                when: created.map(|(_, time)| rfc3339(*time)).unwrap_or_default(),
                conflicts: entry.record.conflicts.keys().cloned().collect(),
            };
            (at, point)
        })
        .collect();
    found.sort_by(|(a_at, a), (b_at, b)| (b_at, &a.id).cmp(&(a_at, &b.id)));
    found.into_iter().map(|(_, point)| point).collect()
}

impl App {
    /// Adds an attention point.
    pub fn add_attention(&self, args: AttentionArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        let interface = args.interface.trim().to_uppercase();
        if !is_number(&interface) {
            return Err(AppError::new(Code::UnknownInterface).at(&args.interface));
        }
        let text = args.text.trim();
        if text.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("text"));
        }
        crate::entity::check_long_text("text", text)?;
        let world = self.world()?;
        let project = key::project_id(&args.project);
        let told = world.told().project(&project).is_some();
        if !told && world.project_id(&args.project).is_none() {
            return Err(AppError::new(Code::UnknownProject).at(&args.project));
        }
        let id = self.new_id()?;
        let entity = key::entity("attention", &id);
        let cells = [
            CellEdit::now(&entity, "created", true),
            CellEdit::now(&entity, "interface", interface.as_str()),
            CellEdit::now(&entity, "text", text),
        ];
        let label = Label::new("attention", &[("title", &interface)]);
        let ((), cursor) = self.write(|write| {
            write.edit(&key::project_document(&project), &cells).map_err(|error| self.fail(&error))?;
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(EditDone { written: 1, conflicts: Vec::new(), cursor, id: Some(id) })
    }
}
