//! Whatever the order of things: what was acknowledged is stored, the log has no gaps, its running hash is right.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;

use common::carrier::{Carrier, acks, refusals};
use common::{Greeting, NOW, Town, Writer};
use proptest::prelude::*;
use tovholder_crypto::{envelope_hash, running};
use tovholder_protocol::{Cursor, Envelope, Hash, Item, Refusal, Role, ToLaptop, ToRelay};
use tovholder_sync_server::core::InFlight;
use tovholder_sync_server::log::{Storage as _, StorageError};

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A laptop writes so many.
    Write(usize, usize),
    /// It hands in what is not acknowledged, or all that it ever wrote.
    Put(usize, bool),
    /// It hands in everything that the other wrote.
    PutOthers(usize),
    /// A commit begins.
    Take,
    /// The commit returns, or fails.
    Return(bool),
    /// A laptop reads on.
    Pump(usize),
    /// It goes, and comes back.
    Reconnect(usize),
    /// The relay is killed and started anew; a commit under way may have reached the disk.
    Kill(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..LAPTOPS, 1..4_usize).prop_map(|(who, count)| Step::Write(who, count)),
        4 => (0..LAPTOPS, prop::bool::weighted(0.2)).prop_map(|(who, all)| Step::Put(who, all)),
        1 => (0..LAPTOPS).prop_map(Step::PutOthers),
        4 => Just(Step::Take),
        4 => prop::bool::weighted(0.7).prop_map(Step::Return),
        3 => (0..LAPTOPS).prop_map(Step::Pump),
        1 => (0..LAPTOPS).prop_map(Step::Reconnect),
        1 => any::<bool>().prop_map(Step::Kill),
    ]
}

const LAPTOPS: usize = 3;

struct Laptop {
    id: u64,
    greeting: Greeting,
    writer: Writer,
    written: Vec<(Envelope, Hash)>,
    /// What the log said to it, in order.
    read: Vec<Hash>,
    cursor: Option<Cursor>,
}

struct World {
    town: Town,
    carrier: Carrier,
    laptops: Vec<Laptop>,
    acked: BTreeMap<Hash, u64>,
    under_way: Option<InFlight>,
}

impl World {
    fn new() -> Self {
        let mut town = Town::founded();
        let editors: Vec<_> = (0..LAPTOPS).map(|_| town.member(Role::Editor)).collect();
        let mut carrier = Carrier::with(&town);
        let laptops = editors.iter().map(|secret| Laptop {
            id: carrier.device(&town, secret),
            greeting: Greeting::device(&town, secret),
            writer: Writer::new(secret),
            written: Vec::new(),
            read: Vec::new(),
            cursor: None,
        });
        let laptops = laptops.collect();
        Self { town, carrier, laptops, acked: BTreeMap::new(), under_way: None }
    }

    fn connect(&mut self, who: usize) {
        let laptop = &mut self.laptops[who];
        self.carrier.relay.disconnected(laptop.id);
        let greeting = Greeting { cursor: laptop.cursor, ..laptop.greeting.clone() };
        laptop.id = self.carrier.greet(&greeting);
        let heard = self.carrier.heard(laptop.id);
        assert!(
            heard.iter().any(|frame| matches!(frame, ToLaptop::Welcome(welcome) if welcome.resumed)),
            "nothing that was told is ever lost: {heard:?}"
        );
    }

    fn hear(&mut self) {
        for who in 0..LAPTOPS {
            let heard = self.carrier.heard(self.laptops[who].id);
            for (hash, n) in acks(&heard) {
                assert_eq!(
                    self.carrier.memory.number_of(&self.town.space(), &hash).unwrap(),
                    Some(n),
                    "acked, not stored"
                );
                assert_eq!(*self.acked.entry(hash).or_insert(n), n, "a number never changes");
            }
            for frame in &heard {
                if let ToLaptop::Log { first, items, after } = frame {
                    self.read(who, *first, items, after);
                }
            }
            let ended = refusals(&heard);
            let fine = |(why, closing): &(Refusal, bool)| (*why, *closing) == (Refusal::Storage, true);
            // What stood on something that was not stored is a gap until that is handed in again.
            assert!(ended.iter().all(|one| fine(one) || *one == (Refusal::Gap, false)), "{ended:?}");
            if ended.iter().any(fine) {
                self.connect(who);
            }
        }
    }

