//! What an author saw of something that spans cells, written down beside what was done.
//!
//! A conflict is of one cell. Archiving here and editing there, a task that KLIK moved while someone edited it where it
//! lay, a role given to two persons at once: there no cell has two values, and yet one side did not know of the other. So
//! whoever does such a thing writes what stood there then into a cell `<field>/over`, as an own value does with KLIK's.
//! Where that is not what stands now, the overview has a finding. It is settled by touching the thing again: then it was
//! seen.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use tovholder_model::{Record, Scalar, key};
use tovholder_store::CellEdit;

use crate::world::{Entry, World};

/// Beside `archived`: the task's own values, in short.
pub(crate) const ARCHIVED: &str = "archived";
/// In the document that a task was moved to: its own values in the others, in short.
pub(crate) const MOVED: &str = "moved";
/// Beside an assignment's `role`: the other assignments of that role.
pub(crate) const ROLE: &str = "role";

/// A task's own values in short: equal when they are.
pub(crate) fn mark(record: &Record) -> String {
    let own = |values: &BTreeMap<String, Scalar>| {
        let mut own = values.clone();
        own.remove(ARCHIVED);
        own
    };
    let mut conflicts = record.conflicts.clone();
    conflicts.remove(ARCHIVED);
    let json = serde_json::to_vec(&(own(&record.local), conflicts)).unwrap_or_default();
    hex::encode(Sha256::digest(json).get(..4).unwrap_or_default())
}

/// What is written beside an edit of a task that is archived, or that lies elsewhere too; `record` is as the edit leaves it.
pub(crate) fn beside_task(world: &World, entity: &str, record: &Record) -> Vec<CellEdit> {
    let mut cells = Vec::new();
    if record.flag(ARCHIVED) {
        cells.push(over(entity, ARCHIVED, mark(record)));
    }
    let id = key::kind_and_id(entity).map(|(_, id)| key::plain(id)).unwrap_or_default();
    if let Some(others) = world.elsewhere.get(&id) {
        cells.push(moved(entity, others));
    }
    cells
}

/// What is written beside a task's values in the document that KLIK moved it to.
pub(crate) fn moved<'e>(entity: &str, others: impl IntoIterator<Item = &'e Entry>) -> CellEdit {
    let mark_of = |other: &Entry| other.mark.clone().unwrap_or_else(|| mark(&other.record));
    let marks: Vec<String> = others.into_iter().map(mark_of).collect();
    over(entity, MOVED, marks.join(","))
}

/// What is written beside an assignment: who else its author knew to have the role in that project, or to have had it.
pub(crate) fn beside_assignment(world: &World, id: &str, project: &str, role: &str) -> CellEdit {
    let others = world.assignments.iter().filter(|(other, entry)| {
        *other != id && entry.project == project && entry.record.text(ROLE) == role && !entry.record.flag(ARCHIVED)
    });
    let ids: Vec<&str> = others.map(|(other, _)| other.as_str()).collect();
    over(&key::entity("assignment", id), ROLE, ids.join(","))
}

fn over(entity: &str, field: &str, saw: String) -> CellEdit {
    CellEdit::now(entity, format!("{field}/over"), saw)
}

/// Whether one of those who wrote it down named this; none when nobody wrote anything down.
pub(crate) fn saw(record: &Record, field: &str, wanted: &str) -> Option<bool> {
    let over = record.over.get(field)?;
    Some(over.iter().filter_map(Scalar::as_str).any(|saw| saw.split(',').any(|one| one == wanted)))
}

/// Someone archived the task without knowing all that stands in it now.
pub(crate) fn archived_unseen(task: &Entry) -> bool {
    task.record.flag(ARCHIVED)
        && task.mark.as_ref().is_some_and(|mark| saw(&task.record, ARCHIVED, mark) == Some(false))
}

/// Documents where a task lay, and where someone wrote what is not shown now, unseen by those who moved it.
pub(crate) fn left_behind<'w>(world: &'w World, id: &str, task: &'w Entry) -> impl Iterator<Item = &'w Entry> {
    world.elsewhere.get(id).into_iter().flatten().filter(|other| {
        let differs = other.record.local.iter().any(|(field, value)| {
            field != ARCHIVED && task.record.shown(field) != value
                || other.record.conflicts.get(field).is_some_and(|all| task.record.conflicts.get(field) != Some(all))
        });
        differs && other.mark.as_ref().is_none_or(|mark| saw(&task.record, MOVED, mark) != Some(true))
    })
}
