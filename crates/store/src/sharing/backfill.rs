//! The history behind a snapshot, from the signed envelopes, some at a time.
//!
//! What comes is older than what stands, so nothing of it may show: a write that is not among the visible ones was replaced
//! by something below the snapshot, which comes later. At the end everything must fit: every visible value was found in a
//! signed change, everything else was replaced. What does not fit is an alarm that names the snapshot.

use rusqlite::{Connection, OptionalExtension, params};
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

/// How far an incarnation was checked behind a snapshot, and how far the snapshot says that it had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    /// The last envelope that was checked; 0 before the first.
    pub counter: u64,
    /// Its hash.
    pub hash: Bytes32,
    /// The last that the snapshot covers.
    pub until: u64,
    /// Its hash, as the snapshot has it.
    pub until_hash: Bytes32,
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
    /// The next number of the log to check behind a snapshot, and the last; none when there is nothing to check. The
    /// last is 0 where the relay has begun another log since: what is missing comes with that one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn to_check(&self) -> Result<Option<(u64, u64)>, StoreError> {
        Ok(open(setting(&self.connection, SNAPSHOT_OPEN)?).map(|open| (open.at + 1, open.until)))
    }

    /// Envelopes behind a snapshot that have not come.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unchecked(&self) -> Result<u64, StoreError> {
        unchecked(&self.connection)
    }
}

fn unchecked(connection: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(sum(until - counter), 0) FROM checked";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).map(number)?)
}

impl Write<'_> {
    /// How far an incarnation was checked, when this envelope of it lies behind the snapshot that this laptop began with
    /// and has not been seen here: the vector has its number, and that is all.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn behind_snapshot(&self, incarnation: &Bytes16, counter: u64) -> Result<Option<Behind>, StoreError> {
        let sql = "SELECT counter, hash, until, until_hash FROM checked WHERE incarnation = ? AND ? BETWEEN counter + 1 AND until";
        let found = self.tx.prepare_cached(sql)?.query_row(params![incarnation, signed(counter)], |row| {
            Ok(Behind {
                counter: number(row.get(0)?),
                hash: row.get(1)?,
                until: number(row.get(2)?),
                until_hash: row.get(3)?,
            })
        });
        Ok(found.optional()?)
    }

    /// An envelope behind the snapshot was checked, and is the last of its incarnation so far.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn checked(&mut self, last: &LastTaken) -> Result<(), StoreError> {
        let sql = "UPDATE checked SET counter = ?2, hash = ?3 WHERE incarnation = ?1";
        self.tx.prepare_cached(sql)?.execute(params![last.incarnation, signed(last.counter), last.hash])?;
        Ok(())
    }

    /// The relay has begun another log: what lies behind the snapshot has other numbers there, and comes when its list is
    /// read.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub(super) fn check_in_another_log(&mut self) -> Result<(), StoreError> {
        if let Some(now) = open(setting(&self.tx, SNAPSHOT_OPEN)?) {
            self.keep_open(&Open { at: 0, until: 0, ..now })?;
        }
        Ok(())
    }

    /// Whether everything behind the snapshot has come though the log is another than the snapshot's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_checked_elsewhere(&self) -> Result<bool, StoreError> {
        let other = open(setting(&self.tx, SNAPSHOT_OPEN)?).is_some_and(|open| open.until == 0);
        Ok(other && unchecked(&self.tx)? == 0)
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
            // What the snapshot says of a change is not the change.
            let sql = "SELECT last_counter FROM change WHERE hash = ? AND document = ? AND length(bytes) > 0";
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
        // What was remembered of the document's changes is by numbers that now move.
        self.forget_numbers_of_changes();
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
        let behind = u32::try_from(unchecked(&self.tx)?).unwrap_or(u32::MAX);
        let differs = unfound.saturating_add(unreplaced).saturating_add(behind);
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
