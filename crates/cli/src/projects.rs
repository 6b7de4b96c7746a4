//! Projects.

use chrono::NaiveDate;
use clap::Subcommand;
use serde::Serialize;
use tovholder_app::view::{ColourCounts, EditArgs, OnQuery, ProjectSummary};

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::json::{TaskBrief, id_of, name_of};
use crate::overview::projects_table;
use crate::session::Session;
use crate::tasks::edited;
use crate::texts::Texts;
use crate::values;

/// One project.
#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// Write fields: name, owner, leader, phase, rollout, pilots, go_live, note, archived
    Set {
        /// The project's short name, for example BBR
        project: String,
        /// What to write, for example leader="Dorte Ørsted"
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
}

/// A project in `projects` and in `overview`.
#[derive(Debug, Serialize)]
pub struct ProjectJson<'a> {
    id: &'a str,
    name: &'a str,
    owner: Option<&'a str>,
    owner_id: Option<&'a str>,
    leader: Option<&'a str>,
    leader_id: Option<&'a str>,
    phase: &'a str,
    rollout: &'a str,
    pilots: &'a str,
    go_live: Option<NaiveDate>,
    note: &'a str,
    archived: bool,
    counts: &'a ColourCounts,
    tasks: u32,
    gone: u32,
    roles_needed: u32,
    roles_empty: &'a [String],
    roles_unassessed: u32,
    next_deadline: Option<NaiveDate>,
    next_deadlines: Vec<TaskBrief<'a>>,
    conflicts: u32,
}

impl<'a> ProjectJson<'a> {
    /// A project as the promise has it.
    pub fn new(project: &'a ProjectSummary, texts: &Texts) -> Self {
        Self {
            id: &project.id,
            name: &project.name,
            owner: name_of(project.owner.as_ref()),
            owner_id: id_of(project.owner.as_ref()),
            leader: name_of(project.leader.as_ref()),
            leader_id: id_of(project.leader.as_ref()),
            phase: &project.phase,
            rollout: &project.rollout,
            pilots: &project.pilots,
            go_live: project.go_live,
            note: &project.note,
            archived: project.archived,
            counts: &project.counts,
            tasks: project.tasks,
            gone: project.gone,
            roles_needed: project.roles_needed,
            roles_empty: &project.roles_empty,
            roles_unassessed: project.roles_unassessed,
            next_deadline: project.next_deadline,
            next_deadlines: TaskBrief::list(&project.next_deadlines, texts),
            conflicts: project.conflicts,
        }
    }
}

/// `projects`: by short name.
pub fn list(session: &mut Session, args: &OnArgs) -> Outcome<()> {
    let mut projects = session.app.projects(OnQuery { on: args.on })?.projects;
    projects.sort_by(|one, other| one.id.cmp(&other.id));
    if session.json {
        let json: Vec<_> = projects.iter().map(|project| ProjectJson::new(project, &session.texts)).collect();
        return session.out.json(&json);
    }
    if projects.is_empty() {
        return session.out.line(&session.texts.get("projects.none"));
    }
    session.out.table(&projects_table(&projects, None, &session.texts))
}

/// `project set`.
pub fn run(session: &mut Session, command: ProjectCommand) -> Outcome<()> {
    let ProjectCommand::Set { project, fields } = command;
    let project = session.project(&project)?;
    let edits = values::edits(&project.entity, &fields, &[])?;
    let done = session.app.edit(EditArgs { edits, cursor: None })?;
    edited(session, &done)
}
