//! The keys that a space has sealed with, and what every member needs to know of the space.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use minicbor::{Decode, Encode};
use sha2::Sha256;
use tovholder_protocol::{DocumentId, SpaceId, decode, encode};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Random;
use crate::error::CryptoError;
use crate::keys::derive;
use crate::seal;

/// Bytes of what is sealed in the founding at most.
const ABOUT_BYTES_MAX: usize = 4 * 1024;

/// The key of an epoch.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct EpochKey(pub(crate) [u8; 32]);

impl EpochKey {
    pub(crate) fn body_key(&self) -> [u8; 32] {
        derive(&self.0, b"tovholder bodies 1")
    }

    pub(crate) fn statement_key(&self) -> [u8; 32] {
        derive(&self.0, b"tovholder statements 1")
    }

    pub(crate) fn snapshot_key(&self) -> [u8; 32] {
        derive(&self.0, b"tovholder snapshots 1")
    }

    pub(crate) fn previous_key(&self) -> [u8; 32] {
        derive(&self.0, b"tovholder epochs 1")
    }
}

impl std::fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EpochKey(…)")
    }
}

/// What every member needs to know of the space: sealed in its founding.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct About {
    /// The municipality's four-digit code.
    #[n(0)]
    pub municipality: String,
    /// The secret under which imported persons get their ids.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub person_secret: Vec<u8>,
}

/// The keys of a space, by epoch.
#[derive(Debug, Clone, Default)]
pub struct KeyRing {
    keys: BTreeMap<u32, EpochKey>,
}

impl KeyRing {
    /// The key of an epoch.
    ///
    /// # Errors
    /// [`CryptoError::NoKey`].
    pub fn of(&self, epoch: u32) -> Result<&EpochKey, CryptoError> {
        self.keys.get(&epoch).ok_or(CryptoError::NoKey(epoch))
    }

    /// The newest epoch and its key.
    ///
    /// # Errors
    /// [`CryptoError::NoKey`] when there is none at all.
    pub fn newest(&self) -> Result<(u32, &EpochKey), CryptoError> {
        self.keys.last_key_value().map(|(epoch, key)| (*epoch, key)).ok_or(CryptoError::NoKey(0))
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn insert(&mut self, epoch: u32, key: [u8; 32]) {
        self.keys.insert(epoch, EpochKey(key));
    }

    /// The opaque id of a document, the same in every epoch.
    ///
    /// # Errors
    /// [`CryptoError::NoKey`] when the first epoch's key is not here.
    pub fn document_id(&self, space: &SpaceId, name: &str) -> Result<DocumentId, CryptoError> {
        let secret = derive(&self.of(1)?.0, b"tovholder document names 1");
        // HMAC takes a key of any length.
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&secret).map_err(|_| CryptoError::NoKey(1))?;
        mac.update(&space.0);
        mac.update(name.as_bytes());
        let bytes = mac.finalize().into_bytes();
        DocumentId::from_slice(bytes.get(..16).unwrap_or_default()).ok_or(CryptoError::NoKey(1))
    }

    pub(crate) fn seal_about(&self, about: &About, random: Random<'_>) -> Result<Vec<u8>, CryptoError> {
        seal::seal(&self.of(1)?.body_key(), b"tovholder about 1", &encode(about), random)
    }

    pub(crate) fn open_about(&self, sealed: &[u8]) -> Result<About, CryptoError> {
        let bytes = seal::open(&self.of(1)?.body_key(), b"tovholder about 1", sealed, ABOUT_BYTES_MAX)?;
        Ok(decode(&bytes, ABOUT_BYTES_MAX)?)
    }
}
