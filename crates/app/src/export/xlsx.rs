//! A workbook for the steering group: filters, real dates, and the colour as a coloured cell and a word.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use tovholder_model::Colour;

use super::{COLUMNS, Cell, ExportRow, cells, date_text};
use crate::error::{AppError, AppResult, Code};
use crate::words::{self, Lang};

/// Excel's limit for a cell, in UTF-16 code units.
const CELL_MAX: usize = 32_767;

/// The rows as a workbook with the sheets *Opgaver*, *Projekter* and *Om*. `on` is the day of the colours, `today` the
/// day the workbook is made.
///
/// # Errors
/// `internal` when the rows do not fit a workbook (more than a million).
pub fn xlsx(rows: &[ExportRow], on: NaiveDate, today: NaiveDate, lang: Lang) -> AppResult<Vec<u8>> {
    write(rows, on, today, lang).map_err(|error| AppError::new(Code::Internal).with(error))
}

fn write(rows: &[ExportRow], on: NaiveDate, today: NaiveDate, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let mut properties = DocProperties::new().set_title(words::text(lang, "word", "about.title", &[]));
    if let Some(made) = excel_date(today) {
        // Else the library asks the clock, and the same rows would give different bytes.
        properties = properties.set_creation_datetime(&made);
    }
    workbook.set_properties(&properties);
    let formats = Formats::new();
    tasks(workbook.add_worksheet(), rows, on, lang, &formats)?;
    projects(workbook.add_worksheet(), rows, lang, &formats)?;
    about(workbook.add_worksheet(), rows.len(), on, today, lang, &formats)?;
    workbook.save_to_buffer()
}

struct Formats {
    heading: Format,
    bold: Format,
    text: Format,
    date: Format,
    percent: Format,
    number: Format,
}

impl Formats {
    fn new() -> Self {
        let cell = Format::new().set_align(FormatAlign::Top);
        Self {
            heading: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0xDC_E9F7))
                .set_border_bottom(FormatBorder::Thin)
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            bold: cell.clone().set_bold(),
            text: cell.clone(),
            date: cell.clone().set_num_format("dd-mm-yyyy").set_align(FormatAlign::Left),
            percent: cell.clone().set_num_format("0%"),
            number: cell.set_num_format("0"),
        }
    }
}

/// The colours of the screen, each with a text colour that stands out from it; the word is always there too.
fn coloured(colour: Colour) -> Format {
    let format = Format::new().set_align(FormatAlign::Top);
    let (background, text) = match colour {
        Colour::Red => (0xB3_151B, 0xFF_FFFF),
        Colour::Yellow => (0xF2_B300, 0x1A_1A1A),
        Colour::Green => (0x00_806A, 0xFF_FFFF),
        Colour::Grey => (0x69_737E, 0xFF_FFFF),
        Colour::Done => return format,
    };
    format.set_background_color(Color::RGB(background)).set_font_color(Color::RGB(text)).set_bold()
}

fn tasks(
    sheet: &mut Worksheet,
    rows: &[ExportRow],
    on: NaiveDate,
    lang: Lang,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name(words::text(lang, "word", "sheet.tasks", &[]))?;
    for (index, column) in (0u16..).zip(&COLUMNS) {
        sheet.set_column_width(index, column.width)?;
        sheet.write_string_with_format(0, index, column.heading(lang), &formats.heading)?;
    }
    for (number, row) in (1u32..).zip(rows) {
        for (index, cell) in (0u16..).zip(cells(row, on, lang)) {
            put(sheet, number, index, cell, lang, formats)?;
        }
    }
    finish(sheet, COLUMNS.len(), rows.len())
}

/// Text goes in as text: nothing a person wrote is ever read as a formula or a link.
fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: Cell,
    lang: Lang,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, cut(text, lang), &formats.text)?;
        }
        Cell::Date(date) => match excel_date(date) {
            Some(date) => {
                sheet.write_datetime_with_format(row, column, &date, &formats.date)?;
            }
            None => {
                sheet.write_string_with_format(row, column, date_text(date), &formats.text)?;
            }
        },
        Cell::Percent(percent) => {
            sheet.write_number_with_format(row, column, f64::from(percent) / 100.0, &formats.percent)?;
        }
        Cell::Number(number) => {
            // Days: far below what a double holds exactly.
            let number = i32::try_from(number).unwrap_or(i32::MAX);
            sheet.write_number_with_format(row, column, number, &formats.number)?;
        }
        Cell::Colour(colour) => {
            sheet.write_string_with_format(row, column, words::colour(lang, colour), &coloured(colour))?;
        }
    }
    Ok(())
}

