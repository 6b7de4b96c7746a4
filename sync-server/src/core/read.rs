//! Lists, single envelopes, snapshots, and what members tell each other.

use std::sync::Arc;

use tovholder_crypto::{sha256, verify_snapshot};
use tovholder_protocol::limits::{BATCH_BYTES, HASHES_PER_FRAME_MAX, STATEMENT_BYTES_MAX};
use tovholder_protocol::{Credential, Cursor, Refusal, Role, Signature, SnapshotPart, ToLaptop};

use super::{After, ConnectionId, Output, Relay, send};
use crate::log::Store;

/// Numbers that may be asked for at once.
const FETCH_MAX: usize = 4_096;

impl Relay {
    pub(super) fn list(&mut self, id: ConnectionId, after: u64) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let Some(space) = self.spaces.get(&inside.space) else { return Vec::new() };
        let (log, stored) = (space.head.log, space.stored.n);
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
        let mut wanted = numbers.iter().copied().peekable();
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
        if !self.stands(&inside.space, &cursor) {
            self.begin_log_if_ahead(id, &inside.space, &cursor);
        }
        let Some(space) = self.spaces.get_mut(&inside.space) else { return Vec::new() };
        let frame = Arc::new(ToLaptop::Said { device: inside.key, cursor, sealed, signature });
        space.said.insert(inside.key, Arc::clone(&frame));
        let others = space.connections.iter().filter(|other| **other != id).copied();
        others.map(|other| Output::Send(other, Arc::clone(&frame))).collect()
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
        if header.device != inside.key || !self.stands(&inside.space, &header.cursor) {
            return self.refuse(id, Refusal::BadEnvelope, Some(hash), false);
        }
        let Some(space) = self.spaces.get_mut(&inside.space) else { return Vec::new() };
        let parts = space.parts.entry(id).or_default();
        if part.index == 0 {
            parts.clear();
        }
        let next = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        if part.index != next || parts.first().is_some_and(|first| first.header != part.header) {
            return self.refuse(id, Refusal::Gap, Some(hash), false);
        }
        parts.push(part);
        if parts.len() < header.parts.len() {
            return vec![send(id, ToLaptop::Stands(hash))];
        }
        let parts = space.parts.remove(&id).unwrap_or_default();
        self.staged.batch.push((inside.space, Store::Snapshot { n: header.cursor.n, parts }));
        self.staged.after.push(After::Stands(id, hash));
        Vec::new()
    }

    pub(super) fn get_part(&mut self, id: ConnectionId, index: u32) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        match self.storage.part(&inside.space, index) {
            Ok(part) => vec![send(id, ToLaptop::Part(part))],
            Err(_) => self.refuse(id, Refusal::Storage, None, true),
        }
    }
}
