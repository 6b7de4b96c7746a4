//! What the host does with the database, while the relay runs: codes, quotas, removing, copying.

use std::fmt::Write as _;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use tovholder_protocol::SpaceId;

use super::StorageError;
use super::sqlite::{Sqlite, prepare, signed, unsigned};

/// Random bytes of a code: 80 bits.
const CODE_BYTES: usize = 10;
/// Rows that are removed in one go, so that the relay's commits come in between.
const REMOVED_AT_ONCE: usize = 2_000;

/// A space as the host sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceRow {
    /// Its id.
    pub id: SpaceId,
    /// What the host calls it.
    pub label: String,
    /// Envelopes.
    pub envelopes: u64,
    /// Bytes.
    pub bytes: u64,
    /// Bytes allowed.
    pub quota: Option<u64>,
    /// Entries of the chain.
    pub entries: u64,
}

impl Sqlite {
    /// Hands out a code that admits one municipality.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn add_code(
        &self,
        random: &[u8; CODE_BYTES],
        label: &str,
        quota: Option<u64>,
        now: i64,
    ) -> Result<String, StorageError> {
        let hex = random.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let groups: Vec<&str> = (0..4).filter_map(|at| hex.get(at * 5..at * 5 + 5)).collect();
        let code = groups.join("-");
        self.writer().execute(
            "INSERT INTO code (code, quota, label, made) VALUES (?,?,?,?)",
            params![code, quota.map(signed), label, now],
        )?;
        Ok(code)
    }

    /// Every space as the host sees it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn rows(&self) -> Result<Vec<SpaceRow>, StorageError> {
        let sql =
            "SELECT name, label, (SELECT coalesce(max(n), 0) FROM envelope WHERE space = outside.id), bytes, quota,
                          (SELECT count(*) FROM entry WHERE space = outside.id)
                   FROM space AS outside WHERE length(name) = 32 ORDER BY label, id";
        let reader = self.reader();
        let mut statement = reader.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            Ok(SpaceRow {
                id: SpaceId(row.get(0)?),
                label: row.get(1)?,
                envelopes: unsigned(row.get(2)?),
                bytes: unsigned(row.get(3)?),
                quota: row.get::<_, Option<i64>>(4)?.map(unsigned),
                entries: unsigned(row.get(5)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Sets a space's quota. False when it is not here.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn set_quota(&self, space: &SpaceId, quota: u64) -> Result<bool, StorageError> {
        let sql = "UPDATE space SET quota = ? WHERE name = ?";
        Ok(self.writer().execute(sql, params![signed(quota), space.0])? > 0)
    }

    /// Removes a space with everything in it. False when it is not here.
    ///
    /// It is gone with the first commit; what was in it goes after it in small parts, so that a relay that runs is not kept
    /// from its commits. A part that is cut short is finished by the next removal.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub fn remove(&self, space: &SpaceId) -> Result<bool, StorageError> {
        // A name that no space can have.
        let sql = "UPDATE space SET name = CAST(name || x'00' AS BLOB), label = '' WHERE name = ?";
        let there = self.writer().execute(sql, [space.0])? > 0;
        loop {
            let mut writer = self.writer();
            let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let id: Option<i64> = tx
                .query_row("SELECT id FROM space WHERE length(name) <> 32 LIMIT 1", [], |row| row.get(0))
                .optional()?;
            let Some(id) = id else { return Ok(there) };
            let mut gone = 0;
            for (table, key) in
                [("envelope", "n"), ("entry", "n"), ("part", "n"), ("vector", "incarnation"), ("calendar", "space")]
            {
                let sql = format!(
                    "DELETE FROM {table} WHERE space = ?1 AND {key} IN
                     (SELECT {key} FROM {table} WHERE space = ?1 LIMIT {REMOVED_AT_ONCE})"
                );
                gone += tx.execute(&sql, [id])?;
            }
            if gone == 0 {
                tx.execute("DELETE FROM space WHERE id = ?", [id])?;
            }
            tx.commit()?;
        }
    }

    /// Writes a consistent copy to `out`, while the relay goes on.
    ///
    /// # Errors
    /// When the disk is full or fails; then there is no file.
    pub fn backup(&self, out: &Path) -> Result<(), StorageError> {
        let mut name = out.as_os_str().to_owned();
        name.push(".part");
        let part = std::path::PathBuf::from(name);
        let io = |error: std::io::Error| StorageError::Failed(format!("{}: {error}", out.display()));
        let made = self.copy_to(&part).and_then(|()| {
            let file = std::fs::File::open(&part).map_err(io)?;
            file.sync_all().map_err(io)?;
            std::fs::rename(&part, out).map_err(io)
        });
        if made.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        made
    }

    fn copy_to(&self, part: &Path) -> Result<(), StorageError> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(part).map_err(|error| StorageError::Failed(format!("{}: {error}", part.display())))?;
        let mut copy = Connection::open(part)?;
        let from = Connection::open(self.path())?;
        prepare(&from)?;
        {
            let backup = rusqlite::backup::Backup::new(&from, &mut copy)?;
            // In one step: one reading of one moment. In several, each commit of the relay would start it anew, and on a
            // busy relay it would never end. Nobody waits for it: in WAL mode a reader holds up no writer.
            match backup.step(-1)? {
                rusqlite::backup::StepResult::Done => {}
                other => return Err(StorageError::Failed(format!("the copy was not finished: {other:?}"))),
            }
        }
        copy.close().map_err(|(_, error)| error.into())
    }
}
