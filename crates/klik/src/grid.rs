//! A file in memory: sheets of cells, each a text, number, date, truth value or error. Built within [`Limits`].

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::date::show;
use crate::error::{Limits, ReadError};
use crate::number;

/// Cells of a whole workbook. A full export of 100,000 rows by 17 columns is 1.7 million.
const CELLS_MAX: usize = 5_000_000;

/// A cell with something in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Text as it stood, untrimmed.
    Text(String),
    /// A finite number without a format that says more.
    Number(f64),
    /// A number that the workbook shows as percent: 0.25 is 25 %.
    Percent(f64),
    /// A number that the workbook shows as a date; the time of day is dropped.
    Date(NaiveDate),
    /// A truth value.
    Bool(bool),
    /// An error such as `#REF!`.
    Error(String),
}

impl Value {
    /// The cell as a person would read it in Danish Excel, untrimmed.
    pub(crate) fn display(&self) -> String {
        match self {
            Self::Text(text) | Self::Error(text) => text.clone(),
            Self::Number(number) => number::show(*number),
            Self::Percent(number) => format!("{} %", number::show((number * 1e8).round() / 1e6)),
            Self::Date(date) => show(*date),
            Self::Bool(true) => "SAND".to_owned(),
            Self::Bool(false) => "FALSK".to_owned(),
        }
    }
}

/// The cells of one row, by column from 0, ascending, none blank.
pub(crate) type Row = Vec<(u32, Value)>;

/// The value in a column of a row.
pub(crate) fn value_at(row: &[(u32, Value)], column: usize) -> Option<&Value> {
    let column = u32::try_from(column).ok()?;
    row.binary_search_by_key(&column, |(at, _)| *at).ok().and_then(|at| row.get(at)).map(|(_, value)| value)
}

/// One sheet: its rows that are not blank, by row from 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sheet {
    /// Its name; empty for CSV.
    pub(crate) name: String,
    /// Rows with something in them.
    pub(crate) rows: BTreeMap<u32, Row>,
    /// What the sheet has too much of. It only matters when this sheet is the one to read.
    pub(crate) too_large: Option<&'static str>,
}

/// A file read into memory as cells.
#[derive(Debug, Clone)]
pub struct Workbook {
    /// The names of its sheets in order; empty for CSV.
    pub sheets: Vec<String>,
    /// The sheets' cells; one without a name for CSV.
    pub(crate) grids: Vec<Sheet>,
    /// Day numbers count from 1904 instead of 1900.
    pub(crate) from_1904: bool,
}

impl Workbook {
    /// The sheet with this name.
    pub(crate) fn grid(&self, name: &str) -> Result<&Sheet, ReadError> {
        let found = self.grids.iter().find(|grid| grid.name == name);
        found.ok_or_else(|| ReadError::UnknownSheet { sheet: name.to_owned() })
    }
}

