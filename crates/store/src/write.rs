//! Writing: one transaction, in which change, outbox and read tables move together.
//!
//! No document is ever held in memory. What a new change needs of its document (heads, highest counter, the incarnation's
//! last change) and which values are visible stand in the tables, and are read inside the write transaction; so a second
//! process can write between two edits of this one, and a failure between BEGIN and COMMIT leaves nothing behind to evict.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};
use tovholder_document::{CellChange, CellOp, Encoded, Hash};
use tovholder_model::{Actor, Live, OpId, Record, Scalar, key};

use crate::error::StoreError;
use crate::{Store, project};

/// Cells in one change of our own at most.
const PORTION_OPS_MAX: usize = 50_000;
/// Bytes of keys and values in one change of our own, about.
const PORTION_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What the author of an edit had on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// What stands now: the author read inside this transaction.
    Now,
    /// What stood when the laptop's cursor was this.
    Cursor(i64),
    /// Exactly these writes.
    Ops(Vec<OpId>),
}

/// One cell to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellEdit {
    /// For example `task/KLIK-1001`.
    pub entity: String,
    /// For example `status`.
    pub field: String,
    /// The new value.
    pub value: Scalar,
    /// What the author saw.
    pub seen: Seen,
}

impl CellEdit {
    /// An edit by someone who saw what stands now.
    pub fn now(entity: impl Into<String>, field: impl Into<String>, value: impl Into<Scalar>) -> Self {
        Self { entity: entity.into(), field: field.into(), value: value.into(), seen: Seen::Now }
    }
}

/// A write that took place, for undo.
#[derive(Debug, Clone)]
pub struct Written {
    /// The document.
    pub document: i64,
    /// The entity.
    pub entity: String,
    /// The field.
    pub field: String,
    /// The values it replaced, oldest write first.
    pub before: Vec<Live>,
    /// The value written.
    pub after: Scalar,
    /// The write's id.
    pub op: OpId,
    /// How many values are visible now.
    pub visible: usize,
}

/// A document's row, as writing needs it.
pub(crate) struct DocumentRow {
    pub(crate) id: i64,
    pub(crate) heads: Vec<Hash>,
    pub(crate) max_counter: u64,
}

/// A write transaction. Dropped without [`Write::commit`], nothing happened.
pub struct Write<'s> {
    pub(crate) tx: Transaction<'s>,
    pub(crate) actor: Actor,
    pub(crate) now: i64,
    pub(crate) ancestry: crate::ancestry::Ancestry,
    touched: BTreeSet<(i64, String)>,
    written: Vec<Written>,
}

impl Store {
    /// Begins writing as `actor`, at `now` (Unix seconds).
    ///
    /// # Errors
    /// When another program holds the database for too long, or it cannot be written.
    pub fn write(&mut self, now: i64) -> Result<Write<'_>, StoreError> {
        let actor = self.actor;
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ancestry = crate::ancestry::Ancestry::default();
        Ok(Write { tx, actor, now, ancestry, touched: BTreeSet::new(), written: Vec::new() })
    }
}

