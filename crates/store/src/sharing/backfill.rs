//! The history behind a snapshot, from the signed envelopes, some at a time.
//!
//! What comes is older than what stands, so nothing of it may show: a write that is not among the visible ones was replaced
//! by something below the snapshot, which comes later. At the end everything must fit: every visible value was found in a
//! signed change, everything else was replaced. What does not fit is an alarm that names the snapshot.

use rusqlite::{OptionalExtension, params};
use tovholder_document::CellChange;
use tovholder_model::key;

use super::{Bytes16, Bytes32, LastTaken, SNAPSHOT_OPEN, number};
use crate::error::StoreError;
use crate::read::{Reader, setting};
use crate::write::{Write, signed};
use crate::{project, set_setting};

/// An old change, read from a signed envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldChange {
    /// The document.
    pub document: String,
    /// The change.
    pub change: CellChange,
    /// Its hash.
    pub hash: Bytes32,
    /// The device whose envelope brought it.
    pub device: Bytes32,
}

/// How the checking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Everything in the snapshot was found in signed envelopes.
    Fits,
    /// It was not: so many values or changes are nobody's.
    Differs(u32),
}

/// Where a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    /// The next free number below.
    next: i64,
    /// What `dead` means "replaced somewhere below".
    ceiling: i64,
    /// Up to which number of the log.
    until: u64,
    /// How far it is.
    at: u64,
}

fn open(text: Option<String>) -> Option<Open> {
    let text = text?;
    let mut words = text.split(' ');
    Some(Open {
        next: words.next()?.parse().ok()?,
        ceiling: words.next()?.parse().ok()?,
        until: words.next()?.parse().ok()?,
        at: words.next()?.parse().ok()?,
    })
}

impl Reader {
    /// The next number of the log to check behind a snapshot, and the last; none when there is nothing to check.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn to_check(&self) -> Result<Option<(u64, u64)>, StoreError> {
        Ok(open(setting(&self.connection, SNAPSHOT_OPEN)?).map(|open| (open.at + 1, open.until)))
    }
}

