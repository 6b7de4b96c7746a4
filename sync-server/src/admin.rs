//! The host's commands; they work while the relay runs.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;
use tovholder_protocol::SpaceId;

use crate::log::{SpaceRow, Sqlite};

/// What the host may do.
#[derive(Debug, Subcommand)]
pub enum Admin {
    /// Make a code that admits one municipality, once
    Admit {
        /// What the host calls it
        #[arg(long, default_value = "")]
        name: String,
        /// Megabytes that it may fill; the relay's own default when left out
        #[arg(long)]
        quota_mb: Option<u64>,
    },
    /// Municipalities, what they fill and may fill
    List,
    /// Set how much a municipality may fill
    Quota {
        /// The space's id, or its beginning
        space: String,
        /// Megabytes
        mb: u64,
    },
    /// Remove a municipality with everything in it
    Remove {
        /// The space's id, or its beginning
        space: String,
        /// Yes, everything
        #[arg(long)]
        yes: bool,
    },
    /// Write a consistent copy of the database
    Backup {
        /// Where to
        out: PathBuf,
    },
}

const MB: u64 = 1_048_576;

/// Runs one of the host's commands, and answers what to print.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn run(dir: &Path, command: &Admin, as_json: bool, now: i64) -> Result<String, String> {
    if !matches!(command, Admin::Admit { .. }) && !Sqlite::is_in(dir) {
        return Err(format!("{}: there is no relay's database; say --data-dir or --config", dir.display()));
    }
    let storage = Sqlite::open(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let failed = |error: crate::log::StorageError| error.to_string();
    match command {
        Admin::Admit { name, quota_mb } => {
            let mut random = [0; 10];
            getrandom::fill(&mut random).map_err(|error| error.to_string())?;
            let quota = quota_mb.map(|mb| mb.saturating_mul(MB));
            let code = storage.add_code(&random, name, quota, now).map_err(failed)?;
            Ok(if as_json { json!({ "code": code }).to_string() } else { code })
        }
        Admin::List => {
            let rows = storage.rows().map_err(failed)?;
            Ok(if as_json { json_of(&rows) } else { text_of(&rows) })
        }
        Admin::Quota { space, mb } => {
            let space = named(&storage, space)?;
            storage.set_quota(&space, mb.saturating_mul(MB)).map_err(failed)?;
            Ok(done(as_json, "The quota is set; a relay that runs takes it over within seconds."))
        }
        Admin::Remove { space, yes } => {
            let space = named(&storage, space)?;
            if !yes {
                return Err(format!("{space} would be removed with everything in it; say --yes"));
            }
            storage.remove(&space).map_err(failed)?;
            Ok(done(as_json, "Removed; a relay that runs closes its connections within seconds."))
        }
        Admin::Backup { out } => {
            if out.exists() {
                return Err(format!("{} is there already", out.display()));
            }
            storage.backup(out).map_err(failed)?;
            Ok(done(as_json, "The copy is written."))
        }
    }
}

fn done(as_json: bool, sentence: &str) -> String {
    if as_json { json!({ "done": true }).to_string() } else { sentence.to_owned() }
}

/// The space whose id begins so; one only.
fn named(storage: &Sqlite, beginning: &str) -> Result<SpaceId, String> {
    let rows = storage.rows().map_err(|error| error.to_string())?;
    let mut fitting = rows.iter().filter(|row| {
        row.id.to_string().starts_with(&beginning.to_lowercase()) || (!row.label.is_empty() && row.label == beginning)
    });
    match (fitting.next(), fitting.next()) {
        (Some(row), None) if !beginning.is_empty() => Ok(row.id),
        (Some(_), _) => Err(format!("several municipalities are called »{beginning}«; say more of the id")),
        (None, _) => Err(format!("no municipality is called »{beginning}«; see tovholder-relay admin list")),
    }
}

fn json_of(rows: &[SpaceRow]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id.to_string(), "name": row.label, "envelopes": row.envelopes, "bytes": row.bytes,
                "quota_bytes": row.quota, "entries": row.entries,
            })
        })
        .collect();
    serde_json::Value::from(rows).to_string()
}

fn text_of(rows: &[SpaceRow]) -> String {
    if rows.is_empty() {
        return "No municipality was admitted yet.".to_owned();
    }
    let line = |row: &SpaceRow| {
        let quota = row.quota.map_or_else(|| "default".to_owned(), |quota| format!("{} MB", quota / MB));
        let id = row.id.to_string();
        let id = id.get(..16).unwrap_or(&id);
        format!("{id}  {:<24} {:>9} envelopes  {:>7} MB of {quota}", row.label, row.envelopes, row.bytes / MB)
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
