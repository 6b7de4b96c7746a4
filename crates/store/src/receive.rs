//! Taking in a change that another laptop made.
//!
//! The rules of *bounded decoding* that need the document: numbering without gaps, dependencies that are here,
//! predecessors that are writes of the same cell. Bytes of others never come here: only a [`CellChange`] that was rebuilt.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};
use tovholder_document::{CellChange, Hash};

use crate::error::StoreError;
use crate::write::{DocumentRow, Write, signed, unsigned};

/// What became of a foreign change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is applied.
    Applied,
    /// It was here already.
    Known,
}

impl Write<'_> {
    /// Applies a change made elsewhere.
    ///
    /// # Errors
    /// [`StoreError::MissingDependency`] when it builds on a change that is not here, [`StoreError::Fork`] when its
    /// incarnation already wrote something else under that number, [`StoreError::Refused`] when it breaks a rule.
    pub fn receive(&mut self, document: &str, change: &CellChange) -> Result<Received, StoreError> {
        let encoded = change.encode()?;
        let row = self.document(document)?;
        if self.number_of(&row, &encoded.hash)?.is_some() {
            return Ok(Received::Known);
        }
        self.check_numbering(&row, change)?;
        self.check_predecessors(&row, change)?;
        self.append(&row, change, false)?;
        Ok(Received::Applied)
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
        if change.seq <= last {
            return Err(StoreError::Fork(change.actor.to_string()));
        }
        if change.seq != last + 1 || previous.is_some_and(|hash| !change.deps.contains(&hash)) {
            return refused("the sequence has a gap");
        }
        if change.start != highest + 1 {
            return refused("the counter does not follow its dependencies");
        }
        Ok(())
    }

    fn check_predecessors(&self, row: &DocumentRow, change: &CellChange) -> Result<(), StoreError> {
        let sql = "SELECT 1 FROM op JOIN actor ON actor.id = op.actor
                   WHERE op.document = ? AND op.counter = ? AND actor.bytes = ? AND op.entity || '/' || op.field = ?";
        let mut statement = self.tx.prepare_cached(sql)?;
        for op in &change.ops {
            if op.pred.windows(2).any(|pair| pair.first() >= pair.last()) {
                return Err(StoreError::Refused("predecessors are not sorted and distinct".to_owned()));
            }
            for id in &op.pred {
                let known = id.counter < change.start
                    && statement.exists(params![row.id, signed(id.counter), id.actor.0, op.key])?;
                if !known {
                    return Err(StoreError::Refused(format!("{id} is no write of {}", op.key)));
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
