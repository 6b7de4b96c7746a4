//! Making entries, and taking the keys out of a chain.

use tovholder_protocol::limits::INVITATION_S;
use tovholder_protocol::{
    Action, ChainPoint, Cut, DeviceKey, EntryBody, Epoch, Hash, MemberId, Recovery, Role, SignedEntry, SpaceId, Wrapped,
};

use super::{Chain, ENTRY, JOIN, RECOVER, entry_hash};
use crate::error::CryptoError;
use crate::keys::{DeviceSecret, RecoverySecret, SigningSecret};
use crate::ring::{About, KeyRing};
use crate::{Invitation, Random, seal, wrap};

fn wrap_name(epoch: u32) -> Vec<u8> {
    let mut name = b"tovholder epoch key 1".to_vec();
    name.extend_from_slice(&epoch.to_be_bytes());
    name
}

fn sign(secret: &DeviceSecret, n: u64, previous: Hash, time: i64, action: Action) -> SignedEntry {
    let body = EntryBody { n, previous, author: secret.key(), time, action }.to_bytes();
    let signature = secret.sign(ENTRY, &[&body]);
    SignedEntry { body, signature }
}

fn draw_member(random: Random<'_>) -> Result<MemberId, CryptoError> {
    let mut id = MemberId::default();
    random(&mut id.0)?;
    Ok(id)
}

fn recovery_of(secret: &RecoverySecret) -> Recovery {
    Recovery { sign: secret.key(), wrap: secret.wrap_key() }
}

impl Chain {
    /// Founds a space. Answers the first entry; its hash is the space's id.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn founding(
        secret: &DeviceSecret,
        recovery: &RecoverySecret,
        about: &About,
        time: i64,
        random: Random<'_>,
    ) -> Result<SignedEntry, CryptoError> {
        let mut key = [0; 32];
        random(&mut key)?;
        let mut ring = KeyRing::default();
        ring.insert(1, key);
        let name = wrap_name(1);
        let wraps = vec![
            wrap::seal(&secret.wrap_key(), &key, &name, &mut *random)?,
            wrap::seal(&recovery.wrap_key(), &key, &name, &mut *random)?,
        ];
        let action = Action::Found {
            member: draw_member(&mut *random)?,
            wrap: secret.wrap_key(),
            recovery: recovery_of(recovery),
            epoch: Epoch { number: 1, wraps, previous: Vec::new() },
            about: ring.seal_about(about, random)?,
        };
        Ok(sign(secret, 0, Hash::default(), time, action))
    }

    fn next(&self, secret: &DeviceSecret, time: i64, action: Action) -> SignedEntry {
        sign(secret, self.point.length, self.point.head, time, action)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "each is another thing, and a struct of them would only be unpacked again"
    )]
    /// Makes an invitation: for a new member, or for another device of the inviter's own (`role` is then the inviter's).
    ///
    /// # Errors
    /// When there is no key or no randomness.
    pub fn invite(
        &self,
        secret: &DeviceSecret,
        ring: &KeyRing,
        invitation: &Invitation,
        role: Role,
        own_device: bool,
        time: i64,
        random: Random<'_>,
    ) -> Result<SignedEntry, CryptoError> {
        let (device, own_role) = self.active(&secret.key())?;
        let action = Action::Invite {
            invitation: invitation.key(),
            wrap: invitation.wrap_key(),
            role: if own_device { own_role } else { role },
            member: own_device.then_some(device.member),
            expires: time + INVITATION_S,
            key: self.key_for(ring, &invitation.wrap_key(), random)?,
        };
        Ok(self.next(secret, time, action))
    }

    /// Takes an invitation back.
    pub fn withdraw(&self, secret: &DeviceSecret, invitation: DeviceKey, time: i64) -> SignedEntry {
        self.next(secret, time, Action::Withdraw { invitation })
    }

    /// Uses an invitation. `ring` is what the invitation opened.
    ///
    /// # Errors
    /// [`CryptoError::Used`], or when there is no key or no randomness.
    pub fn join(
        &self,
        secret: &DeviceSecret,
        invitation: &Invitation,
        ring: &KeyRing,
        time: i64,
        random: Random<'_>,
    ) -> Result<SignedEntry, CryptoError> {
        let invited = self.invitations.get(&invitation.key()).filter(|one| one.open).ok_or(CryptoError::Used)?;
        let member = match invited.member {
            Some(member) => member,
            None => draw_member(&mut *random)?,
        };
        let proof = invitation.sign(JOIN, &[&self.space.0, &secret.key().0, &member.0, &secret.wrap_key().0]);
        let key = self.key_for(ring, &secret.wrap_key(), random)?;
        let action = Action::Join { invitation: invitation.key(), member, wrap: secret.wrap_key(), key, proof };
        Ok(self.next(secret, time, action))
    }

    /// Changes a member's role. `cuts` are the last envelopes of all their incarnations, where the role takes the right to
    /// write; else none.
    pub fn change_role(
        &self,
        secret: &DeviceSecret,
        member: MemberId,
        role: Role,
        cuts: Vec<Cut>,
        time: i64,
    ) -> SignedEntry {
        self.next(secret, time, Action::Change { member, role, cuts })
    }

    /// Revokes devices, and opens an epoch whose key they do not get.
    ///
    /// # Errors
    /// When there is no key or no randomness.
    pub fn revocation(
        &self,
        secret: &DeviceSecret,
        ring: &KeyRing,
        devices: Vec<DeviceKey>,
        cuts: Vec<Cut>,
        time: i64,
        random: Random<'_>,
    ) -> Result<SignedEntry, CryptoError> {
        let mut staying = self.clone();
        for key in &devices {
            if let Some(device) = staying.devices.get_mut(key) {
                device.revoked = true;
            }
        }
        let members: std::collections::BTreeSet<MemberId> =
            staying.devices.values().filter(|device| !device.revoked).map(|device| device.member).collect();
        for invited in staying.invitations.values_mut().filter(|invited| !members.contains(&invited.by)) {
            invited.open = false;
        }
        let number = self.epoch + 1;
        let mut key = [0; 32];
        random(&mut key)?;
        let old = ring.of(self.epoch)?;
        let mut next = KeyRing::default();
        next.insert(number, key);
        let about = wrap_name(number);
        let previous = seal::seal(&next.of(number)?.previous_key(), &about, &old.0, &mut *random)?;
        let receivers = staying.receivers(time);
        let mut wraps = Vec::with_capacity(receivers.len());
        for to in receivers {
            wraps.push(wrap::seal(&to, &key, &about, &mut *random)?);
        }
        let epoch = Epoch { number, wraps, previous };
        Ok(self.next(secret, time, Action::Revoke { devices, cuts, epoch }))
    }

    /// Replaces the recovery key.
    ///
    /// # Errors
    /// When there is no key or no randomness.
    pub fn renewal(
        &self,
        secret: &DeviceSecret,
        ring: &KeyRing,
        recovery: &RecoverySecret,
        time: i64,
        random: Random<'_>,
    ) -> Result<SignedEntry, CryptoError> {
        let key = self.key_for(ring, &recovery.wrap_key(), random)?;
        Ok(self.next(secret, time, Action::Renew { recovery: recovery_of(recovery), key }))
    }

    /// Enters by the recovery key. `ring` is what the recovery key opened.
    ///
    /// # Errors
    /// When there is no key or no randomness.
    pub fn recovery_entry(
        &self,
        secret: &DeviceSecret,
        recovery: &RecoverySecret,
        ring: &KeyRing,
        time: i64,
        random: Random<'_>,
    ) -> Result<SignedEntry, CryptoError> {
        let member = draw_member(&mut *random)?;
        let proof = recovery.sign(RECOVER, &[&self.space.0, &secret.key().0, &member.0, &secret.wrap_key().0]);
        let key = self.key_for(ring, &secret.wrap_key(), random)?;
        Ok(self.next(secret, time, Action::Recover { member, wrap: secret.wrap_key(), key, proof }))
    }

    fn key_for(
        &self,
        ring: &KeyRing,
        to: &tovholder_protocol::WrapKey,
        random: Random<'_>,
    ) -> Result<Wrapped, CryptoError> {
        wrap::seal(to, &ring.of(self.epoch)?.0, &wrap_name(self.epoch), random)
    }
}

