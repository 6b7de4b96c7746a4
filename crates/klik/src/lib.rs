//! A KLIK export as rows: bytes of a file → cells → headings → mapping → validated rows, or rejections that say why.
//!
//! Pure: nothing is read but the bytes given, nothing is written, there is no clock. KLIK's real column names are not
//! public and every municipality's export differs, so nothing here depends on fixed headings: [`draft`] proposes which
//! column is which field, the user corrects it, and [`rows()`] takes the corrected mapping.
//!
//! The bytes are hostile until shown otherwise. The readers under `read` are our own on top of `zip` and `quick-xml`,
//! because memory must stay bounded whatever a file claims: a declared count or dimension is never allocated for, an
//! inflated byte is counted as it comes, a repeated string is charged each time it is repeated. (calamine reserves
//! memory for the number of shared strings that a file declares, and for the rectangle around its outermost cells; both
//! end the process, which no caller can catch. It stays as the yardstick in the tests.)

mod clean;
mod date;
mod draft;
mod error;
mod export_date;
mod field;
mod grid;
mod number;
mod projects;
mod read;
mod reject;
mod rows;
mod synonyms;
mod words;

pub use draft::{Column, DateSource, Draft, draft};
pub use error::{Limits, ReadError};
pub use field::{Field, normalise_heading};
pub use grid::Workbook;
pub use projects::ProjectRecord;
pub use read::{file_hash8, read};
pub use reject::{RejectCode, Rejection};
pub use rows::{Cell, Rows, TaskRecord, rows};
