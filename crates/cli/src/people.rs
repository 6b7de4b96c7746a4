//! Persons, and handing over what they carry.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;
use tovholder_app::view::{
    CreatePersonArgs, EditArgs, HandOverArgs, HandOverItem, HandOverKind, OnQuery, PersonPage, PersonQuery, PersonRow,
};
use tovholder_model::Colour;

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::json::TaskBrief;
use crate::overview::attention_table;
use crate::print::{Cell, Table};
use crate::roles::AssignmentJson;
use crate::session::Session;
use crate::tasks::{created, edited};
use crate::values;

/// One person.
#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Every role and every task, across projects
    Show {
        /// The person's id or name
        person: String,
        /// As of which day.
        #[command(flatten)]
        on: OnArgs,
    },
    /// Write fields: name, mail, phone, department, title, archived
    Set {
        /// The person's id or name
        person: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Add a person
    New {
        /// The name
        name: String,
        /// Mail
        #[arg(long, default_value = "")]
        mail: String,
        /// Department (forvaltning)
        #[arg(long, default_value = "")]
        department: String,
    },
}

/// From whom to whom.
#[derive(Debug, Args)]
pub struct HandOverCommand {
    /// The person's id or name
    pub from: String,
    /// The successor's id, or a name (found or made)
    pub to: String,
    /// Only this task, as ansvarlig and as udfører
    #[arg(long, value_name = "ID")]
    pub task: Vec<String>,
    /// Only this role assignment, by the id that `person show --json` gives
    #[arg(long, value_name = "ID")]
    pub assignment: Vec<String>,
    /// The first day of the successor; today when left out
    #[arg(long, value_name = "DATE", value_parser = values::date_argument)]
    pub on: Option<NaiveDate>,
}

/// A person in `people`.
#[derive(Debug, Serialize)]
struct PersonJson<'a> {
    id: &'a str,
    name: &'a str,
    mail: &'a str,
    phone: &'a str,
    department: &'a str,
    title: &'a str,
    archived: bool,
    roles: u32,
    open_tasks: u32,
    red: u32,
    yellow: u32,
    conflicts: &'a [String],
}

/// What `person show` answers.
#[derive(Debug, Serialize)]
struct PersonShown<'a> {
    on: NaiveDate,
    person: PersonJson<'a>,
    roles: Vec<AssignmentJson<'a>>,
    responsible: Vec<TaskBrief<'a>>,
    performs: Vec<TaskBrief<'a>>,
}

impl<'a> From<&'a PersonRow> for PersonJson<'a> {
    fn from(row: &'a PersonRow) -> Self {
        Self {
            id: &row.id,
            name: &row.name,
            mail: &row.mail,
            phone: &row.phone,
            department: &row.department,
            title: &row.title,
            archived: row.archived,
            roles: row.roles,
            open_tasks: row.open_tasks,
            red: row.red,
            yellow: row.yellow,
            conflicts: &row.conflicts,
        }
    }
}

/// `people`.
pub fn list(session: &mut Session, args: &OnArgs) -> Outcome<()> {
    let persons = session.app.people(OnQuery { on: args.on })?.persons;
    if session.json {
        let json: Vec<PersonJson<'_>> = persons.iter().map(PersonJson::from).collect();
        return session.out.json(&json);
    }
    let texts = &session.texts;
    let mut table = Table::new(vec![
        Cell::text(texts.field("name")),
        Cell::text(texts.field("department")),
        Cell::text(texts.field("mail")),
        Cell::right(texts.get("head.roles")),
        Cell::right(texts.get("head.open_tasks")),
        Cell::right(texts.colour(Colour::Red)),
        Cell::right(texts.colour(Colour::Yellow)),
    ])
    .elastic(1);
    for person in persons.iter().filter(|person| !person.archived) {
        table.row(vec![
            Cell::text(&person.name),
            Cell::text(&person.department),
            Cell::text(&person.mail),
            Cell::right(person.roles),
            Cell::right(person.open_tasks),
            Cell::count(Colour::Red, person.red),
            Cell::count(Colour::Yellow, person.yellow),
        ]);
    }
    session.out.table(&table)
}

