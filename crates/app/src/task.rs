//! Tasks with their colours, and one task whole.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tovholder_model::{
    ColourInputs, Coloured, FieldKind, Reason, Scalar, Status, TaskField, TaskKind, colour_of, is_late, key,
};

use crate::error::{AppError, AppResult, Code};
use crate::history::rfc3339;
use crate::view::{
    Comment, FieldSource, FieldView, Prerequisite, TaskDetail, TaskList, TaskQuery, TaskRow, TasksQuery,
};
use crate::world::{Entry, World};
use crate::{App, gallery};

/// Combinations of conflicting values that a colour looks at; more values than that in one task's cells never occur.
const COMBINATIONS_MAX: usize = 256;

/// The colours of all tasks on a day.
pub(crate) struct Colours<'w> {
    world: &'w World,
    on: NaiveDate,
    /// (project, role) pairs that are needed and empty on the day.
    empty_roles: BTreeSet<(String, String)>,
}

/// A task's status as shown; a word this version does not know counts as not started.
pub(crate) fn status_of(task: &Entry) -> Status {
    Status::from_code(task.record.text("status")).unwrap_or_default()
}

/// The gallery's id of a role that a task names.
pub(crate) fn role_id(world: &World, name: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    if let Some(role) = gallery::by_name(name) {
        return Some(role.id.clone());
    }
    if let Some(id) = gallery::told_by_name(world, name) {
        return Some(id.to_owned());
    }
    let slug = gallery::slug(name);
    world.gallery.contains_key(&slug).then_some(slug)
}

impl<'w> Colours<'w> {
    pub fn on(world: &'w World, on: NaiveDate) -> Self {
        Self { world, on, empty_roles: crate::role::empty_roles(world, on) }
    }

