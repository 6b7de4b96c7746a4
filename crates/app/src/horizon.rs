//! What is coming in the next months: what falls due, which roles it needs and who has them, and where several projects want
//! the same person in the same month.
//!
//! Computed from the tasks and the assignments as they stand; nothing of it is stored, so it cannot go stale. What is overdue
//! is on the overview and not here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};
use tovholder_model::{Colour, key};

use crate::App;
use crate::error::AppResult;
use crate::task::Colours;
use crate::view::{
    AssignmentRow, ColourCounts, Horizon, HorizonClash, HorizonMonth, HorizonNeed, HorizonQuery, Needed, PersonRef,
    TaskRow,
};
use crate::world::World;

/// Months when nobody says how many: what the programme leaders asked for, six to eight.
const MONTHS: u8 = 8;
/// Months at most.
const MONTHS_MAX: u8 = 24;

impl App {
    /// What is coming in the next months.
    pub fn horizon(&self, args: HorizonQuery) -> AppResult<Horizon> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let count = u32::from(args.months.unwrap_or(MONTHS).clamp(1, MONTHS_MAX));
        let first = on.with_day(1).unwrap_or(on);
        let after = first.checked_add_months(Months::new(count)).unwrap_or(on);
        let until = after.pred_opt().unwrap_or(on);
        let rows = Colours::on(&world, on).rows();
        let open: Vec<&TaskRow> = rows.iter().filter(|row| row.colour != Colour::Done && !row.archived).collect();
        let coming: Vec<&TaskRow> =
            open.iter().filter(|row| row.deadline.is_some_and(|day| day >= on && day <= until)).copied().collect();
        let held = crate::role::assignments(&world, on);
        let months: Vec<NaiveDate> =
            (0..count).filter_map(|number| first.checked_add_months(Months::new(number))).collect();
        Ok(Horizon {
            on,
            until,
            cursor: world.cursor,
            months: months.into_iter().map(|month| month_of(&world, month, &coming, &open, on)).collect(),
            needs: needs(&world, &coming, &held),
            clashes: clashes(&coming, &held),
        })
    }
}

fn in_month(day: NaiveDate, month: NaiveDate) -> bool {
    (day.year(), day.month()) == (month.year(), month.month())
}

fn month_of(world: &World, month: NaiveDate, coming: &[&TaskRow], open: &[&TaskRow], on: NaiveDate) -> HorizonMonth {
    let due = |row: &&&TaskRow| row.deadline.is_some_and(|day| in_month(day, month));
    let mut tasks: Vec<TaskRow> = coming.iter().filter(due).map(|row| (*row).clone()).collect();
    tasks.sort_by(|a, b| (a.deadline, &a.id).cmp(&(b.deadline, &b.id)));
    let mut counts = ColourCounts::none();
    for row in &tasks {
        counts.add(row.colour);
    }
    let begins = |row: &&&TaskRow| row.start.is_some_and(|day| day >= on && in_month(day, month));
    let live = |entry: &crate::world::Entry| {
        let day = entry.record.date("go_live").filter(|day| *day >= on);
        !entry.record.flag("archived") && day.is_some_and(|day| in_month(day, month))
    };
    HorizonMonth {
        month,
        tasks,
        counts,
        begin: size(open.iter().filter(begins).count()),
        go_live: world.projects.iter().filter(|(_, entry)| live(entry)).map(|(id, _)| world.project_code(id)).collect(),
    }
}

fn size(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Whether an assignment covers a day.
fn covers(row: &AssignmentRow, day: NaiveDate) -> bool {
    row.from.is_none_or(|from| from <= day) && row.to.is_none_or(|to| to >= day)
}

fn holding<'a>(
    held: &'a [AssignmentRow],
    project: &'a str,
    role: &'a str,
) -> impl Iterator<Item = &'a AssignmentRow> + Clone {
    held.iter().filter(move |row| row.project == project && row.role == role)
}

fn needs(world: &World, coming: &[&TaskRow], held: &[AssignmentRow]) -> Vec<HorizonNeed> {
    let mut days: BTreeMap<(&str, &str), Vec<NaiveDate>> = BTreeMap::new();
    for row in coming {
        if let (Some(role), Some(day)) = (row.role_id.as_deref(), row.deadline) {
            days.entry((row.project.as_str(), role)).or_default().push(day);
        }
    }
    let mut found: Vec<HorizonNeed> = days
        .into_iter()
        // What the municipality has said it does not need is no need.
        .filter(|((project, role), _)| crate::role::needed(world, &key::project_id(project), role) != Needed::No)
        .filter_map(|((project, role), mut days)| {
            days.sort_unstable();
            let first = *days.first()?;
            let mut holders: Vec<PersonRef> = Vec::new();
            for row in holding(held, project, role).filter(|row| days.iter().any(|day| covers(row, *day))) {
                if !holders.iter().any(|known| known.id == row.person.id) {
                    holders.push(row.person.clone());
                }
            }
            let empty = |day: &NaiveDate| !holding(held, project, role).any(|row| covers(row, *day));
            Some(HorizonNeed {
                role: role.to_owned(),
                name: crate::role::name_of(world, role),
                project: project.to_owned(),
                tasks: size(days.len()),
                first,
                holders,
                empty_on: days.iter().copied().find(|day| empty(day)),
            })
        })
        .collect();
    found.sort_by(|a, b| {
        let rank = |need: &HorizonNeed| (need.empty_on.is_none(), need.empty_on, need.first);
        (rank(a), &a.project, &a.name).cmp(&(rank(b), &b.project, &b.name))
    });
    found
}

/// Tasks and projects of a person in a month.
type Wanted<'a> = (PersonRef, BTreeSet<&'a str>, BTreeSet<&'a str>);

fn clashes(coming: &[&TaskRow], held: &[AssignmentRow]) -> Vec<HorizonClash> {
    let mut wanted: BTreeMap<(NaiveDate, String), Wanted<'_>> = BTreeMap::new();
    for row in coming {
        let Some(day) = row.deadline else { continue };
        let month = day.with_day(1).unwrap_or(day);
        let by_role = row.role_id.as_deref().into_iter();
        let by_role = by_role.flat_map(|role| holding(held, &row.project, role)).filter(|one| covers(one, day));
        let people = by_role.map(|one| &one.person).chain(&row.responsible).chain(&row.performer);
        for person in people {
            let (_, tasks, projects) = wanted
                .entry((month, person.id.clone()))
                .or_insert_with(|| (person.clone(), BTreeSet::new(), BTreeSet::new()));
            tasks.insert(row.id.as_str());
            projects.insert(row.project.as_str());
        }
    }
    let mut found: Vec<HorizonClash> = wanted
        .into_iter()
        .filter(|(_, (_, _, projects))| projects.len() > 1)
        .map(|((month, _), (person, tasks, projects))| HorizonClash {
            person,
            month,
            tasks: size(tasks.len()),
            projects: projects.into_iter().map(str::to_owned).collect(),
        })
        .collect();
    found.sort_by(|a, b| {
        let rank = |clash: &HorizonClash| (clash.month, usize::MAX - clash.projects.len(), u32::MAX - clash.tasks);
        (rank(a), &a.person.name, &a.person.id).cmp(&(rank(b), &b.person.name, &b.person.id))
    });
    found
}
