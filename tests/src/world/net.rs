//! What lies between the laptops: connections that keep their order and may break, and the relay's own core on storage in
//! memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tovholder_app::sharing::sim::Carrier;
use tovholder_protocol::limits::FRAME_BYTES_MAX;
use tovholder_protocol::{ToLaptop, decode, encode};
use tovholder_sync::Loss;
use tovholder_sync_server::core::{Limits, Output, Relay};
use tovholder_sync_server::log::{Memory, Yesterday};

use super::random::Chance;

/// A connection: what is on its way, and who knows that it is over.
#[derive(Debug, Default)]
pub struct Connection {
    up: VecDeque<Vec<u8>>,
    down: VecDeque<Vec<u8>>,
    /// The relay has more, when this drains.
    wakes: bool,
    /// The relay has closed it.
    ends: bool,
    /// The laptop has closed it.
    gone: bool,
    /// The highest number of the log that the laptop was told of.
    pub told: u64,
}

/// What came down.
pub enum Down {
    /// A frame.
    Frame(ToLaptop),
    /// The relay closed it.
    Ended,
    /// Nothing.
    Nothing,
}

/// Connections and the relay.
pub struct Net {
    /// What the relay keeps.
    pub storage: Arc<Memory>,
    relay: Option<Relay>,
    pub connections: BTreeMap<u64, Connection>,
    next: u64,
    /// The relay's clock, which is the world's: Unix milliseconds.
    pub clock: Arc<AtomicI64>,
    pub chance: Chance,
    /// Laptops without a network.
    pub cut_off: BTreeSet<usize>,
    /// Whose errand is running.
    pub speaking: usize,
    /// The running errand's connection breaks after so many frames.
    pub breaks_after: Option<u32>,
}

impl Net {
    pub fn new(yesterday: Option<&Yesterday>, now_ms: i64, chance: Chance) -> Self {
        let storage = Arc::new(Memory::new());
        if let Some(yesterday) = yesterday {
            storage.bring_back(yesterday);
        }
        let mut net = Self {
            storage,
            relay: None,
            connections: BTreeMap::new(),
            next: 1,
            clock: Arc::new(AtomicI64::new(now_ms)),
            chance,
            cut_off: BTreeSet::new(),
            speaking: 0,
            breaks_after: None,
        };
        net.start();
        net
    }

    /// The relay's time, Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// Time passes.
    pub fn pass(&mut self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
    }

    fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1_000)
    }

    /// Starts the relay, if it does not run.
    pub fn start(&mut self) {
        if self.relay.is_some() {
            return;
        }
        // A world's seconds hold more than a person's.
        let limits = Limits { needs_code: false, frames_burst: 10_000_000, bytes_per_s: 1 << 40, ..Limits::default() };
        let mut chance = Chance::new(self.chance.next());
        let random = Box::new(move |bytes: &mut [u8]| chance.fill(bytes));
        self.relay = Some(Relay::new(self.storage.clone(), limits, random).expect("the relay reads what it stored"));
    }

    /// The relay's machine goes down; what was not stored is lost, and connections break.
    pub fn stop(&mut self) {
        self.relay = None;
        let all: Vec<u64> = self.connections.keys().copied().collect();
        for id in all {
            self.connections.remove(&id);
        }
    }

    pub fn runs(&self) -> bool {
        self.relay.is_some()
    }

    /// Opens a connection for a laptop.
    pub fn open(&mut self, laptop: usize) -> Result<u64, Loss> {
        let now = self.now_s();
        let Some(relay) = self.relay.as_mut().filter(|_| !self.cut_off.contains(&laptop)) else {
            return Err(if self.chance.one_in(8) { Loss::CaptivePortal } else { Loss::Unreachable });
        };
        let id = self.next;
        self.next += 1;
        self.connections.insert(id, Connection::default());
        let outputs = relay.connect(id, now);
        self.carry(outputs);
        Ok(id)
    }

    fn carry(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            let (Output::Send(id, _) | Output::Wake(id) | Output::Close(id)) = &output;
            let Some(connection) = self.connections.get_mut(id) else { continue };
            match &output {
                Output::Send(_, frame) => connection.down.push_back(encode(frame.as_ref())),
                Output::Wake(_) => connection.wakes = true,
                Output::Close(_) => connection.ends = true,
            }
        }
    }

    /// A laptop sends.
    pub fn send(&mut self, id: u64, frame: Vec<u8>) {
        if let Some(connection) = self.connections.get_mut(&id).filter(|connection| !connection.gone) {
            connection.up.push_back(frame);
        }
    }

    /// A laptop closes; what it sent before still arrives.
    pub fn close(&mut self, id: u64) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.gone = true;
            connection.down.clear();
        }
    }

    /// The connection breaks: what is on its way is lost.
    pub fn cut(&mut self, id: u64) {
        if self.connections.remove(&id).is_some()
            && let Some(relay) = &mut self.relay
        {
            relay.disconnected(id);
        }
    }

    /// The next frame of this connection reaches the relay. False when there was none.
    pub fn deliver_up(&mut self, id: u64) -> bool {
        let Some(connection) = self.connections.get_mut(&id) else { return false };
        let Some(frame) = connection.up.pop_front() else {
            if connection.gone {
                self.cut(id);
                return true;
            }
            return false;
        };
        if connection.ends {
            return true; // Nobody hears it any more.
        }
        let now = self.now_ms();
        let Some(relay) = self.relay.as_mut() else { return false };
        let outputs = relay.frame(id, &frame, now);
        self.carry(outputs);
        true
    }

    /// The next frame of this connection reaches the laptop.
    pub fn deliver_down(&mut self, id: u64) -> Down {
        let Some(connection) = self.connections.get_mut(&id).filter(|connection| !connection.gone) else {
            return Down::Nothing;
        };
        let bytes = match connection.down.pop_front() {
            Some(bytes) => bytes,
            None if connection.ends => {
                self.cut(id);
                return Down::Ended;
            }
            None if connection.wakes => {
                let Some(frame) = self.relay.as_mut().and_then(|relay| relay.pump(id)) else {
                    connection.wakes = false;
                    return Down::Nothing;
                };
                encode(frame.as_ref())
            }
            None => return Down::Nothing,
        };
        let frame: ToLaptop = decode(&bytes, FRAME_BYTES_MAX).expect("what the relay says can be read");
        if let Some(connection) = self.connections.get_mut(&id) {
            let told = match &frame {
                ToLaptop::Welcome(welcome) => welcome.head.n,
                ToLaptop::Log { after, .. } => after.n,
                ToLaptop::Acks(acks) => acks.iter().map(|(_, n)| *n).max().unwrap_or(0),
                ToLaptop::Refused(refused) if refused.closing => {
                    connection.ends = true;
                    0
                }
                _ => 0,
            };
            connection.told = connection.told.max(told);
        }
        Down::Frame(frame)
    }

    /// Whether something could be delivered on this connection, in either direction.
    pub fn has_something(&self, id: u64) -> bool {
        self.connections.get(&id).is_some_and(|connection| {
            !connection.up.is_empty()
                || connection.gone
                || !connection.down.is_empty()
                || connection.wakes
                || connection.ends
        })
    }

    /// The relay commits what it took. False when there was nothing.
    pub fn flush(&mut self) -> bool {
        let now = self.now_s();
        let Some(relay) = self.relay.as_mut().filter(|relay| relay.wants_commit()) else { return false };
        let outputs = relay.flush(now);
        self.carry(outputs);
        true
    }

    /// Whether the relay still holds this connection.
    pub fn is_open(&self, id: u64) -> bool {
        self.connections.get(&id).is_some_and(|connection| !connection.ends && !connection.gone)
    }
}

/// Carries an errand: its frames at once, and now and then somebody else's in between.
pub struct Errands(pub Rc<RefCell<Net>>);

impl Errands {
    fn breaks(&self) -> bool {
        let net = &mut *self.0.borrow_mut();
        match &mut net.breaks_after {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }
}

impl Carrier for Errands {
    fn open(&self) -> Result<u64, Loss> {
        if self.breaks() {
            return Err(Loss::Unreachable);
        }
        let net = &mut *self.0.borrow_mut();
        let laptop = net.speaking;
        net.open(laptop)
    }

    fn send(&self, connection: u64, frame: Vec<u8>) -> Result<(), Loss> {
        let breaks = self.breaks();
        let net = &mut *self.0.borrow_mut();
        if breaks {
            net.cut(connection);
            return Err(Loss::Unreachable);
        }
        net.send(connection, frame);
        Ok(())
    }

    fn receive(&self, connection: u64) -> Result<Vec<u8>, Loss> {
        let breaks = self.breaks();
        let net = &mut *self.0.borrow_mut();
        for _ in 0..10_000 {
            if breaks && net.chance.one_in(2) {
                break;
            }
            if net.chance.one_in(4) {
                // Somebody else is quicker.
                let ids: Vec<u64> = net.connections.keys().copied().filter(|id| *id != connection).collect();
                if !ids.is_empty() {
                    let id = ids[net.chance.below(ids.len())];
                    net.deliver_up(id);
                }
            }
            match net.deliver_down(connection) {
                Down::Frame(frame) if !breaks => return Ok(encode(&frame)),
                Down::Frame(_) | Down::Ended => break,
                Down::Nothing => {}
            }
            if !net.deliver_up(connection) && !net.flush() && !net.has_something(connection) {
                break;
            }
        }
        net.cut(connection);
        Err(Loss::Unreachable)
    }

    fn close(&self, connection: u64) {
        let net = &mut *self.0.borrow_mut();
        net.close(connection);
        while net.deliver_up(connection) {}
    }

    fn rest(&self, ms: u64) {
        let net = &mut *self.0.borrow_mut();
        net.pass(i64::try_from(ms).unwrap_or(0));
    }
}
