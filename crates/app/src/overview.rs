//! What needs whom, today or on another day; and what spans cells.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use tovholder_model::{Colour, Status, TaskKind};

use crate::App;
use crate::error::AppResult;
use crate::task::{Colours, needs, status_of};
use crate::view::{ColourCounts, EmptyRole, Finding, NoArgs, OnQuery, Overview, TaskRow};
use crate::world::{Entry, World};

/// How far ahead *Kommende frister* looks, in days.
const UPCOMING_DAYS: u64 = 90;

impl App {
    /// What needs whom.
    pub fn overview(&self, args: OnQuery) -> AppResult<Overview> {
        let world = self.world()?;
        let today = self.today();
        let on = args.on.unwrap_or(today);
        let rows = Colours::on(&world, on).rows();
        let mut totals = ColourCounts::none();
        rows.iter().filter(|row| !row.archived).for_each(|row| totals.add(row.colour));
        let projects = crate::project::summaries(&world, &rows, on);
        Ok(Overview {
            on,
            today,
            cursor: world.cursor,
            totals,
            tasks: u32::try_from(rows.iter().filter(|row| !row.archived).count()).unwrap_or(u32::MAX),
            attention: attention(&rows),
            projects,
            empty_roles: empty_roles(&world, &rows, on),
            upcoming: upcoming(&rows, on),
            findings: findings(&world),
            conflicts: crate::conflict::count(&world),
            klik_differs: u32::try_from(rows.iter().map(|row| row.klik_differs.len()).sum::<usize>())
                .unwrap_or(u32::MAX),
        })
    }

    /// Everything that spans cells and wants a look.
    pub fn findings(&self, _: NoArgs) -> AppResult<Vec<Finding>> {
        Ok(findings(self.world()?.as_ref()))
    }
}

/// Red tasks, longest overdue first, then yellow ones by deadline.
fn attention(rows: &[TaskRow]) -> Vec<TaskRow> {
    let mut found: Vec<&TaskRow> =
        rows.iter().filter(|row| !row.archived && matches!(row.colour, Colour::Red | Colour::Yellow)).collect();
    found.sort_by_key(|row| (std::cmp::Reverse(row.colour), row.deadline.unwrap_or(NaiveDate::MAX), row.id.clone()));
    found.into_iter().cloned().collect()
}

fn upcoming(rows: &[TaskRow], on: NaiveDate) -> Vec<TaskRow> {
    let end = on.checked_add_days(Days::new(UPCOMING_DAYS)).unwrap_or(NaiveDate::MAX);
    let mut found: Vec<&TaskRow> = rows
        .iter()
        .filter(|row| !row.archived && row.colour != Colour::Done)
        .filter(|row| row.deadline.is_some_and(|deadline| (on..=end).contains(&deadline)))
        .collect();
    found.sort_by(|a, b| (a.deadline, &a.id).cmp(&(b.deadline, &b.id)));
    found.into_iter().cloned().collect()
}

/// Needed roles that nobody holds, those with red tasks first, then by the nearest deadline.
fn empty_roles(world: &World, rows: &[TaskRow], on: NaiveDate) -> Vec<EmptyRole> {
    let mut roles: Vec<EmptyRole> = crate::role::empty_roles(world, on)
        .into_iter()
        .filter(|(project, _)| !world.projects.get(project).is_some_and(|entry| entry.record.flag("archived")))
        .map(|(project, role)| {
            let code = world.project_code(&project);
            let waiting = rows.iter().filter(|row| {
                row.project == code
                    && row.role_id.as_deref() == Some(&role)
                    && !row.archived
                    && row.colour != Colour::Done
            });
            EmptyRole {
                name: crate::role::name_of(world, &role),
                tasks: u32::try_from(waiting.clone().count()).unwrap_or(u32::MAX),
                red: u32::try_from(waiting.clone().filter(|row| row.colour == Colour::Red).count()).unwrap_or(u32::MAX),
                next_deadline: waiting.filter_map(|row| row.deadline).min(),
                project: code,
                role,
            }
        })
        .collect();
    roles.sort_by_key(|role| {
        (
            std::cmp::Reverse(role.red),
            role.next_deadline.unwrap_or(NaiveDate::MAX),
            role.project.clone(),
            role.role.clone(),
        )
    });
    roles
}

fn findings(world: &World) -> Vec<Finding> {
    let mut found: Vec<Finding> = world.tasks.iter().flat_map(|(id, task)| findings_of_task(world, id, task)).collect();
    found.extend(findings_of_assignments(world));
    found
}

/// What spans a task's cells and wants a look.
pub(crate) fn findings_of_task(world: &World, id: &str, task: &Entry) -> Vec<Finding> {
    let record = &task.record;
    let mut found = Vec::new();
    let id = id.to_owned();
    if let (Some(start), Some(deadline)) = (record.date("start"), record.date("deadline"))
        && start > deadline
    {
        found.push(Finding::StartAfterDeadline { task: id.clone(), start, deadline });
    }
    if record.conflicts.contains_key("archived") {
        found.push(Finding::ArchivedButEdited { task: id.clone() });
    }
    let begun = matches!(status_of(task), Status::InProgress | Status::CannotMeetDeadline);
    if (record.gone || record.flag("archived")) && begun {
        found.push(Finding::GoneButOpen { task: id.clone() });
    }
    let words = [
        ("status", Status::from_code(record.text("status")).is_some()),
        ("kind", TaskKind::from_code(record.text("kind")).is_some()),
    ];
    for (field, is_known) in words {
        if !record.text(field).is_empty() && !is_known {
            let value = record.text(field).to_owned();
            found.push(Finding::UnknownValue { task: id.clone(), field: field.to_owned(), value });
        }
    }
    if waits_for_itself(world, &id) {
        found.push(Finding::PrerequisiteCircle { task: id });
    }
    found
}

/// Whether following a task's prerequisites leads back to it.
fn waits_for_itself(world: &World, id: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut ahead: Vec<&str> = world.tasks.get(id).into_iter().flat_map(needs).collect();
    while let Some(next) = ahead.pop() {
        if next == id {
            return true;
        }
        if seen.insert(next) {
            ahead.extend(world.tasks.get(next).into_iter().flat_map(needs));
        }
    }
    false
}

fn findings_of_assignments(world: &World) -> Vec<Finding> {
    let mut found = Vec::new();
    let alive: Vec<&Entry> = world.assignments.values().filter(|entry| !entry.record.flag("archived")).collect();
    for (index, entry) in alive.iter().enumerate() {
        let record = &entry.record;
        let names = || {
            let project = world.project_code(&entry.project);
            (project, crate::role::name_of(world, record.text("role")), world.person_name(record.text("person")))
        };
        if let (Some(from), Some(to)) = (record.date("from"), record.date("to"))
            && to < from
        {
            let (project, role, person) = names();
            found.push(Finding::PeriodBackwards { project, role, person });
        }
        let twice = alive.iter().skip(index + 1).any(|other| {
            other.project == entry.project
                && ["role", "person"].iter().all(|field| other.record.text(field) == record.text(field))
                && overlap(entry, other)
        });
        if twice {
            let (project, role, person) = names();
            found.push(Finding::RoleFilledTwice { project, role, person });
        }
    }
    found
}

fn overlap(a: &Entry, b: &Entry) -> bool {
    let from = |entry: &Entry| entry.record.date("from").unwrap_or(NaiveDate::MIN);
    let to = |entry: &Entry| entry.record.date("to").unwrap_or(NaiveDate::MAX);
    from(a) <= to(b) && from(b) <= to(a)
}
