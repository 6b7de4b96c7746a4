//! What the laptop keeps for sharing: the chain, the envelopes, what waits, how far a relay's log was read.
//!
//! The store knows no cryptography: envelopes and entries are bytes with a few columns beside them. What holds here: an
//! envelope, the vector, its changes and the place in the log move in one transaction with the read tables; a change that
//! waits for another is kept here, counted, and applied the moment it can be.

mod backfill;
mod cut;
mod envelopes;
mod members;
mod outbox;
mod parked;
mod reauthor;
mod snapshot;

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::StoreError;
use crate::read::{Reader, setting};
use crate::write::{Write, unsigned};
use crate::{Store, set_setting};

pub use backfill::{Behind, Checked, OldChange};
pub use cut::{CUT, CutOff, NOT_ALLOWED};
pub use envelopes::{EnvelopeState, LastTaken, StoredEnvelope};
pub use members::StoredEntry;
pub use outbox::Portion;
pub use snapshot::{Snapshot, SnapshotPartBytes};

/// 32 bytes of a hash or a key.
pub type Bytes32 = [u8; 32];
/// 16 bytes of an incarnation or a log.
pub type Bytes16 = [u8; 16];

const CURSOR: &str = "sync.cursor";
/// Set while a snapshot is being checked: the number of the log's envelope up to which it speaks.
pub(crate) const SNAPSHOT_OPEN: &str = "sync.snapshot";

/// A place in a relay's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPlace {
    /// Which log.
    pub log: Bytes16,
    /// Envelopes up to here.
    pub n: u64,
    /// The running hash.
    pub hash: Bytes32,
}

/// What the database says of sharing, at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Changes of this laptop that no relay has acknowledged.
    pub waiting: u32,
    /// Of those, sealed in an envelope already.
    pub sealed_waiting: u32,
    /// Envelopes that have no number in the relay's log.
    pub unsent: u32,
    /// Changes that wait for another.
    pub parked: u32,
    /// Envelopes that wait for the one before.
    pub early: u32,
    /// Envelopes whose key is missing.
    pub sealed: u32,
    /// Envelopes of which something was refused.
    pub refused: u32,
    /// Alarms.
    pub alarms: u32,
    /// Envelopes that wait to be checked behind a snapshot; 0 when there is nothing to check.
    pub unverified: bool,
    /// Something is in the vector.
    pub begun: bool,
}

/// An alarm: two stories about the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// A word of the catalogue.
    pub code: String,
    /// What its sentence needs.
    pub detail: String,
    /// Unix seconds.
    pub time: i64,
}

fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    // Asked after every edit. A partial index is used only where its own condition stands in the query, word for word;
    // without it each of these read every envelope that there is.
    let sql = "SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM outbox WHERE envelope IS NOT NULL),
                      (SELECT count(*) FROM envelope WHERE n IS NULL AND state NOT IN ('early', 'apart')),
                      (SELECT count(*) FROM parked),
                      (SELECT count(*) FROM envelope INDEXED BY envelope_state
                       WHERE state <> 'taken' AND state = 'early'),
                      (SELECT count(*) FROM envelope INDEXED BY envelope_state
                       WHERE state <> 'taken' AND state = 'sealed'),
                      (SELECT count(*) FROM envelope INDEXED BY envelope_state
                       WHERE state <> 'taken' AND state = 'refused'),
                      (SELECT count(*) FROM alarm), (SELECT EXISTS (SELECT 1 FROM vector))";
    let unverified = setting(connection, SNAPSHOT_OPEN)?.is_some_and(|open| !open.is_empty());
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([], |row| {
        Ok(Counts {
            waiting: row.get(0)?,
            sealed_waiting: row.get(1)?,
            unsent: row.get(2)?,
            parked: row.get(3)?,
            early: row.get(4)?,
            sealed: row.get(5)?,
            refused: row.get(6)?,
            alarms: row.get(7)?,
            begun: row.get(8)?,
            unverified,
        })
    })?)
}

