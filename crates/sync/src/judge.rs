//! What becomes of an envelope, wherever it came from: relay, file, colleague.

use tovholder_crypto::{Chain, CryptoError, Verified, envelope_hash, verify_header};
use tovholder_protocol::{DeviceKey, Envelope, Hash, Incarnation};

/// The last envelope taken from an incarnation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub counter: u64,
    /// Its hash.
    pub hash: Hash,
    /// Whose incarnation it is.
    pub device: DeviceKey,
}

/// What this laptop has taken so far. The truth about it is this vector; a relay's numbers are an index only.
pub trait Ledger {
    /// Why the ledger could not be read.
    type Error;

    /// The last envelope of an incarnation.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    fn last(&self, incarnation: &Incarnation) -> Result<Option<Known>, Self::Error>;

    /// Whether an envelope with this hash was taken.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    fn is_taken(&self, hash: &Hash) -> Result<bool, Self::Error>;
}

/// Why an envelope is refused under an incarnation that is another device's.
pub const ANOTHERS: CryptoError = CryptoError::Rule("another device's incarnation");

/// What becomes of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is the next of its incarnation: take it.
    Take(Verified),
    /// It was taken already.
    Taken(Hash),
    /// It is a later one: keep it until the ones before have come.
    Early(Verified),
    /// The incarnation has said something else under this number: two stories.
    Fork(Verified),
    /// Its author may not write (any more): not taken, named.
    NotAllowed(Verified),
    /// It is no envelope of this space, or somebody else's incarnation.
    Refused(CryptoError),
}

/// Judges an envelope by signature, chain and vector.
///
/// # Errors
/// When the ledger cannot be read.
pub fn judge<L: Ledger>(envelope: &Envelope, chain: &Chain, ledger: &L) -> Result<Verdict, L::Error> {
    let space = chain.space();
    let hash = envelope_hash(&space, &envelope.header);
    if ledger.is_taken(&hash)? {
        return Ok(Verdict::Taken(hash));
    }
    let verified = match verify_header(&space, envelope) {
        Ok(verified) => verified,
        Err(error) => return Ok(Verdict::Refused(error)),
    };
    let header = &verified.header;
    let last = ledger.last(&header.incarnation)?;
    if last.is_some_and(|last| last.device != header.device) {
        return Ok(Verdict::Refused(ANOTHERS));
    }
    if chain.may_write(header, &hash).is_err() {
        return Ok(Verdict::NotAllowed(verified));
    }
    let (counter, previous) = last.map_or((0, Hash::default()), |last| (last.counter, last.hash));
    Ok(if header.counter <= counter {
        Verdict::Fork(verified)
    } else if header.counter > counter + 1 {
        Verdict::Early(verified)
    } else if header.previous == previous {
        Verdict::Take(verified)
    } else {
        Verdict::Fork(verified)
    })
}
