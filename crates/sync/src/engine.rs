//! The engine: from asleep to live, and back.
//!
//! States: `Resting` (until a time) → `Connecting` → `Greeting` → (`Fetching` a snapshot | `Listing` a log that is another
//! than was known | nothing of both) → `Live`. `Stopped` is left only when something outside changed. `docs/protocol.md`
//! draws them.

mod frames;
mod proof;

use tovholder_crypto::DeviceSecret;
use tovholder_protocol::{
    ChainPoint, Credential, Cursor, Envelope, Hash, Item, LogId, SignedEntry, SnapshotPart, SpaceId, ToLaptop, ToRelay,
};

use crate::backoff::wait_ms;
use crate::standing::{Loss, Standing, Why};

/// A relay that does not know this device is not asked more often than after so many failures: every few minutes.
const UNKNOWN_FAILURES: u32 = 8;
/// How long a step of getting in may take.
const STEP_MS_MAX: i64 = 20_000;
/// How long a live connection may be silent; the relay pings every 25 s.
const SILENCE_MS_MAX: i64 = 75_000;
/// A tick that comes so much later than the one before tells that the laptop has slept.
const SLEPT_MS: i64 = 45_000;
/// How often a live laptop tells the others where it is, if nothing else tells them.
const SAY_EVERY_MS: i64 = 60_000;
/// Numbers asked for at once.
const FETCH_MAX: usize = 512;
/// A newcomer asks for a snapshot from so many envelopes on; below, the log itself is quicker.
const SNAPSHOT_FROM: u64 = 64;

/// As whom the engine goes to the relay.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The space.
    pub space: SpaceId,
    /// The key.
    pub secret: DeviceSecret,
    /// What it is.
    pub credential: Credential,
}

/// Where the engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Not connected; tries again at this time (ms).
    Resting {
        /// Unix milliseconds.
        until: i64,
    },
    /// The socket is being opened.
    Connecting {
        /// Since then (ms).
        since: i64,
    },
    /// The socket is open; who we are is being said.
    Greeting {
        /// Since then (ms).
        since: i64,
    },
    /// A snapshot is being fetched.
    Fetching {
        /// The parts so far.
        parts: Vec<SnapshotPart>,
    },
    /// The log is another than was known: its hashes are read, and what is missing is fetched.
    Listing {
        /// The log, as far as its hashes were read.
        at: Cursor,
        /// Numbers that are missing here.
        missing: Vec<u64>,
        /// Every hash was read.
        complete: bool,
    },
    /// In the log, which comes as it grows.
    Live,
    /// Nothing to be done until something outside changes.
    Stopped(Why),
}

