//! Entries of the chain, and what they do to those who are connected.

use std::collections::BTreeSet;
use std::sync::Arc;

use tovholder_crypto::{Chain, CryptoError};
use tovholder_protocol::{
    Action, Credential, Cut, DeviceKey, EntryBody, Hash, Incarnation, Refusal, SignedEntry, SpaceId,
};

use super::connection::{Inside, State};
use super::space::Space;
use super::{After, ConnectionId, Output, Relay};
use crate::log::Store;

impl Relay {
    pub(super) fn entry(&mut self, id: ConnectionId, entry: &SignedEntry) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let hash = tovholder_crypto::point_after(entry).map(|point| point.head);
        if let Err(why) = self.entry_of(id, &inside, entry) {
            // So that the entry can be made anew on the head.
            let from = entry.read_body().ok().and_then(|body| usize::try_from(body.n).ok()).unwrap_or(0);
            let from = (why == Refusal::ChainMoved).then_some(from);
            self.staged.after.push(After::No(id, why, hash, from));
        }
        Vec::new()
    }

    fn entry_of(&mut self, id: ConnectionId, inside: &Inside, entry: &SignedEntry) -> Result<(), Refusal> {
        let body = entry.read_body().map_err(|_| Refusal::BadEntry)?;
        self.check_credential(inside, &body)?;
        let space = self.spaces.get_mut(&inside.space).ok_or(Refusal::UnknownSpace)?;
        if space.entries.iter().rev().take(64).any(|known| known == entry) {
            // Handed in again: it stands.
            self.staged.after.push(After::Stands(id, tovholder_crypto::point_after(entry).unwrap_or_default().head));
            return Ok(());
        }
        let mut chain = Chain::clone(&space.chain);
        let done = chain.append(entry).map_err(|error| match error {
            CryptoError::NotOnHead => Refusal::ChainMoved,
            CryptoError::NotAllowed => Refusal::NotAllowed,
            CryptoError::Used => Refusal::Used,
            CryptoError::Expired => Refusal::Expired,
            _ => Refusal::BadEntry,
        })?;
        // An entry of somebody else's, or one that the laptop had before it came, is given back to a relay that lost it: it
        // was checked when it was first taken, and what the log has beyond its cuts since then the laptops refuse by the
        // chain. The check is for admins who write at the same moment as those whom they cut off.
        let given_back = body.author != inside.key || body.n < inside.chain_before;
        if !given_back && !done.silenced.is_empty() && !cuts_fit(space, &done.cuts, &done.silenced) {
            return Err(Refusal::StaleCut);
        }
        let old_recovery = space.chain.recovery().sign;
        space.chain = Arc::new(chain);
        space.entries.push(entry.clone());
        let length = space.entries.len();
        let after = After::Entry(inside.space, id, Arc::clone(&space.chain), length);
        let new_recovery = space.chain.recovery().sign;
        if old_recovery != new_recovery {
            if self.recovery.get(&old_recovery) == Some(&inside.space) {
                self.recovery.remove(&old_recovery);
            }
            self.recovery.entry(new_recovery).or_insert(inside.space);
        }
        let n = u64::try_from(length).unwrap_or(u64::MAX).saturating_sub(1);
        self.staged.batch.push((inside.space, Store::Entry(n, entry.clone())));
        self.staged.after.push(After::Stands(id, done.hash));
        self.staged.after.push(after);
        if inside.credential != Credential::Device {
            self.staged.after.push(After::Done(id));
        }
        Ok(())
    }

    fn check_credential(&self, inside: &Inside, body: &EntryBody) -> Result<(), Refusal> {
        let space = self.spaces.get(&inside.space).ok_or(Refusal::UnknownSpace)?;
        match (inside.credential, &body.action) {
            (Credential::Device, _) => space.chain.role(&inside.key).map(|_| ()).ok_or(Refusal::Revoked),
            // Whether it has run out by our clock was looked at before the frame was (`no_longer`).
            (Credential::Invitation, Action::Join { invitation, .. }) if *invitation == inside.key => Ok(()),
            (Credential::Recovery, Action::Recover { .. }) => Ok(()),
            _ => Err(Refusal::NotAllowed),
        }
    }

    /// An entry is stored: everybody of the space is told, and who is out by it is shut out.
    pub(super) fn entry_stands(
        &mut self,
        id: &SpaceId,
        from: ConnectionId,
        chain: Arc<Chain>,
        length: usize,
        now: i64,
    ) -> Vec<Output> {
        let Some(space) = self.spaces.get_mut(id) else { return Vec::new() };
        space.told = chain;
        space.told_length = length;
        let connected = space.connections.clone();
        if let Some(State::In(inside)) = self.connections.get_mut(&from).map(|connection| &mut connection.state)
            && inside.chain_sent + 1 == length
        {
            // Who handed it in has it.
            inside.chain_sent = length;
        }
        let mut outputs = Vec::new();
        for other in connected {
            let Some(inside) = self.inside(other) else { continue };
            match self.no_longer(&inside, now).filter(|_| other != from) {
                Some(why) => outputs.extend(self.refuse(other, why, None, true)),
                None if self.has_more(other) => outputs.push(Output::Wake(other)),
                None => {}
            }
        }
        outputs
    }

    /// Why somebody who was let in may not stay, by the chain as it is stored.
    pub(super) fn no_longer(&self, inside: &Inside, now: i64) -> Option<Refusal> {
        let Some(space) = self.spaces.get(&inside.space) else { return Some(Refusal::UnknownSpace) };
        match inside.credential {
            Credential::Device => match space.told.devices().get(&inside.key) {
                None => Some(Refusal::UnknownKey),
                Some(device) => device.revoked.then_some(Refusal::Revoked),
            },
            Credential::Invitation => match space.told.invitations().get(&inside.key) {
                None => Some(Refusal::UnknownKey),
                Some(invited) if !invited.open => Some(Refusal::Used),
                Some(invited) => (invited.expires < now).then_some(Refusal::Expired),
            },
            Credential::Recovery => (space.told.recovery().sign != inside.key).then_some(Refusal::UnknownKey),
        }
    }
}

/// Whether the cuts are this relay's last envelopes of every incarnation of those devices.
fn cuts_fit(space: &Space, cuts: &[Cut], silenced: &[DeviceKey]) -> bool {
    let theirs = space.vector.iter().filter(|(_, last)| silenced.contains(&last.device));
    let last: BTreeSet<(Incarnation, u64, Hash)> = theirs.map(|(id, last)| (*id, last.counter, last.hash)).collect();
    let named: BTreeSet<(Incarnation, u64, Hash)> =
        cuts.iter().map(|cut| (cut.incarnation, cut.counter, cut.hash)).collect();
    last == named
}
