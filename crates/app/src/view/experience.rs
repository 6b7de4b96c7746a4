//! What municipalities learn from each other in the network: experiences, templates, reference groups.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What somebody wrote down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum ExperienceKind {
    /// How it went.
    #[default]
    Experience,
    /// Something to go by: a plan, a letter, a check list.
    Template,
}

/// Asks for experiences.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ExperienceQuery {
    /// Of one subject, `interface/SF1511` or `project/BBR`; none for all.
    pub about: Option<String>,
    /// Words that title, text or municipality have, all of them.
    pub q: Option<String>,
}

/// A question to an experience, or an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Remark {
    /// Its name, for taking it away.
    pub id: String,
    /// The municipality's code.
    pub code: String,
    /// The municipality that wrote it.
    pub municipality: String,
    /// What it says.
    pub text: String,
    /// Which day.
    pub on: Option<NaiveDate>,
    /// This municipality wrote it.
    pub ours: bool,
    /// Whoever wrote the experience wrote it.
    pub by_writer: bool,
}

/// What a municipality learned, or a template that it hands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ExperienceRow {
    /// Its name, for thanks, questions and changes.
    pub id: String,
    /// `interface` or `project`.
    pub about_kind: String,
    /// The interface's number or the project's short name.
    pub about: String,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub text: String,
    /// A link; empty for none.
    pub link: String,
    /// What it is.
    pub kind: ExperienceKind,
    /// Which day it was written.
    pub on: Option<NaiveDate>,
    /// The municipality's code.
    pub code: String,
    /// The municipality that wrote it.
    pub municipality: String,
    /// This municipality wrote it.
    pub ours: bool,
    /// Municipalities that thank for it.
    pub thanks: u32,
    /// This municipality does.
    pub thanked: bool,
    /// Questions and answers, oldest first.
    pub remarks: Vec<Remark>,
}

/// Experiences, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ExperienceList {
    /// The experiences.
    pub experiences: Vec<ExperienceRow>,
    /// Of these, this municipality's own where the last word is another's.
    pub unanswered: u32,
    /// Changes up to here are in it; of the network's own data.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Writes an experience, changes one's own, or takes it away.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ExperienceArgs {
    /// Its name; none for a new one.
    pub id: Option<String>,
    /// What it is about, `interface/SF1511` or `project/BBR`.
    pub about: String,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub text: String,
    /// A link.
    pub link: String,
    /// What it is.
    pub kind: ExperienceKind,
    /// Take it away.
    pub remove: bool,
}

/// Thanks for an experience.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ThankArgs {
    /// The experience.
    pub id: String,
    /// Take the thanks back.
    pub take_back: bool,
}

/// Asks, or answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct RemarkArgs {
    /// The experience.
    pub id: String,
    /// What to say.
    pub text: String,
    /// Instead: this word of one's own is taken away.
    pub remove: Option<String>,
}

/// A reference group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct GroupRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// `interface` or `project`; empty when it is about neither.
    pub about_kind: String,
    /// The interface's number or the project's short name.
    pub about: String,
    /// What it does.
    pub text: String,
    /// A link.
    pub link: String,
    /// Municipalities that are in it, by name.
    pub municipalities: Vec<String>,
    /// This one is.
    pub ours: bool,
}

/// The reference groups, by title.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct GroupList {
    /// The groups.
    pub groups: Vec<GroupRow>,
    /// Changes up to here are in it; of the network's own data.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Puts this municipality into a reference group, or takes it out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct JoinGroupArgs {
    /// The group's id.
    pub id: String,
    /// Out of it.
    pub leave: bool,
}
