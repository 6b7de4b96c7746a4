//! What is coming: the next months, the roles they will need and where the same people are wanted at once.
use super::ColourCounts;
use super::task::{PersonRef, TaskRow};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Asks for what is coming.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct HorizonQuery {
    /// From this day on; none means today in Copenhagen.
    pub on: Option<NaiveDate>,
    /// How many months, this one included; 8 when none, 1 to 24.
    pub months: Option<u8>,
}

/// One month.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct HorizonMonth {
    /// Its first day.
    pub month: NaiveDate,
    /// Open tasks that fall due in it, by deadline.
    pub tasks: Vec<TaskRow>,
    /// The same by colour.
    pub counts: ColourCounts,
    /// Tasks that begin in it.
    pub begin: u32,
    /// Projects that go live in it, by short name.
    pub go_live: Vec<String>,
}

/// A role that the coming tasks of a project need.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct HorizonNeed {
    /// The role's id.
    pub role: String,
    /// Its name.
    pub name: String,
    /// The project, by its short name.
    pub project: String,
    /// Coming tasks that name it.
    pub tasks: u32,
    /// When the first of them falls due.
    pub first: NaiveDate,
    /// Who holds it on a day on which one of them falls due.
    pub holders: Vec<PersonRef>,
    /// The first day on which one of them falls due and nobody holds it; none when it is held all the way.
    pub empty_on: Option<NaiveDate>,
}

/// Somebody whom several projects want in the same month.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct HorizonClash {
    /// Who.
    pub person: PersonRef,
    /// The month's first day.
    pub month: NaiveDate,
    /// Tasks that fall due, that they are responsible for, perform, or whose role they hold.
    pub tasks: u32,
    /// The projects, by short name.
    pub projects: Vec<String>,
}

/// What is coming.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Horizon {
    /// From this day.
    pub on: NaiveDate,
    /// To this day, included.
    pub until: NaiveDate,
    /// Changes up to here are in it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// Every month, empty ones too.
    pub months: Vec<HorizonMonth>,
    /// Roles that are needed: those that are empty first, then by the first day.
    pub needs: Vec<HorizonNeed>,
    /// By month, then the most wanted first.
    pub clashes: Vec<HorizonClash>,
}
