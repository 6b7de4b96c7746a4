//! What may be how large. Every reader checks; a writer that keeps to them is never refused for size.

/// Bytes of a frame.
pub const FRAME_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Bytes of a frame from somebody who has not proven who they are.
pub const GREETING_BYTES_MAX: usize = 4 * 1024;
/// Bytes of an envelope's sealed body.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of a body after opening and inflating.
pub const INFLATED_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Bytes of an envelope's signed header.
pub const HEADER_BYTES_MAX: usize = 512;
/// Bytes of a membership entry; a new epoch wraps its key for every device.
pub const ENTRY_BYTES_MAX: usize = 1024 * 1024;
/// Entries of a membership chain.
pub const ENTRIES_MAX: u64 = 100_000;
/// Devices of a space that are not revoked.
pub const DEVICES_MAX: usize = 5_000;
/// Envelopes in one frame.
pub const ENVELOPES_PER_FRAME_MAX: usize = 1_024;
/// Bytes of envelopes that a writer puts into one frame, unless a single one is larger.
pub const BATCH_BYTES: usize = 512 * 1024;
/// Hashes in one frame.
pub const HASHES_PER_FRAME_MAX: usize = 16_384;
/// Bytes of one part of a snapshot, sealed.
pub const PART_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Parts of a snapshot.
pub const PARTS_MAX: usize = 256;
/// Bytes of what a member tells the others beside its changes, sealed.
pub const STATEMENT_BYTES_MAX: usize = 512;
/// Bytes of the public calendar of a space.
pub const CALENDAR_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a host's code.
pub const CODE_BYTES_MAX: usize = 128;
/// Bytes of a bundle.
pub const BUNDLE_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Seconds that an invitation can be used.
pub const INVITATION_S: i64 = 24 * 3600;
/// Seconds that two clocks may differ before times are not believed.
pub const CLOCK_S_MAX: i64 = 15 * 60;
