//! Handing data out: XLSX, CSV, Automerge.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub enum ExportKind {
    /// A workbook with filters, real dates and a colour column.
    Xlsx,
    /// Semicolons, UTF-8 with byte order mark, as Danish Excel opens it.
    Csv,
    /// Every document as an open `.automerge` file, in one zip.
    Automerge,
    /// What the municipalities of the network show of themselves, as CSV.
    Country,
    /// The network's events as iCalendar.
    Calendar,
    /// The implementation overview, interfaces × projects, as CSV.
    Interfaces,
}

/// Makes a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ExportArgs {
    /// The format; XLSX when not said.
    pub kind: Option<ExportKind>,
    /// Colours as of this day.
    pub on: Option<NaiveDate>,
    /// Only these tasks, in this order; none means all that are not archived.
    pub ids: Option<Vec<String>>,
    /// `da` or `en`, for the headings.
    pub lang: Option<String>,
    /// Save to the user's download folder and answer the path, instead of the bytes.
    pub save: bool,
}

/// A file that was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Exported {
    /// Its name.
    pub file_name: String,
    /// Its media type.
    pub mime: String,
    /// Its bytes in base64; empty when it was saved.
    pub bytes: String,
    /// Where it was saved.
    pub path: Option<String>,
    /// Rows in it.
    pub rows: u32,
}
