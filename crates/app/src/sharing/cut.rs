//! What a revocation cuts off on other laptops than its author's: see `tovholder_store::sharing::CutOff`.

use std::collections::{BTreeMap, BTreeSet};

use tovholder_crypto::envelope_hash;
use tovholder_document::{Hash, body};
use tovholder_protocol::{DeviceKey, Role};
use tovholder_store::sharing::{CUT, CutOff, NOT_ALLOWED, StoredEnvelope};
use tovholder_store::{StoreError, Write};

use super::Space;
use super::take::{Taker, unrow};
use crate::error::AppResult;
use crate::{App, lock};

/// What came of taking out what was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// There was nothing of it, which is nearly always so.
    Nothing,
    /// It is taken out.
    Done,
    /// A snapshot is checked meanwhile; it is taken out after that, and nothing is handed in before.
    Waits,
}

impl App {
    /// Takes out what came by file of somebody who may not write any more, and what builds on it.
    pub(crate) fn cut_off(&self) -> AppResult<Cut> {
        let space = self.shared_space()?;
        if space.role().is_none() {
            return Ok(Cut::Nothing);
        }
        let own = space.secret.key().0;
        let (cut, _) = self.write(|write| find(write, &space, &own).map_err(|error| self.fail(&error)))?;
        if cut.envelopes.is_empty() {
            return Ok(Cut::Nothing);
        }
        let now = self.now();
        let mut random = |bytes: &mut [u8]| (self.ground.random)(bytes);
        match lock(&self.store).cut_off(&cut, &own, now, &mut random) {
            Err(StoreError::Unchecked) => return Ok(Cut::Waits),
            done => done.map_err(|error| self.fail(&error))?,
        }
        self.forget_world();
        if cut.own {
            self.sign_incarnation()?;
        }
        Ok(Cut::Done)
    }
}

/// An envelope that no log has, with the changes it brought.
struct Held {
    stored: StoredEnvelope,
    allowed: bool,
    document: String,
    changes: Vec<Hash>,
}

fn hold(space: &Space, stored: StoredEnvelope) -> Result<Held, StoreError> {
    let envelope = unrow(stored.clone());
    let (mut document, mut changes, mut allowed) = (String::new(), Vec::new(), true);
    if let Ok(header) = envelope.read_header() {
        let hash = envelope_hash(&space.id(), &envelope.header);
        allowed = space.chain.may_write(&header, &hash).is_ok();
        let opened = space.ring.open_body(&space.id(), &header, &envelope.body);
        if let Some(parsed) = opened.ok().and_then(|bytes| body::decode(&bytes).ok()) {
            document = parsed.document;
            let hashes = parsed.changes.iter().map(|(change, _)| change.encode().map(|encoded| encoded.hash));
            changes = hashes.collect::<Result<_, _>>()?;
        }
    }
    Ok(Held { stored, allowed, document, changes })
}

/// What is to be taken out: envelopes that are not allowed, what builds on them, and what follows that in its incarnation.
fn find(write: &mut Write<'_>, space: &Space, own: &[u8; 32]) -> Result<CutOff, StoreError> {
    // Looked at every time that something is handed in, and nearly always there is nothing of it.
    let may_write = |device: &[u8; 32]| space.chain.role(&DeviceKey(*device)) >= Some(Role::Editor);
    if write.unnumbered_devices(own)?.iter().all(may_write) {
        return Ok(CutOff::default());
    }
    let held = write.unnumbered()?.into_iter().map(|stored| hold(space, stored)).collect::<Result<Vec<_>, _>>()?;
    if held.iter().all(|one| one.allowed || one.stored.device == *own) {
        return Ok(CutOff::default());
    }
    let mut cut: BTreeMap<[u8; 32], &'static str> = BTreeMap::new();
    let mut changes: BTreeMap<String, BTreeSet<Hash>> = BTreeMap::new();
    let mut first: BTreeMap<[u8; 16], u64> = BTreeMap::new();
    loop {
        let before = cut.len();
        for one in held.iter().filter(|one| !cut.contains_key(&one.stored.hash)).collect::<Vec<_>>() {
            let touched =
                changes.get(&one.document).is_some_and(|gone| one.changes.iter().any(|hash| gone.contains(hash)));
            let follows = first.get(&one.stored.incarnation).is_some_and(|counter| one.stored.counter > *counter);
            if one.allowed && !touched && !follows {
                continue;
            }
            cut.insert(one.stored.hash, if one.allowed { CUT } else { NOT_ALLOWED });
            first
                .entry(one.stored.incarnation)
                .and_modify(|at| *at = one.stored.counter.min(*at))
                .or_insert(one.stored.counter);
            changes.entry(one.document.clone()).or_default().extend(&one.changes);
        }
        if cut.len() == before {
            break;
        }
        for (document, gone) in &mut changes {
            *gone = write.with_dependents(document, gone)?;
        }
    }
    // What a log has cannot be taken out; it cannot build on this either, unless somebody turned bad.
    for (document, gone) in &changes {
        for hash in gone {
            let held = held.iter().any(|one| one.document == *document && one.changes.contains(hash));
            if !held && !write.waits_to_be_sealed(document, hash)? {
                write.raise_alarm("fork", &hex::encode(space.secret.key().0))?;
                return Ok(CutOff::default());
            }
        }
    }
    let writes_here = write.actor().0;
    let mut touches_own =
        held.iter().any(|one| one.stored.incarnation == writes_here && cut.contains_key(&one.stored.hash));
    for (document, hash) in changes.iter().flat_map(|(document, gone)| gone.iter().map(move |hash| (document, hash))) {
        touches_own = touches_own || write.is_own(document, hash, own)?;
    }
    Ok(CutOff { envelopes: cut.into_iter().collect(), changes, own: touches_own })
}

impl Taker<'_> {
    /// Whether a body builds on a change that is not here because its envelope was cut off.
    pub(super) fn builds_on_cut(&self, write: &Write<'_>, parsed: &body::Body) -> Result<bool, StoreError> {
        if !write.has_cut()? {
            return Ok(false);
        }
        let missing: BTreeSet<Hash> =
            write.missing_of(&parsed.document, parsed.changes.iter().map(|(change, _)| change))?;
        if missing.is_empty() {
            return Ok(false);
        }
        for stored in write.cut_envelopes()? {
            let envelope = unrow(stored);
            let Ok(header) = envelope.read_header() else { continue };
            let Ok(bytes) = self.ring.open_body(&self.chain.space(), &header, &envelope.body) else { continue };
            let Ok(cut) = body::decode(&bytes) else { continue };
            for (change, _) in &cut.changes {
                if missing.contains(&change.encode()?.hash) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
