//! The key of a laptop's backups: 32 random bytes, and the letters that a person can print and type.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::BackupError;
use super::sealed::{private_file, sync_directory, temporary};
use crate::Random;

/// The key's file name in the data directory.
pub const KEY_FILE: &str = "backup.key";
/// Crockford's alphabet: no I, L, O or U, so that nothing is mistaken for something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const KEY_BYTES: usize = 32;
/// Letters of the key itself: 256 bits in fives, four bits of zero at the end.
const KEY_LETTERS: usize = 52;
/// Letters that tell a mistyped key: 20 bits.
const CHECK_LETTERS: usize = 4;
const GROUP_LETTERS: usize = 4;
/// A key file is 70 bytes; more is not a key.
const FILE_BYTES_MAX: u64 = 4 * 1024;

/// A key that seals and opens backups. Its bytes are never printed by mistake: `Debug` hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct BackupKey([u8; KEY_BYTES]);

impl std::fmt::Debug for BackupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BackupKey(…)")
    }
}

impl BackupKey {
    /// The key of these bytes, which must be random.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes; for a key that is printed the same way and is no backup's.
    pub fn to_bytes(&self) -> [u8; KEY_BYTES] {
        self.0
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// The key in fourteen groups of four letters, the last a check, to print and put in a safe.
    pub fn to_words_text(&self) -> String {
        let mut letters = base32(&self.0);
        letters.extend(check_letters(&self.0));
        let groups: Vec<String> = letters.chunks(GROUP_LETTERS).map(|group| group.iter().collect()).collect();
        groups.join("-")
    }

    /// Reads a key as a person types it: case, spaces, hyphens and line breaks do not count, O is 0, I and L are 1.
    ///
    /// # Errors
    /// [`BackupError::KeyUnreadable`] when a letter is missing, strange or wrong.
    pub fn parse(text: &str) -> Result<Self, BackupError> {
        let mut values = Vec::with_capacity(KEY_LETTERS + CHECK_LETTERS);
        for letter in text.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '–' | '.' | '_'))
        {
            values.push(value(letter).ok_or(BackupError::KeyUnreadable)?);
            if values.len() > KEY_LETTERS + CHECK_LETTERS {
                return Err(BackupError::KeyUnreadable);
            }
        }
        let (key, check) = values.split_at_checked(KEY_LETTERS).ok_or(BackupError::KeyUnreadable)?;
        let bytes = unpacked(key).ok_or(BackupError::KeyUnreadable)?;
        let expected: Vec<u8> = check_letters(&bytes).into_iter().filter_map(value).collect();
        if expected == check { Ok(Self(bytes)) } else { Err(BackupError::KeyUnreadable) }
    }
}

fn base32(bytes: &[u8]) -> Vec<char> {
    let mut letters = Vec::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            letters.push(letter(bits >> held));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        letters.push(letter(bits << (5 - held)));
    }
    letters
}

fn letter(bits: u32) -> char {
    ALPHABET.get((bits & 31) as usize).map_or('0', |letter| char::from(*letter))
}

fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let found = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(found).ok()
}

/// None when the four bits beyond the key are not zero.
fn unpacked(values: &[u8]) -> Option<[u8; KEY_BYTES]> {
    let mut bytes = Vec::with_capacity(KEY_BYTES + 1);
    let (mut bits, mut held) = (0u32, 0u32);
    for value in values {
        bits = (bits << 5) | u32::from(*value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    if bits != 0 {
        return None;
    }
    bytes.try_into().ok()
}

fn check_letters(key: &[u8; KEY_BYTES]) -> Vec<char> {
    let mut hash = Sha256::new();
    hash.update(b"tovholder backup key letters");
    hash.update(key);
    let mut letters = base32(&hash.finalize());
    letters.truncate(CHECK_LETTERS);
    letters
}

/// The key in the file at `path`, made there when there is none. Two programs starting at once get the same key.
///
/// # Errors
/// [`BackupError::KeyUnreadable`] when the file holds no key (it is never overwritten: older backups need what was there);
/// [`BackupError::Io`]; [`BackupError::Random`].
pub fn load_or_create(path: &Path, random: Random<'_>) -> Result<BackupKey, BackupError> {
    if let Some(key) = load(path)? {
        return Ok(key);
    }
    let mut bytes = [0; KEY_BYTES];
    random(&mut bytes).map_err(BackupError::Random)?;
    let key = BackupKey::new(bytes);
    let whole = temporary(path);
    let placed = write_key(&whole, &key).and_then(|()| place(&whole, path));
    // Gone already where it was renamed.
    let _ = fs::remove_file(&whole);
    placed.map_err(BackupError::io(path))?;
    // Another program may have been first; its key is the one on the disk.
    load(path)?.ok_or(BackupError::KeyUnreadable)
}

fn load(path: &Path) -> Result<Option<BackupKey>, BackupError> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(BackupError::io(path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(BackupError::io(path))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| BackupError::KeyUnreadable)?;
    BackupKey::parse(text).map(Some)
}

fn write_key(path: &Path, key: &BackupKey) -> io::Result<()> {
    let mut file = private_file(path)?;
    writeln!(file, "{}", key.to_words_text())?;
    file.sync_all()
}

/// Puts the finished file in its place without ever replacing one that is there.
fn place(whole: &Path, path: &Path) -> io::Result<()> {
    // No links on this file system (FAT): what is left is to look, then rename.
    if fs::hard_link(whole, path).is_err() && !path.exists() {
        fs::rename(whole, path)?;
    }
    sync_directory(path)
}
