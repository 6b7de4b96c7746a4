//! What an import would do: one plan, shown by the preview and written by the run.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tovholder_klik::{Rows, TaskRecord};
use tovholder_model::record::is_blank;
use tovholder_model::{FieldKind, Record, Scalar, Stamp, Status, TaskField, key};

use super::Opened;
use super::values::{NamedPersons, values};
use crate::view::{
    ImportChange, ImportColumnChanges, ImportCounts, ImportOutcome, ImportPreview, ImportTask, Rejection,
};
use crate::words::{self, Lang};
use crate::world::{Entry, World};

/// What an import would do.
pub(super) struct Plan {
    pub stamp: Stamp,
    /// This very file is imported and stands.
    pub already: bool,
    /// A newer export stands in some project; there this one writes history only.
    pub older: bool,
    pub tasks: Vec<TaskPlan>,
    /// Projects in the file: id to short name.
    pub projects: BTreeMap<String, String>,
    pub persons: NamedPersons,
    /// Tasks that the file no longer has, in projects that it has.
    pub gone: Vec<String>,
    pub rejected: Vec<Rejection>,
    rows: u32,
}

/// One task of the file.
pub(super) struct TaskPlan {
    pub id: String,
    pub project: String,
    pub row: u32,
    pub title: String,
    /// Not known here before, or hidden since its imports were undone.
    pub is_new: bool,
    /// The import that its unchanged fields rest on.
    pub base: Option<String>,
    /// The `row` cell of this import is there already.
    pub has_row: bool,
    /// The cells to write, for a new task.
    pub cells: Vec<(&'static str, Scalar)>,
    /// The cells that differ, for a known one.
    pub changes: Vec<Change>,
    /// It lies in another project's document until now; its own values move along.
    pub moved_from: Option<String>,
}

/// One changed cell.
pub(super) struct Change {
    pub field: &'static str,
    pub last: Scalar,
    pub shown: Scalar,
    pub value: Scalar,
    pub outcome: ImportOutcome,
}

impl Change {
    pub fn key(&self, task: &str) -> String {
        format!("{task}/{}", self.field)
    }

    /// Whether it happens unless the user says otherwise.
    pub fn ticked(&self) -> bool {
        matches!(self.outcome, ImportOutcome::Updates)
    }
}

impl Plan {
    pub fn make(world: &World, secret: &[u8], opened: &Opened, rows: &Rows, date: NaiveDate) -> Self {
        let stamp = Stamp::new(date, &opened.hash8);
        let mut plan = Self {
            already: world.imports.get(stamp.as_str()).is_some_and(|import| import.record.text("state") == "active"),
            older: false,
            tasks: Vec::with_capacity(rows.tasks.len()),
            projects: projects_of(world, rows),
            persons: NamedPersons::default(),
            gone: Vec::new(),
            rejected: rows.rejected.iter().map(rejection).collect(),
            rows: u32::try_from(rows.tasks.len()).unwrap_or(u32::MAX),
            stamp,
        };
        let rejected_rows: BTreeSet<u32> = plan.rejected.iter().map(|rejection| rejection.row).collect();
        plan.rows += u32::try_from(rejected_rows.len()).unwrap_or(u32::MAX);
        for record in &rows.tasks {
            let task = plan.task(world, secret, record);
            plan.tasks.push(task);
        }
        plan.gone = plan.gone_tasks(world, rows);
        // A row that could not be taken in still shows that its task is there.
        let taken: BTreeSet<&str> = rows.tasks.iter().map(|task| task.id.as_str()).collect();
        for id in rows.seen_ids.iter().filter(|id| !taken.contains(id.as_str())) {
            if let Some(known) = world.tasks.get(id).filter(|known| known.record.standing) {
                plan.tasks.push(TaskPlan {
                    id: id.clone(),
                    project: known.project.clone(),
                    row: 0,
                    title: known.record.text("title").to_owned(),
                    is_new: false,
                    base: known.record.stamp.clone(),
                    has_row: known.record.stamp.as_deref() == Some(plan.stamp.as_str()),
                    cells: Vec::new(),
                    changes: Vec::new(),
                    moved_from: None,
                });
            }
        }
        plan
    }

