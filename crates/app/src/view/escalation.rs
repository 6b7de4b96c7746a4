//! Escalation: who is asked for help with a task or project, what was tried, and what came of it.
use super::PersonRef;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// To whom. Each is further from the task than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum EscalateTo {
    /// The project's leader here.
    ProjectLeader,
    /// The KOMBIT programme leader.
    ProgrammeLeader,
    /// The project's owner here.
    Owner,
    /// KOMBIT.
    Kombit,
}

/// Escalates.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct EscalateArgs {
    /// The task's id; none for the project as a whole.
    #[serde(default)]
    pub task: Option<String>,
    /// The project's short name; a task knows its own.
    #[serde(default)]
    pub project: Option<String>,
    /// To whom.
    pub to: EscalateTo,
    /// What was tried.
    pub tried: String,
    /// By when an answer is needed.
    #[serde(default)]
    pub due: Option<NaiveDate>,
}

/// An escalation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EscalationRow {
    /// Its id.
    pub id: String,
    /// The address for edits, `escalation/<id>`; fields `tried`, `due`, `answer`, `closed`, `archived`.
    pub entity: String,
    /// The project's short name.
    pub project: String,
    /// The task's id; empty for the project as a whole.
    pub task: String,
    /// The task's title, else the project's name.
    pub title: String,
    /// To whom; none for a word of a newer version.
    pub to: Option<EscalateTo>,
    /// The person that this is now, where it is known.
    pub person: Option<PersonRef>,
    /// What was tried.
    pub tried: String,
    /// By when an answer is needed.
    pub due: Option<NaiveDate>,
    /// The answer; empty until there is one.
    pub answer: String,
    /// It is settled.
    pub closed: bool,
    /// The answer is late.
    pub late: bool,
    /// Who escalated.
    pub who: String,
    /// From which forvaltning.
    pub department: String,
    /// When, RFC 3339 in UTC.
    pub when: String,
    /// Fields with several values.
    pub conflicts: Vec<String>,
}

/// Asks for escalations.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct EscalationsQuery {
    /// Of this task alone.
    pub task: Option<String>,
    /// Of this project alone, by its short name.
    pub project: Option<String>,
    /// Those that are settled too.
    pub all: bool,
    /// Late as of this day; none means today in Copenhagen.
    pub on: Option<NaiveDate>,
}

/// A mail with the facts of a task in it, for the supplier or KOMBIT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TaskMail {
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Both as an address that opens a mail program (RFC 6068), to nobody yet.
    pub link: String,
}

/// Asks for a mail about a task.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct TaskMailArgs {
    /// The task's id.
    pub task: String,
    /// As of this day; none means today in Copenhagen.
    pub on: Option<NaiveDate>,
}
