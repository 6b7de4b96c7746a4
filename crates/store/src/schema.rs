//! The tables, and how an older database comes forward. A newer one is refused by name, never touched.
//!
//! `change` and `document` are the truth. `op`, `entity` and `search` are read tables: made from the changes, rebuildable
//! from them, identically (`rebuild.rs`). `step` is this laptop's undo, `setting` its settings.

use rusqlite::Connection;

use crate::error::StoreError;

/// One entry per schema version, run in order; never changed once released.
const MIGRATIONS: [&str; NEWEST_INDEX] = ["
    CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE document (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        heads BLOB NOT NULL,
        max_counter INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE actor (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL UNIQUE) STRICT;
    CREATE TABLE change (
        id INTEGER PRIMARY KEY,
        document INTEGER NOT NULL REFERENCES document,
        actor INTEGER NOT NULL REFERENCES actor,
        seq INTEGER NOT NULL,
        last_counter INTEGER NOT NULL,
        time INTEGER NOT NULL,
        hash BLOB NOT NULL,
        bytes BLOB NOT NULL,
        UNIQUE (document, actor, seq)
    ) STRICT;
    CREATE INDEX change_hash ON change (hash);
    CREATE TABLE outbox (change INTEGER PRIMARY KEY REFERENCES change) STRICT;

    -- Read tables. `dead` is the change that replaced the write, NULL while it is visible.
    CREATE TABLE op (
        document INTEGER NOT NULL,
        counter INTEGER NOT NULL,
        actor INTEGER NOT NULL,
        change INTEGER NOT NULL,
        dead INTEGER,
        entity TEXT NOT NULL,
        field TEXT NOT NULL,
        value TEXT NOT NULL,
        pred TEXT NOT NULL,
        PRIMARY KEY (document, counter, actor)
    ) STRICT, WITHOUT ROWID;
    -- Named by the queries that need it: unasked, SQLite takes the primary key for them and reads a whole document's history.
    CREATE INDEX op_cell ON op (document, entity, field);
    -- What is visible, without the history around it: projecting a task must not read what was replaced long ago.
    CREATE INDEX op_live ON op (document, entity, field) WHERE dead IS NULL;
    CREATE TABLE entity (
        id INTEGER PRIMARY KEY,
        entity TEXT NOT NULL,
        document INTEGER NOT NULL,
        kind TEXT NOT NULL,
        changed INTEGER NOT NULL,
        -- Who wrote its cell `created`, and when; NULL for what was never created by hand.
        created_by INTEGER,
        created_at INTEGER,
        record TEXT NOT NULL,
        UNIQUE (entity, document)
    ) STRICT;
    CREATE INDEX entity_kind ON entity (kind);
    CREATE VIRTUAL TABLE search USING fts5 (
        title, body, tokenize = \"unicode61 remove_diacritics 0\", prefix = '1 2 3'
    );

    -- What a screen opens with, kept ready for some days; made anew whenever `state` is not the one that stands.
    CREATE TABLE opening (day TEXT PRIMARY KEY, state TEXT NOT NULL, view TEXT NOT NULL) STRICT, WITHOUT ROWID;

    -- Undo, of this laptop only.
    CREATE TABLE step (
        id INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        label TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'past'))
    ) STRICT;
    -- Every edit asks for the undone steps, and there are hardly ever any among a hundred thousand.
    CREATE INDEX step_undone ON step (id) WHERE state = 'undone';
    CREATE TABLE step_cell (
        step INTEGER NOT NULL REFERENCES step,
        document INTEGER NOT NULL,
        entity TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        before_ops TEXT NOT NULL,
        after_ops TEXT NOT NULL
    ) STRICT;
    CREATE INDEX step_cell_step ON step_cell (step);
    CREATE INDEX step_cell_cell ON step_cell (entity, field, document);
    ", "
    -- Sharing. `entry` is the membership chain; `vector` the last envelope taken of each incarnation, which is the truth
    -- about what this laptop has; `envelope` keeps what was taken as it came, so that any laptop can give back what a relay
    -- lost. `n` is its number in the relay's present log and `running` the running hash there: an index, nothing more.
    CREATE TABLE entry (n INTEGER PRIMARY KEY, body BLOB NOT NULL, signature BLOB NOT NULL) STRICT;
    CREATE TABLE vector (
        incarnation BLOB PRIMARY KEY,
        counter INTEGER NOT NULL,
        hash BLOB NOT NULL,
        device BLOB NOT NULL,
        heard INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE envelope (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        incarnation BLOB NOT NULL,
        counter INTEGER NOT NULL,
        device BLOB NOT NULL,
        header BLOB NOT NULL,
        signature BLOB NOT NULL,
        body BLOB NOT NULL,
        -- taken: in the vector, its changes are applied or parked. early: the one before is missing. sealed: its key is.
        -- refused: kept with the reason, and not shown. old: from before the snapshot that this laptop began with.
        state TEXT NOT NULL CHECK (state IN ('taken', 'early', 'sealed', 'refused', 'old', 'apart')),
        why TEXT NOT NULL DEFAULT '',
        n INTEGER,
        running BLOB,
        arrived INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX envelope_n ON envelope (n) WHERE n IS NOT NULL;
    CREATE INDEX envelope_unsent ON envelope (id) WHERE n IS NULL;
    CREATE INDEX envelope_state ON envelope (state) WHERE state <> 'taken';
    -- Changes that build on others which have not come: kept by us, never in Automerge's queue.
    CREATE TABLE parked (
        id INTEGER PRIMARY KEY,
        document TEXT NOT NULL,
        hash BLOB NOT NULL UNIQUE,
        device BLOB NOT NULL,
        body BLOB NOT NULL,
        -- It belongs behind the snapshot that this laptop began with.
        below INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX parked_document ON parked (document);
    -- Two stories about the same thing: shown until somebody has looked.
    CREATE TABLE alarm (
        id INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        code TEXT NOT NULL,
        detail TEXT NOT NULL,
        UNIQUE (code, detail)
    ) STRICT;
    -- How far each incarnation was checked behind a snapshot, and how far the snapshot says that it had come.
    CREATE TABLE checked (
        incarnation BLOB PRIMARY KEY,
        counter INTEGER NOT NULL,
        hash BLOB NOT NULL,
        until INTEGER NOT NULL,
        until_hash BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- The envelope that a change of the outbox was sealed in; NULL before.
    ALTER TABLE outbox ADD COLUMN envelope INTEGER;
    CREATE INDEX outbox_envelope ON outbox (envelope);
    -- Whose incarnation it is; NULL for one of this laptop's that nothing was sent of.
    ALTER TABLE actor ADD COLUMN device BLOB;
    "];

/// The newest schema this version knows: as many as there are migrations.
pub const NEWEST: i64 = 2;
const NEWEST_INDEX: usize = 2;

/// The schema a database has.
///
/// # Errors
/// When the file is not a database.
pub fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings a database forward, each version in a transaction of its own.
///
/// # Errors
/// [`StoreError::NewerVersion`] when it is newer than this program.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    if version(connection)? > NEWEST {
        return Err(StoreError::NewerVersion { found: version(connection)?, known: NEWEST });
    }
    if version(connection)? == NEWEST {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have migrated while this one waited.
    let from = usize::try_from(version(&transaction)?).unwrap_or(0);
    for (index, sql) in MIGRATIONS.iter().enumerate().skip(from) {
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", i64::try_from(index + 1).unwrap_or(NEWEST))?;
    }
    transaction.commit()?;
    Ok(())
}
