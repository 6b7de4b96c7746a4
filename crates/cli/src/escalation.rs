//! Escalating from the terminal, and the mail about a task.

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use tovholder_app::view::{Edit, EditArgs, EscalateArgs, EscalateTo, EscalationRow, EscalationsQuery, TaskMailArgs};
use tovholder_model::{Scalar, key};

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::tasks::{created, edited};
use crate::values;

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ToArg {
    /// The project's leader here
    ProjectLeader,
    /// The KOMBIT programme leader
    ProgrammeLeader,
    /// The project's owner here
    Owner,
    /// KOMBIT
    Kombit,
}

impl From<ToArg> for EscalateTo {
    fn from(to: ToArg) -> Self {
        match to {
            ToArg::ProjectLeader => Self::ProjectLeader,
            ToArg::ProgrammeLeader => Self::ProgrammeLeader,
            ToArg::Owner => Self::Owner,
            ToArg::Kombit => Self::Kombit,
        }
    }
}

/// Escalating.
#[derive(Debug, Args)]
pub struct EscalateCommand {
    /// The task's id
    #[arg(long, required_unless_present = "project", conflicts_with = "project")]
    pub task: Option<String>,
    /// The project as a whole, by its short name
    #[arg(long)]
    pub project: Option<String>,
    /// To whom
    #[arg(long, value_enum)]
    pub to: ToArg,
    /// What was tried
    #[arg(long)]
    pub tried: String,
    /// By when an answer is needed
    #[arg(long, value_parser = values::date_argument)]
    pub due: Option<NaiveDate>,
}

/// Which escalations.
#[derive(Debug, Args)]
pub struct EscalationsArgs {
    /// Of this task
    #[arg(long)]
    pub task: Option<String>,
    /// Of this project, by its short name
    #[arg(long)]
    pub project: Option<String>,
    /// Those that are settled too
    #[arg(long)]
    pub all: bool,
    /// Late as of which day.
    #[command(flatten)]
    pub on: OnArgs,
}

/// One escalation.
#[derive(Debug, Subcommand)]
pub enum EscalationCommand {
    /// Write the answer down
    Answer {
        /// Its id
        id: String,
        /// What was answered
        text: String,
    },
    /// It is settled
    Close {
        /// Its id
        id: String,
    },
    /// It is not settled after all
    Reopen {
        /// Its id
        id: String,
    },
}

/// An escalation as `--json` tells it.
#[derive(Debug, Serialize)]
pub struct EscalationJson<'a> {
    id: &'a str,
    project: &'a str,
    task: Option<&'a str>,
    title: &'a str,
    to: Option<EscalateTo>,
    person: Option<&'a str>,
    tried: &'a str,
    due: Option<NaiveDate>,
    answer: &'a str,
    closed: bool,
    late: bool,
    who: &'a str,
    department: &'a str,
    when: &'a str,
    conflicts: &'a [String],
}

impl<'a> EscalationJson<'a> {
    /// From what the application says.
    pub fn new(row: &'a EscalationRow) -> Self {
        Self {
            id: &row.id,
            project: &row.project,
            task: Some(row.task.as_str()).filter(|task| !task.is_empty()),
            title: &row.title,
            to: row.to,
            person: row.person.as_ref().map(|person| person.name.as_str()),
            tried: &row.tried,
            due: row.due,
            answer: &row.answer,
            closed: row.closed,
            late: row.late,
            who: &row.who,
            department: &row.department,
            when: &row.when,
            conflicts: &row.conflicts,
        }
    }
}

/// `escalate`.
pub fn escalate(session: &mut Session, args: EscalateCommand) -> Outcome<()> {
    let EscalateCommand { task, project, to, tried, due } = args;
    let done = session.app.escalate(EscalateArgs { task, project, to: to.into(), tried, due })?;
    created(session, &done)
}

/// `escalations`.
pub fn list(session: &mut Session, args: EscalationsArgs) -> Outcome<()> {
    let query = EscalationsQuery { task: args.task, project: args.project, all: args.all, on: args.on.on };
    let rows = session.app.escalations(query)?;
    if session.json {
        return session.out.json(&rows.iter().map(EscalationJson::new).collect::<Vec<_>>());
    }
    if rows.is_empty() {
        return session.out.line(&session.texts.get("escalations.none"));
    }
    let headings = [
        "escalations.due",
        "escalations.to",
        "escalations.what",
        "escalations.tried",
        "escalations.answer",
        "events.id",
    ];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect()).elastic(3);
    for row in &rows {
        let to = match row.to {
            Some(EscalateTo::ProjectLeader) => "escalations.project_leader",
            Some(EscalateTo::ProgrammeLeader) => "escalations.programme_leader",
            Some(EscalateTo::Owner) => "escalations.owner",
            Some(EscalateTo::Kombit) => "escalations.kombit",
            None => "escalations.other",
        };
        let what = if row.task.is_empty() { row.project.clone() } else { format!("{} {}", row.task, row.title) };
        let answer = if row.closed { session.texts.get("escalations.closed") } else { row.answer.clone() };
        table.row(vec![
            Cell::text(row.due.map(|due| due.format("%d.%m.%Y").to_string()).unwrap_or_default()),
            Cell::text(session.texts.get(to)),
            Cell::text(what),
            Cell::text(&row.tried),
            Cell::text(answer),
            Cell::text(&row.id),
        ]);
    }
    session.out.rows(&table)
}

/// `escalation …`.
pub fn run(session: &mut Session, command: EscalationCommand) -> Outcome<()> {
    let (id, field, value) = match command {
        EscalationCommand::Answer { id, text } => (id, "answer", Scalar::from(text)),
        EscalationCommand::Close { id } => (id, "closed", Scalar::from(true)),
        EscalationCommand::Reopen { id } => (id, "closed", Scalar::from(false)),
    };
    let edit = Edit { entity: key::entity("escalation", &id), field: field.to_owned(), value: Some(value), seen: None };
    let done = session.app.edit(EditArgs { edits: vec![edit], cursor: None })?;
    edited(session, &done)
}

/// `task mail`.
pub fn mail(session: &mut Session, task: String, on: Option<NaiveDate>) -> Outcome<()> {
    let mail = session.app.task_mail(TaskMailArgs { task, on })?;
    if session.json {
        return session.out.json(&mail);
    }
    session.out.heading(&mail.subject)?;
    session.out.line(&mail.body)
}
