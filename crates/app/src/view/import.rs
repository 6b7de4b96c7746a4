//! Importing a KLIK export: open, map, preview, run, undo.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Hands a file over to be read. Nothing is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ImportOpenArgs {
    /// The file's name, with its extension.
    pub name: String,
    /// Its bytes in base64; empty when `path` is given.
    pub bytes: String,
    /// A path on this laptop (terminal only).
    pub path: Option<String>,
    /// The sheet to read; none picks the one that looks like tasks.
    pub sheet: Option<String>,
}

/// What was read, and how its columns seem to map.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportDraft {
    /// The draft's id, for the next steps.
    pub id: String,
    /// The file's name.
    pub file_name: String,
    /// Sheets of the workbook; empty for CSV.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: String,
    /// The row of the headings, from 1.
    pub heading_row: u32,
    /// Rows below the headings.
    pub rows: u32,
    /// The columns.
    pub columns: Vec<ImportColumn>,
    /// The fields that a column can map to.
    pub fields: Vec<ImportField>,
    /// Fields that must be mapped and are not.
    pub missing: Vec<String>,
    /// When KLIK made the export, if the file tells.
    pub export_date: Option<NaiveDate>,
    /// `title_row`, `file_name`, `last_changed`, `given` or empty when it must be asked.
    pub date_source: String,
}

/// A column of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportColumn {
    /// From 0.
    pub index: u32,
    /// Excel's letter.
    pub letter: String,
    /// Its heading.
    pub heading: String,
    /// The first values.
    pub samples: Vec<String>,
    /// The field it maps to; none leaves the column out.
    pub field: Option<String>,
    /// The user chose this earlier.
    pub remembered: bool,
}

/// A field that a column can map to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportField {
    /// Its code word.
    pub field: String,
    /// An import needs it.
    pub required: bool,
}

/// Asks what an import would do. Nothing is written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ImportPreviewArgs {
    /// The draft.
    pub id: String,
    /// Column index to field; none takes the draft's own. Remembered when the import runs.
    pub mapping: Option<BTreeMap<u32, Option<String>>>,
    /// The export's date, when the file did not tell or told wrong.
    pub export_date: Option<NaiveDate>,
}

/// What an import would do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportPreview {
    /// The draft.
    pub id: String,
    /// The file's name.
    pub file_name: String,
    /// The import's id, `2018-06-15.1a2b3c4d`.
    pub stamp: String,
    /// The export's date.
    pub export_date: NaiveDate,
    /// This very file is imported and stands.
    pub already: bool,
    /// A newer export is imported; this one writes history only.
    pub older: bool,
    /// How many of each.
    pub counts: ImportCounts,
    /// New tasks.
    pub created: Vec<ImportTask>,
    /// Tasks that the file no longer has.
    pub gone: Vec<ImportTask>,
    /// Cell by cell, what needs a look first.
    pub changes: Vec<ImportChange>,
    /// Rows that cannot be taken in, and why.
    pub rejected: Vec<Rejection>,
    /// Fields with changes, to switch off with one click.
    pub columns: Vec<ImportColumnChanges>,
}

/// How many of each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportCounts {
    /// Rows in the file.
    pub rows: u32,
    /// New tasks.
    pub created: u32,
    /// Tasks with at least one change that will be made.
    pub updated: u32,
    /// Those changes.
    pub cells: u32,
    /// Tasks as they were.
    pub unchanged: u32,
    /// No longer in the file.
    pub gone: u32,
    /// Cells where KLIK changed what was overridden here.
    pub conflicts: u32,
    /// Rows that cannot be taken in.
    pub rejected: u32,
}

/// A task that comes or goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportTask {
    /// The row in the file.
    pub row: Option<u32>,
    /// The task's id.
    pub id: String,
    /// The project.
    pub project: String,
    /// The title.
    pub title: String,
}

/// What happens to a changed cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum ImportOutcome {
    /// The new value is shown.
    Updates,
    /// The municipality's own value stays on top; KLIK says the same as when it was overridden.
    KeepsYours,
    /// KLIK changed what was overridden here: both are shown, the user chooses.
    Choose,
    /// The status goes back from completed: not ticked.
    BackFromCompleted,
}

/// One changed cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportChange {
    /// The change's id for `ImportRunArgs`, `KLIK-1001/status`.
    pub key: String,
    /// The row in the file.
    pub row: u32,
    /// The task.
    pub task: String,
    /// The project.
    pub project: String,
    /// The task's title.
    pub title: String,
    /// The field.
    pub field: String,
    /// What the last import said, in words.
    pub last_import: String,
    /// What is shown now, in words.
    pub now: String,
    /// What the file says, in words.
    pub file: String,
    /// What happens.
    pub outcome: ImportOutcome,
    /// Whether it happens unless the user says otherwise.
    pub ticked: bool,
}

/// A row that cannot be taken in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Rejection {
    /// The row in the file, from 1.
    pub row: u32,
    /// The column's heading; empty when it is the whole row.
    pub column: String,
    /// Excel's name of the cell, for example `L175`.
    pub cell: String,
    /// A code of the message catalogue under `reject`.
    pub code: String,
    /// What stood there, shortened; empty when it looks like a CPR number.
    pub value: String,
    /// A fact for the sentence: the impossible date as it was read (`2018-06-31`), the first row of an id that stands
    /// twice (`5`), characters and limit of a text that is too long (`40000/32767`); else empty.
    pub detail: String,
    /// The whole sentence, in the language the screen had when it was made.
    pub reason: String,
}

/// Changes in one field.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportColumnChanges {
    /// The field.
    pub field: String,
    /// Changed cells.
    pub changes: u32,
    /// Whether they are taken; switched-off columns are remembered.
    pub on: bool,
}

/// Runs a previewed import.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ImportRunArgs {
    /// The draft.
    pub id: String,
    /// Fields switched off; none takes what is remembered.
    pub off: Option<Vec<String>>,
    /// Keys of changes that are not taken although ticked.
    pub unticked: Vec<String>,
    /// Keys of changes that are taken although not ticked.
    pub ticked: Vec<String>,
    /// Key of a `choose` change to true (take KLIK's) or false (keep ours).
    pub choices: BTreeMap<String, bool>,
    /// Archive the tasks that are gone instead of only marking them.
    pub archive_gone: bool,
}

/// Names a draft or an import.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ImportIdArgs {
    /// The draft's id or the import's stamp.
    pub id: String,
}

/// How far a running import is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportProgress {
    /// Rows done.
    pub done: u32,
    /// Rows in all.
    pub total: u32,
    /// Still running.
    pub running: bool,
}

/// What an import did.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportDone {
    /// The import's id.
    pub stamp: String,
    /// New tasks.
    pub created: u32,
    /// Changed tasks.
    pub updated: u32,
    /// Unchanged tasks.
    pub unchanged: u32,
    /// No longer in KLIK.
    pub gone: u32,
    /// Cells where KLIK changed what was overridden here, still to choose.
    pub conflicts: u32,
    /// Rows that were not taken in.
    pub rejected: Vec<Rejection>,
    /// The cursor afterwards.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// An import that was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportRecord {
    /// Its id.
    pub stamp: String,
    /// The file's name, empty when not known here.
    pub file_name: String,
    /// The export's date.
    pub export_date: NaiveDate,
    /// When it was imported, RFC 3339 in UTC.
    pub when: String,
    /// By whom.
    pub who: String,
    /// Tasks it held.
    pub tasks: u32,
    /// False when it was undone.
    pub active: bool,
}

/// All imports, newest export first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ImportList {
    /// The imports.
    pub imports: Vec<ImportRecord>,
}