/// What happens to the engine.
#[derive(Debug)]
pub enum Event {
    /// Time passed.
    Tick,
    /// Somebody wants it now, or the machine says that the network is back.
    Wake,
    /// The database says this now: after a local change, or as the answer to an effect.
    Stands(Standing),
    /// The socket is open.
    Opened,
    /// The socket is gone, or could not be opened; with randomness for the wait.
    Lost(Loss, u64),
    /// Something came that is no frame: a ping.
    Alive,
    /// Our user has gone elsewhere: the others are to be told.
    Say,
    /// A frame.
    Frame(ToLaptop),
    /// Part of the log was taken, or its running hash was another.
    Took {
        /// The running hash was right.
        right: bool,
        /// The database afterwards.
        standing: Standing,
    },
    /// These numbers of the list are missing here.
    Lacks(Vec<u64>),
    /// Envelopes behind the snapshot were checked.
    Checked(Standing),
    /// Envelopes to hand in; none when there are none.
    Offered(Vec<Envelope>),
    /// Entries of the chain that the relay lacks; none of them when it tells another story.
    Entries(Result<Vec<SignedEntry>, ()>),
    /// Something could not be written; what was to be done was not.
    Failed(u64),
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open the socket.
    Connect,
    /// Close the socket.
    Close,
    /// Send this.
    Send(ToRelay),
    /// Take these entries into the chain; answer [`Event::Stands`].
    TakeEntries(Vec<SignedEntry>),
    /// Find the entries after this point, if it is one of ours; answer [`Event::Entries`].
    FindEntries(ChainPoint),
    /// Take this part of the log; answer [`Event::Took`].
    TakeLog {
        /// The number of the first.
        first: u64,
        /// In order.
        items: Vec<Item>,
        /// The log after the last.
        after: Cursor,
    },
    /// The relay has stored these; answer [`Event::Stands`].
    TakeAcks(Vec<(Hash, u64)>),
    /// Forget the numbers beyond this one: what was acknowledged and has not come back in the log may have been lost with
    /// the relay's disk. Answer [`Event::Stands`].
    ForgetBeyond(u64),
    /// Forget the numbers of the old log: another begins; answer [`Event::Stands`].
    BeginList(LogId),
    /// Give these hashes their numbers; answer [`Event::Lacks`] with the numbers that are not here.
    TakeHashes {
        /// The number of the first.
        first: u64,
        /// In order.
        hashes: Vec<Hash>,
    },
    /// Take envelopes that were asked for by number; answer [`Event::Took`].
    TakeFetched(Vec<(u64, Envelope)>),
    /// Check these envelopes behind the snapshot; answer [`Event::Checked`].
    Check(Vec<(u64, Envelope)>),
    /// The list is done: the log was read up to here; answer [`Event::Stands`].
    EndList(Cursor),
    /// Begin from this snapshot; answer [`Event::Took`].
    Install(Vec<SnapshotPart>),
    /// Seal what waits, and answer [`Event::Offered`].
    Offer,
    /// A member tells something; check it, and answer [`Event::Stands`].
    TakeSaid(ToLaptop),
    /// Tell the others where we are.
    Say,
    /// The relay knows another envelope under our own counter: begin a new incarnation, write anew what was not sent, and
    /// answer [`Event::Stands`].
    Forked(Option<Hash>),
    /// The relay does not know the space: ask to be admitted, if we may.
    Admit,
}

/// The engine.
#[derive(Debug)]
pub struct Engine {
    identity: Identity,
    phase: Phase,
    standing: Standing,
    head: Option<Cursor>,
    /// Entries of the chain that the relay has; who has fewer does not know who may what.
    relay_chain: u64,
    /// The highest number that an acknowledgement named: the log reaches as far, whether it was read or not.
    acked: u64,
    /// Where the present catching up began, for progress.
    began_at: u64,
    failures: u32,
    /// Envelopes handed in and not answered yet.
    in_flight: u32,
    /// An effect that writes was given out, and its answer has not come.
    busy: bool,
    queue: Vec<Effect>,
    /// The relay's list was read for want of something that was handed in, and nothing was acknowledged since.
    listed: bool,
    /// The time of the last event.
    latest_ms: i64,
    heard_ms: i64,
    ticked_ms: i64,
    said_ms: i64,
    /// The relay refused what we hand in; nothing more is offered on this connection.
    refused: Option<Why>,
    why: Option<Why>,
    clock_differs: bool,
    /// Envelopes behind a snapshot were asked for.
    checking: bool,
    connected_at: Option<i64>,
    hold: bool,
    snapshots_from: u64,
}

impl Engine {
    /// An engine that has done nothing yet.
    pub fn new(identity: Identity, standing: Standing) -> Self {
        Self {
            identity,
            phase: Phase::Resting { until: 0 },
            standing,
            head: None,
            relay_chain: 0,
            acked: 0,
            began_at: 0,
            failures: 0,
            in_flight: 0,
            busy: false,
            queue: Vec::new(),
            listed: false,
            latest_ms: 0,
            heard_ms: 0,
            ticked_ms: 0,
            said_ms: 0,
            refused: None,
            why: None,
            clock_differs: false,
            checking: false,
            connected_at: None,
            hold: false,
            snapshots_from: SNAPSHOT_FROM,
        }
    }

