//! The relay's logic, without socket, clock or thread: frames go in, frames come out, one commit at a time.
//!
//! What holds here. Nothing is acknowledged, refused for what stands, or told to anybody before its commit has returned. A
//! commit that fails leaves memory as it was before: what it touched is read anew, and everybody who handed something in is
//! told to try again. Who may do what is decided per frame, on the chain as it is now. A connection has a place in the
//! chain, in what the others say and in the log, and is fed from there as it drains; there is no queue that could grow.

mod admit;
mod calendar;
mod chain;
mod commit;
mod connection;
mod greet;
mod host;
mod pump;
mod put;
mod read;
mod space;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tovholder_crypto::Chain;
use tovholder_protocol::limits::{FRAME_BYTES_MAX, GREETING_BYTES_MAX};
use tovholder_protocol::{
    Credential, DeviceKey, Hash, LogId, Nonce, Refusal, Refused, SpaceId, ToLaptop, ToRelay, VERSION, decode,
};

use crate::log::{Batch, Storage, StorageError};
pub use connection::ConnectionId;
use connection::{Connection, State};
use space::Space;

/// What the carrier of frames must do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this.
    Send(ConnectionId, Arc<ToLaptop>),
    /// There is more of the log for this connection: ask [`Relay::pump`] when its socket drains.
    Wake(ConnectionId),
    /// Close it, once what was sent before has left.
    Close(ConnectionId),
}

/// How much of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A municipality needs the host's code.
    pub needs_code: bool,
    /// Bytes of a space, unless the host said otherwise.
    pub quota_bytes: u64,
    /// Connections in all.
    pub connections_max: usize,
    /// Connections of one space.
    pub connections_per_space_max: usize,
    /// Frames a second that a connection may send, in the long run.
    pub frames_per_s: u32,
    /// Frames that it may send at once.
    pub frames_burst: u32,
    /// Bytes a second that a connection may send, in the long run.
    pub bytes_per_s: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            needs_code: true,
            quota_bytes: 2 * 1024 * 1024 * 1024,
            connections_max: 20_000,
            connections_per_space_max: 2_000,
            frames_per_s: 50,
            frames_burst: 400,
            bytes_per_s: 20 * 1024 * 1024,
        }
    }
}

/// What is counted, for the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Envelopes appended.
    pub envelopes: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Envelopes told to connections.
    pub delivered: u64,
    /// Commits.
    pub commits: u64,
    /// Things stored by them.
    pub stored: u64,
    /// Commits that failed.
    pub commits_failed: u64,
    /// Refusals by their reason.
    pub refused: BTreeMap<Refusal, u64>,
    /// Forks seen.
    pub forks: u64,
    /// New runs of a log: something was lost here, or a member says so.
    pub runs: u64,
}

/// Randomness: fills the buffer.
pub type Randomness = Box<dyn FnMut(&mut [u8]) + Send>;

/// What waits for a commit.
#[derive(Debug, Clone)]
enum After {
    /// An envelope was handed in by this connection.
    Ack(ConnectionId, Hash, u64),
    /// An entry was.
    Stands(ConnectionId, Hash),
    /// Something was refused, by what stands when everything before it is stored. Where the chain has moved: from this
    /// entry on it is told, so that the entry can be made anew on the head.
    No(ConnectionId, Refusal, Option<Hash>, Option<usize>),
    /// Whoever sent something is told when it could not be stored.
    Told(ConnectionId),
    /// A space's log has grown.
    Grew(SpaceId),
    /// An entry stands: the chain after it, how many entries that is, and who handed the last in.
    Entry(SpaceId, ConnectionId, Arc<Chain>, usize),
    /// Another run of the log has begun.
    Anew(SpaceId),
    /// This connection has done what it came for.
    Done(ConnectionId),
    /// What this connection waited for is stored: come in.
    Enter(ConnectionId),
}

/// A batch on its way to the storage.
#[derive(Debug, Default)]
pub struct InFlight {
    /// What is to be stored.
    pub batch: Batch,
    after: Vec<After>,
}

