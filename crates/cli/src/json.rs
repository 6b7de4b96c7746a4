//! What `--json` prints: the shapes of `docs/cli.md`. Nothing in them depends on the laptop that prints them.

use chrono::NaiveDate;
use serde::Serialize;
use tovholder_app::view::{
    CellValue, Comment, ConflictView, EditDone, FieldSource, FieldView, Finding, HistoryEntry, KeptCell, PersonRef,
    Prerequisite, TaskDetail, TaskRow, UndoDone,
};
use tovholder_model::{Colour, Reason, Scalar, Status, TaskKind};

use crate::texts::Texts;

/// A task in `tasks`, and the first part of one in `task show`.
#[derive(Debug, Serialize)]
pub struct TaskJson<'a> {
    #[serde(flatten)]
    brief: TaskBrief<'a>,
    theme: &'a str,
    role: &'a str,
    role_id: Option<&'a str>,
    earlier_deadlines: &'a [NaiveDate],
    note: &'a str,
    archived: bool,
    klik_differs: &'a [String],
    changed: Option<&'a str>,
    comments: Vec<CommentJson>,
    conflicts: Vec<FieldConflict>,
}

impl<'a> TaskJson<'a> {
    /// A task with its comments, oldest first, and its cells in conflict.
    pub fn new(row: &'a TaskRow, comments: &[Comment], conflicts: Vec<FieldConflict>, texts: &Texts) -> Self {
        Self {
            brief: TaskBrief::new(row, texts),
            theme: &row.theme,
            role: &row.role,
            role_id: row.role_id.as_deref(),
            earlier_deadlines: &row.earlier_deadlines,
            note: &row.note,
            archived: row.archived,
            klik_differs: &row.klik_differs,
            changed: row.changed.as_deref(),
            comments: comments.iter().map(CommentJson::from).collect(),
            conflicts,
        }
    }
}

/// A task where it is named by the way: in the overview, on a person's page, waiting for a role.
#[derive(Debug, Serialize)]
pub struct TaskBrief<'a> {
    id: &'a str,
    project: &'a str,
    title: &'a str,
    kind: TaskKind,
    colour: Colour,
    reason: String,
    reasons: &'a [Reason],
    status: Status,
    percent: u8,
    start: Option<NaiveDate>,
    deadline: Option<NaiveDate>,
    responsible: Option<&'a str>,
    responsible_id: Option<&'a str>,
    performer: Option<&'a str>,
    performer_id: Option<&'a str>,
    action_needed: bool,
    gone: bool,
}

impl<'a> TaskBrief<'a> {
    /// The brief form of a row.
    pub fn new(row: &'a TaskRow, texts: &Texts) -> Self {
        Self {
            id: &row.id,
            project: &row.project,
            title: &row.title,
            kind: row.kind,
            colour: row.colour,
            reason: texts.reasons(row.colour, &row.reasons),
            reasons: &row.reasons,
            status: row.status,
            percent: row.percent,
            start: row.start,
            deadline: row.deadline,
            responsible: name_of(row.responsible.as_ref()),
            responsible_id: id_of(row.responsible.as_ref()),
            performer: name_of(row.performer.as_ref()),
            performer_id: id_of(row.performer.as_ref()),
            action_needed: row.action_needed,
            gone: row.gone,
        }
    }

    /// The brief forms of rows, in their order.
    pub fn list(rows: &'a [TaskRow], texts: &Texts) -> Vec<Self> {
        rows.iter().map(|row| Self::new(row, texts)).collect()
    }
}

/// A person's name, null when there is nobody.
pub fn name_of(person: Option<&PersonRef>) -> Option<&str> {
    person.map(|person| person.name.as_str())
}

/// A person's id, null when there is nobody.
pub fn id_of(person: Option<&PersonRef>) -> Option<&str> {
    person.map(|person| person.id.as_str())
}

/// A comment.
#[derive(Debug, Serialize)]
pub struct CommentJson {
    id: String,
    text: String,
    who: String,
    department: String,
    when: String,
}

