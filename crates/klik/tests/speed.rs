//! A whole municipality's export, and ten of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::time::{Duration, Instant};

use common::{import, xlsx};
use rust_xlsxwriter::Format;

const HEADINGS: [&str; 17] = [
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
    "Sidst ændret",
];

fn export(rows: u32) -> Vec<u8> {
    let date = Format::new().set_num_format("dd-mm-yyyy");
    xlsx("Opgaver", |sheet| {
        for (column, heading) in (0..).zip(HEADINGS) {
            sheet.write(0, column, heading)?;
        }
        for row in 1..=rows {
            sheet.write(row, 0, format!("KLIK-{row}"))?.write(row, 1, format!("Projekt {}", row % 30))?;
            sheet.write(row, 2, format!("Klargør liste {row}"))?;
            sheet.write(
                row,
                3,
                format!("Beskrivelse {row}: se vejledningen i KLIK. {}", "Aftal med It. ".repeat(20)),
            )?;
            sheet.write(row, 4, "Løsningsspecifik opgave")?;
            for column in 5..9 {
                sheet.write(row, column, format!("Tekst {column} til opgave {row}"))?;
            }
            for column in [9, 10, 11, 16] {
                sheet.write_with_format(row, column, 43_000 + row % 900, &date)?;
            }
            sheet.write(row, 12, "Anne Eskildsen")?.write(row, 13, "Tina Ørsted")?;
            sheet.write(row, 14, "I gang")?.write(row, 15, f64::from(row % 5) / 4.0)?;
        }
        Ok(())
    })
}

fn timed(rows: u32) -> Duration {
    let bytes = export(rows);
    let began = Instant::now();
    let read = import("klik.xlsx", &bytes);
    let took = began.elapsed();
    assert_eq!((read.tasks.len(), read.rejected.len()), (rows as usize, 0));
    took
}

#[test]
fn ten_times_the_rows_take_no_more_than_ten_times_the_time() {
    let (one, ten) = (timed(1_500), timed(15_000));
    println!("1,500 rows: {one:?}; 15,000 rows: {ten:?}");
    // Generous, for the machine is shared: quadratic growth would be a hundredfold.
    assert!(ten < one.max(Duration::from_millis(100)) * 30, "{one:?} {ten:?}");
}
