//! Sealed backups beside the database: daily, on request, and back again.

use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use tovholder_store::StoreError;
use tovholder_store::backup::{self, BackupError, BackupKey as Key};

use crate::error::{AppError, AppResult, Code};
use crate::view::{BackupFile, BackupKey, BackupList, BackupRestoreArgs, BackupRestored, NoArgs};
use crate::{App, lock};

/// The folder of the backups in the data directory.
pub(crate) const FOLDER: &str = "backups";

impl App {
    /// The sealed backups, newest first.
    pub fn backups(&self, _: NoArgs) -> AppResult<BackupList> {
        let dir = self.backup_dir();
        let mut backups = Vec::new();
        for (path, _) in backup::list(&dir).map_err(of_backup)? {
            backups.push(described(&path)?);
        }
        Ok(BackupList { backups, dir: dir.display().to_string() })
    }

    /// Makes a sealed backup now.
    pub fn backup_now(&self, _: NoArgs) -> AppResult<BackupFile> {
        let dir = self.backup_dir();
        std::fs::create_dir_all(&dir).map_err(|error| self.fail(&StoreError::from(error)))?;
        let now = (self.ground.now)();
        let local = now.with_timezone(&chrono_tz::Europe::Copenhagen).naive_local();
        let out = backup::free_path(&dir, local);
        let copy = self.scratch("copy")?;
        let key = self.key()?;
        let made = lock(&self.store)
            .copy_to(&copy)
            .map_err(|error| self.fail(&error))
            .and_then(|()| backup::seal(&copy, &out, &key, now, &mut |b| (self.ground.random)(b)).map_err(of_backup));
        remove_database(&copy);
        made?;
        // Tidying up old backups may fail without the new one being any worse.
        let _ = backup::prune(&dir, backup::Keep::default());
        described(&out)
    }

    /// Restores a backup. What stands now is backed up first, so that a restore can itself be undone.
    pub fn backup_restore(&self, args: BackupRestoreArgs) -> AppResult<BackupRestored> {
        let file = find_backup(&self.dir, &args.file)?;
        let key = match args.key.as_deref().filter(|key| !key.trim().is_empty()) {
            Some(text) => Key::parse(text).map_err(of_backup)?,
            None => self.key()?,
        };
        let opened = self.scratch("restore")?;
        backup::open(&file, &opened, &key).map_err(of_backup)?;
        let restored = self.keep_what_stands().and_then(|before| {
            let mut store = lock(&self.store);
            store.replace_by(&opened, &mut |b| (self.ground.random)(b)).map_err(|error| self.fail(&error))?;
            Ok(before)
        });
        remove_database(&opened);
        let before = restored?;
        self.forget_world();
        self.sign_incarnation()?;
        let cursor = self.world()?.cursor;
        Ok(BackupRestored { file: file_name(&file), saved_before: before, cursor })
    }

    /// The key that opens this laptop's backups.
    pub fn backup_key(&self, _: NoArgs) -> AppResult<BackupKey> {
        Ok(BackupKey { key: self.key()?.to_words_text() })
    }

    pub(crate) fn backup_dir(&self) -> PathBuf {
        self.dir.join(FOLDER)
    }

    fn key(&self) -> AppResult<Key> {
        backup::load_or_create(&self.dir.join(backup::KEY_FILE), &mut |b| (self.ground.random)(b)).map_err(of_backup)
    }

    /// Backs up what stands before a restore replaces it. What is too damaged to be copied is kept as the bare file.
    fn keep_what_stands(&self) -> AppResult<String> {
        match self.backup_now(NoArgs {}) {
            Ok(backup) => Ok(backup.file),
            Err(error) if error.code == Code::Corrupt => {
                let name = format!("damaged-{}.db", self.new_id()?);
                let from = self.dir.join(tovholder_store::FILE_NAME);
                std::fs::copy(from, self.dir.join(&name)).map_err(|error| self.fail(&error.into()))?;
                Ok(name)
            }
            Err(error) => Err(error),
        }
    }

    /// A path for a short-lived file in the data directory.
    fn scratch(&self, name: &str) -> AppResult<PathBuf> {
        Ok(self.dir.join(format!("{name}-{}.tmp", self.new_id()?)))
    }
}

/// A backup by its name in the backup folder of `dir`, or by its path.
pub(crate) fn find_backup(dir: &Path, file: &str) -> AppResult<PathBuf> {
    let given = Path::new(file);
    let beside = dir.join(FOLDER).join(given.file_name().unwrap_or_default());
    [beside, given.to_owned()]
        .into_iter()
        .find(|path| path.is_file())
        .ok_or_else(|| AppError::new(Code::UnknownBackup).at(file))
}

pub(crate) fn described(path: &Path) -> AppResult<BackupFile> {
    let made_at: DateTime<Utc> = backup::made_at(path).map_err(of_backup)?;
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    Ok(BackupFile { file: file_name(path), when: made_at.to_rfc3339_opts(SecondsFormat::Secs, true), bytes })
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Removes a short-lived database with what SQLite keeps beside it.
fn remove_database(path: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        // What is not there need not go.
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
}

pub(crate) fn of_backup(error: BackupError) -> AppError {
    let code = match &error {
        BackupError::KeyWrong | BackupError::KeyUnreadable => Code::BackupKeyWrong,
        BackupError::Damaged { .. } | BackupError::CutShort { .. } | BackupError::NotABackup => Code::BackupDamaged,
        BackupError::NewerFormat => Code::NewerVersion,
        BackupError::Io { source, .. } => match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Code::DiskFull,
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Code::ReadOnly,
            _ => Code::Io,
        },
        BackupError::NotACopy | BackupError::Random(_) => Code::Io,
    };
    AppError::new(code).with(error)
}
