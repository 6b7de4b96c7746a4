//! Entries of the chain, and what they do to those who are connected.

use std::collections::BTreeSet;

use tovholder_crypto::CryptoError;
use tovholder_protocol::{
    Action, Credential, Cut, DeviceKey, EntryBody, Incarnation, Refusal, SignedEntry, SpaceId, ToLaptop,
};

use super::connection::Inside;
use super::space::Space;
use super::{After, ConnectionId, Output, Relay, send};
use crate::log::Store;

impl Relay {
    pub(super) fn entry(&mut self, id: ConnectionId, entry: &SignedEntry, now: i64) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let hash = tovholder_crypto::point_after(entry).map(|point| point.head);
        match self.entry_of(id, &inside, entry, now) {
            Ok(()) => Vec::new(),
            Err(why) => {
                let mut outputs = Vec::new();
                if why == Refusal::ChainMoved
                    && let Some(space) = self.spaces.get(&inside.space)
                {
                    // So that the entry can be made anew on the head.
                    let from = entry.read_body().ok().and_then(|body| usize::try_from(body.n).ok()).unwrap_or(0);
                    let rest = space.entries.get(from..).unwrap_or_default().to_vec();
                    if !rest.is_empty() {
                        outputs.push(send(id, ToLaptop::Chain(rest)));
                    }
                }
                outputs.extend(self.refuse(id, why, hash, false));
                outputs
            }
        }
    }

    fn entry_of(&mut self, id: ConnectionId, inside: &Inside, entry: &SignedEntry, now: i64) -> Result<(), Refusal> {
        let body = entry.read_body().map_err(|_| Refusal::BadEntry)?;
        self.check_credential(inside, &body, now)?;
        let space = self.spaces.get_mut(&inside.space).ok_or(Refusal::UnknownSpace)?;
        if space.entries.iter().rev().take(64).any(|known| known == entry) {
            // Handed in again: it stands.
            self.staged.after.push(After::Stands(id, tovholder_crypto::point_after(entry).unwrap_or_default().head));
            return Ok(());
        }
        let mut chain = space.chain.clone();
        let done = chain.append(entry).map_err(|error| match error {
            CryptoError::NotOnHead => Refusal::ChainMoved,
            CryptoError::NotAllowed => Refusal::NotAllowed,
            CryptoError::Used => Refusal::Used,
            CryptoError::Expired => Refusal::Expired,
            _ => Refusal::BadEntry,
        })?;
        let given_back = body.author != inside.key;
        if !done.silenced.is_empty() && !cuts_fit(space, &done.cuts, &done.silenced, given_back) {
            return Err(Refusal::StaleCut);
        }
        let old_recovery = space.chain.recovery().sign;
        space.chain = chain;
        space.entries.push(entry.clone());
        let n = u64::try_from(space.entries.len()).unwrap_or(u64::MAX) - 1;
        let new_recovery = space.chain.recovery().sign;
        if old_recovery != new_recovery {
            self.recovery.remove(&old_recovery);
            self.recovery.insert(new_recovery, inside.space);
        }
        self.staged.batch.push((inside.space, Store::Entry(n, entry.clone())));
        self.staged.after.push(After::Stands(id, done.hash));
        self.staged.after.push(After::Entry(inside.space, id, Box::new(entry.clone())));
        if !done.revoked.is_empty() {
            self.staged.after.push(After::Out(inside.space, done.revoked));
        }
        if inside.credential != Credential::Device {
            self.staged.after.push(After::Done(id));
        }
        Ok(())
    }

    fn check_credential(&self, inside: &Inside, body: &EntryBody, now: i64) -> Result<(), Refusal> {
        let space = self.spaces.get(&inside.space).ok_or(Refusal::UnknownSpace)?;
        match (inside.credential, &body.action) {
            (Credential::Device, _) => space.chain.role(&inside.key).map(|_| ()).ok_or(Refusal::Revoked),
            (Credential::Invitation, Action::Join { invitation, .. }) if *invitation == inside.key => {
                // The laptop's clock is its own; here ours counts.
                let invited = space.chain.invitations().get(invitation).ok_or(Refusal::Used)?;
                if invited.expires < now { Err(Refusal::Expired) } else { Ok(()) }
            }
            (Credential::Recovery, Action::Recover { .. }) => Ok(()),
            _ => Err(Refusal::NotAllowed),
        }
    }

    pub(super) fn tell_entry(
        &self,
        space: &SpaceId,
        from: ConnectionId,
        entry: SignedEntry,
        outputs: &mut Vec<Output>,
    ) {
        let Some(space) = self.spaces.get(space) else { return };
        let frame = std::sync::Arc::new(ToLaptop::Chain(vec![entry]));
        let others = space.connections.iter().filter(|id| **id != from);
        outputs.extend(others.map(|id| Output::Send(*id, std::sync::Arc::clone(&frame))));
    }

    pub(super) fn shut_out(&mut self, space: &SpaceId, devices: &[DeviceKey], outputs: &mut Vec<Output>) {
        let Some(known) = self.spaces.get(space) else { return };
        let out: Vec<ConnectionId> = known
            .connections
            .iter()
            .filter(|id| self.inside(**id).is_some_and(|inside| devices.contains(&inside.key)))
            .copied()
            .collect();
        for id in out {
            outputs.extend(self.refuse(id, Refusal::Revoked, None, true));
        }
    }
}

/// Whether the cuts are this relay's last envelopes of every incarnation of those devices. Of an entry that is given back
/// to a relay that lost something they may be ahead: what they name is given back too.
fn cuts_fit(space: &Space, cuts: &[Cut], silenced: &[DeviceKey], given_back: bool) -> bool {
    let theirs = space.vector.iter().filter(|(_, last)| silenced.contains(&last.device));
    let named: BTreeSet<Incarnation> = cuts.iter().map(|cut| cut.incarnation).collect();
    let all_named = theirs.clone().all(|(incarnation, last)| {
        cuts.iter().any(|cut| {
            cut.incarnation == *incarnation
                && (cut.counter == last.counter && cut.hash == last.hash || given_back && cut.counter > last.counter)
        })
    });
    let known: BTreeSet<Incarnation> = theirs.map(|(incarnation, _)| *incarnation).collect();
    all_named && (given_back || named == known)
}
