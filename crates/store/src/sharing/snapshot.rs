//! What stands, without what was: so that a new laptop can begin at once.
//!
//! A snapshot holds, per document, its heads, the values that are visible, and the few facts about changes that the next
//! change needs. The history behind it comes later, from the signed envelopes (`backfill`), and until then the laptop says
//! that it is not checked. Numbers of changes are kept free below it, so that what comes later can stand before it.

use minicbor::{Decode, Encode};
use rusqlite::{Connection, params};
use tovholder_model::{Scalar, key};

use super::{Bytes16, Bytes32, LastTaken, SNAPSHOT_OPEN};
use crate::error::StoreError;
use crate::set_setting;
use crate::write::{Write, signed, unsigned};

/// A snapshot's part, not yet sealed.
pub type SnapshotPartBytes = Vec<u8>;

/// Values in a part, about; a part inflates to a few megabytes.
const CELLS_PER_PART: usize = 40_000;
/// Numbers kept free beyond the changes that the maker counted.
const SLACK: i64 = 1_000;
/// The highest counter there may be.
const COUNTER_MAX: u64 = 1 << 48;

/// What a snapshot's parts say together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Snapshot {
    #[n(0)]
    documents: Vec<Document>,
    #[n(1)]
    vector: Vec<Last>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Document {
    #[n(0)]
    name: String,
    #[cbor(n(1), with = "minicbor::bytes")]
    heads: Vec<u8>,
    #[n(2)]
    max_counter: u64,
    #[n(3)]
    changes: Vec<Change>,
    #[n(4)]
    cells: Vec<Cell>,
}

/// A change that something visible comes from, a head, or an incarnation's last.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Change {
    #[cbor(n(0), with = "minicbor::bytes")]
    hash: Bytes32,
    #[cbor(n(1), with = "minicbor::bytes")]
    actor: Bytes16,
    #[cbor(n(2), with = "minicbor::bytes")]
    device: Bytes32,
    #[n(3)]
    seq: u64,
    #[n(4)]
    last_counter: u64,
    #[n(5)]
    time: i64,
}

/// A visible value: its cell, its write, and the place of its change in the list.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Cell {
    #[n(0)]
    entity: String,
    #[n(1)]
    field: String,
    #[n(2)]
    value: Value,
    #[n(3)]
    counter: u64,
    #[n(4)]
    change: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
