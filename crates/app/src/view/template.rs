//! What the network's catalogue gives to work with: task templates, and which of them are tasks here; links to material.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tovholder_model::Status;

/// A template of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TemplateRow {
    /// Its id, and the task's.
    pub id: String,
    /// Opgavetitel.
    pub title: String,
    /// Tema.
    pub theme: String,
    /// The role it waits for.
    pub role: String,
    /// Startdato.
    pub start: Option<NaiveDate>,
    /// Slutdato.
    pub deadline: Option<NaiveDate>,
    /// It is a task here, and was not put away.
    pub is_task: bool,
    /// That task's status.
    pub status: Option<Status>,
}

/// A project's templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TemplateProject {
    /// Its short name.
    pub project: String,
    /// Its name in the catalogue; empty when it has none.
    pub name: String,
    /// The municipality has the project.
    pub is_project: bool,
    /// Templates that were never made tasks here.
    pub left: u32,
    /// The templates.
    pub templates: Vec<TemplateRow>,
}

/// The templates of the catalogue as it was taken in, by project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TemplateList {
    /// By short name.
    pub projects: Vec<TemplateProject>,
    /// Changes up to here are in it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Makes a project's templates tasks.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct TakeTemplatesArgs {
    /// The project's short name.
    pub project: String,
    /// These alone; empty for all that are no tasks yet.
    pub ids: Vec<String>,
}

/// Asks for material.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct MaterialQuery {
    /// Of one subject, `interface/SF1511` or `project/BBR`; none for all.
    pub about: Option<String>,
}

/// A link to material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct MaterialRow {
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub url: String,
    /// `interface` or `project`; empty when it is about neither.
    pub about_kind: String,
    /// The interface's number, the project's short name, or what it is about in the publisher's words.
    pub about: String,
}

/// The material that the catalogue names, as it was taken in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct MaterialList {
    /// Links of their own first, then those of projects and of interfaces.
    pub materials: Vec<MaterialRow>,
    /// Changes up to here are in it.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}
