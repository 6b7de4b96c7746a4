//! The zip file around `.xlsx` and `.ods`, held to its limits: what it declares is checked before anything is inflated,
//! and what is inflated is counted, for a bomb lies about itself.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::{Limits, ReadError};

/// Parts of an archive. A workbook of a hundred sheets with drawings has some hundreds.
const PARTS_MAX: usize = 10_000;

/// A part that inflates to more than this many times its size is a bomb, if it is large at all. Real sheets, repetitive
/// as they are, stay below a hundred.
const RATIO_MAX: u64 = 250;

/// Below this many inflated bytes the ratio does not matter.
const RATIO_FROM: u64 = 20 * 1024 * 1024;

/// What an archive holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Ods,
}

/// An open zip file with a budget of bytes to inflate.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Lower-case names with forward slashes, for Excel's parts are found whatever their case.
    names: BTreeMap<String, usize>,
    left: u64,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, ReadError> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damage(&error))?;
        if zip.len() > PARTS_MAX {
            return Err(ReadError::too_large("parts"));
        }
        let mut names = BTreeMap::new();
        let mut declared = 0_u64;
        for index in 0..zip.len() {
            let part = zip.by_index_raw(index).map_err(|error| damage(&error))?;
            if part.encrypted() {
                return Err(ReadError::Password);
            }
            declared = declared.saturating_add(part.size());
            if part.size() > RATIO_FROM && part.size() / part.compressed_size().max(1) > RATIO_MAX {
                return Err(ReadError::too_large("ratio"));
            }
            let name = String::from_utf8_lossy(part.name_raw()).replace('\\', "/").to_lowercase();
            names.entry(name.trim_start_matches('/').to_owned()).or_insert(index);
        }
        if declared > limits.unpacked_bytes_max {
            return Err(ReadError::too_large("unpacked"));
        }
        Ok(Self { zip, names, left: limits.unpacked_bytes_max })
    }

    /// What kind of workbook this is.
    pub(super) fn kind(&mut self) -> Result<Kind, ReadError> {
        if self.has("xl/workbook.bin") {
            return Err(ReadError::unreadable("xlsb"));
        }
        let mime = self.text("mimetype")?.unwrap_or_default();
        if mime.trim().starts_with("application/vnd.oasis.opendocument.spreadsheet") {
            return Ok(Kind::Ods);
        }
        if self.has("[content_types].xml") || self.has("xl/workbook.xml") {
            return Ok(Kind::Xlsx);
        }
        Err(ReadError::unreadable("not_a_workbook"))
    }

    /// Whether there is a part with this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(&name.to_lowercase())
    }

    /// A part as text; none when it is not there.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        let Some(index) = self.names.get(&name.to_lowercase()).copied() else { return Ok(None) };
        let part = self.zip.by_index(index).map_err(|error| damage(&error))?;
        let compressed = part.compressed_size();
        // One byte beyond the budget shows that it is exceeded, whatever size was declared.
        let mut bytes = Vec::new();
        let read = part.take(self.left.saturating_add(1)).read_to_end(&mut bytes);
        let inflated = bytes.len() as u64;
        if inflated > self.left {
            return Err(ReadError::too_large("unpacked"));
        }
        if inflated > RATIO_FROM && inflated / compressed.max(1) > RATIO_MAX {
            return Err(ReadError::too_large("ratio"));
        }
        read.map_err(|_| ReadError::unreadable("damaged"))?;
        self.left -= inflated;
        Ok(Some(decoded(bytes)))
    }
}

/// XML is UTF-8, or UTF-16 with a byte order mark.
fn decoded(bytes: Vec<u8>) -> String {
    if bytes.starts_with(&[0xFF, 0xFE]) {
        return UTF_16LE.decode(&bytes).0.into_owned();
    }
    if bytes.starts_with(&[0xFE, 0xFF]) {
        return UTF_16BE.decode(&bytes).0.into_owned();
    }
    match String::from_utf8(bytes) {
        Ok(text) if text.starts_with('\u{feff}') => text.trim_start_matches('\u{feff}').to_owned(),
        Ok(text) => text,
        Err(error) => UTF_8.decode(error.as_bytes()).0.into_owned(),
    }
}

fn damage(error: &ZipError) -> ReadError {
    match error {
        ZipError::UnsupportedArchive(text) if text.to_lowercase().contains("password") => ReadError::Password,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => ReadError::unreadable("method"),
        ZipError::InvalidPassword => ReadError::Password,
        _ => ReadError::unreadable("damaged"),
    }
}
