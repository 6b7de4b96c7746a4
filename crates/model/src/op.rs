//! The identity of one write.

use std::fmt;

/// Length of an incarnation's id in bytes.
pub const ACTOR_BYTES: usize = 16;

/// An incarnation: one installation's run of writes, Automerge's *actor*. Never two writers with the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Actor(pub [u8; ACTOR_BYTES]);

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Actor {
    /// Reads 32 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != ACTOR_BYTES * 2 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; ACTOR_BYTES];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// From exactly 16 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// One write in one document: Lamport counter, then incarnation. The greatest of several is Automerge's winner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId {
    /// The Lamport counter, from 1.
    pub counter: u64,
    /// Who wrote.
    pub actor: Actor,
}

impl fmt::Display for OpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.counter, self.actor)
    }
}

impl OpId {
    /// Reads `counter@actor`.
    pub fn parse(text: &str) -> Option<Self> {
        let (counter, actor) = text.split_once('@')?;
        Some(Self { counter: counter.parse().ok()?, actor: Actor::from_hex(actor)? })
    }
}
