//! What the relay keeps, behind one narrow trait: chains, envelopes in order, the newest snapshot, the host's codes.
//!
//! What holds here: a batch is stored whole or not at all, and is on the disk when `commit` returns. Nothing is ever
//! changed but by a batch. `conformance` is the contract that every implementation is held to; PostgreSQL comes later.

#[cfg(test)]
mod conformance;
mod host;
mod memory;
mod sqlite;

use std::collections::BTreeMap;
use std::fmt;

use tovholder_protocol::{DeviceKey, Envelope, Hash, Incarnation, LogId, SignedEntry, SnapshotPart, SpaceId, encode};

pub use host::SpaceRow;
pub use memory::{Memory, Yesterday};
pub use sqlite::Sqlite;

/// Why something could not be stored or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorageError {
    /// The disk is full.
    Full,
    /// The database is from a newer version.
    Newer(i64),
    /// Anything else it says.
    Failed(String),
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the disk is full"),
            Self::Newer(version) => write!(f, "the database is from a newer version ({version})"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StorageError {}

/// The last envelope of an incarnation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// Its number in the incarnation's chain.
    pub counter: u64,
    /// Its hash.
    pub hash: Hash,
    /// Whose incarnation it is.
    pub device: DeviceKey,
}

/// What is kept of a space, but for the envelopes themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The membership chain.
    pub entries: Vec<SignedEntry>,
    /// The log's present run.
    pub log: LogId,
    /// Envelopes in the log.
    pub head: u64,
    /// The running hash at its head.
    pub running: Hash,
    /// The last envelope of each incarnation.
    pub vector: BTreeMap<Incarnation, Last>,
    /// Bytes of envelopes and snapshot parts.
    pub bytes: u64,
    /// Those of the snapshot parts alone.
    pub snapshot_bytes: u64,
    /// Bytes allowed; none is the relay's own default.
    pub quota: Option<u64>,
    /// Where in the log the newest whole snapshot stands; 0 when there is none.
    pub snapshot: u64,
}

/// An envelope that is appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// Its number in the log.
    pub n: u64,
    /// Its hash.
    pub hash: Hash,
    /// The running hash after it.
    pub running: Hash,
    /// Its incarnation.
    pub incarnation: Incarnation,
    /// Its number there.
    pub counter: u64,
    /// Its author.
    pub device: DeviceKey,
    /// The envelope.
    pub envelope: Envelope,
}

/// One thing to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Store {
    /// A new space with its chain, and the host's code that admitted it.
    Admit {
        /// The log's first run.
        log: LogId,
        /// The chain.
        entries: Vec<SignedEntry>,
        /// The code, used up by this.
        code: Option<String>,
    },
    /// An envelope.
    Append(Appended),
    /// An entry of the chain, with its number.
    Entry(u64, SignedEntry),
    /// Another run of the log begins.
    NewLog(LogId),
    /// A whole snapshot, in place of the one before.
    Snapshot {
        /// Where in the log it stands.
        n: u64,
        /// Its parts, in order.
        parts: Vec<SnapshotPart>,
    },
    /// The public calendar, in place of the one before; nothing takes it away.
    Calendar(Vec<u8>),
}

/// Everything that is stored by one commit, in order.
pub type Batch = Vec<(SpaceId, Store)>;

/// Bytes of a snapshot's part as it is stored.
pub(crate) fn part_size(part: &SnapshotPart) -> usize {
    encode(part).len()
}

/// Where the relay keeps things.
pub trait Storage: Send + Sync {
    /// Every space, and the quota that the host set for it.
    ///
    /// # Errors
    /// When it cannot be read.
    fn spaces(&self) -> Result<Vec<(SpaceId, Option<u64>)>, StorageError>;

    /// What is kept of a space; none when it is not here.
    ///
    /// # Errors
    /// When it cannot be read.
    fn load(&self, space: &SpaceId) -> Result<Option<Kept>, StorageError>;

    /// Envelopes of the log after `after`, in order: at most so many, and at most so many bytes unless the first is larger.
    ///
    /// # Errors
    /// When they cannot be read.
    fn envelopes(
        &self,
        space: &SpaceId,
        after: u64,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Envelope)>, StorageError>;

    /// Hashes of the log after `after`, in order, at most so many.
    ///
    /// # Errors
    /// When they cannot be read.
    fn hashes(&self, space: &SpaceId, after: u64, count_max: usize) -> Result<Vec<Hash>, StorageError>;

    /// The running hash at a number of the log.
    ///
    /// # Errors
    /// When it cannot be read.
    fn running_at(&self, space: &SpaceId, n: u64) -> Result<Option<Hash>, StorageError>;

    /// The number of an envelope in the log.
    ///
    /// # Errors
    /// When it cannot be read.
    fn number_of(&self, space: &SpaceId, hash: &Hash) -> Result<Option<u64>, StorageError>;

    /// A part of the newest whole snapshot.
    ///
    /// # Errors
    /// When it cannot be read.
    fn part(&self, space: &SpaceId, index: u32) -> Result<Option<SnapshotPart>, StorageError>;

    /// The public calendar of a space; none where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn calendar(&self, space: &SpaceId) -> Result<Option<Vec<u8>>, StorageError>;

    /// Whether this code admits a municipality, and with which quota; none when it does not.
    ///
    /// # Errors
    /// When it cannot be read.
    fn code(&self, code: &str) -> Result<Option<Option<u64>>, StorageError>;

    /// Stores a batch whole, and returns when it is on the disk.
    ///
    /// # Errors
    /// When it cannot be stored; then nothing of it is.
    fn commit(&self, batch: &Batch) -> Result<(), StorageError>;
}