    /// Every task, projects in order, then ids.
    pub fn rows(&self) -> Vec<TaskRow> {
        let mut roles: BTreeMap<&str, Option<String>> = BTreeMap::new();
        let mut rows: Vec<(String, TaskRow)> = self
            .world
            .tasks
            .iter()
            .map(|(id, task)| {
                let name = task.record.text("role");
                let role = roles.entry(name).or_insert_with(|| role_id(self.world, name)).clone();
                let row = self.row(id, task, role);
                (row.project.to_lowercase(), row)
            })
            .collect();
        rows.sort_by(|(a_project, a), (b_project, b)| (a_project, &a.id).cmp(&(b_project, &b.id)));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// One task.
    pub fn row_of(&self, id: &str) -> Option<TaskRow> {
        let task = self.world.tasks.get(id)?;
        Some(self.row(id, task, role_id(self.world, task.record.text("role"))))
    }

    fn row(&self, id: &str, task: &Entry, role_id: Option<String>) -> TaskRow {
        let record = &task.record;
        let coloured = self.colour(task, role_id.as_deref());
        let deadline = record.date("deadline");
        TaskRow {
            id: id.to_owned(),
            project: self.world.project_code(&task.project),
            title: record.text("title").to_owned(),
            kind: TaskKind::from_code(record.text("kind")).unwrap_or_default(),
            theme: record.text("theme").to_owned(),
            role: record.text("role").to_owned(),
            role_id,
            start: record.date("start"),
            deadline,
            earlier_deadlines: earlier_deadlines(task, deadline),
            responsible: self.world.person_ref(record.text("responsible")),
            performer: self.world.person_ref(record.text("performer")),
            status: status_of(task),
            percent: record.shown("percent").as_int().and_then(|n| u8::try_from(n.clamp(0, 100)).ok()).unwrap_or(0),
            action_needed: record.flag("action_needed"),
            note: record.text("note").to_owned(),
            colour: coloured.colour,
            reasons: coloured.reasons,
            gone: record.gone,
            archived: record.flag("archived"),
            conflicts: record.conflicts.keys().cloned().collect(),
            klik_differs: record.differs().map(str::to_owned).collect(),
            comments: u32::try_from(self.comments(id).count()).unwrap_or(u32::MAX),
            changed: Some(rfc3339(task.changed)),
        }
    }

    fn comments(&self, task: &str) -> impl Iterator<Item = &(String, Entry)> {
        self.world.comments.get(task).into_iter().flatten().filter(|(_, comment)| !comment.record.flag("archived"))
    }

    /// The colour; where cells are in conflict, the gravest that any of the values gives.
    fn colour(&self, task: &Entry, role_id: Option<&str>) -> Coloured {
        let record = &task.record;
        let relevant = ["status", "start", "deadline", "action_needed", "responsible", "performer"];
        let conflicting: Vec<&str> =
            relevant.into_iter().filter(|field| record.conflicts.contains_key(*field)).collect();
        let shown = |field: &str| record.shown(field).clone();
        if conflicting.is_empty() {
            return colour_of(&self.inputs(task, role_id, &shown), self.on);
        }
        let mut combinations: Vec<BTreeMap<&str, &Scalar>> = vec![BTreeMap::new()];
        for field in &conflicting {
            let values = record.conflicts.get(*field).map(Vec::as_slice).unwrap_or_default();
            combinations = combinations
                .iter()
                .flat_map(|chosen| {
                    values.iter().map(move |value| {
                        let mut chosen = chosen.clone();
                        chosen.insert(*field, value);
                        chosen
                    })
                })
                .take(COMBINATIONS_MAX)
                .collect();
        }
        let coloured = |chosen: &BTreeMap<&str, &Scalar>| {
            let pick = |field: &str| chosen.get(field).map_or_else(|| shown(field), |value| (*value).clone());
            colour_of(&self.inputs(task, role_id, &pick), self.on)
        };
        let mut gravest = combinations
            .iter()
            .map(coloured)
            .max_by_key(|coloured| coloured.colour)
            .unwrap_or_else(|| colour_of(&self.inputs(task, role_id, &shown), self.on));
        gravest.reasons.extend(conflicting.iter().map(|field| Reason::Conflict { field: (*field).to_owned() }));
        gravest
    }

    fn inputs(&self, task: &Entry, role_id: Option<&str>, shown: &dyn Fn(&str) -> Scalar) -> ColourInputs {
        let text = |field: &str| shown(field).as_str().unwrap_or("").to_owned();
        let empty_role = role_id
            .filter(|role| self.empty_roles.contains(&(task.project.clone(), (*role).to_owned())))
            .map(|_| task.record.text("role").to_owned());
        ColourInputs {
            status: Status::from_code(&text("status")).unwrap_or_default(),
            start: text("start").parse().ok(),
            deadline: text("deadline").parse().ok(),
            action_needed: shown("action_needed").as_bool().unwrap_or(false),
            has_responsible: !text("responsible").is_empty(),
            has_performer: !text("performer").is_empty(),
            empty_role,
            late_prerequisites: needs(task).filter(|id| self.is_late(id)).map(str::to_owned).collect(),
        }
    }

    fn is_late(&self, id: &str) -> bool {
        self.world.tasks.get(id).is_some_and(|task| {
            !task.record.flag("archived") && is_late(status_of(task), task.record.date("deadline"), self.on)
        })
    }
}

/// Ids of the tasks that a task waits for.
pub(crate) fn needs(task: &Entry) -> impl Iterator<Item = &str> {
    task.record
        .local
        .iter()
        .filter(|(_, value)| value.as_bool() == Some(true))
        .filter_map(|(field, _)| field.strip_prefix("needs/"))
}

/// Every deadline that stood before the one shown, oldest first: KLIK's of each export, then those set here.
fn earlier_deadlines(task: &Entry, shown: Option<NaiveDate>) -> Vec<NaiveDate> {
    let mut dates: Vec<NaiveDate> = Vec::new();
    let over = task.record.over.get("deadline").into_iter().flatten().filter_map(Scalar::as_str);
    let klik = task.record.klik_deadlines.iter().map(String::as_str).chain(over);
    for date in klik.chain(task.record.local_deadlines.iter().map(String::as_str)).filter_map(|date| date.parse().ok())
    {
        if Some(date) != shown && !dates.contains(&date) {
            dates.push(date);
        }
    }
    dates
}

impl App {
    /// Every task.
    pub fn tasks(&self, args: TasksQuery) -> AppResult<TaskList> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        Ok(TaskList { on, cursor: world.cursor, rows: Colours::on(&world, on).rows() })
    }