/// `person …`.
pub fn run(session: &mut Session, command: PersonCommand) -> Outcome<()> {
    match command {
        PersonCommand::Show { person, on } => {
            let id = session.person(&person)?.id;
            let page = session.app.person(PersonQuery { id, on: on.on })?;
            show(session, &page)
        }
        PersonCommand::Set { person, fields } => {
            let entity = session.person(&person)?.entity;
            let edits = values::edits(&entity, &fields, &[])?;
            let done = session.app.edit(EditArgs { edits, cursor: None })?;
            edited(session, &done)
        }
        PersonCommand::New { name, mail, department } => {
            let done = session.app.create_person(CreatePersonArgs { name, mail, department })?;
            created(session, &done)
        }
    }
}

fn show(session: &mut Session, page: &PersonPage) -> Outcome<()> {
    if session.json {
        let texts = &session.texts;
        let json = PersonShown {
            on: page.on,
            person: PersonJson::from(&page.person),
            roles: AssignmentJson::list(&page.roles),
            responsible: TaskBrief::list(&page.responsible, texts),
            performs: TaskBrief::list(&page.performs, texts),
        };
        return session.out.json(&json);
    }
    let person = &page.person;
    let facts = [&person.name, &person.title, &person.department, &person.mail, &person.phone];
    let facts: Vec<&str> = facts.into_iter().map(String::as_str).filter(|fact| !fact.is_empty()).collect();
    session.out.line(&facts.join(" · "))?;
    session.out.heading(&session.texts.count("person.roles", page.roles.len()))?;
    let texts = &session.texts;
    let headings = ["head.project", "head.role", "head.from", "head.to"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(texts.get(key))).collect()).elastic(1);
    for role in &page.roles {
        table.row(vec![
            Cell::text(&role.project),
            Cell::text(&role.role_name),
            Cell::text(texts.date_or_dash(role.from)),
            Cell::text(texts.date_or_dash(role.to)),
        ]);
    }
    session.out.table(&table)?;
    for (heading, rows) in [("person.responsible", &page.responsible), ("person.performs", &page.performs)] {
        session.out.heading(&session.texts.count(heading, rows.len()))?;
        let table = attention_table(rows.iter(), &session.texts);
        session.out.table(&table)?;
    }
    Ok(())
}

/// `hand-over`.
pub fn hand_over(session: &mut Session, args: HandOverCommand) -> Outcome<()> {
    let from = session.person(&args.from)?.id;
    let items = chosen(session, &from, &args)?;
    let done = session.app.hand_over(HandOverArgs { from, to: args.to, items, on: args.on, cursor: None })?;
    edited(session, &done)
}

/// What was named; nothing named means everything.
fn chosen(session: &Session, from: &str, args: &HandOverCommand) -> Outcome<Option<Vec<HandOverItem>>> {
    if args.task.is_empty() && args.assignment.is_empty() {
        return Ok(None);
    }
    let page = session.app.person(PersonQuery { id: from.to_owned(), on: args.on })?;
    let mut items = Vec::new();
    for (kind, rows) in [(HandOverKind::Responsible, &page.responsible), (HandOverKind::Performer, &page.performs)] {
        let named = rows.iter().filter(|row| args.task.contains(&row.id));
        items.extend(named.map(|row| HandOverItem { kind: Some(kind), id: row.id.clone() }));
    }
    if let Some(task) = args.task.iter().find(|task| !items.iter().any(|item| item.id == **task)) {
        return Err(tovholder_app::error::AppError::new(tovholder_app::error::Code::UnknownTask).at(task).into());
    }
    items.extend(args.assignment.iter().map(|id| HandOverItem { kind: Some(HandOverKind::Role), id: id.clone() }));
    Ok(Some(items))
}
