//! CSV as Excel and others write it: `;`, `,` or tab, in UTF-8, UTF-16 or Windows-1252.
//!
//! A reader of its own, because a row here must have the number that Excel gives it: blank lines count, and a cell of
//! several lines is one row.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::{Limits, ReadError};
use crate::field::Field;
use crate::grid::{Builder, Value, Workbook};

/// Records looked at to find the separator.
const LOOK_AT: usize = 30;

const SEPARATORS: [char; 3] = [';', ',', '\t'];

pub(super) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Workbook, ReadError> {
    let text = decoded(bytes)?;
    refuse_markup(&text)?;
    let (text, separator) = match stated_separator(&text) {
        Some((separator, rest)) => (rest, separator),
        None => (text.as_str(), likely_separator(&text)),
    };
    // One column that calls itself a workbook is no table: it is a note or a log that got the wrong name.
    let named_workbook = [".xlsx", ".xlsm", ".xls", ".ods"].iter().any(|ending| name.to_lowercase().ends_with(ending));
    if named_workbook && Records::new(text, separator).take(LOOK_AT).all(|record| record.len() < 2) {
        return Err(ReadError::unreadable("not_a_workbook"));
    }
    let mut builder = Builder::new(limits);
    builder.sheet("")?;
    for (row, record) in (0_u32..).zip(Records::new(text, separator)) {
        for (column, cell) in (0_u32..).zip(record) {
            builder.put(row, column, Value::Text(cell))?;
        }
        if builder.sheet_is_full() {
            break;
        }
    }
    builder.finish(false, false)
}

/// The bytes as text. What is not text is refused.
fn decoded(bytes: &[u8]) -> Result<String, ReadError> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let encoding = if bytes.starts_with(&[0xFF, 0xFE]) { UTF_16LE } else { UTF_16BE };
        let (text, _, broken) = encoding.decode(bytes);
        return if broken { Err(ReadError::unreadable("binary")) } else { Ok(text.into_owned()) };
    }
    if bytes.starts_with(b"%PDF") {
        return Err(ReadError::unreadable("pdf"));
    }
    let control = bytes.iter().filter(|b| matches!(b, 0x01..=0x08 | 0x0B | 0x0E..=0x1F | 0x7F)).count();
    if bytes.contains(&0) || control > bytes.len() / 100 + 1 {
        return Err(ReadError::unreadable("binary"));
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => WINDOWS_1252.decode(bytes).0.into_owned(),
    })
}

/// Web pages and XML that call themselves `.xls`.
fn refuse_markup(text: &str) -> Result<(), ReadError> {
    let start: String = text.trim_start().chars().take(2000).collect::<String>().to_lowercase();
    if start.starts_with("<html") || start.starts_with("<!doctype html") || start.contains("<table") {
        return Err(ReadError::unreadable("html"));
    }
    if start.starts_with("<?xml") || start.starts_with("<!doctype") {
        return Err(ReadError::unreadable("xml"));
    }
    Ok(())
}

/// Excel's own `sep=;` on the first line; Excel does not count that line as a row, and neither is it here.
fn stated_separator(text: &str) -> Option<(char, &str)> {
    let mut rest = text.strip_prefix("sep=")?.chars();
    let separator = rest.next()?;
    let rest = rest.as_str();
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
    Some((separator, rest))
}

/// The separator with which the most headings are known; among equals, the one that cuts the most rows alike.
fn likely_separator(text: &str) -> char {
    let mut best = (';', (0, 0));
    for separator in SEPARATORS {
        let records: Vec<_> = Records::new(text, separator).take(LOOK_AT).collect();
        let known = |record: &Vec<String>| record.iter().filter(|cell| Field::from_heading(cell).is_some()).count();
        let headings = records.iter().map(known).max().unwrap_or_default();
        let widths: Vec<_> = records.iter().map(Vec::len).filter(|width| *width > 1).collect();
        let alike =
            widths.iter().map(|width| widths.iter().filter(|other| *other == width).count() * (width - 1)).max();
        let score = (headings, alike.unwrap_or_default());
        // A heading that is known without any cutting says nothing about the separator.
        if score > best.1 && !widths.is_empty() {
            best = (separator, score);
        }
    }
    best.0
}

