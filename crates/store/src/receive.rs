//! Taking in a change that another laptop made.
//!
//! The rules of *bounded decoding* that need the document: numbering without gaps, dependencies that are here,
//! predecessors that are writes of the same cell in an ancestor, an incarnation that belongs to its author's device. Bytes
//! of others never come here: only a [`CellChange`] that was read and bounded by `tovholder_document::body`.

use std::collections::{BTreeSet, HashSet};

use rusqlite::{OptionalExtension, params};
use tovholder_document::{CellChange, Hash};
use tovholder_model::key;

use crate::error::StoreError;
use crate::write::{DocumentRow, Write, signed, unsigned};

/// A device's public key.
pub type DeviceBytes = [u8; 32];

/// What became of a foreign change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is applied.
    Applied,
    /// It was here already.
    Known,
}

impl Write<'_> {
    /// Applies a change made elsewhere; `device` is the one whose envelope brought it.
    ///
    /// # Errors
    /// [`StoreError::MissingDependency`] when it builds on a change that is not here, [`StoreError::Fork`] when its
    /// incarnation already wrote something else under that number, [`StoreError::Refused`] when it breaks a rule.
    pub fn receive(
        &mut self,
        document: &str,
        change: &CellChange,
        device: Option<&DeviceBytes>,
    ) -> Result<Received, StoreError> {
        change.check()?;
        let row = self.document(document)?;
        if let Some(known) = self.hash_of(row.id, change)? {
            let same = known == change.encode()?.hash;
            return if same { Ok(Received::Known) } else { Err(StoreError::Fork(change.actor.to_string())) };
        }
        self.check_device(change, device)?;
        self.check_numbering(&row, change)?;
        let beside = self.beside(&row, &change.deps)?;
        self.check_predecessors(&row, change, &beside)?;
        let encoded = change.encode()?;
        let id = self.append(&row, change, &encoded, false)?;
        self.remember_run(row.id, id, change, encoded.hash, beside);
        if let Some(device) = device {
            let sql = "UPDATE actor SET device = ? WHERE bytes = ? AND device IS NULL";
            self.tx.prepare_cached(sql)?.execute(params![device, change.actor.0])?;
        }
        Ok(Received::Applied)
    }

    /// The hash of what this incarnation wrote under this number in this document.
    fn hash_of(&self, document: i64, change: &CellChange) -> Result<Option<Hash>, StoreError> {
        let sql = "SELECT change.hash FROM change JOIN actor ON actor.id = change.actor
                   WHERE change.document = ? AND actor.bytes = ? AND change.seq = ?";
        let named = params![document, change.actor.0, signed(change.seq)];
        Ok(self.tx.prepare_cached(sql)?.query_row(named, |row| row.get(0)).optional()?)
    }

    fn check_device(&self, change: &CellChange, device: Option<&DeviceBytes>) -> Result<(), StoreError> {
        let sql = "SELECT device FROM actor WHERE bytes = ?";
        let owner: Option<Option<DeviceBytes>> =
            self.tx.prepare_cached(sql)?.query_row([change.actor.0], |row| row.get(0)).optional()?;
        match (owner.flatten(), device) {
            (Some(owner), Some(device)) if owner != *device => {
                Err(StoreError::Refused("another device's incarnation".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn check_numbering(&self, row: &DocumentRow, change: &CellChange) -> Result<(), StoreError> {
        let refused = |why: &str| Err(StoreError::Refused(why.to_owned()));
        let mut highest = 0;
        let mut distinct = BTreeSet::new();
        for dep in &change.deps {
            if !distinct.insert(dep) {
                return refused("a dependency stands twice");
            }
            highest = highest.max(self.number_of(row, dep)?.ok_or(StoreError::MissingDependency)?);
        }
        let (last, previous) = self.last_of_actor(row.id, change.actor)?;
        if change.seq != last + 1 || previous.is_some_and(|hash| !change.deps.contains(&hash)) {
            return refused("the sequence has a gap");
        }
        if change.start != highest + 1 {
            return refused("the counter does not follow its dependencies");
        }
        Ok(())
    }

    fn check_predecessors(
        &self,
        row: &DocumentRow,
        change: &CellChange,
        beside: &HashSet<i64>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT op.change, op.entity || '/' || op.field FROM op JOIN actor ON actor.id = op.actor
                   WHERE op.document = ? AND op.counter = ? AND actor.bytes = ?";
        let mut statement = self.tx.prepare_cached(sql)?;
        for op in &change.ops {
            if key::split(&op.key).is_none_or(|(_, field)| field.is_empty()) {
                return Err(StoreError::Refused("a key has a kind, an id and a field".to_owned()));
            }
            for id in &op.pred {
                let named = params![row.id, signed(id.counter), id.actor.0];
                let known: Option<(i64, String)> =
                    statement.query_row(named, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                match known {
                    Some((change, key)) if key == op.key && !beside.contains(&change) => {}
                    None if self.is_backfilling(row.id)? => return Err(StoreError::MissingDependency),
                    _ => return Err(StoreError::Refused(format!("{id} is no write of {} that it saw", op.key))),
                }
            }
        }
        Ok(())
    }

    /// The highest counter of a change that is here, by its hash.
    fn number_of(&self, row: &DocumentRow, hash: &Hash) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT last_counter FROM change WHERE hash = ? AND document = ?";
        let found: Option<i64> =
            self.tx.prepare_cached(sql)?.query_row(params![hash, row.id], |r| r.get(0)).optional()?;
        Ok(found.map(unsigned))
    }
}
