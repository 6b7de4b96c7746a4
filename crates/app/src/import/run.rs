//! Writing a plan: imported cells, and the own cells by which the user's choices stand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use tovholder_model::record::row_cell;
use tovholder_model::{Scalar, key};
use tovholder_store::{CellEdit, Seen, Write};

use super::plan::{Change, Plan, TaskPlan};
use super::{OFF, Opened};
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::undo::Label;
use crate::view::{ImportDone, ImportOutcome, ImportRunArgs};
use crate::world::World;

/// The user's choices, ready to look up.
struct Choices<'a> {
    off: BTreeSet<&'a str>,
    unticked: BTreeSet<&'a str>,
    ticked: BTreeSet<&'a str>,
    klik: &'a BTreeMap<String, bool>,
}

/// What becomes of a changed cell.
#[derive(PartialEq, Eq)]
enum Fate {
    /// The column is switched off: the import does not speak of it.
    Off,
    /// The new value is taken over and shown.
    Taken,
    /// KLIK's word is written down below, the shown value stays on top and is not asked about again.
    Kept,
    /// KLIK's word is written down; both are shown until someone chooses.
    Open,
}

impl Choices<'_> {
    fn fate(&self, task: &str, change: &Change) -> Fate {
        let key = change.key(task);
        let key = key.as_str();
        if self.off.contains(change.field) {
            return Fate::Off;
        }
        match change.outcome {
            ImportOutcome::Updates if self.unticked.contains(key) => Fate::Kept,
            ImportOutcome::Updates => Fate::Taken,
            ImportOutcome::BackFromCompleted if self.ticked.contains(key) => Fate::Taken,
            ImportOutcome::BackFromCompleted | ImportOutcome::KeepsYours => Fate::Kept,
            ImportOutcome::Choose => match self.klik.get(key) {
                Some(true) => Fate::Taken,
                Some(false) => Fate::Kept,
                None => Fate::Open,
            },
        }
    }
}

impl App {
    /// Runs a previewed import, in one transaction.
    pub fn import_run(&self, args: ImportRunArgs) -> AppResult<ImportDone> {
        self.may_edit()?;
        let opened = self.opened(&args.id)?;
        opened.cancelled.store(false, Ordering::Relaxed);
        opened.running.store(true, Ordering::Relaxed);
        let done = self.run_opened(&opened, &args);
        opened.running.store(false, Ordering::Relaxed);
        let done = done?;
        self.remember_mapping(&opened)?;
        if let Some(off) = &args.off {
            self.set_setting(OFF, &serde_json::to_string(off).unwrap_or_default())?;
        }
        Ok(done)
    }

    fn run_opened(&self, opened: &Opened, args: &ImportRunArgs) -> AppResult<ImportDone> {
        let rows = opened.rows()?;
        let date = opened.export_date()?;
        let secret = self.secret()?;
        let remembered = self.off();
        let lang = self.lang();
        let choices = Choices {
            off: args.off.as_ref().unwrap_or(&remembered).iter().map(String::as_str).collect(),
            unticked: args.unticked.iter().map(String::as_str).collect(),
            ticked: args.ticked.iter().map(String::as_str).collect(),
            klik: &args.choices,
        };
        let (done, cursor) = self.write(|write| {
            // Read inside the transaction: nobody writes between what is planned from and what is written.
            let world = self.world()?;
            let plan = Plan::make(&world, &secret, opened, &rows, date);
            opened.done.store(0, Ordering::Relaxed);
            opened.total.store(u32::try_from(plan.tasks.len()).unwrap_or(u32::MAX), Ordering::Relaxed);
            write_plan(write, &world, opened, &plan, &choices, args.archive_gone, &rows.projects)?;
            let mut label = Label::new("import", &[("file", &opened.file_name)]);
            label.stamp = Some(plan.stamp.to_string());
            write.step(&label.json()).map_err(|error| self.fail(&error))?;
            let taken = |change: &Change, task: &TaskPlan| choices.fate(&task.id, change) == Fate::Taken;
            let counts = plan.counts(&taken);
            let open = plan.changes().filter(|(task, change)| choices.fate(&task.id, change) == Fate::Open).count();
            let mut rejected = plan.rejected;
            for rejection in &mut rejected {
                rejection.reason = crate::words::rejection(lang, rejection);
            }
            Ok(ImportDone {
                stamp: plan.stamp.to_string(),
                created: counts.created,
                updated: counts.updated,
                unchanged: counts.unchanged,
                gone: counts.gone,
                conflicts: u32::try_from(open).unwrap_or(u32::MAX),
                rejected,
                cursor: 0,
            })
        })?;
        Ok(ImportDone { cursor, ..done })
    }
}

