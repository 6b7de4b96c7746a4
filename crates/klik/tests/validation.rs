//! Every rule by which a row becomes a task or is rejected.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;

use common::{briefs, column, import, open, text, texts, with_column, xlsx, ymd};
use rust_xlsxwriter::{Format, Formula};
use tovholder_klik::{Cell, Field, ReadError, draft, rows};

fn codes(values: &[&str], heading: &str) -> Vec<&'static str> {
    with_column(heading, values).rejected.iter().map(|rejection| rejection.code.code()).collect()
}

#[test]
fn dates_as_text() {
    let rows = with_column(
        "Frist",
        &["15-06-2018", "15.06.2018 10:30", "2018-06-15", "15-06-18", "43266", "", "-", "15. juni 2018"],
    );
    let day = Cell::Date(ymd(2018, 6, 15));
    assert_eq!(rows.rejected, []);
    let expected = [&day, &day, &day, &day, &day, &Cell::Empty, &Cell::Empty, &day].map(Clone::clone);
    assert_eq!(column(&rows, Field::Deadline), expected);

    assert_eq!(
        codes(&["31-06-2018", "29-02-2018", "snarest", "uge 25", "01-01-1989", "01-01-2101"], "Frist"),
        [
            "date_impossible",
            "date_impossible",
            "date_unreadable",
            "date_unreadable",
            "date_out_of_range",
            "date_out_of_range"
        ]
    );
    let rows = with_column("Slutdato", &["31-06-2018"]);
    let told = &rows.rejected[0];
    assert_eq!((told.row, told.column.as_str(), told.cell.as_str()), (2, "Slutdato", "D2"));
    assert_eq!((told.value.as_str(), told.detail.as_str()), ("31-06-2018", "2018-06-31"));
    assert!(rows.tasks.is_empty() && rows.seen_ids.contains("K-0"));
}

#[test]
fn dates_as_cells() {
    let bytes = xlsx("Opgaver", |sheet| {
        let date = Format::new().set_num_format("dd-mm-yyyy hh:mm");
        for (at, heading) in (0..).zip(["Opgave-id", "Projekt", "Titel", "Slutdato"]) {
            sheet.write(0, at, heading)?;
        }
        for row in 1..7 {
            sheet.write(row, 0, row)?.write(row, 1, "BBR")?.write(row, 2, "x")?;
        }
        sheet.write_with_format(1, 3, 43266, &date)?;
        sheet.write_with_format(2, 3, 43266.99, &date)?;
        sheet.write(3, 3, 43266)?;
        sheet.write_with_format(4, 3, 5, &date)?;
        sheet.write(5, 3, 20_180_615)?;
        sheet.write(6, 3, true)?;
        Ok(())
    });
    let rows = import("klik.xlsx", &bytes);
    assert_eq!(column(&rows, Field::Deadline), vec![Cell::Date(ymd(2018, 6, 15)); 4]);
    assert_eq!(
        briefs(&rows),
        [("D5".into(), "date_out_of_range", "04-01-1900".into()), ("D7".into(), "date_unreadable", "SAND".into())]
    );
}

#[test]
fn percentages() {
    let ints = |values: &[&str]| {
        let rows = with_column("Procent", values);
        assert_eq!(rows.rejected, [], "{values:?}");
        column(&rows, Field::Percent)
    };
    assert_eq!(ints(&["0,25", "1", "0"]), [25, 100, 0].map(Cell::Int));
    assert_eq!(ints(&["0.25", "0,5"]), [25, 50].map(Cell::Int));
    assert_eq!(ints(&["25", "1", "100", "25,0", "33.4"]), [25, 1, 100, 25, 33].map(Cell::Int));
    assert_eq!(ints(&["25 %", "25%", "1 %", "12,5 %", "30 pct."]), [25, 25, 1, 13, 30].map(Cell::Int));
    assert_eq!(ints(&["", "-", "50"]), [Cell::Empty, Cell::Empty, Cell::Int(50)]);
    assert_eq!(codes(&["150", "-5", "halvt", "101 %", "1e2"], "Procent"), ["percent_unreadable"; 5]);
}

#[test]
fn percent_cells_of_excel() {
    let bytes = xlsx("Opgaver", |sheet| {
        let percent = Format::new().set_num_format("0%");
        for (at, heading) in (0..).zip(["Opgave-id", "Projekt", "Titel", "Procent"]) {
            sheet.write(0, at, heading)?;
        }
        for (row, value) in (1..).zip([0.0, 0.25, 1.0, 0.333, 1.5]) {
            sheet.write(row, 0, row)?.write(row, 1, "BBR")?.write(row, 2, "x")?;
            sheet.write_with_format(row, 3, value, &percent)?;
        }
        // One cell lost its format and says 40: it has no say in how the others count.
        sheet.write(6, 0, 6)?.write(6, 1, "BBR")?.write(6, 2, "x")?.write(6, 3, 40)?;
        Ok(())
    });
    let rows = import("klik.xlsx", &bytes);
    assert_eq!(column(&rows, Field::Percent), [0, 25, 100, 33, 40].map(Cell::Int));
    assert_eq!(briefs(&rows), [("D6".into(), "percent_unreadable", "150 %".into())]);
}