/// How many of each colour every project has; a row for all of them at the end.
fn projects(sheet: &mut Worksheet, rows: &[ExportRow], lang: Lang, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(words::text(lang, "word", "sheet.projects", &[]))?;
    let heading = |key: &str| words::text(lang, "word", &format!("heading.{key}"), &[]);
    sheet.set_column_width(0, 24)?;
    sheet.write_string_with_format(0, 0, heading("project"), &formats.heading)?;
    for (index, colour) in (1u16..).zip(Colour::ALL) {
        sheet.write_string_with_format(0, index, words::colour(lang, colour), &coloured(colour))?;
    }
    let total_column = 6;
    sheet.write_string_with_format(0, total_column, heading("total"), &formats.heading)?;

    let mut counts: BTreeMap<&str, [u32; 5]> = BTreeMap::new();
    let mut all = [0; 5];
    for one in rows {
        let of_project = counts.entry(one.row.project.as_str()).or_default();
        for ((colour, count), sum) in Colour::ALL.into_iter().zip(of_project).zip(&mut all) {
            let here = u32::from(colour == one.row.colour);
            *count += here;
            *sum += here;
        }
    }
    let total = heading("total");
    let of_projects = counts.iter().map(|(project, counts)| (*project, *counts, &formats.text));
    for (row, (name, counts, format)) in (1u32..).zip(of_projects.chain([(total.as_str(), all, &formats.bold)])) {
        sheet.write_string_with_format(row, 0, cut(name.to_owned(), lang), format)?;
        for (index, count) in (1u16..).zip(counts) {
            sheet.write_number_with_format(row, index, count, &formats.number)?;
        }
        sheet.write_number_with_format(row, total_column, counts.iter().sum::<u32>(), &formats.number)?;
    }
    finish(sheet, 7, counts.len())
}

fn about(
    sheet: &mut Worksheet,
    rows: usize,
    on: NaiveDate,
    today: NaiveDate,
    lang: Lang,
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_name(words::text(lang, "word", "sheet.about", &[]))?;
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 90)?;
    let say = |key: &str| words::text(lang, "word", &format!("about.{key}"), &[]);
    sheet.write_string_with_format(0, 0, say("title"), &formats.bold)?;
    let facts = [("on", Cell::Date(on)), ("today", Cell::Date(today)), ("rows", Cell::Text(rows.to_string()))];
    for (row, (key, cell)) in (1u32..).zip(facts) {
        sheet.write_string_with_format(row, 0, say(key), &formats.text)?;
        put(sheet, row, 1, cell, lang, formats)?;
    }
    sheet.write_string_with_format(5, 0, say("colours"), &formats.bold)?;
    for (row, colour) in (6u32..).zip(Colour::ALL) {
        let meaning = words::text(lang, "word", &format!("colour.{}.meaning", colour.code()), &[]);
        put(sheet, row, 0, Cell::Colour(colour), lang, formats)?;
        sheet.write_string_with_format(row, 1, meaning, &formats.text)?;
    }
    Ok(())
}

/// Headings that stay, filters on every column, and a print that has the headings on each page.
fn finish(sheet: &mut Worksheet, columns: usize, rows: usize) -> Result<(), XlsxError> {
    let last_column = u16::try_from(columns.saturating_sub(1)).unwrap_or(u16::MAX);
    let last_row = u32::try_from(rows).unwrap_or(u32::MAX);
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, last_row, last_column)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

/// None for a date that Excel's calendar does not have: before 1900.
fn excel_date(date: NaiveDate) -> Option<ExcelDateTime> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    if year < 1900 {
        return None;
    }
    ExcelDateTime::from_ymd(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?).ok()
}

/// Cuts a text that Excel could not hold, and says so where it was cut.
fn cut(text: String, lang: Lang) -> String {
    if text.encode_utf16().count() <= CELL_MAX {
        return text;
    }
    let mark = words::text(lang, "word", "cut", &[]);
    let room = CELL_MAX.saturating_sub(mark.encode_utf16().count());
    let mut used = 0;
    let mut out: String = text
        .chars()
        .take_while(|letter| {
            used += letter.len_utf16();
            used <= room
        })
        .collect();
    out.push_str(&mark);
    out
}
