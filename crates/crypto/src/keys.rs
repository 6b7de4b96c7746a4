//! Secrets and what is derived from them.
//!
//! A device has one secret of 32 bytes; its signing key and its wrapping key are derived from it, so that one thing is
//! kept in the keyring. An invitation and a recovery key are the same, under other names.

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::Sha256;
use tovholder_protocol::{DeviceKey, Signature, WrapKey};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::CryptoError;
use crate::{Random, wrap};

/// Bytes of a secret.
pub const SECRET_BYTES: usize = 32;

/// A device's secret.
pub type DeviceSecret = SigningSecret;
/// A recovery key's secret.
pub type RecoverySecret = SigningSecret;

/// A secret with a signing key and a wrapping key.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SigningSecret {
    seed: [u8; SECRET_BYTES],
}

impl std::fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningSecret({})", self.key())
    }
}

impl SigningSecret {
    /// A new one.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn draw(random: Random<'_>) -> Result<Self, CryptoError> {
        let mut seed = [0; SECRET_BYTES];
        random(&mut seed)?;
        Ok(Self { seed })
    }

    /// One that was kept.
    pub fn from_bytes(seed: [u8; SECRET_BYTES]) -> Self {
        Self { seed }
    }

    /// To keep it.
    pub fn to_bytes(&self) -> [u8; SECRET_BYTES] {
        self.seed
    }

    /// The public key that it signs with.
    pub fn key(&self) -> DeviceKey {
        DeviceKey(self.signing().verifying_key().to_bytes())
    }

    /// The public key that keys are wrapped to.
    pub fn wrap_key(&self) -> WrapKey {
        wrap::public(&derive(&self.seed, b"tovholder wrapping key 1"))
    }

    /// Signs `parts`, one behind the other, under a name that says what for.
    pub fn sign(&self, name: &[u8], parts: &[&[u8]]) -> Signature {
        Signature(self.signing().sign(&message(name, parts)).to_bytes())
    }

    /// Opens a key that was wrapped to this secret.
    ///
    /// # Errors
    /// When it was wrapped to another.
    pub fn unwrap(&self, sealed: &[u8], name: &[u8]) -> Result<[u8; 32], CryptoError> {
        wrap::open(&derive(&self.seed, b"tovholder wrapping key 1"), sealed, name)
    }

    fn signing(&self) -> SigningKey {
        SigningKey::from_bytes(&derive(&self.seed, b"tovholder signing key 1"))
    }
}

/// Checks a signature.
///
/// # Errors
/// When it is not the key's.
pub(crate) fn verify(key: &DeviceKey, name: &[u8], parts: &[&[u8]], signature: &Signature) -> Result<(), CryptoError> {
    let key = VerifyingKey::from_bytes(&key.0).map_err(|_| CryptoError::Signature)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    // Strict: no keys of small order, one signature per message and key.
    key.verify_strict(&message(name, parts), &signature).map_err(|_| CryptoError::Signature)
}

/// What is signed: the name's length, the name, the parts.
fn message(name: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut message = vec![u8::try_from(name.len()).unwrap_or(u8::MAX)];
    message.extend_from_slice(name);
    for part in parts {
        message.extend_from_slice(part);
    }
    message
}

/// 32 bytes for one use, from a secret.
pub(crate) fn derive(secret: &[u8; 32], name: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // HKDF gives up to 8,160 bytes; 32 cannot fail.
    let _ = Hkdf::<Sha256>::new(None, secret).expand(name, &mut out);
    out
}
