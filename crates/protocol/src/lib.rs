//! What laptop and relay say to each other: frames, envelopes, membership entries, bundles; their limits and their decoder.
//!
//! What holds here. Every message is CBOR (RFC 8949) in arrays with numbered places; a place that a reader does not know is
//! skipped, so a newer writer may add some at the end. What is signed is kept as the very bytes that were signed, never
//! encoded anew. Nothing is reserved for a length that is only declared; what is longer than its limit is refused before
//! it is read. There is no cryptography here, no clock, no socket. `docs/protocol.md` says what each frame means.

mod bundle;
mod chain;
mod envelope;
mod frame;
mod id;
pub mod limits;
mod snapshot;
mod wire;

pub use bundle::{Bundle, MAGIC as BUNDLE_MAGIC};
pub use chain::{Action, Cut, EntryBody, Epoch, Recovery, Role, SignedEntry, Wrapped};
pub use envelope::{Cursor, Envelope, EnvelopeHeader};
pub use frame::{ChainPoint, Credential, Hello, Item, Refusal, Refused, ToLaptop, ToRelay, Welcome};
pub use id::{DeviceKey, DocumentId, Hash, Incarnation, LogId, MemberId, Nonce, Signature, SpaceId, WrapKey};
pub use snapshot::{SnapshotHeader, SnapshotPart};
pub use wire::{WireError, decode, encode};

/// The version of the frames that this program speaks.
pub const VERSION: u16 = 2;
/// The oldest version that it still understands.
pub const VERSION_MIN: u16 = 1;
/// From this version on a relay takes a public calendar.
pub const VERSION_OF_CALENDAR: u16 = 2;

/// Where a relay shows a space's public calendar to anybody, below its address.
pub fn calendar_path(space: &SpaceId) -> String {
    format!("/kalender/{space}.ics")
}
