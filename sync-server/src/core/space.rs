//! A space in memory: chain, heads, who is connected, the newest envelopes.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use tovholder_crypto::Chain;
use tovholder_protocol::{Cursor, DeviceKey, Envelope, Hash, Incarnation, SignedEntry, SnapshotPart, ToLaptop};

use super::ConnectionId;
use crate::log::{Appended, Kept, Last, StorageError};

/// Envelopes kept in memory per space, so that those who follow are not fed from the disk.
const TAIL_MAX: usize = 64;
/// Bytes of them.
const TAIL_BYTES_MAX: usize = 256 * 1024;

/// Parts of a snapshot that is not whole yet.
#[derive(Default)]
pub(super) struct Parts {
    pub parts: Vec<SnapshotPart>,
    pub bytes: usize,
}

/// What each connected device said last, in the order in which it was said.
#[derive(Default)]
pub(super) struct Said {
    by_number: BTreeMap<u64, (DeviceKey, ConnectionId, Arc<ToLaptop>)>,
    of_device: HashMap<DeviceKey, u64>,
    last: u64,
}

impl Said {
    pub fn say(&mut self, device: DeviceKey, id: ConnectionId, frame: ToLaptop) {
        self.last += 1;
        if let Some(before) = self.of_device.insert(device, self.last) {
            self.by_number.remove(&before);
        }
        self.by_number.insert(self.last, (device, id, Arc::new(frame)));
    }

    /// The next thing that somebody else than this device said after this number.
    pub fn next(&self, after: u64, device: &DeviceKey) -> Option<(u64, Arc<ToLaptop>)> {
        if after >= self.last {
            return None;
        }
        let mut later = self.by_number.range(after + 1..);
        later.find(|(_, (by, ..))| by != device).map(|(number, (_, _, frame))| (*number, Arc::clone(frame)))
    }

    /// What was said over a connection that is gone is not said any more.
    pub fn forget(&mut self, id: ConnectionId) {
        let gone: Vec<(u64, DeviceKey)> =
            self.by_number.iter().filter(|(_, (_, by, _))| *by == id).map(|(n, (device, ..))| (*n, *device)).collect();
        for (number, device) in gone {
            self.by_number.remove(&number);
            self.of_device.remove(&device);
        }
    }

    /// Nothing of it holds any more.
    pub fn clear(&mut self) {
        self.by_number.clear();
        self.of_device.clear();
    }
}

pub(super) struct Space {
    /// The chain as it will be when everything staged is stored: by it is decided what is taken.
    pub chain: Arc<Chain>,
    pub entries: Vec<SignedEntry>,
    /// The chain as it is stored, which is all that anybody is told, and how many entries that is.
    pub told: Arc<Chain>,
    pub told_length: usize,
    /// The head as it will be when everything staged is stored.
    pub head: Cursor,
    /// The head as it is stored, which is all that anybody is told.
    pub stored: Cursor,
    /// The space itself is stored.
    pub admitted: bool,
    pub vector: BTreeMap<Incarnation, Last>,
    pub bytes: u64,
    /// Bytes of them that are the newest snapshot's.
    pub snapshot_bytes: u64,
    pub quota: Option<u64>,
    pub snapshot: u64,
    pub connections: BTreeSet<ConnectionId>,
    pub said: Said,
    /// The newest envelopes.
    pub tail: VecDeque<(u64, Arc<Envelope>)>,
    /// Envelopes on their way to the disk, with their numbers.
    pub coming: HashMap<Hash, u64>,
    tail_bytes: usize,
    /// Who handed in what, until it has been sent to everybody who follows.
    pub handed_in: HashMap<u64, ConnectionId>,
    /// Snapshots that are not whole yet, by who hands them in.
    pub parts: HashMap<ConnectionId, Parts>,
}

impl Space {
    pub fn of(kept: Kept) -> Result<Self, StorageError> {
        let chain = Chain::read(&kept.entries).map_err(|error| StorageError::Failed(error.to_string()))?;
        let chain = Arc::new(chain);
        let head = Cursor { log: kept.log, n: kept.head, hash: kept.running };
        Ok(Self {
            told: Arc::clone(&chain),
            chain,
            told_length: kept.entries.len(),
            entries: kept.entries,
            head,
            stored: head,
            admitted: true,
            vector: kept.vector,
            bytes: kept.bytes,
            snapshot_bytes: kept.snapshot_bytes,
            quota: kept.quota,
            snapshot: kept.snapshot,
            connections: BTreeSet::new(),
            said: Said::default(),
            tail: VecDeque::new(),
            coming: HashMap::new(),
            tail_bytes: 0,
            handed_in: HashMap::new(),
            parts: HashMap::new(),
        })
    }

    /// Nobody is let in before the space, and the run of its log, are stored.
    pub fn is_settled(&self) -> bool {
        self.admitted && self.head.log == self.stored.log
    }

    /// The entries that are stored, from this one on.
    pub fn told_entries(&self, from: usize) -> &[SignedEntry] {
        self.entries.get(from..self.told_length).unwrap_or_default()
    }

    /// Keeps a stored envelope at hand.
    pub fn remember(&mut self, appended: &Appended) {
        self.coming.remove(&appended.hash);
        self.tail_bytes += appended.envelope.size();
        self.tail.push_back((appended.n, Arc::new(appended.envelope.clone())));
        while self.tail.len() > TAIL_MAX || self.tail_bytes > TAIL_BYTES_MAX {
            let Some((n, envelope)) = self.tail.pop_front() else { break };
            self.tail_bytes -= envelope.size();
            self.handed_in.remove(&n);
        }
    }
}
