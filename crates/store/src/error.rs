//! What can go wrong with the laptop's database, told apart so that each gets its own sentence.

use std::fmt;

use rusqlite::ErrorCode;
use tovholder_document::DocumentError;

/// Why the store refused or failed.
#[derive(Debug)]
pub enum StoreError {
    /// The database is from a newer version of Tovholder.
    NewerVersion {
        /// Its schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// The file is not a database, or it is damaged.
    Corrupt(String),
    /// The disk is full.
    DiskFull,
    /// The file or its folder cannot be written.
    ReadOnly,
    /// Another program holds the database for too long.
    Busy,
    /// A write names a write that is not there, or one of another cell.
    UnknownSeen(String),
    /// The same incarnation and sequence with other content: a fork.
    Fork(String),
    /// A change builds on one that is not here.
    MissingDependency,
    /// The history behind a snapshot has not all come; what needs it must wait.
    Unchecked,
    /// A change that breaks the rules of *bounded decoding*.
    Refused(String),
    /// The document layer refused.
    Document(DocumentError),
    /// Reading or writing a file failed.
    Io(String),
    /// Anything else SQLite says.
    Sqlite(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt(text),
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => Self::Io(text),
            _ => Self::Sqlite(text),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<DocumentError> for StoreError {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