/// The relay.
pub struct Relay {
    storage: Arc<dyn Storage>,
    limits: Limits,
    random: Randomness,
    spaces: HashMap<SpaceId, Space>,
    /// Which space a recovery key is of.
    recovery: HashMap<DeviceKey, SpaceId>,
    connections: HashMap<ConnectionId, Connection>,
    staged: InFlight,
    counted: Counted,
    /// A batch was taken and its commit has not returned.
    in_flight: bool,
    /// Spaces that could not be read after a commit failed; they are read when somebody asks for them.
    unread: BTreeSet<SpaceId>,
    /// Codes that are being used up by what is staged.
    codes: HashSet<String>,
    /// Bytes of snapshot parts that wait for the rest of their snapshot.
    parts_bytes: usize,
}

impl Relay {
    /// A relay on this storage.
    ///
    /// # Errors
    /// When the storage cannot be read.
    pub fn new(storage: Arc<dyn Storage>, limits: Limits, random: Randomness) -> Result<Self, StorageError> {
        let mut relay = Self {
            storage,
            limits,
            random,
            spaces: HashMap::new(),
            recovery: HashMap::new(),
            connections: HashMap::new(),
            staged: InFlight::default(),
            counted: Counted::default(),
            in_flight: false,
            unread: BTreeSet::new(),
            codes: HashSet::new(),
            parts_bytes: 0,
        };
        for (id, _) in relay.storage.spaces()? {
            relay.reload(&id)?;
        }
        Ok(relay)
    }

    /// What was counted.
    pub fn counted(&self) -> &Counted {
        &self.counted
    }

    /// Spaces and connections.
    pub fn sizes(&self) -> (usize, usize) {
        (self.spaces.len(), self.connections.len())
    }

    /// The head of a space's log, as far as it is stored.
    pub fn head(&self, space: &SpaceId) -> Option<tovholder_protocol::Cursor> {
        self.spaces.get(space).map(|space| space.stored)
    }

    /// Somebody has connected. `now` in Unix seconds.
    pub fn connect(&mut self, id: ConnectionId, now: i64) -> Vec<Output> {
        if self.connections.len() >= self.limits.connections_max {
            return self.turn_away(id, Refusal::Connections);
        }
        let mut nonce = Nonce::default();
        (self.random)(&mut nonce.0);
        self.connections.insert(id, Connection::new(nonce, now, &self.limits));
        vec![Output::Send(id, Arc::new(ToLaptop::Challenge { nonce, version: VERSION }))]
    }

    /// The connection is gone.
    pub fn disconnected(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.remove(&id) else { return };
        if let State::In(inside) = connection.state
            && let Some(space) = self.spaces.get_mut(&inside.space)
        {
            space.connections.remove(&id);
            space.said.forget(id);
            self.parts_bytes -= space.parts.remove(&id).map_or(0, |parts| parts.bytes);
        }
    }

    /// A message has come. `now` in Unix milliseconds.
    pub fn frame(&mut self, id: ConnectionId, bytes: &[u8], now_ms: i64) -> Vec<Output> {
        let Some(connection) = self.connections.get_mut(&id) else { return Vec::new() };
        if !connection.may_send(bytes.len(), now_ms) {
            return self.refuse(id, Refusal::Rate, None, true);
        }
        let greeted = matches!(connection.state, State::In(_) | State::Unknown(_));
        let bytes_max = if greeted { FRAME_BYTES_MAX } else { GREETING_BYTES_MAX };
        let frame: ToRelay = match decode(bytes, bytes_max) {
            Ok(frame) => frame,
            Err(_) => return self.refuse(id, Refusal::BadFrame, None, true),
        };
        self.take(id, frame, now_ms.div_euclid(1_000))
    }

