//! Changes that build on others which have not come.

use rusqlite::params;
use tovholder_document::{CellChange, Hash, body};

use super::Bytes32;
use crate::error::StoreError;
use crate::write::Write;

/// Parked changes at most; whoever sends more than that ahead of what they build on has turned bad.
const PARKED_MAX: u32 = 100_000;

impl Write<'_> {
    /// Keeps a change until what it builds on has come.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when too many wait already.
    pub fn park(
        &mut self,
        document: &str,
        change: &CellChange,
        hash: &Hash,
        device: &Bytes32,
    ) -> Result<(), StoreError> {
        let count: u32 = self.tx.prepare_cached("SELECT count(*) FROM parked")?.query_row([], |row| row.get(0))?;
        if count >= PARKED_MAX {
            return Err(StoreError::Refused("too many changes wait for others".to_owned()));
        }
        let bytes = body::encode(document, [(change, hash)]);
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO parked (document, hash, device, body) VALUES (?,?,?,?)")?
            .execute(params![document, hash, device, bytes])?;
        Ok(())
    }

    /// Applies every parked change of a document that can be applied now. Answers how many, and why others never will be.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn unpark(&mut self, document: &str) -> Result<(u32, Vec<(Bytes32, String)>), StoreError> {
        let (mut applied, mut refused) = (0, Vec::new());
        loop {
            let mut moved = false;
            for (id, device, bytes) in self.parked_of(document)? {
                let parsed = body::decode(&bytes)?;
                for (change, _) in &parsed.changes {
                    match self.receive(document, change, Some(&device)) {
                        Ok(_) => applied += 1,
                        Err(StoreError::MissingDependency) => continue,
                        Err(error @ (StoreError::Refused(_) | StoreError::Fork(_) | StoreError::Document(_))) => {
                            refused.push((device, error.to_string()));
                        }
                        Err(error) => return Err(error),
                    }
                    moved = true;
                    self.tx.prepare_cached("DELETE FROM parked WHERE id = ?")?.execute([id])?;
                }
            }
            if !moved {
                return Ok((applied, refused));
            }
        }
    }

    fn parked_of(&self, document: &str) -> Result<Vec<(i64, Bytes32, Vec<u8>)>, StoreError> {
        let sql = "SELECT id, device, body FROM parked WHERE document = ? ORDER BY id";
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows = statement.query_map([document], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Documents of which something is parked.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn parked_documents(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.tx.prepare_cached("SELECT DISTINCT document FROM parked ORDER BY document")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }
}
