//! CSV as Danish Excel opens it by a double click: semicolons, CRLF, UTF-8 with byte order mark.

use chrono::NaiveDate;

use super::{COLUMNS, Cell, ExportRow, cells, date_text};
use crate::words::{self, Lang};

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The rows as CSV. `on` is the day that days to the deadline are counted from.
pub fn csv(rows: &[ExportRow], on: NaiveDate, lang: Lang) -> Vec<u8> {
    let headings: Vec<String> = COLUMNS.iter().map(|column| column.heading(lang)).collect();
    let mut out = BYTE_ORDER_MARK.to_vec();
    line(&mut out, &headings);
    for row in rows {
        let fields: Vec<String> = cells(row, on, lang).into_iter().map(|cell| written(cell, lang)).collect();
        line(&mut out, &fields);
    }
    out
}

fn written(cell: Cell, lang: Lang) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => guarded(text),
        Cell::Date(date) => date_text(date),
        Cell::Percent(percent) => format!("{percent}%"),
        Cell::Number(number) => number.to_string(),
        Cell::Colour(colour) => words::colour(lang, colour),
    }
}

/// A spreadsheet runs a text that begins like a formula, so it is made plain with the apostrophe that spreadsheets use
/// for that themselves. A colleague's comment must never be able to start a program on a director's laptop.
pub(super) fn guarded(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    }
}

pub(super) fn line(out: &mut Vec<u8>, fields: &[String]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b';');
        }
        // A comma or a leading space needs no quotes here, but older readers stumble over them bare.
        if field.contains([';', '"', '\r', '\n', ',', '\t']) || field.starts_with(' ') || field.ends_with(' ') {
            out.push(b'"');
            out.extend_from_slice(field.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(field.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}