    fn take(&mut self, id: ConnectionId, frame: ToRelay, now: i64) -> Vec<Output> {
        // Who was let in an hour ago may have been put out meanwhile.
        if let Some(inside) = self.inside(id)
            && let Some(why) = self.no_longer(&inside, now)
        {
            return self.refuse(id, why, None, true);
        }
        let Some(connection) = self.connections.get(&id) else { return Vec::new() };
        match (&connection.state, frame) {
            (State::Greeting(_), ToRelay::Hello { hello, signature }) => self.hello(id, &hello, &signature, now),
            (State::Unknown(_), ToRelay::Admit { code, entries }) => self.admit(id, code, entries, now),
            (State::In(_), ToRelay::Put(envelopes)) => self.put(id, envelopes),
            (State::In(_), ToRelay::Entry(entry)) => self.entry(id, &entry),
            (State::In(_), ToRelay::List(after)) => self.list(id, after),
            (State::In(_), ToRelay::Fetch(numbers)) => self.fetch(id, &numbers),
            (State::In(_), ToRelay::Follow(cursor)) => self.follow(id, &cursor, now),
            (State::In(_), ToRelay::Say { cursor, sealed, signature }) => self.say(id, cursor, sealed, signature),
            (State::In(_), ToRelay::PutPart(part)) => self.put_part(id, part),
            (State::In(_), ToRelay::GetPart(index)) => self.get_part(id, index),
            (State::In(_), ToRelay::PutCalendar { text }) => self.put_calendar(id, text),
            // Everything else does not belong here: a second hello, an admission that nobody asked for, anything before one.
            (
                _,
                ToRelay::Hello { .. }
                | ToRelay::Admit { .. }
                | ToRelay::Put(_)
                | ToRelay::Entry(_)
                | ToRelay::List(_)
                | ToRelay::Fetch(_)
                | ToRelay::Follow(_)
                | ToRelay::Say { .. }
                | ToRelay::PutPart(_)
                | ToRelay::GetPart(_)
                | ToRelay::PutCalendar { .. },
            ) => self.refuse(id, Refusal::BadFrame, None, true),
        }
    }

    /// Whether there is something to commit and no commit under way.
    pub fn wants_commit(&self) -> bool {
        let nothing = self.staged.batch.is_empty() && self.staged.after.is_empty();
        !(self.in_flight || nothing)
    }

    /// Takes what is to be committed. [`Relay::committed`] must follow.
    pub fn take_batch(&mut self) -> InFlight {
        self.in_flight = true;
        std::mem::take(&mut self.staged)
    }

    /// Says no.
    fn refuse(&mut self, id: ConnectionId, why: Refusal, what: Option<Hash>, closing: bool) -> Vec<Output> {
        *self.counted.refused.entry(why).or_default() += 1;
        let mut outputs = vec![send(id, ToLaptop::Refused(Refused { why, what, closing }))];
        if closing {
            self.disconnected(id);
            outputs.push(Output::Close(id));
        }
        outputs
    }

    fn turn_away(&mut self, id: ConnectionId, why: Refusal) -> Vec<Output> {
        self.refuse(id, why, None, true)
    }

    /// Everybody is told that the relay stops.
    pub fn stop(&mut self) -> Vec<Output> {
        let all: Vec<ConnectionId> = self.connections.keys().copied().collect();
        all.into_iter().flat_map(|id| self.refuse(id, Refusal::Stopping, None, true)).collect()
    }

    /// Connections that have not said who they are in time are closed, and those of an invitation that has run out.
    pub fn close_late(&mut self, now: i64, greeting_s_max: i64) -> Vec<Output> {
        let late = self.connections.iter().filter_map(|(id, connection)| match &connection.state {
            State::In(inside) if inside.credential == Credential::Invitation => {
                self.no_longer(inside, now).map(|why| (*id, why))
            }
            State::In(_) => None,
            _ => (now - connection.since > greeting_s_max).then_some((*id, Refusal::Timeout)),
        });
        let late: Vec<(ConnectionId, Refusal)> = late.collect();
        late.into_iter().flat_map(|(id, why)| self.refuse(id, why, None, true)).collect()
    }

    /// A connection did not drain: it is cut off, and may resume.
    pub fn too_slow(&mut self, id: ConnectionId) -> Vec<Output> {
        self.refuse(id, Refusal::TooSlow, None, true)
    }

    fn draw_log(&mut self) -> LogId {
        let mut log = LogId::default();
        (self.random)(&mut log.0);
        log
    }
}

fn send(id: ConnectionId, frame: ToLaptop) -> Output {
    Output::Send(id, Arc::new(frame))
}
