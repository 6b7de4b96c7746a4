//! One connection: who it is, where in the log it is, how much it may send.

use tovholder_protocol::{Credential, DeviceKey, Hello, MemberId, Nonce, SpaceId};

use super::Limits;

/// A connection's number, given by the carrier.
pub type ConnectionId = u64;

/// Somebody who has proven who they are.
#[derive(Debug, Clone)]
pub(super) struct Inside {
    pub space: SpaceId,
    pub credential: Credential,
    pub key: DeviceKey,
    /// The member, of a device.
    pub member: Option<MemberId>,
    /// Entries of the chain that it said it had.
    pub chain_before: u64,
    /// Entries of the chain that it has.
    pub chain_sent: usize,
    /// What the others say was sent up to here.
    pub said_sent: u64,
    /// The log was sent up to here; none when it does not follow.
    pub sent: Option<u64>,
    /// The version of the frames that both speak.
    pub version: u16,
}

#[derive(Debug, Clone)]
pub(super) enum State {
    /// Has not said who they are.
    Greeting(Nonce),
    /// Has proven a key, of a space that is not here.
    Unknown(Box<Hello>),
    /// Is let in when what is staged is stored.
    Waiting(Box<Hello>),
    /// Is in.
    In(Inside),
}

pub(super) struct Connection {
    pub state: State,
    /// Unix seconds.
    pub since: i64,
    frames_left: f64,
    bytes_left: f64,
    counted_ms: i64,
    limits: (f64, f64, f64),
}

impl Connection {
    pub fn new(nonce: Nonce, now: i64, limits: &Limits) -> Self {
        let bytes = u32::try_from(limits.bytes_per_s).map_or(f64::MAX, f64::from);
        Self {
            state: State::Greeting(nonce),
            since: now,
            frames_left: f64::from(limits.frames_burst),
            bytes_left: bytes * 2.0,
            counted_ms: now.saturating_mul(1_000),
            limits: (f64::from(limits.frames_per_s), f64::from(limits.frames_burst), bytes),
        }
    }

    /// Takes a message off what may be sent.
    pub fn may_send(&mut self, bytes: usize, now_ms: i64) -> bool {
        let (per_s, burst, bytes_per_s) = self.limits;
        let passed =
            u32::try_from(now_ms.saturating_sub(self.counted_ms).clamp(0, 60_000)).map_or(0.0, f64::from) / 1_000.0;
        self.counted_ms = now_ms.max(self.counted_ms);
        self.frames_left = (self.frames_left + passed * per_s).min(burst) - 1.0;
        let size = u32::try_from(bytes).map_or(f64::MAX, f64::from);
        self.bytes_left = (self.bytes_left + passed * bytes_per_s).min(bytes_per_s * 2.0) - size;
        self.frames_left >= 0.0 && self.bytes_left >= 0.0
    }
}
