//! The membership chain: who belongs to a space, what they may do, and which key seals from now on.

use minicbor::{Decode, Encode};

use crate::id::{DeviceKey, Hash, Incarnation, MemberId, Signature, WrapKey};
use crate::limits::ENTRY_BYTES_MAX;
use crate::wire::{WireError, blob, decode, encode};

/// What a member may do. Each may what the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Reads; writes only its own card.
    #[n(0)]
    Reader,
    /// Writes.
    #[n(1)]
    Editor,
    /// Invites, revokes, changes roles.
    #[n(2)]
    Admin,
}

/// A key, wrapped by HPKE (RFC 9180) to one X25519 key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Wrapped {
    /// To whom.
    #[n(0)]
    pub to: WrapKey,
    /// The encapsulated key and the sealed key.
    #[cbor(n(1), with = "blob")]
    pub sealed: Vec<u8>,
}

/// The public halves of a recovery key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Recovery {
    /// It signs a recovery.
    #[n(0)]
    pub sign: DeviceKey,
    /// Every epoch's key is wrapped to it.
    #[n(1)]
    pub wrap: WrapKey,
}

/// The last envelope that is taken from an incarnation of somebody who may no longer write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cut {
    /// The incarnation.
    #[n(0)]
    pub incarnation: Incarnation,
    /// Its last counter.
    #[n(1)]
    pub counter: u64,
    /// That envelope's hash.
    #[n(2)]
    pub hash: Hash,
}

/// A new key to seal with.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Epoch {
    /// Its number; the founding's is 1.
    #[n(0)]
    pub number: u32,
    /// The key, for every device that stays, every invitation that is open, and the recovery key.
    #[n(1)]
    pub wraps: Vec<Wrapped>,
    /// The key of the epoch before, sealed under this one, so that who has the newest has them all.
    #[cbor(n(2), with = "blob")]
    pub previous: Vec<u8>,
}

/// What an entry does.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Action {
    /// Founds the space. Its hash is the space's id.
    #[n(0)]
    #[cbor(array)]
    Found {
        /// The first member, an admin.
        #[n(0)]
        member: MemberId,
        /// The first device's wrapping key.
        #[n(1)]
        wrap: WrapKey,
        /// The recovery key.
        #[n(2)]
        recovery: Recovery,
        /// Epoch 1.
        #[n(3)]
        epoch: Epoch,
        /// What every member needs to know of the space, sealed under epoch 1.
        #[cbor(n(4), with = "blob")]
        about: Vec<u8>,
    },
    /// Makes an invitation. The secret behind its keys never reaches the relay.
    #[n(1)]
    #[cbor(array)]
    Invite {
        /// The invitation's signing key.
        #[n(0)]
        invitation: DeviceKey,
        /// The invitation's wrapping key.
        #[n(1)]
        wrap: WrapKey,
        /// The role that it gives.
        #[n(2)]
        role: Role,
        /// For another device of this member, the inviter's own.
        #[n(3)]
        member: Option<MemberId>,
        /// Unix seconds after which it is refused.
        #[n(4)]
        expires: i64,
        /// The epoch's key, so that no admin must be awake when it is used.
        #[n(5)]
        key: Wrapped,
    },
    /// Takes an invitation back.
    #[n(2)]
    #[cbor(array)]
    Withdraw {
        /// The invitation.
        #[n(0)]
        invitation: DeviceKey,
    },
    /// Uses an invitation; its author is the new device.
    #[n(3)]
    #[cbor(array)]
    Join {
        /// The invitation.
        #[n(0)]
        invitation: DeviceKey,
        /// The member, new unless the invitation names one.
        #[n(1)]
        member: MemberId,
        /// The new device's wrapping key.
        #[n(2)]
        wrap: WrapKey,
        /// The epoch's key, wrapped by the newcomer to itself.
        #[n(3)]
        key: Wrapped,
        /// The invitation's signature over space, device, member and wrapping key.
        #[n(4)]
        proof: Signature,
    },
    /// Changes a member's role.
    #[n(4)]
    #[cbor(array)]
    Change {
        /// The member.
        #[n(0)]
        member: MemberId,
        /// The new role.
        #[n(1)]
        role: Role,
        /// Where the role takes the right to write: the last envelopes taken.
        #[n(2)]
        cuts: Vec<Cut>,
    },
    /// Revokes devices and opens a new epoch.
    #[n(5)]
    #[cbor(array)]
    Revoke {
        /// The devices.
        #[n(0)]
        devices: Vec<DeviceKey>,
        /// The last envelopes taken from them.
        #[n(1)]
        cuts: Vec<Cut>,
        /// The key that they do not get.
        #[n(2)]
        epoch: Epoch,
    },
    /// Replaces the recovery key.
    #[n(6)]
    #[cbor(array)]
    Renew {
        /// The new one.
        #[n(0)]
        recovery: Recovery,
        /// The epoch's key, wrapped to it.
        #[n(1)]
        key: Wrapped,
    },
    /// Enters by the recovery key, as an admin; its author is the new device.
    #[n(7)]
    #[cbor(array)]
    Recover {
        /// The new member.
        #[n(0)]
        member: MemberId,
        /// The new device's wrapping key.
        #[n(1)]
        wrap: WrapKey,
        /// The epoch's key, wrapped by the newcomer to itself.
        #[n(2)]
        key: Wrapped,
        /// The recovery key's signature over space, device, member and wrapping key.
        #[n(3)]
        proof: Signature,
    },
}

/// What an entry's author signs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EntryBody {
    /// Its number in the chain, the founding's is 0.
    #[n(0)]
    pub n: u64,
    /// The hash of the entry before; 32 zero bytes for the founding.
    #[n(1)]
    pub previous: Hash,
    /// The device that signs.
    #[n(2)]
    pub author: DeviceKey,
    /// Unix seconds, as the author's clock had them.
    #[n(3)]
    pub time: i64,
    /// What it does.
    #[n(4)]
    pub action: Action,
}

/// An entry as it stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SignedEntry {
    /// An [`EntryBody`] as it was signed.
    #[cbor(n(0), with = "blob")]
    pub body: Vec<u8>,
    /// The author's signature.
    #[n(1)]
    pub signature: Signature,
}

impl SignedEntry {
    /// Reads the body.
    ///
    /// # Errors
    /// When it is malformed or too long.
    pub fn read_body(&self) -> Result<EntryBody, WireError> {
        decode(&self.body, ENTRY_BYTES_MAX)
    }
}

impl EntryBody {
    /// The bytes to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }
}