    /// Begins with a snapshot from so many envelopes on.
    #[must_use]
    pub fn snapshots_from(mut self, envelopes: u64) -> Self {
        self.snapshots_from = envelopes.max(1);
        self
    }

    /// Only reads: hands nothing in. For a preview.
    #[must_use]
    pub fn only_reading(mut self) -> Self {
        self.hold = true;
        self
    }

    /// Where it is.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// What the database said last.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// When the relay let us in last (ms).
    pub fn connected_at(&self) -> Option<i64> {
        self.connected_at
    }

    /// When it wants the next tick at the latest (ms).
    pub fn next_tick(&self, now: i64) -> i64 {
        match &self.phase {
            Phase::Resting { until } => *until,
            Phase::Stopped(_) => now + 60_000,
            Phase::Connecting { since } | Phase::Greeting { since } => since + STEP_MS_MAX,
            _ => now + 5_000,
        }
    }

    /// Something happened; this is to be done, in order.
    pub fn on(&mut self, event: Event, now: i64) -> Vec<Effect> {
        self.keep_time(now);
        match event {
            Event::Tick => self.tick(now),
            Event::Wake => self.wake(now),
            Event::Alive => self.heard_ms = now,
            Event::Say => self.said_ms = 0,
            Event::Stands(standing) => {
                self.busy = false;
                // Whoever may write now, or who may not any more, came with the chain: what was refused is offered anew,
                // as it stands after that.
                if standing.chain.length > self.standing.chain.length && self.refused == Some(Why::ReadOnly) {
                    self.refused = None;
                }
                self.standing = standing;
                self.offer();
            }
            Event::Opened => {
                if matches!(self.phase, Phase::Connecting { .. }) {
                    self.phase = Phase::Greeting { since: now };
                    self.heard_ms = now;
                }
            }
            Event::Lost(loss, entropy) => self.lost(loss, entropy, now),
            Event::Frame(frame) => {
                self.heard_ms = now;
                self.frame(frame, now);
            }
            Event::Took { right, standing } => self.took(right, standing),
            Event::Lacks(numbers) => self.lacks(numbers),
            Event::Checked(standing) => {
                self.busy = false;
                self.standing = standing;
                self.checking = false;
                self.offer();
            }
            Event::Offered(envelopes) => self.offered(envelopes),
            Event::Entries(found) => self.entries(found),
            Event::Failed(entropy) => {
                // What was to be written was not; the next connection begins from what stands in the database.
                self.queue.push(Effect::Close);
                self.lost(Loss::Unreachable, entropy, now);
            }
        }
        self.check_behind();
        self.say(now);
        std::mem::take(&mut self.queue)
    }

