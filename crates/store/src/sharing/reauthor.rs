//! Writing anew, under a new incarnation, what had not left the laptop.
//!
//! When a relay knows something else under this laptop's own numbers (a machine set back to yesterday, a cloned disk), what
//! was written here since and not sent cannot keep its numbers. Its words can: every change is written again, on top of
//! what is known, replacing what it had replaced.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;
use tovholder_document::{CellChange, CellOp};
use tovholder_model::OpId;

use super::CutOff;
use crate::error::StoreError;
use crate::write::{Write, apply_ops, signed};
use crate::{Random, Store, project};

/// Steps whose writes are renamed one by one; beyond, undo begins anew.
const RENAMED_MAX: usize = 2_000;

/// New names of writes. Each document counts for itself, so that an incarnation has the same name in several.
type Renamed = BTreeMap<(i64, OpId), OpId>;

impl Store {
    /// Begins a new incarnation and writes everything anew that has not left the laptop. Answers how many changes.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing is changed but the incarnation, which is new.
    pub fn reauthor(&mut self, now: i64, random: Random<'_>) -> Result<u32, StoreError> {
        if self.connection.prepare("SELECT 1 FROM change WHERE length(bytes) = 0 LIMIT 1")?.exists([])? {
            return Err(StoreError::Unchecked);
        }
        self.renew_incarnation(random)?;
        let mut write = self.write(now)?;
        let count = write.reauthor()?;
        write.commit()?;
        Ok(count)
    }
}

