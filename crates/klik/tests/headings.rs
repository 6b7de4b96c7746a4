//! Where headings are found, what they are proposed to mean, and from which day the export is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;

use common::{import, open, propose, texts, xlsx, ymd};
use rust_xlsxwriter::{Format, Workbook as Writer};
use tovholder_klik::{DateSource, Draft, Field, ReadError, draft, normalise_heading, rows};

const NONE: BTreeMap<String, Option<Field>> = BTreeMap::new();

fn fields(draft: &Draft) -> Vec<(String, Option<&'static str>)> {
    draft.columns.iter().map(|column| (column.letter.clone(), column.field.map(Field::code))).collect()
}

#[test]
fn headings_are_found_below_titles_and_blank_rows_and_beside_blank_columns() {
    let bytes = xlsx("Ark1", |sheet| {
        sheet.write(0, 1, "KLIK-opgaver for Aabenraa Kommune")?;
        sheet.write(1, 1, "Projekt: alle")?;
        for (column, heading) in (2..).zip(["Frist", "Overskrift", "KLIK-nr", "It-løsning", "Udføres af"]) {
            sheet.write(6, column, heading)?;
        }
        sheet.write(8, 3, "Ryd op")?.write(8, 4, 1001)?.write(8, 5, "BBR")?;
        Ok(())
    });
    let draft = propose("klik.xlsx", &bytes);
    assert_eq!((draft.heading_row, draft.rows), (7, 1));
    let expected = [("C", "deadline"), ("D", "title"), ("E", "id"), ("F", "project"), ("G", "performer")];
    assert_eq!(fields(&draft), expected.map(|(letter, field)| (letter.to_owned(), Some(field))));
    let rows = import("klik.xlsx", &bytes);
    assert_eq!((rows.tasks[0].row, rows.tasks[0].id.as_str()), (9, "1001"));
}

#[test]
fn the_twentieth_row_is_the_last_for_headings() {
    let at = |row: u32| {
        xlsx("Ark1", |sheet| {
            for (column, heading) in (0..).zip(["Opgave-id", "Projekt", "Titel"]) {
                sheet.write(row, column, heading)?.write(row + 1, column, "x")?;
            }
            Ok(())
        })
    };
    assert_eq!(propose("klik.xlsx", &at(19)).heading_row, 20);
    assert_eq!(draft(&open("klik.xlsx", &at(20)), "klik.xlsx", None, &NONE), Err(ReadError::NoHeadings));
}

#[test]
fn unknown_headings_are_still_headings() {
    let bytes = texts(&[&["Alfa", "Beta", "Gamma"], &["KLIK-1", "BBR", "Ryd op"], &["KLIK-2", "BBR", "Ryd mere op"]]);
    let book = open("klik.xlsx", &bytes);
    let draft = draft(&book, "klik.xlsx", None, &NONE).unwrap();
    assert_eq!(draft.heading_row, 1);
    assert!(draft.columns.iter().all(|column| column.field.is_none()));
    let mut mapping = draft.mapping();
    let mut keep_on = |_: usize, _: usize| true;
    assert_eq!(rows(&book, &draft, &mapping, &mut keep_on), Err(ReadError::NotMapped { field: Field::Id }));
    mapping.extend([(0, Field::Id), (1, Field::Project), (2, Field::Title)]);
    assert_eq!(rows(&book, &draft, &mapping, &mut keep_on).unwrap().tasks.len(), 2);
    mapping.insert(7, Field::Title);
    assert_eq!(rows(&book, &draft, &mapping, &mut keep_on), Err(ReadError::MappedTwice { field: Field::Title }));
}