    /// A clock that was set back must not make anything last hours longer: what was noted goes back with it.
    fn keep_time(&mut self, now: i64) {
        let back = self.latest_ms.saturating_sub(now);
        self.latest_ms = now;
        if back <= 0 {
            return;
        }
        for noted in [&mut self.heard_ms, &mut self.ticked_ms, &mut self.said_ms] {
            *noted = noted.saturating_sub(back);
        }
        match &mut self.phase {
            Phase::Resting { until: noted } | Phase::Connecting { since: noted } | Phase::Greeting { since: noted } => {
                *noted = noted.saturating_sub(back);
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: i64) {
        let slept = self.ticked_ms > 0 && now - self.ticked_ms > SLEPT_MS.max(self.silence_allowed());
        self.ticked_ms = now;
        match &self.phase {
            Phase::Resting { until } if now >= *until || slept => self.connect(now),
            Phase::Connecting { since } | Phase::Greeting { since } if now - since > STEP_MS_MAX => {
                self.drop_and_wait(now);
            }
            Phase::Live | Phase::Listing { .. } | Phase::Fetching { .. }
                if slept || now - self.heard_ms > SILENCE_MS_MAX =>
            {
                self.queue.push(Effect::Close);
                self.connect(now);
            }
            _ => {}
        }
    }

    fn silence_allowed(&self) -> i64 {
        match self.phase {
            Phase::Resting { .. } | Phase::Stopped(_) => i64::MAX / 4,
            _ => SLEPT_MS,
        }
    }

    fn wake(&mut self, now: i64) {
        match self.phase {
            Phase::Resting { .. } | Phase::Stopped(_) => {
                self.failures = 0;
                self.connect(now);
            }
            Phase::Live => self.offer(),
            _ => {}
        }
    }

    fn connect(&mut self, now: i64) {
        self.phase = Phase::Connecting { since: now };
        self.reset();
        self.queue.push(Effect::Connect);
    }

    fn reset(&mut self) {
        self.head = None;
        self.acked = 0;
        self.in_flight = 0;
        self.busy = false;
        self.checking = false;
        self.listed = false;
        self.refused = None;
    }

    fn drop_and_wait(&mut self, now: i64) {
        self.queue.push(Effect::Close);
        // Without randomness at hand: the time itself, spread.
        let entropy = u64::try_from(now).unwrap_or(0).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        self.lost(Loss::Unreachable, entropy, now);
    }

    fn lost(&mut self, loss: Loss, entropy: u64, now: i64) {
        self.reset();
        if matches!(self.phase, Phase::Stopped(_)) {
            return;
        }
        self.why = Some(match loss {
            Loss::Unreachable => Why::Unreachable,
            Loss::CaptivePortal => Why::CaptivePortal,
            Loss::Certificate => Why::Certificate,
            Loss::Protocol => Why::LogDiffers,
        });
        self.phase = Phase::Resting { until: now + wait_ms(self.failures, entropy) };
        self.failures = self.failures.saturating_add(1);
    }

    fn stop(&mut self, why: Why) {
        self.reset();
        self.why = Some(why);
        self.phase = Phase::Stopped(why);
        self.queue.push(Effect::Close);
    }

    fn offer(&mut self) {
        let something = self.standing.waiting > 0 || self.standing.unsent > 0;
        // Everything is read first: whoever was set back or copied learns there that their numbers are taken, before a
        // second story under them has left the laptop. The chain too: what somebody brought by file whose right was taken
        // meanwhile is taken out, and is not offered in vain.
        let read = self.head == self.read_cursor() && self.standing.chain.length >= self.relay_chain;
        let free = self.phase == Phase::Live && read && self.in_flight == 0 && !self.busy && self.refused.is_none();
        if free && something && !self.hold {
            self.write(Effect::Offer);
        }
    }

    fn offered(&mut self, envelopes: Vec<Envelope>) {
        self.busy = false;
        if self.phase == Phase::Live && !envelopes.is_empty() {
            self.in_flight = u32::try_from(envelopes.len()).unwrap_or(u32::MAX);
            self.queue.push(Effect::Send(ToRelay::Put(envelopes)));
        }
    }

    fn entries(&mut self, found: Result<Vec<SignedEntry>, ()>) {
        match found {
            Ok(entries) => self.queue.extend(entries.into_iter().map(|entry| Effect::Send(ToRelay::Entry(entry)))),
            Err(()) => self.stop(Why::MembershipFork),
        }
    }

    /// Asks for the next envelopes behind a snapshot, when nothing else is going on.
    fn check_behind(&mut self) {
        let free = self.phase == Phase::Live && !self.busy && self.in_flight == 0 && !self.checking;
        let wanted = self.standing.to_check.filter(|(next, last)| free && next <= last);
        let Some((next, last)) = wanted.filter(|_| self.head == self.read_cursor()) else { return };
        let until = last.min(next.saturating_add(FETCH_MAX as u64 - 1));
        self.checking = true;
        self.queue.push(Effect::Send(ToRelay::Fetch((next..=until).collect())));
    }

    /// Tells the others where we are, when we are live and have not for a while.
    fn say(&mut self, now: i64) {
        if self.phase == Phase::Live && !self.busy && !self.hold && now - self.said_ms >= SAY_EVERY_MS {
            self.said_ms = now;
            self.queue.push(Effect::Say);
        }
    }
}
