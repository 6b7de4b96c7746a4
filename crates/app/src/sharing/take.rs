//! The one door for envelopes from outside: judge, open, decode within bounds, apply, in one transaction.

use tovholder_crypto::{Chain, CryptoError, KeyRing, Verified};
use tovholder_document::{CellChange, body};
use tovholder_protocol::{DeviceKey, Envelope, EnvelopeHeader, Hash, Incarnation};
use tovholder_store::sharing::{CUT, EnvelopeState, NOT_ALLOWED, StoredEnvelope};
use tovholder_store::{Received, StoreError, Write};
use tovholder_sync::{ANOTHERS, Known, Ledger, Verdict, judge};

use super::card::card_name;
use super::space::document_id;

/// Envelopes that wait for the one before, at most.
const EARLY_MAX: u32 = 20_000;

/// What became of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Took {
    /// New, with so many changes applied or parked.
    New(u32),
    /// It was here.
    Known,
    /// Kept until the ones before have come.
    Early,
    /// Kept until its key has come.
    Sealed,
    /// Refused, for this reason.
    Refused(String),
    /// This laptop's own incarnation has two stories: what was not sent must be written anew, then try again.
    OwnFork,
}

/// Who takes: the chain, the keys, this laptop's device.
pub(crate) struct Taker<'a> {
    pub chain: &'a Chain,
    pub ring: &'a KeyRing,
    pub device: DeviceKey,
}

struct Vector<'w, 's>(&'w Write<'s>);

impl Ledger for Vector<'_, '_> {
    type Error = StoreError;

    fn last(&self, incarnation: &Incarnation) -> Result<Option<Known>, StoreError> {
        let last = self.0.last_taken(&incarnation.0)?;
        Ok(last.map(|last| Known { counter: last.counter, hash: Hash(last.hash), device: DeviceKey(last.device) }))
    }

    fn is_taken(&self, hash: &Hash) -> Result<bool, StoreError> {
        self.0.is_taken(&hash.0)
    }
}

pub(crate) fn row(verified: &Verified, envelope: &Envelope) -> StoredEnvelope {
    StoredEnvelope {
        hash: verified.hash.0,
        incarnation: verified.header.incarnation.0,
        counter: verified.header.counter,
        device: verified.header.device.0,
        header: envelope.header.clone(),
        signature: envelope.signature.0,
        body: envelope.body.clone(),
    }
}

pub(crate) fn unrow(stored: StoredEnvelope) -> Envelope {
    Envelope { header: stored.header, signature: tovholder_protocol::Signature(stored.signature), body: stored.body }
}

