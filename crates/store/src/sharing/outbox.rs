//! What has not left the laptop yet.

use rusqlite::{Row, params};
use tovholder_document::{CellChange, Hash};

use super::Bytes32;
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::Write;

/// Changes in one body.
const CHANGES_MAX: i64 = 4_000;
/// Bytes of changes in one body, about; a single larger one goes alone.
const BYTES_MAX: usize = 2 * 1024 * 1024;

/// Changes of one document that are to be sealed together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Portion {
    /// The document's name.
    pub document: String,
    /// The changes with their hashes, each after those it builds on.
    pub changes: Vec<(CellChange, Hash)>,
    ids: Vec<i64>,
}

impl Write<'_> {
    /// The next changes to seal: those of the document that waits longest. None when nothing waits. With `only`, just of
    /// this document.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_portion(&self, only: Option<&str>) -> Result<Option<Portion>, StoreError> {
        let sql = "SELECT change.document, document.name FROM outbox JOIN change ON change.id = outbox.change
                   JOIN document ON document.id = change.document
                   WHERE outbox.envelope IS NULL AND (?1 IS NULL OR document.name = ?1) ORDER BY outbox.change LIMIT 1";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([only])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let (document, name): (i64, String) = (row.get(0)?, row.get(1)?);
        let sql = "SELECT change.id, change.bytes, change.hash FROM outbox JOIN change ON change.id = outbox.change
                   WHERE outbox.envelope IS NULL AND change.document = ? ORDER BY change.id LIMIT ?";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query(params![document, CHANGES_MAX])?;
        let mut portion = Portion { document: name, ..Portion::default() };
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let (id, change, hash) = waiting(row)?;
            bytes +=
                change.ops.iter().map(|op| op.key.len() + op.value.as_str().map_or(9, str::len) + 24).sum::<usize>();
            if bytes > BYTES_MAX && !portion.ids.is_empty() {
                break;
            }
            portion.ids.push(id);
            portion.changes.push((change, hash));
        }
        Ok(Some(portion))
    }

    /// The portion was sealed in this envelope.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn seal_portion(&mut self, portion: &Portion, envelope: i64, device: &Bytes32) -> Result<(), StoreError> {
        let mut sealed = self.tx.prepare_cached("UPDATE outbox SET envelope = ? WHERE change = ?")?;
        let mut owned = self.tx.prepare_cached("UPDATE actor SET device = ? WHERE bytes = ? AND device IS NULL")?;
        for (id, (change, _)) in portion.ids.iter().zip(&portion.changes) {
            sealed.execute([envelope, *id])?;
            owned.execute(params![device, change.actor.0])?;
        }
        Ok(())
    }

    /// A change came back from elsewhere: it has left the laptop.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn has_left(&mut self, hash: &Hash) -> Result<(), StoreError> {
        let sql = "DELETE FROM outbox WHERE envelope IS NULL AND change IN (SELECT id FROM change WHERE hash = ?)";
        self.tx.prepare_cached(sql)?.execute([hash])?;
        Ok(())
    }
}

fn waiting(row: &Row<'_>) -> Result<(i64, CellChange, Hash), StoreError> {
    let change = CellChange::decode(row.get_ref(1)?.as_blob().unwrap_or_default())?;
    Ok((row.get(0)?, change, row.get(2)?))
}

impl Reader {
    /// Changes of this laptop that were not acknowledged, with their document, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn not_sent(&self) -> Result<Vec<(String, CellChange)>, StoreError> {
        let sql = "SELECT change.id, change.bytes, change.hash, document.name FROM outbox
                   JOIN change ON change.id = outbox.change JOIN document ON document.id = change.document
                   ORDER BY outbox.change";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push((row.get(3)?, waiting(row)?.1));
        }
        Ok(found)
    }

    /// Of this document, how many changes wait.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waiting_of(&self, document: &str) -> Result<u32, StoreError> {
        let sql = "SELECT count(*) FROM outbox JOIN change ON change.id = outbox.change
                   JOIN document ON document.id = change.document WHERE document.name = ?";
        Ok(self.connection.prepare_cached(sql)?.query_row([document], |row| row.get(0))?)
    }
}
