//! Taking out what was cut off: envelopes that came by file, of somebody whose right to write had ended before any relay
//! had them, and what was built upon them.
//!
//! Nothing of it can be in a relay's log, for a relay is handed envelopes in the order in which they were taken, and the cut
//! holds everything that it had. So whoever has such envelopes takes them out: what others wrote is set aside and stays on
//! the disk, and its author, who does the same, writes it anew; what was written here is written anew here.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;
use tovholder_document::{CellChange, Hash};
use tovholder_model::OpId;

use super::{Bytes32, StoredEnvelope};
use crate::error::StoreError;
use crate::write::Write;
use crate::{Random, Store};

/// Why an envelope that is allowed is set aside all the same: it builds on one that is not.
pub const CUT: &str = "cut";

/// Why an envelope is set aside whose author had no right to write.
pub const NOT_ALLOWED: &str = "not_allowed";

/// What is to be taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CutOff {
    /// Hashes of envelopes, each with the reason.
    pub envelopes: Vec<(Bytes32, &'static str)>,
    /// Changes by document, those that build on them too.
    pub changes: BTreeMap<String, BTreeSet<Hash>>,
    /// Whether something of it was written on this machine. Then its incarnation ends, for the numbers of its envelopes
    /// have a gap; else it goes on, and what waits to be sent waits as it is.
    pub own: bool,
}

impl Store {
    /// Takes out what was cut off, and writes anew under a new incarnation what of it was written here. `own` is this
    /// laptop's device.
    ///
    /// # Errors
    /// [`StoreError::Unchecked`] while a snapshot is checked; else when the database cannot be written.
    pub fn cut_off(&mut self, cut: &CutOff, own: &Bytes32, now: i64, random: Random<'_>) -> Result<(), StoreError> {
        if self.connection.prepare("SELECT 1 FROM change WHERE length(bytes) = 0 LIMIT 1")?.exists([])? {
            return Err(StoreError::Unchecked);
        }
        if cut.own {
            self.renew_incarnation(random)?;
        }
        let mut write = self.write(now)?;
        write.take_out(cut, own)?;
        write.commit().map(drop)
    }
}