    fn read(&mut self, who: usize, first: u64, items: &[Item], after: &Cursor) {
        let laptop = &mut self.laptops[who];
        assert_eq!(usize::try_from(first).unwrap(), laptop.read.len() + 1, "without gaps, and nothing twice");
        for item in items {
            laptop.read.push(match item {
                Item::Whole(envelope) => envelope_hash(&self.town.space(), &envelope.header),
                Item::Yours(hash) => *hash,
            });
        }
        let hash = laptop.read.iter().fold(Hash::default(), |before, hash| running(&before, hash));
        assert_eq!((after.n, after.hash), (u64::try_from(laptop.read.len()).unwrap(), hash));
        laptop.cursor = Some(*after);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Write(who, count) => {
                let laptop = &mut self.laptops[who];
                for _ in 0..count {
                    laptop.written.push(laptop.writer.next(&self.town));
                }
            }
            Step::Put(who, all) => self.put(who, who, all),
            Step::PutOthers(who) => self.put(who, (who + 1) % LAPTOPS, true),
            Step::Take => {
                if self.carrier.relay.wants_commit() {
                    self.under_way = Some(self.carrier.relay.take_batch());
                }
            }
            Step::Return(well) => self.commit_returns(well),
            Step::Pump(who) => self.carrier.pump(self.laptops[who].id),
            Step::Reconnect(who) => self.connect(who),
            Step::Kill(stored) => {
                if let Some(batch) = self.under_way.take().filter(|_| stored) {
                    self.carrier.memory.commit(&batch.batch).unwrap();
                }
                self.carrier.restart();
                (0..LAPTOPS).for_each(|who| self.connect(who));
            }
        }
        self.hear();
    }

    fn put(&mut self, who: usize, whose: usize, all: bool) {
        let acked = &self.acked;
        let written = self.laptops[whose].written.iter().filter(|(_, hash)| all || !acked.contains_key(hash));
        let envelopes: Vec<Envelope> = written.map(|(envelope, _)| envelope.clone()).collect();
        if !envelopes.is_empty() {
            self.carrier.put(self.laptops[who].id, envelopes);
        }
    }

    fn commit_returns(&mut self, well: bool) {
        let Some(batch) = self.under_way.take() else { return };
        let result = if well {
            self.carrier.memory.commit(&batch.batch)
        } else {
            Err(StorageError::Failed("asked to fail".to_owned()))
        };
        let outputs = self.carrier.relay.committed(batch, &result, NOW);
        self.carrier.take(outputs);
    }

    /// Everything is handed in and read, and everybody has the same.
    fn quiet(&mut self) {
        self.commit_returns(true);
        self.hear();
        for who in 0..LAPTOPS {
            self.put(who, who, false);
            self.carrier.settle();
            self.hear();
        }
        for who in 0..LAPTOPS {
            self.carrier.pump(self.laptops[who].id);
        }
        self.hear();
        let head = self.carrier.head(&self.town);
        let written: usize = self.laptops.iter().map(|laptop| laptop.written.len()).sum();
        assert_eq!(usize::try_from(head.n).unwrap(), written);
        assert_eq!(self.acked.len(), written, "everything is acknowledged in the end");
        let stored = self.carrier.memory.hashes(&self.town.space(), 0, usize::MAX).unwrap();
        for laptop in &self.laptops {
            assert_eq!(laptop.read, stored);
        }
        assert!(stored.iter().zip(1..).all(|(hash, n)| self.acked[hash] == n));
        let again = self.carrier.ask(self.laptops[0].id, &ToRelay::List(0));
        assert!(matches!(again.as_slice(), [ToLaptop::Hashes { hashes, .. }] if *hashes == stored));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_acknowledged_is_stored_and_the_log_has_no_gaps(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.quiet();
    }
}
