//! SHA-256 over parts, each named by what it is for.

use sha2::{Digest, Sha256};
use tovholder_protocol::Hash;

/// SHA-256 of the parts, one behind the other. Callers put a name of fixed meaning first, and at most one part of any length.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    Hash(digest.finalize().into())
}
