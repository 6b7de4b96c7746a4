//! Projects with everything that a list shows of them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use tovholder_model::{Colour, key};

use crate::App;
use crate::error::AppResult;
use crate::role::RoleCounts;
use crate::task::Colours;
use crate::view::{ColourCounts, OnQuery, ProjectList, ProjectSummary, TaskRow};
use crate::world::World;

/// How many of the next tasks to fall due a project shows.
const NEXT_DEADLINES_MAX: usize = 3;

impl ColourCounts {
    /// Nothing counted yet.
    pub fn none() -> Self {
        Self { red: 0, yellow: 0, green: 0, grey: 0, done: 0 }
    }

    /// Counts one task.
    pub fn add(&mut self, colour: Colour) {
        let counter = match colour {
            Colour::Red => &mut self.red,
            Colour::Yellow => &mut self.yellow,
            Colour::Green => &mut self.green,
            Colour::Grey => &mut self.grey,
            Colour::Done => &mut self.done,
        };
        *counter += 1;
    }
}

impl App {
    /// All projects, gravest first.
    pub fn projects(&self, args: OnQuery) -> AppResult<ProjectList> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let rows = Colours::on(&world, on).rows();
        Ok(ProjectList { on, cursor: world.cursor, projects: summaries(&world, &rows, on) })
    }
}

/// Every project, by red, then yellow, then name; archived ones last.
pub(crate) fn summaries(world: &World, rows: &[TaskRow], on: NaiveDate) -> Vec<ProjectSummary> {
    let mut by_project: BTreeMap<&str, Vec<&TaskRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.archived) {
        by_project.entry(row.project.as_str()).or_default().push(row);
    }
    let ids = world.project_ids();
    let mut roles = crate::role::counts(world, &ids, on);
    let conflicts = crate::conflict::count_by_project(world);
    let mut summaries: Vec<ProjectSummary> = ids
        .iter()
        .map(|id| {
            let tasks = by_project.get(world.project_code(id).as_str()).map(Vec::as_slice).unwrap_or_default();
            let conflicts = conflicts.get(id.as_str()).copied().unwrap_or_default();
            summary(world, id, tasks, roles.remove(id.as_str()).unwrap_or_default(), conflicts, on)
        })
        .collect();
    summaries.sort_by(|a, b| {
        let rank =
            |p: &ProjectSummary| (p.archived, std::cmp::Reverse(p.counts.red), std::cmp::Reverse(p.counts.yellow));
        (rank(a), a.id.to_lowercase()).cmp(&(rank(b), b.id.to_lowercase()))
    });
    summaries
}

fn summary(
    world: &World,
    id: &str,
    tasks: &[&TaskRow],
    roles: RoleCounts,
    conflicts: usize,
    on: NaiveDate,
) -> ProjectSummary {
    let record = world.projects.get(id).map(|entry| entry.record.clone()).unwrap_or_default();
    let mut counts = ColourCounts::none();
    for row in tasks {
        counts.add(row.colour);
    }
    let mut ahead: Vec<&TaskRow> = tasks
        .iter()
        .filter(|row| row.colour != Colour::Done && row.deadline.is_some_and(|deadline| deadline >= on))
        .copied()
        .collect();
    ahead.sort_by(|a, b| (a.deadline, &a.id).cmp(&(b.deadline, &b.id)));
    let size = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let text = |field: &str| record.text(field).to_owned();
    ProjectSummary {
        entity: key::project_document(id),
        name: text("name"),
        owner: world.person_ref(record.text("owner")),
        leader: world.person_ref(record.text("leader")),
        phase: text("phase"),
        rollout: text("rollout"),
        pilots: text("pilots"),
        go_live: record.date("go_live"),
        note: text("note"),
        archived: record.flag("archived"),
        tasks: size(tasks.len()),
        gone: size(tasks.iter().filter(|row| row.gone).count()),
        roles_needed: size(roles.needed),
        roles_empty: roles.empty,
        roles_unassessed: size(roles.unassessed),
        next_deadline: ahead.first().and_then(|row| row.deadline),
        next_deadlines: ahead.into_iter().take(NEXT_DEADLINES_MAX).cloned().collect(),
        conflicts: size(conflicts),
        counts,
        id: world.project_code(id),
    }
}
