//! Sealed backups beside the database: what they are called, which ones stay, and what can go wrong with them.
//!
//! A backup is one file, readable only with the laptop's backup key. The key lies beside the database for the program's
//! own use, and can be printed in letters for the municipality's safe.

mod key;
mod sealed;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate, NaiveDateTime};

pub use key::{BackupKey, KEY_FILE, load_or_create};
pub use sealed::{made_at, open, seal};

/// The ending of a sealed backup's file name.
pub const EXTENSION: &str = "tovbackup";
const NAME_START: &str = "tovholder-";
/// Backups that one minute can have; the last is replaced by any further one.
const SAME_MINUTE_MAX: u32 = 10_000;
const NAME_TIME: &str = "%Y-%m-%dT%H%M";

/// Why a backup cannot be made or opened.
#[derive(Debug)]
pub enum BackupError {
    /// The file was sealed with another key.
    KeyWrong,
    /// Bytes of the file were changed, or moved about, at or after this offset.
    Damaged {
        /// Bytes from the start of the file.
        at: u64,
    },
    /// The file ends too early.
    CutShort {
        /// The bytes it should have.
        expected: u64,
        /// The bytes it has.
        found: u64,
    },
    /// The file is no backup of Tovholder.
    NotABackup,
    /// The file was made by a newer version.
    NewerFormat,
    /// The key's text is not a key: mistyped, cut short, or of something else.
    KeyUnreadable,
    /// The database changed its length while it was sealed: it was not a copy of its own.
    NotACopy,
    /// Reading or writing failed.
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The operating system gave no random bytes.
    Random(io::Error),
}

impl std::fmt::Display for BackupError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::KeyWrong => f.write_str("sealed with another key"),
            Self::Damaged { at } => write!(f, "damaged at byte {at}"),
            Self::CutShort { expected, found } => write!(f, "cut short: {found} of {expected} bytes"),
            Self::NotABackup => f.write_str("not a backup of Tovholder"),
            Self::NewerFormat => f.write_str("made by a newer version"),
            Self::KeyUnreadable => f.write_str("the key is mistyped or cut short"),
            Self::NotACopy => f.write_str("the database changed while it was sealed"),
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Random(source) => write!(f, "no random bytes: {source}"),
        }
    }
}

impl std::error::Error for BackupError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } | Self::Random(source) => Some(source),
            _ => None,
        }
    }
}

impl BackupError {
    /// Names the file in an error of the operating system.
    fn io(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// How many backups stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// The newest days with a backup.
    pub days: usize,
    /// Weeks before those days, one backup each.
    pub weeks: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self { days: 7, weeks: 8 }
    }
}

/// The name of a backup made at this local time, `tovholder-2018-06-15T0917.tovbackup`.
pub fn file_name(made_at: NaiveDateTime) -> String {
    format!("{NAME_START}{}.{EXTENSION}", made_at.format(NAME_TIME))
}

/// A path in `dir` for a backup made at this local time that no backup has yet; a second one in the same minute ends in
/// `-2`.
pub fn free_path(dir: &Path, made_at: NaiveDateTime) -> PathBuf {
    let plain = dir.join(file_name(made_at));
    if !plain.exists() {
        return plain;
    }
    let stem = made_at.format(NAME_TIME);
    (2..SAME_MINUTE_MAX)
        .map(|number| dir.join(format!("{NAME_START}{stem}-{number}.{EXTENSION}")))
        .find(|path| !path.exists())
        .unwrap_or(plain)
}

/// The local time in a backup's file name, and its number within that minute; none for any other file.
fn named(name: &str) -> Option<(NaiveDateTime, u32)> {
    const TIME_LETTERS: usize = "2018-06-15T0917".len();
    let stem = name.strip_prefix(NAME_START)?.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    let time = NaiveDateTime::parse_from_str(stem.get(..TIME_LETTERS)?, NAME_TIME).ok()?;
    let number = match stem.get(TIME_LETTERS..)? {
        "" => 1,
        rest => rest.strip_prefix('-')?.parse().ok()?,
    };
    Some((time, number))
}

/// The backups in `dir` with the local times in their names, newest first; none when the directory does not exist.
///
/// # Errors
/// [`BackupError::Io`] when the directory cannot be read.
pub fn list(dir: &Path) -> Result<Vec<(PathBuf, NaiveDateTime)>, BackupError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(BackupError::io(dir)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(BackupError::io(dir))?.path();
        if let Some(key) = path.file_name().and_then(|name| named(name.to_str()?)) {
            found.push((key, path));
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|((time, _), path)| (path, time)).collect())
}

/// Removes the backups in `dir` that need not stay, and names them. Other files are left alone.
///
/// All of the newest day stay; then the newest of each day, for `keep.days` days with that one; then the newest of each
/// week before those, for `keep.weeks` weeks.
///
/// # Errors
/// [`BackupError::Io`] when the directory cannot be read or a file not removed.
pub fn prune(dir: &Path, keep: Keep) -> Result<Vec<PathBuf>, BackupError> {
    let backups = list(dir)?;
    let times: Vec<NaiveDateTime> = backups.iter().map(|(_, time)| *time).collect();
    let stays = staying(&times, keep);
    let mut removed = Vec::new();
    for ((path, _), _) in backups.into_iter().zip(stays).filter(|(_, stays)| !stays) {
        fs::remove_file(&path).map_err(BackupError::io(&path))?;
        removed.push(path);
    }
    Ok(removed)
}

/// For each time, newest first, whether its backup stays.
fn staying(newest_first: &[NaiveDateTime], keep: Keep) -> Vec<bool> {
    let newest_day = newest_first.first().map(NaiveDateTime::date);
    let mut days: BTreeSet<NaiveDate> = BTreeSet::new();
    let mut weeks: BTreeSet<(i32, u32)> = BTreeSet::new();
    newest_first
        .iter()
        .map(|time| {
            let day = time.date();
            if days.contains(&day) {
                return newest_day == Some(day);
            }
            // The newest backup stays whatever was asked for.
            if days.len() < keep.days.max(1) {
                return days.insert(day);
            }
            let week = (day.iso_week().year(), day.iso_week().week());
            !weeks.contains(&week) && weeks.len() < keep.weeks && weeks.insert(week)
        })
        .collect()
}