impl Write<'_> {
    /// Other devices whose envelopes were taken and have no number in the relay's log.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unnumbered_devices(&self, own: &Bytes32) -> Result<Vec<Bytes32>, StoreError> {
        let sql = "SELECT DISTINCT device FROM envelope WHERE n IS NULL AND state = 'taken' AND device <> ?";
        let mut statement = self.tx.prepare_cached(sql)?;
        Ok(statement.query_map([own], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Envelopes that were taken and have no number in the relay's log, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unnumbered(&self) -> Result<Vec<StoredEnvelope>, StoreError> {
        super::envelopes::envelopes(&self.tx, "WHERE n IS NULL AND state = 'taken' ORDER BY id", [])
    }

    /// Envelopes that are not in the vector for want of their author's right, or because they build on such, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cut_envelopes(&self) -> Result<Vec<StoredEnvelope>, StoreError> {
        let condition = "INDEXED BY envelope_state
             WHERE state <> 'taken' AND state = 'apart' AND why IN ('not_allowed', 'cut') ORDER BY id";
        super::envelopes::envelopes(&self.tx, condition, [])
    }

    /// Whether anything was cut off: most laptops never have any of it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn has_cut(&self) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM envelope INDEXED BY envelope_state
                   WHERE state <> 'taken' AND state = 'apart' AND why IN ('not_allowed', 'cut')";
        Ok(self.tx.prepare_cached(sql)?.exists([])?)
    }

    /// Whether an envelope follows one of its incarnation that was cut off, and so was itself.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn follows_cut(&self, incarnation: &super::Bytes16, counter: u64) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM envelope INDEXED BY envelope_state
                   WHERE state <> 'taken' AND state = 'apart' AND why = 'cut' AND incarnation = ?1 AND counter < ?2
                   AND counter > coalesce((SELECT counter FROM vector WHERE incarnation = ?1), 0)";
        Ok(self.tx.prepare_cached(sql)?.exists(params![incarnation, crate::write::signed(counter)])?)
    }

    /// The changes of a document that build on these, with them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn with_dependents(&self, document: &str, of: &BTreeSet<Hash>) -> Result<BTreeSet<Hash>, StoreError> {
        let mut all = of.clone();
        let sql = "SELECT change.hash, change.bytes FROM change JOIN document ON document.id = change.document
                   WHERE document.name = ? AND length(change.bytes) > 0 ORDER BY change.id DESC";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query([document])?;
        let mut later: Vec<(Hash, Vec<Hash>)> = Vec::new();
        let mut left = of.len();
        // Without those of which a snapshot told and whose words have not come: a log has them, so they build on none of it.
        // Newest first, until the oldest of them: what builds on something comes after it.
        while let Some(row) = rows.next()?.filter(|_| left > 0) {
            let hash: Hash = row.get(0)?;
            left -= usize::from(of.contains(&hash));
            later.push((hash, CellChange::decode(row.get_ref(1)?.as_blob().unwrap_or_default())?.deps));
        }
        for (hash, deps) in later.into_iter().rev() {
            if deps.iter().any(|dep| all.contains(dep)) {
                all.insert(hash);
            }
        }
        Ok(all)
    }

    /// What these changes build on that is neither here nor among them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn missing_of<'c>(
        &self,
        document: &str,
        changes: impl Iterator<Item = &'c CellChange>,
    ) -> Result<BTreeSet<Hash>, StoreError> {
        let sql = "SELECT 1 FROM change JOIN document ON document.id = change.document
                   WHERE change.hash = ? AND document.name = ?";
        let mut statement = self.tx.prepare_cached(sql)?;
        let (mut missing, mut came) = (BTreeSet::new(), BTreeSet::new());
        for change in changes {
            for dep in &change.deps {
                if !came.contains(dep) && !statement.exists(params![dep, document])? {
                    missing.insert(*dep);
                }
            }
            came.insert(change.encode()?.hash);
        }
        Ok(missing)
    }

    /// Whether a change was written on this machine, under this key: it waits to be sent, or came back by a file.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_own(&self, document: &str, hash: &Hash, own: &Bytes32) -> Result<bool, StoreError> {
        let sql =
            "SELECT 1 FROM change JOIN actor ON actor.id = change.actor JOIN document ON document.id = change.document
                   WHERE document.name = ? AND change.hash = ? AND coalesce(actor.device, ?3) = ?3";
        Ok(self.tx.prepare_cached(sql)?.exists(params![document, hash, own])?)
    }

    /// Whether everything that would be taken out is in these envelopes or waits to be sealed, so that no log has it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waits_to_be_sealed(&self, document: &str, hash: &Hash) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM outbox JOIN change ON change.id = outbox.change
                   JOIN document ON document.id = change.document
                   WHERE document.name = ? AND change.hash = ? AND outbox.envelope IS NULL";
        Ok(self.tx.prepare_cached(sql)?.exists(params![document, hash])?)
    }

    fn take_out(&mut self, cut: &CutOff, own: &Bytes32) -> Result<(), StoreError> {
        let mut incarnations: BTreeMap<[u8; 16], i64> = BTreeMap::new();
        for (hash, why) in &cut.envelopes {
            let sql = "UPDATE envelope SET state = 'apart', why = ? WHERE hash = ? RETURNING incarnation, counter";
            let (incarnation, counter): ([u8; 16], i64) =
                self.tx.prepare_cached(sql)?.query_row(params![why, hash], |row| Ok((row.get(0)?, row.get(1)?)))?;
            incarnations.entry(incarnation).and_modify(|first| *first = counter.min(*first)).or_insert(counter);
        }
        self.set_vector_back(&incarnations)?;
        // What follows in the same chain of envelopes and cannot be read here (a newer version wrote it, its key is missing)
        // can never be taken: those before it never come.
        for (incarnation, counter) in &incarnations {
            let sql = "UPDATE envelope SET state = 'apart', why = ? WHERE incarnation = ? AND counter > ? AND state = 'early'";
            self.tx.prepare_cached(sql)?.execute(params![CUT, incarnation, counter])?;
        }
        let mut gone: BTreeSet<(i64, OpId)> = BTreeSet::new();
        let mut documents = BTreeSet::new();
        for (name, hashes) in &cut.changes {
            let document = self.document(name)?.id;
            documents.insert(document);
            for hash in hashes {
                self.take_out_change(document, hash, own, &mut gone)?;
            }
        }
        self.forget_in_steps(&gone)?;
        self.write_anew(documents, &gone, Some(cut)).map(drop)
    }

    /// Takes a change out that others wrote, or hands one of this laptop's own to what is written anew.
    fn take_out_change(
        &mut self,
        document: i64,
        hash: &Hash,
        own: &Bytes32,
        gone: &mut BTreeSet<(i64, OpId)>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT change.id, change.bytes, coalesce(actor.device, ?3) = ?3 FROM change
                   JOIN actor ON actor.id = change.actor WHERE change.hash = ?1 AND change.document = ?2";
        let mut statement = self.tx.prepare_cached(sql)?;
        let mut rows = statement.query(params![hash, document, own])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        let (id, change, mine): (i64, _, bool) =
            (row.get(0)?, CellChange::decode(row.get_ref(1)?.as_blob().unwrap_or_default())?, row.get(2)?);
        drop(rows);
        drop(statement);
        if mine {
            // It may have come back by a file: then it waits no more, and is to be written anew all the same.
            self.tx.prepare_cached("INSERT OR IGNORE INTO outbox (change) VALUES (?)")?.execute([id])?;
        } else {
            gone.extend((0..change.ops.len()).map(|index| (document, change.op_id(index))));
            self.tx.prepare_cached("DELETE FROM change WHERE id = ?")?.execute([id])?;
        }
        Ok(())
    }

    /// No step names a write that is gone: undo replaces only what stands.
    fn forget_in_steps(&mut self, gone: &BTreeSet<(i64, OpId)>) -> Result<(), StoreError> {
        let sql = "UPDATE step_cell SET
                       before_ops = trim(replace(',' || before_ops || ',', ',' || ?1 || ',', ','), ','),
                       after_ops = trim(replace(',' || after_ops || ',', ',' || ?1 || ',', ','), ',')
                   WHERE document = ?2 AND (instr(before_ops, ?1) > 0 OR instr(after_ops, ?1) > 0)";
        let mut statement = self.tx.prepare_cached(sql)?;
        for (document, op) in gone {
            statement.execute(params![op.to_string(), document])?;
        }
        Ok(())
    }
}
