//! The laptop's SQLite: changes, outbox, read tables, search, undo, backups.
//!
//! What holds here. An edit is saved when its transaction is: change, outbox and read tables move together, in WAL with
//! `synchronous=FULL`. Several processes may write at once; what a change needs of its document is read inside the write
//! transaction. Read tables can be rebuilt from the changes, identically. Two installations never share an incarnation:
//! a copied or restored directory is noticed at opening and gets a new one. The store knows no clock and no randomness;
//! both are arguments.

mod ancestry;
pub mod backup;
mod error;
pub mod place;
mod project;
mod read;
mod rebuild;
mod receive;
mod schema;
pub mod sharing;
mod step;
mod write;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, params};
use tovholder_model::Actor;

pub use error::StoreError;
pub use read::{DocumentChanges, EntityRow, EntityRows, HistoryRow, Hit, Reader, Sizes};
pub use rebuild::Examination;
pub use receive::Received;
pub use step::{Direction, Kept, StepDone};
pub use write::{CellEdit, EditsByDocument, Seen, Write, Written};

/// The database's file name in the data directory.
pub const FILE_NAME: &str = "tovholder.db";
/// How long a write waits for another process.
const BUSY_MS_MAX: u64 = 15_000;
/// Pages in the WAL at which a commit brings them into the database by itself: 32 MiB. Long before, [`Store::checkpoint`]
/// does it in the background, so that hardly any edit waits for it.
const WAL_PAGES_MAX: i64 = 8_192;
/// Prepared statements kept.
const STATEMENTS_MAX: usize = 64;

/// A source of randomness: fills the buffer.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> std::io::Result<()>;

/// The laptop's database, for one writer of this process.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    actor: Actor,
    new_incarnation: bool,
}

impl Store {
    /// Opens the database in `dir`, creating both when they are not there, and bringing an older one forward.
    ///
    /// # Errors
    /// [`StoreError::NewerVersion`], [`StoreError::Corrupt`], [`StoreError::ReadOnly`], [`StoreError::DiskFull`].
    pub fn open(dir: &Path, random: Random<'_>) -> Result<Self, StoreError> {
        create_private(dir)?;
        let path = dir.join(FILE_NAME);
        // SQLite opens a file that it may not write read-only, without a word; this asks the file system first.
        std::fs::OpenOptions::new().append(true).create(true).open(&path)?;
        let mut connection = Connection::open(&path)?;
        prepare(&connection)?;
        if schema::version(&connection)? > schema::NEWEST {
            return Err(StoreError::NewerVersion { found: schema::version(&connection)?, known: schema::NEWEST });
        }
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES_MAX)?;
        schema::migrate(&mut connection)?;
        let (actor, new_incarnation) = incarnation(&mut connection, &path, random)?;
        Ok(Self { connection, path, actor, new_incarnation })
    }

    /// The incarnation that this store writes as.
    pub fn actor(&self) -> Actor {
        self.actor
    }

    /// Whether the incarnation was made at this opening, so that its author is still to be written.
    pub fn is_new_incarnation(&self) -> bool {
        self.new_incarnation
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a new incarnation: another person or department writes from now on, or a restore brought older writes.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn renew_incarnation(&mut self, random: Random<'_>) -> Result<(), StoreError> {
        let place = place_of(&self.path)?;
        self.actor = new_actor(&self.connection, &place, random)?;
        self.new_incarnation = true;
        Ok(())
    }

    /// Takes the incarnation that another process of this data directory has begun since.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn follow_incarnation(&mut self) -> Result<(), StoreError> {
        if let Some(actor) = read::setting(&self.connection, "actor")?.as_deref().and_then(Actor::from_hex) {
            self.actor = actor;
        }
        Ok(())
    }

    /// A second connection that only reads.
    ///
    /// # Errors
    /// When the database cannot be opened.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        prepare(&connection)?;
        Ok(Reader { connection })
    }

    /// Writes a setting of this laptop.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<(), StoreError> {
        set_setting(&self.connection, key, value)
    }

    /// Keeps what screens open with on these days, made from the data in this `state`; what was made from another goes.
    /// Waits for nobody: what is only kept ready is not worth it.
    ///
    /// # Errors
    /// When the database cannot be written, or somebody else is writing.
    pub fn keep_openings(&mut self, state: &str, openings: &[(chrono::NaiveDate, String)]) -> Result<(), StoreError> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let kept = self.replace_openings(state, openings);
        self.connection.busy_timeout(Duration::from_millis(BUSY_MS_MAX))?;
        kept
    }

    fn replace_openings(&mut self, state: &str, openings: &[(chrono::NaiveDate, String)]) -> Result<(), StoreError> {
        let tx = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        tx.execute("DELETE FROM opening WHERE state <> ?", [state])?;
        for (day, view) in openings {
            tx.prepare_cached("INSERT OR REPLACE INTO opening VALUES (?,?,?)")?.execute(params![
                day.to_string(),
                state,
                view
            ])?;
        }
        Ok(tx.commit()?)
    }

    /// Writes a consistent copy of the database to `out`, while others go on writing.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn copy_to(&self, out: &Path) -> Result<(), StoreError> {
        let mut copy = Connection::open(out)?;
        let backup = rusqlite::backup::Backup::new(&self.connection, &mut copy)?;
        Ok(backup.run_to_completion(1_000, Duration::ZERO, None)?)
    }

    /// Replaces the whole content by that of another database, in one transaction that other processes see as one.
    /// The incarnation is new afterwards.
    ///
    /// # Errors
    /// When `from` is no database of Tovholder, newer, or damaged; then nothing is replaced.
    pub fn replace_by(&mut self, from: &Path, random: Random<'_>) -> Result<(), StoreError> {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let found = schema::version(&source)?;
        if found > schema::NEWEST {
            return Err(StoreError::NewerVersion { found, known: schema::NEWEST });
        }
        let word: String = source.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        let tables: i64 =
            source.query_row("SELECT count(*) FROM sqlite_master WHERE name IN ('change', 'document')", [], |r| {
                r.get(0)
            })?;
        if word != "ok" || tables != 2 {
            return Err(StoreError::Corrupt(word));
        }
        {
            let backup = rusqlite::backup::Backup::new(&source, &mut self.connection)?;
            backup.run_to_completion(i32::MAX, Duration::ZERO, None)?;
        }
        schema::migrate(&mut self.connection)?;
        self.renew_incarnation(random)
    }

    /// Brings what the WAL holds into the database, beside writers and readers and in the way of none.
    ///
    /// # Errors
    /// When the disk is full or fails; the WAL keeps what it has.
    pub fn checkpoint(path: &Path) -> Result<(), StoreError> {
        let beside = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        prepare(&beside)?;
        Ok(beside.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }

    /// SQLite's word on the file, `ok` when all is well.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn integrity(&self) -> Result<String, StoreError> {
        // On a connection of its own: FTS5 checks against the segments that its connection last read, and calls the index
        // of a connection that has not read since another process wrote a mismatch (seen with SQLite 3.5x).
        let fresh = Connection::open(&self.path)?;
        prepare(&fresh)?;
        Ok(fresh.query_row("PRAGMA integrity_check(3)", [], |row| row.get(0))?)
    }
}

