//! Hello, welcome, and following the log.

use std::sync::Arc;

use tovholder_crypto::{point_after, verify_hello};
use tovholder_protocol::limits::{BATCH_BYTES, ENTRY_BYTES_MAX, ENVELOPES_PER_FRAME_MAX, GREETING_BYTES_MAX};
use tovholder_protocol::{
    ChainPoint, Credential, Cursor, Hello, Item, Refusal, Signature, SignedEntry, SpaceId, ToLaptop, VERSION,
    VERSION_MIN, Welcome, decode,
};

use super::connection::{Inside, State};
use super::{After, ConnectionId, Output, Relay, send};
use crate::log::Store;

impl Relay {
    pub(super) fn hello(&mut self, id: ConnectionId, bytes: &[u8], signature: &Signature, now: i64) -> Vec<Output> {
        let Some(State::Greeting(nonce)) = self.connections.get(&id).map(|connection| connection.state.clone()) else {
            return Vec::new();
        };
        let Ok(mut hello) = decode::<Hello>(bytes, GREETING_BYTES_MAX) else {
            return self.refuse(id, Refusal::BadFrame, None, true);
        };
        if hello.version < VERSION_MIN || hello.version_min > VERSION {
            return self.refuse(id, Refusal::Version, None, true);
        }
        if verify_hello(&hello.key, &nonce.0, bytes, signature).is_err() {
            return self.refuse(id, Refusal::UnknownKey, None, true);
        }
        if hello.credential == Credential::Recovery {
            let Some(space) = self.recovery.get(&hello.key) else {
                return self.refuse(id, Refusal::UnknownKey, None, true);
            };
            hello.space = *space;
        }
        if !self.spaces.contains_key(&hello.space) {
            if hello.credential != Credential::Device {
                return self.refuse(id, Refusal::UnknownSpace, None, true);
            }
            self.set_state(id, State::Unknown(Box::new(hello)));
            return self.refuse(id, Refusal::UnknownSpace, None, false);
        }
        self.let_in(id, &hello, now)
    }

