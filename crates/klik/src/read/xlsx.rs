//! `.xlsx` and `.xlsm`: the sheets' cells.

use quick_xml::events::BytesStart;

use crate::date::{from_serial, from_text};
use crate::error::{Limits, ReadError};
use crate::grid::{Builder, Value, Workbook};
use crate::read::archive::Archive;
use crate::read::format::Shown;
use crate::read::xlsx_parts::{Parts, rich_text, unescaped};
use crate::read::xml::{Node, Xml};

/// Excel's rows and columns.
const ROWS_MAX: u32 = 1_048_576;
const COLUMNS_MAX: u32 = 16_384;

pub(super) fn read(archive: &mut Archive<'_>, limits: &Limits) -> Result<Workbook, ReadError> {
    let parts = Parts::read(archive, limits.sheets_max)?;
    let mut builder = Builder::new(limits);
    for sheet in &parts.sheets {
        builder.sheet(&sheet.name)?;
        if let Some(text) = archive.text(&sheet.path)? {
            read_sheet(&text, &parts, &mut builder)?;
        }
    }
    builder.finish(parts.from_1904, true)
}

/// A cell as its element describes it, before its value is read.
struct Described {
    row: u32,
    column: u32,
    style: usize,
    kind: String,
}

fn read_sheet(text: &str, parts: &Parts, builder: &mut Builder<'_>) -> Result<(), ReadError> {
    let mut xml = Xml::new(text);
    let (mut row, mut column) = (0_u32, 0_u32);
    while !builder.sheet_is_full() {
        match xml.next()? {
            Node::Open(element) => match element.local_name().into_inner() {
                "row" => {
                    let stated = super::xml::attribute(&element, "r").and_then(|r| r.parse::<u32>().ok());
                    row = stated.and_then(|r| r.checked_sub(1)).unwrap_or(row);
                    column = 0;
                }
                "c" => {
                    let cell = describe(&element, row, column);
                    column = cell.column.saturating_add(1);
                    if cell.row >= ROWS_MAX || cell.column >= COLUMNS_MAX {
                        return Err(ReadError::unreadable("damaged"));
                    }
                    if let Some(value) = read_cell(&mut xml, &cell, parts)? {
                        builder.put(cell.row, cell.column, value)?;
                    }
                }
                _ => {}
            },
            Node::Close(element) => match element.local_name().into_inner() {
                "row" => row = row.saturating_add(1),
                "sheetData" => return Ok(()),
                _ => {}
            },
            Node::Text(_) => {}
            Node::Finished => return Ok(()),
        }
    }
    Ok(())
}

fn describe(element: &BytesStart<'_>, row: u32, column: u32) -> Described {
    let mut cell = Described { row, column, style: 0, kind: String::new() };
    let mut all = element.attributes();
    all.with_checks(false);
    for attribute in all.flatten() {
        match attribute.key.into_inner() {
            "r" => (cell.row, cell.column) = position(&attribute.value).unwrap_or((row, column)),
            "s" => cell.style = attribute.value.parse().unwrap_or_default(),
            "t" => cell.kind = attribute.value.into_owned(),
            _ => {}
        }
    }
    cell
}

/// `L175` as row and column from 0.
fn position(name: &str) -> Option<(u32, u32)> {
    let digits_at = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = name.split_at(digits_at);
    let mut column = 0_u32;
    for c in letters.bytes() {
        let digit = c.to_ascii_uppercase().checked_sub(b'A').filter(|digit| *digit < 26)?;
        column = column.checked_mul(26)?.checked_add(u32::from(digit) + 1)?;
    }
    Some((digits.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// Reads a cell to its end. A formula is passed over; what counts is the value that was stored beside it.
fn read_cell(xml: &mut Xml<'_>, cell: &Described, parts: &Parts) -> Result<Option<Value>, ReadError> {
    let mut value = None;
    loop {
        match xml.next()? {
            Node::Open(element) => match element.local_name().into_inner() {
                "v" => {
                    let text = xml.text()?;
                    if cell.kind != "inlineStr" {
                        value = interpret(&text, cell, parts);
                    }
                }
                "is" => value = Some(Value::Text(rich_text(xml)?)),
                _ => xml.skip()?,
            },
            Node::Close(_) => return Ok(value),
            Node::Text(_) => {}
            Node::Finished => return Err(ReadError::unreadable("damaged")),
        }
    }
}

fn interpret(text: &str, cell: &Described, parts: &Parts) -> Option<Value> {
    match cell.kind.as_str() {
        "s" => {
            let index: usize = text.trim().parse().ok()?;
            parts.strings.get(index).map(|string| Value::Text(string.clone()))
        }
        "b" => Some(Value::Bool(matches!(text.trim(), "1" | "true"))),
        "e" => Some(Value::Error(text.trim().to_owned())),
        "d" => Some(from_text(text, parts.from_1904).map_or_else(|_| Value::Text(text.to_owned()), Value::Date)),
        "" | "n" => {
            let Some(number) = text.trim().parse::<f64>().ok().filter(|number| number.is_finite()) else {
                return Some(Value::Text(text.to_owned()));
            };
            let shown = parts.styles.get(cell.style).copied().unwrap_or_default();
            Some(numeric(number, shown, parts.from_1904))
        }
        _ => Some(Value::Text(unescaped(text.to_owned()))),
    }
}

/// A number in the way that its format shows it.
pub(super) fn numeric(number: f64, shown: Shown, from_1904: bool) -> Value {
    match shown {
        Shown::Number => Value::Number(number),
        Shown::Percent => Value::Percent(number),
        Shown::Date => from_serial(number, from_1904).map_or(Value::Number(number), Value::Date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_and_nonsense_is_not() {
        assert_eq!(position("A1"), Some((0, 0)));
        assert_eq!(position("L175"), Some((174, 11)));
        assert_eq!(position("XFD1048576"), Some((1_048_575, 16_383)));
        for nonsense in ["", "A", "1", "A0", "Æ1", "ZZZZZZZZZZ1", "A99999999999", "A1B"] {
            assert_eq!(position(nonsense), None, "{nonsense}");
        }
    }
}