/// Collects sheets, counting what they hold.
pub(crate) struct Builder<'a> {
    limits: &'a Limits,
    grids: Vec<Sheet>,
    cells: usize,
    text_bytes: u64,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(limits: &'a Limits) -> Self {
        Self { limits, grids: Vec::new(), cells: 0, text_bytes: 0 }
    }

    /// Begins the next sheet; cells go to it from now on.
    pub(crate) fn sheet(&mut self, name: &str) -> Result<(), ReadError> {
        if self.grids.len() >= self.limits.sheets_max {
            return Err(ReadError::too_large("sheets"));
        }
        self.grids.push(Sheet { name: name.to_owned(), ..Sheet::default() });
        Ok(())
    }

    /// Puts a cell at row and column, both from 0. Blank text is no cell; a second value at one place
    /// replaces the first.
    pub(crate) fn put(&mut self, row: u32, column: u32, value: Value) -> Result<(), ReadError> {
        let text = match &value {
            Value::Text(text) | Value::Error(text) if text.trim().is_empty() => return Ok(()),
            Value::Text(text) | Value::Error(text) => text.len(),
            _ => 0,
        };
        let Some(sheet) = self.grids.last_mut() else { return Ok(()) };
        if sheet.too_large.is_some() {
            return Ok(());
        }
        if usize::try_from(column).is_ok_and(|column| column >= self.limits.columns_max) {
            sheet.too_large = Some("columns");
            return Ok(());
        }
        if sheet.rows.len() >= self.limits.rows_max && !sheet.rows.contains_key(&row) {
            sheet.too_large = Some("rows");
            return Ok(());
        }
        self.cells += 1;
        self.text_bytes = self.text_bytes.saturating_add(text as u64);
        if self.cells > CELLS_MAX {
            return Err(ReadError::too_large("cells"));
        }
        if self.text_bytes > self.limits.unpacked_bytes_max {
            return Err(ReadError::too_large("text"));
        }
        let cells = sheet.rows.entry(row).or_default();
        match cells.binary_search_by_key(&column, |(at, _)| *at) {
            Ok(at) => {
                if let Some(cell) = cells.get_mut(at) {
                    cell.1 = value;
                }
            }
            Err(at) => cells.insert(at, (column, value)),
        }
        Ok(())
    }

    /// Whether the current sheet takes no more cells, so that its reader can stop.
    pub(crate) fn sheet_is_full(&self) -> bool {
        self.grids.last().is_some_and(|sheet| sheet.too_large.is_some())
    }

    /// The columns that a sheet may have.
    pub(crate) fn columns_max(&self) -> usize {
        self.limits.columns_max
    }

    /// The rows that a sheet may have.
    pub(crate) fn rows_max(&self) -> usize {
        self.limits.rows_max
    }

    /// The workbook. `named` is false for CSV, whose only sheet has no name.
    pub(crate) fn finish(self, from_1904: bool, named: bool) -> Result<Workbook, ReadError> {
        if self.grids.iter().all(|grid| grid.rows.is_empty() && grid.too_large.is_none()) {
            return Err(ReadError::Empty);
        }
        let sheets = if named { self.grids.iter().map(|grid| grid.name.clone()).collect() } else { Vec::new() };
        Ok(Workbook { sheets, grids: self.grids, from_1904 })
    }
}

/// A column's letter: 0 is A, 26 is AA.
pub(crate) fn letter(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn columns_have_excels_letters() {
        let letters: Vec<_> = [0, 11, 25, 26, 51, 52, 701, 702, 16_383].into_iter().map(letter).collect();
        assert_eq!(letters, ["A", "L", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn a_stray_cell_costs_one_cell() {
        let limits = Limits { columns_max: 20_000, ..Limits::default() };
        let mut builder = Builder::new(&limits);
        builder.sheet("Ark1").unwrap();
        builder.put(0, 0, Value::Number(1.0)).unwrap();
        builder.put(1_048_575, 16_383, Value::Number(1.0)).unwrap();
        builder.put(7, 0, Value::Text("  ".into())).unwrap();
        assert_eq!(builder.finish(false, true).unwrap().grids[0].rows.len(), 2);
    }

    #[test]
    fn limits_mark_the_sheet_and_stop_the_file() {
        let limits = Limits { rows_max: 2, columns_max: 2, sheets_max: 2, unpacked_bytes_max: 10, ..Limits::default() };
        let mut builder = Builder::new(&limits);
        builder.sheet("a").unwrap();
        for row in 0..3 {
            builder.put(row, 0, Value::Number(1.0)).unwrap();
        }
        assert!(builder.sheet_is_full());
        builder.sheet("b").unwrap();
        builder.put(0, 2, Value::Number(1.0)).unwrap();
        assert!(builder.sheet("c").is_err());
        let book = builder.finish(false, true).unwrap();
        assert_eq!(book.grids[0].too_large, Some("rows"));
        assert_eq!(book.grids[1].too_large, Some("columns"));

        let mut builder = Builder::new(&limits);
        builder.sheet("a").unwrap();
        assert_eq!(
            builder.put(0, 0, Value::Text("mere end ti tegn".into())),
            Err(ReadError::TooLarge { detail: "text".into() })
        );
    }

    #[test]
    fn values_read_as_danish_excel_shows_them() {
        assert_eq!(Value::Number(1001.0).display(), "1001");
        assert_eq!(Value::Number(1.5).display(), "1,5");
        assert_eq!(Value::Percent(0.29).display(), "29 %");
        assert_eq!(Value::Bool(true).display(), "SAND");
        assert_eq!(Value::Date(NaiveDate::from_ymd_opt(2018, 6, 5).unwrap()).display(), "05-06-2018");
    }
}
