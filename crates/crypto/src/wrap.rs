//! Wrapping a key to an X25519 key: HPKE in base mode (RFC 9180).

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};
use tovholder_protocol::{WrapKey, Wrapped};

use crate::Random;
use crate::error::CryptoError;

type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;

/// Bytes of the encapsulated key.
const ENCAPSULATED_BYTES: usize = 32;
/// What every wrap is for.
const INFO: &[u8] = b"tovholder wrap 1";

/// The public key of a private one.
pub(crate) fn public(private: &[u8; 32]) -> WrapKey {
    let Ok(private) = PrivateKey::from_bytes(private) else { return WrapKey::default() };
    WrapKey(X25519HkdfSha256::sk_to_pk(&private).to_bytes().into())
}

/// Wraps `key` to `to`; `name` binds it to its use.
///
/// # Errors
/// When there is no randomness, or `to` is no key.
pub(crate) fn seal(to: &WrapKey, key: &[u8; 32], name: &[u8], random: Random<'_>) -> Result<Wrapped, CryptoError> {
    let mut drawn = Drawn::new(random)?;
    let public = PublicKey::from_bytes(&to.0).map_err(|_| CryptoError::Rule("no wrapping key"))?;
    let (encapsulated, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        INFO,
        key,
        name,
        &mut drawn,
    )
    .map_err(|_| CryptoError::Rule("no wrapping key"))?;
    let mut bytes = encapsulated.to_bytes().to_vec();
    bytes.extend(sealed);
    Ok(Wrapped { to: *to, sealed: bytes })
}

/// Opens what was wrapped to `private`.
///
/// # Errors
/// When it was wrapped to another key or for another use.
pub(crate) fn open(private: &[u8; 32], sealed: &[u8], name: &[u8]) -> Result<[u8; 32], CryptoError> {
    let private = PrivateKey::from_bytes(private).map_err(|_| CryptoError::Sealed)?;
    let (encapsulated, sealed) = sealed.split_at_checked(ENCAPSULATED_BYTES).ok_or(CryptoError::Sealed)?;
    let encapsulated =
        <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).map_err(|_| CryptoError::Sealed)?;
    let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &encapsulated,
        INFO,
        sealed,
        name,
    )
    .map_err(|_| CryptoError::Sealed)?;
    opened.try_into().map_err(|_| CryptoError::Sealed)
}

/// Randomness that was drawn beforehand, for a library that cannot be told that there is none.
struct Drawn {
    seed: [u8; 32],
    block: u64,
}

impl Drawn {
    fn new(random: Random<'_>) -> Result<Self, CryptoError> {
        let mut seed = [0; 32];
        random(&mut seed)?;
        Ok(Self { seed, block: 0 })
    }
}

impl TryRng for Drawn {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in out.chunks_mut(32) {
            let mut digest = Sha256::new();
            digest.update(b"tovholder drawn");
            digest.update(self.seed);
            digest.update(self.block.to_le_bytes());
            self.block += 1;
            for (to, from) in chunk.iter_mut().zip(digest.finalize()) {
                *to = from;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Drawn {}