    fn task(&mut self, world: &World, secret: &[u8], record: &TaskRecord) -> TaskPlan {
        let values = values(record, secret, &mut self.persons);
        let project = key::project_id(&record.project);
        let known = world.tasks.get(&record.id);
        let here = known.filter(|known| known.project == project);
        let newer = known.filter(|known| known.record.standing).and_then(|known| known.record.stamp.as_deref());
        let newer = newer.is_some_and(|newest| newest > self.stamp.as_str());
        self.older |= newer;
        let rests = here.filter(|known| known.record.standing && !newer);
        let title = values.get("title").and_then(Scalar::as_str).unwrap_or_default().to_owned();
        let mut task = TaskPlan {
            id: record.id.clone(),
            project,
            row: record.row,
            title,
            is_new: known.is_none_or(|known| !known.record.visible),
            base: rests.and_then(|known| known.record.stamp.clone()),
            has_row: false,
            cells: Vec::new(),
            changes: Vec::new(),
            moved_from: known
                .filter(|known| here.is_none() && !newer && known.record.visible)
                .map(|k| k.document.clone()),
        };
        let says = |(field, value): (&'static str, Scalar)| (!is_blank(&value)).then_some((field, value));
        match (known, rests) {
            // Known under a newer export: this one becomes history, whole, and nothing shown changes.
            (Some(_), None) if newer => task.cells = values.into_iter().filter_map(says).collect(),
            (Some(known), Some(_)) => {
                task.has_row = known.record.stamp.as_deref() == Some(self.stamp.as_str());
                if task.has_row {
                    task.base = None;
                }
                task.changes = changes(&known.record, &values);
            }
            (Some(known), None) => {
                task.changes = changes(&known.record, &values);
                task.cells = values.into_iter().filter_map(says).collect();
            }
            (None, _) => task.cells = values.into_iter().filter_map(says).collect(),
        }
        task
    }

    /// Tasks that stand in the newest import of their project and that the file no longer has. A project that is not in
    /// the file at all is not covered by it: an export of one project must not mark all others as gone.
    fn gone_tasks(&self, world: &World, rows: &Rows) -> Vec<String> {
        let present: BTreeSet<&str> =
            rows.tasks.iter().map(|task| task.id.as_str()).chain(rows.seen_ids.iter().map(String::as_str)).collect();
        let covered: BTreeSet<String> = rows.tasks.iter().map(|task| key::project_id(&task.project)).collect();
        world
            .tasks
            .iter()
            .filter(|(id, task)| {
                let newer = task.record.stamp.as_deref().is_some_and(|newest| newest > self.stamp.as_str());
                covered.contains(&task.project)
                    && task.record.standing
                    && !task.record.gone
                    && !newer
                    && !present.contains(id.as_str())
            })
            .map(|(id, _)| id.clone())
            .collect()
    }

    /// Every changed cell of tasks that were known.
    pub fn changes(&self) -> impl Iterator<Item = (&TaskPlan, &Change)> {
        self.tasks
            .iter()
            .filter(|task| !task.is_new)
            .flat_map(|task| task.changes.iter().map(move |change| (task, change)))
    }

    pub fn preview(&self, id: &str, file_name: &str, world: &World, off: &[String], lang: Lang) -> ImportPreview {
        let text = |field: &str, value: &Scalar| self.text(world, lang, field, value);
        let code = |project: &str| self.projects.get(project).cloned().unwrap_or_else(|| world.project_code(project));
        let mut columns: BTreeMap<&str, u32> = BTreeMap::new();
        let mut changes: Vec<ImportChange> = Vec::new();
        for (task, change) in self.changes() {
            *columns.entry(change.field).or_default() += 1;
            changes.push(ImportChange {
                key: change.key(&task.id),
                row: task.row,
                task: task.id.clone(),
                project: code(&task.project),
                title: task.title.clone(),
                field: change.field.to_owned(),
                last_import: text(change.field, &change.last),
                now: text(change.field, &change.shown),
                file: text(change.field, &change.value),
                outcome: change.outcome,
                ticked: change.ticked(),
            });
        }
        changes.sort_by_key(|change| (rank(change.outcome), change.row));
        let created = self.tasks.iter().filter(|task| task.is_new).map(|task| ImportTask {
            row: Some(task.row),
            id: task.id.clone(),
            project: code(&task.project),
            title: task.title.clone(),
        });
        let gone = self.gone.iter().filter_map(|id| Some((id, world.tasks.get(id)?))).map(|(id, task)| ImportTask {
            row: None,
            id: id.clone(),
            project: world.project_code(&task.project),
            title: task.record.text("title").to_owned(),
        });
        let mut rejected = self.rejected.clone();
        for rejection in &mut rejected {
            rejection.reason = words::rejection(lang, rejection);
        }
        ImportPreview {
            id: id.to_owned(),
            file_name: file_name.to_owned(),
            stamp: self.stamp.to_string(),
            export_date: self.stamp.date(),
            already: self.already,
            older: self.older,
            counts: self.counts(&|change, _| change.ticked() && !off.iter().any(|field| field == change.field)),
            created: created.collect(),
            gone: gone.collect(),
            changes,
            rejected,
            columns: columns
                .into_iter()
                .map(|(field, changes)| ImportColumnChanges {
                    field: field.to_owned(),
                    changes,
                    on: !off.iter().any(|off| off == field),
                })
                .collect(),
        }
    }

    /// How many of each, when the changes that `taken` says are made.
    pub fn counts(&self, taken: &dyn Fn(&Change, &TaskPlan) -> bool) -> ImportCounts {
        let size = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let in_file = self.tasks.iter().filter(|task| task.row > 0);
        let cells = self.changes().filter(|(task, change)| taken(change, task)).count();
        let updated = in_file
            .clone()
            .filter(|task| !task.is_new && task.changes.iter().any(|change| taken(change, task)))
            .count();
        let created = in_file.clone().filter(|task| task.is_new).count();
        let rejected: BTreeSet<u32> = self.rejected.iter().map(|rejection| rejection.row).collect();
        ImportCounts {
            rows: self.rows,
            created: size(created),
            updated: size(updated),
            cells: size(cells),
            unchanged: size(in_file.count() - created - updated),
            gone: size(self.gone.len()),
            conflicts: size(self.changes().filter(|(_, change)| change.outcome == ImportOutcome::Choose).count()),
            rejected: size(rejected.len()),
        }
    }

    fn text(&self, world: &World, lang: Lang, field: &str, value: &Scalar) -> String {
        let is_person = TaskField::from_code(field).is_some_and(|field| field.kind == FieldKind::Person);
        match value.as_str().filter(|_| is_person) {
            Some(id) if !id.is_empty() => {
                let known = world.persons.contains_key(id).then(|| world.person_name(id));
                known
                    .or_else(|| self.persons.by_id.get(id).map(|named| named.name.clone()))
                    .unwrap_or_else(|| id.to_owned())
            }
            _ => words::scalar(lang, field, value),
        }
    }
}

/// What needs a look comes first.
fn rank(outcome: ImportOutcome) -> u8 {
    match outcome {
        ImportOutcome::BackFromCompleted => 0,
        ImportOutcome::Choose => 1,
        ImportOutcome::Updates => 2,
        ImportOutcome::KeepsYours => 3,
    }
}

/// Projects of the file and of its own sheet of projects: id to short name, as first written.
fn projects_of(world: &World, rows: &Rows) -> BTreeMap<String, String> {
    let mut projects = BTreeMap::new();
    let codes = rows.projects.iter().map(|project| &project.code).chain(rows.tasks.iter().map(|task| &task.project));
    for code in codes {
        let id = key::project_id(code);
        let known = world.projects.get(&id).map(|entry: &Entry| entry.record.text("code").to_owned());
        let code = known.filter(|known| !known.is_empty()).unwrap_or_else(|| code.trim().to_owned());
        projects.entry(id).or_insert(code);
    }
    projects
}

fn rejection(rejection: &tovholder_klik::Rejection) -> Rejection {
    Rejection {
        row: rejection.row,
        column: rejection.column.clone(),
        cell: rejection.cell.clone(),
        code: rejection.code.code().to_owned(),
        value: rejection.value.clone(),
        detail: rejection.detail.clone(),
        reason: String::new(),
    }
}

/// The cells where a row differs from what the last import said, and what happens to each.
fn changes(record: &Record, values: &BTreeMap<&'static str, Scalar>) -> Vec<Change> {
    let nothing = Scalar::Null;
    let status = |value: &Scalar| value.as_str().and_then(Status::from_code).unwrap_or_default();
    let back = values
        .get("status")
        .is_some_and(|file| status(record.shown("status")) == Status::Completed && status(file) != Status::Completed);
    let mut changes = Vec::new();
    for (field, value) in values {
        let last = record.klik.get(*field).unwrap_or(&nothing);
        if last == value || (is_blank(last) && is_blank(value)) {
            continue;
        }
        let shown = record.shown(field);
        let outcome = match record.local.get(*field) {
            Some(local) if local == value || record.over.get(*field).is_some_and(|over| over.contains(value)) => {
                ImportOutcome::KeepsYours
            }
            Some(_) => ImportOutcome::Choose,
            None if back && (*field == "status" || (*field == "percent" && value.as_int() < shown.as_int())) => {
                ImportOutcome::BackFromCompleted
            }
            None => ImportOutcome::Updates,
        };
        changes.push(Change { field, last: last.clone(), shown: shown.clone(), value: value.clone(), outcome });
    }
    changes
}
