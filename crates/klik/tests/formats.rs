//! The same export as `.xlsx`, `.xls`, `.ods` and CSV.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{briefs, import, ods, open, propose, refusal, task, text, xlsx, ymd, zipped};
use tovholder_klik::{Cell, DateSource, Field, Limits, ReadError, read};

#[test]
fn an_old_excel_workbook_reads_in_both_calendars() {
    // Written by Python's xlwt; the strings fill several records, and texts are torn between them.
    for bytes in [&include_bytes!("data/klik.xls")[..], include_bytes!("data/klik-1904.xls")] {
        let draft = propose("klik.xls", bytes);
        assert_eq!((draft.sheet.as_str(), draft.heading_row, draft.rows), ("Opgaver", 3, 121));
        assert_eq!((draft.export_date, draft.date_source), (Some(ymd(2018, 6, 15)), Some(DateSource::TitleRow)));
        let rows = import("klik.xls", bytes);
        assert_eq!(rows.tasks.len(), 120);
        let last = task(&rows, "KLIK-1120");
        assert_eq!(last.values[&Field::Deadline], Cell::Date(ymd(2018, 10, 12)));
        assert_eq!(last.values[&Field::Percent], Cell::Int(100));
        assert_eq!(last.values[&Field::Responsible], text("Åse Ørsted"));
        let expected = "Lang beskrivelse nr. 119 med tegn → – “citat” ".repeat(3);
        assert_eq!(last.values[&Field::Description], text(expected.trim()));
        assert_eq!(briefs(&rows)[0], ("E124".into(), "date_impossible", "31-06-2018".into()));
        assert!(rows.seen_ids.contains("1122"));
        assert_eq!(rows.projects[0].go_live, Some(ymd(2018, 11, 1)));
    }
}

const TASKS: &str = r#"<table:table table:name="Opgaver">
<table:table-column table:number-columns-repeated="1024"/>
<table:table-row table:number-rows-repeated="2">
 <table:table-cell table:number-columns-repeated="1024"/></table:table-row>
<table:table-header-rows><table:table-row>
 <table:table-cell office:value-type="string"><text:p>Opgave-id</text:p></table:table-cell>
 <table:table-cell office:value-type="string"><text:p>Projekt</text:p></table:table-cell>
 <table:table-cell office:value-type="string"><text:p>Titel</text:p></table:table-cell>
 <table:table-cell office:value-type="string"><text:p>Beskrivelse</text:p></table:table-cell>
 <table:table-cell office:value-type="string"><text:p>Slutdato</text:p></table:table-cell>
 <table:table-cell office:value-type="string"><text:p>Procent</text:p></table:table-cell>
</table:table-row></table:table-header-rows>
<table:table-row>
 <table:table-cell office:value-type="float" office:value="1001"><text:p>1.001</text:p></table:table-cell>
 <table:table-cell office:value-type="string"><text:p>BBR</text:p></table:table-cell>
 <table:table-cell office:value-type="string" table:formula="of:=CONCATENATE(&quot;a&quot;)">
  <office:annotation><text:p>en note</text:p></office:annotation>
  <text:p>Ryd <text:span>op</text:span><text:s text:c="2"/>&amp; luk</text:p></table:table-cell>
 <table:table-cell office:value-type="string">
  <text:p>første</text:p><text:p>anden<text:line-break/>tredje</text:p></table:table-cell>
 <table:table-cell office:value-type="date" office:date-value="2018-06-15T10:30:00">
  <text:p>15-06-18</text:p></table:table-cell>
 <table:table-cell office:value-type="percentage" office:value="0.25"><text:p>25 %</text:p></table:table-cell>
</table:table-row>
<table:table-row table:number-rows-repeated="3">
 <table:table-cell table:number-columns-repeated="1024"/></table:table-row>
<table:table-row table:number-rows-repeated="2">
 <table:table-cell office:value-type="float" office:value="1002"><text:p>1.002</text:p></table:table-cell>
 <table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>BBR</text:p></table:table-cell>
 <table:covered-table-cell/>
 <table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>
</table:table-row>
<table:table-row table:number-rows-repeated="1048567">
 <table:table-cell table:number-columns-repeated="1024"/></table:table-row>
</table:table><table:table table:name="Tomt"/>"#;

#[test]
fn a_libreoffice_workbook_reads() {
    let bytes = ods(TASKS);
    let book = open("klik.ods", &bytes);
    assert_eq!(book.sheets, ["Opgaver", "Tomt"]);
    let draft = propose("klik.ods", &bytes);
    assert_eq!((draft.heading_row, draft.rows), (3, 3));
    let rows = import("klik.ods", &bytes);
    let first = task(&rows, "1001");
    assert_eq!(first.row, 4);
    assert_eq!(first.values[&Field::Title], text("Ryd op  & luk"));
    assert_eq!(first.values[&Field::Description], text("første\nanden\ntredje"));
    assert_eq!(first.values[&Field::Deadline], Cell::Date(ymd(2018, 6, 15)));
    assert_eq!(first.values[&Field::Percent], Cell::Int(25));
    let faults: Vec<_> = briefs(&rows).into_iter().map(|(cell, code, _)| (cell, code)).collect();
    assert_eq!(faults, [("E8".into(), "cell_error"), ("E9".into(), "cell_error"), ("A9".into(), "id_twice")]);
}