fn write_plan(
    write: &mut Write<'_>,
    world: &World,
    opened: &Opened,
    plan: &Plan,
    choices: &Choices<'_>,
    archive_gone: bool,
    project_sheet: &[tovholder_klik::ProjectRecord],
) -> AppResult<()> {
    let mut by_project: BTreeMap<&str, Vec<&TaskPlan>> = BTreeMap::new();
    for task in &plan.tasks {
        by_project.entry(&task.project).or_default().push(task);
    }
    for project in plan.projects.keys() {
        by_project.entry(project).or_default();
    }
    let mut persons = BTreeSet::new();
    for (project, tasks) in by_project {
        let document = key::project_document(project);
        let mut cells = project_cells(world, plan, project, project_sheet);
        for task in &tasks {
            task_cells(world, plan, choices, task, &mut cells, &mut persons);
        }
        if archive_gone {
            let here = plan.gone.iter().filter(|id| world.tasks.get(*id).is_some_and(|task| task.project == project));
            for id in here {
                let entity = key::entity("task", id);
                cells.push(CellEdit::now(&entity, "archived", true));
                if let Some((_, mut record)) = write.record(&entity).map_err(internal)? {
                    record.local.insert("archived".to_owned(), true.into());
                    cells.extend(crate::seen::beside_task(world, &entity, &record));
                }
            }
        }
        cells.push(CellEdit::now(plan.stamp.entity(), "state", "active"));
        save(write, &document, &cells)?;
        // The other values of what is in conflict: nothing is chosen by moving a task. A change writes a cell once.
        for task in &tasks {
            for cell in task.moved_from.iter().flat_map(|from| moved_conflicts(world, &task.id, from)) {
                save(write, &document, &[cell])?;
            }
        }
        opened.done.fetch_add(u32::try_from(tasks.len()).unwrap_or(0), Ordering::Relaxed);
        if opened.cancelled.load(Ordering::Relaxed) {
            return Err(AppError::new(Code::ImportCancelled).at(&opened.file_name));
        }
    }
    for id in persons {
        write_person(write, world, plan, &id)?;
        if opened.cancelled.load(Ordering::Relaxed) {
            return Err(AppError::new(Code::ImportCancelled).at(&opened.file_name));
        }
    }
    let count = plan.tasks.iter().filter(|task| task.row > 0).count();
    let cells = [
        CellEdit::now(plan.stamp.entity(), "state", "active"),
        CellEdit::now(plan.stamp.entity(), "file", opened.file_name.as_str()),
        CellEdit::now(plan.stamp.entity(), "tasks", i64::try_from(count).unwrap_or(i64::MAX)),
    ];
    save(write, key::ORGANISATION, &cells)
}

fn task_cells(
    world: &World,
    plan: &Plan,
    choices: &Choices<'_>,
    task: &TaskPlan,
    cells: &mut Vec<CellEdit>,
    persons: &mut BTreeSet<String>,
) {
    let entity = key::entity("task", &task.id);
    let imported = |field: &str| format!("klik/{}/{field}", plan.stamp);
    if !task.has_row {
        cells.push(CellEdit::now(&entity, imported("row"), row_cell(task.row, task.base.as_deref())));
    }
    let mut own: Vec<CellEdit> = Vec::new();
    if let Some(document) = &task.moved_from {
        own.extend(moved_cells(world, &entity, &task.id, document, &task.project));
    }
    let mut written: BTreeMap<&str, &Scalar> = task.cells.iter().map(|(field, value)| (*field, value)).collect();
    for change in &task.changes {
        let fate = choices.fate(&task.id, change);
        if fate == Fate::Off {
            // What a template of the network says goes on standing where the export is not listened to.
            if world.tasks.get(&task.id).is_some_and(|known| crate::network::is_told(&known.record)) {
                written.insert(change.field, &change.last);
            } else if !task.is_new {
                written.remove(change.field);
            }
            continue;
        }
        written.insert(change.field, &change.value);
        let over = || CellEdit::now(&entity, format!("{}/over", change.field), change.value.clone());
        match (fate, change.outcome) {
            (Fate::Taken, ImportOutcome::Choose) => own.push(CellEdit::now(&entity, change.field, Scalar::Null)),
            (Fate::Kept, ImportOutcome::Updates | ImportOutcome::BackFromCompleted) => {
                // Blank must be said, or KLIK's new value would show through.
                let shown = if change.shown.is_null() { Scalar::from("") } else { change.shown.clone() };
                own.extend([CellEdit::now(&entity, change.field, shown), over()]);
            }
            (Fate::Kept, ImportOutcome::Choose) => own.push(over()),
            _ => {}
        }
    }
    for (field, value) in written {
        if matches!(field, "responsible" | "performer") {
            persons.extend(value.as_str().filter(|id| !id.is_empty()).map(str::to_owned));
        }
        cells.push(CellEdit::now(&entity, imported(field), value.clone()));
    }
    cells.append(&mut own);
}

