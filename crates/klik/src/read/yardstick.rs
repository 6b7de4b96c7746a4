//! Our readers against calamine's: on honest workbooks both see the same cells.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, open_workbook_auto_from_rs};
use rust_xlsxwriter::{Format, Formula, Workbook as Writer};

use crate::error::Limits;
use crate::grid::Value;
use crate::read::read;

type Cells = BTreeMap<(String, u32, u32), String>;

fn ours(bytes: &[u8]) -> Cells {
    let book = read("klik.xlsx", bytes, &Limits::default()).unwrap();
    let mut cells = Cells::new();
    for grid in &book.grids {
        for (row, values) in &grid.rows {
            for (column, value) in values {
                let text = match value {
                    Value::Number(number) | Value::Percent(number) => format!("number {number}"),
                    Value::Date(date) => format!("date {date}"),
                    Value::Text(text) => format!("text {}", text.trim()),
                    Value::Bool(on) => format!("bool {on}"),
                    Value::Error(error) => format!("error {error}"),
                };
                cells.insert((grid.name.clone(), *row, *column), text);
            }
        }
    }
    cells
}

fn calamines(bytes: &[u8]) -> Cells {
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).unwrap();
    let mut cells = Cells::new();
    for name in book.sheet_names() {
        let Ok(range) = book.worksheet_range(&name) else { continue };
        let (first_row, first_column) = range.start().unwrap_or_default();
        for (row, column, value) in range.used_cells() {
            let at =
                (name.clone(), first_row + u32::try_from(row).unwrap(), first_column + u32::try_from(column).unwrap());
            let text = match value {
                Data::Float(number) => format!("number {number}"),
                Data::Int(number) => format!("number {number}"),
                // calamine calls a time of day a date too.
                Data::DateTime(time) if time.as_f64() < 1.0 => format!("number {}", time.as_f64()),
                Data::DateTime(time) => format!("date {}", time.as_datetime().unwrap().date()),
                Data::DateTimeIso(text) => format!("date {}", &text[..10]),
                Data::String(text) if text.trim().is_empty() => continue,
                Data::String(text) => format!("text {}", text.trim()),
                Data::Bool(on) => format!("bool {on}"),
                Data::Error(error) => format!("error {error}"),
                other => panic!("{other:?}"),
            };
            cells.insert(at, text);
        }
    }
    cells
}

fn assert_alike(what: &str, bytes: &[u8]) {
    let (ours, calamines) = (ours(bytes), calamines(bytes));
    assert!(!ours.is_empty(), "{what}");
    for (at, text) in &calamines {
        assert_eq!(ours.get(at), Some(text), "{what} {at:?}");
    }
    assert_eq!(ours.len(), calamines.len(), "{what}");
}

#[test]
fn the_sample_exports_read_alike() {
    assert_alike("may", include_bytes!("../../../../tests/data/klik-eksport-2018-05-15.xlsx"));
    assert_alike("june", include_bytes!("../../../../tests/data/klik-eksport-2018-06-15.xlsx"));
}

#[test]
fn old_workbooks_read_alike() {
    assert_alike("1900", include_bytes!("../../tests/data/klik.xls"));
    assert_alike("1904", include_bytes!("../../tests/data/klik-1904.xls"));
}

#[test]
fn a_workbook_of_every_kind_of_cell_reads_alike() {
    let mut book = Writer::new();
    let date = Format::new().set_num_format("dd-mm-yyyy");
    let percent = Format::new().set_num_format("0.0 %");
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet().set_name("Opgaver & \"andet\"").unwrap();
    sheet.write(2, 3, "æøå < > & ' \"").unwrap();
    sheet.write(2, 4, "to\nlinjer").unwrap();
    sheet.write(2, 5, "  luft  ").unwrap();
    sheet.write(3, 0, 1001.5).unwrap();
    sheet.write_with_format(3, 1, 43266.75, &date).unwrap();
    sheet.write_with_format(3, 2, 0.255, &percent).unwrap();
    sheet.write(3, 3, true).unwrap();
    sheet.write_rich_string(3, 4, &[(&bold, "halvt "), (&Format::new(), "fedt")]).unwrap();
    sheet.write_formula(3, 5, Formula::new("=1+1").set_result("2")).unwrap();
    sheet.write_formula(3, 6, Formula::new("=CONCATENATE(\"a\",\"b\")").set_result("ab")).unwrap();
    sheet.write(700, 150, "langt ude").unwrap();
    book.add_worksheet().set_name("Tomt").unwrap();
    let other = book.add_worksheet().set_name("Andet ark").unwrap();
    other.write(0, 0, "x").unwrap();
    assert_alike("every kind", &book.save_to_buffer().unwrap());
}
