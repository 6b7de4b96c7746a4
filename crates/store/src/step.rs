//! Undo and redo of this laptop's own steps.
//!
//! A step remembers, per cell, the values before and after, and the writes that stood before and after. Taking it back
//! writes the old values, but only where the writes it left still stand; the rest is left alone and listed. The new writes
//! then stand for the old ones in every step of that cell, so that a row of steps can be taken back and brought back one by
//! one. What was created is archived, not taken away; an import is undone by its state, one cell per document.

use rusqlite::{OptionalExtension, params};
use tovholder_model::{OpId, Scalar};

use crate::error::StoreError;
use crate::read::Reader;
use crate::write::{CellEdit, Seen, Write, Written};

/// A cell that undo or redo left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The entity.
    pub entity: String,
    /// The field.
    pub field: String,
}

/// What undo or redo did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDone {
    /// The step's label, as given to [`Write::step`].
    pub label: String,
    /// Cells written.
    pub cells: u32,
    /// Cells that somebody has written since.
    pub kept: Vec<Kept>,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Take the newest step back.
    Undo,
    /// Bring the newest undone step back.
    Redo,
}

struct StepCell {
    document: String,
    entity: String,
    field: String,
    before: Vec<Scalar>,
    after: Scalar,
    before_ops: String,
    after_ops: String,
}

/// The writes before something that was not there: no write has this name.
const NOTHING_YET: &str = "none";

impl Write<'_> {
    /// Closes a step: everything written since the last one is one thing to undo, under this label. Nothing written makes
    /// no step.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn step(&mut self, label: &str) -> Result<(), StoreError> {
        let cells = undoable(self.take_written());
        if cells.is_empty() {
            return Ok(());
        }
        self.tx.prepare_cached("UPDATE step SET state = 'past' WHERE state = 'undone'")?.execute([])?;
        self.tx
            .prepare_cached("INSERT INTO step (time, label, state) VALUES (?, ?, 'done')")?
            .execute(params![self.now, label])?;
        let step = self.tx.last_insert_rowid();
        let mut insert = self.tx.prepare_cached("INSERT INTO step_cell VALUES (?,?,?,?,?,?,?,?)")?;
        for cell in cells {
            insert.execute(params![
                step,
                cell.document,
                cell.entity,
                cell.field,
                serde_json::to_string(&cell.before)?,
                serde_json::to_string(&cell.after)?,
                cell.before_ops,
                cell.after_ops
            ])?;
        }
        Ok(())
    }

    /// Takes the newest step back whose label is wanted, or brings the newest undone one back. None when there is none.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn travel(
        &mut self,
        direction: Direction,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Option<StepDone>, StoreError> {
        let (sql, next) = match direction {
            Direction::Undo => ("SELECT id, label FROM step WHERE state = 'done' ORDER BY id DESC", "undone"),
            Direction::Redo => ("SELECT id, label FROM step WHERE state = 'undone' ORDER BY id", "done"),
        };
        let steps: Vec<(i64, String)> = self
            .tx
            .prepare_cached(sql)?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        let Some((step, label)) = steps.into_iter().find(|(_, label)| wanted(label)) else { return Ok(None) };
        let mut done = StepDone { label, cells: 0, kept: Vec::new() };
        for cell in self.step_cells(step)? {
            let (left, wanted) = match direction {
                Direction::Undo => (&cell.after_ops, &cell.before_ops),
                Direction::Redo => (&cell.before_ops, &cell.after_ops),
            };
            if self.standing(&cell)? == *left {
                let written = self.write_back(&cell, direction, left)?;
                self.stand_for(&cell, wanted, &written)?;
                // KLIK's value beside an own one is bookkeeping, nothing that anybody wrote.
                done.cells += u32::from(!cell.field.ends_with("/over"));
            } else {
                done.kept.push(Kept { entity: cell.entity, field: cell.field });
            }
        }
        self.tx.execute("UPDATE step SET state = ? WHERE id = ?", params![next, step])?;
        self.take_written();
        Ok(Some(done))
    }

    fn write_back(&mut self, cell: &StepCell, direction: Direction, left: &str) -> Result<String, StoreError> {
        let values = match direction {
            Direction::Redo => vec![cell.after.clone()],
            Direction::Undo if cell.before.is_empty() => vec![Scalar::Null],
            Direction::Undo => cell.before.clone(),
        };
        let seen: Vec<OpId> = left.split(',').filter_map(OpId::parse).collect();
        self.take_written();
        // Several old values were a conflict, and it comes back as it was: the one that was chosen stands already, the
        // others are written beside it by an author who replaces nothing. One change each, for a change writes a key once.
        let stands = values.len() > 1 && direction == Direction::Undo && values.contains(&cell.after);
        for value in values.into_iter().filter(|value| !stands || *value != cell.after) {
            let seen = Seen::Ops(if stands { Vec::new() } else { seen.clone() });
            let edit = CellEdit { entity: cell.entity.clone(), field: cell.field.clone(), value, seen };
            self.edit(&cell.document, &[edit])?;
        }
        let written = self.take_written();
        // The old value was the one that stood: nothing had to be written.
        if written.is_empty() {
            return Ok(left.to_owned());
        }
        let kept = seen.iter().filter(|_| stands).copied();
        Ok(join(kept.chain(written.iter().map(|written| written.op))))
    }

    /// From now on `new` stands where `old` stood, in every step of the cell.
    fn stand_for(&self, cell: &StepCell, old: &str, new: &str) -> Result<(), StoreError> {
        for column in ["before_ops", "after_ops"] {
            let sql = format!(
                "UPDATE step_cell SET {column} = ?1 WHERE {column} = ?2 AND entity = ?3 AND field = ?4
                 AND document = (SELECT id FROM document WHERE name = ?5)"
            );
            self.tx.prepare_cached(&sql)?.execute(params![new, old, cell.entity, cell.field, cell.document])?;
        }
        Ok(())
    }

    fn standing(&self, cell: &StepCell) -> Result<String, StoreError> {
        let row = self.document(&cell.document)?;
        Ok(join(self.visible(row.id, &cell.entity, &cell.field)?.into_iter().map(|live| live.op)))
    }

    fn step_cells(&self, step: i64) -> Result<Vec<StepCell>, StoreError> {
        let sql = "SELECT document.name, entity, field, before, after, before_ops, after_ops
                   FROM step_cell JOIN document ON document.id = step_cell.document WHERE step = ?
                   ORDER BY step_cell.rowid";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([step])?;
        let mut cells = Vec::new();
        while let Some(row) = rows.next()? {
            cells.push(StepCell {
                document: row.get(0)?,
                entity: row.get(1)?,
                field: row.get(2)?,
                before: serde_json::from_str(&row.get::<_, String>(3)?)?,
                after: serde_json::from_str(&row.get::<_, String>(4)?)?,
                before_ops: row.get(5)?,
                after_ops: row.get(6)?,
            });
        }
        Ok(cells)
    }
}

