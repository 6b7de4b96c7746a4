//! Storage in memory, for tests: commits can be made to fail, and yesterday can be brought back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tovholder_protocol::{Envelope, Hash, SnapshotPart, SpaceId};

use super::{Appended, Batch, Kept, Last, Storage, StorageError, Store, part_size};

#[derive(Debug, Clone, Default)]
struct Space {
    kept: Option<Kept>,
    log: Vec<Arc<Appended>>,
    numbers: BTreeMap<Hash, u64>,
    parts: Vec<SnapshotPart>,
    calendar: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
struct Inside {
    spaces: BTreeMap<SpaceId, Space>,
    codes: BTreeMap<String, Option<u64>>,
    fail_next: bool,
    fail_reads: bool,
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

    /// From now on nothing can be read, or again.
    pub fn fail_reads(&self, fail: bool) {
        self.lock().fail_reads = fail;
    }

    /// Hands out a code.
    pub fn add_code(&self, code: &str) {
        self.add_code_with_quota(code, None);
    }

    /// Hands out a code that says how many bytes may be filled.
    pub fn add_code_with_quota(&self, code: &str, quota: Option<u64>) {
        self.lock().codes.insert(code.to_owned(), quota);
    }

    /// Sets a space's quota, as the host does.
    pub fn set_quota(&self, space: &SpaceId, quota: u64) {
        if let Some(kept) = self.lock().spaces.get_mut(space).and_then(|space| space.kept.as_mut()) {
            kept.quota = Some(quota);
        }
    }

    /// Removes a space, as the host does.
    pub fn remove(&self, space: &SpaceId) {
        self.lock().spaces.remove(space);
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

    fn reading(&self) -> Result<MutexGuard<'_, Inside>, StorageError> {
        let inside = self.lock();
        if inside.fail_reads { Err(StorageError::Failed("asked to fail".to_owned())) } else { Ok(inside) }
    }
}

fn place(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

impl Storage for Memory {
    fn spaces(&self) -> Result<Vec<(SpaceId, Option<u64>)>, StorageError> {
        let inside = self.reading()?;
        Ok(inside.spaces.iter().map(|(id, space)| (*id, space.kept.as_ref().and_then(|kept| kept.quota))).collect())
    }

    fn load(&self, space: &SpaceId) -> Result<Option<Kept>, StorageError> {
        Ok(self.reading()?.spaces.get(space).and_then(|space| space.kept.clone()))
    }

    fn envelopes(
        &self,
        space: &SpaceId,
        after: u64,
        count_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(u64, Envelope)>, StorageError> {
        let inside = self.reading()?;
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
        let inside = self.reading()?;
        let log = inside.spaces.get(space).map(|space| space.log.as_slice()).unwrap_or_default();
        Ok(log.iter().skip(place(after)).take(count_max).map(|appended| appended.hash).collect())
    }

    fn running_at(&self, space: &SpaceId, n: u64) -> Result<Option<Hash>, StorageError> {
        if n == 0 {
            return Ok(Some(Hash::default()));
        }
        let inside = self.reading()?;
        let found = inside.spaces.get(space).and_then(|space| space.log.get(place(n - 1)));
        Ok(found.map(|appended| appended.running))
    }

    fn number_of(&self, space: &SpaceId, hash: &Hash) -> Result<Option<u64>, StorageError> {
        let inside = self.reading()?;
        Ok(inside.spaces.get(space).and_then(|space| space.numbers.get(hash).copied()))
    }

    fn part(&self, space: &SpaceId, index: u32) -> Result<Option<SnapshotPart>, StorageError> {
        let inside = self.reading()?;
        let parts = inside.spaces.get(space).map(|space| space.parts.as_slice()).unwrap_or_default();
        Ok(parts.get(place(u64::from(index))).cloned())
    }

    fn calendar(&self, space: &SpaceId) -> Result<Option<Vec<u8>>, StorageError> {
        let inside = self.reading()?;
        let kept = inside.spaces.get(space).map(|space| space.calendar.clone());
        Ok(kept.filter(|text| !text.is_empty()))
    }

    fn code(&self, code: &str) -> Result<Option<Option<u64>>, StorageError> {
        Ok(self.reading()?.codes.get(code).copied())
    }

    fn commit(&self, batch: &Batch) -> Result<(), StorageError> {
        let mut inside = self.lock();
        if std::mem::take(&mut inside.fail_next) {
            return Err(StorageError::Failed("asked to fail".to_owned()));
        }
        // On copies of what is touched: a batch that fails half way must leave nothing.
        let mut codes = inside.codes.clone();
        let mut touched: BTreeMap<SpaceId, Space> = BTreeMap::new();
        for (id, store) in batch {
            let known = inside.spaces.get(id);
            let space = touched.entry(*id).or_insert_with(|| known.cloned().unwrap_or_default());
            apply(space, &mut codes, store)?;
        }
        inside.codes = codes;
        inside.spaces.extend(touched);
        Ok(())
    }
}

fn failed(why: &str) -> StorageError {
    StorageError::Failed(why.to_owned())
}

fn apply(space: &mut Space, codes: &mut BTreeMap<String, Option<u64>>, store: &Store) -> Result<(), StorageError> {
    if let Store::Admit { log, entries, code } = store {
        if space.kept.is_some() {
            return Err(failed("the space is here already"));
        }
        let quota = match code {
            Some(code) => codes.remove(code).ok_or_else(|| failed("the code was used"))?,
            None => None,
        };
        space.kept = Some(Kept {
            entries: entries.clone(),
            log: *log,
            head: 0,
            running: Hash::default(),
            vector: BTreeMap::new(),
            bytes: 0,
            snapshot_bytes: 0,
            quota,
            snapshot: 0,
        });
        return Ok(());
    }
    let kept = space.kept.as_mut().ok_or_else(|| failed("the space was removed"))?;
    match store {
        Store::Admit { .. } => {}
        Store::Append(appended) => {
            if appended.n != kept.head + 1 || space.numbers.contains_key(&appended.hash) {
                return Err(failed("the number or the envelope is taken"));
            }
            kept.head = appended.n;
            kept.running = appended.running;
            kept.bytes += u64::try_from(appended.envelope.size()).unwrap_or(0);
            let last = Last { counter: appended.counter, hash: appended.hash, device: appended.device };
            kept.vector.insert(appended.incarnation, last);
            space.numbers.insert(appended.hash, appended.n);
            space.log.push(Arc::new(appended.clone()));
        }
        Store::Entry(n, entry) => {
            if u64::try_from(kept.entries.len()).ok() != Some(*n) {
                return Err(failed("the entry's number is taken"));
            }
            kept.entries.push(entry.clone());
        }
        Store::NewLog(log) => kept.log = *log,
        Store::Calendar(text) => space.calendar.clone_from(text),
        Store::Snapshot { n, parts } => {
            let bytes = parts.iter().map(part_size).sum::<usize>();
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            kept.bytes = kept.bytes - kept.snapshot_bytes + bytes;
            kept.snapshot_bytes = bytes;
            kept.snapshot = *n;
            space.parts.clone_from(parts);
        }
    }
    Ok(())
}