impl Write<'_> {
    /// Writes cells of one document as one change. Cells that already show their value are left out; when all are, no
    /// change is made. Answers the number of cells written.
    ///
    /// # Errors
    /// [`StoreError::UnknownSeen`] when an edit names a write that is not there.
    pub fn edit(&mut self, document: &str, edits: &[CellEdit]) -> Result<usize, StoreError> {
        let row = self.document(document)?;
        let mut ops = Vec::new();
        let mut replaced = Vec::new();
        for edit in edits {
            let visible = self.visible(row.id, &edit.entity, &edit.field)?;
            let seen = self.seen(&row, edit, &visible)?;
            if !seen.is_empty() && seen.iter().all(|live| live.value == edit.value) {
                continue;
            }
            if seen.is_empty() && visible.is_empty() && edit.value.is_null() {
                continue;
            }
            let mut pred: Vec<OpId> = seen.iter().map(|live| live.op).collect();
            pred.sort_unstable();
            pred.dedup();
            let beside = visible.iter().filter(|live| !pred.contains(&live.op)).count();
            ops.push(CellOp { key: format!("{}/{}", edit.entity, edit.field), value: edit.value.clone(), pred });
            replaced.push((seen, beside + 1));
        }
        if ops.is_empty() {
            return Ok(0);
        }
        let count = ops.len();
        let mut replaced = replaced.into_iter();
        for ops in in_portions(ops) {
            let row = self.document(document)?;
            self.write_change(&row, ops, &mut replaced)?;
        }
        Ok(count)
    }

    /// Writes one change on all heads of the document.
    fn write_change(
        &mut self,
        row: &DocumentRow,
        ops: Vec<CellOp>,
        replaced: &mut impl Iterator<Item = (Vec<Live>, usize)>,
    ) -> Result<(), StoreError> {
        let change = self.change_on_heads(row, self.actor, self.now, ops)?;
        self.append(row, &change, &change.encode()?, true)?;
        for (index, (op, (seen, visible))) in change.ops.iter().zip(replaced).enumerate() {
            let Some((entity, field)) = key::split(&op.key) else { continue };
            self.written.push(Written {
                document: row.id,
                entity: entity.to_owned(),
                field: field.to_owned(),
                before: seen,
                after: op.value.clone(),
                op: change.op_id(index),
                visible,
            });
        }
        Ok(())
    }

    /// A change by `actor` on all heads of the document and the incarnation's previous change.
    pub(crate) fn change_on_heads(
        &self,
        row: &DocumentRow,
        actor: Actor,
        time: i64,
        ops: Vec<CellOp>,
    ) -> Result<CellChange, StoreError> {
        let (seq, previous) = self.last_of_actor(row.id, actor)?;
        let mut deps = row.heads.clone();
        deps.extend(previous);
        deps.sort_unstable();
        deps.dedup();
        Ok(CellChange { actor, seq: seq + 1, start: row.max_counter + 1, time, deps, ops })
    }

    /// The incarnation that writes.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// An entity as it stands before this transaction's own edits, and the document that holds it. Of several documents
    /// (a task that KLIK moved) the one where it is not gone and whose export is newest.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn record(&self, entity: &str) -> Result<Option<(String, Record)>, StoreError> {
        let sql = "SELECT document.name, entity.record FROM entity JOIN document ON document.id = entity.document
                   WHERE entity.entity = ? ORDER BY document.name";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([entity])?;
        let mut found: Option<(String, Record)> = None;
        while let Some(row) = rows.next()? {
            let record: Record = serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or("{}"))?;
            let document: String = row.get(0)?;
            // A member's own document says who they are, and is the home of nothing that others work on.
            if document.starts_with("card/") {
                continue;
            }
            let rank = |document: &str, record: &Record| {
                // What was taken in from a network is nobody's own word: an entity lives where it is worked on.
                (document != key::CATALOGUE, record.visible, !record.gone, record.stamp.clone())
            };
            let better = found.as_ref().is_none_or(|(home, known)| rank(&document, &record) > rank(home, known));
            if better {
                found = Some((document, record));
            }
        }
        Ok(found)
    }

    /// What was written since the transaction began.
    pub fn written(&self) -> &[Written] {
        &self.written
    }

    /// Takes the list of what was written, for a step.
    pub(crate) fn take_written(&mut self) -> Vec<Written> {
        std::mem::take(&mut self.written)
    }

    /// Projects what was touched, and saves. When this returns, the edit is on the disk.
    ///
    /// # Errors
    /// When the disk is full or fails; then nothing of the transaction stays.
    pub fn commit(mut self) -> Result<i64, StoreError> {
        let touched = std::mem::take(&mut self.touched);
        project::project(&self.tx, &touched)?;
        let cursor = crate::read::cursor(&self.tx)?;
        self.tx.commit()?;
        Ok(cursor)
    }

    /// Appends a change and moves heads, outbox and the `op` table.
    pub(crate) fn append(
        &mut self,
        row: &DocumentRow,
        change: &CellChange,
        encoded: &Encoded,
        mine: bool,
    ) -> Result<i64, StoreError> {
        let actor = self.actor_id(change.actor)?;
        self.tx
            .prepare_cached(
                "INSERT INTO change (document, actor, seq, last_counter, time, hash, bytes) VALUES (?,?,?,?,?,?,?)",
            )?
            .execute(params![
                row.id,
                actor,
                signed(change.seq),
                signed(change.last_counter()),
                change.time,
                encoded.hash,
                encoded.bytes
            ])?;
        let change_id = self.tx.last_insert_rowid();
        if mine {
            self.forget_runs(row.id);
            self.tx.prepare_cached("INSERT INTO outbox (change) VALUES (?)")?.execute([change_id])?;
        }
        let mut heads: Vec<Hash> = row.heads.iter().filter(|head| !change.deps.contains(head)).copied().collect();
        heads.push(encoded.hash);
        heads.sort_unstable();
        self.tx
            .prepare_cached("UPDATE document SET heads = ?, max_counter = max(max_counter, ?) WHERE id = ?")?
            .execute(params![heads.concat(), signed(change.last_counter()), row.id])?;
        let touched = apply_ops(&self.tx, row.id, change_id, actor, change)?;
        self.touched.extend(touched.into_iter().map(|entity| (row.id, entity)));
        Ok(change_id)
    }

    fn seen(&self, row: &DocumentRow, edit: &CellEdit, visible: &[Live]) -> Result<Vec<Live>, StoreError> {
        match &edit.seen {
            Seen::Now => Ok(visible.to_vec()),
            Seen::Cursor(cursor) => self.visible_at(row.id, &edit.entity, &edit.field, *cursor),
            Seen::Ops(ids) => ids.iter().map(|id| self.op(row.id, edit, *id)).collect(),
        }
    }

    fn op(&self, document: i64, edit: &CellEdit, id: OpId) -> Result<Live, StoreError> {
        let sql = "SELECT op.value FROM op JOIN actor ON actor.id = op.actor
                   WHERE op.document = ? AND op.counter = ? AND actor.bytes = ? AND op.entity = ? AND op.field = ?";
        let value: Option<String> = self
            .tx
            .prepare_cached(sql)?
            .query_row(params![document, signed(id.counter), id.actor.0, edit.entity, edit.field], |row| row.get(0))
            .optional()?;
        let value = value.ok_or_else(|| StoreError::UnknownSeen(id.to_string()))?;
        Ok(Live { op: id, value: serde_json::from_str(&value)? })
    }

    /// The visible values of a cell, oldest first.
    pub(crate) fn visible(&self, document: i64, entity: &str, field: &str) -> Result<Vec<Live>, StoreError> {
        let sql = "SELECT op.counter, actor.bytes, op.value
                   FROM op INDEXED BY op_live JOIN actor ON actor.id = op.actor
                   WHERE op.entity = ? AND op.field = ? AND op.document = ? AND op.dead IS NULL";
        self.values(sql, params![entity, field, document])
    }

    fn visible_at(&self, document: i64, entity: &str, field: &str, cursor: i64) -> Result<Vec<Live>, StoreError> {
        let sql = "SELECT op.counter, actor.bytes, op.value
                   FROM op INDEXED BY op_cell JOIN actor ON actor.id = op.actor
                   WHERE op.entity = ?1 AND op.field = ?2 AND op.document = ?3
                     AND op.change <= ?4 AND (op.dead IS NULL OR op.dead > ?4)";
        self.values(sql, params![entity, field, document, cursor])
    }

    fn values(&self, sql: &str, named: impl rusqlite::Params) -> Result<Vec<Live>, StoreError> {
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows = statement.query_map(named, crate::read::live_row)?;
        let mut values = rows.collect::<Result<Result<Vec<Live>, _>, _>>()??;
        values.sort_by_key(|live| live.op);
        Ok(values)
    }

    pub(crate) fn document(&self, name: &str) -> Result<DocumentRow, StoreError> {
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO document (name, heads, max_counter) VALUES (?, x'', 0)")?
            .execute([name])?;
        document_row(&self.tx, name)
    }

    pub(crate) fn last_of_actor(&self, document: i64, actor: Actor) -> Result<(u64, Option<Hash>), StoreError> {
        let sql = "SELECT change.seq, change.hash FROM change JOIN actor ON actor.id = change.actor
                   WHERE change.document = ? AND actor.bytes = ? ORDER BY change.seq DESC LIMIT 1";
        let last = self
            .tx
            .prepare_cached(sql)?
            .query_row(params![document, actor.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Hash>(1)?)))
            .optional()?;
        Ok(last.map_or((0, None), |(seq, hash)| (unsigned(seq), Some(hash))))
    }

    /// Marks an entity to be projected when the transaction is saved.
    pub(crate) fn touch(&mut self, document: i64, entity: String) {
        self.touched.insert((document, entity));
    }

    pub(crate) fn actor_id(&self, actor: Actor) -> Result<i64, StoreError> {
        self.tx.prepare_cached("INSERT OR IGNORE INTO actor (bytes) VALUES (?)")?.execute([actor.0])?;
        Ok(self.tx.prepare_cached("SELECT id FROM actor WHERE bytes = ?")?.query_row([actor.0], |row| row.get(0))?)
    }
}

