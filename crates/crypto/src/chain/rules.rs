//! What an entry must be to be taken.

use std::collections::{BTreeMap, BTreeSet};

use tovholder_protocol::limits::{CLOCK_S_MAX, DEVICES_MAX, ENTRIES_MAX, INVITATION_S};
use tovholder_protocol::{
    Action, ChainPoint, Cut, DeviceKey, EntryBody, Epoch, Hash, MemberId, Role, SignedEntry, SpaceId, WrapKey,
};

use super::{Chain, Device, ENTRY, Invited, JOIN, Member, RECOVER, entry_hash};
use crate::error::CryptoError;
use crate::keys::verify;

/// The first second of the year 10000.
const TIME_END: i64 = 253_402_300_800;

/// What an entry that was taken did, for those who must act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The entry's hash.
    pub hash: Hash,
    /// Devices that are out from now on.
    pub revoked: Vec<DeviceKey>,
    /// The last envelopes that are taken, where a right to write was taken; the relay compares them with its own.
    pub cuts: Vec<Cut>,
    /// Devices whose right to write was taken; the cuts must be of all their incarnations.
    pub silenced: Vec<DeviceKey>,
}

fn rule<T>(why: &'static str) -> Result<T, CryptoError> {
    Err(CryptoError::Rule(why))
}