/// A task's own values, to stand in the document of the project that KLIK moved it to.
fn moved_cells(world: &World, entity: &str, id: &str, document: &str, project: &str) -> Vec<CellEdit> {
    let Some(known) = world.tasks.get(id).filter(|known| known.document == document) else { return Vec::new() };
    let local = known.record.local.iter().map(|(field, value)| CellEdit::now(entity, field, value.clone()));
    let over = known
        .record
        .over
        .iter()
        .filter_map(|(field, values)| Some(CellEdit::now(entity, format!("{field}/over"), values.last()?.clone())));
    let here = key::project_document(project);
    let others = world.elsewhere.get(id).into_iter().flatten().filter(|other| other.document != here);
    let moved = crate::seen::moved(entity, std::iter::once(known).chain(others));
    local.chain(over.filter(|cell| cell.field != "moved/over")).chain([moved]).collect()
}

/// The values beside those of [`moved_cells`], by an author who replaces none of these.
fn moved_conflicts(world: &World, id: &str, document: &str) -> Vec<CellEdit> {
    let Some(known) = world.tasks.get(id).filter(|known| known.document == document) else { return Vec::new() };
    let record = &known.record;
    let beside = record.conflicts.iter().flat_map(|(field, values)| values.iter().map(move |value| (field, value)));
    beside
        .filter(|(field, value)| record.local.get(*field) != Some(value))
        .map(|(field, value)| CellEdit {
            entity: key::entity("task", id),
            field: field.clone(),
            value: if record.klik.get(field) == Some(value) { Scalar::Null } else { value.clone() },
            seen: Seen::Ops(Vec::new()),
        })
        .collect()
}

fn project_cells(
    world: &World,
    plan: &Plan,
    project: &str,
    project_sheet: &[tovholder_klik::ProjectRecord],
) -> Vec<CellEdit> {
    let entity = key::project_document(project);
    let imported = |field: &str| format!("klik/{}/{field}", plan.stamp);
    let known = world.projects.get(project).map(|entry| &entry.record).filter(|record| record.standing);
    let newer = known.and_then(|record| record.stamp.as_deref()).is_some_and(|newest| newest > plan.stamp.as_str());
    let rests = known.filter(|_| !newer);
    let has_row = rests.and_then(|record| record.stamp.as_deref()) == Some(plan.stamp.as_str());
    let mut cells = Vec::new();
    if !has_row {
        let base = rests.and_then(|record| record.stamp.as_deref());
        cells.push(CellEdit::now(&entity, imported("row"), row_cell(0, base)));
    }
    let listed = project_sheet.iter().find(|listed| key::project_id(&listed.code) == project);
    let values = [
        ("code", plan.projects.get(project).map(|code| Scalar::from(code.as_str()))),
        ("name", listed.and_then(|listed| listed.name.as_deref()).map(Scalar::from)),
        ("go_live", listed.and_then(|listed| listed.go_live).map(Scalar::from)),
    ];
    for (field, value) in values {
        if let Some(value) = value
            && rests.and_then(|record| record.klik.get(field)) != Some(&value)
        {
            cells.push(CellEdit::now(&entity, imported(field), value));
        }
    }
    cells
}

/// A person who is new here, in a document of their own; the import that brought them is undone there too.
fn write_person(write: &mut Write<'_>, world: &World, plan: &Plan, id: &str) -> AppResult<()> {
    let known = world.persons.get(id).is_some_and(|person| person.record.visible);
    let Some(named) = plan.persons.by_id.get(id).filter(|_| !known) else { return Ok(()) };
    let entity = key::entity("person", id);
    let imported = |field: &str| format!("klik/{}/{field}", plan.stamp);
    let mut cells = vec![
        CellEdit::now(&entity, imported("row"), row_cell(0, None)),
        CellEdit::now(&entity, imported("name"), named.name.as_str()),
    ];
    if !named.mail.is_empty() {
        cells.push(CellEdit::now(&entity, imported("mail"), named.mail.as_str()));
    }
    cells.push(CellEdit::now(plan.stamp.entity(), "state", "active"));
    save(write, &entity, &cells)
}

fn save(write: &mut Write<'_>, document: &str, cells: &[CellEdit]) -> AppResult<()> {
    write.edit(document, cells).map(|_| ()).map_err(internal)
}

fn internal(error: tovholder_store::StoreError) -> AppError {
    crate::error::of_store(&error, std::path::Path::new(""))
}
