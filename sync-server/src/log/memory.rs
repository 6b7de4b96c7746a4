//! Storage in memory, for tests: commits can be made to fail, and yesterday can be brought back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tovholder_protocol::{Envelope, Hash, SnapshotPart, SpaceId};

use super::{Appended, Batch, Kept, Last, Storage, StorageError, Store};

#[derive(Debug, Clone, Default)]
struct Space {
    kept: Option<Kept>,
    log: Vec<Appended>,
    parts: Vec<SnapshotPart>,
}

#[derive(Debug, Clone, Default)]
struct Inside {
    spaces: BTreeMap<SpaceId, Space>,
    codes: BTreeSet<String>,
    fail_next: bool,
}

/// Storage in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Inside>);

/// Everything as it was at a moment.
#[derive(Debug, Clone)]
pub struct Yesterday(Inside);

impl Memory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next commit fails, and stores nothing.
    pub fn fail_next_commit(&self) {
        self.lock().fail_next = true;
    }

    /// Hands out a code.
    pub fn add_code(&self, code: &str) {
        self.lock().codes.insert(code.to_owned());
    }

    /// Everything as it is now.
    pub fn copy(&self) -> Yesterday {
        Yesterday(self.lock().clone())
    }

    /// Everything as it was then.
    pub fn bring_back(&self, yesterday: &Yesterday) {
        *self.lock() = yesterday.0.clone();
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

impl Storage for Memory {
    fn spaces(&self) -> Result<Vec<SpaceId>, StorageError> {
        Ok(self.lock().spaces.keys().copied().collect())
    }

    fn load(&self, space: &SpaceId) -> Result<Option<Kept>, StorageError> {
        Ok(self.lock().spaces.get(space).and_then(|space| space.kept.clone()))
    }

    fn envelopes(
        &self,
        space: &SpaceId,
        after: u64,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Envelope)>, StorageError> {
        let inside = self.lock();
        let Some(space) = inside.spaces.get(space) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut bytes = 0;
        for appended in space.log.iter().skip(place(after)).take(count_max) {
            bytes += appended.envelope.size();
            if bytes > bytes_max && !found.is_empty() {
                break;
            }
            found.push((appended.n, appended.envelope.clone()));
        }
        Ok(found)
    }

    fn hashes(&self, space: &SpaceId, after: u64, count_max: usize) -> Result<Vec<Hash>, StorageError> {
        let inside = self.lock();
        let log = inside.spaces.get(space).map(|space| space.log.as_slice()).unwrap_or_default();
        Ok(log.iter().skip(place(after)).take(count_max).map(|appended| appended.hash).collect())
    }

    fn running_at(&self, space: &SpaceId, n: u64) -> Result<Option<Hash>, StorageError> {
        if n == 0 {
            return Ok(Some(Hash::default()));
        }
        let inside = self.lock();
        let found = inside.spaces.get(space).and_then(|space| space.log.get(place(n - 1)));
        Ok(found.map(|appended| appended.running))
    }

    fn number_of(&self, space: &SpaceId, hash: &Hash) -> Result<Option<u64>, StorageError> {
        let inside = self.lock();
        let log = inside.spaces.get(space).map(|space| space.log.as_slice()).unwrap_or_default();
        Ok(log.iter().find(|appended| appended.hash == *hash).map(|appended| appended.n))
    }

    fn part(&self, space: &SpaceId, index: u32) -> Result<Option<SnapshotPart>, StorageError> {
        let inside = self.lock();
        let parts = inside.spaces.get(space).map(|space| space.parts.as_slice()).unwrap_or_default();
        Ok(parts.get(place(u64::from(index))).cloned())
    }

    fn code(&self, code: &str) -> Result<Option<Option<u64>>, StorageError> {
        Ok(self.lock().codes.contains(code).then_some(None))
    }

    fn commit(&self, batch: &Batch) -> Result<(), StorageError> {
        let mut inside = self.lock();
        if std::mem::take(&mut inside.fail_next) {
            return Err(StorageError::Failed("asked to fail".to_owned()));
        }
        for (id, store) in batch {
            apply(&mut inside, *id, store);
        }
        Ok(())
    }
}

fn apply(inside: &mut Inside, id: SpaceId, store: &Store) {
    if let Store::Admit { code: Some(code), .. } = store {
        inside.codes.remove(code);
    }
    let space = inside.spaces.entry(id).or_default();
    if let Store::Admit { log, entries, .. } = store {
        space.kept = Some(Kept {
            entries: entries.clone(),
            log: *log,
            head: 0,
            running: Hash::default(),
            vector: BTreeMap::new(),
            bytes: 0,
            quota: None,
            snapshot: 0,
        });
        return;
    }
    let Some(kept) = space.kept.as_mut() else { return };
    match store {
        Store::Admit { .. } => {}
        Store::Append(appended) => {
            kept.head = appended.n;
            kept.running = appended.running;
            kept.bytes += u64::try_from(appended.envelope.size()).unwrap_or(0);
            let last = Last { counter: appended.counter, hash: appended.hash, device: appended.device };
            kept.vector.insert(appended.incarnation, last);
            space.log.push(appended.clone());
        }
        Store::Entry(_, entry) => kept.entries.push(entry.clone()),
        Store::NewLog(log) => kept.log = *log,
        Store::Snapshot { n, parts } => {
            kept.snapshot = *n;
            space.parts.clone_from(parts);
        }
    }
}