#[test]
fn each_field_goes_to_its_surest_heading_once() {
    let bytes = texts(&[
        &["Nr.", "Opgave-id", "Opgave", "Titel", "Løsning", "Projekt", "Status", "Status", "", "Navn"],
        &["1", "KLIK-1", "x", "Ryd op", "x", "BBR", "I gang", "Fuldført", "uden overskrift", "y"],
    ]);
    let draft = propose("klik.xlsx", &bytes);
    let found: Vec<_> = draft.columns.iter().map(|column| column.field.map_or("", Field::code)).collect();
    assert_eq!(found, ["", "id", "", "title", "", "project", "status", "", "", ""]);
    assert_eq!(draft.columns[7].letter, "H");
    assert_eq!((draft.columns[8].heading.as_str(), draft.columns[8].letter.as_str()), ("", "I"));
    assert_eq!(draft.columns[8].samples, ["uden overskrift"]);
}

#[test]
fn what_the_user_chose_earlier_goes_before_synonyms() {
    let bytes = texts(&[
        &["Opgave-id", "Projekt", "Titel", "Bemærkning", "Frist", "Slutdato", "Bemærkning"],
        &["KLIK-1", "BBR", "Ryd op", "tekst", "15-06-2018", "16-06-2018", "mere"],
    ]);
    let remembered = BTreeMap::from([
        (normalise_heading("BEMÆRKNING"), Some(Field::Description)),
        (normalise_heading("Frist"), Some(Field::Start)),
        (normalise_heading("titel"), None),
    ]);
    let draft = draft(&open("klik.xlsx", &bytes), "klik.xlsx", None, &remembered).unwrap();
    let found: Vec<_> =
        draft.columns.iter().map(|column| (column.field.map_or("", Field::code), column.remembered)).collect();
    assert_eq!(
        found,
        [
            ("id", false),
            ("project", false),
            ("", true),
            ("description", true),
            ("start", true),
            ("deadline", false),
            ("", false)
        ]
    );
}

#[test]
fn remembered_headings_find_the_heading_row() {
    let bytes = texts(&[
        &["aaa", "bbb", "ccc", "ddd"],
        &["Sagsnøgle", "Fagområde X", "Hvad", ""],
        &["KLIK-1", "BBR", "Ryd op", ""],
    ]);
    let remembered = BTreeMap::from([
        (normalise_heading("Sagsnøgle"), Some(Field::Id)),
        (normalise_heading("Fagområde X"), Some(Field::Project)),
        (normalise_heading("Hvad"), Some(Field::Title)),
    ]);
    let draft = draft(&open("klik.xlsx", &bytes), "klik.xlsx", None, &remembered).unwrap();
    assert_eq!(draft.heading_row, 2);
}

