//! The compound file around `.xls`, and around every workbook locked with a password.
//!
//! Sectors are chained by numbers in the file; no chain is followed further than the file is long.

use crate::error::ReadError;

/// Numbers from here on are marks, not sectors.
const MARKS_FROM: u32 = 0xFFFF_FFFA;

/// Streams shorter than this live in the small sectors of the root's stream.
const SMALL_BELOW: usize = 4096;
const SMALL_SECTOR: usize = 64;

/// A stream of the compound file.
#[derive(Debug)]
struct Entry {
    name: String,
    start: u32,
    len: usize,
}

/// An open compound file.
pub(super) struct Ole<'a> {
    bytes: &'a [u8],
    sector: usize,
    next: Vec<u32>,
    entries: Vec<Entry>,
    small: Vec<u8>,
    small_next: Vec<u32>,
}

/// A little-endian number at a place, 0 beyond the end.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// A little-endian number at a place, 0 beyond the end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|four| u32_at(four, 0))
}

impl<'a> Ole<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let damaged = || ReadError::unreadable("damaged");
        let sector = match u16_at(bytes, 30) {
            9 => 512,
            12 => 4096,
            _ => return Err(damaged()),
        };
        let mut ole =
            Self { bytes, sector, next: Vec::new(), entries: Vec::new(), small: Vec::new(), small_next: Vec::new() };
        ole.next = ole.allocation()?;
        let directory = ole.chain(u32_at(bytes, 48))?;
        ole.entries = directory.chunks_exact(128).filter_map(|entry| Entry::read(entry, sector)).collect();
        let root = directory.get(..128).ok_or_else(damaged)?;
        if u32_at(bytes, 64) > 0 {
            ole.small = ole.chain(u32_at(root, 116))?;
            ole.small_next = numbers(&ole.chain(u32_at(bytes, 60))?).collect();
        }
        Ok(ole)
    }

    /// Whether there is a stream with this name, in any folder.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The bytes of a stream; none when there is no such stream.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name)) else {
            return Ok(None);
        };
        let mut bytes = if entry.len < SMALL_BELOW {
            follow(entry.start, &self.small_next, self.small.len() / SMALL_SECTOR + 1, |at| {
                self.small.get(at * SMALL_SECTOR..).map(|rest| rest.get(..SMALL_SECTOR).unwrap_or(rest))
            })?
        } else {
            self.chain(entry.start)?
        };
        if bytes.len() < entry.len {
            return Err(ReadError::unreadable("damaged"));
        }
        bytes.truncate(entry.len);
        Ok(Some(bytes))
    }

    fn sector(&self, at: usize) -> Option<&'a [u8]> {
        let from = at.checked_add(1)?.checked_mul(self.sector)?;
        let rest = self.bytes.get(from..).filter(|rest| !rest.is_empty())?;
        Some(rest.get(..self.sector).unwrap_or(rest))
    }

    /// Which sector follows which. Its own sectors are listed in the header, and on from there.
    fn allocation(&self) -> Result<Vec<u32>, ReadError> {
        let damaged = || ReadError::unreadable("damaged");
        let most = self.bytes.len() / self.sector + 1;
        let mut listed: Vec<u32> = numbers(self.bytes.get(76..512).ok_or_else(damaged)?).collect();
        let mut more = u32_at(self.bytes, 68);
        let mut steps = 0;
        while more < MARKS_FROM {
            steps += 1;
            let list = usize::try_from(more).ok().and_then(|at| self.sector(at)).ok_or_else(damaged)?;
            let own = list.get(..list.len().saturating_sub(4)).unwrap_or_default();
            listed.extend(numbers(own));
            more = u32_at(list, list.len().saturating_sub(4));
            if steps > most {
                return Err(damaged());
            }
        }
        listed.retain(|at| *at < MARKS_FROM);
        if listed.len() > most {
            return Err(damaged());
        }
        let sectors = listed.iter().filter_map(|at| usize::try_from(*at).ok().and_then(|at| self.sector(at)));
        Ok(sectors.flat_map(numbers).collect())
    }

    fn chain(&self, start: u32) -> Result<Vec<u8>, ReadError> {
        follow(start, &self.next, self.bytes.len() / self.sector + 1, |at| self.sector(at))
    }
}

/// Joins a chain of sectors. One that is longer than `most` goes in a circle.
fn follow<'a>(
    start: u32,
    next: &[u32],
    most: usize,
    sector: impl Fn(usize) -> Option<&'a [u8]>,
) -> Result<Vec<u8>, ReadError> {
    let damaged = || ReadError::unreadable("damaged");
    let mut out = Vec::new();
    let (mut at, mut steps) = (start, 0);
    while at < MARKS_FROM {
        let index = usize::try_from(at).map_err(|_| damaged())?;
        out.extend_from_slice(sector(index).ok_or_else(damaged)?);
        at = next.get(index).copied().ok_or_else(damaged)?;
        steps += 1;
        if steps > most {
            return Err(damaged());
        }
    }
    Ok(out)
}

impl Entry {
    /// Reads a directory entry; none for folders, the root and free places.
    fn read(bytes: &[u8], sector: usize) -> Option<Self> {
        const STREAM: u8 = 2;
        if bytes.get(66) != Some(&STREAM) {
            return None;
        }
        let letters: Vec<u16> =
            bytes.get(..64)?.chunks_exact(2).map(|two| u16_at(two, 0)).take_while(|c| *c != 0).collect();
        // The upper half of the length is rubbish in files with small sectors.
        let high = if sector == 512 { 0 } else { u64::from(u32_at(bytes, 124)) << 32 };
        let len = usize::try_from(high | u64::from(u32_at(bytes, 120))).unwrap_or(usize::MAX);
        Some(Self { name: String::from_utf16_lossy(&letters), start: u32_at(bytes, 116), len })
    }
}
