//! What needs whom, today or on another day; and what spans cells.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use tovholder_model::{Colour, DAYS_NOT_BEGUN_MAX, Reason, Status, TaskKind};

use crate::App;
use crate::error::AppResult;
use crate::task::{Colours, needs, status_of};
use crate::view::{
    ColourCounts, EmptyRole, Finding, NoArgs, Overview, OverviewCounts, OverviewQuery, ProjectSummary, TaskRow,
};
use crate::world::{Entry, World};

/// How far ahead *Kommende frister* looks, in days.
const UPCOMING_DAYS: i64 = 90;

impl App {
    /// What needs whom.
    pub fn overview(&self, args: OverviewQuery) -> AppResult<Overview> {
        let world = self.world()?;
        let today = self.today();
        Ok(overview(&world, args.on.unwrap_or(today), today, args.most))
    }

    /// Everything that spans cells and wants a look.
    pub fn findings(&self, _: NoArgs) -> AppResult<Vec<Finding>> {
        Ok(findings(self.world()?.as_ref(), self.today()))
    }
}

/// The overview of a day, its lists cut to the first `most` rows.
pub(crate) fn overview(world: &World, on: NaiveDate, today: NaiveDate, most: Option<u32>) -> Overview {
    let size = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let rows = Colours::on(world, on).rows();
    let mut totals = ColourCounts::none();
    rows.iter().filter(|row| !row.archived).for_each(|row| totals.add(row.colour));
    let attention = attention(&rows);
    let needs_today: Vec<&TaskRow> = attention.iter().filter(|row| needs_today(row, on)).copied().collect();
    let months = upcoming(&rows, on);
    let empty_roles = empty_roles(world, &rows, on);
    let findings = findings(world, today);
    let escalations = crate::escalation::rows(world, on, false);
    let first = |rows: &[&TaskRow]| rows.iter().take(most).map(|row| (*row).clone()).collect::<Vec<_>>();
    Overview {
        on,
        today,
        cursor: world.cursor,
        totals,
        tasks: size(rows.iter().filter(|row| !row.archived).count()),
        counts: OverviewCounts {
            attention: size(attention.len()),
            needs_today: size(needs_today.len()),
            empty_roles: size(empty_roles.len()),
            d30: size(months[0].len()),
            d60: size(months[1].len()),
            d90: size(months[2].len()),
            findings: size(findings.len()),
            escalations: size(escalations.len()),
        },
        attention: first(&attention),
        needs_today: first(&needs_today),
        projects: projects(world, &rows, on, most),
        empty_roles: empty_roles.into_iter().take(most).collect(),
        upcoming: months.iter().flat_map(|month| first(month)).collect(),
        findings: findings.into_iter().take(most).collect(),
        escalations: escalations.into_iter().take(most).collect(),
        conflicts: crate::conflict::count(world),
        klik_differs: size(rows.iter().map(|row| row.klik_differs.len()).sum()),
    }
}

/// Every project; where lists are cut, without the lists inside it, which its own page shows.
fn projects(world: &World, rows: &[TaskRow], on: NaiveDate, most: usize) -> Vec<ProjectSummary> {
    let mut projects = crate::project::summaries(world, rows, on);
    if most < usize::MAX {
        for project in &mut projects {
            project.next_deadlines.clear();
            project.roles_empty.clear();
        }
    }
    projects
}

/// Red tasks, longest overdue first, then yellow ones by deadline.
fn attention(rows: &[TaskRow]) -> Vec<&TaskRow> {
    let mut found: Vec<&TaskRow> =
        rows.iter().filter(|row| !row.archived && matches!(row.colour, Colour::Red | Colour::Yellow)).collect();
    found.sort_by(|a, b| {
        let rank = |row: &TaskRow| (std::cmp::Reverse(row.colour), row.deadline.unwrap_or(NaiveDate::MAX));
        (rank(a), &a.id).cmp(&(rank(b), &b.id))
    });
    found
}

/// Whether a task will not wait: every red one, and the yellow ones whose deadline is near, for which someone asked for
/// action, or where two values stand. The other yellow ones are a click away.
fn needs_today(row: &TaskRow, on: NaiveDate) -> bool {
    let asked = row.reasons.iter().any(|reason| matches!(reason, Reason::ActionNeeded));
    let near = row.deadline.is_some_and(|deadline| (deadline - on).num_days() <= DAYS_NOT_BEGUN_MAX);
    row.colour == Colour::Red || asked || !row.conflicts.is_empty() || near
}

/// Open tasks with a deadline in 0 to 30, 31 to 60 and 61 to 90 days, nearest first.
fn upcoming(rows: &[TaskRow], on: NaiveDate) -> [Vec<&TaskRow>; 3] {
    let mut months: [Vec<&TaskRow>; 3] = Default::default();
    for row in rows.iter().filter(|row| !row.archived && row.colour != Colour::Done) {
        let Some(days) = row.deadline.map(|deadline| (deadline - on).num_days()) else { continue };
        match days {
            0..=30 => months[0].push(row),
            31..=60 => months[1].push(row),
            61..=UPCOMING_DAYS => months[2].push(row),
            _ => {}
        }
    }
    for month in &mut months {
        month.sort_by(|a, b| (a.deadline, &a.id).cmp(&(b.deadline, &b.id)));
    }
    months
}

