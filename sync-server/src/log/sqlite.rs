//! Storage in SQLite: WAL, `synchronous=FULL`, one writer, readers beside it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use tovholder_protocol::limits::ENTRY_BYTES_MAX;
use tovholder_protocol::{
    DeviceKey, Envelope, Hash, Incarnation, LogId, Signature, SignedEntry, SnapshotPart, SpaceId, decode, encode,
};

use super::{Appended, Batch, Kept, Last, Storage, StorageError, Store, part_size};

/// The database's file name in the data directory.
pub const FILE_NAME: &str = "relay.db";
const VERSION: i64 = 2;

const SCHEMA: &str = "
    CREATE TABLE space (
        id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, log BLOB NOT NULL, quota INTEGER, label TEXT NOT NULL,
        bytes INTEGER NOT NULL DEFAULT 0, snapshot INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE entry (space INTEGER NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (space, n))
        STRICT, WITHOUT ROWID;
    CREATE TABLE envelope (
        space INTEGER NOT NULL, n INTEGER NOT NULL, hash BLOB NOT NULL, running BLOB NOT NULL, header BLOB NOT NULL,
        signature BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (space, n)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX envelope_hash ON envelope (space, hash);
    CREATE TABLE vector (
        space INTEGER NOT NULL, incarnation BLOB NOT NULL, counter INTEGER NOT NULL, hash BLOB NOT NULL,
        device BLOB NOT NULL, PRIMARY KEY (space, incarnation)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE part (space INTEGER NOT NULL, n INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (space, n)) STRICT;
    CREATE TABLE code (code TEXT PRIMARY KEY, quota INTEGER, label TEXT NOT NULL, made INTEGER NOT NULL) STRICT;
    PRAGMA user_version = 1;
";

/// From version 1 to 2: a space may show a calendar.
const WITH_CALENDARS: &str = "
    CREATE TABLE IF NOT EXISTS calendar (space INTEGER PRIMARY KEY, text BLOB NOT NULL) STRICT;
    PRAGMA user_version = 2;
";

/// Storage in SQLite.
pub struct Sqlite {
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
    path: PathBuf,
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::Failed(error.to_string()),
        }
    }
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(super) fn prepare(connection: &Connection) -> Result<(), StorageError> {
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

impl Sqlite {
    /// Whether there is a database in `dir`.
    pub fn is_in(dir: &Path) -> bool {
        dir.join(FILE_NAME).is_file()
    }

    /// Opens the database in `dir`, making both when they are not there.
    ///
    /// # Errors
    /// When it cannot be opened, or is from a newer version.
    pub fn open(dir: &Path) -> Result<Self, StorageError> {
        let io = |error: std::io::Error| StorageError::Failed(format!("{}: {error}", dir.display()));
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(dir).map_err(io)?;
        let path = dir.join(FILE_NAME);
        let writer = Connection::open(&path)?;
        prepare(&writer)?;
        writer.pragma_update(None, "journal_mode", "wal")?;
        writer.pragma_update(None, "synchronous", "full")?;
        let version: i64 = writer.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version > VERSION {
            return Err(StorageError::Newer(version));
        }
        if version == 0 {
            writer.execute_batch(&format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;"))?;
        }
        if version < 2 {
            writer.execute_batch(&format!("BEGIN IMMEDIATE; {WITH_CALENDARS} COMMIT;"))?;
        }
        let reader = Connection::open(&path)?;
        prepare(&reader)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self { writer: Mutex::new(writer), reader: Mutex::new(reader), path })
    }

    pub(super) fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that is another whenever somebody else than this process has changed the database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn changed_outside(&self) -> Result<i64, StorageError> {
        // Asked of the writer: its own commits do not count, and the reader never writes.
        Ok(self.writer().query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Writes something that changes nothing, to see whether the disk takes it.
    ///
    /// # Errors
    /// When it does not.
    pub fn probe(&self) -> Result<(), StorageError> {
        Ok(self.writer().pragma_update(None, "user_version", VERSION)?)
    }

    /// Brings what the WAL holds into the database; as the relay stops.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn checkpoint(&self) -> Result<(), StorageError> {
        Ok(self.writer().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}

fn id_of(connection: &Connection, space: &SpaceId) -> Result<Option<i64>, StorageError> {
    let mut statement = connection.prepare_cached("SELECT id FROM space WHERE name = ?")?;
    Ok(statement.query_row([space.0], |row| row.get(0)).optional()?)
}

fn envelope(row: &Row<'_>) -> rusqlite::Result<(u64, Envelope)> {
    let envelope = Envelope { header: row.get(1)?, signature: Signature(row.get(2)?), body: row.get(3)? };
    Ok((unsigned(row.get(0)?), envelope))
}

impl Storage for Sqlite {
    fn spaces(&self) -> Result<Vec<(SpaceId, Option<u64>)>, StorageError> {
        let reader = self.reader();
        // A longer name is of a space that is being removed.
        let sql = "SELECT name, quota FROM space WHERE length(name) = 32 ORDER BY id";
        let mut statement = reader.prepare_cached(sql)?;
        let rows =
            statement.query_map([], |row| Ok((SpaceId(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(unsigned))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn load(&self, space: &SpaceId) -> Result<Option<Kept>, StorageError> {
        let reader = self.reader();
        let sql = "SELECT id, log, quota, bytes, snapshot,
                          (SELECT coalesce(sum(length(bytes)), 0) FROM part WHERE part.space = outside.id)
                   FROM space AS outside WHERE name = ?";
        let found = reader
            .prepare_cached(sql)?
            .query_row([space.0], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    LogId(row.get(1)?),
                    row.get::<_, Option<i64>>(2)?,
                    row.get::<_, i64>(3)?,
                    row.get::<_, i64>(4)?,
                    row.get::<_, i64>(5)?,
                ))
            })
            .optional()?;
        let Some((id, log, quota, bytes, snapshot, snapshot_bytes)) = found else { return Ok(None) };
        let head = reader
            .prepare_cached("SELECT n, running FROM envelope WHERE space = ? ORDER BY n DESC LIMIT 1")?
            .query_row([id], |row| Ok((unsigned(row.get(0)?), Hash(row.get(1)?))))
            .optional()?;
        let (head, running) = head.unwrap_or_default();
        let mut statement = reader.prepare_cached("SELECT bytes FROM entry WHERE space = ? ORDER BY n")?;
        let mut rows = statement.query([id])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(0)?;
            let entry: SignedEntry =
                decode(&bytes, ENTRY_BYTES_MAX + 256).map_err(|error| StorageError::Failed(error.to_string()))?;
            entries.push(entry);
        }
        let mut statement =
            reader.prepare_cached("SELECT incarnation, counter, hash, device FROM vector WHERE space = ?")?;
        let vector = statement
            .query_map([id], |row| {
                let last =
                    Last { counter: unsigned(row.get(1)?), hash: Hash(row.get(2)?), device: DeviceKey(row.get(3)?) };
                Ok((Incarnation(row.get(0)?), last))
            })?
            .collect::<Result<_, _>>()?;
        Ok(Some(Kept {
            entries,
            log,
            head,
            running,
            vector,
            bytes: unsigned(bytes),
            snapshot_bytes: unsigned(snapshot_bytes),
            quota: quota.map(unsigned),
            snapshot: unsigned(snapshot),
        }))
    }

    fn envelopes(
        &self,
        space: &SpaceId,
        after: u64,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Envelope)>, StorageError> {
        let reader = self.reader();
        let Some(id) = id_of(&reader, space)? else { return Ok(Vec::new()) };
        let sql = "SELECT n, header, signature, body FROM envelope WHERE space = ? AND n > ? ORDER BY n LIMIT ?";
        let mut statement = reader.prepare_cached(sql)?;
        let mut rows = statement.query(params![id, signed(after), i64::try_from(count_max).unwrap_or(i64::MAX)])?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next()? {
            let one = envelope(row)?;
            bytes += one.1.size();
            if bytes > bytes_max && !found.is_empty() {
                break;
            }
            found.push(one);
        }
        Ok(found)
    }

    fn hashes(&self, space: &SpaceId, after: u64, count_max: usize) -> Result<Vec<Hash>, StorageError> {
        let reader = self.reader();
        let Some(id) = id_of(&reader, space)? else { return Ok(Vec::new()) };
        let sql = "SELECT hash FROM envelope WHERE space = ? AND n > ? ORDER BY n LIMIT ?";
        let mut statement = reader.prepare_cached(sql)?;
        let named = params![id, signed(after), i64::try_from(count_max).unwrap_or(i64::MAX)];
        Ok(statement.query_map(named, |row| Ok(Hash(row.get(0)?)))?.collect::<Result<_, _>>()?)
    }

    fn running_at(&self, space: &SpaceId, n: u64) -> Result<Option<Hash>, StorageError> {
        if n == 0 {
            return Ok(Some(Hash::default()));
        }
        let reader = self.reader();
        let Some(id) = id_of(&reader, space)? else { return Ok(None) };
        let mut statement = reader.prepare_cached("SELECT running FROM envelope WHERE space = ? AND n = ?")?;
        Ok(statement.query_row(params![id, signed(n)], |row| Ok(Hash(row.get(0)?))).optional()?)
    }

    fn number_of(&self, space: &SpaceId, hash: &Hash) -> Result<Option<u64>, StorageError> {
        let reader = self.reader();
        let Some(id) = id_of(&reader, space)? else { return Ok(None) };
        let mut statement = reader.prepare_cached("SELECT n FROM envelope WHERE space = ? AND hash = ?")?;
        Ok(statement.query_row(params![id, hash.0], |row| Ok(unsigned(row.get(0)?))).optional()?)
    }

    fn part(&self, space: &SpaceId, index: u32) -> Result<Option<SnapshotPart>, StorageError> {
        let reader = self.reader();
        let Some(id) = id_of(&reader, space)? else { return Ok(None) };
        let mut statement = reader.prepare_cached("SELECT bytes FROM part WHERE space = ? AND n = ?")?;
        let bytes: Option<Vec<u8>> = statement.query_row(params![id, index], |row| row.get(0)).optional()?;
        Ok(bytes.and_then(|bytes| decode(&bytes, bytes.len()).ok()))
    }

    fn calendar(&self, space: &SpaceId) -> Result<Option<Vec<u8>>, StorageError> {
        let reader = self.reader();
        let sql = "SELECT text FROM calendar JOIN space ON space.id = calendar.space WHERE name = ?";
        Ok(reader.prepare_cached(sql)?.query_row([space.0], |row| row.get(0)).optional()?)
    }

    fn code(&self, code: &str) -> Result<Option<Option<u64>>, StorageError> {
        let reader = self.reader();
        let mut statement = reader.prepare_cached("SELECT quota FROM code WHERE code = ?")?;
        let quota: Option<Option<i64>> = statement.query_row([code], |row| row.get(0)).optional()?;
        Ok(quota.map(|quota| quota.map(unsigned)))
    }

    fn commit(&self, batch: &Batch) -> Result<(), StorageError> {
        let mut writer = self.writer();
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (space, store) in batch {
            write(&tx, space, store)?;
        }
        Ok(tx.commit()?)
    }
}

fn write(tx: &Transaction<'_>, space: &SpaceId, store: &Store) -> Result<(), StorageError> {
    if let Store::Admit { log, entries, code } = store {
        return admit(tx, space, log, entries, code.as_deref());
    }
    let id = id_of(tx, space)?.ok_or_else(|| StorageError::Failed("the space was removed".to_owned()))?;
    match store {
        Store::Admit { .. } => {}
        Store::Append(appended) => append(tx, id, appended)?,
        Store::Entry(n, entry) => {
            let sql = "INSERT INTO entry (space, n, bytes) VALUES (?,?,?)";
            tx.prepare_cached(sql)?.execute(params![id, signed(*n), encode(entry)])?;
        }
        Store::NewLog(log) => {
            tx.prepare_cached("UPDATE space SET log = ? WHERE id = ?")?.execute(params![log.0, id])?;
        }
        Store::Calendar(text) if text.is_empty() => {
            tx.prepare_cached("DELETE FROM calendar WHERE space = ?")?.execute([id])?;
        }
        Store::Calendar(text) => {
            let sql = "INSERT INTO calendar (space, text) VALUES (?1,?2) ON CONFLICT (space) DO UPDATE SET text = ?2";
            tx.prepare_cached(sql)?.execute(params![id, text])?;
        }
        Store::Snapshot { n, parts } => {
            let sql = "UPDATE space SET snapshot = ?2, bytes = bytes + ?3 -
                           (SELECT coalesce(sum(length(bytes)), 0) FROM part WHERE space = ?1) WHERE id = ?1";
            let bytes = parts.iter().map(part_size).sum::<usize>();
            tx.execute(sql, params![id, signed(*n), i64::try_from(bytes).unwrap_or(i64::MAX)])?;
            tx.execute("DELETE FROM part WHERE space = ?", [id])?;
            for part in parts {
                let sql = "INSERT INTO part (space, n, bytes) VALUES (?,?,?)";
                tx.prepare_cached(sql)?.execute(params![id, part.index, encode(part)])?;
            }
        }
    }
    Ok(())
}

fn admit(
    tx: &Transaction<'_>,
    space: &SpaceId,
    log: &LogId,
    entries: &[SignedEntry],
    code: Option<&str>,
) -> Result<(), StorageError> {
    let mut given: (Option<i64>, String) = (None, String::new());
    if let Some(code) = code {
        let sql = "DELETE FROM code WHERE code = ? RETURNING quota, label";
        given = tx
            .prepare_cached(sql)?
            .query_row([code], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .ok_or_else(|| StorageError::Failed("the code was used".to_owned()))?;
    }
    tx.prepare_cached("INSERT INTO space (name, log, quota, label) VALUES (?,?,?,?)")?
        .execute(params![space.0, log.0, given.0, given.1])?;
    let id = tx.last_insert_rowid();
    for (n, entry) in (0_i64..).zip(entries) {
        tx.prepare_cached("INSERT INTO entry (space, n, bytes) VALUES (?,?,?)")?.execute(params![
            id,
            n,
            encode(entry)
        ])?;
    }
    Ok(())
}

fn append(tx: &Transaction<'_>, id: i64, appended: &Appended) -> Result<(), StorageError> {
    let envelope = &appended.envelope;
    tx.prepare_cached(
        "INSERT INTO envelope (space, n, hash, running, header, signature, body) VALUES (?,?,?,?,?,?,?)",
    )?
    .execute(params![
        id,
        signed(appended.n),
        appended.hash.0,
        appended.running.0,
        envelope.header,
        envelope.signature.0,
        envelope.body
    ])?;
    tx.prepare_cached(
        "INSERT INTO vector (space, incarnation, counter, hash, device) VALUES (?1,?2,?3,?4,?5)
         ON CONFLICT (space, incarnation) DO UPDATE SET counter = ?3, hash = ?4",
    )?
    .execute(params![id, appended.incarnation.0, signed(appended.counter), appended.hash.0, appended.device.0])?;
    tx.prepare_cached("UPDATE space SET bytes = bytes + ? WHERE id = ?")?
        .execute(params![signed(u64::try_from(envelope.size()).unwrap_or(0)), id])?;
    Ok(())
}