#[test]
fn statuses_and_kinds() {
    let rows =
        with_column("Status", &["Ikke startet", "I GANG", "Løst", "Kan ikke løses inden frist", "Ikke relevant", ""]);
    let expected = ["not_started", "in_progress", "completed", "cannot_meet_deadline", "not_relevant"].map(text);
    assert_eq!(column(&rows, Field::Status)[..5], expected);
    assert_eq!(column(&rows, Field::Status)[5], Cell::Empty);
    assert_eq!(codes(&["Måske"], "Status"), ["status_unknown"]);
    let rows =
        with_column("Opgavetype", &["Basisopgave", "Løsningsspecifik opgave", "Programopgave", "Lokal opgave", ""]);
    assert_eq!(column(&rows, Field::Kind)[..4], ["basic", "solution_specific", "programme", "local"].map(text));
    assert_eq!(codes(&["Hemmelig opgave"], "Opgavetype"), ["kind_unknown"]);
}

#[test]
fn each_fault_of_a_row_is_told() {
    let bytes = texts(&[
        &["Opgave-id", "Projekt", "Titel", "Frist", "Status"],
        &["", "", "", "31-06-2018", "Måske"],
        &["K-1", "", "Titel", "15-06-2018", "I gang"],
        &["K-2", "BBR", "   ", "", ""],
    ]);
    let rows = import("klik.xlsx", &bytes);
    assert_eq!(
        briefs(&rows),
        [
            ("A2".into(), "id_missing", String::new()),
            ("B2".into(), "project_missing", String::new()),
            ("C2".into(), "title_missing", String::new()),
            ("D2".into(), "date_impossible", "31-06-2018".into()),
            ("E2".into(), "status_unknown", "Måske".into()),
            ("B3".into(), "project_missing", String::new()),
            ("C4".into(), "title_missing", String::new()),
        ]
    );
    assert_eq!((rows.rejected[5].row, rows.rejected[5].column.as_str()), (3, "Projekt"));
    assert_eq!(rows.seen_ids.iter().collect::<Vec<_>>(), ["K-1", "K-2"]);
    assert!(rows.tasks.is_empty());
}

#[test]
fn an_id_stands_once() {
    let bytes = texts(&[
        &["Opgave-id", "Projekt", "Titel"],
        &["K-1", "BBR", "a"],
        &["K-2", "BBR", ""],
        &[" K-1 ", "BBR", "b"],
        &["K-2", "BBR", "c"],
    ]);
    let rows = import("klik.xlsx", &bytes);
    assert_eq!(rows.tasks.len(), 1);
    let twice: Vec<_> = rows.rejected.iter().filter(|each| each.code.code() == "id_twice").collect();
    assert_eq!((twice[0].row, twice[0].detail.as_str(), twice[0].value.as_str()), (4, "2", "K-1"));
    assert_eq!((twice[1].row, twice[1].detail.as_str()), (5, "3"));
}

#[test]
fn numeric_ids_are_whole_numbers() {
    let bytes = xlsx("Opgaver", |sheet| {
        for (at, heading) in (0..).zip(["Nr.", "Projekt", "Titel"]) {
            sheet.write(0, at, heading)?;
        }
        sheet.write(1, 0, 1001.0)?.write(1, 1, "BBR")?.write(1, 2, "x")?;
        Ok(())
    });
    assert_eq!(import("klik.xlsx", &bytes).tasks[0].id, "1001");
}

#[test]
fn texts_have_limits() {
    let long = |length: usize| "å".repeat(length);
    let bytes = texts(&[
        &["Opgave-id", "Projekt", "Titel", "Beskrivelse"],
        &[&long(100), &long(60), &long(1_000), &long(32_767)],
        &[&long(101), &long(61), &long(1_001), "x"],
    ]);
    let rows = import("klik.xlsx", &bytes);
    assert_eq!(rows.tasks.len(), 1);
    let details: Vec<_> = rows.rejected.iter().map(|each| (each.code.code(), each.detail.as_str())).collect();
    assert_eq!(details, [("text_too_long", "101/100"), ("text_too_long", "61/60"), ("text_too_long", "1001/1000")]);
    assert!(rows.rejected.iter().all(|each| each.value.chars().count() <= 60));
    let rows = with_column("Beskrivelse", &[&long(40_000)]);
    assert_eq!(rows.rejected[0].detail, "40000/32767");
}

