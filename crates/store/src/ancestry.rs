//! Which changes a foreign change does not build on.
//!
//! A write may replace only what its author can have seen: writes of changes among its ancestors. One that replaced a
//! write beside it would be taken on a laptop that happens to have that write, and refused on one that has not; the two
//! would never be equal again. Asking for every change what lies behind it would cost its whole history, so what is asked
//! is what lies beside it: most often nothing, and in a long run of offline edits the same as for the one before.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{OptionalExtension, params};
use tovholder_document::{CellChange, Hash};

use crate::error::StoreError;
use crate::write::{DocumentRow, Write};

/// Runs of changes remembered per document.
const RUNS_MAX: usize = 16;

/// What is known of the documents in one transaction.
#[derive(Default)]
pub(crate) struct Ancestry {
    /// Per document: the last change of a run, and the changes beside it.
    runs: HashMap<i64, Vec<(Hash, HashSet<i64>)>>,
    /// Dependencies of a change, read from its bytes once.
    deps: HashMap<i64, Arc<Vec<i64>>>,
}

impl Write<'_> {
    /// The changes of the document that a change with these dependencies does not build on.
    ///
    /// # Errors
    /// [`StoreError::MissingDependency`] when that cannot be told, because what lies behind has not come yet.
    pub(crate) fn beside(&mut self, row: &DocumentRow, deps: &[Hash]) -> Result<HashSet<i64>, StoreError> {
        if row.heads.iter().all(|head| deps.contains(head)) {
            return Ok(HashSet::new());
        }
        if let [only] = deps
            && let Some(runs) = self.ancestry.runs.get(&row.id)
            && let Some((_, beside)) = runs.iter().find(|(last, _)| last == only)
        {
            return Ok(beside.clone());
        }
        // Newest first: numbers here grow along the dependencies. `true` is reached from what the change builds on.
        let mut open: BTreeMap<i64, bool> = BTreeMap::new();
        for head in &row.heads {
            open.insert(self.change_id(row.id, head)?.ok_or(StoreError::MissingDependency)?, false);
        }
        for dep in deps {
            open.insert(self.change_id(row.id, dep)?.ok_or(StoreError::MissingDependency)?, true);
        }
        let mut beside = HashSet::new();
        let mut apart = open.values().filter(|behind| !**behind).count();
        while apart > 0 {
            let Some((id, behind)) = open.pop_last() else { break };
            if !behind {
                apart -= 1;
                beside.insert(id);
            }
            for dep in self.deps_of(row.id, id)?.iter() {
                if let Some(known) = open.get_mut(dep) {
                    if behind && !*known {
                        *known = true;
                        apart -= 1;
                    }
                } else {
                    open.insert(*dep, behind);
                    apart += usize::from(!behind);
                }
            }
        }
        Ok(beside)
    }

    /// A change was applied, with these beside it: the next of its run has the same beside it, every other run has it.
    pub(crate) fn remember_run(
        &mut self,
        document: i64,
        id: i64,
        change: &CellChange,
        hash: Hash,
        beside: HashSet<i64>,
    ) {
        let runs = self.ancestry.runs.entry(document).or_default();
        runs.retain(|(last, _)| !change.deps.contains(last));
        for (_, others) in runs.iter_mut() {
            others.insert(id);
        }
        if runs.len() >= RUNS_MAX {
            runs.remove(0);
        }
        runs.push((hash, beside));
    }

    /// A change of our own was written in this transaction.
    pub(crate) fn forget_runs(&mut self, document: i64) {
        self.ancestry.runs.remove(&document);
    }

    /// Changes have other numbers than they had.
    pub(crate) fn forget_numbers_of_changes(&mut self) {
        self.ancestry = Ancestry::default();
    }

    pub(crate) fn change_id(&self, document: i64, hash: &Hash) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT id FROM change WHERE hash = ? AND document = ?";
        Ok(self.tx.prepare_cached(sql)?.query_row(params![hash, document], |row| row.get(0)).optional()?)
    }

    fn deps_of(&mut self, document: i64, id: i64) -> Result<Arc<Vec<i64>>, StoreError> {
        if let Some(deps) = self.ancestry.deps.get(&id) {
            return Ok(Arc::clone(deps));
        }
        let bytes: Vec<u8> =
            self.tx.prepare_cached("SELECT bytes FROM change WHERE id = ?")?.query_row([id], |row| row.get(0))?;
        if bytes.is_empty() {
            return Err(StoreError::MissingDependency);
        }
        let mut deps = BTreeSet::new();
        for dep in CellChange::decode(&bytes)?.deps {
            deps.insert(self.change_id(document, &dep)?.ok_or(StoreError::MissingDependency)?);
        }
        let deps = Arc::new(deps.into_iter().collect());
        self.ancestry.deps.insert(id, Arc::clone(&deps));
        Ok(deps)
    }
}