    /// One task, whole.
    pub fn task(&self, args: TaskQuery) -> AppResult<TaskDetail> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let id = known_id(&world, &args.id)?;
        let unknown = || AppError::new(Code::UnknownTask).at(&id);
        let task = world.tasks.get(&id).ok_or_else(unknown)?;
        let colours = Colours::on(&world, on);
        let row = colours.row_of(&id).ok_or_else(unknown)?;
        let entity = key::entity("task", &id);
        let fields = self.fields(&world, &entity, task)?;
        let prerequisites = needs(task)
            .map(|other| {
                let known = colours.row_of(other);
                Prerequisite {
                    id: other.to_owned(),
                    title: known.as_ref().map_or_else(|| other.to_owned(), |row| row.title.clone()),
                    colour: known.as_ref().map(|row| row.colour),
                    late: colours.is_late(other),
                }
            })
            .collect();
        let comments = comments_of(&world, &id);
        let findings = crate::overview::findings_of_task(&world, &id, task);
        let told = crate::network::is_told(&task.record);
        Ok(TaskDetail { on, cursor: world.cursor, row, entity, told, fields, prerequisites, comments, findings })
    }

    fn fields(&self, world: &World, entity: &str, task: &Entry) -> AppResult<Vec<FieldView>> {
        let lang = self.lang();
        let text = |field: &TaskField, value: &Scalar| match field.kind {
            FieldKind::Person => crate::people::person_text(world, value),
            _ => crate::words::scalar(lang, field.code, value),
        };
        let told = crate::network::is_told(&task.record);
        let mut views = Vec::new();
        for field in &TaskField::ALL {
            let record = &task.record;
            let shown = record.shown(field.code);
            let source = if record.local.contains_key(field.code) {
                FieldSource::Local
            } else if record.klik.get(field.code).is_some_and(|value| !tovholder_model::record::is_blank(value)) {
                if told { FieldSource::Network } else { FieldSource::Klik }
            } else {
                FieldSource::Nobody
            };
            let klik = record.klik.get(field.code).filter(|value| source == FieldSource::Local && *value != shown);
            let values = if record.conflicts.contains_key(field.code) {
                crate::conflict::values(self, world, entity, task, field.code)?
            } else {
                Vec::new()
            };
            views.push(FieldView {
                field: field.code.to_owned(),
                value: shown.clone(),
                text: text(field, shown),
                source,
                klik: klik.cloned(),
                klik_text: klik.map(|value| text(field, value)),
                differs: record.differs_in(field.code),
                values,
                editable: field.editable,
            });
        }
        Ok(views)
    }

    /// The comments of every task that has any, each task's oldest first: what [`App::task`] answers of each, for a caller
    /// who wants them all.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn comments_by_task(&self) -> AppResult<BTreeMap<String, Vec<Comment>>> {
        let world = self.world()?;
        Ok(world.comments.keys().map(|task| (task.clone(), comments_of(&world, task))).collect())
    }
}

/// A task's comments, oldest first.
fn comments_of(world: &World, task: &str) -> Vec<Comment> {
    let shown = world.comments.get(task).into_iter().flatten().filter(|(_, entry)| !entry.record.flag("archived"));
    shown
        .map(|(id, entry)| {
            let (who, department) =
                entry.created.map(|(actor, _)| world.author(&actor.to_string())).unwrap_or_default();
            Comment {
                id: id.clone(),
                text: entry.record.text("text").to_owned(),
                who,
                department,
                when: rfc3339(entry.created.map_or(entry.changed, |(_, time)| time)),
            }
        })
        .collect()
}

/// The id of a task as stored, for one typed in another case or without its prefix.
pub(crate) fn known_id(world: &World, id: &str) -> AppResult<String> {
    let id = id.trim();
    if world.tasks.contains_key(id) {
        return Ok(id.to_owned());
    }
    let same = world.tasks.keys().find(|known| known.eq_ignore_ascii_case(id));
    same.cloned().ok_or_else(|| AppError::new(Code::UnknownTask).at(id))
}