fn log_place(connection: &Connection) -> Result<Option<LogPlace>, StoreError> {
    let Some(text) = setting(connection, CURSOR)? else { return Ok(None) };
    let mut words = text.split(' ');
    let place = (|| {
        let mut log = [0; 16];
        hex::decode_to_slice(words.next()?, &mut log).ok()?;
        let n = words.next()?.parse().ok()?;
        let mut hash = [0; 32];
        hex::decode_to_slice(words.next()?, &mut hash).ok()?;
        Some(LogPlace { log, n, hash })
    })();
    Ok(place)
}

impl Reader {
    /// What waits, and what is wrong.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sharing_counts(&self) -> Result<Counts, StoreError> {
        counts(&self.connection)
    }

    /// How far the relay's log was read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log_place(&self) -> Result<Option<LogPlace>, StoreError> {
        log_place(&self.connection)
    }

    /// Every alarm, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn alarms(&self) -> Result<Vec<Alarm>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT code, detail, time FROM alarm ORDER BY id")?;
        let rows =
            statement.query_map([], |row| Ok(Alarm { code: row.get(0)?, detail: row.get(1)?, time: row.get(2)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When something was last taken from each device, Unix seconds by this laptop's clock.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn heard(&self) -> Result<Vec<(Bytes32, i64)>, StoreError> {
        let sql = "SELECT device, max(heard) FROM vector GROUP BY device";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// Entities that a change from another device wrote to.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn entities_of_others(&self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT op.entity FROM op JOIN actor ON actor.id = op.actor WHERE actor.device IS NOT NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Which device each incarnation belongs to, where that is known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn incarnations(&self) -> Result<Vec<(Bytes16, Bytes32)>, StoreError> {
        let sql = "SELECT bytes, device FROM actor WHERE device IS NOT NULL";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// What waits, and what is wrong.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sharing_counts(&self) -> Result<Counts, StoreError> {
        counts(&self.tx)
    }

    /// How far the relay's log was read.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn log_place(&self) -> Result<Option<LogPlace>, StoreError> {
        log_place(&self.tx)
    }

    /// The relay's log was read up to here.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_log_place(&mut self, place: &LogPlace) -> Result<(), StoreError> {
        let text = format!("{} {} {}", hex::encode(place.log), place.n, hex::encode(place.hash));
        set_setting(&self.tx, CURSOR, &text)
    }

    /// A setting, inside this transaction.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        setting(&self.tx, key)
    }

    /// Writes a setting, inside this transaction.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        set_setting(&self.tx, key, value)
    }

    /// Two stories about the same thing, once each.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn raise_alarm(&mut self, code: &str, detail: &str) -> Result<(), StoreError> {
        let sql = "INSERT OR IGNORE INTO alarm (time, code, detail) VALUES (?,?,?)";
        self.tx.prepare_cached(sql)?.execute(params![self.now, code, detail])?;
        Ok(())
    }

    /// The running hash of the relay's log at this number, where this laptop has it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn running_at(&self, n: u64) -> Result<Option<Bytes32>, StoreError> {
        let sql = "SELECT running FROM envelope WHERE n = ? AND running IS NOT NULL";
        let n = crate::write::signed(n);
        Ok(self.tx.prepare_cached(sql)?.query_row([n], |row| row.get(0)).optional()?)
    }

    /// Whether a snapshot is still being checked, so that what lies behind may be missing.
    pub(crate) fn is_backfilling(&self, _document: i64) -> Result<bool, StoreError> {
        Ok(setting(&self.tx, SNAPSHOT_OPEN)?.is_some_and(|open| !open.is_empty()))
    }
}

impl Store {
    /// The incarnations of this laptop that wrote something, the present one too.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn own_incarnations(&self) -> Result<Vec<Bytes16>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT bytes FROM actor WHERE device IS NULL")?;
        let mut own: Vec<Bytes16> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if !own.contains(&self.actor.0) {
            own.push(self.actor.0);
        }
        Ok(own)
    }

    /// Makes every commit from now on fail, or succeed again. For tests of what must hold when the disk fails.
    ///
    /// # Errors
    /// When the database refuses.
    pub fn break_commits(&mut self, broken: bool) -> Result<(), StoreError> {
        if broken {
            self.connection.commit_hook(Some(|| true))?;
        } else {
            self.connection.commit_hook(None::<fn() -> bool>)?;
        }
        Ok(())
    }
}

pub(crate) fn number(row: i64) -> u64 {
    unsigned(row)
}
