//! The engine: from asleep to live, and back.
//!
//! States: `Resting` (until a time) → `Connecting` → `Greeting` → (`Fetching` a snapshot | `Listing` a log that is another
//! than was known | nothing of both) → `Live`. `Stopped` is left only when something outside changed. `docs/protocol.md`
//! draws them.

use tovholder_crypto::{DeviceSecret, running};
use tovholder_protocol::limits::{CLOCK_S_MAX, PARTS_MAX};
use tovholder_protocol::{
    ChainPoint, Credential, Cursor, Envelope, Hash, Hello, Item, LogId, Nonce, Refusal, Refused, SignedEntry,
    SnapshotPart, SpaceId, ToLaptop, ToRelay, VERSION, VERSION_MIN, Welcome, encode,
};

use crate::backoff::wait_ms;
use crate::standing::{Loss, Proof, Standing, Why};

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
    /// Where the present catching up began, for progress.
    began_at: u64,
    failures: u32,
    /// Envelopes handed in and not answered yet.
    in_flight: u32,
    /// An effect that writes was given out, and its answer has not come.
    busy: bool,
    queue: Vec<Effect>,
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
            began_at: 0,
            failures: 0,
            in_flight: 0,
            busy: false,
            queue: Vec::new(),
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

    /// How much of the present catching up is done, and how much there is; none when nothing is going on.
    pub fn progress(&self) -> Option<(u64, u64)> {
        match &self.phase {
            Phase::Live => {
                let head = self.head?.n;
                let at = self.standing.cursor.map_or(0, |cursor| cursor.n);
                let (down, down_all) = (at.saturating_sub(self.began_at), head.saturating_sub(self.began_at));
                (at < head).then_some((down, down_all))
            }
            Phase::Fetching { parts } => {
                let all = parts.first().map_or(1, |_| PARTS_MAX);
                Some((u64::try_from(parts.len()).unwrap_or(0), u64::try_from(all).unwrap_or(1)))
            }
            Phase::Listing { at, missing, .. } => {
                let head = self.head.map_or(at.n, |head| head.n);
                Some((at.n.saturating_sub(u64::try_from(missing.len()).unwrap_or(0)), head))
            }
            _ => None,
        }
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

    /// Whether this laptop is in sync; proven, not hoped.
    pub fn proof(&self) -> Proof {
        let stands = &self.standing;
        let mut not = Vec::new();
        let mut add = |why, count: u32| {
            if count > 0 {
                not.push((why, count));
            }
        };
        let live = self.phase == Phase::Live;
        let under_way = live && (self.in_flight > 0 || self.busy);
        add(Why::Waiting, stands.waiting.max(stands.unsent).max(u32::from(under_way)));
        add(Why::Parked, stands.parked + stands.early);
        add(Why::Sealed, stands.sealed);
        let read = self.read_cursor();
        if live && self.head != read {
            let behind = self.head.map_or(0, |head| head.n).saturating_sub(read.map_or(0, |cursor| cursor.n));
            add(Why::Behind, u32::try_from(behind).unwrap_or(u32::MAX).max(1));
        }
        add(Why::Fork, stands.forks);
        if let Some(why) = self.refused {
            add(why, 1);
        }
        if let Some(why) = self.why.or(if live { None } else { Some(Why::Unreachable) }) {
            add(why, 1);
        }
        if not.is_empty() { Proof::Synced } else { Proof::Not(not) }
    }

    /// Everything that the relay has was read, by one who only reads.
    pub fn has_read(&self) -> bool {
        self.hold && self.phase == Phase::Live && !self.busy && self.head == self.read_cursor()
    }

    /// What a person should know beside: it takes nothing from the proof.
    pub fn notes(&self) -> Vec<(Why, u32)> {
        let mut notes = Vec::new();
        if self.standing.refused > 0 {
            notes.push((Why::Refused, self.standing.refused));
        }
        if self.clock_differs {
            notes.push((Why::Clock, 1));
        }
        notes
    }

    /// The cursor, where an empty log and none read are the same.
    fn read_cursor(&self) -> Option<Cursor> {
        match (self.standing.cursor, self.head) {
            (None, Some(head)) => Some(Cursor { log: head.log, n: 0, hash: Hash::default() }),
            (cursor, _) => cursor,
        }
    }

    /// Something happened; this is to be done, in order.
    pub fn on(&mut self, event: Event, now: i64) -> Vec<Effect> {
        match event {
            Event::Tick => self.tick(now),
            Event::Wake => self.wake(now),
            Event::Alive => self.heard_ms = now,
            Event::Say => self.said_ms = 0,
            Event::Stands(standing) => {
                self.busy = false;
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
        self.in_flight = 0;
        self.busy = false;
        self.checking = false;
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

    fn frame(&mut self, frame: ToLaptop, now: i64) {
        match frame {
            ToLaptop::Challenge { nonce, .. } if matches!(self.phase, Phase::Greeting { .. }) => self.greet(&nonce),
            ToLaptop::Welcome(welcome) => self.welcome(&welcome, now),
            ToLaptop::Chain(entries) => self.write(Effect::TakeEntries(entries)),
            ToLaptop::Log { first, items, after } => self.log(first, items, after),
            ToLaptop::Acks(acks) => {
                let count = u32::try_from(acks.len()).unwrap_or(u32::MAX);
                self.in_flight = self.in_flight.saturating_sub(count);
                self.write(Effect::TakeAcks(acks));
            }
            ToLaptop::Hashes { log, first, hashes } => self.hashes(log, first, hashes),
            ToLaptop::Envelopes(envelopes) => {
                if let Phase::Listing { missing, .. } = &mut self.phase {
                    missing.retain(|n| !envelopes.iter().any(|(number, _)| number == n));
                    self.write(Effect::TakeFetched(envelopes));
                } else if self.checking {
                    self.write(Effect::Check(envelopes));
                }
            }
            said @ ToLaptop::Said { .. } => self.queue.push(Effect::TakeSaid(said)),
            ToLaptop::Part(part) => self.part(part),
            ToLaptop::Refused(refused) => self.refused(&refused, now),
            ToLaptop::Stands(_) | ToLaptop::Challenge { .. } => {}
        }
    }

    fn write(&mut self, effect: Effect) {
        self.busy = true;
        self.queue.push(effect);
    }

    fn greet(&mut self, nonce: &Nonce) {
        let fresh = self.standing.cursor.is_none_or(|cursor| cursor.n == 0);
        let hello = encode(&Hello {
            version: VERSION,
            version_min: VERSION_MIN,
            space: self.identity.space,
            credential: self.identity.credential,
            key: self.identity.secret.key(),
            cursor: self.standing.cursor,
            chain: self.standing.chain,
            quiet: fresh,
        });
        let signature = self.identity.secret.sign_hello(&nonce.0, &hello);
        self.queue.push(Effect::Send(ToRelay::Hello { hello, signature }));
    }

    fn welcome(&mut self, welcome: &Welcome, now: i64) {
        self.failures = 0;
        self.why = None;
        self.connected_at = Some(now);
        self.head = Some(welcome.head);
        self.clock_differs = (welcome.time - now.div_euclid(1_000)).abs() > CLOCK_S_MAX;
        let ours = self.standing.chain;
        if welcome.chain.length < ours.length || (welcome.chain.length == ours.length && welcome.chain != ours) {
            self.queue.push(Effect::FindEntries(welcome.chain));
        }
        let start = self.standing.cursor.filter(|cursor| cursor.n > 0);
        self.began_at = start.map_or(0, |cursor| cursor.n);
        match start {
            None if welcome.snapshot >= self.snapshots_from => {
                self.phase = Phase::Fetching { parts: Vec::new() };
                self.queue.push(Effect::Send(ToRelay::GetPart(0)));
            }
            None => self.follow(Cursor { log: welcome.head.log, n: 0, hash: Hash::default() }),
            Some(_) if welcome.resumed => {
                self.phase = Phase::Live;
                self.offer();
            }
            Some(_) => {
                let at = Cursor { log: welcome.head.log, n: 0, hash: Hash::default() };
                self.phase = Phase::Listing { at, missing: Vec::new(), complete: false };
                self.write(Effect::BeginList(at.log));
                self.queue.push(Effect::Send(ToRelay::List(0)));
            }
        }
    }

    fn follow(&mut self, cursor: Cursor) {
        self.phase = Phase::Live;
        self.queue.push(Effect::Send(ToRelay::Follow(cursor)));
        self.offer();
    }

    fn log(&mut self, first: u64, items: Vec<Item>, after: Cursor) {
        if self.phase != Phase::Live {
            return;
        }
        let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
        if count == 0 || first.checked_add(count - 1) != Some(after.n) {
            self.queue.push(Effect::Close);
            self.why = Some(Why::LogDiffers);
            return;
        }
        if self.head.is_none_or(|head| head.n < after.n) {
            self.head = Some(after);
        }
        self.write(Effect::TakeLog { first, items, after });
    }

    fn took(&mut self, right: bool, standing: Standing) {
        self.busy = false;
        self.standing = standing;
        if !right {
            // The relay's running hash is not ours: read its list anew, which tells what differs.
            self.why = Some(Why::LogDiffers);
            if let Some(head) = self.head {
                let at = Cursor { log: head.log, n: 0, hash: Hash::default() };
                self.phase = Phase::Listing { at, missing: Vec::new(), complete: false };
                self.write(Effect::BeginList(at.log));
                self.queue.push(Effect::Send(ToRelay::List(0)));
            }
            return;
        }
        match &self.phase {
            Phase::Fetching { .. } => {
                if let Some(cursor) = self.standing.cursor {
                    self.began_at = cursor.n;
                    self.follow(cursor);
                }
            }
            Phase::Listing { .. } => self.list_on(),
            _ => self.offer(),
        }
    }

    fn hashes(&mut self, log: LogId, first: u64, hashes: Vec<Hash>) {
        let Phase::Listing { at, complete, .. } = &mut self.phase else { return };
        if at.log != log || first != at.n + 1 {
            self.queue.push(Effect::Close);
            self.why = Some(Why::LogDiffers);
            return;
        }
        if hashes.is_empty() {
            *complete = true;
            self.list_on();
            return;
        }
        for hash in &hashes {
            at.n += 1;
            at.hash = running(&at.hash, hash);
        }
        self.write(Effect::TakeHashes { first, hashes });
    }

    fn lacks(&mut self, numbers: Vec<u64>) {
        self.busy = false;
        if let Phase::Listing { at, missing, .. } = &mut self.phase {
            missing.extend(numbers);
            let after = at.n;
            self.queue.push(Effect::Send(ToRelay::List(after)));
        }
    }

    /// Goes on with a list: fetches what is missing, else ends it.
    fn list_on(&mut self) {
        let Phase::Listing { at, missing, complete } = &self.phase else { return };
        if !complete {
            return;
        }
        if missing.is_empty() {
            let at = *at;
            if self.head.is_none_or(|head| head.log != at.log || head.n <= at.n) {
                self.head = Some(at);
            }
            self.write(Effect::EndList(at));
            self.why = None;
            self.standing.cursor = Some(at);
            self.began_at = at.n;
            self.phase = Phase::Live;
            self.queue.push(Effect::Send(ToRelay::Follow(at)));
        } else {
            let numbers = missing.iter().take(FETCH_MAX).copied().collect();
            self.queue.push(Effect::Send(ToRelay::Fetch(numbers)));
        }
    }

    fn part(&mut self, part: Option<SnapshotPart>) {
        let Phase::Fetching { parts } = &mut self.phase else { return };
        let Some(part) = part else {
            // There is none any more: the log has it all.
            let log = self.head.map(|head| head.log).unwrap_or_default();
            self.follow(Cursor { log, n: 0, hash: Hash::default() });
            return;
        };
        let header = part.read_header().ok();
        let same = parts.first().is_none_or(|first| first.header == part.header);
        let next = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let Some(header) = header.filter(|_| same && part.index == next) else {
            // Another snapshot has taken its place meanwhile: from its beginning, once.
            let again = part.index != 0 && !parts.is_empty();
            parts.clear();
            let effect = if again { Effect::Send(ToRelay::GetPart(0)) } else { Effect::Close };
            self.queue.push(effect);
            return;
        };
        parts.push(part);
        if parts.len() == header.parts.len() {
            let parts = parts.clone();
            self.write(Effect::Install(parts));
        } else {
            self.queue.push(Effect::Send(ToRelay::GetPart(next + 1)));
        }
    }

    fn offer(&mut self) {
        let something = self.standing.waiting > 0 || self.standing.unsent > 0;
        let free = self.phase == Phase::Live && self.in_flight == 0 && !self.busy && self.refused.is_none();
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

    fn refused(&mut self, refused: &Refused, now: i64) {
        match refused.why {
            Refusal::UnknownSpace => {
                self.why = Some(Why::UnknownSpace);
                self.queue.push(Effect::Admit);
            }
            Refusal::NotAdmitted => self.stop(Why::UnknownSpace),
            Refusal::Version => self.stop(Why::Version),
            Refusal::Revoked => self.stop(Why::Revoked),
            Refusal::UnknownKey | Refusal::Expired | Refusal::Used => self.stop(Why::UnknownKey),
            Refusal::NotAllowed if refused.what.is_some() => self.refuse(Why::ReadOnly),
            Refusal::Quota => self.refuse(Why::Quota),
            Refusal::Fork => {
                self.in_flight = self.in_flight.saturating_sub(1);
                self.write(Effect::Forked(refused.what));
            }
            // The relay has forgotten what came before: its list tells what.
            Refusal::Gap => {
                self.in_flight = 0;
                if let Some(head) = self.head.filter(|_| self.phase == Phase::Live) {
                    let at = Cursor { log: head.log, n: 0, hash: Hash::default() };
                    self.phase = Phase::Listing { at, missing: Vec::new(), complete: false };
                    self.write(Effect::BeginList(at.log));
                    self.queue.push(Effect::Send(ToRelay::List(0)));
                }
            }
            Refusal::BadEnvelope | Refusal::TooLarge => self.refuse(Why::Refused),
            _ if refused.closing => self.drop_and_wait(now),
            Refusal::Rate | Refusal::Storage => self.drop_and_wait(now),
            _ => {}
        }
    }

    fn refuse(&mut self, why: Why) {
        self.in_flight = 0;
        self.refused = Some(why);
    }

    /// Asks for the next envelopes behind a snapshot, when nothing else is going on.
    fn check_behind(&mut self) {
        let free = self.phase == Phase::Live && !self.busy && self.in_flight == 0 && !self.checking;
        let Some((next, last)) = self.standing.to_check.filter(|_| free && self.head == self.read_cursor()) else {
            return;
        };
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
