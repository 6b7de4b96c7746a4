//! A snapshot: what stands at a place in the log, so that a new laptop can begin at once.

use minicbor::{Decode, Encode};

use crate::envelope::Cursor;
use crate::id::{DeviceKey, Hash, Signature};
use crate::limits::HASHES_PER_FRAME_MAX;
use crate::wire::{WireError, blob, decode};

/// What a snapshot's maker signs.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotHeader {
    /// The maker's device.
    #[n(0)]
    pub device: DeviceKey,
    /// Everything up to here is in it, and nothing else.
    #[n(1)]
    pub cursor: Cursor,
    /// The epoch whose key seals the parts.
    #[n(2)]
    pub epoch: u32,
    /// Changes in all, so that the newcomer can number what comes later behind them.
    #[n(3)]
    pub changes: u64,
    /// SHA-256 of each sealed part.
    #[n(4)]
    pub parts: Vec<Hash>,
}

/// One part of a snapshot on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SnapshotPart {
    /// A [`SnapshotHeader`] as it was signed.
    #[cbor(n(0), with = "blob")]
    pub header: Vec<u8>,
    /// The maker's signature.
    #[n(1)]
    pub signature: Signature,
    /// Which part, from 0.
    #[n(2)]
    pub index: u32,
    /// The sealed part.
    #[cbor(n(3), with = "blob")]
    pub body: Vec<u8>,
}

impl SnapshotPart {
    /// Reads the header.
    ///
    /// # Errors
    /// When it is malformed or too long.
    pub fn read_header(&self) -> Result<SnapshotHeader, WireError> {
        decode(&self.header, HASHES_PER_FRAME_MAX)
    }
}
