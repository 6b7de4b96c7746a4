//! `.ods`, LibreOffice's workbook.
//!
//! The format repeats rows and cells by a number; only repeats of something count, and they are charged one by one.

use quick_xml::events::BytesStart;

use crate::date::from_text;
use crate::error::{Limits, ReadError};
use crate::grid::{Builder, Row, Value, Workbook};
use crate::read::archive::Archive;
use crate::read::xml::{Node, Xml, attributes};

/// Spaces that one `text:s` may stand for.
const SPACES_MAX: usize = 100;

pub(super) fn read(archive: &mut Archive<'_>, limits: &Limits) -> Result<Workbook, ReadError> {
    if archive.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(ReadError::Password);
    }
    let text = archive.text("content.xml")?.ok_or_else(|| ReadError::unreadable("damaged"))?;
    let mut xml = Xml::new(&text);
    let mut builder = Builder::new(limits);
    loop {
        match xml.next()? {
            Node::Open(element) => match element.local_name().into_inner() {
                "table" => {
                    let name = attributes(&element).find(|(key, _)| key == "name").map(|(_, value)| value);
                    builder.sheet(&name.unwrap_or_default())?;
                    read_table(&mut xml, &mut builder)?;
                }
                // What was deleted under tracked changes looks like cells and is none.
                "tracked-changes" => xml.skip()?,
                _ => {}
            },
            Node::Finished => return builder.finish(false, true),
            _ => {}
        }
    }
}

/// Reads a table that has just begun, to its end.
fn read_table(xml: &mut Xml<'_>, builder: &mut Builder<'_>) -> Result<(), ReadError> {
    let mut row = 0_u32;
    let mut depth = 1_usize;
    while depth > 0 {
        match xml.next()? {
            Node::Open(element) => match element.local_name().into_inner() {
                "table-row" => {
                    let times = repeats(&element, "number-rows-repeated");
                    let cells = read_row(xml, builder)?;
                    if !cells.is_empty() {
                        // One more than may be had shows that it is too much.
                        let most = u32::try_from(builder.rows_max()).unwrap_or(u32::MAX).saturating_add(1);
                        for at in 0..times.min(most) {
                            for (column, value) in &cells {
                                builder.put(row.saturating_add(at), *column, value.clone())?;
                            }
                            if builder.sheet_is_full() {
                                break;
                            }
                        }
                    }
                    row = row.saturating_add(times);
                }
                // Drawings and forms on the sheet have tables of their own.
                "shapes" | "forms" => xml.skip()?,
                _ => depth += 1,
            },
            Node::Close(_) => depth -= 1,
            Node::Text(_) => {}
            Node::Finished => return Err(ReadError::unreadable("damaged")),
        }
    }
    Ok(())
}

/// Reads a row that has just begun, to its end: its cells that are not blank.
fn read_row(xml: &mut Xml<'_>, builder: &Builder<'_>) -> Result<Row, ReadError> {
    let mut cells = Row::new();
    let mut column = 0_u32;
    let mut text_bytes = 0_usize;
    loop {
        match xml.next()? {
            Node::Open(element) => match element.local_name().into_inner() {
                "table-cell" | "covered-table-cell" => {
                    let times = repeats(&element, "number-columns-repeated");
                    if let Some(value) = read_cell(xml, &element)? {
                        let most = u32::try_from(builder.columns_max()).unwrap_or(u32::MAX).saturating_add(1);
                        for at in 0..times.min(most) {
                            text_bytes = text_bytes.saturating_add(value.display().len());
                            if text_bytes > MAX_ROW_TEXT {
                                return Err(ReadError::too_large("text"));
                            }
                            cells.push((column.saturating_add(at), value.clone()));
                        }
                    }
                    column = column.saturating_add(times);
                }
                _ => xml.skip()?,
            },
            Node::Close(_) => return Ok(cells),
            Node::Text(_) => {}
            Node::Finished => return Err(ReadError::unreadable("damaged")),
        }
    }
}

/// The text of one row in bytes, far above 200 cells filled to Excel's limit.
const MAX_ROW_TEXT: usize = 64 * 1024 * 1024;

fn repeats(element: &BytesStart<'_>, name: &str) -> u32 {
    let stated = attributes(element).find(|(key, _)| key == name).map(|(_, value)| value);
    // A number too large to read is a number too large, not one.
    stated.map_or(1, |times| times.trim().parse().unwrap_or(u32::MAX))
}

/// Reads a cell that has just begun, to its end.
fn read_cell(xml: &mut Xml<'_>, element: &BytesStart<'_>) -> Result<Option<Value>, ReadError> {
    let (mut kind, mut value, mut error) = (String::new(), String::new(), false);
    for (key, text) in attributes(element) {
        match key.as_str() {
            "value-type" if text == "error" => error = true,
            "value-type" => kind = text,
            "value" | "date-value" | "boolean-value" | "string-value" => value = text,
            _ => {}
        }
    }
    let shown = read_paragraphs(xml)?;
    if error {
        return Ok(Some(Value::Error(shown)));
    }
    let number = || value.parse::<f64>().ok().filter(|number| number.is_finite());
    let typed = match kind.as_str() {
        "float" | "currency" => number().map(Value::Number),
        "percentage" => number().map(Value::Percent),
        "date" => from_text(&value, false).ok().map(Value::Date),
        "boolean" => Some(Value::Bool(value == "true")),
        _ => None,
    };
    let text = if shown.is_empty() && kind == "string" { value } else { shown };
    Ok(typed.or_else(|| Some(text).filter(|text| !text.trim().is_empty()).map(Value::Text)))
}

/// The text of a cell that has just begun, one line per paragraph; comments on the cell are left out.
fn read_paragraphs(xml: &mut Xml<'_>) -> Result<String, ReadError> {
    let mut out = String::new();
    let (mut depth, mut paragraph_at, mut paragraphs) = (1_usize, None, 0_usize);
    while depth > 0 {
        match xml.next()? {
            Node::Open(element) => match element.local_name().into_inner() {
                "annotation" | "table" | "object" | "image" => xml.skip()?,
                "s" if paragraph_at.is_some() => {
                    let spaces = usize::try_from(repeats(&element, "c")).unwrap_or(SPACES_MAX).min(SPACES_MAX);
                    out.extend(std::iter::repeat_n(' ', spaces));
                    xml.skip()?;
                }
                "tab" if paragraph_at.is_some() => {
                    out.push('\t');
                    xml.skip()?;
                }
                "line-break" if paragraph_at.is_some() => {
                    out.push('\n');
                    xml.skip()?;
                }
                name => {
                    depth += 1;
                    if name == "p" && paragraph_at.is_none() {
                        paragraph_at = Some(depth);
                        if paragraphs > 0 {
                            out.push('\n');
                        }
                        paragraphs += 1;
                    }
                }
            },
            Node::Close(_) => {
                if paragraph_at == Some(depth) {
                    paragraph_at = None;
                }
                depth -= 1;
            }
            Node::Text(text) if paragraph_at.is_some() => out.push_str(&text),
            Node::Text(_) => {}
            Node::Finished => return Err(ReadError::unreadable("damaged")),
        }
    }
    Ok(out)
}
