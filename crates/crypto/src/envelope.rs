//! Envelopes: sealed, chained, signed.

use tovholder_protocol::limits::{BODY_BYTES_MAX, INFLATED_BYTES_MAX};
use tovholder_protocol::{
    Cursor, DeviceKey, DocumentId, Envelope, EnvelopeHeader, Hash, Incarnation, MemberId, Signature, SpaceId,
};

use crate::Random;
use crate::error::CryptoError;
use crate::hash::sha256;
use crate::keys::{DeviceSecret, verify};
use crate::ring::KeyRing;
use crate::seal;

const ENVELOPE: &[u8] = b"tovholder envelope 1";
const STATEMENT: &[u8] = b"tovholder statement 1";

/// An envelope that is about to be sealed.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The space.
    pub space: SpaceId,
    /// The document.
    pub document: DocumentId,
    /// The incarnation whose chain it goes into.
    pub incarnation: Incarnation,
    /// Its number there.
    pub counter: u64,
    /// The hash of the one before.
    pub previous: Hash,
    /// How far the author has read.
    pub cursor: Option<Cursor>,
    /// The body.
    pub body: &'a [u8],
}

/// A header whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The header.
    pub header: EnvelopeHeader,
    /// The envelope's hash.
    pub hash: Hash,
}

/// The hash of an envelope: of its space and its header.
pub fn envelope_hash(space: &SpaceId, header: &[u8]) -> Hash {
    sha256(&[ENVELOPE, &space.0, header])
}

/// The running hash after one more envelope.
pub fn running(before: &Hash, envelope: &Hash) -> Hash {
    sha256(&[&before.0, &envelope.0])
}

/// The document that a member may always write, readers too: who they are.
pub fn card_document(space: &SpaceId, member: &MemberId) -> DocumentId {
    let hash = sha256(&[b"tovholder card 1", &space.0, &member.0]);
    DocumentId::from_slice(hash.0.get(..16).unwrap_or_default()).unwrap_or_default()
}

/// Seals and signs, under the newest epoch of the ring.
///
/// # Errors
/// When the body is too large, there is no key, or no randomness.
pub fn seal_envelope(
    draft: &Draft<'_>,
    secret: &DeviceSecret,
    ring: &KeyRing,
    random: Random<'_>,
) -> Result<(Envelope, Hash), CryptoError> {
    if draft.body.len() > INFLATED_BYTES_MAX {
        return Err(CryptoError::TooLarge);
    }
    let (epoch, key) = ring.newest()?;
    let about = about(draft, epoch);
    let body = seal::seal(&key.body_key(), &about, draft.body, random)?;
    if body.len() > BODY_BYTES_MAX {
        return Err(CryptoError::TooLarge);
    }
    let header = EnvelopeHeader {
        document: draft.document,
        device: secret.key(),
        incarnation: draft.incarnation,
        counter: draft.counter,
        previous: draft.previous,
        cursor: draft.cursor,
        epoch,
        body_hash: sha256(&[&body]),
        body_bytes: u32::try_from(body.len()).unwrap_or(u32::MAX),
    }
    .to_bytes();
    let signature = secret.sign(ENVELOPE, &[&draft.space.0, &header]);
    let hash = envelope_hash(&draft.space, &header);
    Ok((Envelope { header, signature, body }, hash))
}

fn about(draft: &Draft<'_>, epoch: u32) -> Vec<u8> {
    let mut about = Vec::with_capacity(92);
    about.extend_from_slice(&draft.space.0);
    about.extend_from_slice(&draft.document.0);
    about.extend_from_slice(&draft.incarnation.0);
    about.extend_from_slice(&draft.counter.to_be_bytes());
    about.extend_from_slice(&epoch.to_be_bytes());
    about
}

/// Checks an envelope's form, signature and body's hash. Whether its author may write is the chain's to say.
///
/// # Errors
/// [`CryptoError::Wire`], [`CryptoError::Signature`], [`CryptoError::Sealed`].
pub fn verify_header(space: &SpaceId, envelope: &Envelope) -> Result<Verified, CryptoError> {
    let header = envelope.read_header()?;
    if !envelope.body.is_empty() && sha256(&[&envelope.body]) != header.body_hash {
        return Err(CryptoError::Sealed);
    }
    verify(&header.device, ENVELOPE, &[&space.0, &envelope.header], &envelope.signature)?;
    Ok(Verified { hash: envelope_hash(space, &envelope.header), header })
}

impl KeyRing {
    /// Opens an envelope's body.
    ///
    /// # Errors
    /// [`CryptoError::NoKey`], [`CryptoError::Sealed`], [`CryptoError::TooLarge`].
    pub fn open_body(&self, space: &SpaceId, header: &EnvelopeHeader, body: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let key = self.of(header.epoch)?;
        let draft = Draft {
            space: *space,
            document: header.document,
            incarnation: header.incarnation,
            counter: header.counter,
            previous: header.previous,
            cursor: header.cursor,
            body,
        };
        seal::open(&key.body_key(), &about(&draft, header.epoch), body, INFLATED_BYTES_MAX)
    }

    /// Seals what a member tells the others beside its changes.
    ///
    /// # Errors
    /// When there is no key or no randomness.
    pub fn seal_statement(&self, space: &SpaceId, bytes: &[u8], random: Random<'_>) -> Result<Vec<u8>, CryptoError> {
        let (epoch, key) = self.newest()?;
        let mut sealed = epoch.to_be_bytes().to_vec();
        sealed.extend(seal::seal(&key.statement_key(), &space.0, bytes, random)?);
        Ok(sealed)
    }

    /// Opens what a member tells.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open_statement(&self, space: &SpaceId, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (epoch, sealed) = sealed.split_at_checked(4).ok_or(CryptoError::Sealed)?;
        let epoch = u32::from_be_bytes(epoch.try_into().map_err(|_| CryptoError::Sealed)?);
        let bytes_max = tovholder_protocol::limits::STATEMENT_BYTES_MAX;
        seal::open(&self.of(epoch)?.statement_key(), &space.0, sealed, bytes_max)
    }
}

impl DeviceSecret {
    /// Signs what this device tells the others.
    pub fn sign_statement(&self, space: &SpaceId, cursor: &Cursor, sealed: &[u8]) -> Signature {
        self.sign(STATEMENT, &[&space.0, &tovholder_protocol::encode(cursor), sealed])
    }
}

/// Checks what a device tells.
///
/// # Errors
/// When the signature is not the device's.
pub(crate) fn verify_statement(
    space: &SpaceId,
    device: &DeviceKey,
    cursor: &Cursor,
    sealed: &[u8],
    signature: &Signature,
) -> Result<(), CryptoError> {
    verify(device, STATEMENT, &[&space.0, &tovholder_protocol::encode(cursor), sealed], signature)
}