#[test]
fn a_danish_csv_reads_like_the_workbook() {
    let lines = "Opgave-id;Løsning;Titel;Slutdato;Procent;Status;Udføres af\r\n\
                 KLIK-1;BBR;\"Ryd op; i æøå\";15-06-2018;0,25;I gang;Åse Ørsted\r\n";
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(lines);
    for bytes in [lines.as_bytes(), &latin] {
        let rows = import("klik.csv", bytes);
        let only = &rows.tasks[0];
        assert_eq!(only.values[&Field::Title], text("Ryd op; i æøå"));
        assert_eq!(only.values[&Field::Deadline], Cell::Date(ymd(2018, 6, 15)));
        assert_eq!(only.values[&Field::Percent], Cell::Int(25));
        assert_eq!(only.values[&Field::Performer], text("Åse Ørsted"));
    }
    let draft = propose("klik-15-06-2018.csv", lines.as_bytes());
    assert_eq!((draft.sheet.as_str(), draft.heading_row), ("", 1));
}

#[test]
fn content_decides_before_the_files_name() {
    let book = common::texts(&[&["Opgave-id", "Projekt", "Titel"], &["K-1", "BBR", "x"]]);
    let csv = b"Opgave-id\tProjekt\tTitel\nK-1\tBBR\tx\n";
    for name in ["klik.xlsx", "klik.xls", "klik.ods", "klik.csv", "klik", "KLIK.XLSM"] {
        assert_eq!(import(name, &book).tasks.len(), 1, "{name}");
        assert_eq!(import(name, csv).tasks.len(), 1, "{name}");
    }
    assert_eq!(import("klik.xlsx", &ods(TASKS)).tasks.len(), 1);
    assert_eq!(import("klik.csv", include_bytes!("data/klik.xls")).tasks.len(), 120);
}

#[test]
fn workbooks_of_other_kinds_are_named() {
    let unreadable = |bytes: &[u8]| match refusal("klik.xlsx", bytes) {
        ReadError::Unreadable { detail } => detail,
        other => panic!("{other:?}"),
    };
    assert_eq!(unreadable(&zipped(&[("[Content_Types].xml", ""), ("xl/workbook.bin", "")])), "xlsb");
    assert_eq!(unreadable(&zipped(&[("a.txt", "hej")])), "not_a_workbook");
    assert_eq!(
        unreadable(&zipped(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w/>")])),
        "not_a_workbook"
    );
    assert_eq!(unreadable(b"<!DOCTYPE html><html><body><table><tr><td>Opgave-id</td></tr></table>"), "html");
}

#[test]
fn the_calendar_of_a_workbook_counts_for_plain_numbers_too() {
    let sheet = |value: &str| {
        let last = format!("<row><c r=\"A2\"><v>1</v></c><c><v>2</v></c><c><v>3</v></c><c><v>{value}</v></c></row>");
        common::sheet_xml(&[&["Opgave-id", "Projekt", "Titel", "Frist"]], &last)
    };
    let day = Cell::Date(ymd(2018, 6, 15));
    let from_1900 = common::bare_xlsx(&sheet("43266"), "<sst/>");
    assert_eq!(import("klik.xlsx", &from_1900).tasks[0].values[&Field::Deadline], day);
    let from_1904 = common::bare_xlsx_with("<workbookPr date1904=\"1\"/>", &sheet("41804"), "<sst/>");
    assert_eq!(import("klik.xlsx", &from_1904).tasks[0].values[&Field::Deadline], day);
}

#[test]
fn a_sheet_with_too_many_columns_matters_only_when_it_is_the_one() {
    let limits = Limits { columns_max: 10, rows_max: 10, ..Limits::default() };
    let mut book = rust_xlsxwriter::Workbook::new();
    let tasks = book.add_worksheet().set_name("Opgaver").unwrap();
    for (column, heading) in (0..).zip(["Opgave-id", "Projekt", "Titel"]) {
        tasks.write(0, column, heading).unwrap().write(1, column, "x").unwrap();
    }
    book.add_worksheet().set_name("Bredt").unwrap().write(0, 50, "x").unwrap();
    let long = book.add_worksheet().set_name("Langt").unwrap();
    for row in 0..12 {
        long.write(row, 0, "x").unwrap();
    }
    let book = read("klik.xlsx", &book.save_to_buffer().unwrap(), &limits).unwrap();
    let draft = |sheet| tovholder_klik::draft(&book, "klik.xlsx", sheet, &std::collections::BTreeMap::new());
    assert_eq!(draft(None).unwrap().sheet, "Opgaver");
    assert_eq!(draft(Some("Bredt")), Err(ReadError::TooLarge { detail: "columns".into() }));
    assert_eq!(draft(Some("Langt")), Err(ReadError::TooLarge { detail: "rows".into() }));
    let wide = xlsx("Opgaver", |sheet| {
        for column in 0..12 {
            sheet.write(0, column, "Opgave-id")?.write(1, column, "x")?;
        }
        Ok(())
    });
    let book = read("klik.xlsx", &wide, &limits).unwrap();
    let draft = tovholder_klik::draft(&book, "klik.xlsx", None, &std::collections::BTreeMap::new());
    assert_eq!(draft, Err(ReadError::TooLarge { detail: "columns".into() }));
}
