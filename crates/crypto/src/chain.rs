//! The membership chain: one line of signed entries that every laptop and the relay check whole.

mod build;
mod rules;

use std::collections::BTreeMap;

use tovholder_protocol::{
    ChainPoint, Cursor, Cut, DeviceKey, EnvelopeHeader, Hash, Incarnation, MemberId, Recovery, Role, Signature,
    SignedEntry, SpaceId, WrapKey,
};

use crate::envelope::card_document;
use crate::error::CryptoError;
use crate::hash::sha256;

pub use build::{is_founding_of, point_after};
pub use rules::Appended;

const ENTRY: &[u8] = b"tovholder chain 1";
const JOIN: &[u8] = b"tovholder join 1";
const RECOVER: &[u8] = b"tovholder recover 1";
const HELLO: &[u8] = b"tovholder hello 1";

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What they may do.
    pub role: Role,
    /// Unix seconds, as the author of the entry had them.
    pub joined: i64,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Whose.
    pub member: MemberId,
    /// Where keys are wrapped to.
    pub wrap: WrapKey,
    /// Unix seconds.
    pub joined: i64,
    /// It is out.
    pub revoked: bool,
}

/// An invitation that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Where keys are wrapped to.
    pub wrap: WrapKey,
    /// The role it gives.
    pub role: Role,
    /// For another device of this member.
    pub member: Option<MemberId>,
    /// Who made it.
    pub by: MemberId,
    /// Unix seconds after which it is refused.
    pub expires: i64,
    /// It was not used and not taken back.
    pub open: bool,
}

/// The chain so far, as what it says now. The entries themselves are kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    space: SpaceId,
    point: ChainPoint,
    epoch: u32,
    recovery: Recovery,
    members: BTreeMap<MemberId, Member>,
    devices: BTreeMap<DeviceKey, Device>,
    invitations: BTreeMap<DeviceKey, Invited>,
    cuts: BTreeMap<Incarnation, Cut>,
}

/// The hash of an entry.
fn entry_hash(body: &[u8]) -> Hash {
    sha256(&[ENTRY, body])
}

impl Chain {
    /// Reads a whole chain, the founding first.
    ///
    /// # Errors
    /// The first entry that breaks a rule.
    pub fn read(entries: &[SignedEntry]) -> Result<Self, CryptoError> {
        let (first, rest) = entries.split_first().ok_or(CryptoError::Rule("no founding"))?;
        let mut chain = Self::found(first)?;
        for entry in rest {
            chain.append(entry)?;
        }
        Ok(chain)
    }

    /// The space.
    pub fn space(&self) -> SpaceId {
        self.space
    }

    /// How long it is, and its head.
    pub fn point(&self) -> ChainPoint {
        self.point
    }

    /// The epoch that seals from now on.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The recovery key's public halves.
    pub fn recovery(&self) -> Recovery {
        self.recovery
    }

    /// Every member there ever was.
    pub fn members(&self) -> &BTreeMap<MemberId, Member> {
        &self.members
    }

    /// Every device there ever was.
    pub fn devices(&self) -> &BTreeMap<DeviceKey, Device> {
        &self.devices
    }

    /// Every invitation there ever was.
    pub fn invitations(&self) -> &BTreeMap<DeviceKey, Invited> {
        &self.invitations
    }

    /// A device that is in.
    ///
    /// # Errors
    /// [`CryptoError::NotAllowed`] when it is unknown or out.
    pub fn active(&self, device: &DeviceKey) -> Result<(&Device, Role), CryptoError> {
        let found = self.devices.get(device).filter(|device| !device.revoked).ok_or(CryptoError::NotAllowed)?;
        let member = self.members.get(&found.member).ok_or(CryptoError::NotAllowed)?;
        Ok((found, member.role))
    }

    /// The role of a device that is in.
    pub fn role(&self, device: &DeviceKey) -> Option<Role> {
        self.active(device).ok().map(|(_, role)| role)
    }

    /// The devices of a member that are in.
    pub fn devices_of(&self, member: &MemberId) -> impl Iterator<Item = &DeviceKey> {
        self.devices.iter().filter(move |(_, device)| device.member == *member && !device.revoked).map(|(key, _)| key)
    }

    /// Whether this envelope may stand: by the right its author has, or up to the cut where the right was taken.
    ///
    /// # Errors
    /// [`CryptoError::NotAllowed`].
    pub fn may_write(&self, header: &EnvelopeHeader, hash: &Hash) -> Result<(), CryptoError> {
        let device = self.devices.get(&header.device).ok_or(CryptoError::NotAllowed)?;
        if !device.revoked {
            let role = self.members.get(&device.member).map(|member| member.role);
            let own_card = header.document == card_document(&self.space, &device.member);
            if role >= Some(Role::Editor) || own_card {
                return Ok(());
            }
        }
        match self.cuts.get(&header.incarnation) {
            Some(cut) if header.counter < cut.counter => Ok(()),
            Some(cut) if header.counter == cut.counter && cut.hash == *hash => Ok(()),
            _ => Err(CryptoError::NotAllowed),
        }
    }

    /// Checks what a device tells the others.
    ///
    /// # Errors
    /// When it is not in, or the signature is not its.
    pub fn verify_statement(
        &self,
        device: &DeviceKey,
        cursor: &Cursor,
        sealed: &[u8],
        signature: &Signature,
    ) -> Result<MemberId, CryptoError> {
        let (known, _) = self.active(device)?;
        crate::envelope::verify_statement(&self.space, device, cursor, sealed, signature)?;
        Ok(known.member)
    }
}

/// Checks the signature of a hello.
///
/// # Errors
/// When it is not the key's.
pub fn verify_hello(key: &DeviceKey, nonce: &[u8], hello: &[u8], signature: &Signature) -> Result<(), CryptoError> {
    crate::keys::verify(key, HELLO, &[nonce, hello], signature)
}

impl crate::keys::SigningSecret {
    /// Signs a hello over the relay's nonce.
    pub fn sign_hello(&self, nonce: &[u8], hello: &[u8]) -> Signature {
        self.sign(HELLO, &[nonce, hello])
    }
}