impl SigningSecret {
    /// The keys that a chain, already checked, gives to this secret: those wrapped to it, and from each the ones before.
    pub fn keys_of(&self, entries: &[SignedEntry]) -> KeyRing {
        let mine = self.wrap_key();
        let mut ring = KeyRing::default();
        let mut previous: Vec<(u32, Vec<u8>)> = Vec::new();
        let mut epoch = 1;
        for body in entries.iter().filter_map(|entry| entry.read_body().ok()) {
            let wraps = match body.action {
                Action::Found { epoch: opened, .. } => opened.wraps,
                Action::Revoke { epoch: opened, .. } => {
                    epoch = opened.number;
                    previous.push((opened.number, opened.previous));
                    opened.wraps
                }
                Action::Invite { key, .. }
                | Action::Join { key, .. }
                | Action::Renew { key, .. }
                | Action::Recover { key, .. } => vec![key],
                Action::Withdraw { .. } | Action::Change { .. } => Vec::new(),
            };
            for wrapped in wraps.iter().filter(|wrapped| wrapped.to == mine) {
                if let Ok(key) = self.unwrap(&wrapped.sealed, &wrap_name(epoch)) {
                    ring.insert(epoch, key);
                }
            }
        }
        for (number, sealed) in previous.iter().rev() {
            let Ok(key) = ring.of(*number) else { continue };
            let opened = seal::open(&key.previous_key(), &wrap_name(*number), sealed, 32);
            let before = number.saturating_sub(1);
            if let Some(key) = opened.ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
                && ring.of(before).is_err()
            {
                ring.insert(before, key);
            }
        }
        ring
    }
}

impl KeyRing {
    /// What a chain's founding says of the space.
    ///
    /// # Errors
    /// When the first epoch's key is not here.
    pub fn about(&self, entries: &[SignedEntry]) -> Result<About, CryptoError> {
        let first = entries.first().ok_or(CryptoError::Rule("no founding"))?.read_body()?;
        match first.action {
            Action::Found { about, .. } => self.open_about(&about),
            _ => Err(CryptoError::Rule("no founding")),
        }
    }
}

/// Whether these entries could be the beginning of that space: the founding's hash is its id.
pub fn is_founding_of(space: &SpaceId, entry: &SignedEntry) -> bool {
    entry_hash(&entry.body).0 == space.0
}

/// The point after an entry.
pub fn point_after(entry: &SignedEntry) -> Option<ChainPoint> {
    let body = entry.read_body().ok()?;
    Some(ChainPoint { length: body.n + 1, head: entry_hash(&entry.body) })
}
