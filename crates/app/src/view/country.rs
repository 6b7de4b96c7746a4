//! What municipalities show of themselves, and the country that it makes.
use super::ColourCounts;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Projects to share or to take back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ShareArgs {
    /// Short names; empty for those that are shared already.
    pub projects: Vec<String>,
    /// Colours as of this day; none means today in Copenhagen.
    pub on: Option<NaiveDate>,
}

/// A cell exactly as it would leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ShareCell {
    /// The entity, for example `shared/BBR`.
    pub entity: String,
    /// The field.
    pub field: String,
    /// What it says.
    pub value: String,
}

/// A project that could be shared, or is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ShareRow {
    /// Its short name.
    pub project: String,
    /// Its name; empty when it has none.
    pub name: String,
    /// Its tasks by colour, as they are now.
    pub counts: ColourCounts,
    /// What the network sees; none when it is not shared.
    pub shared: Option<ColourCounts>,
    /// Of which day that is.
    pub shared_on: Option<NaiveDate>,
}

/// What would leave.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct SharePreview {
    /// The municipality's name, under which it is shown.
    pub municipality: String,
    /// The day that the colours are of.
    pub on: NaiveDate,
    /// Every project of the municipality that is not put away.
    pub rows: Vec<ShareRow>,
    /// The cells of the projects that were asked for, exactly as they would leave. Nothing else would.
    pub cells: Vec<ShareCell>,
}

/// What was shared or taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Shared {
    /// Projects of which something was written.
    pub projects: u32,
    /// Changes up to here are in it; of the network's own data.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// A municipality × a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CountryCell {
    /// The project's short name.
    pub project: String,
    /// Tasks by colour.
    pub counts: ColourCounts,
    /// The project's phase there.
    pub phase: String,
    /// When it goes live there.
    pub go_live: Option<NaiveDate>,
    /// Of which day that is.
    pub on: NaiveDate,
}

/// A municipality.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CountryRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// It is in the network.
    pub inside: bool,
    /// What it shows, by project.
    pub cells: Vec<CountryCell>,
}

/// A project across municipalities.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CountryProject {
    /// Its short name.
    pub id: String,
    /// Its name in the catalogue; empty when it has none.
    pub name: String,
    /// Municipalities that show it.
    pub municipalities: u32,
    /// Of these, those with a red task.
    pub red: u32,
    /// Solved tasks in percent, as the average of municipalities; none below five of them.
    pub done_percent: Option<u32>,
    /// The same by region, in the order of `regions`.
    pub by_region: Vec<Option<u32>>,
}

/// The country: 98 municipalities × projects.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Country {
    /// By short name.
    pub projects: Vec<CountryProject>,
    /// By name, as Danish sorts; all 98.
    pub municipalities: Vec<CountryRow>,
    /// The five regions by name.
    pub regions: Vec<String>,
    /// Municipalities of which something is shown.
    pub sharing: u32,
    /// Changes up to here are in it; of the network's own data.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Asks how a project went over time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct TrendQuery {
    /// Its short name.
    pub project: String,
    /// One municipality, by its code; none for the country.
    pub municipality: Option<String>,
}

/// How far it was at the end of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TrendPoint {
    /// `YYYY-MM`.
    pub month: String,
    /// Municipalities that showed it then.
    pub municipalities: u32,
    /// Of these, those with a red task.
    pub red: u32,
    /// Solved tasks in percent; of the country none below five municipalities.
    pub done_percent: Option<u32>,
}