/// Needed roles that nobody holds: most red tasks first, then most tasks, then the nearest deadline.
fn empty_roles(world: &World, rows: &[TaskRow], on: NaiveDate) -> Vec<EmptyRole> {
    let mut waiting: HashMap<(&str, &str), Vec<&TaskRow>> = HashMap::new();
    for row in rows.iter().filter(|row| !row.archived && row.colour != Colour::Done) {
        if let Some(role) = &row.role_id {
            waiting.entry((&row.project, role)).or_default().push(row);
        }
    }
    let size = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let mut roles: Vec<EmptyRole> = crate::role::empty_roles(world, on)
        .into_iter()
        .filter(|(project, _)| !world.projects.get(project).is_some_and(|entry| entry.record.flag("archived")))
        .map(|(project, role)| {
            let code = world.project_code(&project);
            let waiting = waiting.get(&(code.as_str(), role.as_str())).map(Vec::as_slice).unwrap_or_default();
            EmptyRole {
                name: crate::role::name_of(world, &role),
                tasks: size(waiting.len()),
                red: size(waiting.iter().filter(|row| row.colour == Colour::Red).count()),
                next_deadline: waiting.iter().filter_map(|row| row.deadline).min(),
                project: code,
                role,
            }
        })
        .collect();
    let rank = |role: &EmptyRole| {
        let next = role.next_deadline.unwrap_or(NaiveDate::MAX);
        (std::cmp::Reverse(role.red), std::cmp::Reverse(role.tasks), next)
    };
    roles.sort_by(|a, b| (rank(a), &a.project, &a.role).cmp(&(rank(b), &b.project, &b.role)));
    roles
}

fn findings(world: &World, today: NaiveDate) -> Vec<Finding> {
    let mut found: Vec<Finding> = world.tasks.iter().flat_map(|(id, task)| findings_of_task(world, id, task)).collect();
    found.extend(findings_of_assignments(world, today));
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
    if record.conflicts.contains_key("archived") || crate::seen::archived_unseen(task) {
        found.push(Finding::ArchivedButEdited { task: id.clone() });
    }
    for left in crate::seen::left_behind(world, &id, task) {
        found.push(Finding::MovedButEdited { task: id.clone(), from: world.project_code(&left.project) });
    }
    let begun = matches!(status_of(task), Status::InProgress | Status::CannotMeetDeadline);
    if (record.gone || record.flag("archived")) && begun {
        found.push(Finding::GoneButOpen { task: id.clone() });
    }
    if !status_of(task).is_done() && !record.gone && !record.flag("archived") {
        let carried: BTreeSet<&str> = [record.text("responsible"), record.text("performer")].into();
        for person in carried.into_iter().filter(|person| is_archived(world, person)) {
            found.push(Finding::PersonArchived { task: id.clone(), person: world.person_name(person) });
        }
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

fn is_archived(world: &World, person: &str) -> bool {
    world.persons.get(person).is_some_and(|entry| entry.record.flag("archived"))
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

fn findings_of_assignments(world: &World, today: NaiveDate) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut same: HashMap<(&str, &str), Vec<(&str, &Entry)>> = HashMap::new();
    for (id, entry) in world.assignments.iter().filter(|(_, entry)| !entry.record.flag("archived")) {
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
        let others = same.entry((&entry.project, record.text("role"))).or_default();
        let at_once = || others.iter().filter(|(_, other)| overlap(entry, other));
        let is_same = |other: &Entry| other.record.text("person") == record.text("person");
        if at_once().any(|(_, other)| is_same(other)) {
            let (project, role, person) = names();
            found.push(Finding::RoleFilledTwice { project, role, person });
        }
        let lasts = |entry: &Entry| entry.record.date("to").is_none_or(|to| to >= today);
        for (other_id, other) in at_once().filter(|(_, other)| !is_same(other) && lasts(entry) && lasts(other)) {
            // A role may be shared. It is the two who did not know of each other that want a look.
            let knew = |record: &tovholder_model::Record, id: &str| crate::seen::saw(record, crate::seen::ROLE, id);
            if (knew(record, other_id), knew(&other.record, id)) == (Some(false), Some(false)) {
                let (project, role, person) = names();
                let other = world.person_name(other.record.text("person"));
                found.push(Finding::RoleFilledApart { project, role, person, other });
            }
        }
        if is_archived(world, record.text("person")) && lasts(entry) {
            let (project, role, person) = names();
            found.push(Finding::HolderArchived { project, role, person });
        }
        others.push((id, entry));
    }
    found
}

fn overlap(a: &Entry, b: &Entry) -> bool {
    let from = |entry: &Entry| entry.record.date("from").unwrap_or(NaiveDate::MIN);
    let to = |entry: &Entry| entry.record.date("to").unwrap_or(NaiveDate::MAX);
    from(a) <= to(b) && from(b) <= to(a)
}
