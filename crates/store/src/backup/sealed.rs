//! The sealed file: a header, then the database in chunks of 64 KiB, each under XChaCha20-Poly1305.
//!
//! ```text
//! TOVHOLDER-BACKUP-1   18 bytes
//! time it was made     8 bytes, seconds since 1970 in UTC, big end first
//! length of the whole  8 bytes, of the database, big end first
//! nonce prefix         20 random bytes
//! key check            16 bytes, SHA-256 of key and prefix: tells a wrong key from a damaged file
//! header check         8 bytes, SHA-256 of all above: tells a damaged header from a wrong key
//! chunks               up to 65,536 bytes and a tag of 16 each; the last may be shorter
//! ```
//! A chunk's nonce is the prefix and its number; its associated data is the whole header and whether it is the last. So a
//! chunk fits in one place of one file only. Memory is one chunk, whatever the size.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use chacha20poly1305::{AeadInOut, Key, KeyInit, XChaCha20Poly1305, XNonce};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{BackupError, BackupKey};
use crate::Random;

const MAGIC: &[u8; 18] = b"TOVHOLDER-BACKUP-1";
/// What every version's magic begins with.
const MAGIC_FAMILY: usize = 17;
const PREFIX_BYTES: usize = 20;
const HEADER_BYTES: usize = 78;
const CHECK_AT: usize = HEADER_BYTES - 8;
const CHUNK_BYTES: usize = 64 * 1024;
const TAG_BYTES: usize = 16;

/// Seals `database`, a consistent copy that nobody writes to, into `out`. Answers the size of `out` in bytes.
///
/// `out` appears whole or not at all: it is written under another name, made durable, then renamed.
///
/// # Errors
/// [`BackupError::Io`], also for a full disk; [`BackupError::Random`]; [`BackupError::NotACopy`].
pub fn seal(
    database: &Path,
    out: &Path,
    key: &BackupKey,
    made_at: DateTime<Utc>,
    random: Random<'_>,
) -> Result<u64, BackupError> {
    let mut from = File::open(database).map_err(BackupError::io(database))?;
    let length = from.metadata().map_err(BackupError::io(database))?.len();
    let mut prefix = [0; PREFIX_BYTES];
    random(&mut prefix).map_err(BackupError::Random)?;
    let header = Header { made_at: made_at.timestamp(), length, prefix };
    whole_or_not(out, |to| {
        let sealing = Sealing::new(key, header.bytes(key), prefix);
        to.write_all(&sealing.header).map_err(BackupError::io(out))?;
        let mut left = length;
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        for number in 0..chunks(length) {
            let take = left.min(CHUNK_BYTES as u64);
            chunk.clear();
            (&mut from).take(take).read_to_end(&mut chunk).map_err(BackupError::io(database))?;
            if chunk.len() as u64 != take {
                return Err(BackupError::NotACopy);
            }
            left -= take;
            sealing.lock(number, left == 0, &mut chunk)?;
            to.write_all(&chunk).map_err(BackupError::io(out))?;
        }
        if from.read(&mut [0]).map_err(BackupError::io(database))? != 0 {
            return Err(BackupError::NotACopy);
        }
        Ok(sealed_bytes(length))
    })
}

/// Opens a sealed backup into `out`, which appears only when every byte of the backup has proved right.
///
/// # Errors
/// [`BackupError::KeyWrong`]; [`BackupError::Damaged`], [`BackupError::CutShort`]; [`BackupError::NotABackup`],
/// [`BackupError::NewerFormat`]; [`BackupError::Io`].
pub fn open(file: &Path, out: &Path, key: &BackupKey) -> Result<(), BackupError> {
    let mut from = File::open(file).map_err(BackupError::io(file))?;
    let (header, bytes) = read_header(&mut from, file)?;
    if header.bytes(key) != bytes {
        return Err(BackupError::KeyWrong);
    }
    let found = from.metadata().map_err(BackupError::io(file))?.len();
    let expected = sealed_bytes(header.length);
    if found < expected {
        return Err(BackupError::CutShort { expected, found });
    }
    if found > expected {
        return Err(BackupError::Damaged { at: expected });
    }
    whole_or_not(out, |to| {
        let sealing = Sealing::new(key, bytes, header.prefix);
        let (mut left, mut at) = (header.length, HEADER_BYTES as u64);
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        for number in 0..chunks(header.length) {
            let take = left.min(CHUNK_BYTES as u64);
            chunk.clear();
            (&mut from).take(take + TAG_BYTES as u64).read_to_end(&mut chunk).map_err(BackupError::io(file))?;
            left -= take;
            sealing.unlock(number, left == 0, &mut chunk).map_err(|()| BackupError::Damaged { at })?;
            to.write_all(&chunk).map_err(BackupError::io(out))?;
            at += take + TAG_BYTES as u64;
        }
        Ok(())
    })
}

/// When a backup was made, as its header says; without the key nothing proves that it is true.
///
/// # Errors
/// As [`open`], but for the key.
pub fn made_at(file: &Path) -> Result<DateTime<Utc>, BackupError> {
    let mut from = File::open(file).map_err(BackupError::io(file))?;
    let (header, _) = read_header(&mut from, file)?;
    DateTime::from_timestamp(header.made_at, 0).ok_or(BackupError::Damaged { at: MAGIC.len() as u64 })
}

struct Header {
    made_at: i64,
    length: u64,
    prefix: [u8; PREFIX_BYTES],
}

