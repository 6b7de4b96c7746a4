//! An envelope: who says that this sealed body is their next one.

use minicbor::{Decode, Encode};

use crate::id::{DeviceKey, DocumentId, Hash, Incarnation, LogId, Signature};
use crate::limits::{BODY_BYTES_MAX, HEADER_BYTES_MAX};
use crate::wire::{WireError, blob, decode, encode};

/// A place in a relay's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cursor {
    /// Which log.
    #[n(0)]
    pub log: LogId,
    /// Envelopes up to here.
    #[n(1)]
    pub n: u64,
    /// The running hash over their headers: `SHA-256(before ‖ envelope's hash)`, 32 zero bytes at the beginning.
    #[n(2)]
    pub hash: Hash,
}

/// What an envelope's author signs. The space is part of what is signed, and not of what is sent.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EnvelopeHeader {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The author's device.
    #[n(1)]
    pub device: DeviceKey,
    /// The incarnation whose chain this envelope stands in.
    #[n(2)]
    pub incarnation: Incarnation,
    /// Its number in that chain, from 1.
    #[n(3)]
    pub counter: u64,
    /// The hash of the envelope before; 32 zero bytes for the first.
    #[n(4)]
    pub previous: Hash,
    /// How far the author had read; none where no relay was ever reached.
    #[n(5)]
    pub cursor: Option<Cursor>,
    /// The epoch whose key seals the body.
    #[n(6)]
    pub epoch: u32,
    /// SHA-256 of the sealed body, so that a body can be erased and the chain still stands.
    #[n(7)]
    pub body_hash: Hash,
    /// Bytes of the sealed body.
    #[n(8)]
    pub body_bytes: u32,
}

/// A signed header and its sealed body.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Envelope {
    /// An [`EnvelopeHeader`] as it was signed.
    #[cbor(n(0), with = "blob")]
    pub header: Vec<u8>,
    /// The author's signature.
    #[n(1)]
    pub signature: Signature,
    /// The sealed body; empty when it was erased.
    #[cbor(n(2), with = "blob")]
    pub body: Vec<u8>,
}

impl EnvelopeHeader {
    /// The bytes to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self)
    }
}

impl Envelope {
    /// Reads the header, and checks what can be checked without a key.
    ///
    /// # Errors
    /// When it is malformed, too long, or says another length than the body has.
    pub fn read_header(&self) -> Result<EnvelopeHeader, WireError> {
        let header: EnvelopeHeader = decode(&self.header, HEADER_BYTES_MAX)?;
        if self.body.len() > BODY_BYTES_MAX {
            return Err(WireError::TooLong { bytes: self.body.len(), bytes_max: BODY_BYTES_MAX });
        }
        let length = usize::try_from(header.body_bytes).unwrap_or(usize::MAX);
        if !self.body.is_empty() && self.body.len() != length {
            return Err(WireError::Malformed("the body has another length".to_owned()));
        }
        if header.counter == 0 {
            return Err(WireError::Malformed("counters begin at 1".to_owned()));
        }
        Ok(header)
    }

    /// Bytes on the wire, about.
    pub fn size(&self) -> usize {
        self.header.len() + self.body.len() + 76
    }
}