impl Reader {
    /// The label of the step that undo or redo would touch.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_step(&self, direction: Direction) -> Result<Option<String>, StoreError> {
        let sql = match direction {
            Direction::Undo => "SELECT label FROM step WHERE state = 'done' ORDER BY id DESC LIMIT 1",
            Direction::Redo => "SELECT label FROM step WHERE state = 'undone' ORDER BY id LIMIT 1",
        };
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?)
    }
}

/// A cell of a step, before it has a row.
struct NewStepCell {
    document: i64,
    entity: String,
    field: String,
    before: Vec<Scalar>,
    after: Scalar,
    before_ops: String,
    after_ops: String,
}

fn undoable(written: Vec<Written>) -> Vec<NewStepCell> {
    let created: std::collections::BTreeSet<(i64, String)> = written
        .iter()
        .filter(|cell| cell.field == "created")
        .map(|cell| (cell.document, cell.entity.clone()))
        .collect();
    let mut cells: Vec<NewStepCell> = Vec::new();
    let mut places: std::collections::BTreeMap<(i64, String, String), usize> = std::collections::BTreeMap::new();
    // An import is undone by its state alone: what it brought, and what it was called, stays written below.
    let is_own = |cell: &Written| {
        let of_import = cell.entity.starts_with("import/");
        if of_import { cell.field == "state" } else { !cell.field.starts_with("klik/") }
    };
    for cell in written.into_iter().filter(is_own) {
        let place = (cell.document, cell.entity.clone(), cell.field.clone());
        let new = if created.contains(&(cell.document, cell.entity.clone())) {
            if cell.field != "created" {
                continue;
            }
            archiving(cell)
        } else {
            undoing(cell)
        };
        // A cell written twice in one step goes back to what stood before the first, from what the last left.
        if let Some(earlier) = places.get(&place).and_then(|index| cells.get_mut(*index)) {
            (earlier.after, earlier.after_ops) = (new.after, new.after_ops);
        } else {
            places.insert(place, cells.len());
            cells.push(new);
        }
    }
    cells
}

/// What was created is not taken away but archived, and fetched back by redo.
fn archiving(cell: Written) -> NewStepCell {
    NewStepCell {
        document: cell.document,
        entity: cell.entity,
        field: "archived".to_owned(),
        before: vec![Scalar::Bool(true)],
        after: Scalar::Bool(false),
        before_ops: NOTHING_YET.to_owned(),
        after_ops: String::new(),
    }
}

fn undoing(cell: Written) -> NewStepCell {
    let before_ops = join(cell.before.iter().map(|live| live.op));
    let is_import = cell.entity.starts_with("import/") && cell.field == "state";
    let before =
        if is_import { vec!["undone".into()] } else { cell.before.into_iter().map(|live| live.value).collect() };
    NewStepCell {
        document: cell.document,
        entity: cell.entity,
        field: cell.field,
        before,
        after: cell.after,
        before_ops,
        after_ops: join(std::iter::once(cell.op)),
    }
}

fn join(ids: impl Iterator<Item = OpId>) -> String {
    let mut ids: Vec<OpId> = ids.collect();
    ids.sort_unstable();
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
