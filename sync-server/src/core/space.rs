//! A space in memory: chain, heads, who is connected, the newest envelopes.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use tovholder_crypto::Chain;
use tovholder_protocol::{Cursor, DeviceKey, Envelope, Hash, Incarnation, SnapshotPart, ToLaptop};

use super::ConnectionId;
use crate::log::{Appended, Kept, Last, StorageError};

/// Envelopes kept in memory per space, so that those who follow are not fed from the disk.
const TAIL_MAX: usize = 64;
/// Bytes of them.
const TAIL_BYTES_MAX: usize = 256 * 1024;

pub(super) struct Space {
    pub chain: Chain,
    pub entries: Vec<tovholder_protocol::SignedEntry>,
    /// The head as it will be when everything staged is stored.
    pub head: Cursor,
    /// The head as it is stored, which is all that anybody is told.
    pub stored: Cursor,
    pub vector: BTreeMap<Incarnation, Last>,
    pub bytes: u64,
    pub quota: Option<u64>,
    pub snapshot: u64,
    pub connections: BTreeSet<ConnectionId>,
    /// What each connected device said last.
    pub said: HashMap<DeviceKey, Arc<ToLaptop>>,
    /// The newest envelopes, with the connection that handed each in.
    pub tail: VecDeque<(u64, Arc<Envelope>)>,
    /// Envelopes on their way to the disk, with their numbers.
    pub coming: HashMap<Hash, u64>,
    tail_bytes: usize,
    /// Who handed in what, until it has been sent to everybody who follows.
    pub handed_in: HashMap<u64, ConnectionId>,
    /// Parts of a snapshot that is not whole yet, by who hands them in.
    pub parts: HashMap<ConnectionId, Vec<SnapshotPart>>,
}

impl Space {
    pub fn of(kept: Kept) -> Result<Self, StorageError> {
        let chain = Chain::read(&kept.entries).map_err(|error| StorageError::Failed(error.to_string()))?;
        let head = Cursor { log: kept.log, n: kept.head, hash: kept.running };
        Ok(Self {
            chain,
            entries: kept.entries,
            head,
            stored: head,
            vector: kept.vector,
            bytes: kept.bytes,
            quota: kept.quota,
            snapshot: kept.snapshot,
            connections: BTreeSet::new(),
            said: HashMap::new(),
            tail: VecDeque::new(),
            coming: HashMap::new(),
            tail_bytes: 0,
            handed_in: HashMap::new(),
            parts: HashMap::new(),
        })
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
