#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use proptest::prelude::*;
use tovholder_model::{Reason, Status, TaskKind};

use super::*;
use crate::view::PersonRef;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn task(id: &str, title: &str, colour: Colour) -> ExportRow {
    let row = TaskRow {
        id: id.into(),
        project: "BBR".into(),
        title: title.into(),
        kind: TaskKind::SolutionSpecific,
        theme: "Adgangsstyring".into(),
        role: "Rolleadministrator (STS)".into(),
        role_id: Some("rolleadministrator-sts".into()),
        start: Some(day("2018-04-30")),
        deadline: Some(day("2018-06-07")),
        earlier_deadlines: vec![day("2018-05-01"), day("2018-05-31")],
        responsible: Some(PersonRef { id: "p1".into(), name: "Anne Eskildsen".into() }),
        performer: None,
        status: Status::InProgress,
        percent: 25,
        action_needed: true,
        note: "Se referat".into(),
        colour,
        reasons: vec![Reason::DeadlinePassed { days: 8, deadline: day("2018-06-07") }, Reason::NoPerformer],
        gone: false,
        archived: false,
        conflicts: Vec::new(),
        klik_differs: Vec::new(),
        comments: 0,
        changed: None,
    };
    ExportRow {
        row,
        description: "Ryd op i BBR; spørg \"It\",\nog vent.".into(),
        prerequisites: String::new(),
        result: "Ryddet op".into(),
        published: Some(day("2018-04-27")),
        interfaces: vec!["SF1511".into(), "SF1590_B".into()],
    }
}

fn sheets(rows: &[ExportRow], lang: Lang) -> Vec<(String, Range<Data>)> {
    let bytes = xlsx(rows, day("2018-06-15"), day("2018-06-16"), lang).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let formulas: usize = book
        .sheet_names()
        .iter()
        .map(|name| book.worksheet_formula(name).unwrap().used_cells().filter(|(_, _, text)| !text.is_empty()).count())
        .sum();
    assert_eq!(formulas, 0);
    book.worksheets()
}