enum Value {
    #[n(0)]
    Null,
    #[n(1)]
    Bool(#[n(0)] bool),
    #[n(2)]
    Int(#[n(0)] i64),
    #[n(3)]
    Str(#[n(0)] String),
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct Last {
    #[cbor(n(0), with = "minicbor::bytes")]
    incarnation: Bytes16,
    #[n(1)]
    counter: u64,
    #[cbor(n(2), with = "minicbor::bytes")]
    hash: Bytes32,
    #[cbor(n(3), with = "minicbor::bytes")]
    device: Bytes32,
}

fn value_of(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(flag) => Value::Bool(flag),
        Scalar::Int(number) => Value::Int(number),
        Scalar::Str(text) => Value::Str(text),
    }
}

fn scalar_of(value: Value) -> Scalar {
    match value {
        Value::Null => Scalar::Null,
        Value::Bool(flag) => Scalar::Bool(flag),
        Value::Int(number) => Scalar::Int(number),
        Value::Str(text) => Scalar::Str(text),
    }
}

fn refused(why: &str) -> StoreError {
    StoreError::Refused(why.to_owned())
}

impl Write<'_> {
    /// What stands now, in parts, and how many changes it took. None when something of it has not left this laptop, waits,
    /// or is not checked itself.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn snapshot(&self) -> Result<Option<(u64, Vec<SnapshotPartBytes>)>, StoreError> {
        let counts = self.sharing_counts()?;
        if counts.waiting + counts.unsent + counts.parked + counts.early + counts.sealed > 0 || counts.unverified {
            return Ok(None);
        }
        let changes: i64 = self.tx.query_row("SELECT count(*) FROM change", [], |row| row.get(0))?;
        let vector = self
            .vector()?
            .into_iter()
            .map(|LastTaken { incarnation, counter, hash, device }| Last { incarnation, counter, hash, device })
            .collect();
        let mut parts = vec![Snapshot { documents: Vec::new(), vector }];
        let mut room = CELLS_PER_PART;
        for (id, name, heads, max_counter) in documents(&self.tx)? {
            let document = document(&self.tx, id, name, heads, max_counter)?;
            if document.cells.len() > room && parts.last().is_some_and(|part| !part.documents.is_empty()) {
                parts.push(Snapshot::default());
                room = CELLS_PER_PART;
            }
            room = room.saturating_sub(document.cells.len());
            if let Some(part) = parts.last_mut() {
                part.documents.push(document);
            }
        }
        let bytes = parts.iter().map(|part| minicbor::to_vec(part).unwrap_or_default()).collect();
        Ok(Some((unsigned(changes), bytes)))
    }

    /// Begins from a snapshot: `changes` as its maker counted them, `n` the place in the log that it stands at.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when something in it cannot be, or this laptop has something from elsewhere already.
    pub fn install(&mut self, parts: &[SnapshotPartBytes], changes: u64, n: u64) -> Result<(), StoreError> {
        if !self.vector()?.iter().all(|last| last.counter == 0) {
            return Err(refused("this laptop has taken envelopes already"));
        }
        let free = i64::try_from(changes).ok().filter(|count| *count < 1 << 40).ok_or_else(|| refused("too many"))?;
        let below: i64 = self.tx.query_row("SELECT coalesce(max(id), 0) FROM change", [], |row| row.get(0))?;
        let mut next = below + free + SLACK;
        let ceiling = next;
        let mut vector = Vec::new();
        for part in parts {
            let part: Snapshot = minicbor::decode(part).map_err(|error| StoreError::Refused(error.to_string()))?;
            vector.extend(part.vector);
            for document in part.documents {
                self.install_document(document, &mut next)?;
            }
        }
        for last in vector {
            let sql = "INSERT INTO vector (incarnation, counter, hash, device, heard) VALUES (?,?,?,?,?)";
            let named = params![last.incarnation, signed(last.counter), last.hash, last.device, self.now];
            self.tx.prepare_cached(sql)?.execute(named)?;
            self.tx
                .prepare_cached(
                    "INSERT INTO checked (incarnation, counter, hash, until, until_hash) VALUES (?,0,?,?,?)",
                )?
                .execute(params![last.incarnation, Bytes32::default(), signed(last.counter), last.hash])?;
        }
        // Next number below, the number that means "replaced somewhere below", where the log is to be read up to.
        let open = format!("{} {ceiling} {n} 0", below + 1);
        set_setting(&self.tx, SNAPSHOT_OPEN, &open)
    }

    fn install_document(&mut self, document: Document, next: &mut i64) -> Result<(), StoreError> {
        let heads: Vec<Bytes32> = document.heads.chunks_exact(32).filter_map(|head| head.try_into().ok()).collect();
        if heads.concat().len() != document.heads.len() || document.max_counter >= COUNTER_MAX {
            return Err(refused("a document's heads"));
        }
        let row = self.document(&document.name)?;
        let mut ids = Vec::with_capacity(document.changes.len().min(100_000));
        for change in &document.changes {
            let fits = (1..COUNTER_MAX).contains(&change.seq) && change.last_counter <= document.max_counter;
            if !fits || !(0..253_402_300_800).contains(&change.time) {
                return Err(refused("a change's numbers"));
            }
            *next += 1;
            let actor = self.actor_id(tovholder_model::Actor(change.actor))?;
            self.tx
                .prepare_cached("UPDATE actor SET device = ? WHERE id = ? AND device IS NULL")?
                .execute(params![change.device, actor])?;
            self.tx
                .prepare_cached(
                    "INSERT INTO change (id, document, actor, seq, last_counter, time, hash, bytes)
                     VALUES (?,?,?,?,?,?,?,x'')",
                )?
                .execute(params![
                    *next,
                    row.id,
                    actor,
                    signed(change.seq),
                    signed(change.last_counter),
                    change.time,
                    change.hash
                ])?;
            ids.push((*next, actor));
        }
        {
            let mut insert = self.tx.prepare_cached(
                "INSERT INTO op (document, counter, actor, change, entity, field, value, pred) VALUES (?,?,?,?,?,?,?,'')",
            )?;
            for cell in &document.cells {
                let (change, actor) = usize::try_from(cell.change)
                    .ok()
                    .and_then(|place| ids.get(place))
                    .ok_or_else(|| refused("a value without its change"))?;
                let key = format!("{}/{}", cell.entity, cell.field);
                if key::split(&key) != Some((cell.entity.as_str(), cell.field.as_str())) || cell.field.is_empty() {
                    return Err(refused("a value without its cell"));
                }
                let value = serde_json::to_string(&scalar_of(cell.value.clone()))?;
                insert.execute(params![row.id, signed(cell.counter), actor, change, cell.entity, cell.field, value])?;
            }
        }
        for cell in document.cells {
            self.touch(row.id, cell.entity);
        }
        let mut all = row.heads;
        all.extend(heads);
        all.sort_unstable();
        all.dedup();
        self.tx
            .prepare_cached("UPDATE document SET heads = ?, max_counter = max(max_counter, ?) WHERE id = ?")?
            .execute(params![all.concat(), signed(document.max_counter), row.id])?;
        Ok(())
    }
}

type DocumentFacts = (i64, String, Vec<u8>, u64);

fn documents(connection: &Connection) -> Result<Vec<DocumentFacts>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id, name, heads, max_counter FROM document ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, unsigned(row.get(3)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn document(
    connection: &Connection,
    id: i64,
    name: String,
    heads: Vec<u8>,
    max_counter: u64,
) -> Result<Document, StoreError> {
    let sql = "SELECT change.id, change.hash, actor.bytes, actor.device, change.seq, change.last_counter, change.time
               FROM change JOIN actor ON actor.id = change.actor WHERE change.document = ?1 AND (
                   change.id IN (SELECT change FROM op INDEXED BY op_live WHERE document = ?1 AND dead IS NULL)
                   OR change.id IN (SELECT max(id) FROM change WHERE document = ?1 GROUP BY actor)
                   OR instr(?2, change.hash) > 0) ORDER BY change.id";
    let mut place = std::collections::HashMap::new();
    let mut changes = Vec::new();
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id, heads])?;
    while let Some(row) = rows.next()? {
        place.insert(row.get::<_, i64>(0)?, u32::try_from(changes.len()).unwrap_or(u32::MAX));
        changes.push(Change {
            hash: row.get(1)?,
            actor: row.get(2)?,
            device: row.get::<_, Option<Bytes32>>(3)?.unwrap_or_default(),
            seq: unsigned(row.get(4)?),
            last_counter: unsigned(row.get(5)?),
            time: row.get(6)?,
        });
    }
    let sql =
        "SELECT entity, field, value, counter, change FROM op INDEXED BY op_live WHERE document = ? AND dead IS NULL";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut cells = Vec::new();
    while let Some(row) = rows.next()? {
        let change: i64 = row.get(4)?;
        cells.push(Cell {
            entity: row.get(0)?,
            field: row.get(1)?,
            value: value_of(serde_json::from_str(row.get_ref(2)?.as_str().unwrap_or("null"))?),
            counter: unsigned(row.get(3)?),
            change: place.get(&change).copied().unwrap_or(u32::MAX),
        });
    }
    Ok(Document { name, heads, max_counter, changes, cells })
}
