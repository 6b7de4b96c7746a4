//! How much a file may be, and why a file as a whole cannot be read.

use crate::field::Field;

/// How much a file may hold. Beyond it the file is refused with [`ReadError::TooLarge`], never cut short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes_max: usize,
    /// Bytes of all its parts unpacked, and of all its text in memory.
    pub unpacked_bytes_max: u64,
    /// Rows with something in them, per sheet.
    pub rows_max: usize,
    /// Columns, counted from A, per sheet.
    pub columns_max: usize,
    /// Sheets of a workbook.
    pub sheets_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: 50 * 1024 * 1024,
            unpacked_bytes_max: 300 * 1024 * 1024,
            rows_max: 100_000,
            columns_max: 200,
            sheets_max: 100,
        }
    }
}

/// Why a file as a whole cannot be read.
///
/// `detail` is a code word of the message catalogue (`error.file_detail.<word>`), never prose: one of
/// [`ReadError::DETAILS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadError {
    /// Not a workbook or CSV, or a damaged one.
    Unreadable {
        /// What is wrong, as a code word.
        detail: String,
    },
    /// Protected by a password.
    Password,
    /// Larger than [`Limits`] allows.
    TooLarge {
        /// What is too large, as a code word.
        detail: String,
    },
    /// No row in the first 20 looks like headings.
    NoHeadings,
    /// There is no such sheet.
    UnknownSheet {
        /// The name asked for.
        sheet: String,
    },
    /// There is nothing in the file, or nothing below its headings.
    Empty,
    /// Two columns were given the same field.
    MappedTwice {
        /// That field.
        field: Field,
    },
    /// A field that must have a column has none.
    NotMapped {
        /// That field.
        field: Field,
    },
    /// The progress callback said stop.
    Cancelled,
}

impl ReadError {
    /// Every code word that `detail` may be: eight for what is unreadable, then nine for what is too large.
    pub const DETAILS: [&str; 17] = [
        "damaged",
        "binary",
        "html",
        "xml",
        "pdf",
        "xlsb",
        "not_a_workbook",
        "method",
        "file",
        "unpacked",
        "ratio",
        "parts",
        "text",
        "cells",
        "rows",
        "columns",
        "sheets",
    ];

    pub(crate) fn unreadable(detail: &str) -> Self {
        debug_assert!(Self::DETAILS.contains(&detail), "{detail} is no code word of the catalogue");
        Self::Unreadable { detail: detail.to_owned() }
    }

    pub(crate) fn too_large(detail: &str) -> Self {
        debug_assert!(Self::DETAILS.contains(&detail), "{detail} is no code word of the catalogue");
        Self::TooLarge { detail: detail.to_owned() }
    }
}

/// For logs; what a user reads is the message catalogue's.
impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable { detail } => write!(f, "unreadable file: {detail}"),
            Self::Password => f.write_str("file protected by a password"),
            Self::TooLarge { detail } => write!(f, "file too large: {detail}"),
            Self::NoHeadings => f.write_str("no row of headings"),
            Self::UnknownSheet { sheet } => write!(f, "no sheet named {sheet:?}"),
            Self::Empty => f.write_str("no rows"),
            Self::MappedTwice { field } => write!(f, "two columns mapped to {}", field.code()),
            Self::NotMapped { field } => write!(f, "no column mapped to {}", field.code()),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for ReadError {}