impl From<&Comment> for CommentJson {
    fn from(comment: &Comment) -> Self {
        Self {
            id: comment.id.clone(),
            text: comment.text.clone(),
            who: comment.who.clone(),
            department: comment.department.clone(),
            when: comment.when.clone(),
        }
    }
}

/// A cell with several values.
#[derive(Debug, Serialize)]
pub struct FieldConflict {
    field: String,
    values: Vec<ValueJson>,
}

impl FieldConflict {
    /// A field of a task, and its values.
    pub fn new(field: &str, values: &[CellValue]) -> Self {
        Self { field: field.to_owned(), values: values_of(values) }
    }
}

/// One of a cell's values.
#[derive(Debug, Clone, Serialize)]
pub struct ValueJson {
    value: Scalar,
    text: String,
    who: String,
    department: String,
    when: String,
    saw: Option<String>,
    op: String,
}

impl From<&CellValue> for ValueJson {
    fn from(value: &CellValue) -> Self {
        Self {
            value: value.value.clone(),
            text: value.text.clone(),
            who: value.who.clone(),
            department: value.department.clone(),
            when: value.when.clone(),
            saw: value.saw.clone(),
            op: value.op.clone(),
        }
    }
}

/// A cell's values by (counter, actor), the same on every laptop.
fn values_of(values: &[CellValue]) -> Vec<ValueJson> {
    let mut values: Vec<ValueJson> = values.iter().map(ValueJson::from).collect();
    values.sort_by(|one, other| op_order(&one.op).cmp(&op_order(&other.op)));
    values
}

/// An operation's id `counter@actor` in the order that Automerge gives operations.
fn op_order(op: &str) -> (u64, &str) {
    let (counter, actor) = op.split_once('@').unwrap_or(("0", op));
    (counter.parse().unwrap_or(0), actor)
}

/// One element of `conflicts`.
#[derive(Debug, Serialize)]
pub struct ConflictJson<'a> {
    id: &'a str,
    entity: &'a str,
    task: Option<&'a str>,
    project: &'a str,
    title: &'a str,
    field: &'a str,
    values: Vec<ValueJson>,
}

impl<'a> From<&'a ConflictView> for ConflictJson<'a> {
    fn from(conflict: &'a ConflictView) -> Self {
        Self {
            id: &conflict.id,
            entity: &conflict.entity,
            task: Some(conflict.task.as_str()).filter(|task| !task.is_empty()),
            project: &conflict.project,
            title: &conflict.title,
            field: &conflict.field,
            values: values_of(&conflict.values),
        }
    }
}

/// A task in `task show`.
#[derive(Debug, Serialize)]
pub struct TaskShown<'a> {
    on: NaiveDate,
    #[serde(flatten)]
    task: TaskJson<'a>,
    description: &'a str,
    prerequisites: &'a str,
    result: &'a str,
    waits_for: &'a [Prerequisite],
    findings: Vec<FindingJson<'a>>,
    fields: Vec<FieldJson<'a>>,
}

impl<'a> TaskShown<'a> {
    /// A task, whole; `history` tells which operations a reader of this has seen.
    pub fn new(detail: &'a TaskDetail, history: &'a [HistoryEntry], texts: &Texts) -> Self {
        let text_of = |name: &str| {
            let field = detail.fields.iter().find(|field| field.field == name);
            field.map(|field| field.text.as_str()).unwrap_or_default()
        };
        let several = detail.fields.iter().filter(|field| field.values.len() > 1);
        let conflicts = several.map(|field| FieldConflict::new(&field.field, &field.values)).collect();
        Self {
            on: detail.on,
            task: TaskJson::new(&detail.row, &detail.comments, conflicts, texts),
            description: text_of("description"),
            prerequisites: text_of("prerequisites"),
            result: text_of("result"),
            waits_for: &detail.prerequisites,
            findings: detail.findings.iter().map(|finding| FindingJson::new(finding, texts)).collect(),
            fields: detail.fields.iter().map(|field| FieldJson::new(field, history)).collect(),
        }
    }
}

