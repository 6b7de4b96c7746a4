//! Overview and projects.
use super::task::{PersonRef, TaskRow};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Tasks by colour; archived ones are not counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ColourCounts {
    /// Røde.
    pub red: u32,
    /// Gule.
    pub yellow: u32,
    /// Grønne.
    pub green: u32,
    /// Grå.
    pub grey: u32,
    /// Løste.
    pub done: u32,
}

/// A project with everything that a list shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ProjectSummary {
    /// Its short name, for example `BBR`.
    pub id: String,
    /// The address for edits, `project/BBR`.
    pub entity: String,
    /// Its full name, empty when not known.
    pub name: String,
    /// Projektejer.
    pub owner: Option<PersonRef>,
    /// Projektleder.
    pub leader: Option<PersonRef>,
    /// Phase: `preparation`, `implementation`, `operation`, `closed` or empty.
    pub phase: String,
    /// Udrulning: `big_bang`, `waves`, `own_pace` or empty.
    pub rollout: String,
    /// Pilot municipalities, free text.
    pub pilots: String,
    /// Idriftsættelse.
    pub go_live: Option<NaiveDate>,
    /// Note.
    pub note: String,
    /// Put away.
    pub archived: bool,
    /// Tasks by colour.
    pub counts: ColourCounts,
    /// Tasks that are not archived.
    pub tasks: u32,
    /// Of those, no longer in KLIK.
    pub gone: u32,
    /// Roles said to be needed.
    pub roles_needed: u32,
    /// Names of needed roles that nobody holds on the day: risks.
    pub roles_empty: Vec<String>,
    /// Roles of the gallery that nobody has assessed.
    pub roles_unassessed: u32,
    /// The nearest deadline ahead of a task that is not done.
    pub next_deadline: Option<NaiveDate>,
    /// The next three tasks to fall due.
    pub next_deadlines: Vec<TaskRow>,
    /// Cells with several values.
    pub conflicts: u32,
}

/// All projects, gravest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ProjectList {
    /// The day.
    pub on: NaiveDate,
    /// What this list saw.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// The projects.
    pub projects: Vec<ProjectSummary>,
}

/// Asks for something as of a day.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct OnQuery {
    /// None means today in Copenhagen.
    pub on: Option<NaiveDate>,
}
