//! Putting a backup back when the database cannot even be opened.
//!
//! The damaged files are moved aside, never removed: someone may still read from them what the backup lacks.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tovholder_store::FILE_NAME;
use tovholder_store::backup::{self, BackupKey as Key};

use crate::api::{answer, arguments};
use crate::backups::{described, file_name, find_backup, of_backup};
use crate::error::{AppError, AppResult, Code};
use crate::view::{BackupList, BackupRestoreArgs, BackupRestored};
use crate::{App, Ground};

/// The files of a database.
const ENDINGS: [&str; 3] = ["", "-wal", "-shm"];

/// Runs one of the few commands that work without an open database, `backups` and `backup_restore`, in a data directory
/// whose database is damaged. Every other command answers `refused`, which says why it could not be opened.
///
/// # Errors
/// `refused`, and what can go wrong with a restore.
pub fn call(dir: &Path, refused: &AppError, name: &str, args: Value) -> AppResult<String> {
    match name {
        _ if refused.code != Code::Corrupt => Err(refused.clone()),
        "backups" => answer(&list(dir)?),
        "backup_restore" => answer(&restore(dir, &arguments(args)?)?),
        _ => Err(refused.clone()),
    }
}

/// The backups beside a damaged database, newest first.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(dir: &Path) -> AppResult<BackupList> {
    let dir = dir.join(crate::backups::FOLDER);
    let found = backup::list(&dir).map_err(of_backup)?;
    let backups = found.iter().map(|(path, _)| described(path)).collect::<AppResult<_>>()?;
    Ok(BackupList { backups, dir: dir.display().to_string() })
}

/// Puts a backup in the place of a damaged database, which is moved into a folder beside.
///
/// # Errors
/// `unknown_backup`, `backup_key_wrong`, `backup_damaged`; then the damaged database stands where it stood.
pub fn restore(dir: &Path, args: &BackupRestoreArgs) -> AppResult<BackupRestored> {
    let io = |error: std::io::Error| crate::error::of_store(&error.into(), dir);
    let file = find_backup(dir, &args.file)?;
    let ground = Ground::real();
    let key = match args.key.as_deref().filter(|key| !key.trim().is_empty()) {
        Some(text) => Key::parse(text).map_err(of_backup)?,
        None => backup::load_or_create(&dir.join(backup::KEY_FILE), &mut |bytes| (ground.random)(bytes))
            .map_err(of_backup)?,
    };
    let opened = dir.join(format!("restore-{}.tmp", std::process::id()));
    backup::open(&file, &opened, &key).map_err(of_backup)?;
    let aside = free_folder(dir, (ground.now)().format("%Y-%m-%dT%H%M%S").to_string());
    std::fs::create_dir_all(&aside).map_err(io)?;
    move_database(dir, &aside).map_err(io)?;
    std::fs::rename(&opened, dir.join(FILE_NAME)).map_err(io)?;
    match App::open(dir).and_then(|app| app.world()) {
        Ok(world) => {
            Ok(BackupRestored { file: file_name(&file), saved_before: file_name(&aside), cursor: world.cursor })
        }
        Err(error) => {
            // The backup was no better: what stood there stands there again.
            for ending in ENDINGS {
                let _ = std::fs::remove_file(dir.join(format!("{FILE_NAME}{ending}")));
            }
            move_database(&aside, dir).map_err(io)?;
            Err(error)
        }
    }
}

fn free_folder(dir: &Path, time: String) -> PathBuf {
    let plain = dir.join(format!("damaged-{time}"));
    let numbered = (2..1_000).map(|number| dir.join(format!("damaged-{time}-{number}")));
    std::iter::once(plain.clone()).chain(numbered).find(|path| !path.exists()).unwrap_or(plain)
}

fn move_database(from: &Path, to: &Path) -> std::io::Result<()> {
    for ending in ENDINGS {
        let name = format!("{FILE_NAME}{ending}");
        match std::fs::rename(from.join(&name), to.join(&name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
