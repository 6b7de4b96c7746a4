//! What must hold: at every claim to be in sync, whenever a disk is set back, and when the world has come to rest.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tovholder_app::sharing::sim;
use tovholder_app::view::{NoArgs, TasksQuery};
use tovholder_crypto::{Chain, DeviceSecret, envelope_hash};
use tovholder_document::CellChange;
use tovholder_model::OpId;
use tovholder_protocol::{DeviceKey, Envelope, Role, SignedEntry};
use tovholder_store::Reader;
use tovholder_sync::{Phase, Proof, Why};
use tovholder_sync_server::log::Storage as _;

use super::ledger::Held;
use super::template::template;
use super::{Told, World};

/// Rounds that the world may take to come to rest.
const ROUNDS_MAX: u32 = 500;
/// Rounds after which a world with a fork is as much at rest as it can be.
const FORKED_ROUNDS: u32 = 60;
/// Frames and commits within one of them.
const MOVES_MAX: u32 = 400;

/// A laptop's documents with their changes, as they are stored.
type Documents = BTreeMap<String, BTreeSet<Vec<u8>>>;

impl World {
    fn log(&self) -> Vec<(u64, Envelope)> {
        let net = self.net.borrow();
        net.storage.envelopes(&template().space, 0, usize::MAX, usize::MAX).expect("memory can be read")
    }

    pub(super) fn entries_by_relay(&self) -> Vec<SignedEntry> {
        let kept = self.net.borrow().storage.load(&template().space).expect("memory can be read");
        kept.map(|kept| kept.entries).unwrap_or_default()
    }

