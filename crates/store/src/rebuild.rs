//! The doctor: read tables rebuilt from the changes must be identical, and Automerge itself must see the same cells.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use tovholder_document::{CellChange, cells_of};
use tovholder_model::Live;

use crate::error::StoreError;
use crate::write::apply_ops;
use crate::{Store, project};

/// What an examination found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    /// Documents that Automerge loaded and found equal to the read tables.
    pub verified: u32,
    /// Documents and tables that differ.
    pub differing: Vec<String>,
}

impl Store {
    /// Loads every document with Automerge and compares all its cells with the read tables.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn verify(&mut self) -> Result<Examination, StoreError> {
        let tx = self.connection.transaction()?;
        let mut found = Examination::default();
        let documents = tx
            .prepare("SELECT id, name FROM document ORDER BY name")?
            .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        for (id, name) in documents {
            let changes = tx
                .prepare_cached("SELECT bytes FROM change WHERE document = ? ORDER BY id")?
                .query_map([id], |row| row.get(0))?
                .collect::<Result<Vec<Vec<u8>>, _>>()?;
            if changes.iter().any(Vec::is_empty) {
                // What stands behind a snapshot has not all come; the check of the signed envelopes says what is right.
                continue;
            }
            let theirs = cells_of(changes.iter().map(Vec::as_slice));
            if theirs.is_ok_and(|theirs| visible_cells(&tx, id).is_ok_and(|ours| ours == theirs)) {
                found.verified += 1;
            } else {
                found.differing.push(name);
            }
        }
        Ok(found)
    }

    /// Makes the read tables anew from the changes. Answers the tables that were not identical before.
    ///
    /// # Errors
    /// When a change cannot be read; then nothing is replaced.
    pub fn rebuild(&mut self) -> Result<Vec<String>, StoreError> {
        let tx = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        if tx.prepare("SELECT 1 FROM change WHERE length(bytes) = 0 LIMIT 1")?.exists([])? {
            return Err(StoreError::Unchecked);
        }
        let before = digests(&tx)?;
        tx.execute_batch("DELETE FROM op; DELETE FROM entity; DELETE FROM search; DELETE FROM opening;")?;
        replay(&tx)?;
        let documents = tx
            .prepare("SELECT id FROM document ORDER BY id")?
            .query_map([], |row| row.get::<_, i64>(0))?
            .collect::<Result<BTreeSet<_>, _>>()?;
        for document in documents {
            project::project_document(&tx, document)?;
        }
        let after = digests(&tx)?;
        tx.commit()?;
        Ok(before
            .into_iter()
            .filter(|(table, digest)| after.get(table) != Some(digest))
            .map(|(table, _)| table)
            .collect())
    }
}

fn replay(tx: &Connection) -> Result<(), StoreError> {
    let mut statement = tx.prepare("SELECT id, document, actor, bytes FROM change ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let change = CellChange::decode(row.get_ref(3)?.as_blob().unwrap_or(&[]))?;
        apply_ops(tx, row.get(1)?, row.get(0)?, row.get(2)?, &change)?;
    }
    Ok(())
}

fn visible_cells(tx: &Connection, document: i64) -> Result<BTreeMap<String, Vec<Live>>, StoreError> {
    let sql = "SELECT op.counter, actor.bytes, op.value, op.entity || '/' || op.field
               FROM op JOIN actor ON actor.id = op.actor WHERE op.document = ? AND op.dead IS NULL";
    let mut cells: BTreeMap<String, Vec<Live>> = BTreeMap::new();
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query(params![document])?;
    while let Some(row) = rows.next()? {
        cells.entry(row.get(3)?).or_default().push(crate::read::live_row(row)??);
    }
    for values in cells.values_mut() {
        values.sort_by_key(|live| live.op);
    }
    Ok(cells)
}

/// One digest per read table, over its rows in an order that does not depend on how they came.
fn digests(tx: &Connection) -> Result<BTreeMap<String, String>, StoreError> {
    let tables = [
        (
            "op",
            "SELECT document || '|' || counter || '|' || actor || '|' || change || '|' || coalesce(dead, '') || '|' ||
                entity || '|' || field || '|' || value || '|' || pred FROM op ORDER BY document, counter, actor",
        ),
        (
            "entity",
            "SELECT entity || '|' || document || '|' || kind || '|' || changed || '|' ||
                coalesce(created_by, '') || '|' || coalesce(created_at, '') || '|' || record FROM entity
                    ORDER BY entity, document",
        ),
        (
            "search",
            "SELECT entity.entity || '|' || entity.document || '|' || search.title || '|' || search.body
                    FROM search JOIN entity ON entity.id = search.rowid ORDER BY entity.entity, entity.document",
        ),
    ];
    let mut digests = BTreeMap::new();
    for (table, sql) in tables {
        let mut digest = Sha256::new();
        let mut statement = tx.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            digest.update(row.get_ref(0)?.as_bytes().unwrap_or(&[]));
            digest.update([0]);
        }
        digests.insert(table.to_owned(), hex::encode(digest.finalize()));
    }
    Ok(digests)
}
