//! What the shell of every screen shows: who, where, what is saved, what can be undone.
use serde::{Deserialize, Serialize};

use super::Overview;

/// One of the 98 municipalities.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Municipality {
    /// Four digits, for example `0479`.
    pub code: String,
    /// For example `Svendborg`.
    pub name: String,
    /// For example `Region Syddanmark`.
    pub region: String,
}

/// The person who uses this laptop.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Me {
    /// The person's opaque id.
    pub person: String,
    /// The name shown beside what is edited.
    pub name: String,
    /// The forvaltning.
    pub department: String,
}

/// Something about this laptop that its user should know, a code of the message catalogue under `notice`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Notice {
    /// For example `no_disk_encryption`, `integrity_failed`, `recovered_after_crash`.
    pub code: String,
    /// What the sentence needs, for example a path; may be empty.
    pub detail: String,
}

/// The state of this laptop's data.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Laptop {
    /// False until municipality, department and name are given (first start).
    pub founded: bool,
    /// The municipality.
    pub municipality: Option<Municipality>,
    /// Who works here.
    pub me: Option<Me>,
    /// Forvaltninger named so far, for choosing.
    pub departments: Vec<String>,
    /// Today in Europe/Copenhagen.
    pub today: chrono::NaiveDate,
    /// The day that screens should show at first, when the program was started with `TOVHOLDER_ON`.
    pub on: Option<chrono::NaiveDate>,
    /// Changes that have not left this laptop.
    pub waiting: u32,
    /// When the newest change was saved, RFC 3339 in UTC.
    pub saved_at: Option<String>,
    /// Grows with every change from any window or terminal.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// Cells with several values.
    pub conflicts: u32,
    /// Tasks that are not archived.
    pub tasks: u32,
    /// What undo would take back, in words; none when nothing.
    pub undo: Option<String>,
    /// What redo would bring back.
    pub redo: Option<String>,
    /// What the user should know.
    pub notices: Vec<Notice>,
    /// Where the data lies.
    pub data_dir: String,
    /// This program's version.
    pub version: String,
}

/// What a screen asks first: one question instead of six, for the first rows wait for the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Opening {
    /// The state of the laptop.
    pub laptop: Laptop,
    /// The settings that decide how a screen looks: `lang`, `theme`, `letters`, `density`; those that were ever set.
    pub preferences: std::collections::BTreeMap<String, serde_json::Value>,
    /// *Overblik* of the day that is shown at first, its lists cut; none before first start.
    pub overview: Option<Overview>,
}

/// Waits until something changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct WaitArgs {
    /// The cursor already known.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// The answer to a wait: at once when something changed, else after some seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Waited {
    /// The cursor now.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// First start: three answers and no account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct FoundArgs {
    /// Four-digit code.
    pub municipality: String,
    /// Forvaltning.
    pub department: String,
    /// The user's name.
    pub name: String,
}

/// Changes who works here.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct MeArgs {
    /// Forvaltning.
    pub department: String,
    /// The user's name.
    pub name: String,
}

/// Nothing more to say than that it is done and saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Done {
    /// The cursor afterwards.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Reads or writes a setting of this laptop, for example saved views.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct PreferenceArgs {
    /// Its name, for example `views.tasks`.
    pub key: String,
    /// The new value; none only reads.
    pub value: Option<serde_json::Value>,
}

/// A setting of this laptop.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Preference {
    /// Its value.
    pub value: Option<serde_json::Value>,
}

/// What undo or redo did.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct UndoDone {
    /// The step, in words.
    pub label: String,
    /// Cells taken back.
    pub undone: u32,
    /// Cells that someone has written since; they stay as they are.
    pub kept: Vec<KeptCell>,
    /// The cursor afterwards.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// A cell that undo left alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct KeptCell {
    /// For example `task/KLIK-1001`.
    pub entity: String,
    /// The entity's name.
    pub title: String,
    /// The field.
    pub field: String,
    /// What stands there now, in words.
    pub now: String,
}

/// Searches titles, descriptions, notes, comments, persons, roles and projects.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct SearchArgs {
    /// Words, each a prefix.
    pub q: String,
}

/// What a search found, best first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct SearchHits {
    /// At most 50.
    pub hits: Vec<SearchHit>,
}

/// One hit.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct SearchHit {
    /// `task`, `person`, `role` or `project`.
    pub kind: String,
    /// Its address, for example `task/KLIK-1001`.
    pub entity: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Where it was found, hits between `[` and `]`.
    pub snippet: String,
    /// The project, empty for persons.
    pub project: String,
}

/// The sealed backups beside the database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct BackupList {
    /// Newest first.
    pub backups: Vec<BackupFile>,
    /// The folder.
    pub dir: String,
}

/// One sealed backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct BackupFile {
    /// File name.
    pub file: String,
    /// When it was made, RFC 3339 in UTC.
    pub when: String,
    /// Size.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub bytes: u64,
}

/// Restores a backup; what stands now is backed up first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct BackupRestoreArgs {
    /// File name in the backup folder, or a path.
    pub file: String,
    /// The backup key, when the backup is from another laptop.
    pub key: Option<String>,
}

/// What a restore did.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct BackupRestored {
    /// The backup that was restored.
    pub file: String,
    /// The backup of what stood before.
    pub saved_before: String,
    /// The cursor afterwards.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Examines the data.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct DoctorArgs {
    /// Also rebuild the read tables from the changes, and compare.
    pub rebuild: bool,
}

/// What the doctor saw.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct DoctorReport {
    /// Nothing is wrong.
    pub ok: bool,
    /// SQLite's own word, `ok` when all is well.
    pub integrity: String,
    /// Documents.
    pub documents: u32,
    /// Changes.
    pub changes: u32,
    /// Cells with a value.
    pub cells: u32,
    /// Documents loaded by Automerge itself and found equal to the read tables.
    pub verified: u32,
    /// Documents or tables that differ.
    pub differing: Vec<String>,
    /// Whether the rebuilt read tables were identical; none when not asked.
    pub rebuilt: Option<bool>,
    /// Where this device's secret lies: `keyring`, `file`, or `none` before sharing has begun.
    pub device_secret: String,
    /// About the place and the disk.
    pub notices: Vec<Notice>,
}

/// The key that opens this laptop's backups.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct BackupKey {
    /// In groups of letters, to print and put in the safe.
    pub key: String,
}

/// No arguments.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct NoArgs {}
