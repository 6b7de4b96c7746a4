//! Tasks from the network's templates.
//!
//! A template stands in the catalogue; a municipality makes it a task of its own when it wants it. The task names its
//! template and holds nothing else of it: what the template says lies below what the municipality says itself, as an
//! export from KLIK does, so a change of the template that is taken in shows in the task, an own value stays on top, and
//! taking the catalogue back takes the change back. When KLIK's own export brings the task, KLIK's word is what lies below.

use std::collections::BTreeMap;

use tovholder_model::{Record, Scalar, key};
use tovholder_store::CellEdit;

use super::count;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::interface::numbered;
use crate::task::status_of;
use crate::undo::Label;
use crate::view::{EditDone, NoArgs, TakeTemplatesArgs, TemplateList, TemplateProject, TemplateRow};
use crate::world::{Entry, World};

/// The cell of a task that names its template.
pub(crate) const TEMPLATE: &str = "template";
/// What the template was called when the task was made: shown where the template itself is not known any more.
const CALLED: &str = "template_title";
/// What a template says of a task.
const FIELDS: [&str; 9] =
    ["title", "description", "kind", "theme", "prerequisites", "result", "role", "start", "deadline"];

/// Lays what a task's template says below what the municipality says; nothing where KLIK has spoken, or there is none.
pub(crate) fn lay_under(task: &mut Record, told: &BTreeMap<String, Entry>) {
    // Its name here is no field that anybody chooses in.
    task.conflicts.remove(TEMPLATE);
    task.conflicts.remove(CALLED);
    if task.standing {
        return;
    }
    let Some(id) = task.local.get(TEMPLATE).and_then(Scalar::as_str) else { return };
    // An export that had it was taken back: the network's word lies below again.
    task.stamp = None;
    task.row = None;
    let template = told.get(&key::entity("template", id)).map(|entry| &entry.record);
    let said = |field: &&str| {
        let value = template.map(|template| template.shown(field)).filter(|value| !value.is_null())?;
        Some(((*field).to_owned(), value.clone()))
    };
    task.klik = FIELDS.iter().filter_map(said).collect();
    if !task.klik.contains_key("title") {
        let called = task.local.get(CALLED).cloned().unwrap_or_else(|| Scalar::from(id));
        task.klik.insert("title".to_owned(), called);
    }
    task.klik_deadlines = template.map(|template| template.klik_deadlines.clone()).unwrap_or_default();
    task.gone = template.is_none_or(|template| template.flag(super::catalogue::ARCHIVED));
    settle_followed(task);
}

/// Of several values, "follow" stands for what is followed, as it does where KLIK is.
fn settle_followed(task: &mut Record) {
    for (field, values) in &mut task.conflicts {
        for value in values.iter_mut().filter(|value| value.is_null()) {
            *value = task.klik.get(field).cloned().unwrap_or(Scalar::Null);
        }
        values.sort();
        values.dedup();
    }
    task.conflicts.retain(|_, values| values.len() > 1);
}

/// Whether what lies below the municipality's word is the network's, not KLIK's.
pub(crate) fn is_told(task: &Record) -> bool {
    !task.standing && task.local.contains_key(TEMPLATE)
}

/// It was a task here and was put away, or its making was taken back: whoever asks for it by name gets it back.
fn is_put_away(world: &World, id: &str) -> bool {
    world.tasks.get(id).is_some_and(|task| task.record.flag("archived"))
}

/// The templates that stand here, with the project's id, in the catalogue's order.
fn templates(world: &World) -> impl Iterator<Item = (String, String, &Record)> {
    let all = numbered(&world.catalogue, "template").into_iter();
    all.filter_map(|(id, record)| {
        let project = key::project_id(record.text("project"));
        (!project.is_empty()).then_some((project, id, record))
    })
}

