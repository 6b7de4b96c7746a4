//! Entries of the membership chain that come from a relay or a file, and those that a relay lacks.

use tovholder_protocol::{ChainPoint, SignedEntry};
use tovholder_store::{StoreError, Write};

use super::of_crypto;
use super::space::stored;
use super::take::Taker;
use crate::App;
use crate::error::{AppError, AppResult, Code};

fn append_and_open(write: &mut Write<'_>, entries: &[SignedEntry], taker: &Taker<'_>) -> Result<(), StoreError> {
    let there = write.entries()?.len();
    for (n, entry) in entries.iter().enumerate().skip(there) {
        write.add_entry(&stored(u64::try_from(n).unwrap_or(u64::MAX), entry))?;
    }
    taker.open_sealed(write)
}

impl App {
    /// Takes entries into the chain, and opens what their keys open.
    pub(crate) fn take_entries(&self, entries: &[SignedEntry]) -> AppResult<()> {
        let Some(space) = self.space()? else { return Err(AppError::new(Code::NoRelay)) };
        let mut chain = space.chain.clone();
        let mut known = space.entries.clone();
        let before = known.len();
        for entry in entries {
            let body = entry.read_body().map_err(|error| of_crypto(error.into()))?;
            if body.n < chain.point().length {
                let ours = usize::try_from(body.n).ok().and_then(|n| known.get(n));
                if ours != Some(entry) {
                    self.write(|write| {
                        write.raise_alarm("membership_fork", &body.n.to_string()).map_err(|error| self.fail(&error))
                    })?;
                    return Ok(());
                }
                continue;
            }
            chain.append(entry).map_err(of_crypto)?;
            known.push(entry.clone());
        }
        if known.len() == before {
            return Ok(());
        }
        let ring = space.secret.keys_of(&known);
        let taker = Taker { chain: &chain, ring: &ring, device: space.secret.key() };
        self.write(|write| append_and_open(write, &known, &taker).map_err(|error| self.fail(&error)))?;
        self.forget_space();
        Ok(())
    }

    /// The entries that a relay lacks, which has the chain up to this point; an error when its chain is another.
    pub(crate) fn entries_after(&self, point: ChainPoint) -> AppResult<Result<Vec<SignedEntry>, ()>> {
        let space = self.shared_space()?;
        let length = usize::try_from(point.length).unwrap_or(usize::MAX);
        let (Some(before), Some(rest)) = (space.entries.get(..length), space.entries.get(length..)) else {
            return Ok(Err(()));
        };
        let same = before.last().and_then(tovholder_crypto::point_after) == Some(point);
        if !same {
            self.write(|write| {
                write.raise_alarm("membership_fork", &point.length.to_string()).map_err(|error| self.fail(&error))
            })?;
            return Ok(Err(()));
        }
        Ok(Ok(rest.to_vec()))
    }
}
