//! Envelopes as they came or were sealed, and the vector.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Bytes16, Bytes32, number};
use crate::error::StoreError;
use crate::read::Reader;
use crate::write::{Write, signed};

/// What became of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeState {
    /// In the vector; its changes are applied or parked.
    Taken,
    /// The one before is missing.
    Early,
    /// In the vector; its key is missing.
    Sealed,
    /// Kept with the reason.
    Refused,
    /// From before the snapshot that this laptop began with.
    Old,
    /// Not in the vector: by somebody who may not write, or another story under a number that was taken. Kept with the
    /// reason, judged anew when it comes again or the chain grows, and handed on to nobody.
    Apart,
}

impl EnvelopeState {
    fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Early => "early",
            Self::Sealed => "sealed",
            Self::Refused => "refused",
            Self::Old => "old",
            Self::Apart => "apart",
        }
    }
}

/// An envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEnvelope {
    /// Its hash.
    pub hash: Bytes32,
    /// The incarnation whose chain it stands in.
    pub incarnation: Bytes16,
    /// Its number there.
    pub counter: u64,
    /// The author's device.
    pub device: Bytes32,
    /// The signed header.
    pub header: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
    /// The sealed body.
    pub body: Vec<u8>,
}

/// The last envelope of an incarnation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastTaken {
    /// The incarnation.
    pub incarnation: Bytes16,
    /// Its number.
    pub counter: u64,
    /// Its hash.
    pub hash: Bytes32,
    /// Whose.
    pub device: Bytes32,
}

const COLUMNS: &str = "hash, incarnation, counter, device, header, signature, body";

fn envelope(row: &Row<'_>) -> rusqlite::Result<StoredEnvelope> {
    Ok(StoredEnvelope {
        hash: row.get(0)?,
        incarnation: row.get(1)?,
        counter: number(row.get(2)?),
        device: row.get(3)?,
        header: row.get(4)?,
        signature: row.get(5)?,
        body: row.get(6)?,
    })
}

pub(super) fn envelopes(
    connection: &Connection,
    condition: &str,
    named: impl rusqlite::Params,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM envelope {condition}"))?;
    Ok(statement.query_map(named, envelope)?.collect::<Result<_, _>>()?)
}

