//! The timeline: projects over months, quarters or years, with their deadlines and those that moved.
use super::ColourCounts;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tovholder_model::Colour;

/// How much a column holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum TimelineUnit {
    /// A month.
    #[default]
    Month,
    /// A quarter.
    Quarter,
    /// A year.
    Year,
}

/// Asks for the timeline.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct TimelineQuery {
    /// How much a column holds; a month when not said.
    pub unit: Option<TimelineUnit>,
    /// Colours as of this day; none means today in Copenhagen.
    pub on: Option<NaiveDate>,
}

/// A project in a column.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TimelineCell {
    /// Tasks that fall due, by colour.
    pub counts: ColourCounts,
    /// The gravest colour among them.
    pub gravest: Option<Colour>,
    /// Deadlines that once stood here and moved out of it.
    pub moved: u32,
    /// It goes live.
    pub go_live: bool,
    /// Between its first start or deadline and its last.
    pub inside: bool,
    /// The tasks that fall due, by their ids.
    pub tasks: Vec<String>,
}

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TimelineRow {
    /// Its short name.
    pub project: String,
    /// Its name; empty when it has none.
    pub name: String,
    /// Its phase.
    pub phase: String,
    /// One for each column.
    pub cells: Vec<TimelineCell>,
    /// Tasks without a deadline.
    pub undated: u32,
}

/// Projects over time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Timeline {
    /// The day that the colours are of.
    pub on: NaiveDate,
    /// The columns by their first day, the earliest first.
    pub columns: Vec<NaiveDate>,
    /// The column that the day lies in.
    pub now: Option<u32>,
    /// By when they begin, then by name.
    pub rows: Vec<TimelineRow>,
    /// Changes up to here are in it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}
