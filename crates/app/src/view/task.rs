//! Tasks as a screen or a terminal sees them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tovholder_model::{Colour, Reason, Scalar, Status, TaskKind};

/// A person where only the name is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct PersonRef {
    /// The opaque id.
    pub id: String,
    /// The name, or the id when the name is not known here.
    pub name: String,
}

/// Asks for tasks.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct TasksQuery {
    /// Colours as of this day; none means today in Copenhagen.
    pub on: Option<NaiveDate>,
}

/// Every task of the municipality, projects in order, then ids. Filter, sort and group happen where they are shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TaskList {
    /// The day the colours are of.
    pub on: NaiveDate,
    /// What this list saw; an edit made from it carries this number back (`EditArgs::cursor`).
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// The tasks, archived and gone ones too.
    pub rows: Vec<TaskRow>,
}

/// One task in a table.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TaskRow {
    /// KLIK's id, or an own id for a local task.
    pub id: String,
    /// The project's short name, for example `BBR`.
    pub project: String,
    /// Opgavetitel.
    pub title: String,
    /// Opgavetype.
    pub kind: TaskKind,
    /// Tema, empty when none.
    pub theme: String,
    /// The role the task waits for, as KLIK names it; empty when none.
    pub role: String,
    /// The gallery's id of that role, when the name is known there.
    pub role_id: Option<String>,
    /// Startdato.
    pub start: Option<NaiveDate>,
    /// Slutdato (frist).
    pub deadline: Option<NaiveDate>,
    /// Earlier deadlines, oldest first.
    pub earlier_deadlines: Vec<NaiveDate>,
    /// Ansvarlig.
    pub responsible: Option<PersonRef>,
    /// Udfører.
    pub performer: Option<PersonRef>,
    /// Status.
    pub status: Status,
    /// Udført, 0 to 100.
    pub percent: u8,
    /// Someone said that action is needed.
    pub action_needed: bool,
    /// The municipality's own free note.
    pub note: String,
    /// The colour on the list's day.
    pub colour: Colour,
    /// Why it has that colour, the deciding trigger first; never empty.
    pub reasons: Vec<Reason>,
    /// Not in the newest export of its project any more.
    pub gone: bool,
    /// Put away here; can be fetched back.
    pub archived: bool,
    /// Fields that have several values until someone chooses.
    pub conflicts: Vec<String>,
    /// Fields where KLIK now says something else than it did when it was overridden here.
    pub klik_differs: Vec<String>,
    /// Number of comments.
    pub comments: u32,
    /// When a cell of it was last written, RFC 3339 in UTC.
    pub changed: Option<String>,
}

/// Asks for one task, whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct TaskQuery {
    /// The task's id.
    pub id: String,
    /// Colour as of this day.
    pub on: Option<NaiveDate>,
}

/// Where the shown value of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum FieldSource {
    /// Nobody has said anything.
    Nobody,
    /// The export from KLIK.
    Klik,
    /// The template of the network that the task was made from.
    Network,
    /// The municipality's own value, on top of KLIK's.
    Local,
}

/// One value of a cell, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CellValue {
    /// The stored value.
    pub value: Scalar,
    /// The value in words (a person's name for an id).
    pub text: String,
    /// Who wrote it.
    pub who: String,
    /// From which forvaltning.
    pub department: String,
    /// When, RFC 3339 in UTC.
    pub when: String,
    /// The value its author saw before, in words.
    pub saw: Option<String>,
    /// The operation's id, `counter@actor`.
    pub op: String,
}

/// One field of a task, with everything known of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct FieldView {
    /// The field's code word, for example `deadline`.
    pub field: String,
    /// The value that is shown.
    pub value: Scalar,
    /// The same in words.
    pub text: String,
    /// Whose value that is.
    pub source: FieldSource,
    /// What KLIK says now, when that is not what is shown.
    pub klik: Option<Scalar>,
    /// The same in words.
    pub klik_text: Option<String>,
    /// KLIK changed what was overridden here, and nobody has chosen since.
    pub differs: bool,
    /// All values, when there are several.
    pub values: Vec<CellValue>,
    /// A screen may edit it.
    pub editable: bool,
}

/// A remark on a task; append-only.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Comment {
    /// Its id.
    pub id: String,
    /// The text.
    pub text: String,
    /// Who wrote it.
    pub who: String,
    /// From which forvaltning.
    pub department: String,
    /// When, RFC 3339 in UTC.
    pub when: String,
}