    fn device(&self, index: usize) -> Option<DeviceKey> {
        let text = std::fs::read_to_string(self.laptops[index].dir.join("device.key")).ok()?;
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
        }
        Some(DeviceSecret::from_bytes(bytes).key())
    }

    /// A laptop's role by the relay's chain; none when the chain does not know it.
    #[expect(clippy::option_option, reason = "unknown, known and out, known and in")]
    pub(super) fn role_by_relay(&self, index: usize) -> Option<Option<Role>> {
        let chain = Chain::read(&self.entries_by_relay()).ok()?;
        let device = self.device(index)?;
        chain.devices().contains_key(&device).then(|| chain.role(&device))
    }

    /// Whether a laptop joined, and its joining was lost with the relay's disk: no chain but its own knows it.
    pub(super) fn is_forgotten(&self, index: usize) -> bool {
        let Some(device) = self.device(index) else { return false };
        let knows =
            |entries: &[SignedEntry]| Chain::read(entries).is_ok_and(|chain| chain.devices().contains_key(&device));
        let others = (0..self.laptops.len()).filter(|other| self.device(*other) != Some(device));
        let mut chains = others.filter_map(|other| sim::space(self.laptops[other].app()).ok());
        self.is_in(index) && !knows(&self.entries_by_relay()) && !chains.any(|(_, _, entries)| knows(&entries))
    }

    /// What the relay's log says, read by whoever can.
    pub(super) fn held_by_relay(&self) -> Held {
        let mut held = Held::new();
        let readers: Vec<usize> = (0..self.laptops.len()).filter(|index| self.is_in(*index)).collect();
        for (_, envelope) in self.log() {
            let opened =
                readers.iter().find_map(|index| sim::opened(self.laptops[*index].app(), &envelope).ok().flatten());
            for (change, _) in opened.into_iter().flat_map(|body| body.changes) {
                hold(&mut held, &change);
            }
        }
        held
    }

    fn documents(&self, index: usize) -> Result<Documents, String> {
        let documents =
            sim::read(self.laptops[index].app(), Reader::documents).map_err(|error| format!("{error:?}"))?;
        Ok(documents
            .into_iter()
            .filter(|(_, changes)| !changes.is_empty())
            .map(|(name, changes)| (name, changes.into_iter().collect()))
            .collect())
    }

    fn held_by(&self, index: usize) -> Result<Held, String> {
        let mut held = Held::new();
        for bytes in self.documents(index)?.into_values().flatten().filter(|bytes| !bytes.is_empty()) {
            hold(&mut held, &CellChange::decode(&bytes).map_err(|error| format!("{error:?}"))?);
        }
        Ok(held)
    }

    /// What the disks hold from which it can still reach the others: the relay's, and those of laptops that may write
    /// there or stand outside.
    pub(super) fn held(&self) -> Result<Held, String> {
        let mut held = self.held_by_relay();
        for index in 0..self.laptops.len() {
            if !self.is_in(index) || self.role_by_relay(index).flatten() >= Some(Role::Editor) {
                held.extend(self.held_by(index)?);
            }
        }
        Ok(held)
    }

    pub(super) fn nothing_is_lost_yet(&mut self) -> Result<(), String> {
        self.after_a_right_was_taken();
        let mut held = self.held_by_relay();
        for index in 0..self.laptops.len() {
            held.extend(self.held_by(index)?);
        }
        match self.ledger.missing(&held) {
            Some(edit) => Err(format!("lost: {edit:?} is on no disk")),
            None => Ok(()),
        }
    }

    /// Whoever claims to be in sync is.
    pub(super) fn check_claims(&mut self) -> Result<(), String> {
        for index in 0..self.laptops.len() {
            self.check_claim(index).map_err(|why| format!("{}: {why}", self.laptops[index].called()))?;
        }
        Ok(())
    }

    fn check_claim(&mut self, index: usize) -> Result<(), String> {
        let laptop = &self.laptops[index];
        let Some(exchange) = laptop.exchange() else { return Ok(()) };
        let open = laptop.connection.filter(|id| self.net.borrow().is_open(*id));
        let (Proof::Synced, Some(connection)) = (exchange.engine().proof(), open) else { return Ok(()) };
        let error = |error| format!("{error:?}");
        let cursor = sim::read(laptop.app(), Reader::cursor).map_err(error)?;
        let told = self.net.borrow().connections.get(&connection).map_or(0, |connection| connection.told);
        let state = Some((connection, cursor, told));
        if laptop.claimed == state {
            return Ok(());
        }
        let (vector, mine, sizes) =
            sim::read(laptop.app(), |reader| Ok((reader.vector()?, reader.envelopes()?, reader.sizes()?)))
                .map_err(error)?;
        // The conversation has not looked since something was written here: it has not claimed anything about that.
        let standing = sim::standing(laptop.app()).map_err(error)?;
        if standing != exchange.engine().standing() {
            return Ok(());
        }
        let space = template().space;
        let log: Vec<(u64, Envelope)> = self.log();
        let hashes: HashSet<[u8; 32]> = log.iter().map(|(_, one)| envelope_hash(&space, &one.header).0).collect();
        let here: HashSet<[u8; 32]> = mine.iter().map(|one| one.hash).collect();
        for (n, envelope) in log.iter().filter(|(n, _)| *n <= told) {
            let header = envelope.read_header().map_err(|error| format!("{error:?}"))?;
            let covered =
                vector.iter().any(|last| last.incarnation == header.incarnation.0 && last.counter >= header.counter);
            if !here.contains(&envelope_hash(&space, &envelope.header).0) && !covered {
                return Err(format!("claims to be in sync (told of {told}) and has not envelope {n} of the log"));
            }
        }
        if let Some(lacks) = mine.iter().find(|one| !hashes.contains(&one.hash)) {
            return Err(format!(
                "claims to be in sync, and the relay has not its envelope {} of {:02x?}",
                lacks.counter,
                &lacks.incarnation[..3]
            ));
        }
        if sizes.waiting > 0 && self.role_by_relay(index).flatten() >= Some(Role::Editor) {
            return Err(format!("claims to be in sync, and {} changes wait", sizes.waiting));
        }
        self.laptops[index].claimed = state;
        Ok(())
    }

    /// Everything is mended, and everybody goes on until nothing moves any more.
    pub(super) fn come_to_rest(&mut self) -> Result<(), String> {
        self.net.borrow_mut().breaks_after = None;
        self.net.borrow_mut().cut_off.clear();
        self.net.borrow_mut().start();
        for index in 0..self.laptops.len() {
            self.set_broken(index, false);
        }
        // A commit that was still to fail fails now.
        self.net.borrow_mut().flush();
        let mut calm = 0;
        for round in 0..ROUNDS_MAX {
            // Now and then long enough for a silence to be noticed.
            self.net.borrow_mut().pass(if round % 40 == 39 { 90_000 } else { 4_000 });
            for index in 0..self.laptops.len() {
                self.laptops[index].look();
            }
            let mut moves = 0;
            while self.all_move() {
                moves += 1;
                if moves > MOVES_MAX {
                    return Err("frames go back and forth without end".to_owned());
                }
            }
            self.check_claims()?;
            calm = if (0..self.laptops.len()).all(|index| self.is_settled(index)) { calm + 1 } else { 0 };
            if calm >= 3 || round >= FORKED_ROUNDS && self.is_forked() {
                return Ok(());
            }
        }
        let unsettled: Vec<String> = (0..self.laptops.len())
            .filter(|index| !self.is_settled(*index))
            .map(|index| {
                let laptop = &self.laptops[index];
                let engine = laptop.exchange().map(|one| (one.engine().proof(), one.engine().phase().clone()));
                let alarms = sim::read(laptop.app(), Reader::alarms).unwrap_or_default();
                format!(
                    "{}({index}): {engine:?} {:?} alarms {alarms:?}",
                    laptop.called(),
                    sim::standing(laptop.app()).ok()
                )
            })
            .collect();
        let failed = sim::last_failure().unwrap_or_default();
        Err(format!("does not come to rest: {}; last failure: {failed}", unsettled.join("; ")))
    }

    fn all_move(&mut self) -> bool {
        let mut moved = false;
        for index in 0..self.laptops.len() {
            while self.laptops[index].hear() {
                moved = true;
            }
        }
        let ids: Vec<u64> = self.net.borrow().connections.keys().copied().collect();
        for id in ids {
            while self.net.borrow_mut().deliver_up(id) {
                moved = true;
            }
        }
        self.net.borrow_mut().flush() || moved
    }

    /// Whether a laptop has reached what it can reach.
    fn is_settled(&self, index: usize) -> bool {
        if !self.is_in(index) {
            return true;
        }
        let Some(exchange) = self.laptops[index].exchange() else { return false };
        let engine = exchange.engine();
        let role = self.role_by_relay(index).flatten();
        match engine.proof() {
            // A dead connection is noticed by its silence.
            Proof::Synced => {
                let open = self.laptops[index].connection.is_some_and(|id| self.net.borrow().is_open(id));
                open && engine.standing().to_check.is_none()
            }
            Proof::Not(why) if role.is_none() => {
                matches!(engine.phase(), Phase::Stopped(Why::Revoked))
                    || self.is_forgotten(index) && why.iter().any(|(why, _)| *why == Why::UnknownKey)
            }
            // A relay whose disk was set back showed two logs under one name: whoever saw it keeps the alarm.
            Proof::Not(why) if self.relay_lost && why.iter().all(|(why, _)| *why == Why::Fork) => {
                let alarms = sim::read(self.laptops[index].app(), Reader::alarms).unwrap_or_default();
                alarms.iter().all(|alarm| alarm.code == "log_differs")
            }
            // What a reader wrote before the right was taken stays, and is told.
            Proof::Not(why) => {
                role < Some(Role::Editor) && why.iter().all(|(why, _)| matches!(why, Why::Waiting | Why::ReadOnly))
            }
        }
    }

    /// Whether a machine that was set back told two stories, and the relay could not see it: one went by file, or the
    /// relay's own disk was set back as well and had lost the first. That is an alarm, and stays one; nobody who heard
    /// both, or builds on what only one heard, claims to be in sync. Without the alarm it is a failure like any other.
    fn is_forked(&self) -> bool {
        let alarmed = |index: usize| {
            let alarms = sim::read(self.laptops[index].app(), Reader::alarms).unwrap_or_default();
            alarms.iter().any(|alarm| alarm.code == "fork")
        };
        let unseen = self.relay_lost || !self.bundles.is_empty();
        self.was_set_back && unseen && (0..self.laptops.len()).any(alarmed)
    }

    /// Every change builds on changes that are here; with one missing Automerge would not load the document again.
    fn stands_on_what_is_there(&self, index: usize) -> Result<(), String> {
        for (name, changes) in self.documents(index)? {
            if changes.contains(&Vec::new()) {
                continue; // Begun from a snapshot, and not checked: what lies behind has not come.
            }
            let read = changes.iter().map(|bytes| CellChange::decode(bytes)).collect::<Result<Vec<_>, _>>();
            let read = read.map_err(|error| format!("{error:?}"))?;
            let hashes: HashSet<[u8; 32]> =
                read.iter().filter_map(|change| change.encode().ok()).map(|encoded| encoded.hash).collect();
            if let Some(change) = read.iter().find(|change| change.deps.iter().any(|dep| !hashes.contains(dep))) {
                let called = self.called(index);
                return Err(format!("{called}: a change of {name} builds on one that is not here: {change:.400?}"));
            }
            let ids: HashSet<OpId> =
                read.iter().flat_map(|change| (0..change.ops.len()).map(|index| change.op_id(index))).collect();
            let replaces_nothing =
                read.iter().find(|change| change.ops.iter().flat_map(|op| &op.pred).any(|seen| !ids.contains(seen)));
            if let Some(change) = replaces_nothing {
                let called = self.called(index);
                return Err(format!("{called}: a change of {name} replaces a write that is not here: {change:.600?}"));
            }
        }
        Ok(())
    }

    /// What must hold when the world has come to rest.
    pub(super) fn check(&mut self) -> Result<Told, String> {
        self.after_a_right_was_taken();
        for index in 0..self.laptops.len() {
            self.stands_on_what_is_there(index)?;
            let differing = sim::examine(self.laptops[index].app()).map_err(|error| format!("{error:?}"))?;
            if !differing.is_empty() {
                return Err(format!("{}: read tables differ: {differing:?}", self.laptops[index].called()));
            }
        }
        if self.is_forked() {
            return Ok(Told { forked: 1, ..Told::default() });
        }
        let (mut whole, mut leftover) = (Vec::new(), Vec::new());
        for index in (0..self.laptops.len()).filter(|index| self.is_in(*index)) {
            let Some(role) = self.role_by_relay(index).flatten() else { continue };
            let standing = sim::standing(self.laptops[index].app()).map_err(|error| format!("{error:?}"))?;
            let waits = sim::read(self.laptops[index].app(), Reader::sizes).map_err(|error| format!("{error:?}"))?;
            if role < Role::Editor && (standing.unsent > 0 || waits.waiting > 0) {
                leftover.push(index);
            } else {
                whole.push(index);
            }
        }
        let Some((first, others)) = whole.split_first() else { return Err("nobody is left in the space".to_owned()) };
        let documents = self.documents(*first)?;
        for other in others {
            differ(&documents, &self.documents(*other)?).map_or(Ok(()), |what| {
                Err(format!("{} and {} differ: {what}", self.called(*first), self.called(*other)))
            })?;
        }
        for other in &leftover {
            for (name, changes) in self.documents(*other)? {
                let lacking = documents.get(&name).into_iter().flatten().filter(|one| !changes.contains(*one)).count();
                if lacking > 0 {
                    return Err(format!(
                        "{} may only read, and lacks {lacking} changes of {name}",
                        self.called(*other)
                    ));
                }
            }
        }
        self.same_screens(*first, others)?;
        let entries = self.entries_by_relay();
        for index in &whole {
            let (_, _, theirs) = sim::space(self.laptops[*index].app()).map_err(|error| format!("{error:?}"))?;
            if theirs != entries {
                return Err(format!("{} has another chain than the relay", self.called(*index)));
            }
        }
        let held = self.held_by(*first)?;
        if let Some(edit) = self.ledger.missing(&held).filter(|edit| self.is_in(edit.laptop)) {
            return Err(format!("lost: {edit:?}"));
        }
        let relay = self.held_by_relay();
        if let Some(lacks) = held.iter().find(|one| !relay.contains(*one)) {
            return Err(format!("the relay's log has not {lacks:?}"));
        }
        let conflicts = self.laptops[*first].app().conflicts(NoArgs {}).map_err(|error| format!("{error:?}"))?;
        Ok(Told {
            claims: self.laptops.iter().map(|laptop| laptop.claims).sum(),
            edits: self.ledger.edits.iter().filter(|edit| edit.excused.is_none()).count(),
            excused: self.ledger.edits.iter().filter(|edit| edit.excused.is_some()).count(),
            envelopes: self.log().len(),
            compared: whole.len(),
            conflicts: conflicts.len(),
            entries: entries.len(),
            forked: 0,
        })
    }

    fn called(&self, index: usize) -> String {
        format!("{}({index})", self.laptops[index].called())
    }

    /// Cell by cell, as the screens show them.
    fn same_screens(&self, first: usize, others: &[usize]) -> Result<(), String> {
        let day = "2018-06-16".parse().ok();
        let shown = |index: usize| -> Result<Vec<String>, String> {
            let app = self.laptops[index].app();
            let error = |error| format!("{error:?}");
            let mut rows: Vec<String> =
                sim::read(app, Reader::entities).map_err(error)?.iter().map(|row| format!("{row:?}")).collect();
            rows.sort();
            let tasks = app.tasks(TasksQuery { on: day }).map_err(|error| format!("{error:?}"))?;
            rows.extend(tasks.rows.iter().map(|row| serde_json::to_string(row).unwrap_or_default()));
            let conflicts = app.conflicts(NoArgs {}).map_err(|error| format!("{error:?}"))?;
            rows.extend(conflicts.iter().map(|one| serde_json::to_string(one).unwrap_or_default()));
            Ok(rows)
        };
        let here = shown(first)?;
        for other in others {
            let there = shown(*other)?;
            if here != there {
                let at = here.iter().zip(&there).find(|(a, b)| a != b);
                return Err(format!("{} shows another than {}: {at:?}", self.called(*other), self.called(first)));
            }
        }
        Ok(())
    }
}

fn hold(held: &mut Held, change: &CellChange) {
    for op in &change.ops {
        let Some(text) = op.value.as_str() else { continue };
        let key = if op.key.starts_with("comment/") { "comment" } else { op.key.as_str() };
        held.insert((key.to_owned(), text.to_owned()));
    }
}

/// How two laptops' documents differ, if they do.
fn differ(here: &Documents, there: &Documents) -> Option<String> {
    let names: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
    let none = BTreeSet::new();
    for name in names {
        let (a, b) = (here.get(name).unwrap_or(&none), there.get(name).unwrap_or(&none));
        let told = |one: &Vec<u8>| CellChange::decode(one).map(|change| format!("{change:?}")).unwrap_or_default();
        if let Some(one) = a.symmetric_difference(b).next() {
            let whose = if a.contains(one) { "the first" } else { "the second" };
            let counts = (a.len(), b.len());
            return Some(format!("{name} {counts:?}, only {whose} has {:.300}", told(one)));
        }
    }
    None
}
