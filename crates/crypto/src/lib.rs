//! Device keys, signed and sealed envelopes, the membership chain.
//!
//! Nothing is invented here: Ed25519 signs, HPKE (RFC 9180, X25519, HKDF-SHA-256, ChaCha20-Poly1305) wraps keys,
//! XChaCha20-Poly1305 seals, HKDF-SHA-256 derives, zstd compresses before sealing. What holds here: every signature names
//! what it is for and, but for the founding, the space it is for; what was signed is checked as the bytes that came; a body
//! is opened under a bound; the chain is checked whole and no relay is believed. Randomness and time are arguments.

mod chain;
mod envelope;
mod error;
mod hash;
mod invitation;
mod keys;
mod ring;
mod seal;
mod snapshot;
mod wrap;

pub use chain::{Appended, Chain, Device, Invited, Member, is_founding_of, point_after, verify_hello};
pub use envelope::{Draft, Verified, card_document, envelope_hash, running, seal_envelope, verify_header};
pub use error::CryptoError;
pub use hash::sha256;
pub use invitation::{Invitation, InvitationLink};
pub use keys::{DeviceSecret, RecoverySecret, SigningSecret};
pub use ring::{About, KeyRing};
pub use snapshot::{open_part, seal_snapshot, verify_snapshot};

/// A source of randomness fit for keys: fills the buffer.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]) -> std::io::Result<()>;
