//! *Overblik*: what needs whom, today or on another day.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{ColourCounts, EscalationRow, Finding, ProjectSummary, TaskRow};

/// Asks for the overview.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct OverviewQuery {
    /// None means today in Copenhagen.
    pub on: Option<NaiveDate>,
    /// Rows of each list at most; none means all. With a number the projects come without lists of their own. A screen shows a few rows first, and three thousand tasks are megabytes.
    pub most: Option<u32>,
}

/// How long the lists of an overview are, cut or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct OverviewCounts {
    /// Red and yellow tasks.
    pub attention: u32,
    /// Those that will not wait.
    pub needs_today: u32,
    /// Needed roles that nobody holds.
    pub empty_roles: u32,
    /// Open tasks with a deadline within 30 days.
    pub d30: u32,
    /// Within 31 to 60 days.
    pub d60: u32,
    /// Within 61 to 90 days.
    pub d90: u32,
    /// What spans cells.
    pub findings: u32,
    /// Escalations that are not settled.
    #[serde(default)]
    pub escalations: u32,
}

/// A needed role that nobody holds: a risk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EmptyRole {
    /// The project.
    pub project: String,
    /// The role's id.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Open tasks that wait for it.
    pub tasks: u32,
    /// Of those, red.
    pub red: u32,
    /// The nearest deadline among them, passed ones too.
    pub next_deadline: Option<NaiveDate>,
}

/// What needs whom, today or on another day.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Overview {
    /// The day.
    pub on: NaiveDate,
    /// Today.
    pub today: NaiveDate,
    /// What this overview saw.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// All tasks by colour.
    pub totals: ColourCounts,
    /// Tasks that are not archived.
    pub tasks: u32,
    /// How long the lists are that may have been cut.
    pub counts: OverviewCounts,
    /// Red tasks, longest overdue first, then yellow ones by deadline.
    pub attention: Vec<TaskRow>,
    /// Those of them that will not wait, in the same order.
    pub needs_today: Vec<TaskRow>,
    /// By red, then yellow.
    pub projects: Vec<ProjectSummary>,
    /// Needed roles that nobody holds: most red tasks first, then most tasks, then the nearest deadline.
    pub empty_roles: Vec<EmptyRole>,
    /// Open tasks with a deadline in the next 90 days, nearest first; when cut, the first of each of the three months.
    pub upcoming: Vec<TaskRow>,
    /// What spans cells.
    pub findings: Vec<Finding>,
    /// What was escalated and is not settled, by when an answer is needed.
    #[serde(default)]
    pub escalations: Vec<EscalationRow>,
    /// Cells with several values.
    pub conflicts: u32,
    /// Cells where KLIK changed what was overridden here.
    pub klik_differs: u32,
}
