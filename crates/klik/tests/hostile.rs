//! Files that lie, explode or hide: each gets a clear error, or lands as plain text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;

use common::{bare_xlsx, import, ods, ole, open, record, refusal, sheet_xml, text, xlsx, zipped};
use rust_xlsxwriter::Formula;
use tovholder_klik::{Field, Limits, ReadError, draft, read};

const HEADINGS: &[&str] = &["Opgave-id", "Projekt", "Titel", "Beskrivelse"];

fn too_large(detail: &str) -> ReadError {
    ReadError::TooLarge { detail: detail.into() }
}

fn damaged() -> ReadError {
    ReadError::Unreadable { detail: "damaged".into() }
}

/// Overwrites a little-endian number at an offset from each central directory record of a zip file.
fn forge(bytes: &mut [u8], signature: &[u8], offset: usize, value: &[u8]) {
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(signature)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at + offset..at + offset + value.len()].copy_from_slice(value);
    }
}

const CENTRAL: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";

#[test]
fn a_bomb_that_says_so_is_refused_before_it_is_lit() {
    let mut bytes = zipped(&[("xl/workbook.xml", "<workbook/>")]);
    forge(&mut bytes, CENTRAL, 24, &0x7FFF_FFFF_u32.to_le_bytes());
    assert_eq!(refusal("klik.xlsx", &bytes), too_large("ratio"));
    let limits = Limits { unpacked_bytes_max: 1000, ..Limits::default() };
    let bytes = zipped(&[("xl/workbook.xml", "x"), ("xl/a.xml", &"a".repeat(600)), ("xl/b.xml", &"b".repeat(600))]);
    assert_eq!(read("klik.xlsx", &bytes, &limits).unwrap_err(), too_large("unpacked"));
}

#[test]
fn a_bomb_that_lies_is_counted() {
    let sheet = sheet_xml(&[HEADINGS, &["1", "BBR", "x", &" ".repeat(3_000_000)]], "");
    let mut bytes = bare_xlsx(&sheet, "<sst/>");
    forge(&mut bytes, CENTRAL, 24, &10_u32.to_le_bytes());
    forge(&mut bytes, LOCAL, 22, &10_u32.to_le_bytes());
    let limits = Limits { unpacked_bytes_max: 1_000_000, ..Limits::default() };
    let refused = read("klik.xlsx", &bytes, &limits).unwrap_err();
    // Whether the unpacking stops at the lie or at the limit, it stops.
    assert!(refused == too_large("unpacked") || refused == damaged(), "{refused:?}");
}

#[test]
fn a_part_that_swells_a_thousandfold_is_refused() {
    let bytes = zipped(&[("xl/workbook.xml", "<workbook/>"), ("xl/media/a.xml", &"0".repeat(21 * 1024 * 1024))]);
    assert_eq!(refusal("klik.xlsx", &bytes), too_large("ratio"));
}

#[test]
fn archives_inside_archives_are_not_opened() {
    let inner = zipped(&[("a", "a")]);
    let inner = String::from_utf8_lossy(&inner).into_owned();
    let refused = refusal("klik.xlsx", &zipped(&[("indre.zip", &inner)]));
    assert_eq!(refused, ReadError::Unreadable { detail: "not_a_workbook".into() });
}

#[test]
fn counts_and_dimensions_that_lie_cost_nothing() {
    let far = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let sheet = sheet_xml(&[HEADINGS, &["1", "BBR", "x", "y"]], "");
    let strings = "<sst count=\"9999999999999\" uniqueCount=\"9999999999999\"><si><t>x</t></si></sst>";
    assert_eq!(import("klik.xlsx", &bare_xlsx(&sheet, strings)).tasks.len(), 1);
    let sheet = sheet.replace("<sheetData>", "<dimension ref=\"A1:XFD1048576\"/><sheetData>");
    assert_eq!(import("klik.xlsx", &bare_xlsx(&sheet, strings)).tasks.len(), 1);
    let book = open("klik.xlsx", &bare_xlsx(&sheet.replace("</sheetData>", &format!("{far}</sheetData>")), strings));
    assert_eq!(draft(&book, "klik.xlsx", None, &BTreeMap::new()), Err(too_large("columns")));
    let beyond = "<row r=\"4000000000\"><c r=\"A4000000000\"><v>1</v></c></row>";
    assert_eq!(refusal("klik.xlsx", &bare_xlsx(&sheet_xml(&[HEADINGS], beyond), strings)), damaged());
}