impl App {
    /// The templates of the catalogue as it was taken in, by project, and which of them are tasks here.
    pub fn templates(&self, _: NoArgs) -> AppResult<TemplateList> {
        let world = self.world()?;
        let mut by_project: BTreeMap<String, Vec<TemplateRow>> = BTreeMap::new();
        for (project, id, record) in templates(&world) {
            let text = |field: &str| record.text(field).to_owned();
            let task = world.tasks.get(&id).filter(|task| !task.record.flag("archived"));
            by_project.entry(project).or_default().push(TemplateRow {
                title: text("title"),
                theme: text("theme"),
                role: text("role"),
                start: record.date("start"),
                deadline: record.date("deadline"),
                is_task: task.is_some(),
                status: task.map(status_of),
                id,
            });
        }
        let projects = by_project.into_iter().map(|(id, templates)| {
            let told = world.told().project(&id);
            let code = if world.projects.contains_key(&id) { Some(world.project_code(&id)) } else { None };
            TemplateProject {
                project: code.or_else(|| told.map(|one| one.id.clone())).unwrap_or_else(|| id.clone()),
                name: told.map(|one| one.name.clone()).unwrap_or_default(),
                is_project: world.projects.contains_key(&id),
                left: count(templates.iter().filter(|row| !world.tasks.contains_key(&row.id)).count()),
                templates,
            }
        });
        Ok(TemplateList { projects: projects.collect(), cursor: world.cursor })
    }

    /// Makes templates of a project tasks of the municipality; one step to undo.
    pub fn take_templates(&self, args: TakeTemplatesArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        let world = self.world()?;
        let project = key::project_id(&args.project);
        let of_it: Vec<(String, &Record)> =
            templates(&world).filter(|(of, ..)| *of == project).map(|(_, id, record)| (id, record)).collect();
        if of_it.is_empty() {
            return Err(AppError::new(Code::UnknownTemplate).at(&args.project));
        }
        if let Some(unknown) = args.ids.iter().find(|id| !of_it.iter().any(|(known, _)| known == *id)) {
            return Err(AppError::new(Code::UnknownTemplate).at(unknown));
        }
        let wanted = |id: &String| args.ids.is_empty() || args.ids.contains(id);
        // What is here already, from KLIK or taken before, is the municipality's work and is left alone.
        let named = |id: &String| args.ids.contains(id) && is_put_away(&world, id);
        let new: Vec<&(String, &Record)> =
            of_it.iter().filter(|(id, _)| wanted(id) && (!world.tasks.contains_key(id) || named(id))).collect();
        let code = world.told().project(&project).map_or_else(|| args.project.trim().to_owned(), |one| one.id.clone());
        let document = key::project_document(&project);
        let mut cells: BTreeMap<&str, Vec<CellEdit>> = BTreeMap::new();
        if !world.projects.contains_key(&project) {
            let made = [CellEdit::now(&document, "code", code.as_str()), CellEdit::now(&document, "created", true)];
            cells.entry(&document).or_default().extend(made);
        }
        for (id, record) in &new {
            let entity = key::entity("task", id);
            // One that was put away comes back as it was, where it lies.
            if let Some(task) = world.tasks.get(id) {
                cells.entry(&task.document).or_default().push(CellEdit::now(&entity, "archived", false));
                continue;
            }
            let cells = cells.entry(&document).or_default();
            cells.push(CellEdit::now(&entity, "created", true));
            cells.push(CellEdit::now(&entity, TEMPLATE, id.as_str()));
            cells.push(CellEdit::now(&entity, CALLED, record.text("title")));
        }
        let taken = count(new.len());
        if taken == 0 {
            return Ok(EditDone { written: 0, conflicts: Vec::new(), cursor: world.cursor, id: None });
        }
        let label = Label::counted("take_templates", new.len(), &[("project", &code)]);
        let ((), cursor) = self.write(|write| {
            for (document, cells) in &cells {
                write.edit(document, cells).map_err(|error| self.fail(&error))?;
            }
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(EditDone { written: taken, conflicts: Vec::new(), cursor, id: None })
    }
}

#[cfg(test)]
mod tests {
    use tovholder_model::TaskField;

    use super::FIELDS;

    #[test]
    fn every_field_of_a_template_is_one_of_a_task_and_can_be_published() {
        for field in FIELDS {
            assert!(TaskField::from_code(field).is_some(), "{field}");
            assert!(crate::network::publish::is_field("template", field), "{field}");
        }
    }
}