fn text(range: &Range<Data>, row: u32, column: u32) -> String {
    range.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_workbook_reads_back_as_klik_writes_it() {
    let sheets = sheets(&[task("KLIK-1001", "Klargør TAC-liste", Colour::Red)], Lang::Da);
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Opgaver", "Projekter", "Om"]);
    let range = &sheets[0].1;
    let headings: Vec<String> = (0..24).map(|column| text(range, 0, column)).collect();
    assert_eq!(
        headings,
        [
            "Opgave-id",
            "Projekt",
            "Opgavetitel",
            "Beskrivelse",
            "Opgavetype",
            "Tema",
            "Forudsætninger",
            "Resultat",
            "Ansvars- og rollefordeling",
            "Publiceret",
            "Startdato",
            "Slutdato",
            "Ansvarlig",
            "Udfører",
            "Status",
            "Procent",
            "Farve",
            "Begrundelse",
            "Dage til frist",
            "Tidligere frister",
            "Handling krævet",
            "Bemærkning",
            "Snitflader",
            "Ikke i KLIK"
        ]
    );
    assert_eq!(text(range, 1, 2), "Klargør TAC-liste");
    assert_eq!(text(range, 1, 3), "Ryd op i BBR; spørg \"It\",\nog vent.");
    assert_eq!(text(range, 1, 4), "Løsningsspecifik opgave");
    assert_eq!(text(range, 1, 12), "Anne Eskildsen");
    assert_eq!(text(range, 1, 13), "");
    assert_eq!(text(range, 1, 14), "I gang");
    assert_eq!(text(range, 1, 16), "Rød");
    assert_eq!(text(range, 1, 17), "Rød: fristen er overskredet med 8 dage. Udfører mangler også.");
    assert_eq!(text(range, 1, 19), "01-05-2018, 31-05-2018");
    assert_eq!(text(range, 1, 20), "Ja");
    assert_eq!(text(range, 1, 22), "SF1511, SF1590_B");
    assert_eq!(text(range, 1, 23), "");
    let Some(Data::DateTime(deadline)) = range.get_value((1, 11)) else { panic!("no real date") };
    assert_eq!(deadline.as_datetime().unwrap().date(), day("2018-06-07"));
    assert_eq!(range.get_value((1, 15)), Some(&Data::Float(0.25)));
    assert_eq!(range.get_value((1, 18)), Some(&Data::Float(-8.0)));
}

#[test]
fn projects_are_counted_by_colour() {
    let mut other = task("KLIK-3", "c", Colour::Green);
    other.row.project = "DAR".into();
    let rows = [task("KLIK-1", "a", Colour::Red), task("KLIK-2", "b", Colour::Done), other];
    let sheets = sheets(&rows, Lang::Da);
    let lines: Vec<Vec<String>> =
        (0..4).map(|row| (0..7).map(|column| text(&sheets[1].1, row, column)).collect()).collect();
    assert_eq!(lines[0], ["Projekt", "Rød", "Gul", "Grøn", "Grå", "Løst", "I alt"]);
    assert_eq!(lines[1], ["BBR", "1", "0", "0", "0", "1", "2"]);
    assert_eq!(lines[2], ["DAR", "0", "0", "1", "0", "0", "1"]);
    assert_eq!(lines[3], ["I alt", "1", "0", "1", "0", "1", "3"]);
    let about = &sheets[2].1;
    assert_eq!(text(about, 3, 1), "3");
    assert_eq!(text(about, 6, 0), "Rød");
    assert!(text(about, 6, 1).contains("overskredet"));
}

#[test]
fn hostile_texts_stay_text() {
    let titles = [
        "=HYPERLINK(\"http://example.invalid\",\"x\")",
        "+1+1",
        "-2",
        "@SUM(A1)",
        "\tx",
        "<script>alert(1)</script>",
        "https://example.invalid",
        "_x0041_",
        "a\u{0}b",
        "\u{202e}evil",
    ];
    let rows: Vec<ExportRow> = titles.iter().map(|title| task("KLIK-1", title, Colour::Red)).collect();
    let sheets = sheets(&rows, Lang::Da);
    for (row, title) in (1..).zip(titles) {
        // Control characters travel as Excel's own escape, which the reader here hands back undecoded.
        assert_eq!(
            text(&sheets[0].1, row, 2).replace("_x0000_", "\u{0}").replace("_x005F_", "_"),
            title.replace("_x005F_", "_")
        );
    }
    let out = String::from_utf8(csv(&rows, day("2018-06-15"), Lang::Da)).unwrap();
    for title in ["=HYPERLINK", "+1+1", "-2", "@SUM"] {
        assert!(out.contains(&format!("'{title}")), "{title}");
        assert!(!out.contains(&format!(";{title}")) && !out.contains(&format!(";\"{title}")), "{title}");
    }
}

#[test]
fn a_text_beyond_excel_s_limit_is_cut_with_a_mark() {
    let long = "😀".repeat(20_000);
    let sheets = sheets(&[task("KLIK-1", &long, Colour::Grey)], Lang::Da);
    let title = text(&sheets[0].1, 1, 2);
    assert!(title.encode_utf16().count() <= 32_767);
    assert!(title.ends_with("(afkortet: teksten er længere, end Excel kan vise)"));
    assert!(title.starts_with("😀😀"));
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let rows = [task("KLIK-1", "a", Colour::Yellow)];
    let make = || xlsx(&rows, day("2018-06-15"), day("2018-06-16"), Lang::En).unwrap();
    assert_eq!(make(), make());
}

#[test]
fn dates_that_excel_lacks_and_no_rows_at_all() {
    let mut old = task("KLIK-1", "a", Colour::Grey);
    old.row.start = Some(day("1899-01-01"));
    assert_eq!(text(&sheets(&[old], Lang::Da)[0].1, 1, 10), "01-01-1899");
    assert_eq!(sheets(&[], Lang::En)[0].0, "Tasks");
}

#[test]
fn csv_is_what_danish_excel_opens() {
    let out = csv(&[task("KLIK-1001", "Klargør", Colour::Red)], day("2018-06-15"), Lang::Da);
    assert!(out.starts_with(b"\xEF\xBB\xBFOpgave-id;Projekt;"));
    let text = String::from_utf8(out[3..].to_vec()).unwrap();
    assert!(text.ends_with("\r\n"));
    assert!(text.contains(";27-04-2018;30-04-2018;07-06-2018;Anne Eskildsen;;I gang;25%;Rød;"), "{text}");
    assert!(text.contains(";-8;\"01-05-2018, 31-05-2018\";Ja;Se referat;\"SF1511, SF1590_B\";\r\n"), "{text}");
    assert!(text.contains(";\"Ryd op i BBR; spørg \"\"It\"\",\nog vent.\";"), "{text}");
}

/// What the importer makes of an export: the mapped headings, and each task's fields.
fn imported(name: &str, bytes: &[u8]) -> (Vec<String>, tovholder_klik::Rows) {
    let book = tovholder_klik::read(name, bytes, &tovholder_klik::Limits::default()).unwrap();
    let draft = tovholder_klik::draft(&book, name, None, &BTreeMap::new()).unwrap();
    let mapped = draft.columns.iter().filter(|column| column.field.is_some()).map(|column| column.heading.clone());
    let rows = tovholder_klik::rows(&book, &draft, &draft.mapping(), &mut |_, _| true).unwrap();
    (mapped.collect(), rows)
}

#[test]
fn an_export_can_be_imported_again() {
    use tovholder_klik::{Cell as Read, Field};
    let mut local = task("LOKAL-1", "Bestil nøgler", Colour::Grey);
    local.row.kind = TaskKind::Local;
    local.row.status = Status::NotRelevant;
    let rows = [task("KLIK-1001", "Klargør TAC-liste", Colour::Red), local];
    for lang in Lang::ALL {
        let files = [
            ("Opgaver.xlsx", xlsx(&rows, day("2018-06-15"), day("2018-06-16"), lang).unwrap()),
            ("Opgaver.csv", csv(&rows, day("2018-06-15"), lang)),
        ];
        for (name, bytes) in files {
            let (mapped, read) = imported(name, &bytes);
            let ours: Vec<String> = COLUMNS.iter().take(16).map(|column| column.heading(lang)).collect();
            assert_eq!(mapped, ours, "{name}");
            assert_eq!(read.rejected, [], "{name}");
            assert!(read.projects.iter().all(|project| project.code == "BBR"), "{:?}", read.projects);
            let [first, second] = read.tasks.as_slice() else { panic!("{name}: {:?}", read.tasks) };
            let value = |field: Field| first.values[&field].clone();
            assert_eq!((first.id.as_str(), first.project.as_str()), ("KLIK-1001", "BBR"));
            assert_eq!(value(Field::Title), Read::Text("Klargør TAC-liste".into()));
            assert_eq!(value(Field::Kind), Read::Text("solution_specific".into()));
            assert_eq!(value(Field::Status), Read::Text("in_progress".into()));
            assert_eq!(value(Field::Deadline), Read::Date(day("2018-06-07")));
            assert_eq!(value(Field::Published), Read::Date(day("2018-04-27")));
            assert_eq!(value(Field::Percent), Read::Int(25));
            assert_eq!(value(Field::Responsible), Read::Text("Anne Eskildsen".into()));
            assert_eq!(value(Field::Performer), Read::Empty);
            assert_eq!(second.values[&Field::Kind], Read::Text("local".into()));
            assert_eq!(second.values[&Field::Status], Read::Text("not_relevant".into()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn csv_reads_back_whatever_the_texts_are(title in "\\PC{0,40}|[=+@\\-;\"\r\n\t a]{0,12}", note in "[ -~æøå;\"\n]{0,30}") {
        let mut row = task("KLIK-1", &title, Colour::Red);
        row.row.note = note.clone();
        let out = csv(&[row], day("2018-06-15"), Lang::Da);
        let mut reader = ::csv::ReaderBuilder::new().delimiter(b';').from_reader(&out[3..]);
        let records: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(records.len(), 1);
        prop_assert_eq!(records[0].len(), COLUMNS.len());
        let plain = |read: &str, wrote: &str| read == wrote || read.strip_prefix('\'') == Some(wrote);
        prop_assert!(plain(&records[0][2], &title), "{:?} {:?}", &records[0][2], title);
        prop_assert!(plain(&records[0][21], &note));
        prop_assert!(!records[0][2].starts_with(['=', '+', '-', '@', '\t', '\r']));
    }
}