#[test]
fn one_long_text_used_often_is_charged_each_time() {
    let strings = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(30_000));
    let rows = "<row><c t=\"s\"><v>0</v></c></row>".repeat(200);
    let limits = Limits { unpacked_bytes_max: 1_000_000, ..Limits::default() };
    let bytes = bare_xlsx(&sheet_xml(&[HEADINGS], &rows), &strings);
    assert_eq!(read("klik.xlsx", &bytes, &limits).unwrap_err(), too_large("text"));
}

#[test]
fn entities_of_the_documents_own_are_not_expanded() {
    let mut bomb = "<!DOCTYPE worksheet [<!ENTITY a \"xxxxxxxxxx\">".to_owned();
    for (name, from) in ["b", "c", "d", "e", "f", "g", "h"].iter().zip(["a", "b", "c", "d", "e", "f", "g"]) {
        bomb.extend([format!("<!ENTITY {name} \"{}\">", format!("&{from};").repeat(10))]);
    }
    bomb.push_str("<!ENTITY file SYSTEM \"file:///etc/passwd\">]>");
    let sheet = sheet_xml(&[HEADINGS, &["1", "BBR", "&h;&file;&amp;&#230;", "y"]], "");
    let rows = import("klik.xlsx", &bare_xlsx(&format!("{bomb}{sheet}"), "<sst/>"));
    assert_eq!(rows.tasks[0].values[&Field::Title], text("&h;&file;&æ"));
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let deep = format!("<c><f>{}{}</f><v>1</v></c>", "<a>".repeat(200_000), "</a>".repeat(200_000));
    let sheet = sheet_xml(&[HEADINGS, &["1", "BBR", "x", "y"]], &format!("<row>{deep}</row>"));
    assert_eq!(import("klik.xlsx", &bare_xlsx(&sheet, "<sst/>")).tasks.len(), 1);
}

#[test]
fn repeats_of_libreoffice_cost_what_they_hold() {
    let cell = |repeat: &str, text: &str| {
        format!("<table:table-cell {repeat} office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let table = |row: &str, cells: &str| {
        ods(&format!("<table:table table:name=\"a\"><table:table-row {row}>{cells}</table:table-row></table:table>"))
    };
    let refused = |bytes: &[u8]| draft(&open("klik.ods", bytes), "klik.ods", None, &BTreeMap::new()).unwrap_err();
    let wide = "table:number-columns-repeated=\"4294967295\"";
    let long = "table:number-rows-repeated=\"99999999999999999999\"";
    assert_eq!(refused(&table("", &cell(wide, "x"))), too_large("columns"));
    assert_eq!(refused(&table(long, &cell("", "x"))), too_large("rows"));
    let spaces = cell("", "a<text:s text:c=\"4000000000\"/>b");
    let cells = format!("{spaces}{}{}", cell("", "Projekt"), cell("", "Titel"));
    // The spaces are cut to a hundred, which is still more than a heading has.
    assert_eq!(refused(&table("", &cells)), ReadError::NoHeadings);
    assert_eq!(refusal("klik.ods", &table(long, &cell("", &"x".repeat(100_000)))), too_large("text"));
}

#[test]
fn passwords_are_named_wherever_they_sit() {
    let locked = ole(&[("EncryptionInfo", vec![4, 0, 4, 0]), ("EncryptedPackage", vec![0; 8])]);
    assert_eq!(refusal("klik.xlsx", &locked), ReadError::Password);
    let old = [record(0x0809, &[0, 6, 5, 0]), record(0x002F, &[1, 0, 1, 0])].concat();
    assert_eq!(refusal("klik.xls", &ole(&[("Workbook", old)])), ReadError::Password);
    let encrypted = zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"),
        ("content.xml", "garbled"),
    ]);
    assert_eq!(refusal("klik.ods", &encrypted), ReadError::Password);
    let mut bytes = zipped(&[("xl/workbook.xml", "<workbook/>")]);
    forge(&mut bytes, CENTRAL, 8, &1_u16.to_le_bytes());
    forge(&mut bytes, LOCAL, 6, &1_u16.to_le_bytes());
    assert_eq!(refusal("klik.xlsx", &bytes), ReadError::Password);
}

