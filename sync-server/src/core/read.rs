//! Lists, single envelopes, snapshots, and what members tell each other.

use tovholder_crypto::{sha256, verify_snapshot};
use tovholder_protocol::limits::{BATCH_BYTES, HASHES_PER_FRAME_MAX, STATEMENT_BYTES_MAX};
use tovholder_protocol::{Credential, Cursor, Hash, Refusal, Role, Signature, SnapshotHeader, SnapshotPart, ToLaptop};

use super::connection::Inside;
use super::{After, ConnectionId, Output, Relay, send};
use crate::log::Store;

/// Numbers that may be asked for at once.
const FETCH_MAX: usize = 4_096;
/// Bytes of snapshot parts that wait in memory for the rest of theirs, of all spaces together.
const PARTS_BYTES_MAX: usize = 256 * 1024 * 1024;

impl Relay {
    pub(super) fn list(&mut self, id: ConnectionId, after: u64) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let Some(space) = self.spaces.get(&inside.space) else { return Vec::new() };
        let Cursor { log, n: stored, .. } = space.stored;
        match self.storage.hashes(&inside.space, after, HASHES_PER_FRAME_MAX) {
            Ok(mut hashes) => {
                hashes.truncate(usize::try_from(stored.saturating_sub(after)).unwrap_or(usize::MAX));
                vec![send(id, ToLaptop::Hashes { log, first: after.saturating_add(1), hashes })]
            }
            Err(_) => self.refuse(id, Refusal::Storage, None, true),
        }
    }

    pub(super) fn fetch(&mut self, id: ConnectionId, numbers: &[u64]) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        if numbers.is_empty() || numbers.len() > FETCH_MAX {
            return self.refuse(id, Refusal::BadFrame, None, true);
        }
        // What fits into one frame; the rest is asked for again.
        let (mut found, mut bytes) = (Vec::new(), 0);
        let mut wanted = numbers.iter().copied().filter(|n| *n > 0).peekable();
        while let Some(first) = wanted.next() {
            // Runs are read in one go.
            let mut run = 1;
            while wanted.peek() == Some(&(first.saturating_add(run))) {
                wanted.next();
                run += 1;
            }
            let count = usize::try_from(run).unwrap_or(1);
            let room = BATCH_BYTES.saturating_sub(bytes);
            match self.storage.envelopes(&inside.space, first.saturating_sub(1), count, room) {
                Ok(read) => {
                    for (n, envelope) in read {
                        bytes += envelope.size();
                        found.push((n, envelope));
                    }
                }
                Err(_) => return self.refuse(id, Refusal::Storage, None, true),
            }
            if bytes >= BATCH_BYTES {
                break;
            }
        }
        self.counted.delivered += u64::try_from(found.len()).unwrap_or(0);
        vec![send(id, ToLaptop::Envelopes(found))]
    }

    pub(super) fn say(
        &mut self,
        id: ConnectionId,
        cursor: Cursor,
        sealed: Vec<u8>,
        signature: Signature,
    ) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let Some(space) = self.spaces.get(&inside.space) else { return Vec::new() };
        let fits = inside.credential == Credential::Device && sealed.len() <= STATEMENT_BYTES_MAX;
        if !fits || space.chain.verify_statement(&inside.key, &cursor, &sealed, &signature).is_err() {
            return self.refuse(id, Refusal::NotAllowed, None, false);
        }
        if self.stands(&inside.space, &cursor) == Ok(false) && self.begin_log_if_ahead(&inside.space, &cursor) {
            // It is said of the log before.
            self.staged.after.push(After::Told(id));
            return Vec::new();
        }
        let Some(space) = self.spaces.get_mut(&inside.space) else { return Vec::new() };
        space.said.say(inside.key, id, ToLaptop::Said { device: inside.key, cursor, sealed, signature });
        let others = space.connections.clone();
        others.into_iter().filter(|other| self.has_more(*other)).map(Output::Wake).collect()
    }

    pub(super) fn put_part(&mut self, id: ConnectionId, part: SnapshotPart) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let role = self.spaces.get(&inside.space).and_then(|space| space.chain.role(&inside.key));
        if inside.credential != Credential::Device || role < Some(Role::Editor) {
            return self.refuse(id, Refusal::NotAllowed, None, false);
        }
        let hash = sha256(&[&part.body]);
        let Ok(header) = verify_snapshot(&inside.space, &part) else {
            return self.refuse(id, Refusal::BadEnvelope, Some(hash), false);
        };
        match self.stands(&inside.space, &header.cursor) {
            Ok(true) if header.device == inside.key => {}
            Ok(_) => return self.refuse(id, Refusal::BadEnvelope, Some(hash), false),
            Err(_) => return self.refuse(id, Refusal::Storage, None, true),
        }
        if let Err(why) = self.gather(id, &inside, part, &header, hash) {
            return self.refuse(id, why, Some(hash), false);
        }
        Vec::new()
    }

    /// Keeps a part until its snapshot is whole. Parts that wait are bounded: together, and each snapshot by the quota.
    fn gather(
        &mut self,
        id: ConnectionId,
        inside: &Inside,
        part: SnapshotPart,
        header: &SnapshotHeader,
        hash: Hash,
    ) -> Result<(), Refusal> {
        let quota_default = self.limits.quota_bytes;
        let space = self.spaces.get_mut(&inside.space).ok_or(Refusal::UnknownSpace)?;
        if header.cursor.n < space.snapshot {
            // There is a newer one, which is more use to those who come.
            return Err(Refusal::StaleCut);
        }
        let gathered = space.parts.entry(id).or_default();
        if part.index == 0 {
            self.parts_bytes -= std::mem::take(gathered).bytes;
        }
        let next = u32::try_from(gathered.parts.len()).unwrap_or(u32::MAX);
        if part.index != next || gathered.parts.first().is_some_and(|first| first.header != part.header) {
            return Err(Refusal::Gap);
        }
        let size = crate::log::part_size(&part);
        let bytes = gathered.bytes + size;
        let room = space.quota.unwrap_or(quota_default).saturating_sub(space.bytes - space.snapshot_bytes);
        let fits_quota = u64::try_from(bytes).is_ok_and(|bytes| bytes <= room);
        if !fits_quota || self.parts_bytes + size > PARTS_BYTES_MAX {
            self.parts_bytes -= space.parts.remove(&id).map_or(0, |parts| parts.bytes);
            return Err(if fits_quota { Refusal::Rate } else { Refusal::Quota });
        }
        self.parts_bytes += size;
        gathered.bytes = bytes;
        gathered.parts.push(part);
        if gathered.parts.len() == header.parts.len() {
            let whole = space.parts.remove(&id).unwrap_or_default();
            self.parts_bytes -= whole.bytes;
            let bytes = u64::try_from(whole.bytes).unwrap_or(u64::MAX);
            space.bytes = space.bytes - space.snapshot_bytes + bytes;
            space.snapshot_bytes = bytes;
            self.staged.batch.push((inside.space, Store::Snapshot { n: header.cursor.n, parts: whole.parts }));
        }
        self.staged.after.push(After::Stands(id, hash));
        Ok(())
    }

    pub(super) fn get_part(&mut self, id: ConnectionId, index: u32) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        match self.storage.part(&inside.space, index) {
            Ok(part) => vec![send(id, ToLaptop::Part(part))],
            Err(_) => self.refuse(id, Refusal::Storage, None, true),
        }
    }
}