impl Taker<'_> {
    /// Takes an envelope, and those that waited for it.
    pub fn take(&self, write: &mut Write<'_>, envelope: &Envelope) -> Result<Took, StoreError> {
        let first = self.take_one(write, envelope)?;
        if matches!(first, Took::New(_) | Took::Sealed) {
            let Ok(header) = envelope.read_header() else { return Ok(first) };
            let mut counter = header.counter + 1;
            while let Some(next) = write.early(&header.incarnation.0, counter)? {
                match self.take_one(write, &unrow(next.clone()))? {
                    Took::New(_) | Took::Sealed | Took::Known => {}
                    Took::OwnFork => return Ok(Took::OwnFork),
                    Took::Early => break,
                    Took::Refused(why) => {
                        write.keep_envelope(&next, EnvelopeState::Apart, &why)?;
                    }
                }
                counter += 1;
            }
        }
        Ok(first)
    }

    fn take_one(&self, write: &mut Write<'_>, envelope: &Envelope) -> Result<Took, StoreError> {
        match judge(envelope, self.chain, &Vector(write))? {
            Verdict::Taken(_) => Ok(Took::Known),
            Verdict::Take(verified) => self.open(write, &row(&verified, envelope), &verified),
            Verdict::Early(verified)
                if write.follows_cut(&verified.header.incarnation.0, verified.header.counter)? =>
            {
                write.keep_envelope(&row(&verified, envelope), EnvelopeState::Apart, CUT)?;
                Ok(Took::Refused(CUT.to_owned()))
            }
            Verdict::Early(verified) => {
                if write.sharing_counts()?.early >= EARLY_MAX {
                    return Ok(Took::Refused("too many come before the ones before".to_owned()));
                }
                write.keep_envelope(&row(&verified, envelope), EnvelopeState::Early, "")?;
                Ok(Took::Early)
            }
            Verdict::Fork(verified) => {
                // Behind the snapshot that this laptop began with: it is checked there.
                let header = &verified.header;
                if let Some(behind) = write.behind_snapshot(&header.incarnation.0, header.counter)? {
                    return self.take_old(write, envelope, &verified, &behind);
                }
                if verified.header.device == self.device {
                    return Ok(Took::OwnFork);
                }
                write.raise_alarm("fork", &verified.header.incarnation.to_string())?;
                write.keep_envelope(&row(&verified, envelope), EnvelopeState::Apart, "fork")?;
                Ok(Took::Refused("fork".to_owned()))
            }
            Verdict::NotAllowed(verified) => {
                write.keep_envelope(&row(&verified, envelope), EnvelopeState::Apart, NOT_ALLOWED)?;
                Ok(Took::Refused(NOT_ALLOWED.to_owned()))
            }
            Verdict::Refused(error) => {
                let ours = envelope.read_header().is_ok_and(|header| self.is_here(write, &header));
                if ours && error == ANOTHERS && !write.has_number(&write.actor().0)? {
                    return Ok(Took::OwnFork);
                }
                Ok(Took::Refused(error.to_string()))
            }
        }
    }

    /// Whether an envelope was written under the very incarnation that writes here, by another device: that was this machine
    /// before it was set back, under a key that it has no more. What was written since is written anew.
    fn is_here(&self, write: &Write<'_>, header: &EnvelopeHeader) -> bool {
        self.device != DeviceKey::default() && header.incarnation.0 == write.actor().0
    }

    /// Opens an envelope that is the next of its incarnation.
    fn open(&self, write: &mut Write<'_>, row: &StoredEnvelope, verified: &Verified) -> Result<Took, StoreError> {
        if let Some(cursor) = &verified.header.cursor {
            super::exchange::check_cursor(write, cursor, &verified.header.device.to_string())?;
        }
        let opened = self.ring.open_body(&self.chain.space(), &verified.header, &row.body);
        let took = match opened {
            Err(CryptoError::NoKey(_)) => {
                write.keep_envelope(row, EnvelopeState::Sealed, "")?;
                write.advance(row)?;
                return Ok(Took::Sealed);
            }
            Err(error) => Err(error.to_string()),
            Ok(bytes) => match self.apply(write, verified, &bytes)? {
                Applied::OwnFork => return Ok(Took::OwnFork),
                // Its author writes it anew; what follows it is set aside too.
                Applied::Cut => {
                    write.keep_envelope(row, EnvelopeState::Apart, CUT)?;
                    return Ok(Took::Refused(CUT.to_owned()));
                }
                Applied::Some(count) => Ok(count),
                Applied::Refused(why) => Err(why),
            },
        };
        match took {
            Ok(count) => {
                write.keep_envelope(row, EnvelopeState::Taken, "")?;
                write.advance(row)?;
                Ok(Took::New(count))
            }
            // It stands in its author's chain, so the vector moves; what it said is kept and not shown.
            Err(why) => {
                write.keep_envelope(row, EnvelopeState::Refused, &why)?;
                write.advance(row)?;
                Ok(Took::New(0))
            }
        }
    }

    fn apply(&self, write: &mut Write<'_>, verified: &Verified, bytes: &[u8]) -> Result<Applied, StoreError> {
        let parsed = match body::decode(bytes) {
            Ok(parsed) => parsed,
            Err(error) => return Ok(Applied::Refused(error.to_string())),
        };
        if let Some(why) = misplaced(self.chain, self.ring, &verified.header, &parsed.document) {
            return Ok(Applied::Refused(why.to_owned()));
        }
        if self.builds_on_cut(write, &parsed)? {
            return Ok(Applied::Cut);
        }
        let device = verified.header.device.0;
        let (mut count, mut why) = (0, None);
        for (change, _) in &parsed.changes {
            if signs_for_another(change) {
                why = Some("signed with another's name".to_owned());
                continue;
            }
            match write.receive(&parsed.document, change, Some(&device)) {
                Ok(Received::Applied) => count += 1,
                Ok(Received::Known) => write.has_left(&change.encode()?.hash)?,
                Err(StoreError::MissingDependency) => {
                    write.park(&parsed.document, change, &change.encode()?.hash, &device)?;
                    count += 1;
                }
                Err(StoreError::Fork(incarnation)) => {
                    if device == self.device.0 || self.is_here(write, &verified.header) {
                        return Ok(Applied::OwnFork);
                    }
                    write.raise_alarm("fork", &incarnation)?;
                    why = Some("fork".to_owned());
                }
                Err(error @ (StoreError::Refused(_) | StoreError::Document(_))) => why = Some(error.to_string()),
                Err(error) => return Err(error),
            }
        }
        if count > 0 && write.sharing_counts()?.parked > 0 {
            let (_, refused) = write.unpark(&parsed.document)?;
            for (device, reason) in refused {
                write.raise_alarm("refused_change", &format!("{} {reason}", hex::encode(device)))?;
            }
        }
        Ok(why.map_or(Applied::Some(count), Applied::Refused))
    }

    /// The chain has grown: opens what was sealed under a key that has come since, and takes what is allowed since.
    pub fn open_sealed(&self, write: &mut Write<'_>) -> Result<(), StoreError> {
        for stored in write.cut_envelopes()? {
            self.take(write, &unrow(stored))?;
        }
        for stored in write.sealed_envelopes()? {
            let Ok(header) = unrow(stored.clone()).read_header() else { continue };
            let verified = Verified { header, hash: Hash(stored.hash) };
            match self.ring.open_body(&self.chain.space(), &verified.header, &stored.body) {
                Err(CryptoError::NoKey(_)) => {}
                Err(error) => drop(write.keep_envelope(&stored, EnvelopeState::Refused, &error.to_string())?),
                Ok(bytes) => {
                    let state = match self.apply(write, &verified, &bytes)? {
                        Applied::Some(_) => (EnvelopeState::Taken, String::new()),
                        Applied::Refused(why) => (EnvelopeState::Refused, why),
                        Applied::OwnFork => (EnvelopeState::Refused, "fork".to_owned()),
                        Applied::Cut => (EnvelopeState::Refused, CUT.to_owned()),
                    };
                    write.keep_envelope(&stored, state.0, &state.1)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a change says who stands behind an incarnation that is not its own: names in the history are their owners'.
pub(crate) fn signs_for_another(change: &CellChange) -> bool {
    let own = format!("author/{}/", change.actor);
    change.ops.iter().any(|op| op.key.starts_with("author/") && !op.key.starts_with(&own))
}

/// Why a body does not belong into this envelope: it is of another document, or of somebody else's card.
pub(crate) fn misplaced(
    chain: &Chain,
    ring: &KeyRing,
    header: &EnvelopeHeader,
    document: &str,
) -> Option<&'static str> {
    if document_id(chain, ring, document).ok() != Some(header.document) {
        return Some("the document is another than the envelope says");
    }
    let own = chain.devices().get(&header.device).map(|device| card_name(&device.member));
    (document.starts_with("card/") && own.as_deref() != Some(document)).then_some("somebody else's card")
}

enum Applied {
    Some(u32),
    Refused(String),
    OwnFork,
    /// It builds on what was cut off.
    Cut,
}
