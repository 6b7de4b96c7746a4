//! When KLIK made an export: a title row says it, or the file's name, or the latest change in it.

use chrono::NaiveDate;

use crate::date::{accepted, find, from_number, from_text};
use crate::draft::DateSource;
use crate::field::normalise_heading;
use crate::grid::{Sheet, Value, Workbook, value_at};

/// Beginnings of words that make a date in a title row the export's own.
const EXPORT_WORDS: [&str; 9] =
    ["udtraek", "udtrukket", "eksport", "export", "hentet", "dannet", "genereret", "generated", "udskrevet"];

/// The export's date and where it was found.
pub(crate) fn export_date(
    workbook: &Workbook,
    sheet: &Sheet,
    heading_row: u32,
    file_name: &str,
    changed: Option<usize>,
) -> Option<(NaiveDate, DateSource)> {
    let source = |source| move |date| (date, source);
    title_date(sheet, heading_row)
        .map(source(DateSource::TitleRow))
        .or_else(|| find(file_name).map(source(DateSource::FileName)))
        .or_else(|| last_changed(workbook, sheet, heading_row, changed?).map(source(DateSource::LastChanged)))
}

/// A date above the headings. One in a row that speaks of an export goes before any other.
fn title_date(sheet: &Sheet, heading_row: u32) -> Option<NaiveDate> {
    let mut first = None;
    for row in sheet.rows.range(..heading_row).map(|(_, row)| row) {
        let date = row.iter().find_map(|(_, value)| match value {
            Value::Date(date) => accepted(*date).ok(),
            Value::Text(text) => find(text),
            _ => None,
        });
        let speaks = row.iter().any(|(_, value)| {
            let words = normalise_heading(&value.display());
            EXPORT_WORDS.iter().any(|word| words.contains(word))
        });
        if speaks && date.is_some() {
            return date;
        }
        first = first.or(date);
    }
    first
}

/// The latest date in a column below the headings.
fn last_changed(workbook: &Workbook, sheet: &Sheet, heading_row: u32, column: usize) -> Option<NaiveDate> {
    let below = sheet.rows.range(heading_row.saturating_add(1)..);
    below.filter_map(|(_, row)| date_of(value_at(row, column)?, workbook.from_1904)).max()
}

/// A cell's date, if it is one that counts.
pub(crate) fn date_of(value: &Value, from_1904: bool) -> Option<NaiveDate> {
    match value {
        Value::Date(date) => accepted(*date).ok(),
        Value::Number(number) => from_number(*number, from_1904).ok(),
        Value::Text(text) => from_text(text, from_1904).ok(),
        Value::Percent(_) | Value::Bool(_) | Value::Error(_) => None,
    }
}