impl Write<'_> {
    fn reauthor(&mut self) -> Result<u32, StoreError> {
        self.write_anew(BTreeSet::new(), &BTreeSet::new(), None)
    }

    /// Writes anew what has not left, and makes these documents anew in any case; `gone` are writes that are there no more.
    /// With a `cut` only what it took out, and what is not sealed yet when it ends the incarnation: nothing is sealed under
    /// another one than it was written under, where a second story about the same number would not be seen.
    pub(super) fn write_anew(
        &mut self,
        mut documents: BTreeSet<i64>,
        gone: &BTreeSet<(i64, OpId)>,
        cut: Option<&CutOff>,
    ) -> Result<u32, StoreError> {
        let unsent = self.take_out_unsent(cut)?;
        documents.extend(unsent.iter().map(|(document, ..)| *document));
        for document in &documents {
            self.replay(*document)?;
        }
        let mut renamed = Renamed::new();
        let count = u32::try_from(unsent.len()).unwrap_or(u32::MAX);
        for (document, name, change) in unsent {
            // Who stood behind the incarnation that ends is not said by the new one, which says who stands behind itself.
            if change.ops.iter().all(|op| op.key.starts_with("author/")) {
                continue;
            }
            let row = self.document(&name)?;
            let ops = change.ops.iter().map(|op| renamed_op(document, op, &renamed, gone)).collect();
            let anew = self.change_on_heads(&row, self.actor, change.time, ops)?;
            self.append(&row, &anew, &anew.encode()?, true)?;
            for index in 0..change.ops.len() {
                renamed.insert((document, change.op_id(index)), anew.op_id(index));
            }
        }
        self.rename_in_steps(&renamed)?;
        Ok(count)
    }

    /// Takes the unsent changes and their unsent envelopes out, oldest first.
    fn take_out_unsent(&mut self, cut: Option<&CutOff>) -> Result<Vec<(i64, String, CellChange)>, StoreError> {
        let sql = "SELECT change.id, change.document, document.name, change.bytes, change.hash,
                       outbox.envelope IS NULL FROM outbox
                   JOIN change ON change.id = outbox.change JOIN document ON document.id = change.document
                   ORDER BY change.id";
        let mut unsent = Vec::new();
        {
            let mut statement = self.tx.prepare(sql)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (name, hash, unsealed): (String, [u8; 32], bool) = (row.get(2)?, row.get(4)?, row.get(5)?);
                let is_cut =
                    |cut: &CutOff| cut.own && unsealed || cut.changes.get(&name).is_some_and(|of| of.contains(&hash));
                if cut.is_none_or(is_cut) {
                    let change = CellChange::decode(row.get_ref(3)?.as_blob().unwrap_or_default())?;
                    unsent.push((row.get::<_, i64>(0)?, row.get(1)?, name, change));
                }
            }
        }
        // What a cut took out lies apart already, and stays: it is known again when a file brings it.
        if cut.is_none() {
            self.take_out_envelopes()?;
        }
        let kept = self.built_upon(&unsent)?;
        unsent.retain(|(id, ..)| !kept.contains(id));
        let mut delete = self.tx.prepare_cached("DELETE FROM change WHERE id = ?")?;
        let mut leave = self.tx.prepare_cached("DELETE FROM outbox WHERE change = ?")?;
        for (id, ..) in &unsent {
            leave.execute([id])?;
            delete.execute([id])?;
        }
        drop((delete, leave));
        Ok(unsent.into_iter().map(|(_, document, name, change)| (document, name, change)).collect())
    }

    /// Takes unsent envelopes out, and sets the vector back to what came before them.
    fn take_out_envelopes(&mut self) -> Result<(), StoreError> {
        let mut envelopes: BTreeSet<i64> = BTreeSet::new();
        {
            let mut statement = self.tx.prepare("SELECT DISTINCT envelope FROM outbox WHERE envelope IS NOT NULL")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                envelopes.insert(row.get(0)?);
            }
        }
        self.tx.execute("UPDATE outbox SET envelope = NULL", [])?;
        let mut first: BTreeMap<[u8; 16], i64> = BTreeMap::new();
        for envelope in envelopes {
            let sql = "DELETE FROM envelope WHERE id = ? AND n IS NULL RETURNING incarnation, counter";
            let mut statement = self.tx.prepare_cached(sql)?;
            let mut rows = statement.query([envelope])?;
            while let Some(row) = rows.next()? {
                let counter: i64 = row.get(1)?;
                first.entry(row.get(0)?).and_modify(|first| *first = counter.min(*first)).or_insert(counter);
            }
        }
        self.set_vector_back(&first)
    }

    /// The vector goes back to before these numbers.
    pub(super) fn set_vector_back(&mut self, first: &BTreeMap<[u8; 16], i64>) -> Result<(), StoreError> {
        for (incarnation, counter) in first {
            // What is not ours to write anew (a newer version of the program wrote it) waits for those before it.
            self.tx.execute(
                "UPDATE envelope SET state = 'early' WHERE incarnation = ? AND counter > ? AND n IS NULL
                 AND state NOT IN ('early', 'apart')",
                params![incarnation, counter],
            )?;
            self.tx.execute("DELETE FROM vector WHERE incarnation = ?", [incarnation])?;
            self.tx.execute(
                "INSERT INTO vector (incarnation, counter, hash, device, heard)
                 SELECT incarnation, counter, hash, device, arrived FROM envelope
                 WHERE incarnation = ? AND state NOT IN ('early', 'apart') ORDER BY counter DESC LIMIT 1",
                [incarnation],
            )?;
        }
        Ok(())
    }

    /// Which of these changes something stands on that is not among them: they have left by file and a colleague wrote on
    /// top. Taken out they would leave a document that never loads again; so they stay as they are.
    fn built_upon(&self, unsent: &[(i64, i64, String, CellChange)]) -> Result<BTreeSet<i64>, StoreError> {
        let taken: BTreeSet<i64> = unsent.iter().map(|(id, ..)| *id).collect();
        let documents: BTreeSet<i64> = unsent.iter().map(|(_, document, ..)| *document).collect();
        let mut kept = BTreeSet::new();
        for document in documents {
            let first = unsent.iter().filter(|(_, of, ..)| *of == document).map(|(id, ..)| *id).min().unwrap_or(0);
            let sql = "SELECT id, hash, bytes FROM change WHERE document = ? AND id >= ? ORDER BY id DESC";
            let mut statement = self.tx.prepare_cached(sql)?;
            let mut rows = statement.query(params![document, first])?;
            let mut needed: BTreeSet<[u8; 32]> = BTreeSet::new();
            // Newest first: whatever builds on a change comes before it.
            while let Some(row) = rows.next()? {
                let (id, hash): (i64, [u8; 32]) = (row.get(0)?, row.get(1)?);
                if taken.contains(&id) && !needed.contains(&hash) {
                    continue;
                }
                if taken.contains(&id) {
                    kept.insert(id);
                }
                needed.extend(CellChange::decode(row.get_ref(2)?.as_blob().unwrap_or_default())?.deps);
            }
        }
        Ok(kept)
    }

    /// Makes a document's read tables and heads anew from the changes that are left.
    fn replay(&mut self, document: i64) -> Result<(), StoreError> {
        self.forget_runs(document);
        let touched: Vec<String> = {
            let mut statement = self.tx.prepare_cached("SELECT DISTINCT entity FROM op WHERE document = ?")?;
            statement.query_map([document], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        self.tx.execute("DELETE FROM op WHERE document = ?", [document])?;
        let mut heads: BTreeSet<[u8; 32]> = BTreeSet::new();
        let mut highest = 0;
        {
            let mut statement =
                self.tx.prepare("SELECT id, actor, hash, bytes FROM change WHERE document = ? ORDER BY id")?;
            let mut rows = statement.query([document])?;
            while let Some(row) = rows.next()? {
                let change = CellChange::decode(row.get_ref(3)?.as_blob().unwrap_or_default())?;
                heads.retain(|head| !change.deps.contains(head));
                heads.insert(row.get(2)?);
                highest = highest.max(change.last_counter());
                apply_ops(&self.tx, document, row.get(0)?, row.get(1)?, &change)?;
            }
        }
        let heads: Vec<[u8; 32]> = heads.into_iter().collect();
        self.tx.execute(
            "UPDATE document SET heads = ?, max_counter = ? WHERE id = ?",
            params![heads.concat(), signed(highest), document],
        )?;
        // An entity of which nothing is left must not stay in the read tables.
        for entity in touched {
            let sql = "SELECT 1 FROM op WHERE document = ? AND entity = ? LIMIT 1";
            let stands = self.tx.prepare_cached(sql)?.exists(params![document, entity])?;
            if stands {
                self.touch(document, entity);
            } else {
                self.tx.execute(
                    "DELETE FROM search WHERE rowid IN (SELECT id FROM entity WHERE document = ?1 AND entity = ?2)",
                    params![document, entity],
                )?;
                self.tx.execute("DELETE FROM entity WHERE document = ?1 AND entity = ?2", params![document, entity])?;
            }
        }
        project::project_document(&self.tx, document)
    }

    fn rename_in_steps(&mut self, renamed: &Renamed) -> Result<(), StoreError> {
        if renamed.len() > RENAMED_MAX {
            self.tx.execute("UPDATE step SET state = 'past'", [])?;
            return Ok(());
        }
        // With commas around, so that no name is taken for the end of a longer one.
        let sql = "UPDATE step_cell SET
                       before_ops = trim(replace(',' || before_ops || ',', ',' || ?1 || ',', ',' || ?2 || ','), ','),
                       after_ops = trim(replace(',' || after_ops || ',', ',' || ?1 || ',', ',' || ?2 || ','), ',')
                   WHERE document = ?3 AND (instr(before_ops, ?1) > 0 OR instr(after_ops, ?1) > 0)";
        let mut statement = self.tx.prepare_cached(sql)?;
        for ((document, old), new) in renamed {
            statement.execute(params![old.to_string(), new.to_string(), document])?;
        }
        Ok(())
    }
}

fn renamed_op(document: i64, op: &CellOp, renamed: &Renamed, gone: &BTreeSet<(i64, OpId)>) -> CellOp {
    let stands = op.pred.iter().filter(|id| !gone.contains(&(document, **id)));
    let mut pred: Vec<OpId> = stands.map(|id| renamed.get(&(document, *id)).copied().unwrap_or(*id)).collect();
    pred.sort_unstable();
    CellOp { key: op.key.clone(), value: op.value.clone(), pred }
}
