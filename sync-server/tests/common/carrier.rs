//! Carries frames to and from the core, one step at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tovholder_protocol::{Cursor, Envelope, Hash, Nonce, Refusal, Refused, ToLaptop, ToRelay, Welcome, encode};
use tovholder_sync_server::core::{ConnectionId, Limits, Output, Relay};
use tovholder_sync_server::log::{Memory, Storage, Store};

use super::{Greeting, NOW, Town};

/// A relay on storage in memory, and what it told whom.
pub struct Carrier {
    pub relay: Relay,
    pub memory: Arc<Memory>,
    pub now_ms: i64,
    pub inbox: BTreeMap<ConnectionId, Vec<ToLaptop>>,
    pub closed: BTreeSet<ConnectionId>,
    woken: BTreeSet<ConnectionId>,
    next: ConnectionId,
    nonces: BTreeMap<ConnectionId, Nonce>,
    limits: Limits,
}

pub fn relay_on(memory: &Arc<Memory>, limits: &Limits) -> Relay {
    let random = Box::new(|bytes: &mut [u8]| super::random()(bytes).unwrap());
    Relay::new(Arc::clone(memory) as Arc<dyn Storage>, limits.clone(), random).unwrap()
}

/// Limits that no test runs into unless it wants to.
pub fn wide() -> Limits {
    Limits { needs_code: false, frames_burst: 1_000_000, ..Limits::default() }
}

impl Carrier {
    pub fn new(limits: Limits) -> Self {
        let memory = Arc::new(Memory::new());
        Self {
            relay: relay_on(&memory, &limits),
            memory,
            now_ms: NOW * 1_000,
            inbox: BTreeMap::new(),
            closed: BTreeSet::new(),
            woken: BTreeSet::new(),
            next: 1,
            nonces: BTreeMap::new(),
            limits,
        }
    }

    /// With this town in it.
    pub fn with(town: &Town) -> Self {
        let mut carrier = Self::new(wide());
        carrier.admit(town);
        carrier
    }

    /// Puts a town on the disk, and starts the relay anew.
    pub fn admit(&mut self, town: &Town) {
        let log = tovholder_protocol::LogId(town.space().0[..16].try_into().unwrap());
        let admit = Store::Admit { log, entries: town.entries.clone(), code: None };
        self.memory.commit(&vec![(town.space(), admit)]).unwrap();
        self.restart();
    }

    /// Every connection is gone, and so is what was not stored.
    pub fn restart(&mut self) {
        self.relay = relay_on(&self.memory, &self.limits);
        self.inbox.clear();
        self.woken.clear();
    }

    pub fn now(&self) -> i64 {
        self.now_ms.div_euclid(1_000)
    }

    pub fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send(id, frame) => {
                    if let ToLaptop::Challenge { nonce, .. } = frame.as_ref() {
                        self.nonces.insert(id, *nonce);
                    }
                    self.inbox.entry(id).or_default().push(frame.as_ref().clone());
                }
                Output::Wake(id) => drop(self.woken.insert(id)),
                Output::Close(id) => {
                    self.closed.insert(id);
                    self.relay.disconnected(id);
                }
            }
        }
    }

    pub fn connect(&mut self) -> ConnectionId {
        let id = self.next;
        self.next += 1;
        let outputs = self.relay.connect(id, self.now());
        self.take(outputs);
        id
    }

    /// Connects and says hello; what comes is in the inbox.
    pub fn greet(&mut self, greeting: &Greeting) -> ConnectionId {
        let id = self.connect();
        self.inbox.remove(&id);
        let frame = greeting.frame(&self.nonces[&id]);
        self.send(id, &frame);
        id
    }

    /// Connects, says hello, and is welcome.
    pub fn enter(&mut self, greeting: &Greeting) -> (ConnectionId, Welcome) {
        let id = self.greet(greeting);
        self.flush();
        let frames = self.heard(id);
        let welcome = frames.iter().find_map(|frame| match frame {
            ToLaptop::Welcome(welcome) => Some(welcome.clone()),
            _ => None,
        });
        self.inbox.insert(id, frames.iter().filter(|f| !matches!(f, ToLaptop::Welcome(_))).cloned().collect());
        (id, welcome.unwrap_or_else(|| panic!("not welcome: {frames:?}")))
    }

    pub fn device(&mut self, town: &Town, secret: &tovholder_crypto::DeviceSecret) -> ConnectionId {
        self.enter(&Greeting::device(town, secret)).0
    }

    pub fn nonce(&self, id: ConnectionId) -> Nonce {
        self.nonces[&id]
    }

    pub fn send(&mut self, id: ConnectionId, frame: &ToRelay) {
        let outputs = self.relay.frame(id, &encode(frame), self.now_ms);
        self.take(outputs);
    }

    pub fn put(&mut self, id: ConnectionId, envelopes: Vec<Envelope>) {
        self.send(id, &ToRelay::Put(envelopes));
    }

    pub fn flush(&mut self) {
        let outputs = self.relay.flush(self.now());
        self.take(outputs);
    }

    /// Feeds one connection until there is no more.
    pub fn pump(&mut self, id: ConnectionId) {
        while let Some(part) = self.relay.pump(id) {
            self.inbox.entry(id).or_default().push(part.as_ref().clone());
        }
    }

    /// Commits, and feeds everybody who was woken.
    pub fn settle(&mut self) {
        self.flush();
        for id in std::mem::take(&mut self.woken) {
            self.pump(id);
        }
    }

    /// What came to a connection since it was last asked.
    pub fn heard(&mut self, id: ConnectionId) -> Vec<ToLaptop> {
        self.inbox.remove(&id).unwrap_or_default()
    }

    /// Sends, settles, and answers what came back.
    pub fn ask(&mut self, id: ConnectionId, frame: &ToRelay) -> Vec<ToLaptop> {
        self.heard(id);
        self.send(id, frame);
        self.settle();
        self.heard(id)
    }

    pub fn head(&self, town: &Town) -> Cursor {
        self.relay.head(&town.space()).unwrap()
    }
}

/// The acknowledgements among these.
pub fn acks(frames: &[ToLaptop]) -> Vec<(Hash, u64)> {
    let acks = frames.iter().filter_map(|frame| match frame {
        ToLaptop::Acks(acks) => Some(acks.clone()),
        _ => None,
    });
    acks.flatten().collect()
}

/// The refusals among these: why, and whether the connection ended.
pub fn refusals(frames: &[ToLaptop]) -> Vec<(Refusal, bool)> {
    let refusals = frames.iter().filter_map(|frame| match frame {
        ToLaptop::Refused(Refused { why, closing, .. }) => Some((*why, *closing)),
        _ => None,
    });
    refusals.collect()
}

/// The numbers of the log among these.
pub fn numbers(frames: &[ToLaptop]) -> Vec<u64> {
    let numbers = frames.iter().filter_map(|frame| match frame {
        ToLaptop::Log { first, items, .. } => Some((*first..).take(items.len())),
        _ => None,
    });
    numbers.flatten().collect()
}

/// How many entries of the chain are among these.
pub fn entries(frames: &[ToLaptop]) -> usize {
    let counts = frames.iter().map(|frame| if let ToLaptop::Chain(entries) = frame { entries.len() } else { 0 });
    counts.sum()
}
