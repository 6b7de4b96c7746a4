//! What is coming: the next months, the roles they need, and who is wanted by several projects at once.

use chrono::{Datelike, NaiveDate};
use clap::Args;
use serde::Serialize;
use tovholder_app::view::{ColourCounts, Horizon, HorizonClash, HorizonQuery, PersonRef};
use tovholder_model::Colour;

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::json::TaskBrief;
use crate::print::{Cell, Table};
use crate::session::Session;

/// How far ahead.
#[derive(Debug, Args)]
pub struct HorizonArgs {
    /// How many months, this one included
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=24))]
    pub months: u8,
    /// From which day.
    #[command(flatten)]
    pub on: OnArgs,
}

#[derive(Debug, Serialize)]
struct HorizonJson<'a> {
    on: NaiveDate,
    until: NaiveDate,
    months: Vec<MonthJson<'a>>,
    needs: Vec<NeedJson<'a>>,
    clashes: Vec<ClashJson<'a>>,
}

#[derive(Debug, Serialize)]
struct MonthJson<'a> {
    month: String,
    counts: &'a ColourCounts,
    begin: u32,
    go_live: &'a [String],
    tasks: Vec<TaskBrief<'a>>,
}

#[derive(Debug, Serialize)]
struct NeedJson<'a> {
    project: &'a str,
    role: &'a str,
    name: &'a str,
    tasks: u32,
    first: NaiveDate,
    holders: &'a [PersonRef],
    empty_on: Option<NaiveDate>,
}

#[derive(Debug, Serialize)]
struct ClashJson<'a> {
    person: &'a PersonRef,
    month: String,
    tasks: u32,
    projects: &'a [String],
}

/// `2018-07`.
fn month(first: NaiveDate) -> String {
    first.format("%Y-%m").to_string()
}

/// `horizon`.
pub fn run(session: &mut Session, args: &HorizonArgs) -> Outcome<()> {
    let horizon = session.app.horizon(HorizonQuery { on: args.on.on, months: Some(args.months) })?;
    if session.json {
        let texts = &session.texts;
        let months = horizon.months.iter().map(|one| MonthJson {
            month: month(one.month),
            counts: &one.counts,
            begin: one.begin,
            go_live: &one.go_live,
            tasks: TaskBrief::list(&one.tasks, texts),
        });
        let needs = horizon.needs.iter().map(|need| NeedJson {
            project: &need.project,
            role: &need.role,
            name: &need.name,
            tasks: need.tasks,
            first: need.first,
            holders: &need.holders,
            empty_on: need.empty_on,
        });
        let clashes = horizon.clashes.iter().map(|clash| ClashJson {
            person: &clash.person,
            month: month(clash.month),
            tasks: clash.tasks,
            projects: &clash.projects,
        });
        let json = HorizonJson {
            on: horizon.on,
            until: horizon.until,
            months: months.collect(),
            needs: needs.collect(),
            clashes: clashes.collect(),
        };
        return session.out.json(&json);
    }
    print(session, &horizon)
}

fn print(session: &mut Session, horizon: &Horizon) -> Outcome<()> {
    let texts = &session.texts;
    let mut months = Table::new(vec![
        Cell::text(texts.get("head.month")),
        Cell::right(texts.get("head.tasks")),
        Cell::right(texts.colour(Colour::Red)),
        Cell::right(texts.colour(Colour::Yellow)),
        Cell::right(texts.get("head.begin")),
        Cell::text(texts.field("go_live")),
    ])
    .elastic(5);
    for one in &horizon.months {
        months.row(vec![
            Cell::text(named(session, one.month)),
            Cell::right(one.tasks.len()),
            Cell::count(Colour::Red, one.counts.red),
            Cell::count(Colour::Yellow, one.counts.yellow),
            Cell::right(one.begin),
            Cell::text(if one.go_live.is_empty() { "–".to_owned() } else { one.go_live.join(", ") }),
        ]);
    }
    session.out.table(&months)?;
    let texts = &session.texts;
    session.out.heading(&texts.count("horizon.needs", horizon.needs.len()))?;
    let mut needs = Table::new(vec![
        Cell::text(texts.get("head.role")),
        Cell::text(texts.get("head.project")),
        Cell::right(texts.get("head.tasks")),
        Cell::text(texts.get("head.deadline")),
        Cell::text(texts.get("head.held_by")),
    ])
    .elastic(4);
    for need in &horizon.needs {
        let names: Vec<&str> = need.holders.iter().map(|holder| holder.name.as_str()).collect();
        let held = match need.empty_on {
            Some(day) => {
                let empty = texts.fill("horizon.empty", &[("day", &texts.date(day))]);
                let all = if names.is_empty() { empty } else { format!("{}; {empty}", names.join(", ")) };
                Cell::coloured(Colour::Red, all)
            }
            None => Cell::text(names.join(", ")),
        };
        needs.row(vec![
            Cell::text(&need.name),
            Cell::text(&need.project),
            Cell::right(need.tasks),
            Cell::text(texts.date(need.first)),
            held,
        ]);
    }
    if !horizon.needs.is_empty() {
        session.out.table(&needs)?;
    }
    session.out.heading(&session.texts.count("horizon.clashes", horizon.clashes.len()))?;
    for clash in &horizon.clashes {
        let line = told(session, clash);
        session.out.line(&line)?;
    }
    Ok(())
}

fn told(session: &Session, clash: &HorizonClash) -> String {
    let tasks = session.texts.count("tasks", usize::try_from(clash.tasks).unwrap_or(usize::MAX));
    format!("{}: {}, {tasks} ({})", named(session, clash.month), clash.person.name, clash.projects.join(", "))
}

/// »juli 2018«.
fn named(session: &Session, first: NaiveDate) -> String {
    format!("{} {}", session.texts.word("month", &first.month().to_string()), first.year())
}