impl Chain {
    /// Begins a chain by its founding.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn found(entry: &SignedEntry) -> Result<Self, CryptoError> {
        let body = entry.read_body()?;
        verify(&body.author, ENTRY, &[&entry.body], &entry.signature)?;
        let Action::Found { member, wrap, recovery, epoch, .. } = &body.action else { return rule("not a founding") };
        if body.n != 0 || body.previous != Hash::default() || !(0..TIME_END).contains(&body.time) {
            return rule("a founding is the first");
        }
        let device = Device { member: *member, wrap: *wrap, joined: body.time, revoked: false };
        let hash = entry_hash(&entry.body);
        let chain = Self {
            space: SpaceId(hash.0),
            point: ChainPoint { length: 1, head: hash },
            epoch: 1,
            recovery: *recovery,
            members: BTreeMap::from([(*member, Member { role: Role::Admin, joined: body.time })]),
            devices: BTreeMap::from([(body.author, device)]),
            invitations: BTreeMap::new(),
            cuts: BTreeMap::new(),
        };
        if epoch.number != 1 || !epoch.previous.is_empty() {
            return rule("a founding opens epoch 1");
        }
        chain.check_wraps(epoch, body.time)?;
        Ok(chain)
    }

    /// Appends an entry. Nothing changes when it is not taken.
    ///
    /// # Errors
    /// [`CryptoError::NotOnHead`] when another came first, else what is wrong with it.
    pub fn append(&mut self, entry: &SignedEntry) -> Result<Appended, CryptoError> {
        let body = entry.read_body()?;
        if body.n != self.point.length || body.previous != self.point.head {
            return Err(CryptoError::NotOnHead);
        }
        if body.n >= ENTRIES_MAX {
            return rule("the chain is full");
        }
        if !(0..TIME_END).contains(&body.time) {
            return rule("a time that cannot be");
        }
        verify(&body.author, ENTRY, &[&entry.body], &entry.signature)?;
        // On a copy: an entry that is refused half way must leave nothing.
        let mut next = self.clone();
        let mut done =
            Appended { hash: entry_hash(&entry.body), revoked: Vec::new(), cuts: Vec::new(), silenced: Vec::new() };
        next.act(&body, &mut done)?;
        next.point = ChainPoint { length: body.n + 1, head: done.hash };
        *self = next;
        Ok(done)
    }

    fn act(&mut self, body: &EntryBody, done: &mut Appended) -> Result<(), CryptoError> {
        match &body.action {
            Action::Found { .. } => rule("a second founding"),
            Action::Invite { invitation, wrap, role, member, expires, key } => {
                let (by, own_role) = self.author(&body.author)?;
                match member {
                    Some(member) if *member == by && *role == own_role => {}
                    None if own_role == Role::Admin => {}
                    _ => return Err(CryptoError::NotAllowed),
                }
                if self.is_key_known(invitation) || key.to != *wrap {
                    return rule("an invitation's keys are its own");
                }
                if *expires <= body.time || *expires > body.time + INVITATION_S + CLOCK_S_MAX {
                    return rule("an invitation lasts a day");
                }
                let invited = Invited { wrap: *wrap, role: *role, member: *member, by, expires: *expires, open: true };
                self.invitations.insert(*invitation, invited);
                Ok(())
            }
            Action::Withdraw { invitation } => {
                let (by, role) = self.author(&body.author)?;
                let invited = self.invitations.get_mut(invitation).filter(|one| one.open).ok_or(CryptoError::Used)?;
                if invited.by != by && role != Role::Admin {
                    return Err(CryptoError::NotAllowed);
                }
                invited.open = false;
                Ok(())
            }
            Action::Join { invitation, member, wrap, key, proof } => {
                let invited = self.invitations.get(invitation).filter(|one| one.open).ok_or(CryptoError::Used)?.clone();
                if body.time > invited.expires {
                    return Err(CryptoError::Expired);
                }
                verify(invitation, JOIN, &[&self.space.0, &body.author.0, &member.0, &wrap.0], proof)?;
                match invited.member {
                    Some(named) if named == *member => {}
                    None if !self.members.contains_key(member) => {
                        self.members.insert(*member, Member { role: invited.role, joined: body.time });
                    }
                    _ => return rule("the invitation is for another member"),
                }
                self.admit(&body.author, *member, *wrap, &key.to, body.time)?;
                if let Some(invited) = self.invitations.get_mut(invitation) {
                    invited.open = false;
                }
                Ok(())
            }
            Action::Change { member, role, cuts } => self.change(body, *member, *role, cuts, done),
            Action::Revoke { devices, cuts, epoch } => self.revoke(body, devices, cuts, epoch, done),
            Action::Renew { recovery, key } => {
                self.admin(&body.author)?;
                if key.to != recovery.wrap || self.is_key_known(&recovery.sign) {
                    return rule("a recovery key's keys are its own");
                }
                self.recovery = *recovery;
                Ok(())
            }
            Action::Recover { member, wrap, key, proof } => {
                let sign = self.recovery.sign;
                verify(&sign, RECOVER, &[&self.space.0, &body.author.0, &member.0, &wrap.0], proof)?;
                if self.members.contains_key(member) {
                    return rule("a recovery makes a new member");
                }
                self.members.insert(*member, Member { role: Role::Admin, joined: body.time });
                self.admit(&body.author, *member, *wrap, &key.to, body.time)
            }
        }
    }

    fn change(
        &mut self,
        body: &EntryBody,
        member: MemberId,
        role: Role,
        cuts: &[Cut],
        done: &mut Appended,
    ) -> Result<(), CryptoError> {
        self.admin(&body.author)?;
        let devices: Vec<DeviceKey> = self.devices_of(&member).copied().collect();
        let known = self.members.get_mut(&member).ok_or(CryptoError::Rule("no such member"))?;
        known.role = role;
        if role < Role::Editor {
            self.cut(cuts, done)?;
            done.silenced = devices;
        } else if !cuts.is_empty() {
            return rule("nothing is cut where writing is allowed");
        }
        self.some_admin()
    }

    fn revoke(
        &mut self,
        body: &EntryBody,
        devices: &[DeviceKey],
        cuts: &[Cut],
        epoch: &Epoch,
        done: &mut Appended,
    ) -> Result<(), CryptoError> {
        let (by, role) = self.author(&body.author)?;
        if devices.is_empty() || devices.contains(&body.author) {
            return rule("a device cannot revoke itself");
        }
        for key in devices {
            let (device, _) = self.active(key)?;
            if role != Role::Admin && device.member != by {
                return Err(CryptoError::NotAllowed);
            }
        }
        for key in devices {
            if let Some(device) = self.devices.get_mut(key) {
                device.revoked = true;
            }
        }
        // Who is out altogether invites nobody any more.
        let staying: BTreeSet<MemberId> =
            self.devices.values().filter(|device| !device.revoked).map(|device| device.member).collect();
        for invited in self.invitations.values_mut().filter(|invited| !staying.contains(&invited.by)) {
            invited.open = false;
        }
        self.some_admin()?;
        if epoch.number != self.epoch + 1 || epoch.previous.is_empty() {
            return rule("a revocation opens the next epoch");
        }
        self.check_wraps(epoch, body.time)?;
        self.epoch = epoch.number;
        self.cut(cuts, done)?;
        done.revoked = devices.to_vec();
        done.silenced = devices.to_vec();
        Ok(())
    }

    fn cut(&mut self, cuts: &[Cut], done: &mut Appended) -> Result<(), CryptoError> {
        let mut named = BTreeSet::new();
        for cut in cuts {
            if !named.insert(cut.incarnation) {
                return rule("an incarnation is cut once");
            }
            self.cuts.insert(cut.incarnation, *cut);
        }
        done.cuts = cuts.to_vec();
        Ok(())
    }

    fn author(&self, device: &DeviceKey) -> Result<(MemberId, Role), CryptoError> {
        self.active(device).map(|(device, role)| (device.member, role))
    }

    fn admin(&self, device: &DeviceKey) -> Result<(), CryptoError> {
        if self.author(device)?.1 == Role::Admin { Ok(()) } else { Err(CryptoError::NotAllowed) }
    }

    fn some_admin(&self) -> Result<(), CryptoError> {
        let admins = self.members.iter().filter(|(_, member)| member.role == Role::Admin);
        if admins.into_iter().any(|(id, _)| self.devices_of(id).next().is_some()) {
            Ok(())
        } else {
            rule("the last admin stays")
        }
    }

    fn is_key_known(&self, key: &DeviceKey) -> bool {
        self.devices.contains_key(key) || self.invitations.contains_key(key) || self.recovery.sign == *key
    }

    fn admit(
        &mut self,
        key: &DeviceKey,
        member: MemberId,
        wrap: WrapKey,
        wrapped_to: &WrapKey,
        time: i64,
    ) -> Result<(), CryptoError> {
        if self.is_key_known(key) || *wrapped_to != wrap {
            return rule("a device's keys are its own");
        }
        if self.devices.values().filter(|device| !device.revoked).count() >= DEVICES_MAX {
            return rule("too many devices");
        }
        self.devices.insert(*key, Device { member, wrap, joined: time, revoked: false });
        Ok(())
    }

    /// To whom a new epoch's key must be wrapped at `time`: nobody is forgotten, nobody is added.
    pub(super) fn receivers(&self, time: i64) -> BTreeSet<WrapKey> {
        let devices = self.devices.values().filter(|device| !device.revoked).map(|device| device.wrap);
        let open = self.invitations.values().filter(|invited| invited.open && invited.expires >= time);
        devices.chain(open.map(|invited| invited.wrap)).chain([self.recovery.wrap]).collect()
    }

    fn check_wraps(&self, epoch: &Epoch, time: i64) -> Result<(), CryptoError> {
        let named: BTreeSet<WrapKey> = epoch.wraps.iter().map(|wrapped| wrapped.to).collect();
        if named.len() == epoch.wraps.len() && named == self.receivers(time) {
            Ok(())
        } else {
            rule("a key is wrapped for everyone who stays, and for nobody else")
        }
    }
}
