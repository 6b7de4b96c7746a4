//! Where a laptop stands, and what "synced" takes.

use tovholder_protocol::{ChainPoint, Cursor};

/// What the laptop's database says, read at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// How far the log was read.
    pub cursor: Option<Cursor>,
    /// Envelopes were taken or sealed here already: a snapshot is nothing to begin from any more.
    pub begun: bool,
    /// The chain.
    pub chain: ChainPoint,
    /// Own changes that no relay has acknowledged, and that this member may send.
    pub waiting: u32,
    /// Envelopes, own or others', that are not in the relay's log.
    pub unsent: u32,
    /// Changes that wait for another that they build on.
    pub parked: u32,
    /// Envelopes that wait for the one before of the same incarnation.
    pub early: u32,
    /// Envelopes whose key is not here.
    pub sealed: u32,
    /// Changes or envelopes that were refused: kept, named, not shown.
    pub refused: u32,
    /// The next number of the log to check behind a snapshot, and the last; none when there is nothing to check. The last
    /// is 0 where the log is another than the snapshot's: what is missing comes with it.
    pub to_check: Option<(u64, u64)>,
    /// Envelopes behind the snapshot that this laptop began with, which have not come.
    pub unchecked: u32,
    /// Times that a member's signed cursor, or an envelope, contradicted what this laptop has seen.
    pub forks: u32,
}

/// Why a connection ended or never began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The host cannot be reached, or the connection broke.
    Unreachable,
    /// Something answered that is no relay: a log-in page of a network.
    CaptivePortal,
    /// The certificate is not trusted.
    Certificate,
    /// The relay said something that cannot be.
    Protocol,
}

/// What is missing, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The relay is not reached.
    Unreachable,
    /// A log-in page stands in between.
    CaptivePortal,
    /// The relay's certificate is not trusted.
    Certificate,
    /// The clocks differ by more than can be.
    Clock,
    /// The relay speaks no version that this program speaks.
    Version,
    /// The relay does not know the space.
    UnknownSpace,
    /// The relay will store no more.
    Quota,
    /// The relay does not let this device in.
    UnknownKey,
    /// This device was revoked.
    Revoked,
    /// The member may not write, and has something to send.
    ReadOnly,
    /// Own changes that the relay has not acknowledged.
    Waiting,
    /// Others' that the relay has and this laptop has not.
    Behind,
    /// Envelopes behind the snapshot that this laptop began with, which the relay has not.
    Unchecked,
    /// Changes that wait for another.
    Parked,
    /// Envelopes whose key is not here.
    Sealed,
    /// What was refused.
    Refused,
    /// Two stories about the same thing.
    Fork,
    /// The relay's running hash is another than this laptop's.
    LogDiffers,
    /// The chain of members is another at the relay than here.
    MembershipFork,
}

/// Whether this laptop is in sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Outbox empty, the relay's head reached, the running hash right, no contradiction, nothing waiting.
    Synced,
    /// It is not, for these reasons and so many of each; the gravest last.
    Not(Vec<(Why, u32)>),
}