/// The records of a text. A quote that is never closed ends with the text.
struct Records<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    separator: char,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, separator: char) -> Self {
        Self { chars: text.chars().peekable(), separator }
    }

    /// What follows an opening quote: to the closing one; two quotes are one.
    fn quoted(&mut self, cell: &mut String) {
        while let Some(c) = self.chars.next() {
            match c {
                '"' if self.chars.peek() == Some(&'"') => {
                    self.chars.next();
                    cell.push('"');
                }
                '"' => return,
                c => cell.push(c),
            }
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Vec<String>;

    fn next(&mut self) -> Option<Vec<String>> {
        self.chars.peek()?;
        let mut record = Vec::new();
        let mut cell = String::new();
        while let Some(c) = self.chars.next() {
            match c {
                '\n' => break,
                '\r' => {
                    if self.chars.peek() == Some(&'\n') {
                        self.chars.next();
                    }
                    break;
                }
                '"' if cell.trim().is_empty() => {
                    cell.clear();
                    self.quoted(&mut cell);
                }
                c if c == self.separator => record.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
        }
        record.push(cell);
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::grid::Row;

    fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
        let book = read("klik.csv", bytes, &Limits::default()).unwrap();
        assert!(book.sheets.is_empty());
        let texts = |row: &Row| row.iter().map(|(_, value)| value.display()).collect();
        book.grids[0].rows.iter().map(|(at, row)| (*at, texts(row))).collect()
    }

    fn row(at: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (at, cells.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn separators_are_recognised() {
        for text in ["Opgave-id;Projekt;Titel\n1;BBR;a, b, c\n", "Opgave-id,Projekt,Titel\n1,BBR,\"a, b, c\"\n"] {
            assert_eq!(
                rows(text.as_bytes()),
                [row(0, &["Opgave-id", "Projekt", "Titel"]), row(1, &["1", "BBR", "a, b, c"])]
            );
        }
        assert_eq!(rows(b"x\ty\tz\n1\t2;3\t4,5\n")[1], row(1, &["1", "2;3", "4,5"]));
        assert_eq!(rows(b"x|y\n1|2")[0], row(0, &["x|y"]));
        assert_eq!(rows(b"sep=|\r\nx|y\r\n1|2")[0], row(0, &["x", "y"]));
        // Commas in the texts outnumber the semicolons between them.
        assert_eq!(rows("Nr;Titel\n1;a, b, c, d\n2;e, f, g, h\n".as_bytes())[1], row(1, &["1", "a, b, c, d"]));
    }

    #[test]
    fn encodings_are_recognised() {
        let expected = [row(0, &["Løsning", "Udfører"]), row(1, &["Æblø", "Åse"])];
        let text = "Løsning;Udfører\r\nÆblø;Åse\r\n";
        assert_eq!(rows(text.as_bytes()), expected);
        assert_eq!(rows(format!("\u{feff}{text}").as_bytes()), expected);
        assert_eq!(rows(&WINDOWS_1252.encode(text).0), expected);
        let mut little = vec![0xFF, 0xFE];
        little.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(rows(&little), expected);
        let mut big = vec![0xFE, 0xFF];
        big.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        assert_eq!(rows(&big), expected);
    }

    #[test]
    fn rows_have_excels_numbers() {
        let text = "a;b\n\n\"to\nlinjer\";\"citat \"\"her\"\"\"\r\n;;\n\rx;y";
        assert_eq!(
            rows(text.as_bytes()),
            [row(0, &["a", "b"]), row(2, &["to\nlinjer", "citat \"her\""]), row(5, &["x", "y"])]
        );
        assert_eq!(rows(b"a;\"aldrig lukket;\nb;c")[0], row(0, &["a", "aldrig lukket;\nb;c"]));
        assert_eq!(rows(b"5\" skaerm;b")[0], row(0, &["5\" skaerm", "b"]));
    }
}
