//! Changes that build on others which have not come.

use rusqlite::params;
use tovholder_document::{CellChange, Hash, body};

use super::{Bytes32, OldChange};
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
        self.keep_parked(document, change, hash, device, false)
    }

    /// Keeps a change that belongs behind a snapshot until what it builds on has come.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when too many wait already.
    pub fn park_below(&mut self, old: &OldChange) -> Result<(), StoreError> {
        self.keep_parked(&old.document, &old.change, &old.hash, &old.device, true)
    }

    fn keep_parked(
        &mut self,
        document: &str,
        change: &CellChange,
        hash: &Hash,
        device: &Bytes32,
        below: bool,
    ) -> Result<(), StoreError> {
        let count: u32 = self.tx.prepare_cached("SELECT count(*) FROM parked")?.query_row([], |row| row.get(0))?;
        if count >= PARKED_MAX {
            return Err(StoreError::Refused("too many changes wait for others".to_owned()));
        }
        let bytes = body::encode(document, [(change, hash)]);
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO parked (document, hash, device, body, below) VALUES (?,?,?,?,?)")?
            .execute(params![document, hash, device, bytes, below])?;
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
            for (id, device, bytes) in self.parked_of(document, false)? {
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

    /// Puts every change that waits behind the snapshot where it belongs. What still builds on something that is not here
    /// waits on like any other.
    ///
    /// # Errors
    /// As [`Write::put_below`].
    pub fn unpark_below(&mut self) -> Result<(), StoreError> {
        for document in self.parked_documents()? {
            let mut moved = true;
            while std::mem::take(&mut moved) {
                for (id, device, bytes) in self.parked_of(&document, true)? {
                    for (change, _) in body::decode(&bytes)?.changes {
                        let hash = change.encode()?.hash;
                        if self.put_below(&OldChange { document: document.clone(), change, hash, device })? {
                            moved = true;
                            self.tx.prepare_cached("DELETE FROM parked WHERE id = ?")?.execute([id])?;
                        }
                    }
                }
            }
        }
        self.tx.execute("UPDATE parked SET below = 0", [])?;
        Ok(())
    }

    fn parked_of(&self, document: &str, below: bool) -> Result<Vec<(i64, Bytes32, Vec<u8>)>, StoreError> {
        let sql = "SELECT id, device, body FROM parked WHERE document = ? AND below = ? ORDER BY id";
        let mut statement = self.tx.prepare_cached(sql)?;
        let rows = statement.query_map(params![document, below], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
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