pub(crate) fn document_row(connection: &rusqlite::Connection, name: &str) -> Result<DocumentRow, StoreError> {
    let (id, heads, max_counter) = connection
        .prepare_cached("SELECT id, heads, max_counter FROM document WHERE name = ?")?
        .query_row([name], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?)))?;
    let heads = heads.chunks_exact(32).filter_map(|head| head.try_into().ok()).collect();
    Ok(DocumentRow { id, heads, max_counter: unsigned(max_counter) })
}

/// Writes a change into the `op` table: its own writes visible, what they replace no longer. Answers the entities.
pub(crate) fn apply_ops(
    connection: &rusqlite::Connection,
    document: i64,
    change_id: i64,
    actor: i64,
    change: &CellChange,
) -> Result<BTreeSet<String>, StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO op (document, counter, actor, change, entity, field, value, pred) VALUES (?,?,?,?,?,?,?,?)",
    )?;
    let mut replace = connection.prepare_cached(
        "UPDATE op SET dead = min(coalesce(dead, ?1), ?1)
         WHERE document = ?2 AND counter = ?3 AND actor = (SELECT id FROM actor WHERE bytes = ?4)",
    )?;
    let mut touched = BTreeSet::new();
    for (index, op) in change.ops.iter().enumerate() {
        let (entity, field) = key::split(&op.key).unwrap_or((op.key.as_str(), ""));
        let pred: Vec<String> = op.pred.iter().map(ToString::to_string).collect();
        insert.execute(params![
            document,
            signed(change.op_id(index).counter),
            actor,
            change_id,
            entity,
            field,
            serde_json::to_string(&op.value)?,
            pred.join(",")
        ])?;
        for id in &op.pred {
            replace.execute(params![change_id, document, signed(id.counter), id.actor.0])?;
        }
        touched.insert(entity.to_owned());
    }
    Ok(touched)
}

/// Cells in portions that each fit into one sealed body, however large an import is.
fn in_portions(ops: Vec<CellOp>) -> Vec<Vec<CellOp>> {
    let size = |op: &CellOp| op.key.len() + op.value.as_str().map_or(9, str::len) + op.pred.len() * 24;
    let mut portions: Vec<Vec<CellOp>> = Vec::new();
    let mut room = 0;
    for op in ops {
        let size = size(&op);
        match portions.last_mut() {
            Some(last) if last.len() < PORTION_OPS_MAX && size <= room => {
                room -= size;
                last.push(op);
            }
            _ => {
                room = PORTION_BYTES_MAX.saturating_sub(size);
                portions.push(vec![op]);
            }
        }
    }
    portions
}

/// SQLite's integers are signed; counters stay far below the limit.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Values of each edited cell, for callers that group by document.
pub type EditsByDocument = BTreeMap<String, Vec<CellEdit>>;
