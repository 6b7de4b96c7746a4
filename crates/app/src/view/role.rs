//! The role gallery, fitted to projects, and who holds which role.
use super::task::{PersonRef, TaskRow};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The three categories of KOMBIT's gallery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum RoleCategory {
    /// Organisatoriske roller.
    Organisational,
    /// Projekt- og programroller.
    Project,
    /// Tekniske roller.
    Technical,
}

/// Whether a project needs a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Needed {
    /// Needed.
    Yes,
    /// Not needed.
    No,
    /// Nobody has said.
    Unassessed,
}

/// What a role is for. A text that the source does not give is empty, and shown as a gap.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RoleText {
    /// Ansvar.
    pub responsibility: String,
    /// Opgaver.
    pub duties: String,
    /// Kompetencer.
    pub competences: String,
}

/// A person holds a role for a period.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct AssignmentRow {
    /// Its id.
    pub id: String,
    /// The address for edits, `assignment/<id>`; fields `from`, `to`, `person`, `role`, `archived`.
    pub entity: String,
    /// The project.
    pub project: String,
    /// The role's id.
    pub role: String,
    /// The role's name.
    pub role_name: String,
    /// Who.
    pub person: PersonRef,
    /// First day; none means always.
    pub from: Option<NaiveDate>,
    /// Last day, included; none means until further notice.
    pub to: Option<NaiveDate>,
    /// The day lies in the period.
    pub active: bool,
    /// Fields with several values.
    pub conflicts: Vec<String>,
}

/// A role in a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RoleRow {
    /// The gallery's id, for example `projektleder`.
    pub id: String,
    /// The address for edits, `role/BBR:projektleder`; fields `needed` (true, false or Null), `responsibility`, `duties`, `competences`, `note`.
    pub entity: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: RoleCategory,
    /// The KLIK themes it belongs to.
    pub themes: Vec<String>,
    /// Whether the project needs it.
    pub needed: Needed,
    /// The text that holds here: tailored, else the municipality's own, else the gallery's.
    pub text: RoleText,
    /// The gallery's own text, to compare.
    pub gallery: RoleText,
    /// The text was changed for this project.
    pub tailored: bool,
    /// The municipality added the role; it is not in the gallery.
    pub own: bool,
    /// Note.
    pub note: String,
    /// Who holds it, earlier and later periods too.
    pub assignments: Vec<AssignmentRow>,
    /// Somebody holds it on the day.
    pub filled: bool,
    /// Needed and empty.
    pub risk: bool,
    /// Tasks of the project that wait for it and are not done.
    pub open_tasks: u32,
    /// Of those, red.
    pub red: u32,
    /// Of those, yellow.
    pub yellow: u32,
    /// Those tasks.
    pub waiting: Vec<TaskRow>,
    /// Fields with several values.
    pub conflicts: Vec<String>,
}

/// Asks for a project's roles.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct RolesQuery {
    /// The project's short name.
    pub project: String,
    /// As of this day.
    pub on: Option<NaiveDate>,
}

/// The gallery fitted to a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct RolesView {
    /// The project.
    pub project: String,
    /// The gallery's version, for example `2018`.
    pub gallery: String,
    /// The day.
    pub on: NaiveDate,
    /// What this view saw.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// By category, then as the gallery lists them.
    pub roles: Vec<RoleRow>,
}

/// A role of the gallery, with the municipality's own words.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct GalleryRole {
    /// Its id.
    pub id: String,
    /// The address for edits, `gallery/<id>`; fields `name`, `responsibility`, `duties`, `competences`, `archived`.
    pub entity: String,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: RoleCategory,
    /// KLIK themes.
    pub themes: Vec<String>,
    /// The text that holds in the municipality.
    pub text: RoleText,
    /// The gallery's own text.
    pub original: RoleText,
    /// The municipality added it.
    pub own: bool,
    /// Projects that need it.
    pub needed_in: u32,
    /// Of those, projects where somebody holds it on the day.
    pub filled_in: u32,
}

/// The whole gallery.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct GalleryView {
    /// The gallery's version.
    pub version: String,
    /// Where it comes from.
    pub source: String,
    /// What this view saw.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// By category, then as the gallery lists them.
    pub roles: Vec<GalleryRole>,
}

/// Adds a role of the municipality's own to the gallery.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct CreateRoleArgs {
    /// Its name.
    pub name: String,
    /// Its category; organisational when not said.
    pub category: Option<RoleCategory>,
}

/// Gives a person a role.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct AssignArgs {
    /// The project.
    pub project: String,
    /// The role's id or name.
    pub role: String,
    /// The person's id, or a name (found or made).
    pub person: String,
    /// First day; none means today.
    pub from: Option<NaiveDate>,
    /// Last day, included.
    pub to: Option<NaiveDate>,
}
