//! Sharing a municipality with other laptops: the space, its members, the relay, files.
//!
//! What holds here. A laptop that was never connected works as before: a space is founded the moment it is needed, silently.
//! Everything that comes from outside goes through one door (`take`), whether a relay, a file or a preview brought it:
//! judged by `tovholder_sync`, opened, decoded within bounds, applied in the same transaction as vector and place in the
//! log. What is sealed is on the disk before it is sent, so that it is sent the same again after a crash. "Synchronised"
//! is what `tovholder_sync::Engine::proof` says, and nothing else.

mod background;
mod bundle;
mod card;
mod connect;
mod cut;
mod entries;
mod errand;
mod exchange;
mod invite;
mod join;
mod keychest;
#[cfg(feature = "keyring")]
mod keyring;
mod line;
mod members;
mod outgoing;
mod present;
mod preview;
mod public;
mod recover;
mod revoke;
#[cfg(feature = "sim")]
pub mod sim;
mod snapshot;
mod socket;
mod space;
mod status;
mod take;
mod unsent;

pub(crate) use background::Shared;
pub use background::SyncThread;
pub(crate) use card::card_name;
pub(crate) use errand::Errand;
pub use exchange::{Exchange, Out};
pub use keychest::Keyring;
#[cfg(feature = "keyring")]
pub(crate) use keyring::OsKeyring;
pub(crate) use socket::Address;
pub(crate) use space::Space;

use tovholder_crypto::CryptoError;

use crate::error::{AppError, Code};

/// Settings of this laptop.
pub(crate) const RELAY: &str = "sync.relay";
pub(crate) const CODE: &str = "sync.code";
/// When the laptop was last proven in sync, Unix seconds.
pub(crate) const SYNCED_AT: &str = "sync.synced_at";
/// When the relay was last reached, Unix seconds.
pub(crate) const CONNECTED_AT: &str = "sync.connected_at";
/// The relay has told this device that it is out.
pub(crate) const REVOKED: &str = "sync.revoked";
/// The relay has admitted the space.
pub(crate) const ADMITTED: &str = "sync.admitted";

/// A cryptographic refusal in the words of the use cases.
pub(crate) fn of_crypto(error: CryptoError) -> AppError {
    match error {
        CryptoError::Expired => AppError::new(Code::InvitationExpired),
        CryptoError::Used => AppError::new(Code::InvitationUsed),
        CryptoError::Text => AppError::new(Code::InvitationBad),
        CryptoError::NotAllowed => AppError::new(Code::NotAdmin),
        CryptoError::NotOnHead => AppError::new(Code::MembershipMoved),
        CryptoError::Rule("the last admin stays") => AppError::new(Code::LastAdmin),
        CryptoError::Random(detail) => AppError::new(Code::Io).with(detail),
        other => AppError::new(Code::Internal).with(other),
    }
}
