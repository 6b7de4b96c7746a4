//! Reading: only ever from the read tables.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use tovholder_document::CellChange;
use tovholder_model::{Actor, Live, OpId, Record, Scalar, key};

use crate::error::StoreError;
use crate::write::unsigned;

/// Changes that are followed one by one; after more of them everything is read.
const CHANGES_READ_MAX: i64 = 64;
/// Entities that are read one by one; more of them are quicker read all together.
const ENTITIES_READ_MAX: usize = 500;

/// A projected entity.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityRow {
    /// For example `task/KLIK-1001`.
    pub entity: String,
    /// The document's name, for example `project/BBR`.
    pub document: String,
    /// When a cell of it was last written, Unix seconds.
    pub changed: i64,
    /// Who created it by hand, and when (Unix seconds, as the author's laptop had them).
    pub created: Option<(Actor, i64)>,
    /// What its cells say.
    pub record: Record,
}

/// One write, with what is known around it.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// The document: an entity that KLIK moved has cells in several, and a cell is of one of them.
    pub document: String,
    /// The entity.
    pub entity: String,
    /// The field.
    pub field: String,
    /// The write's id.
    pub op: OpId,
    /// What was written.
    pub value: Scalar,
    /// What its author saw and replaced.
    pub before: Vec<Scalar>,
    /// Unix seconds, as the author's laptop had them.
    pub time: i64,
    /// The laptop's cursor when it came.
    pub cursor: i64,
    /// It is still visible.
    pub live: bool,
}

/// A hit of the search index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The entity.
    pub entity: String,
    /// The document's name.
    pub document: String,
    /// Where it was found, hits between `[` and `]`.
    pub snippet: String,
}

/// An entity, and its rows in every document that holds it.
pub type EntityRows = (String, Vec<EntityRow>);

/// A document's name and its changes as Automerge stores them.
pub type DocumentChanges = (String, Vec<Vec<u8>>);

/// How much there is, for the doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Documents.
    pub documents: u32,
    /// Changes.
    pub changes: u32,
    /// Visible values.
    pub cells: u32,
    /// Changes that have not left the laptop.
    pub waiting: u32,
}

pub(crate) fn live_row(row: &Row<'_>) -> rusqlite::Result<Result<Live, StoreError>> {
    let counter: i64 = row.get(0)?;
    let actor: [u8; 16] = row.get(1)?;
    let value: String = row.get(2)?;
    Ok(serde_json::from_str(&value)
        .map(|value| Live { op: OpId { counter: unsigned(counter), actor: Actor(actor) }, value })
        .map_err(StoreError::from))
}

/// What [`visible_entities`] reads.
const ENTITY_ROWS: &str =
    "SELECT entity.record, entity.entity, document.name, entity.changed, actor.bytes, entity.created_at
     FROM entity JOIN document ON document.id = entity.document LEFT JOIN actor ON actor.id = entity.created_by";

/// Rows of [`ENTITY_ROWS`]; those that are there.
fn visible_entities(mut rows: rusqlite::Rows<'_>) -> Result<Vec<EntityRow>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let record: Record = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or("{}"))?;
        if record.visible {
            let created = row.get::<_, Option<[u8; 16]>>(4)?.zip(row.get::<_, Option<i64>>(5)?);
            found.push(EntityRow {
                entity: row.get(1)?,
                document: row.get(2)?,
                changed: row.get(3)?,
                created: created.map(|(actor, time)| (Actor(actor), time)),
                record,
            });
        }
    }
    Ok(found)
}

/// Grows with every change from any process.
pub(crate) fn cursor(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("SELECT coalesce(max(id), 0) FROM change")?.query_row([], |row| row.get(0))?)
}

/// A connection that only reads.
pub struct Reader {
    pub(crate) connection: Connection,
}

