//! Projects over time: what falls due when, what was to fall due and moved, and when they go live.
//!
//! Computed from the tasks as they stand, as the horizon is; the horizon looks ahead by month, this from the first day to the
//! last.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use tovholder_model::key;

use crate::App;
use crate::error::AppResult;
use crate::task::Colours;
use crate::view::{ColourCounts, TaskRow, Timeline, TimelineCell, TimelineQuery, TimelineRow, TimelineUnit};
use crate::world::World;

/// Columns at most: a date that is far out of the way does not make a page of empty ones.
const COLUMNS_MAX: usize = 120;

impl TimelineUnit {
    fn months(self) -> u32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// The first day of the column that a day lies in.
    fn first(self, day: NaiveDate) -> NaiveDate {
        let month = (day.month0() / self.months()) * self.months() + 1;
        NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day)
    }
}

/// A project's tasks that are not put away, and when it goes live.
#[derive(Default)]
struct Of<'r> {
    tasks: Vec<&'r TaskRow>,
    go_live: Option<NaiveDate>,
}

impl Of<'_> {
    /// Every day that it is about: starts, deadlines, where deadlines stood before, going live.
    fn days(&self) -> impl Iterator<Item = NaiveDate> {
        let of_tasks = self.tasks.iter().flat_map(|row| row.start.into_iter().chain(row.deadline));
        of_tasks.chain(self.tasks.iter().flat_map(|row| row.earlier_deadlines.iter().copied())).chain(self.go_live)
    }
}

impl App {
    /// Projects over time.
    pub fn timeline(&self, args: TimelineQuery) -> AppResult<Timeline> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let rows = Colours::on(&world, on).rows();
        Ok(timeline(&world, &rows, on, args.unit.unwrap_or_default()))
    }
}

fn timeline(world: &World, rows: &[TaskRow], on: NaiveDate, unit: TimelineUnit) -> Timeline {
    let mut projects: BTreeMap<String, Of<'_>> = BTreeMap::new();
    for row in rows.iter().filter(|row| !row.archived) {
        projects.entry(key::project_id(&row.project)).or_default().tasks.push(row);
    }
    let put_away = |id: &str| world.projects.get(id).is_some_and(|entry| entry.record.flag("archived"));
    for (id, entry) in world.projects.iter().filter(|(id, _)| !put_away(id)) {
        projects.entry(id.clone()).or_default().go_live = entry.record.date("go_live");
    }
    projects.retain(|id, of| !put_away(id) && of.days().next().is_some());
    let columns = columns(projects.values().flat_map(Of::days), on, unit);
    let mut told: Vec<(Option<NaiveDate>, TimelineRow)> =
        projects.iter().map(|(id, of)| (of.days().min(), row(world, id, of, &columns, unit))).collect();
    told.sort_by(|(a_first, a), (b_first, b)| {
        (a_first, a.project.to_lowercase()).cmp(&(b_first, b.project.to_lowercase()))
    });
    let now = columns.iter().position(|first| *first == unit.first(on));
    Timeline {
        on,
        now: now.and_then(|now| u32::try_from(now).ok()),
        columns,
        rows: told.into_iter().map(|(_, row)| row).collect(),
        cursor: world.cursor,
    }
}

/// From the first day to the last; the nearest around the shown day when that is more than a page holds.
fn columns(days: impl Iterator<Item = NaiveDate>, on: NaiveDate, unit: TimelineUnit) -> Vec<NaiveDate> {
    let firsts: Vec<NaiveDate> = days.map(|day| unit.first(day)).collect();
    let (Some(first), Some(last)) = (firsts.iter().min(), firsts.iter().max()) else { return Vec::new() };
    let half = Months::new(unit.months() * u32::try_from(COLUMNS_MAX / 2).unwrap_or(u32::MAX));
    let now = unit.first(on);
    let first = now.checked_sub_months(half).map_or(*first, |earliest| earliest.max(*first));
    let mut columns = Vec::new();
    let mut at = Some(first);
    while let Some(day) = at.filter(|day| *day <= *last && columns.len() < COLUMNS_MAX) {
        columns.push(day);
        at = day.checked_add_months(Months::new(unit.months()));
    }
    columns
}

fn row(world: &World, id: &str, of: &Of<'_>, columns: &[NaiveDate], unit: TimelineUnit) -> TimelineRow {
    let record = world.projects.get(id).map(|entry| entry.record.clone()).unwrap_or_default();
    let stands = || of.tasks.iter().flat_map(|row| row.start.into_iter().chain(row.deadline)).chain(of.go_live);
    let (first, last) = (stands().min(), stands().max());
    let size = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let cell = |column: &NaiveDate| {
        let here = |day: NaiveDate| unit.first(day) == *column;
        let mut due: Vec<&TaskRow> = of.tasks.iter().filter(|row| row.deadline.is_some_and(here)).copied().collect();
        due.sort_by(|a, b| (a.deadline, &a.id).cmp(&(b.deadline, &b.id)));
        let mut counts = ColourCounts::none();
        for row in &due {
            counts.add(row.colour);
        }
        // A deadline that moved within its column has not moved as far as the column shows.
        let left =
            |row: &&&TaskRow| row.earlier_deadlines.iter().any(|day| here(*day)) && !row.deadline.is_some_and(here);
        TimelineCell {
            counts,
            gravest: due.iter().map(|row| row.colour).max(),
            moved: size(of.tasks.iter().filter(left).count()),
            go_live: of.go_live.is_some_and(here),
            inside: first.is_some_and(|first| unit.first(first) <= *column) && last.is_some_and(|last| *column <= last),
            tasks: due.iter().map(|row| row.id.clone()).collect(),
        }
    };
    TimelineRow {
        project: world.project_code(id),
        name: record.text("name").to_owned(),
        phase: record.text("phase").to_owned(),
        cells: columns.iter().map(cell).collect(),
        undated: size(of.tasks.iter().filter(|row| row.deadline.is_none()).count()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_column_begins_with_its_month_quarter_or_year() {
        let firsts = |text: &str| {
            [TimelineUnit::Month, TimelineUnit::Quarter, TimelineUnit::Year]
                .map(|unit| unit.first(day(text)).to_string())
        };
        assert_eq!(firsts("2018-06-14"), ["2018-06-01", "2018-04-01", "2018-01-01"]);
        assert_eq!(firsts("2018-12-31"), ["2018-12-01", "2018-10-01", "2018-01-01"]);
    }

    #[test]
    fn a_date_far_out_of_the_way_makes_no_page_of_empty_columns() {
        let on = day("2018-06-14");
        let days = || ["1970-01-01", "2018-06-01", "2019-01-31"].into_iter().map(day);
        let columns = columns(days(), on, TimelineUnit::Month);
        assert!(columns.len() <= COLUMNS_MAX);
        assert!(columns.contains(&day("2018-06-01")) && columns.contains(&day("2019-01-01")));
        let years = super::columns(days(), on, TimelineUnit::Year);
        assert_eq!((years.len(), years.first().copied()), (50, Some(day("1970-01-01"))));
        assert!(super::columns(std::iter::empty(), on, TimelineUnit::Month).is_empty());
    }
}
