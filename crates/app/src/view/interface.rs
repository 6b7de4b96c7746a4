//! The implementation overview: interfaces × projects, and what earlier projects learned.
use super::ColourCounts;
use super::task::TaskRow;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tovholder_model::Colour;

/// How far a project is with an interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum UseState {
    /// The project uses it: done.
    Done,
    /// Under way.
    UnderWay,
    /// Planned for a year.
    Planned,
    /// New: wanted, and no year yet.
    New,
    /// The project does not use it.
    None,
}

/// Asks for the matrix.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct InterfacesQuery {
    /// Colours as of this day; none means today in Copenhagen.
    pub on: Option<NaiveDate>,
    /// This interface alone, by its number; none means every one.
    pub interface: Option<String>,
    /// This project alone, by its short name; none means every one.
    pub project: Option<String>,
    /// Also interfaces and projects that nothing is known of, and those that were put away.
    pub all: bool,
}

/// A project × an interface.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct InterfaceUse {
    /// The project's short name.
    pub project: String,
    /// The address for edits, `use/BBR:SF1511`; field `state`: `done`, `under_way`, `new`, `none`, a year, or Null for what
    /// the catalogue says.
    pub entity: String,
    /// How far it is.
    pub state: UseState,
    /// The year it is planned for.
    pub year: Option<u16>,
    /// The municipality's own word, on top of the catalogue's.
    pub own: bool,
    /// What the catalogue says, as it is written in `state`; empty when it says nothing.
    pub catalogue: String,
    /// The project's KLIK tasks that are tied to the interface, by colour.
    pub counts: ColourCounts,
    /// The gravest colour among them.
    pub gravest: Option<Colour>,
    /// Attention points that other projects left on this interface, where this one is not done with it.
    pub learned: u32,
    /// Fields with several values.
    pub conflicts: Vec<String>,
}

/// An interface with every project that uses it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct InterfaceRow {
    /// Its number, for example `SF1511`.
    pub id: String,
    /// The address for edits, `interface/SF1511`; fields `name`, `system`, `preparation`, `links`, `note`, `archived`.
    pub entity: String,
    /// Its name.
    pub name: String,
    /// The støttesystem or the part of Serviceplatformen that it belongs to.
    pub system: String,
    /// Its status as the source gives it; often a version.
    pub status: String,
    /// Where that is from.
    pub source: String,
    /// What the catalogue says of attention points; a hint of what is worth writing down.
    pub hint: String,
    /// Preparation: activities and material; the municipality's own, else the catalogue's.
    pub preparation: String,
    /// Links, one on each line.
    pub links: String,
    /// A note.
    pub note: String,
    /// Not in the catalogue: the municipality's own.
    pub own: bool,
    /// Put away here.
    pub archived: bool,
    /// One for each project of the matrix, in its order.
    pub uses: Vec<InterfaceUse>,
    /// Attention points.
    pub points: u32,
    /// Fields with several values.
    pub conflicts: Vec<String>,
}

/// A project of the matrix.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct InterfaceProject {
    /// Its short name.
    pub id: String,
    /// The address for edits, `project/BBR`.
    pub entity: String,
    /// Its name; empty when only its short name is known.
    pub name: String,
    /// Pilot or not, and who.
    pub pilot: String,
    /// How it is rolled out.
    pub rollout: String,
    /// Which tasks on shared infrastructure are published.
    pub published: String,
    /// When it goes live.
    pub go_live: Option<NaiveDate>,
    /// The municipality has it: a task of it, or a word on it.
    pub here: bool,
}

/// Interfaces × projects.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct InterfaceMatrix {
    /// The day that the colours are of.
    pub on: NaiveDate,
    /// Changes up to here are in it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// The catalogue that it stands on.
    pub catalogue: String,
    /// Where that is from.
    pub source: String,
    /// Those furthest on first.
    pub projects: Vec<InterfaceProject>,
    /// By støttesystem, then number.
    pub interfaces: Vec<InterfaceRow>,
    /// Interfaces that nothing is known to use; `all` shows them.
    pub hidden: u32,
}

/// Asks for one interface, whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct InterfaceQuery {
    /// Its number.
    pub id: String,
    /// Colours as of this day; none means today in Copenhagen.
    pub on: Option<NaiveDate>,
}

/// What a project learned about an interface.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AttentionPoint {
    /// Its id.
    pub id: String,
    /// The address for edits, `attention/<id>`; fields `text`, `archived`.
    pub entity: String,
    /// The project that learned it, by its short name.
    pub project: String,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub who: String,
    /// From which forvaltning.
    pub department: String,
    /// When, RFC 3339 in UTC; empty when it is not known.
    pub when: String,
    /// Fields with several values.
    pub conflicts: Vec<String>,
}

/// One interface, whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct InterfaceDetail {
    /// As in the matrix.
    pub row: InterfaceRow,
    /// The projects, in the order of `row.uses`.
    pub projects: Vec<InterfaceProject>,
    /// The KLIK tasks that are tied to it, by project.
    pub tasks: Vec<TaskRow>,
    /// What was learned, newest first.
    pub points: Vec<AttentionPoint>,
    /// Changes up to here are in it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Adds an attention point.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct AttentionArgs {
    /// The interface's number.
    pub interface: String,
    /// The project that learned it, by its short name.
    pub project: String,
    /// What it says.
    pub text: String,
}