impl Reader {
    /// Grows with every change from any process.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cursor(&self) -> Result<i64, StoreError> {
        cursor(&self.connection)
    }

    /// How many changes a document has, and the newest moment among them, Unix seconds as their authors' laptops had them.
    /// Both grow with what is known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn extent(&self, document: &str) -> Result<(u64, i64), StoreError> {
        let sql = "SELECT count(*), coalesce(max(change.time), 0) FROM change
                   JOIN document ON document.id = change.document WHERE document.name = ?";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([document], |row| Ok((unsigned(row.get(0)?), row.get(1)?)))?)
    }

    /// Changes whenever any connection has written anything, settings and a restore too.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn version(&self) -> Result<(i64, i64), StoreError> {
        let data: i64 = self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        Ok((data, self.cursor()?))
    }

    /// SQLite's word on the file, without its indexes; `ok` when all is well.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn quick_check(&self) -> Result<String, StoreError> {
        Ok(self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?)
    }

    /// Runs `read` on one moment of the database.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn at_one_moment<T>(&self, read: impl FnOnce(&Self) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.connection.execute_batch("BEGIN")?;
        let result = read(self);
        self.connection.execute_batch("COMMIT")?;
        result
    }

    /// Every entity that is there, in no order: in the order of the file they are read twice as fast.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn entities(&self) -> Result<Vec<EntityRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(ENTITY_ROWS)?;
        visible_entities(statement.query([])?)
    }

    /// The entities that the changes after `cursor` wrote to, each with its rows of every document as they stand now, none
    /// when it is not there. `None` when reading everything is the shorter way: after many changes, or when the state of
    /// an import moved, which changes what every entity of its document shows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn entities_since(&self, cursor: i64) -> Result<Option<Vec<EntityRows>>, StoreError> {
        let mut newer = self.connection.prepare_cached("SELECT bytes FROM change WHERE id > ? ORDER BY id LIMIT ?")?;
        let changes: Vec<Vec<u8>> =
            newer.query_map(params![cursor, CHANGES_READ_MAX + 1], |row| row.get(0))?.collect::<Result<_, _>>()?;
        if changes.len() > usize::try_from(CHANGES_READ_MAX).unwrap_or(0) {
            return Ok(None);
        }
        let mut touched = BTreeSet::new();
        // A snapshot was installed: its changes have not come themselves.
        if changes.iter().any(Vec::is_empty) {
            return Ok(None);
        }
        for bytes in changes {
            let change = CellChange::decode(&bytes)?;
            touched.extend(change.ops.iter().filter_map(|op| Some(key::split(&op.key)?.0.to_owned())));
        }
        if touched.len() > ENTITIES_READ_MAX || touched.iter().any(|entity| entity.starts_with("import/")) {
            return Ok(None);
        }
        let sql = format!("{ENTITY_ROWS} WHERE entity.entity = ? ORDER BY document.name");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut entities = Vec::with_capacity(touched.len());
        for entity in touched {
            let rows = visible_entities(statement.query([&entity])?)?;
            entities.push((entity, rows));
        }
        Ok(Some(entities))
    }

    /// The visible values of a cell with their authors and times, oldest first; over all documents that hold it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn history(&self, entity: &str, field: Option<&str>) -> Result<Vec<HistoryRow>, StoreError> {
        let sql =
            "SELECT op.counter, actor.bytes, op.value, op.field, op.pred, change.time, op.change, op.dead IS NULL,
                          op.document, document.name
                   FROM op INDEXED BY op_cell JOIN actor ON actor.id = op.actor JOIN change ON change.id = op.change
                        JOIN document ON document.id = op.document
                   WHERE op.document IN (SELECT document FROM entity WHERE entity = ?1)
                     AND op.entity = ?1 AND (?2 IS NULL OR op.field = ?2)
                   ORDER BY op.counter, actor.bytes";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params![entity, field])?;
        let mut history = Vec::new();
        while let Some(row) = rows.next()? {
            let live = live_row(row)??;
            let pred: String = row.get(4)?;
            history.push(HistoryRow {
                entity: entity.to_owned(),
                field: row.get(3)?,
                op: live.op,
                value: live.value,
                before: self.values_of(row.get(8)?, &pred)?,
                time: row.get(5)?,
                cursor: row.get(6)?,
                live: row.get(7)?,
                document: row.get(9)?,
            });
        }
        Ok(history)
    }

    fn values_of(&self, document: i64, ids: &str) -> Result<Vec<Scalar>, StoreError> {
        let sql = "SELECT value FROM op WHERE document = ? AND counter = ? AND actor = (SELECT id FROM actor WHERE bytes = ?)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut values = Vec::new();
        for id in ids.split(',').filter_map(OpId::parse) {
            let value: Option<String> = statement
                .query_row(params![document, crate::write::signed(id.counter), id.actor.0], |row| row.get(0))
                .optional()?;
            if let Some(value) = value {
                values.push(serde_json::from_str(&value)?);
            }
        }
        Ok(values)
    }

    /// Entities whose words begin as these do, best first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn search(&self, words: &str, limit: usize) -> Result<Vec<Hit>, StoreError> {
        let terms: Vec<String> = words
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| format!("\"{word}\"*"))
            .collect();
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT entity.entity, document.name, snippet(search, -1, '[', ']', ' … ', 12)
                   FROM search JOIN entity ON entity.id = search.rowid JOIN document ON document.id = entity.document
                   WHERE search MATCH ? ORDER BY bm25(search, 5.0, 1.0), entity.entity LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![terms.join(" "), i64::try_from(limit).unwrap_or(50)], |row| {
            Ok(Hit { entity: row.get(0)?, document: row.get(1)?, snippet: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A setting of this laptop.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        setting(&self.connection, key)
    }

    /// What a screen opens with on this day, with the state of the data that it was made from, if it was kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn opening(&self, day: chrono::NaiveDate) -> Result<Option<(String, String)>, StoreError> {
        let sql = "SELECT state, view FROM opening WHERE day = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row([day.to_string()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// How much there is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sizes(&self) -> Result<Sizes, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM change),
                          (SELECT count(*) FROM op WHERE dead IS NULL), (SELECT count(*) FROM outbox)";
        Ok(self.connection.query_row(sql, [], |row| {
            Ok(Sizes { documents: row.get(0)?, changes: row.get(1)?, cells: row.get(2)?, waiting: row.get(3)? })
        })?)
    }

    /// Changes waiting to leave the laptop, and when the newest change was saved (Unix seconds).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn waiting(&self) -> Result<(u32, Option<i64>), StoreError> {
        let sql = "SELECT (SELECT count(*) FROM outbox), (SELECT time FROM change ORDER BY id DESC LIMIT 1)";
        Ok(self.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// Every document with its changes, each after those it builds on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn documents(&self) -> Result<Vec<DocumentChanges>, StoreError> {
        let mut names = self.connection.prepare_cached("SELECT id, name FROM document ORDER BY name")?;
        let mut changes = self.connection.prepare_cached("SELECT bytes FROM change WHERE document = ? ORDER BY id")?;
        let mut documents = Vec::new();
        let mut rows = names.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let bytes = changes.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
            documents.push((row.get(1)?, bytes));
        }
        Ok(documents)
    }
}

pub(crate) fn setting(connection: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT value FROM setting WHERE key = ?")?
        .query_row([key], |row| row.get(0))
        .optional()?)
}
