//! Small workbooks for the tests.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use chrono::NaiveDate;
use rust_xlsxwriter::{Workbook as Writer, Worksheet, XlsxError};
use tovholder_klik::{Cell, Draft, Field, Limits, ReadError, Rejection, Rows, TaskRecord, Workbook, draft, read, rows};
use zip::write::SimpleFileOptions;

pub fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// A workbook with one sheet.
pub fn xlsx(name: &str, fill: impl FnOnce(&mut Worksheet) -> Result<(), XlsxError>) -> Vec<u8> {
    let mut book = Writer::new();
    let sheet = book.add_worksheet().set_name(name).unwrap();
    fill(sheet).unwrap();
    book.save_to_buffer().unwrap()
}

/// A workbook with one sheet of texts.
pub fn texts(rows: &[&[&str]]) -> Vec<u8> {
    xlsx("Opgaver", |sheet| {
        for (row, cells) in (0_u32..).zip(rows) {
            for (column, cell) in (0_u16..).zip(*cells) {
                sheet.write(row, column, *cell)?;
            }
        }
        Ok(())
    })
}

/// A zip file of these parts.
pub fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A minimal `.xlsx` around the XML of one sheet and of its shared strings.
pub fn bare_xlsx(sheet: &str, strings: &str) -> Vec<u8> {
    bare_xlsx_with("", sheet, strings)
}

/// The same, with more elements in the workbook part.
pub fn bare_xlsx_with(workbook: &str, sheet: &str, strings: &str) -> Vec<u8> {
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let rels = "http://schemas.openxmlformats.org/package/2006/relationships";
    zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        (
            "_rels/.rels",
            &format!(
                r#"<Relationships xmlns="{rels}">
                <Relationship Id="r1" Type="{rel}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            &format!(
                r#"<workbook xmlns:r="{rel}">{workbook}<sheets>
                <sheet name="Opgaver" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            &format!(
                r#"<Relationships xmlns="{rels}">
                <Relationship Id="r1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/>
                <Relationship Id="r2" Type="{rel}/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#
            ),
        ),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// The XML of a sheet of texts, `raw` put before its end as it stands.
pub fn sheet_xml(rows: &[&[&str]], raw: &str) -> String {
    let mut out = "<worksheet><sheetData>".to_owned();
    for cells in rows {
        out.push_str("<row>");
        for cell in *cells {
            out.extend([format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>")]);
        }
        out.push_str("</row>");
    }
    format!("{out}{raw}</sheetData></worksheet>")
}

/// A compound file of the old Office with these streams, each padded to the size from which they stand by themselves.
pub fn ole(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    const SECTOR: usize = 512;
    let mut sectors: Vec<u8> = Vec::new();
    let mut next: Vec<u32> = Vec::new();
    let mut chain = |bytes: &[u8], sectors: &mut Vec<u8>| {
        let first = u32::try_from(next.len()).unwrap();
        for (at, part) in bytes.chunks(SECTOR).enumerate() {
            let last = (at + 1) * SECTOR >= bytes.len();
            next.push(if last { 0xFFFF_FFFE } else { first + u32::try_from(at).unwrap() + 1 });
            sectors.extend(part);
            sectors.resize(sectors.len().next_multiple_of(SECTOR), 0);
        }
        first
    };
    let mut directory = Vec::new();
    let mut entry = |name: &str, kind: u8, start: u32, len: usize| {
        let mut entry = vec![0_u8; 128];
        for (at, unit) in name.encode_utf16().enumerate() {
            entry[at * 2..at * 2 + 2].copy_from_slice(&unit.to_le_bytes());
        }
        entry[66] = kind;
        entry[116..120].copy_from_slice(&start.to_le_bytes());
        entry[120..124].copy_from_slice(&u32::try_from(len).unwrap().to_le_bytes());
        directory.extend(entry);
    };
    entry("Root Entry", 5, 0xFFFF_FFFE, 0);
    for (name, bytes) in streams {
        let mut bytes = bytes.clone();
        bytes.resize(bytes.len().max(4096), 0);
        let start = chain(&bytes, &mut sectors);
        entry(name, 2, start, bytes.len());
    }
    let directory_at = chain(&directory, &mut sectors);
    let table_at = u32::try_from(next.len()).unwrap();
    next.push(0xFFFF_FFFD);
    assert!(next.len() <= SECTOR / 4, "one table is enough for a test");
    next.resize(SECTOR / 4, 0xFFFF_FFFF);
    sectors.extend(next.iter().flat_map(|at| at.to_le_bytes()));
    let mut header = vec![0_u8; SECTOR];
    header[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    header[30] = 9;
    header[32] = 6;
    header[48..52].copy_from_slice(&directory_at.to_le_bytes());
    header[68..72].copy_from_slice(&0xFFFF_FFFE_u32.to_le_bytes());
    header[76..512].fill(0xFF);
    header[76..80].copy_from_slice(&table_at.to_le_bytes());
    header.extend(sectors);
    header
}

/// A record of an `.xls` stream.
pub fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), body].concat()
}

/// A minimal `.ods` around the XML of its sheets.
pub fn ods(tables: &str) -> Vec<u8> {
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest/>"),
        (
            "content.xml",
            &format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content><office:body><office:spreadsheet>\
                 {tables}</office:spreadsheet></office:body></office:document-content>"
            ),
        ),
    ])
}

pub fn open(name: &str, bytes: &[u8]) -> Workbook {
    read(name, bytes, &Limits::default()).unwrap()
}

/// What a file is refused for.
pub fn refusal(name: &str, bytes: &[u8]) -> ReadError {
    read(name, bytes, &Limits::default()).unwrap_err()
}

/// The proposal for a file, nothing remembered.
pub fn propose(name: &str, bytes: &[u8]) -> Draft {
    draft(&open(name, bytes), name, None, &BTreeMap::new()).unwrap()
}

/// The rows of a file under its own proposal.
pub fn import(name: &str, bytes: &[u8]) -> Rows {
    let book = open(name, bytes);
    let draft = draft(&book, name, None, &BTreeMap::new()).unwrap();
    rows(&book, &draft, &draft.mapping(), &mut |_, _| true).unwrap()
}

/// A sheet with id, project, title and one more column; its rows' values in that column.
pub fn with_column(heading: &str, values: &[&str]) -> Rows {
    let mut lines = format!("Opgave-id;Projekt;Titel;{heading}\n");
    for (number, value) in values.iter().enumerate() {
        lines.extend([format!("K-{number};BBR;Titel;\"{}\"\n", value.replace('"', "\"\""))]);
    }
    import("klik.csv", lines.as_bytes())
}

/// The value of the only further column in each task.
pub fn column(rows: &Rows, field: Field) -> Vec<Cell> {
    rows.tasks.iter().map(|task| task.values[&field].clone()).collect()
}

pub fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub fn task<'a>(rows: &'a Rows, id: &str) -> &'a TaskRecord {
    rows.tasks.iter().find(|task| task.id == id).unwrap()
}

/// A rejection's place, code and value.
pub fn brief(rejection: &Rejection) -> (String, &'static str, String) {
    (rejection.cell.clone(), rejection.code.code(), rejection.value.clone())
}

pub fn briefs(rows: &Rows) -> Vec<(String, &'static str, String)> {
    rows.rejected.iter().map(brief).collect()
}