pub(crate) fn set_setting(connection: &Connection, key: &str, value: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2")?
        .execute(params![key, value])?;
    Ok(())
}

fn prepare(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(Duration::from_millis(BUSY_MS_MAX))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Without it SQLite plans a statement anew whenever another value is bound: an eighth of every edit.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    Ok(())
}

/// The incarnation in the database, if the database still lies where that incarnation began; a new one otherwise.
fn incarnation(connection: &mut Connection, path: &Path, random: Random<'_>) -> Result<(Actor, bool), StoreError> {
    let place = place_of(path)?;
    let known = (read::setting(connection, "actor")?, read::setting(connection, "place")?);
    if let (Some(actor), Some(known_place)) = &known
        && *known_place == place
        && let Some(actor) = Actor::from_hex(actor)
    {
        return Ok((actor, false));
    }
    Ok((new_actor(connection, &place, random)?, true))
}

fn new_actor(connection: &Connection, place: &str, random: Random<'_>) -> Result<Actor, StoreError> {
    let mut actor = Actor::default();
    random(&mut actor.0)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let set =
        set_setting(connection, "actor", &actor.to_string()).and_then(|()| set_setting(connection, "place", place));
    connection.execute_batch(if set.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    set.map(|()| actor)
}

/// What tells the original database file from a copy of it: device and inode, or the time of creation elsewhere.
fn place_of(path: &Path) -> Result<String, StoreError> {
    let metadata = std::fs::metadata(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Ok(format!("{}:{}", metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let created = metadata.created()?.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(format!("{}:{}", created.as_nanos(), path.display()))
    }
}

/// Makes the data directory, readable by its owner alone.
fn create_private(dir: &Path) -> Result<(), StoreError> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    Ok(builder.create(dir)?)
}
