//! The frames: one WebSocket binary message each.

use minicbor::{Decode, Encode};

use crate::chain::SignedEntry;
use crate::envelope::{Cursor, Envelope};
use crate::id::{DeviceKey, Hash, LogId, Nonce, Signature, SpaceId};
use crate::snapshot::SnapshotPart;
use crate::wire::blob;

/// A place in a membership chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(array)]
pub struct ChainPoint {
    /// Entries so far.
    #[n(0)]
    pub length: u64,
    /// The hash of the last.
    #[n(1)]
    pub head: Hash,
}

/// As whom one says hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Credential {
    /// A member's device.
    #[n(0)]
    Device,
    /// An invitation that is not used yet: it may read, and join.
    #[n(1)]
    Invitation,
    /// A recovery key: it may read, and recover. The relay finds the space by it.
    #[n(2)]
    Recovery,
}

/// Who one is, and how far one has read.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Hello {
    /// The newest version that the laptop speaks.
    #[n(0)]
    pub version: u16,
    /// The oldest.
    #[n(1)]
    pub version_min: u16,
    /// The space; 32 zero bytes with [`Credential::Recovery`].
    #[n(2)]
    pub space: SpaceId,
    /// As whom.
    #[n(3)]
    pub credential: Credential,
    /// The public key that signs.
    #[n(4)]
    pub key: DeviceKey,
    /// The log read so far; none reads from the beginning.
    #[n(5)]
    pub cursor: Option<Cursor>,
    /// The chain known so far.
    #[n(6)]
    pub chain: ChainPoint,
    /// The relay sends no log of its own accord: the laptop asks for a snapshot, or only wants to say something.
    #[n(7)]
    pub quiet: bool,
}

/// The relay's answer to a hello.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Welcome {
    /// The version that both speak.
    #[n(0)]
    pub version: u16,
    /// The head of the relay's log.
    #[n(1)]
    pub head: Cursor,
    /// The cursor of the hello stands in this log; else the laptop must ask for the hashes.
    #[n(2)]
    pub resumed: bool,
    /// The relay's chain. What the laptop lacks of it follows.
    #[n(3)]
    pub chain: ChainPoint,
    /// Unix seconds by the relay's clock.
    #[n(4)]
    pub time: i64,
    /// The newest snapshot's place in the log, 0 when there is none.
    #[n(5)]
    pub snapshot: u64,
    /// The space, for who came by a recovery key.
    #[n(6)]
    pub space: SpaceId,
}

/// An envelope in the log, as it is told to one laptop.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Item {
    /// The envelope.
    #[n(0)]
    Whole(#[n(0)] Envelope),
    /// Its hash, where the laptop itself handed it in over this connection.
    #[n(1)]
    Yours(#[n(0)] Hash),
}

/// Why the relay does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Refusal {
    /// The frame cannot be read, or does not belong here.
    #[n(0)]
    BadFrame,
    /// No common version.
    #[n(1)]
    Version,
    /// No such space here.
    #[n(2)]
    UnknownSpace,
    /// The host's code is missing, wrong or used.
    #[n(3)]
    NotAdmitted,
    /// The key is no member's, or the signature is not its.
    #[n(4)]
    UnknownKey,
    /// The device was revoked.
    #[n(5)]
    Revoked,
    /// The member may not do this.
    #[n(6)]
    NotAllowed,
    /// The invitation has run out.
    #[n(7)]
    Expired,
    /// The invitation was used or taken back.
    #[n(8)]
    Used,
    /// The chain has moved: the entry does not stand on its head.
    #[n(9)]
    ChainMoved,
    /// The entry breaks a rule.
    #[n(10)]
    BadEntry,
    /// The cuts are not the relay's current ones.
    #[n(11)]
    StaleCut,
    /// The envelope's signature or form is wrong.
    #[n(12)]
    BadEnvelope,
    /// The envelope before is missing.
    #[n(13)]
    Gap,
    /// The same counter with other content.
    #[n(14)]
    Fork,
    /// Too large.
    #[n(15)]
    TooLarge,
    /// The space's quota is used up.
    #[n(16)]
    Quota,
    /// Too much at once; try again later.
    #[n(17)]
    Rate,
    /// Too many connections.
    #[n(18)]
    Connections,
    /// The laptop reads too slowly; it may come back and resume.
    #[n(19)]
    TooSlow,
    /// The relay is stopping; come back later.
    #[n(20)]
    Stopping,
    /// The relay cannot store just now.
    #[n(21)]
    Storage,
    /// Not asked for in time.
    #[n(22)]
    Timeout,
}

/// What the relay did not do.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Refused {
    /// Why.
    #[n(0)]
    pub why: Refusal,
    /// Which envelope or entry, by its hash.
    #[n(1)]
    pub what: Option<Hash>,
    /// The connection ends with this.
    #[n(2)]
    pub closing: bool,
}