#[test]
fn cpr_numbers_are_refused_and_never_repeated() {
    let values = ["Ring til 010190-1234", "0101901234", "Borger 010190 1234 igen"];
    for heading in ["Beskrivelse", "Ansvarlig", "Status", "Frist", "Procent", "Opgavetype", "Tema"] {
        let rows = with_column(heading, &values);
        assert_eq!(rows.tasks.len(), 0, "{heading}");
        for rejection in &rows.rejected {
            assert_eq!((rejection.code.code(), rejection.value.as_str()), ("looks_like_cpr", ""), "{heading}");
            let whole = format!("{rejection:?}");
            assert!(!whole.contains("0101") && !whole.contains("1234"), "{whole}");
        }
    }
    let rows = import("klik.csv", b"Opgave-id;Projekt;Titel\n010190-1234;BBR;x\n");
    assert_eq!(rows.rejected[0].code.code(), "looks_like_cpr");
    assert!(rows.seen_ids.is_empty());
    assert_eq!(with_column("Beskrivelse", &["Ring 12 34 56 78", "Sag 27.35.00-G01-12-18", "KLIK-1001"]).tasks.len(), 3);
}

#[test]
fn errors_in_cells_are_told_only_where_they_matter() {
    let bytes = xlsx("Opgaver", |sheet| {
        for (at, heading) in (0..).zip(["Opgave-id", "Projekt", "Titel", "Frist", "Ikke vores"]) {
            sheet.write(0, at, heading)?;
        }
        for row in 1..3 {
            sheet.write(row, 0, row)?.write(row, 1, "BBR")?.write(row, 2, "x")?;
            sheet.write_formula(row, 4, Formula::new("=1/0").set_result("#DIV/0!"))?;
        }
        sheet.write_formula(1, 3, Formula::new("=A99").set_result("#REF!"))?;
        Ok(())
    });
    let rows = import("klik.xlsx", &bytes);
    assert_eq!(briefs(&rows), [("D2".into(), "cell_error", "#REF!".into())]);
    assert_eq!(rows.tasks.len(), 1);
    assert_eq!(codes(&["#NAVN?", "#i/t"], "Tema"), ["cell_error"; 2]);
}

#[test]
fn blank_rows_are_skipped_and_totals_and_repeated_headings_are_told() {
    let bytes = texts(&[
        &["Opgave-id", "Projekt", "Titel", "Procent"],
        &["K-1", "BBR", "a", "10"],
        &["", "  ", "\u{a0}", ""],
        &["Opgave-id", "Projekt", "Titel", "Procent"],
        &["K-2", "BBR", "b", "20"],
        &["I alt", "", "", "30"],
        &["", "Total:", "", "30"],
        &["Total", "BBR", "Total", "5"],
        &["Udskrevet af KLIK", "", "", ""],
    ]);
    let rows = import("klik.xlsx", &bytes);
    assert_eq!(rows.tasks.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), ["K-1", "K-2", "Total"]);
    assert_eq!(
        briefs(&rows),
        [
            ("A4".into(), "not_a_task", "Opgave-id".into()),
            ("A6".into(), "not_a_task", "I alt".into()),
            ("B7".into(), "not_a_task", "Total:".into()),
            ("B9".into(), "project_missing", String::new()),
            ("C9".into(), "title_missing", String::new()),
        ]
    );
}

#[test]
fn texts_are_cleaned() {
    let rows = with_column(
        "Beskrivelse",
        &["  første\r\nanden\u{7} ", "'=1+1", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "\u{200b}"],
    );
    let expected = [
        text("første\nanden"),
        text("=1+1"),
        text("=cmd|' /C calc'!A0"),
        text("<script>alert(1)</script>"),
        Cell::Empty,
    ];
    assert_eq!(column(&rows, Field::Description), expected);
    let rows = with_column("Ansvarlig", &["Anne\nEskildsen"]);
    assert_eq!(column(&rows, Field::Responsible), [text("Anne Eskildsen")]);
}

#[test]
fn the_latest_change_is_told() {
    let rows = with_column("Sidst ændret", &["01-06-2018", "15-06-2018", "", "02-06-2018"]);
    assert_eq!(rows.latest_changed, Some(ymd(2018, 6, 15)));
}

#[test]
fn reading_can_be_followed_and_stopped() {
    let mut lines = "Opgave-id;Projekt;Titel\n".to_owned();
    for number in 0..500 {
        lines.extend([format!("K-{number};BBR;Titel\n")]);
    }
    let book = open("klik.csv", lines.as_bytes());
    let draft = draft(&book, "klik.csv", None, &BTreeMap::new()).unwrap();
    let mut told = Vec::new();
    let all = rows(&book, &draft, &draft.mapping(), &mut |done, total| {
        told.push((done, total));
        true
    });
    assert_eq!(all.unwrap().tasks.len(), 500);
    assert_eq!((told.first(), told.last()), (Some(&(0, 500)), Some(&(500, 500))));
    assert!(told.len() >= 10 && told.windows(2).all(|pair| pair[0].0 < pair[1].0));
    let stopped = rows(&book, &draft, &draft.mapping(), &mut |done, _| done < 200);
    assert_eq!(stopped, Err(ReadError::Cancelled));
}