impl Write<'_> {
    /// The last envelope of an incarnation that was checked behind the snapshot.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_checked(&self, incarnation: &Bytes16) -> Result<Option<(u64, Bytes32)>, StoreError> {
        let sql = "SELECT counter, hash FROM checked WHERE incarnation = ?";
        let found = self.tx.prepare_cached(sql)?.query_row([incarnation], |row| Ok((number(row.get(0)?), row.get(1)?)));
        Ok(found.optional()?)
    }

    /// Whether an envelope lies behind the snapshot that is being checked, so that the vector has its number and nobody
    /// here has seen it: of its incarnation nothing that lies as far back is here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_behind_snapshot(&self, incarnation: &Bytes16, counter: u64) -> Result<bool, StoreError> {
        if setting(&self.tx, SNAPSHOT_OPEN)?.is_none() {
            return Ok(false);
        }
        let sql = "SELECT 1 FROM envelope WHERE incarnation = ? AND counter = ? AND state NOT IN ('early', 'apart')";
        Ok(!self.tx.prepare_cached(sql)?.exists(params![incarnation, signed(counter)])?)
    }

    /// An envelope behind the snapshot was checked: it has this number, and is the last of its incarnation so far.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn checked(&mut self, last: &LastTaken, n: u64) -> Result<(), StoreError> {
        let sql = "INSERT INTO checked VALUES (?1,?2,?3)
                   ON CONFLICT (incarnation) DO UPDATE SET counter = ?2, hash = ?3";
        self.tx.prepare_cached(sql)?.execute(params![last.incarnation, signed(last.counter), last.hash])?;
        self.checked_up_to(n)
    }

    /// The log was checked up to this number.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn checked_up_to(&mut self, n: u64) -> Result<(), StoreError> {
        if let Some(now) = open(setting(&self.tx, SNAPSHOT_OPEN)?) {
            self.keep_open(&Open { at: n, ..now })?;
        }
        Ok(())
    }

    fn keep_open(&mut self, now: &Open) -> Result<(), StoreError> {
        let text = format!("{} {} {} {}", now.next, now.ceiling, now.until, now.at);
        set_setting(&self.tx, SNAPSHOT_OPEN, &text)
    }

    /// Puts an old change where it belongs. False when it builds on something that has not come.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the numbers that were kept free are used up.
    pub fn put_below(&mut self, old: &OldChange) -> Result<bool, StoreError> {
        let Some(mut now) = open(setting(&self.tx, SNAPSHOT_OPEN)?) else { return Ok(true) };
        let row = self.document(&old.document)?;
        let actor = self.actor_id(old.change.actor)?;
        let sql = "SELECT id, hash, length(bytes) FROM change WHERE document = ? AND actor = ? AND seq = ?";
        let known: Option<(i64, Bytes32, i64)> = self
            .tx
            .prepare_cached(sql)?
            .query_row(params![row.id, actor, signed(old.change.seq)], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        match known {
            Some((_, hash, _)) if hash != old.hash => {
                self.raise_alarm("snapshot_differs", &hex::encode(old.hash))?;
                return Ok(true);
            }
            Some((_, _, length)) if length > 0 => return Ok(true),
            _ => {}
        }
        let mut highest = 0;
        for dep in &old.change.deps {
            let sql = "SELECT last_counter FROM change WHERE hash = ? AND document = ?";
            let found: Option<i64> =
                self.tx.prepare_cached(sql)?.query_row(params![dep, row.id], |row| row.get(0)).optional()?;
            let Some(counter) = found else { return Ok(false) };
            highest = highest.max(counter);
        }
        // What breaks a rule was refused by everybody when it came, and is here too.
        let (last, _) = self.last_below(row.id, actor, now.ceiling)?;
        if signed(old.change.start) != highest + 1 || old.change.seq != last + 1 {
            return Ok(true);
        }
        if now.next >= now.ceiling {
            return Err(StoreError::Refused("the snapshot counted fewer changes than there are".to_owned()));
        }
        let id = now.next;
        now.next += 1;
        self.keep_open(&now)?;
        let bytes = old.change.encode()?.bytes;
        match known {
            Some((standing, ..)) => {
                self.tx
                    .prepare_cached("UPDATE change SET id = ?1, bytes = ?2 WHERE id = ?3")?
                    .execute(params![id, bytes, standing])?;
                self.tx
                    .prepare_cached(
                        "UPDATE op SET change = ?1 WHERE document = ?2 AND counter BETWEEN ?3 AND ?4 AND actor = ?5",
                    )?
                    .execute(params![id, row.id, signed(old.change.start), signed(old.change.last_counter()), actor])?;
            }
            None => {
                self.tx
                    .prepare_cached(
                        "INSERT INTO change (id, document, actor, seq, last_counter, time, hash, bytes)
                         VALUES (?,?,?,?,?,?,?,?)",
                    )?
                    .execute(params![
                        id,
                        row.id,
                        actor,
                        signed(old.change.seq),
                        signed(old.change.last_counter()),
                        old.change.time,
                        old.hash,
                        bytes
                    ])?;
            }
        }
        self.tx
            .prepare_cached("UPDATE actor SET device = ? WHERE id = ? AND device IS NULL")?
            .execute(params![old.device, actor])?;
        self.put_writes(row.id, id, actor, &old.change, now.ceiling)?;
        Ok(true)
    }

    /// The last change of an incarnation in a document that was put below the snapshot.
    fn last_below(&self, document: i64, actor: i64, ceiling: i64) -> Result<(u64, i64), StoreError> {
        let sql = "SELECT seq, id FROM change WHERE document = ? AND actor = ? AND length(bytes) > 0 AND id < ?
                   ORDER BY seq DESC LIMIT 1";
        let found = self
            .tx
            .prepare_cached(sql)?
            .query_row(params![document, actor, ceiling], |row| Ok((number(row.get(0)?), row.get(1)?)));
        Ok(found.optional()?.unwrap_or_default())
    }

    fn put_writes(
        &mut self,
        document: i64,
        id: i64,
        actor: i64,
        change: &CellChange,
        ceiling: i64,
    ) -> Result<(), StoreError> {
        // What stands already is visible, or was replaced since the snapshot: only what its author saw is missing.
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO op (document, counter, actor, change, dead, entity, field, value, pred) VALUES (?,?,?,?,?,?,?,?,?)
             ON CONFLICT (document, counter, actor) DO UPDATE SET pred = excluded.pred",
        )?;
        let mut replace = self.tx.prepare_cached(
            "UPDATE op SET dead = min(coalesce(dead, ?1), ?1)
             WHERE document = ?2 AND counter = ?3 AND actor = (SELECT id FROM actor WHERE bytes = ?4)",
        )?;
        for (index, op) in change.ops.iter().enumerate() {
            let (entity, field) = key::split(&op.key).unwrap_or((op.key.as_str(), ""));
            let pred: Vec<String> = op.pred.iter().map(ToString::to_string).collect();
            insert.execute(params![
                document,
                signed(change.op_id(index).counter),
                actor,
                id,
                ceiling,
                entity,
                field,
                serde_json::to_string(&op.value)?,
                pred.join(",")
            ])?;
            for seen in &op.pred {
                replace.execute(params![id, document, signed(seen.counter), seen.actor.0])?;
            }
        }
        Ok(())
    }

    /// Everything behind the snapshot has come: compares, and ends the check. The read tables are made anew where the
    /// history shows in them.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn end_check(&mut self) -> Result<Checked, StoreError> {
        let Some(now) = open(setting(&self.tx, SNAPSHOT_OPEN)?) else { return Ok(Checked::Fits) };
        let unfound: u32 =
            self.tx.query_row("SELECT count(*) FROM change WHERE length(bytes) = 0", [], |row| row.get(0))?;
        let unreplaced: u32 =
            self.tx.query_row("SELECT count(*) FROM op WHERE dead = ?", [now.ceiling], |row| row.get(0))?;
        let behind: u32 = self.tx.query_row(
            "SELECT count(*) FROM checked LEFT JOIN vector USING (incarnation)
             WHERE vector.counter IS NULL OR vector.counter < checked.counter",
            [],
            |row| row.get(0),
        )?;
        let differs = unfound + unreplaced + behind;
        if differs > 0 {
            self.raise_alarm("snapshot_differs", &differs.to_string())?;
            // The signed changes are the truth: what nobody replaced is visible.
            self.tx.execute("UPDATE op SET dead = NULL WHERE dead = ?", [now.ceiling])?;
        }
        self.tx.execute("DELETE FROM setting WHERE key = ?", [SNAPSHOT_OPEN])?;
        self.tx.execute("DELETE FROM checked", [])?;
        let documents: Vec<i64> = {
            let mut statement = self.tx.prepare("SELECT id FROM document ORDER BY id")?;
            statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        for document in documents {
            project::project_document(&self.tx, document)?;
        }
        Ok(if differs == 0 { Checked::Fits } else { Checked::Differs(differs) })
    }
}