#[test]
fn compound_files_without_a_workbook_or_going_in_circles_are_refused() {
    let word = ole(&[("WordDocument", vec![0; 100])]);
    assert_eq!(refusal("klik.xls", &word), ReadError::Unreadable { detail: "not_a_workbook".into() });
    let mut circle = ole(&[("Workbook", vec![0; 5000])]);
    // The allocation table is the last sector; its first entry now points at itself.
    let table = circle.len() - 512;
    circle[table..table + 4].copy_from_slice(&0_u32.to_le_bytes());
    assert_eq!(refusal("klik.xls", &circle), damaged());
}

#[test]
fn sheets_that_claim_the_same_place_are_charged_each_time() {
    let long = [&[1, 0, 0, 0, 1, 0, 0, 0][..], &4000_u16.to_le_bytes(), &[0], &[b'x'; 4000]].concat();
    let label = |row: u16| record(0x00FD, &[&row.to_le_bytes()[..], &[0; 8]].concat());
    let cells: Vec<u8> = (0..100).flat_map(label).collect();
    let name = |at: u32| [&at.to_le_bytes()[..], &[0, 0, 1, 0, b'a']].concat();
    let globals = |sheets: usize, at: u32| {
        let bound: Vec<u8> = (0..sheets).flat_map(|_| record(0x0085, &name(at))).collect();
        [record(0x0809, &[0, 6, 5, 0]), bound, record(0x00FC, &long), record(0x000A, &[])].concat()
    };
    let book = |sheets: usize| {
        let at = u32::try_from(globals(sheets, 0).len()).unwrap();
        let sheet = [record(0x0809, &[0, 6, 16, 0]), cells.clone(), record(0x000A, &[])].concat();
        ole(&[("Workbook", [globals(sheets, at), sheet].concat())])
    };
    let limits = Limits { unpacked_bytes_max: 1_000_000, ..Limits::default() };
    assert_eq!(read("klik.xls", &book(2), &limits).unwrap().sheets.len(), 2);
    assert_eq!(read("klik.xls", &book(3), &limits).unwrap_err(), too_large("text"));
    assert_eq!(refusal("klik.xls", &book(101)), too_large("sheets"));
}

#[test]
fn formulas_are_what_was_stored_and_text_stays_text() {
    let bytes = xlsx("Opgaver", |sheet| {
        for (column, heading) in (0..).zip(HEADINGS) {
            sheet.write(0, column, *heading)?;
        }
        sheet.write(1, 0, "K-1")?.write(1, 1, "BBR")?;
        sheet.write_formula(1, 2, Formula::new("=HYPERLINK(\"http://x\",\"klik her\")").set_result("klik her"))?;
        sheet.write(1, 3, "=cmd|' /C calc'!A0 <script>alert(1)</script>")?;
        Ok(())
    });
    let rows = import("klik.xlsx", &bytes);
    assert_eq!(rows.tasks[0].values[&Field::Title], text("klik her"));
    assert_eq!(rows.tasks[0].values[&Field::Description], text("=cmd|' /C calc'!A0 <script>alert(1)</script>"));
}

#[test]
fn a_file_cut_off_anywhere_is_an_error() {
    let xlsx = include_bytes!("../../../tests/data/klik-eksport-2018-05-15.xlsx");
    for length in (1..xlsx.len()).step_by(1499) {
        assert_eq!(
            refusal("klik.xlsx", &xlsx[..length]),
            if length < 4 { refusal("klik.xlsx", b"PK") } else { damaged() },
            "{length}"
        );
    }
    let xls = include_bytes!("data/klik.xls");
    for length in (600..xls.len()).step_by(3001) {
        assert_eq!(refusal("klik.xls", &xls[..length]), damaged(), "{length}");
    }
}