    pub(super) fn set_state(&mut self, id: ConnectionId, state: State) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.state = state;
        }
    }

    /// Who has proven their key, and whose space is here.
    pub(super) fn let_in(&mut self, id: ConnectionId, hello: &Hello, now: i64) -> Vec<Output> {
        let full = self.limits.connections_per_space_max;
        let Some(space) = self.spaces.get(&hello.space) else { return Vec::new() };
        let mut member = None;
        let refusal = match hello.credential {
            Credential::Device => match space.chain.devices().get(&hello.key) {
                None => Some(Refusal::UnknownKey),
                Some(device) if device.revoked => Some(Refusal::Revoked),
                Some(device) => {
                    member = Some(device.member);
                    None
                }
            },
            Credential::Invitation => match space.chain.invitations().get(&hello.key) {
                None => Some(Refusal::UnknownKey),
                Some(invited) if !invited.open => Some(Refusal::Used),
                Some(invited) if invited.expires < now => Some(Refusal::Expired),
                Some(_) => None,
            },
            Credential::Recovery => (space.chain.recovery().sign != hello.key).then_some(Refusal::UnknownKey),
        };
        let refusal = refusal.or((space.connections.len() >= full).then_some(Refusal::Connections));
        if let Some(why) = refusal {
            return self.refuse(id, why, None, true);
        }
        let mut outputs = Vec::new();
        let cursor = hello.cursor.filter(|cursor| cursor.n > 0);
        let resumed = match cursor {
            Some(cursor) => {
                let stands = self.stands(&hello.space, &cursor);
                if !stands && hello.credential == Credential::Device {
                    self.begin_log_if_ahead(id, &hello.space, &cursor);
                }
                stands
            }
            None => true,
        };
        let Some(space) = self.spaces.get_mut(&hello.space) else { return outputs };
        space.connections.insert(id);
        let lacking = lacking(&space.entries, &hello.chain);
        let said: Vec<Arc<ToLaptop>> = space.said.values().cloned().collect();
        let welcome = Welcome {
            version: VERSION.min(hello.version),
            head: Cursor { log: space.head.log, ..space.stored },
            resumed,
            chain: space.chain.point(),
            time: now,
            snapshot: space.snapshot,
            space: hello.space,
        };
        let sent = (resumed && !hello.quiet).then_some(cursor.map_or(0, |cursor| cursor.n));
        let inside = Inside { space: hello.space, credential: hello.credential, key: hello.key, member, sent };
        self.set_state(id, State::In(inside));
        outputs.push(send(id, ToLaptop::Welcome(welcome)));
        outputs.extend(lacking.into_iter().map(|entries| send(id, ToLaptop::Chain(entries))));
        if hello.credential == Credential::Device && !hello.quiet {
            outputs.extend(said.into_iter().map(|frame| Output::Send(id, frame)));
        }
        if self.is_behind(id) {
            outputs.push(Output::Wake(id));
        }
        outputs
    }

    /// Whether a cursor stands in the log as it is stored.
    pub(super) fn stands(&self, space: &SpaceId, cursor: &Cursor) -> bool {
        let Some(known) = self.spaces.get(space) else { return false };
        cursor.log == known.head.log
            && cursor.n <= known.stored.n
            && self.storage.running_at(space, cursor.n).ok().flatten() == Some(cursor.hash)
    }

    /// A signed cursor of this log that is beyond its head, or has another hash: something was lost here. Another run of
    /// the log begins, so that nobody takes its numbers for those that they know.
    pub(super) fn begin_log_if_ahead(&mut self, id: ConnectionId, space: &SpaceId, cursor: &Cursor) {
        let same_log = self.spaces.get(space).is_some_and(|known| known.head.log == cursor.log);
        // What is staged and not stored yet is no loss.
        let beyond = self.spaces.get(space).is_some_and(|known| cursor.n > known.head.n || cursor.n <= known.stored.n);
        if !same_log || !beyond {
            return;
        }
        let log = self.draw_log();
        if let Some(known) = self.spaces.get_mut(space) {
            known.head.log = log;
            known.said.clear();
        }
        self.staged.batch.push((*space, Store::NewLog(log)));
        self.staged.after.push(After::Told(id));
    }

    /// From here on, the log as it grows.
    pub(super) fn follow(&mut self, id: ConnectionId, cursor: &Cursor, now: i64) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let stands = cursor.n == 0 && self.spaces.get(&inside.space).is_some_and(|space| space.head.log == cursor.log)
            || self.stands(&inside.space, cursor);
        if !stands {
            let Some(space) = self.spaces.get(&inside.space) else { return Vec::new() };
            let welcome = Welcome {
                version: VERSION,
                head: Cursor { log: space.head.log, ..space.stored },
                resumed: false,
                chain: space.chain.point(),
                time: now,
                snapshot: space.snapshot,
                space: inside.space,
            };
            return vec![send(id, ToLaptop::Welcome(welcome))];
        }
        if let Some(State::In(inside)) = self.connections.get_mut(&id).map(|connection| &mut connection.state) {
            inside.sent = Some(cursor.n);
        }
        if self.is_behind(id) { vec![Output::Wake(id)] } else { Vec::new() }
    }

    pub(super) fn inside(&self, id: ConnectionId) -> Option<Inside> {
        match self.connections.get(&id).map(|connection| &connection.state) {
            Some(State::In(inside)) => Some(inside.clone()),
            _ => None,
        }
    }

    /// Whether the log has more for this connection.
    pub(super) fn is_behind(&self, id: ConnectionId) -> bool {
        let Some(State::In(inside)) = self.connections.get(&id).map(|connection| &connection.state) else {
            return false;
        };
        let Some(space) = self.spaces.get(&inside.space) else { return false };
        inside.sent.is_some_and(|sent| sent < space.stored.n)
    }

    /// The next part of the log for this connection, when its socket has drained.
    pub fn pump(&mut self, id: ConnectionId) -> Option<Arc<ToLaptop>> {
        let inside = self.inside(id)?;
        let sent = inside.sent?;
        let space = self.spaces.get(&inside.space)?;
        if sent >= space.stored.n {
            return None;
        }
        let at_hand = space.tail.front().is_some_and(|(first, _)| *first <= sent + 1);
        let found: Vec<(u64, Arc<tovholder_protocol::Envelope>)> = if at_hand {
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
            let read = self.storage.envelopes(&inside.space, sent, ENVELOPES_PER_FRAME_MAX, BATCH_BYTES).ok()?;
            read.into_iter().filter(|(n, _)| *n <= stored).map(|(n, envelope)| (n, Arc::new(envelope))).collect()
        };
        let (last, _) = found.last()?;
        let last = *last;
        let hash = if last == space.stored.n {
            space.stored.hash
        } else {
            self.storage.running_at(&inside.space, last).ok()??
        };
        let after = Cursor { log: space.head.log, n: last, hash };
        let items: Vec<Item> = found
            .iter()
            .map(|(n, envelope)| {
                if space.handed_in.get(n) == Some(&id) {
                    Item::Yours(tovholder_crypto::envelope_hash(&inside.space, &envelope.header))
                } else {
                    Item::Whole(envelope.as_ref().clone())
                }
            })
            .collect();
        self.counted.delivered += u64::try_from(items.len()).unwrap_or(0);
        if let Some(State::In(inside)) = self.connections.get_mut(&id).map(|connection| &mut connection.state) {
            inside.sent = Some(last);
        }
        Some(Arc::new(ToLaptop::Log { first: sent + 1, items, after }))
    }
}

/// The entries behind this point, in frames that are not too long; none when the point is not one of ours.
fn lacking(entries: &[SignedEntry], point: &ChainPoint) -> Vec<Vec<SignedEntry>> {
    let length = usize::try_from(point.length).unwrap_or(usize::MAX);
    let (Some(before), Some(rest)) = (entries.get(..length), entries.get(length..)) else { return Vec::new() };
    if before.last().and_then(point_after).unwrap_or_default() != *point {
        return Vec::new();
    }
    let mut frames: Vec<Vec<SignedEntry>> = Vec::new();
    let mut room = 0;
    for entry in rest {
        let size = entry.body.len() + 80;
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
