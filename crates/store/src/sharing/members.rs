//! The membership chain as it was signed.

use rusqlite::{Connection, params};

use super::number;
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::{Write, signed};

/// An entry of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its number, from 0.
    pub n: u64,
    /// The bytes that were signed.
    pub body: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

fn entries(connection: &Connection) -> Result<Vec<StoredEntry>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT n, body, signature FROM entry ORDER BY n")?;
    let rows = statement
        .query_map([], |row| Ok(StoredEntry { n: number(row.get(0)?), body: row.get(1)?, signature: row.get(2)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Reader {
    /// The whole chain, the founding first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn entries(&self) -> Result<Vec<StoredEntry>, StoreError> {
        entries(&self.connection)
    }

    /// How many entries the chain has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn entry_count(&self) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT coalesce(max(n) + 1, 0) FROM entry")?;
        Ok(number(statement.query_row([], |row| row.get(0))?))
    }
}

impl Write<'_> {
    /// The whole chain, the founding first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn entries(&self) -> Result<Vec<StoredEntry>, StoreError> {
        entries(&self.tx)
    }

    /// Appends an entry that was checked.
    ///
    /// # Errors
    /// When one stands under that number already.
    pub fn add_entry(&mut self, entry: &StoredEntry) -> Result<(), StoreError> {
        self.tx.prepare_cached("INSERT INTO entry (n, body, signature) VALUES (?,?,?)")?.execute(params![
            signed(entry.n),
            entry.body,
            entry.signature
        ])?;
        Ok(())
    }

    /// Puts another space's chain in place of this laptop's own, whose entries are kept as bytes under `name`. What was
    /// sealed for the old space goes; what was written waits to be sealed anew.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn leave_space(&mut self, name: &str) -> Result<(), StoreError> {
        let old: Vec<String> = self
            .entries()?
            .iter()
            .map(|entry| format!("{} {}", hex::encode(&entry.body), hex::encode(entry.signature)))
            .collect();
        if !old.is_empty() {
            crate::set_setting(&self.tx, name, &old.join("\n"))?;
        }
        // Who somebody was in the space that is left concerns nobody in the other.
        self.tx.execute_batch(
            "DELETE FROM outbox WHERE change IN (SELECT change.id FROM change JOIN document ON document.id = change.document
                 WHERE document.name GLOB 'card/*');
             DELETE FROM change WHERE document IN (SELECT id FROM document WHERE name GLOB 'card/*');
             DELETE FROM op WHERE document IN (SELECT id FROM document WHERE name GLOB 'card/*');
             DELETE FROM entity WHERE document IN (SELECT id FROM document WHERE name GLOB 'card/*');
             DELETE FROM document WHERE name GLOB 'card/*';",
        )?;
        self.tx.execute_batch(
            "UPDATE outbox SET envelope = NULL; DELETE FROM entry; DELETE FROM vector; DELETE FROM envelope;
             DELETE FROM parked; DELETE FROM checked; DELETE FROM setting WHERE key IN ('sync.cursor', 'sync.snapshot');",
        )?;
        Ok(())
    }
}
