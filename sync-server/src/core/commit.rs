//! What a commit brings: acknowledgements when it returned, memory as before when it failed.

use std::collections::{BTreeMap, BTreeSet};

use tovholder_protocol::{Hash, Refusal, SpaceId, ToLaptop};

use super::connection::State;
use super::space::Space;
use super::{After, ConnectionId, InFlight, Output, Relay, send};
use crate::log::{StorageError, Store};

/// Acknowledgements of one commit, gathered per connection.
type Acks = BTreeMap<ConnectionId, Vec<(Hash, u64)>>;

impl Relay {
    /// The commit has returned: what came of it is told.
    pub fn committed(&mut self, batch: InFlight, result: &Result<(), StorageError>, now: i64) -> Vec<Output> {
        self.in_flight = false;
        self.forget_codes(&batch);
        if result.is_err() {
            return self.not_committed(batch);
        }
        self.counted.commits += u64::from(!batch.batch.is_empty());
        self.counted.stored += u64::try_from(batch.batch.len()).unwrap_or(0);
        for (id, store) in &batch.batch {
            self.note_stored(id, store);
        }
        let mut outputs = Vec::new();
        let mut acks = Acks::new();
        let mut grown = BTreeSet::new();
        for after in batch.after {
            match after {
                After::Ack(id, hash, n) => acks.entry(id).or_default().push((hash, n)),
                After::Grew(space) => drop(grown.insert(space)),
                After::Told(_) => {}
                other => {
                    // In the order in which it was handed in, and before anybody is shut out.
                    acknowledge(&mut acks, &mut outputs);
                    outputs.extend(self.follow_up(other, now));
                }
            }
        }
        acknowledge(&mut acks, &mut outputs);
        for space in grown {
            let following = self.spaces.get(&space).map(|space| space.connections.clone()).unwrap_or_default();
            outputs.extend(following.into_iter().filter(|id| self.has_more(*id)).map(Output::Wake));
        }
        outputs
    }

    fn follow_up(&mut self, after: After, now: i64) -> Vec<Output> {
        match after {
            After::Stands(id, hash) => vec![send(id, ToLaptop::Stands(hash))],
            After::No(id, why, what, from) => self.say_no(id, why, what, from),
            After::Entry(space, from, chain, length) => self.entry_stands(&space, from, chain, length, now),
            After::Anew(space) => self.begin_anew(&space, now),
            After::Done(id) => {
                self.disconnected(id);
                vec![Output::Close(id)]
            }
            After::Enter(id) => self.enter(id, now),
            After::Ack(..) | After::Grew(_) | After::Told(_) => Vec::new(),
        }
    }

    fn say_no(&mut self, id: ConnectionId, why: Refusal, what: Option<Hash>, from: Option<usize>) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let mut outputs = Vec::new();
        if let (Some(from), Some(space)) = (from, self.spaces.get(&inside.space)) {
            let rest = space.told_entries(from);
            if !rest.is_empty() {
                outputs.extend(super::pump::frames(rest).into_iter().map(|entries| send(id, ToLaptop::Chain(entries))));
            }
        }
        outputs.extend(self.refuse(id, why, what, false));
        outputs
    }

    /// Commits what is staged here and now. For tests, and for carriers that need no more.
    pub fn flush(&mut self, now: i64) -> Vec<Output> {
        let mut outputs = Vec::new();
        while self.wants_commit() {
            let batch = self.take_batch();
            let result = if batch.batch.is_empty() { Ok(()) } else { self.storage.commit(&batch.batch) };
            outputs.extend(self.committed(batch, &result, now));
        }
        outputs
    }

    /// Memory goes back to what is stored, and whoever handed something in is told to come again.
    fn not_committed(&mut self, batch: InFlight) -> Vec<Output> {
        self.counted.commits_failed += 1;
        // What was staged meanwhile stands on what was not stored.
        let later = std::mem::take(&mut self.staged);
        self.forget_codes(&later);
        let mut touched = BTreeSet::new();
        let mut senders = BTreeSet::new();
        for one in [batch, later] {
            touched.extend(one.batch.iter().map(|(space, _)| *space));
            senders.extend(one.after.iter().filter_map(|after| match after {
                After::Ack(id, ..)
                | After::Stands(id, _)
                | After::No(id, ..)
                | After::Told(id)
                | After::Enter(id)
                | After::Done(id) => Some(*id),
                After::Grew(_) | After::Entry(..) | After::Anew(_) => None,
            }));
        }
        let mut outputs = Vec::new();
        for id in senders.into_iter().filter(|id| self.connections.contains_key(id)).collect::<Vec<_>>() {
            outputs.extend(self.refuse(id, Refusal::Storage, None, true));
        }
        for space in touched {
            outputs.extend(self.reload_or_close(&space));
        }
        outputs
    }

    fn forget_codes(&mut self, batch: &InFlight) {
        for (_, store) in &batch.batch {
            if let Store::Admit { code: Some(code), .. } = store {
                self.codes.remove(code);
            }
        }
    }

    fn note_stored(&mut self, id: &SpaceId, store: &Store) {
        let Some(space) = self.spaces.get_mut(id) else { return };
        match store {
            Store::Append(appended) => {
                self.counted.envelopes += 1;
                self.counted.bytes += u64::try_from(appended.envelope.size()).unwrap_or(0);
                space.stored.n = appended.n;
                space.stored.hash = appended.running;
                space.remember(appended);
            }
            Store::NewLog(log) => space.stored.log = *log,
            Store::Snapshot { n, .. } => space.snapshot = *n,
            Store::Admit { .. } => space.admitted = true,
            Store::Entry(..) | Store::Calendar(_) => {}
        }
    }

    /// Reads a space anew. When it is not there any more, or cannot be read, those who are connected are told.
    pub(super) fn reload_or_close(&mut self, id: &SpaceId) -> Vec<Output> {
        let why = match self.reload(id) {
            Ok(true) => return Vec::new(),
            Ok(false) => Refusal::UnknownSpace,
            Err(_) => {
                self.unread.insert(*id);
                Refusal::Storage
            }
        };
        self.close_space(id, why)
    }

    /// Forgets a space and closes its connections.
    pub(super) fn close_space(&mut self, id: &SpaceId, why: Refusal) -> Vec<Output> {
        let theirs = |state: &State| matches!(state, State::In(inside) if inside.space == *id);
        let connected: Vec<ConnectionId> =
            self.connections.iter().filter(|(_, one)| theirs(&one.state)).map(|(id, _)| *id).collect();
        let outputs = connected.into_iter().flat_map(|one| self.refuse(one, why, None, true)).collect();
        self.spaces.remove(id);
        self.recovery.retain(|_, space| space != id);
        outputs
    }

    /// Reads a space anew from the storage. False when it is not there.
    pub(super) fn reload(&mut self, id: &SpaceId) -> Result<bool, StorageError> {
        let Some(kept) = self.storage.load(id)? else { return Ok(false) };
        let mut space = Space::of(kept)?;
        if let Some(old) = self.spaces.remove(id) {
            space.connections = old.connections;
            space.said = old.said;
            self.parts_bytes -= old.parts.values().map(|parts| parts.bytes).sum::<usize>();
        }
        self.recovery.retain(|_, space| space != id);
        self.recovery.entry(space.chain.recovery().sign).or_insert(*id);
        self.spaces.insert(*id, space);
        self.unread.remove(id);
        Ok(true)
    }
}

fn acknowledge(acks: &mut Acks, outputs: &mut Vec<Output>) {
    outputs.extend(std::mem::take(acks).into_iter().map(|(id, acks)| send(id, ToLaptop::Acks(acks))));
}