fn vector(connection: &Connection) -> Result<Vec<LastTaken>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT incarnation, counter, hash, device FROM vector ORDER BY incarnation")?;
    let rows = statement.query_map([], |row| {
        Ok(LastTaken { incarnation: row.get(0)?, counter: number(row.get(1)?), hash: row.get(2)?, device: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Reader {
    /// The last envelope of every incarnation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn vector(&self) -> Result<Vec<LastTaken>, StoreError> {
        vector(&self.connection)
    }

    /// Every envelope with a body, in the order in which this laptop took them: each after the one before it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn envelopes(&self) -> Result<Vec<StoredEnvelope>, StoreError> {
        // What lies behind a snapshot came later than what lies before it.
        envelopes(&self.connection, "WHERE state NOT IN ('early', 'apart') ORDER BY state <> 'old', id", [])
    }

    /// Envelopes that are set aside because their author had no right to write, of those that came after
    /// this moment (Unix seconds): how many of which device.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn without_right(&self, since: i64) -> Result<Vec<(Bytes32, u32)>, StoreError> {
        let sql = "SELECT device, count(*) FROM envelope INDEXED BY envelope_state
                   WHERE state <> 'taken' AND state = 'apart' AND why = 'not_allowed' AND arrived > ?
                   GROUP BY device ORDER BY min(id)";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_map([since], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
    }

    /// The author's device of an envelope that is here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn device_of(&self, hash: &Bytes32) -> Result<Option<Bytes32>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT device FROM envelope WHERE hash = ?")?;
        Ok(statement.query_row([hash], |row| row.get(0)).optional()?)
    }

    /// Bytes of headers, signatures and bodies that are kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn envelope_bytes(&self) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(length(header) + length(signature) + length(body)), 0) FROM envelope";
        Ok(number(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
    }
}

impl Write<'_> {
    /// The last envelope of every incarnation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn vector(&self) -> Result<Vec<LastTaken>, StoreError> {
        vector(&self.tx)
    }

    /// The last envelope of an incarnation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_taken(&self, incarnation: &Bytes16) -> Result<Option<LastTaken>, StoreError> {
        let sql = "SELECT counter, hash, device FROM vector WHERE incarnation = ?";
        let found = self
            .tx
            .prepare_cached(sql)?
            .query_row([incarnation], |row| {
                Ok(LastTaken {
                    incarnation: *incarnation,
                    counter: number(row.get(0)?),
                    hash: row.get(1)?,
                    device: row.get(2)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Whether an envelope is here and judged.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_taken(&self, hash: &Bytes32) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM envelope WHERE hash = ? AND state NOT IN ('early', 'apart')";
        Ok(self.tx.prepare_cached(sql)?.exists([hash])?)
    }

    /// Keeps an envelope; when it is in the vector, moves that too. One that was early becomes what it is now.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn keep_envelope(
        &mut self,
        envelope: &StoredEnvelope,
        state: EnvelopeState,
        why: &str,
    ) -> Result<i64, StoreError> {
        let sql =
            "INSERT INTO envelope (hash, incarnation, counter, device, header, signature, body, state, why, arrived)
                   VALUES (?,?,?,?,?,?,?,?,?,?)
                   ON CONFLICT (hash) DO UPDATE SET state = excluded.state, why = excluded.why RETURNING id";
        let id = self.tx.prepare_cached(sql)?.query_row(
            params![
                envelope.hash,
                envelope.incarnation,
                signed(envelope.counter),
                envelope.device,
                envelope.header,
                envelope.signature,
                envelope.body,
                state.word(),
                why,
                self.now
            ],
            |row| row.get(0),
        )?;
        Ok(id)
    }

    /// Moves the vector to this envelope.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn advance(&mut self, envelope: &StoredEnvelope) -> Result<(), StoreError> {
        let sql = "INSERT INTO vector (incarnation, counter, hash, device, heard) VALUES (?1,?2,?3,?4,?5)
                   ON CONFLICT (incarnation) DO UPDATE SET counter = ?2, hash = ?3, heard = ?5";
        self.tx.prepare_cached(sql)?.execute(params![
            envelope.incarnation,
            signed(envelope.counter),
            envelope.hash,
            envelope.device,
            self.now
        ])?;
        Ok(())
    }

    /// The early envelope that is next in an incarnation, if it is here.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn early(&self, incarnation: &Bytes16, counter: u64) -> Result<Option<StoredEnvelope>, StoreError> {
        let condition = "INDEXED BY envelope_state
             WHERE state <> 'taken' AND state = 'early' AND incarnation = ? AND counter = ?";
        Ok(envelopes(&self.tx, condition, params![incarnation, signed(counter)])?.pop())
    }

    /// Whether an envelope of this incarnation has a number in the relay's log.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn has_number(&self, incarnation: &Bytes16) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM envelope WHERE incarnation = ? AND n IS NOT NULL";
        Ok(self.tx.prepare_cached(sql)?.exists([incarnation])?)
    }

    /// Envelopes whose key was missing, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sealed_envelopes(&self) -> Result<Vec<StoredEnvelope>, StoreError> {
        envelopes(&self.tx, "INDEXED BY envelope_state WHERE state <> 'taken' AND state = 'sealed' ORDER BY id", [])
    }

    /// Gives an envelope its number in the relay's log, with the running hash when that was checked. False when it is not
    /// here.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn number_envelope(&mut self, hash: &Bytes32, n: u64, running: Option<&Bytes32>) -> Result<bool, StoreError> {
        let sql = "UPDATE envelope SET n = ?2, running = coalesce(?3, running) WHERE hash = ?1 RETURNING id";
        let id: Option<i64> =
            self.tx.prepare_cached(sql)?.query_row(params![hash, signed(n), running], |row| row.get(0)).optional()?;
        if let Some(id) = id {
            self.tx.prepare_cached("DELETE FROM outbox WHERE envelope = ?")?.execute([id])?;
        }
        Ok(id.is_some())
    }

    /// The relay has another story under this envelope's number: it is not handed in again, and an alarm says so.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_aside(&mut self, hash: &Bytes32) -> Result<(), StoreError> {
        let sql =
            "UPDATE envelope SET state = 'apart', why = 'fork' WHERE hash = ? AND n IS NULL RETURNING incarnation";
        let found: Option<Bytes16> = self.tx.prepare_cached(sql)?.query_row([hash], |row| row.get(0)).optional()?;
        found.map_or(Ok(()), |incarnation| self.raise_alarm("fork", &hex::encode(incarnation)))
    }

    /// Forgets the numbers beyond this one, which were acknowledged and have not come back in the log.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_beyond(&mut self, n: u64) -> Result<(), StoreError> {
        self.tx.prepare_cached("UPDATE envelope SET n = NULL, running = NULL WHERE n > ?")?.execute([signed(n)])?;
        Ok(())
    }

    /// Forgets every number: the relay has begun another log.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget_numbers(&mut self) -> Result<(), StoreError> {
        self.tx.execute("UPDATE envelope SET n = NULL, running = NULL", [])?;
        self.tx.execute("DELETE FROM setting WHERE key = ?", [super::CURSOR])?;
        self.check_in_another_log()
    }

    /// Envelopes without a number in the relay's log, in order, up to so many bytes; at least one. `mine` leaves out those
    /// of other devices.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unsent(&self, bytes_max: usize, mine: Option<&Bytes32>) -> Result<Vec<StoredEnvelope>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM envelope WHERE n IS NULL AND state NOT IN ('early', 'apart') ORDER BY id LIMIT 512"
        );
        let mut statement = self.tx.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let envelope = envelope(row)?;
            if mine.is_some_and(|device| *device != envelope.device) {
                continue;
            }
            bytes += envelope.header.len() + envelope.body.len() + 80;
            if bytes > bytes_max && !found.is_empty() {
                break;
            }
            found.push(envelope);
        }
        Ok(found)
    }
}