/// Something across cells that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum Finding {
    /// The start lies after the deadline.
    StartAfterDeadline {
        /// The task.
        task: String,
        /// Its start.
        start: NaiveDate,
        /// Its deadline.
        deadline: NaiveDate,
    },
    /// Archived here while someone edited it.
    ArchivedButEdited {
        /// The task.
        task: String,
    },
    /// Archived or gone while someone still has work on it.
    GoneButOpen {
        /// The task.
        task: String,
    },
    /// A stored word is not known to this version.
    UnknownValue {
        /// The task.
        task: String,
        /// The field.
        field: String,
        /// The raw word.
        value: String,
    },
    /// Two tasks wait for each other.
    PrerequisiteCircle {
        /// One of the tasks.
        task: String,
    },
    /// An assignment ends before it begins.
    PeriodBackwards {
        /// The project.
        project: String,
        /// The role.
        role: String,
        /// The person.
        person: String,
    },
    /// KLIK moved the task to another project while someone edited it where it lay.
    MovedButEdited {
        /// The task.
        task: String,
        /// The project where the edit stands.
        from: String,
    },
    /// A task is not done, and whoever is to do it was archived.
    PersonArchived {
        /// The task.
        task: String,
        /// The person.
        person: String,
    },
    /// Whoever holds the role was archived.
    HolderArchived {
        /// The project.
        project: String,
        /// The role.
        role: String,
        /// The person.
        person: String,
    },
    /// Two persons were given the role for the same time, by two who did not know of each other.
    RoleFilledApart {
        /// The project.
        project: String,
        /// The role.
        role: String,
        /// The one.
        person: String,
        /// The other.
        other: String,
    },
    /// The same person holds the same role twice at once.
    RoleFilledTwice {
        /// The project.
        project: String,
        /// The role.
        role: String,
        /// The person.
        person: String,
    },
}

/// A task that this one waits for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Prerequisite {
    /// Its id.
    pub id: String,
    /// Its title, the id when it is not known here.
    pub title: String,
    /// Its colour.
    pub colour: Option<Colour>,
    /// It is late.
    pub late: bool,
}

/// One task, whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct TaskDetail {
    /// The day the colour is of.
    pub on: NaiveDate,
    /// What this view saw; an edit made from it carries this number back.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// The row of the table.
    pub row: TaskRow,
    /// The address for edits, `task/<id>`.
    pub entity: String,
    /// It was made from a template of the network, whose word lies below the municipality's as KLIK's else does.
    pub told: bool,
    /// Every field, in the order a panel shows them.
    pub fields: Vec<FieldView>,
    /// Tasks it waits for.
    pub prerequisites: Vec<Prerequisite>,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
    /// What a person should look at.
    pub findings: Vec<Finding>,
}

/// Asks for the history of an entity, or of one field of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct HistoryQuery {
    /// For example `task/KLIK-1001`, `person/<id>`, `role/BBR:projektleder`.
    pub entity: String,
    /// Only this field.
    pub field: Option<String>,
}

/// One write of a cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct HistoryEntry {
    /// The field.
    pub field: String,
    /// What the author saw before, in words; none when the cell was empty.
    pub from: Option<String>,
    /// What was written, in words; none when the cell was emptied.
    pub to: Option<String>,
    /// What was written, to restore it.
    pub value: Scalar,
    /// Who wrote it.
    pub who: String,
    /// From which forvaltning.
    pub department: String,
    /// When, RFC 3339 in UTC.
    pub when: String,
    /// The export it came from, `2018-05-15.1a2b3c4d`; none when a person wrote it.
    pub import: Option<String>,
    /// The row in that export.
    pub row: Option<u32>,
    /// The import was undone.
    pub undone: bool,
    /// It still stands.
    pub live: bool,
    /// It stands beside another value.
    pub in_conflict: bool,
    /// The operation's id, `counter@actor`.
    pub op: String,
}

/// One cell to write.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct Edit {
    /// What to edit: `task/KLIK-1001`, `person/<id>`, `project/BBR`, `role/BBR:projektleder`, `assignment/<id>`.
    pub entity: String,
    /// The field's code word.
    pub field: String,
    /// The new value. For `responsible` and `performer` a person's id, or a name (found or made). Null follows KLIK.
    pub value: Option<Scalar>,
    /// Operation ids the author saw, `counter@actor`. None means what `EditArgs::cursor` showed.
    pub seen: Option<Vec<String>>,
}

/// Edits that belong together: one step to undo.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct EditArgs {
    /// The cells.
    pub edits: Vec<Edit>,
    /// The `cursor` of the list or detail that the edits were made from. None means what stands now.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub cursor: Option<i64>,
}

/// What an edit did.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EditDone {
    /// Cells written; setting the value already there writes nothing.
    pub written: u32,
    /// Cells that now have several values, as `entity field`.
    pub conflicts: Vec<String>,
    /// The laptop's cursor afterwards.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
    /// Id of what was created, if anything was.
    pub id: Option<String>,
}

/// A new local task.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct CreateTaskArgs {
    /// The project's short name; made when it is new.
    pub project: String,
    /// The title.
    pub title: String,
    /// Startdato.
    pub start: Option<NaiveDate>,
    /// Frist.
    pub deadline: Option<NaiveDate>,
    /// Ansvarlig: a person's id or a name.
    pub responsible: Option<String>,
}

/// A remark to add.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct CommentArgs {
    /// The task.
    pub task: String,
    /// The text.
    pub text: String,
}

/// Settles a field where KLIK changed what was overridden here.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct KlikChoiceArgs {
    /// The task.
    pub task: String,
    /// The field.
    pub field: String,
    /// True takes KLIK's value, false keeps the municipality's and does not ask again.
    pub take_klik: bool,
}
