//! Tasks: one at a time here, all of them in `list`.

pub mod list;
mod show;

use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use tovholder_app::view::{CommentArgs, CreateTaskArgs, Edit, EditArgs, EditDone, KlikChoiceArgs};
use tovholder_model::key;

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::json::{DoneJson, EditJson};
use crate::session::Session;
use crate::values;

/// One task.
#[derive(Debug, Subcommand)]
pub enum TaskCommand {
    /// Everything known of a task
    Show {
        /// The task's id
        id: String,
        /// As of which day.
        #[command(flatten)]
        on: OnArgs,
    },
    /// Write fields, for example status=completed deadline=01-11-2018 responsible="Karsten Berg"
    ///
    /// An empty value means empty on purpose; field=@klik follows KLIK again.
    Set {
        /// The task's id
        id: String,
        /// What to write
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
        /// The operations that the author saw in a field, as `task show --json` gives them
        #[arg(long, value_name = "FIELD=OP,…")]
        seen: Vec<String>,
    },
    /// A new local task
    New {
        /// The project's short name; made when it is new
        #[arg(long)]
        project: String,
        /// The title
        #[arg(long)]
        title: String,
        /// First day it can be solved
        #[arg(long, value_parser = values::date_argument)]
        start: Option<NaiveDate>,
        /// Last day it can be solved
        #[arg(long, value_parser = values::date_argument)]
        deadline: Option<NaiveDate>,
        /// A person's name (found or made) or id
        #[arg(long)]
        responsible: Option<String>,
    },
    /// Add a comment; comments are never changed afterwards
    Comment {
        /// The task's id
        id: String,
        /// The text
        text: String,
    },
    /// Every write of a task or of one field, newest first
    History {
        /// The task's id
        id: String,
        /// Only this field
        field: Option<String>,
    },
    /// Settle a field where KLIK changed what was overridden here
    Klik {
        /// The task's id
        id: String,
        /// The field
        field: String,
        /// Take KLIK's value, or keep your own
        choice: KlikChoice,
    },
    /// A mail to the supplier or KOMBIT, with the task's facts in it; nothing is sent
    Mail {
        /// The task's id
        id: String,
        /// As of which day.
        #[command(flatten)]
        on: OnArgs,
    },
    /// Put a task away; it can be fetched back
    Archive {
        /// The task's id
        id: String,
    },
    /// Fetch a task back
    Unarchive {
        /// The task's id
        id: String,
    },
}

/// Whose value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KlikChoice {
    /// KLIK's.
    Take,
    /// The municipality's.
    Keep,
}

/// `task …`.
pub fn run(session: &mut Session, command: TaskCommand) -> Outcome<()> {
    match command {
        TaskCommand::Mail { id, on } => crate::escalation::mail(session, id, on.on),
        TaskCommand::Show { id, on } => show::run(session, id, on.on),
        TaskCommand::Set { id, fields, seen } => {
            let edits = values::edits(&entity(&id), &fields, &seen)?;
            let done = session.app.edit(EditArgs { edits, cursor: None })?;
            edited(session, &done)
        }
        TaskCommand::New { project, title, start, deadline, responsible } => {
            let done = session.app.create_task(CreateTaskArgs { project, title, start, deadline, responsible })?;
            created(session, &done)
        }
        TaskCommand::Comment { id, text } => {
            session.app.comment(CommentArgs { task: id, text })?;
            saved(session)
        }
        TaskCommand::History { id, field } => show::history(session, &entity(&id), field),
        TaskCommand::Klik { id, field, choice } => {
            let take_klik = choice == KlikChoice::Take;
            session.app.klik_choice(KlikChoiceArgs { task: id, field, take_klik })?;
            saved(session)
        }
        TaskCommand::Archive { id } => archive(session, &id, true),
        TaskCommand::Unarchive { id } => archive(session, &id, false),
    }
}

fn entity(id: &str) -> String {
    key::entity("task", id)
}

fn archive(session: &mut Session, id: &str, away: bool) -> Outcome<()> {
    let edit = Edit { entity: entity(id), field: "archived".to_owned(), value: Some(away.into()), ..Edit::default() };
    let done = session.app.edit(EditArgs { edits: vec![edit], cursor: None })?;
    edited(session, &done)
}

/// Says what an edit did.
pub fn edited(session: &mut Session, done: &EditDone) -> Outcome<()> {
    if session.json {
        return session.out.json(&EditJson::from(done));
    }
    let key = if done.written == 0 { "edit.nothing" } else { "saved" };
    session.out.line(&session.texts.get(key))?;
    for cell in &done.conflicts {
        let (entity, field) = cell.rsplit_once(' ').unwrap_or((cell, ""));
        let parameters = [("entity", entity), ("field", &session.texts.field(field))];
        session.out.line(&session.texts.fill("edit.conflict", &parameters))?;
    }
    Ok(())
}

/// Says what was made: its id.
pub fn created(session: &mut Session, done: &EditDone) -> Outcome<()> {
    if session.json {
        return session.out.json(&EditJson::from(done));
    }
    session.out.line(&session.texts.fill("created", &[("id", done.id.as_deref().unwrap_or_default())]))
}

/// Says that it is done and saved.
pub fn saved(session: &mut Session) -> Outcome<()> {
    if session.json {
        return session.out.json(&DoneJson { done: true });
    }
    session.out.line(&session.texts.get("saved"))
}
