//! `tasks`: all of them, filtered.

use std::collections::BTreeMap;

use clap::Args;
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{OnQuery, PersonRef, TaskRow, TasksQuery};
use tovholder_model::{Colour, Status};

use crate::args::OnArgs;
use crate::conflicts::by_task;
use crate::failure::Outcome;
use crate::json::TaskJson;
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::texts::Texts;
use crate::values;

/// Filters; a task must pass each that is given, and a filter given twice takes either.
#[derive(Debug, Args)]
pub struct TasksArgs {
    /// Only this project, by short name
    #[arg(long)]
    pub project: Vec<String>,
    /// Only this colour: red, yellow, green, grey, done, or its Danish word
    #[arg(long, visible_alias = "color")]
    pub colour: Vec<String>,
    /// Only where this person is ansvarlig, by name or id; empty for tasks without one
    #[arg(long)]
    pub responsible: Vec<String>,
    /// Only where this person is udfører, by name or id; empty for tasks without one
    #[arg(long)]
    pub performer: Vec<String>,
    /// Only this status, by code or word
    #[arg(long)]
    pub status: Vec<String>,
    /// As of which day.
    #[command(flatten)]
    pub on: OnArgs,
    /// Leave out tasks that are gone from the export
    #[arg(long)]
    pub hide_gone: bool,
    /// Put-away tasks too
    #[arg(long)]
    pub archived: bool,
}

/// The filters, understood.
struct Filter<'a> {
    args: &'a TasksArgs,
    colours: Vec<Colour>,
    statuses: Vec<Status>,
}

impl<'a> Filter<'a> {
    fn new(args: &'a TasksArgs) -> Outcome<Self> {
        let colours = args.colour.iter().map(|word| values::colour(word)).collect::<Outcome<_>>()?;
        let statuses = args.status.iter().map(|word| values::status(word)).collect::<Outcome<_>>()?;
        Ok(Self { args, colours, statuses })
    }

    fn takes(&self, row: &TaskRow) -> bool {
        let args = self.args;
        (args.archived || !row.archived)
            && (!args.hide_gone || !row.gone)
            && (self.colours.is_empty() || self.colours.contains(&row.colour))
            && (self.statuses.is_empty() || self.statuses.contains(&row.status))
            && (args.project.is_empty() || args.project.iter().any(|project| same(project, &row.project)))
            && is_one_of(&args.responsible, row.responsible.as_ref())
            && is_one_of(&args.performer, row.performer.as_ref())
    }
}

fn is_one_of(wanted: &[String], person: Option<&PersonRef>) -> bool {
    let is = |wanted: &String| match person {
        Some(person) => person.id == *wanted || same(wanted, &person.name),
        None => wanted.trim().is_empty(),
    };
    wanted.is_empty() || wanted.iter().any(is)
}

fn same(wanted: &str, name: &str) -> bool {
    wanted.trim().to_lowercase() == name.to_lowercase()
}

/// `tasks`: by project, then id.
pub fn run(session: &mut Session, args: &TasksArgs) -> Outcome<()> {
    let filter = Filter::new(args)?;
    let mut rows = session.app.tasks(TasksQuery { on: args.on.on })?.rows;
    rows.retain(|row| filter.takes(row));
    rows.sort_by(|one, other| (&one.project, &one.id).cmp(&(&other.project, &other.id)));
    if rows.is_empty() {
        refuse_unknown(session, args)?;
    }
    if session.json {
        return print_json(session, &rows);
    }
    if rows.is_empty() {
        return session.out.line(&session.texts.get("tasks.none"));
    }
    session.out.table(&table(&rows, &session.texts))?;
    session.out.line(&session.texts.count("tasks", rows.len()))
}

/// An empty answer to a misspelt name would look like good news: names that nobody has are an error.
fn refuse_unknown(session: &Session, args: &TasksArgs) -> Outcome<()> {
    for project in &args.project {
        session.project(project)?;
    }
    let named: Vec<&String> =
        args.responsible.iter().chain(&args.performer).filter(|name| !name.trim().is_empty()).collect();
    if named.is_empty() {
        return Ok(());
    }
    let persons = session.app.people(OnQuery { on: None })?.persons;
    let unknown =
        named.iter().find(|name| !persons.iter().any(|person| person.id == ***name || same(name, &person.name)));
    unknown.map_or(Ok(()), |name| Err(AppError::new(Code::UnknownPerson).at(name.as_str()).into()))
}

fn print_json(session: &mut Session, rows: &[TaskRow]) -> Outcome<()> {
    let in_conflict = rows.iter().any(|row| !row.conflicts.is_empty());
    let mut conflicts = if in_conflict { by_task(session)? } else { BTreeMap::new() };
    let comments = session.app.comments_by_task()?;
    let json: Vec<TaskJson<'_>> = rows
        .iter()
        .map(|row| {
            let comments = comments.get(&row.id).map(Vec::as_slice).unwrap_or_default();
            TaskJson::new(row, comments, conflicts.remove(&row.id).unwrap_or_default(), &session.texts)
        })
        .collect();
    session.out.json(&json)
}

fn table(rows: &[TaskRow], texts: &Texts) -> Table {
    let mut table = Table::new(vec![
        Cell::text(texts.get("head.colour")),
        Cell::text(texts.get("head.id")),
        Cell::text(texts.get("head.project")),
        Cell::text(texts.get("head.task")),
        Cell::right(texts.get("head.deadline")),
        Cell::text(texts.field("status")),
        Cell::text(texts.field("responsible")),
        Cell::text(texts.get("head.why")),
    ])
    .elastic(3);
    for row in rows {
        let responsible = row.responsible.as_ref().map_or("–", |person| person.name.as_str());
        let mut title = row.title.clone();
        for (holds, key) in [(row.gone, "mark.gone"), (row.archived, "mark.archived")] {
            if holds {
                title = format!("{title} ({})", texts.get(key));
            }
        }
        table.row(vec![
            Cell::coloured(row.colour, texts.colour(row.colour)),
            Cell::text(&row.id),
            Cell::text(&row.project),
            Cell::text(title),
            Cell::right(texts.date_or_dash(row.deadline)),
            Cell::text(shown(row, "status", &texts.status(row.status), texts)),
            Cell::text(shown(row, "responsible", responsible, texts)),
            Cell::text(texts.why(&row.reasons)),
        ]);
    }
    table
}

/// A field's value, or that it has several: none of them is shown as if it had won.
fn shown(row: &TaskRow, field: &str, value: &str, texts: &Texts) -> String {
    if row.conflicts.iter().any(|conflict| conflict == field) { texts.get("mark.conflict") } else { value.to_owned() }
}