/// A field of a task.
#[derive(Debug, Serialize)]
struct FieldJson<'a> {
    field: &'a str,
    value: &'a Scalar,
    text: &'a str,
    source: FieldSource,
    klik: Option<&'a Scalar>,
    klik_text: Option<&'a str>,
    differs: bool,
    editable: bool,
    values: Vec<ValueJson>,
    seen: Vec<&'a str>,
}

impl<'a> FieldJson<'a> {
    fn new(field: &'a FieldView, history: &'a [HistoryEntry]) -> Self {
        let standing =
            history.iter().filter(|entry| entry.field == field.field && entry.live && entry.import.is_none());
        let mut seen: Vec<&str> = standing.map(|entry| entry.op.as_str()).collect();
        seen.sort_by(|one, other| op_order(one).cmp(&op_order(other)));
        Self {
            field: &field.field,
            value: &field.value,
            text: &field.text,
            source: field.source,
            klik: field.klik.as_ref(),
            klik_text: field.klik_text.as_deref(),
            differs: field.differs,
            editable: field.editable,
            values: values_of(&field.values),
            seen,
        }
    }
}

/// A finding with its sentence.
#[derive(Debug, Serialize)]
pub struct FindingJson<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    message: String,
    what_to_do: String,
}

impl<'a> FindingJson<'a> {
    /// A finding in words.
    pub fn new(finding: &'a Finding, texts: &Texts) -> Self {
        let (message, what_to_do) = texts.finding(finding);
        Self { finding, message, what_to_do }
    }
}

/// What an edit did.
#[derive(Debug, Serialize)]
pub struct EditJson<'a> {
    written: u32,
    conflicts: Vec<CellName<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
}

/// A cell by name.
#[derive(Debug, Serialize)]
struct CellName<'a> {
    entity: &'a str,
    field: &'a str,
}

impl<'a> From<&'a EditDone> for EditJson<'a> {
    fn from(done: &'a EditDone) -> Self {
        let cell = |name: &'a String| {
            let (entity, field) = name.rsplit_once(' ').unwrap_or((name, ""));
            CellName { entity, field }
        };
        Self { written: done.written, conflicts: done.conflicts.iter().map(cell).collect(), id: done.id.as_deref() }
    }
}

/// Done, and nothing more to say.
#[derive(Debug, Serialize)]
pub struct DoneJson {
    /// Always true: what is not done is an error.
    pub done: bool,
}

/// What undo or redo did.
#[derive(Debug, Serialize)]
pub struct UndoJson<'a> {
    label: &'a str,
    undone: u32,
    kept: &'a [KeptCell],
}

impl<'a> From<&'a UndoDone> for UndoJson<'a> {
    fn from(done: &'a UndoDone) -> Self {
        Self { label: &done.label, undone: done.undone, kept: &done.kept }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn value(op: &str) -> CellValue {
        CellValue {
            value: Scalar::Null,
            text: String::new(),
            who: String::new(),
            department: String::new(),
            when: String::new(),
            saw: None,
            op: op.to_owned(),
        }
    }

    #[test]
    fn values_stand_by_counter_then_actor_as_numbers() {
        let ordered = values_of(&["10@aa", "9@ff", "10@0b", "9@00"].map(value));
        let ops: Vec<&str> = ordered.iter().map(|value| value.op.as_str()).collect();
        assert_eq!(ops, ["9@00", "9@ff", "10@0b", "10@aa"]);
    }

    #[test]
    fn a_cell_in_conflict_is_named_by_entity_and_field() {
        let done = EditDone { written: 1, conflicts: vec!["task/KLIK 1 status".to_owned()], cursor: 7, id: None };
        let json = serde_json::to_value(EditJson::from(&done)).unwrap();
        assert_eq!(
            json,
            serde_json::json!({ "written": 1, "conflicts": [{ "entity": "task/KLIK 1", "field": "status" }] })
        );
    }
}