#[test]
fn the_sheet_that_looks_most_like_tasks_is_picked() {
    let mut book = Writer::new();
    let front = book.add_worksheet().set_name("Forside").unwrap();
    front.write(0, 0, "KLIK").unwrap();
    let projects = book.add_worksheet().set_name("Projekter").unwrap();
    for (column, heading) in (0..).zip(["Projekt", "Navn", "Udrulning", "Status"]) {
        projects.write(0, column, heading).unwrap().write(1, column, "x").unwrap();
    }
    let tasks = book.add_worksheet().set_name("Ark3").unwrap();
    for (column, heading) in (0..).zip(["Opgave-id", "Projekt", "Titel"]) {
        tasks.write(0, column, heading).unwrap().write(1, column, "y").unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let book = open("klik.xlsx", &bytes);
    assert_eq!(book.sheets, ["Forside", "Projekter", "Ark3"]);
    assert_eq!(draft(&book, "klik.xlsx", None, &NONE).unwrap().sheet, "Ark3");
    assert_eq!(draft(&book, "klik.xlsx", Some("Projekter"), &NONE).unwrap().sheet, "Projekter");
    let unknown = draft(&book, "klik.xlsx", Some("Opgaver"), &NONE);
    assert_eq!(unknown, Err(ReadError::UnknownSheet { sheet: "Opgaver".into() }));
    assert_eq!(draft(&book, "klik.xlsx", Some("Forside"), &NONE), Err(ReadError::NoHeadings));
}

#[test]
fn headings_with_nothing_below_are_empty() {
    let bytes = texts(&[&["Opgave-id", "Projekt", "Titel"]]);
    assert_eq!(draft(&open("klik.xlsx", &bytes), "klik.xlsx", None, &NONE), Err(ReadError::Empty));
}

#[test]
fn a_title_row_tells_the_exports_day_before_the_files_name_does() {
    let bytes = |title: &str| {
        texts(&[
            &["Oprettet 01-01-2016"],
            &[title],
            &["Opgave-id", "Projekt", "Titel", "Sidst ændret"],
            &["KLIK-1", "BBR", "Ryd op", "13-06-2018"],
            &["KLIK-2", "BBR", "Ryd op", "12-06-2018"],
        ])
    };
    let found = |title: &str, name: &str| {
        let draft = propose(name, &bytes(title));
        (draft.export_date.unwrap(), draft.date_source.unwrap())
    };
    let title = (ymd(2018, 6, 15), DateSource::TitleRow);
    assert_eq!(found("Udtræk 15-06-2018", "klik-2017-01-01.xlsx"), title);
    assert_eq!(found("Eksporteret den 15. juni 2018", "klik.xlsx"), title);
    assert_eq!(found("KLIK", "klik-2018-06-15.xlsx"), (ymd(2016, 1, 1), DateSource::TitleRow));

    let untitled = texts(&[
        &["Opgave-id", "Projekt", "Titel", "Sidst ændret"],
        &["KLIK-1", "BBR", "Ryd op", "13-06-2018"],
        &["KLIK-2", "BBR", "Ryd op 14-06-2018", "sjusk"],
    ]);
    for name in ["klik-2018-06-15.xlsx", "KLIK 15-06-2018.xlsx", "klik20180615.xlsx"] {
        let draft = propose(name, &untitled);
        assert_eq!(
            (draft.export_date, draft.date_source),
            (Some(ymd(2018, 6, 15)), Some(DateSource::FileName)),
            "{name}"
        );
    }
    let draft = propose("klik.xlsx", &untitled);
    assert_eq!((draft.export_date, draft.date_source), (Some(ymd(2018, 6, 13)), Some(DateSource::LastChanged)));

    let dated = xlsx("Opgaver", |sheet| {
        sheet.write(0, 0, "Udtræksdato")?;
        sheet.write_with_format(0, 1, 43266, &Format::new().set_num_format("dd-mm-yyyy"))?;
        for (column, heading) in (0..).zip(["Opgave-id", "Projekt", "Titel"]) {
            sheet.write(2, column, heading)?.write(3, column, "x")?;
        }
        Ok(())
    });
    let draft = propose("klik.xlsx", &dated);
    assert_eq!((draft.export_date, draft.date_source), (Some(ymd(2018, 6, 15)), Some(DateSource::TitleRow)));
}

#[test]
fn nothing_tells_the_day() {
    let draft = propose("klik.xlsx", &texts(&[&["Opgave-id", "Projekt", "Titel"], &["K-1", "BBR", "Ryd op"]]));
    assert_eq!((draft.export_date, draft.date_source), (None, None));
}

#[test]
fn samples_are_short_different_and_never_a_cpr_number() {
    let long = "x".repeat(200);
    let bytes = texts(&[
        &["Opgave-id", "Projekt", "Titel", "Noter"],
        &["K-1", "BBR", &long, "010190-1234"],
        &["K-2", "BBR", &long, "a"],
        &["K-3", "BBR", "kort", "b"],
        &["K-4", "BBR", "kort", "c"],
    ]);
    let draft = propose("klik.xlsx", &bytes);
    assert_eq!(draft.columns[0].samples, ["K-1", "K-2", "K-3"]);
    assert_eq!(draft.columns[1].samples, ["BBR"]);
    assert_eq!(draft.columns[2].samples[0].chars().count(), 60);
    assert_eq!(draft.columns[3].samples, ["…", "a", "b"]);
}
