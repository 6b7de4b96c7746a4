//! Snapshots: sealed parts under one signed header.

use tovholder_protocol::limits::{HASHES_PER_FRAME_MAX, INFLATED_BYTES_MAX, PART_BYTES_MAX, PARTS_MAX};
use tovholder_protocol::{Cursor, SnapshotHeader, SnapshotPart, SpaceId, decode, encode};

use crate::Random;
use crate::error::CryptoError;
use crate::hash::sha256;
use crate::keys::{DeviceSecret, verify};
use crate::ring::KeyRing;
use crate::seal;

const SNAPSHOT: &[u8] = b"tovholder snapshot 1";

/// Seals what stands at `cursor`, part by part, and signs it.
///
/// # Errors
/// When a part is too large, there are too many, there is no key or no randomness.
pub fn seal_snapshot(
    space: &SpaceId,
    cursor: Cursor,
    changes: u64,
    parts: &[Vec<u8>],
    secret: &DeviceSecret,
    ring: &KeyRing,
    random: Random<'_>,
) -> Result<Vec<SnapshotPart>, CryptoError> {
    if parts.len() > PARTS_MAX {
        return Err(CryptoError::TooLarge);
    }
    let (epoch, key) = ring.newest()?;
    let mut bodies = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let body = seal::seal(&key.snapshot_key(), &about(space, &cursor, index), part, random)?;
        if body.len() > PART_BYTES_MAX {
            return Err(CryptoError::TooLarge);
        }
        bodies.push(body);
    }
    let hashes = bodies.iter().map(|body| sha256(&[body])).collect();
    let header = encode(&SnapshotHeader { device: secret.key(), cursor, epoch, changes, parts: hashes });
    let signature = secret.sign(SNAPSHOT, &[&space.0, &header]);
    let part = |(index, body)| SnapshotPart {
        header: header.clone(),
        signature,
        index: u32::try_from(index).unwrap_or(u32::MAX),
        body,
    };
    Ok(bodies.into_iter().enumerate().map(part).collect())
}

/// Checks a part's form, signature and hash. Whether its maker may write is the chain's to say.
///
/// # Errors
/// What is wrong with it.
pub fn verify_snapshot(space: &SpaceId, part: &SnapshotPart) -> Result<SnapshotHeader, CryptoError> {
    let header: SnapshotHeader = decode(&part.header, HASHES_PER_FRAME_MAX)?;
    let index = usize::try_from(part.index).unwrap_or(usize::MAX);
    let fits = header.parts.len() <= PARTS_MAX && part.body.len() <= PART_BYTES_MAX;
    if !fits || header.parts.get(index) != Some(&sha256(&[&part.body])) {
        return Err(CryptoError::Sealed);
    }
    verify(&header.device, SNAPSHOT, &[&space.0, &part.header], &part.signature)?;
    Ok(header)
}

/// Opens a part.
///
/// # Errors
/// [`CryptoError::NoKey`], [`CryptoError::Sealed`], [`CryptoError::TooLarge`].
pub fn open_part(
    space: &SpaceId,
    header: &SnapshotHeader,
    part: &SnapshotPart,
    ring: &KeyRing,
) -> Result<Vec<u8>, CryptoError> {
    let index = usize::try_from(part.index).unwrap_or(usize::MAX);
    let key = ring.of(header.epoch)?.snapshot_key();
    seal::open(&key, &about(space, &header.cursor, index), &part.body, INFLATED_BYTES_MAX)
}

fn about(space: &SpaceId, cursor: &Cursor, index: usize) -> Vec<u8> {
    let mut about = space.0.to_vec();
    about.extend(encode(cursor));
    about.extend_from_slice(&u64::try_from(index).unwrap_or(u64::MAX).to_be_bytes());
    about
}
