//! What a connection is fed as it drains: the chain, what the others say, the log; in this order.

use std::sync::Arc;

use tovholder_crypto::envelope_hash;
use tovholder_protocol::limits::{BATCH_BYTES, ENTRY_BYTES_MAX, ENVELOPES_PER_FRAME_MAX};
use tovholder_protocol::{Credential, Cursor, Envelope, Item, Refusal, Refused, SignedEntry, ToLaptop};

use super::connection::{Inside, State};
use super::{ConnectionId, Relay};
use crate::log::StorageError;

/// Bytes of an entry beside its body.
const ENTRY_REST_BYTES: usize = 80;

impl Relay {
    /// Whether there is more for this connection.
    pub fn has_more(&self, id: ConnectionId) -> bool {
        let Some(State::In(inside)) = self.connections.get(&id).map(|connection| &connection.state) else {
            return false;
        };
        let Some(space) = self.spaces.get(&inside.space) else { return false };
        inside.chain_sent < space.told_length
            || inside.sent.is_some_and(|sent| sent < space.stored.n)
            || hears(inside) && space.said.next(inside.said_sent, &inside.key).is_some()
    }

    /// The next part of what this connection lacks, when its socket has drained. A refusal that is closing is the last.
    pub fn pump(&mut self, id: ConnectionId) -> Option<Arc<ToLaptop>> {
        let mut inside = self.inside(id)?;
        if let Ok(frame) = self.next_for(id, &mut inside) {
            self.set_state(id, State::In(inside));
            return frame;
        }
        // What it lacks cannot be read just now; without an end it would wait for ever.
        drop(self.refuse(id, Refusal::Storage, None, true));
        Some(Arc::new(ToLaptop::Refused(Refused { why: Refusal::Storage, what: None, closing: true })))
    }

    fn next_for(&mut self, id: ConnectionId, inside: &mut Inside) -> Result<Option<Arc<ToLaptop>>, StorageError> {
        let Some(space) = self.spaces.get(&inside.space) else { return Ok(None) };
        if let Some(entries) = frames(space.told_entries(inside.chain_sent)).into_iter().next() {
            inside.chain_sent += entries.len();
            return Ok(Some(Arc::new(ToLaptop::Chain(entries))));
        }
        if hears(inside)
            && let Some((number, frame)) = space.said.next(inside.said_sent, &inside.key)
        {
            inside.said_sent = number;
            return Ok(Some(frame));
        }
        self.next_of_log(id, inside)
    }

    fn next_of_log(&mut self, id: ConnectionId, inside: &mut Inside) -> Result<Option<Arc<ToLaptop>>, StorageError> {
        let Some(space) = self.spaces.get(&inside.space) else { return Ok(None) };
        let Some(sent) = inside.sent.filter(|sent| *sent < space.stored.n) else { return Ok(None) };
        let at_hand = space.tail.front().is_some_and(|(first, _)| *first <= sent + 1);
        let found: Vec<(u64, Arc<Envelope>)> = if at_hand {
            let mut bytes = 0;
            let newer = space.tail.iter().filter(|(n, _)| *n > sent).cloned();
            newer
                .take_while(|(n, envelope)| {
                    bytes += envelope.size();
                    *n == sent + 1 || bytes <= BATCH_BYTES
                })
                .collect()
        } else {
            let stored = space.stored.n;
            let read = self.storage.envelopes(&inside.space, sent, ENVELOPES_PER_FRAME_MAX, BATCH_BYTES)?;
            read.into_iter().filter(|(n, _)| *n <= stored).map(|(n, envelope)| (n, Arc::new(envelope))).collect()
        };
        let torn = || StorageError::Failed("a part of the log is not there".to_owned());
        let last = found.last().ok_or_else(torn)?.0;
        let hash = if last == space.stored.n {
            space.stored.hash
        } else {
            self.storage.running_at(&inside.space, last)?.ok_or_else(torn)?
        };
        let after = Cursor { log: space.stored.log, n: last, hash };
        let items: Vec<Item> = found
            .iter()
            .map(|(n, envelope)| {
                if space.handed_in.get(n) == Some(&id) {
                    Item::Yours(envelope_hash(&inside.space, &envelope.header))
                } else {
                    Item::Whole(envelope.as_ref().clone())
                }
            })
            .collect();
        self.counted.delivered += u64::try_from(items.len()).unwrap_or(0);
        inside.sent = Some(last);
        Ok(Some(Arc::new(ToLaptop::Log { first: sent + 1, items, after })))
    }
}

/// Who follows the log hears what the others say; an invitation does not.
fn hears(inside: &Inside) -> bool {
    inside.credential == Credential::Device && inside.sent.is_some()
}

/// Entries in frames that are not too long.
pub(super) fn frames(entries: &[SignedEntry]) -> Vec<Vec<SignedEntry>> {
    let mut frames: Vec<Vec<SignedEntry>> = Vec::new();
    let mut room = 0;
    for entry in entries {
        let size = entry.body.len() + ENTRY_REST_BYTES;
        match frames.last_mut() {
            Some(frame) if size <= room => {
                room -= size;
                frame.push(entry.clone());
            }
            _ => {
                room = (ENTRY_BYTES_MAX * 2).saturating_sub(size);
                frames.push(vec![entry.clone()]);
            }
        }
    }
    frames
}