/// From laptop to relay.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ToRelay {
    /// The first frame, signed over the relay's nonce.
    #[n(0)]
    #[cbor(array)]
    Hello {
        /// A [`Hello`] as it was signed.
        #[cbor(n(0), with = "blob")]
        hello: Vec<u8>,
        /// The key's signature over nonce and hello.
        #[n(1)]
        signature: Signature,
    },
    /// Asks to be admitted, after [`Refusal::UnknownSpace`].
    #[n(1)]
    #[cbor(array)]
    Admit {
        /// The host's code; none where anybody is admitted.
        #[n(0)]
        code: Option<String>,
        /// The chain so far, the founding first.
        #[n(1)]
        entries: Vec<SignedEntry>,
    },
    /// Hands in envelopes, one's own or others'.
    #[n(2)]
    Put(#[n(0)] Vec<Envelope>),
    /// Appends to the chain.
    #[n(3)]
    Entry(#[n(0)] SignedEntry),
    /// Asks for the hashes of the log after this number.
    #[n(4)]
    List(#[n(0)] u64),
    /// Asks for these envelopes of the log, by number.
    #[n(5)]
    Fetch(#[n(0)] Vec<u64>),
    /// From here on, the log as it grows. After [`ToRelay::List`], or out of quiet.
    #[n(6)]
    Follow(#[n(0)] Cursor),
    /// Tells the others, once: how far one has read, and where one is.
    #[n(7)]
    #[cbor(array)]
    Say {
        /// How far.
        #[n(0)]
        cursor: Cursor,
        /// Sealed, for the members' eyes.
        #[cbor(n(1), with = "blob")]
        sealed: Vec<u8>,
        /// The device's signature over both.
        #[n(2)]
        signature: Signature,
    },
    /// Hands in a part of a snapshot.
    #[n(8)]
    PutPart(#[n(0)] SnapshotPart),
    /// Asks for this part of the newest snapshot.
    #[n(9)]
    GetPart(#[n(0)] u32),
    /// What the relay shows anybody as the space's calendar, in place of what it shows; nothing to show none. The one thing
    /// that is not sealed: who may write says by it what is public. Since version 2.
    #[n(10)]
    #[cbor(array)]
    PutCalendar {
        /// iCalendar (RFC 5545).
        #[cbor(n(0), with = "blob")]
        text: Vec<u8>,
    },
}

/// From relay to laptop.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ToLaptop {
    /// The first frame: what to sign.
    #[n(0)]
    #[cbor(array)]
    Challenge {
        /// Counts once.
        #[n(0)]
        nonce: Nonce,
        /// The newest version that the relay speaks.
        #[n(1)]
        version: u16,
    },
    /// Come in.
    #[n(1)]
    Welcome(#[n(0)] Welcome),
    /// Entries of the chain that the laptop lacks, and later every new one.
    #[n(2)]
    Chain(#[n(0)] Vec<SignedEntry>),
    /// The log goes on.
    #[n(3)]
    #[cbor(array)]
    Log {
        /// The number of the first.
        #[n(0)]
        first: u64,
        /// In order, without gaps.
        #[n(1)]
        items: Vec<Item>,
        /// The log after the last of them.
        #[n(2)]
        after: Cursor,
    },
    /// These are on the relay's disk, under these numbers; in the order in which they were handed in.
    #[n(4)]
    Acks(#[n(0)] Vec<(Hash, u64)>),
    /// The hashes of the log after `first - 1`.
    #[n(5)]
    #[cbor(array)]
    Hashes {
        /// Which log.
        #[n(0)]
        log: LogId,
        /// The number of the first.
        #[n(1)]
        first: u64,
        /// In order, without gaps; none when the log ends before.
        #[n(2)]
        hashes: Vec<Hash>,
    },
    /// Envelopes that were asked for by number.
    #[n(6)]
    Envelopes(#[n(0)] Vec<(u64, Envelope)>),
    /// What a member tells.
    #[n(7)]
    #[cbor(array)]
    Said {
        /// Whose.
        #[n(0)]
        device: DeviceKey,
        /// How far they have read.
        #[n(1)]
        cursor: Cursor,
        /// Sealed.
        #[cbor(n(2), with = "blob")]
        sealed: Vec<u8>,
        /// Their signature.
        #[n(3)]
        signature: Signature,
    },
    /// The part of the snapshot that was asked for; none when there is none.
    #[n(8)]
    Part(#[n(0)] Option<SnapshotPart>),
    /// No.
    #[n(9)]
    Refused(#[n(0)] Refused),
    /// The entry stands in the chain. The part of a snapshot, or the calendar, is stored.
    #[n(10)]
    Stands(#[n(0)] Hash),
}
