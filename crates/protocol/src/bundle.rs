//! A bundle: chain and envelopes in one file, for where there is no network at all.
//!
//! `TOVHOLDER-BUNDLE-1`, a newline, then one CBOR array: space, chain, envelopes. The same envelopes as on the wire; a
//! reader takes what is new, in any order, twice, from an old one.

use minicbor::{Decode, Encode};

use crate::chain::SignedEntry;
use crate::envelope::Envelope;
use crate::id::SpaceId;
use crate::limits::BUNDLE_BYTES_MAX;
use crate::wire::{WireError, decode, encode};

/// How a bundle's file begins.
pub const MAGIC: &[u8] = b"TOVHOLDER-BUNDLE-1\n";

/// What is in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Bundle {
    /// The space.
    #[n(0)]
    pub space: SpaceId,
    /// The whole chain, the founding first.
    #[n(1)]
    pub chain: Vec<SignedEntry>,
    /// Envelopes, each after the one before it of the same incarnation.
    #[n(2)]
    pub envelopes: Vec<Envelope>,
}

impl Bundle {
    /// As a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(encode(self));
        bytes
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is no bundle, cut off, or too long.
    pub fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| WireError::Malformed("no bundle".to_owned()))?;
        decode(rest, BUNDLE_BYTES_MAX)
    }
}
