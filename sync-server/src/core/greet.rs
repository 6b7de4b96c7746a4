//! Hello, welcome, and following the log.

use tovholder_crypto::{point_after, verify_hello};
use tovholder_protocol::limits::GREETING_BYTES_MAX;
use tovholder_protocol::{
    ChainPoint, Credential, Cursor, Hello, Refusal, Signature, SpaceId, ToLaptop, VERSION, VERSION_MIN, Welcome, decode,
};

use super::connection::{Inside, State};
use super::space::Space;
use super::{After, ConnectionId, Output, Relay, send};
use crate::log::{StorageError, Store};

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
        if self.unread.contains(&hello.space) && self.reload(&hello.space).is_err() {
            return self.refuse(id, Refusal::Storage, None, true);
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
        if !space.is_settled() {
            self.wait(id, Box::new(hello.clone()));
            return Vec::new();
        }
        let cursor = hello.cursor.filter(|cursor| cursor.n > 0);
        let mut inside = Inside {
            space: hello.space,
            credential: hello.credential,
            key: hello.key,
            member: space.told.devices().get(&hello.key).map(|device| device.member),
            chain_before: hello.chain.length,
            chain_sent: known_entries(space, &hello.chain),
            said_sent: 0,
            sent: None,
            version: hello.version.min(VERSION),
        };
        let is_full = space.connections.len() >= full;
        if let Some(why) = self.no_longer(&inside, now).or(is_full.then_some(Refusal::Connections)) {
            return self.refuse(id, why, None, true);
        }
        let resumed = match cursor.map(|cursor| self.stands(&hello.space, &cursor)).transpose() {
            Ok(stands) => stands.unwrap_or(true),
            // Not read is not lost.
            Err(_) => return self.refuse(id, Refusal::Storage, None, true),
        };
        if let Some(cursor) = cursor.filter(|_| !resumed && hello.credential == Credential::Device)
            && self.begin_log_if_ahead(&hello.space, &cursor)
        {
            self.wait(id, Box::new(hello.clone()));
            return Vec::new();
        }
        inside.sent = (resumed && !hello.quiet).then_some(cursor.map_or(0, |cursor| cursor.n));
        let Some(space) = self.spaces.get_mut(&hello.space) else { return Vec::new() };
        space.connections.insert(id);
        let welcome = welcome(space, hello.space, hello.version.min(VERSION), resumed, now);
        self.set_state(id, State::In(inside));
        let mut outputs = vec![send(id, ToLaptop::Welcome(welcome))];
        if self.has_more(id) {
            outputs.push(Output::Wake(id));
        }
        outputs
    }

    /// Whether a cursor stands in the log as it is stored.
    pub(super) fn stands(&self, space: &SpaceId, cursor: &Cursor) -> Result<bool, StorageError> {
        let Some(known) = self.spaces.get(space) else { return Ok(false) };
        Ok(cursor.log == known.stored.log
            && cursor.n <= known.stored.n
            && self.storage.running_at(space, cursor.n)? == Some(cursor.hash))
    }

    /// A signed cursor of this log that is beyond its head, or has another hash: something was lost here. Another run of
    /// the log begins, so that nobody takes its numbers for those that they know. Only for a cursor that does not stand.
    pub(super) fn begin_log_if_ahead(&mut self, space: &SpaceId, cursor: &Cursor) -> bool {
        // What is staged and not stored yet is no loss; and one new run is enough.
        let lost = self.spaces.get(space).is_some_and(|known| {
            known.is_settled()
                && known.head.log == cursor.log
                && (cursor.n > known.head.n || cursor.n <= known.stored.n)
        });
        if !lost {
            return false;
        }
        self.counted.runs += 1;
        let log = self.draw_log();
        if let Some(known) = self.spaces.get_mut(space) {
            known.head.log = log;
        }
        self.staged.batch.push((*space, Store::NewLog(log)));
        self.staged.after.push(After::Anew(*space));
        true
    }

    /// Another run of the log has begun: who follows the one before must read its list.
    pub(super) fn begin_anew(&mut self, id: &SpaceId, now: i64) -> Vec<Output> {
        let Some(space) = self.spaces.get_mut(id) else { return Vec::new() };
        // What was said, was said of the log before.
        space.said.clear();
        let mut outputs = Vec::new();
        for one in &space.connections {
            let Some(State::In(inside)) = self.connections.get_mut(one).map(|connection| &mut connection.state) else {
                continue;
            };
            if inside.sent.take().is_some() {
                let welcome = welcome(space, *id, inside.version, false, now);
                outputs.push(send(*one, ToLaptop::Welcome(welcome)));
            }
        }
        outputs
    }

    /// From here on, the log as it grows.
    pub(super) fn follow(&mut self, id: ConnectionId, cursor: &Cursor, now: i64) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let Some(space) = self.spaces.get(&inside.space) else { return Vec::new() };
        let Ok(stands) = self.stands(&inside.space, cursor) else {
            return self.refuse(id, Refusal::Storage, None, true);
        };
        if !stands {
            return vec![send(id, ToLaptop::Welcome(welcome(space, inside.space, inside.version, false, now)))];
        }
        if let Some(State::In(inside)) = self.connections.get_mut(&id).map(|connection| &mut connection.state) {
            inside.sent = Some(cursor.n);
        }
        if self.has_more(id) { vec![Output::Wake(id)] } else { Vec::new() }
    }

    pub(super) fn inside(&self, id: ConnectionId) -> Option<Inside> {
        match self.connections.get(&id).map(|connection| &connection.state) {
            Some(State::In(inside)) => Some(inside.clone()),
            _ => None,
        }
    }
}

fn welcome(space: &Space, id: SpaceId, version: u16, resumed: bool, now: i64) -> Welcome {
    Welcome {
        version,
        head: space.stored,
        resumed,
        chain: space.told.point(),
        time: now,
        snapshot: space.snapshot,
        space: id,
    }
}

/// How many entries somebody with this point has; all of them when it is not one of ours, for those are no help to them.
fn known_entries(space: &Space, point: &ChainPoint) -> usize {
    let length = usize::try_from(point.length).unwrap_or(usize::MAX);
    let before = space.entries.get(..length).filter(|_| length <= space.told_length);
    let ours = before.is_some_and(|before| before.last().and_then(point_after).unwrap_or_default() == *point);
    if ours { length } else { space.told_length }
}