impl Header {
    fn bytes(&self, key: &BackupKey) -> [u8; HEADER_BYTES] {
        let mut hash = Sha256::new();
        hash.update(b"tovholder backup key check");
        hash.update(key.bytes());
        hash.update(self.prefix);
        let key_check = hash.finalize();
        let fields: [&[u8]; 5] = [
            MAGIC,
            &self.made_at.to_be_bytes(),
            &self.length.to_be_bytes(),
            &self.prefix,
            key_check.get(..16).unwrap_or_default(),
        ];
        let mut whole = fields.concat();
        let check = Sha256::digest(&whole);
        whole.extend_from_slice(check.get(..8).unwrap_or_default());
        let mut bytes = [0; HEADER_BYTES];
        for (to, from) in bytes.iter_mut().zip(whole) {
            *to = from;
        }
        bytes
    }
}

fn read_header(from: &mut File, file: &Path) -> Result<(Header, [u8; HEADER_BYTES]), BackupError> {
    let mut read = Vec::with_capacity(HEADER_BYTES);
    from.take(HEADER_BYTES as u64).read_to_end(&mut read).map_err(BackupError::io(file))?;
    if read.len() < MAGIC.len() {
        let begun = !read.is_empty() && MAGIC.starts_with(&read);
        return Err(if begun { cut_in_header(&read) } else { BackupError::NotABackup });
    }
    if !read.starts_with(MAGIC) {
        let family = MAGIC.get(..MAGIC_FAMILY).unwrap_or_default();
        return Err(if read.starts_with(family) { BackupError::NewerFormat } else { BackupError::NotABackup });
    }
    let Ok(bytes) = <[u8; HEADER_BYTES]>::try_from(read.as_slice()) else {
        return Err(cut_in_header(&read));
    };
    let check = Sha256::digest(bytes.get(..CHECK_AT).unwrap_or_default());
    if bytes.get(CHECK_AT..) != check.get(..8) {
        return Err(BackupError::Damaged { at: 0 });
    }
    let mut fields = bytes.get(MAGIC.len()..).unwrap_or_default();
    let header = Header {
        made_at: i64::from_be_bytes(field(&mut fields)),
        length: u64::from_be_bytes(field(&mut fields)),
        prefix: field(&mut fields),
    };
    if header.length > CHUNK_BYTES as u64 * u64::from(u32::MAX) {
        return Err(BackupError::Damaged { at: 0 });
    }
    Ok((header, bytes))
}

fn cut_in_header(read: &[u8]) -> BackupError {
    BackupError::CutShort { expected: HEADER_BYTES as u64, found: read.len() as u64 }
}

/// The next field of a header whose length has been checked.
fn field<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (field, rest) = bytes.split_first_chunk::<N>().map_or(([0; N], [].as_slice()), |(field, rest)| (*field, rest));
    *bytes = rest;
    field
}

/// At least one, so that an empty database has a last chunk too.
fn chunks(length: u64) -> u32 {
    u32::try_from(length.div_ceil(CHUNK_BYTES as u64).max(1)).unwrap_or(u32::MAX)
}

fn sealed_bytes(length: u64) -> u64 {
    HEADER_BYTES as u64 + length + u64::from(chunks(length)) * TAG_BYTES as u64
}

struct Sealing {
    cipher: XChaCha20Poly1305,
    header: [u8; HEADER_BYTES],
    prefix: [u8; PREFIX_BYTES],
}

impl Sealing {
    fn new(key: &BackupKey, header: [u8; HEADER_BYTES], prefix: [u8; PREFIX_BYTES]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&Key::from(*key.bytes())), header, prefix }
    }

    fn nonce(&self, number: u32) -> XNonce {
        let mut nonce = [0; PREFIX_BYTES + 4];
        for (to, from) in nonce.iter_mut().zip(self.prefix.into_iter().chain(number.to_be_bytes())) {
            *to = from;
        }
        XNonce::from(nonce)
    }

    fn associated(&self, last: bool) -> [u8; HEADER_BYTES + 1] {
        let mut associated = [u8::from(last); HEADER_BYTES + 1];
        for (to, from) in associated.iter_mut().zip(self.header) {
            *to = from;
        }
        associated
    }

    fn lock(&self, number: u32, last: bool, chunk: &mut Vec<u8>) -> Result<(), BackupError> {
        let locked = self.cipher.encrypt_in_place(&self.nonce(number), &self.associated(last), chunk);
        // Only a message of 256 GB fails here, and a chunk is 64 KiB.
        locked.map_err(|_| BackupError::NotACopy)
    }

    fn unlock(&self, number: u32, last: bool, chunk: &mut Vec<u8>) -> Result<(), ()> {
        self.cipher.decrypt_in_place(&self.nonce(number), &self.associated(last), chunk).map_err(|_| ())
    }
}

/// Lets `write` fill a file beside `out`, makes it durable and renames it to `out`; leaves nothing behind otherwise.
fn whole_or_not<T>(out: &Path, write: impl FnOnce(&mut File) -> Result<T, BackupError>) -> Result<T, BackupError> {
    let beside = temporary(out);
    let made = (|| {
        let mut file = private_file(&beside).map_err(BackupError::io(&beside))?;
        let made = write(&mut file)?;
        file.sync_all().map_err(BackupError::io(&beside))?;
        drop(file);
        fs::rename(&beside, out).map_err(BackupError::io(out))?;
        sync_directory(out).map_err(BackupError::io(out))?;
        Ok(made)
    })();
    if made.is_err() {
        let _ = fs::remove_file(&beside);
    }
    made
}

/// A name beside `path` that no other program or thread uses.
pub(super) fn temporary(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{name}.{}-{number}.part", std::process::id()))
}

/// A new file that only its owner can read.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        // Left by a program that was killed and had this program's number.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            options.open(path)
        }
        opened => opened,
    }
}

/// Makes the rename of `path` durable; Windows has no such call and does it by itself.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        return File::open(dir)?.sync_all();
    }
    Ok(())
}
