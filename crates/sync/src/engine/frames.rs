//! What the engine does with each frame of the relay.

use tovholder_crypto::running;
use tovholder_protocol::limits::CLOCK_S_MAX;
use tovholder_protocol::{
    Credential, Cursor, Hash, Hello, Item, LogId, Nonce, Refusal, Refused, SnapshotPart, ToLaptop, ToRelay, VERSION,
    VERSION_MIN, Welcome, encode,
};

use super::{Effect, Engine, FETCH_MAX, Phase, UNKNOWN_FAILURES};
use crate::standing::{Standing, Why};

impl Engine {
    pub(super) fn frame(&mut self, frame: ToLaptop, now: i64) {
        match frame {
            ToLaptop::Challenge { nonce, .. } if matches!(self.phase, Phase::Greeting { .. }) => self.greet(&nonce),
            ToLaptop::Welcome(welcome) => self.welcome(&welcome, now),
            ToLaptop::Chain(entries) => self.write(Effect::TakeEntries(entries)),
            ToLaptop::Log { first, items, after } => self.log(first, items, after),
            ToLaptop::Acks(acks) => {
                let count = u32::try_from(acks.len()).unwrap_or(u32::MAX);
                self.in_flight = self.in_flight.saturating_sub(count);
                self.listed = false;
                self.acked = acks.iter().map(|(_, n)| *n).fold(self.acked, u64::max);
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

    pub(super) fn write(&mut self, effect: Effect) {
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
        self.relay_chain = welcome.chain.length;
        self.clock_differs = (welcome.time - now.div_euclid(1_000)).abs() > CLOCK_S_MAX;
        let ours = self.standing.chain;
        if welcome.chain.length < ours.length || (welcome.chain.length == ours.length && welcome.chain != ours) {
            self.queue.push(Effect::FindEntries(welcome.chain));
        }
        let start = self.standing.cursor.filter(|cursor| cursor.n > 0);
        self.began_at = start.map_or(0, |cursor| cursor.n);
        match start {
            None if welcome.snapshot >= self.snapshots_from && !self.standing.begun => {
                self.phase = Phase::Fetching { parts: Vec::new() };
                self.queue.push(Effect::Send(ToRelay::GetPart(0)));
            }
            None => {
                self.write(Effect::ForgetBeyond(0));
                self.follow(Cursor { log: welcome.head.log, n: 0, hash: Hash::default() });
            }
            Some(cursor) if welcome.resumed => {
                self.phase = Phase::Live;
                self.write(Effect::ForgetBeyond(cursor.n));
            }
            Some(_) => {
                let at = Cursor { log: welcome.head.log, n: 0, hash: Hash::default() };
                self.phase = Phase::Listing { at, missing: Vec::new(), complete: false };
                self.write(Effect::BeginList(at.log));
                self.queue.push(Effect::Send(ToRelay::List(0)));
            }
        }
    }

    pub(super) fn follow(&mut self, cursor: Cursor) {
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

    pub(super) fn took(&mut self, right: bool, standing: Standing) {
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

    pub(super) fn lacks(&mut self, numbers: Vec<u64>) {
        self.busy = false;
        if let Phase::Listing { at, missing, .. } = &mut self.phase {
            missing.extend(numbers);
            let after = at.n;
            self.queue.push(Effect::Send(ToRelay::List(after)));
        }
    }

    /// Goes on with a list: fetches what is missing, else ends it.
    pub(super) fn list_on(&mut self) {
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

    pub(super) fn part(&mut self, part: Option<SnapshotPart>) {
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

    pub(super) fn refused(&mut self, refused: &Refused, now: i64) {
        match refused.why {
            Refusal::UnknownSpace => {
                self.why = Some(Why::UnknownSpace);
                self.queue.push(Effect::Admit);
            }
            Refusal::NotAdmitted => self.stop(Why::UnknownSpace),
            Refusal::Version => self.stop(Why::Version),
            Refusal::Revoked => self.stop(Why::Revoked),
            // A relay that was set back knows nobody who came since, until somebody gives it back the chain.
            Refusal::UnknownKey if self.identity.credential == Credential::Device => {
                self.failures = self.failures.max(UNKNOWN_FAILURES);
                self.drop_and_wait(now);
                self.why = Some(Why::UnknownKey);
            }
            Refusal::UnknownKey | Refusal::Expired | Refusal::Used => self.stop(Why::UnknownKey),
            Refusal::NotAllowed if refused.what.is_some() => self.refuse(Why::ReadOnly),
            Refusal::Quota => self.refuse(Why::Quota),
            Refusal::Fork => {
                self.in_flight = self.in_flight.saturating_sub(1);
                self.write(Effect::Forked(refused.what));
            }
            // A list did not help: what it builds on is neither there nor here.
            Refusal::Gap if self.listed => self.refuse(Why::Refused),
            // The relay has forgotten what came before: its list tells what.
            Refusal::Gap => {
                self.in_flight = 0;
                self.listed = true;
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
}
