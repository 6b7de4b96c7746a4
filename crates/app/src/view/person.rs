//! Persons and what they carry.
use super::role::AssignmentRow;
use super::task::TaskRow;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A person in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct PersonRow {
    /// The opaque id.
    pub id: String,
    /// The address for edits, `person/<id>`; fields `name`, `mail`, `phone`, `department`, `title`, `archived`.
    pub entity: String,
    /// Name.
    pub name: String,
    /// Mail.
    pub mail: String,
    /// Phone.
    pub phone: String,
    /// Forvaltning.
    pub department: String,
    /// Stilling.
    pub title: String,
    /// Put away.
    pub archived: bool,
    /// Roles held on the day.
    pub roles: u32,
    /// Tasks that are not done where the person is ansvarlig or udfører.
    pub open_tasks: u32,
    /// Of those, red.
    pub red: u32,
    /// Of those, yellow.
    pub yellow: u32,
    /// Fields with several values.
    pub conflicts: Vec<String>,
}

/// Everybody.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct PersonList {
    /// The day.
    pub on: NaiveDate,
    /// What this list saw.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// By name.
    pub persons: Vec<PersonRow>,
}

/// Asks for one person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct PersonQuery {
    /// The opaque id.
    pub id: String,
    /// As of this day.
    pub on: Option<NaiveDate>,
}

/// A person with every role and every task, across projects.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct PersonPage {
    /// The day.
    pub on: NaiveDate,
    /// What this page saw.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// The person.
    pub person: PersonRow,
    /// Roles, current first.
    pub roles: Vec<AssignmentRow>,
    /// Tasks where the person is ansvarlig.
    pub responsible: Vec<TaskRow>,
    /// Tasks where the person is udfører.
    pub performs: Vec<TaskRow>,
}

/// Adds a person.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct CreatePersonArgs {
    /// Name.
    pub name: String,
    /// Mail, may be empty.
    pub mail: String,
    /// Forvaltning, may be empty.
    pub department: String,
}

/// What is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum HandOverKind {
    /// A task's ansvarlig.
    Responsible,
    /// A task's udfører.
    Performer,
    /// A role assignment.
    Role,
}

/// One thing to hand over.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct HandOverItem {
    /// What it is.
    pub kind: Option<HandOverKind>,
    /// The task's id, or the assignment's.
    pub id: String,
}

/// Moves all or some of what a person carries to a successor, in one step to undo.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct HandOverArgs {
    /// The person's id.
    pub from: String,
    /// The successor's id, or a name (found or made).
    pub to: String,
    /// None means everything that is not done.
    pub items: Option<Vec<HandOverItem>>,
    /// The first day of the successor; none means today.
    pub on: Option<NaiveDate>,
    /// The cursor of the page it was decided from.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub cursor: Option<i64>,
}
