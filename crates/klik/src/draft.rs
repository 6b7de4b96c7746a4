//! A proposal to correct: which sheet, which row of headings, which column is which field, from which day.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tovholder_model::check::looks_like_cpr;

use crate::clean;
use crate::error::ReadError;
use crate::export_date::{date_of, export_date};
use crate::field::{Field, normalise_heading};
use crate::grid::{Row, Sheet, Value, Workbook, letter};
use crate::synonyms::scores;

/// Rows of a sheet in which headings are looked for.
const HEADINGS_WITHIN: u32 = 20;

/// Cells that a row of headings has at least: the required fields.
const HEADINGS_MIN: usize = 3;

/// Values shown of each column, and how long each may be.
const SAMPLES: usize = 3;
const SAMPLE_CHARS: usize = 60;

/// A heading longer than this is shown shortened.
const HEADING_CHARS: usize = 200;

/// Where the export's date was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateSource {
    /// A row above the headings.
    TitleRow,
    /// The file's name.
    FileName,
    /// The latest *Sidst ændret*.
    LastChanged,
}

impl DateSource {
    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::TitleRow => "title_row",
            Self::FileName => "file_name",
            Self::LastChanged => "last_changed",
        }
    }
}

/// A column with a heading or with values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// From 0 for A.
    pub index: usize,
    /// Excel's letter.
    pub letter: String,
    /// Its heading, empty when it has none.
    pub heading: String,
    /// The first different values, shortened.
    pub samples: Vec<String>,
    /// The field proposed for it; none leaves it out.
    pub field: Option<Field>,
    /// The proposal is what the user chose for this heading earlier.
    pub remembered: bool,
}

/// A proposal for reading a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The sheet; empty for CSV.
    pub sheet: String,
    /// The row of the headings, from 1.
    pub heading_row: usize,
    /// Rows below it with something in them.
    pub rows: usize,
    /// The columns, in the sheet's order.
    pub columns: Vec<Column>,
    /// When KLIK made the export, if the file tells.
    pub export_date: Option<NaiveDate>,
    /// How the file tells.
    pub date_source: Option<DateSource>,
}

impl Draft {
    /// The proposed mapping, as [`crate::rows()`] takes it.
    pub fn mapping(&self) -> BTreeMap<usize, Field> {
        self.columns.iter().filter_map(|column| Some((column.index, column.field?))).collect()
    }
}

/// What the user chose for headings earlier: normalised heading to field, or to none for a column left out.
type Remembered = BTreeMap<String, Option<Field>>;

/// Proposes how to read a workbook. Without `sheet` the one that looks most like tasks is taken.
///
/// `remembered` maps headings as [`normalise_heading`] leaves them to what the user chose for them; it goes before
/// all synonyms.
///
/// # Errors
/// [`ReadError::UnknownSheet`], [`ReadError::NoHeadings`], [`ReadError::Empty`] and [`ReadError::TooLarge`].
pub fn draft(
    workbook: &Workbook,
    file_name: &str,
    sheet: Option<&str>,
    remembered: &Remembered,
) -> Result<Draft, ReadError> {
    let grid = match sheet {
        Some(name) => workbook.grid(name)?,
        None => likeliest_sheet(workbook, remembered)?,
    };
    if let Some(detail) = grid.too_large {
        return Err(ReadError::too_large(detail));
    }
    if grid.rows.is_empty() {
        return Err(ReadError::Empty);
    }
    let (_, heading_row) = heading_row(grid, remembered).ok_or(ReadError::NoHeadings)?;
    let rows = grid.rows.range(heading_row + 1..).count();
    if rows == 0 {
        return Err(ReadError::Empty);
    }
    let columns = columns(grid, heading_row, remembered);
    let changed = columns.iter().find(|column| column.field == Some(Field::Changed)).map(|column| column.index);
    let found = export_date(workbook, grid, heading_row, file_name, changed);
    Ok(Draft {
        sheet: grid.name.clone(),
        heading_row: heading_row as usize + 1,
        rows,
        columns,
        export_date: found.map(|(date, _)| date),
        date_source: found.map(|(_, source)| source),
    })
}

/// How much a row looks like headings: required fields known, fields known, cells that could be a heading.
type Likeness = (usize, usize, usize);

fn likeliest_sheet<'a>(workbook: &'a Workbook, remembered: &Remembered) -> Result<&'a Sheet, ReadError> {
    let mut best: Option<(Likeness, &Sheet)> = None;
    for grid in &workbook.grids {
        if let Some((likeness, _)) = heading_row(grid, remembered)
            && best.is_none_or(|(highest, _)| likeness > highest)
        {
            best = Some((likeness, grid));
        }
    }
    let too_large = workbook.grids.iter().find_map(|grid| grid.too_large);
    let none = too_large.map_or(ReadError::NoHeadings, ReadError::too_large);
    best.map(|(_, grid)| grid).ok_or(none)
}

/// The row that looks most like headings, from 0; the first of equals.
fn heading_row(grid: &Sheet, remembered: &Remembered) -> Option<(Likeness, u32)> {
    let mut best: Option<(Likeness, u32)> = None;
    for (at, row) in grid.rows.range(..HEADINGS_WITHIN) {
        if row.len() < HEADINGS_MIN {
            continue;
        }
        let fields: Vec<Field> = assign(row, remembered).into_values().filter_map(|proposal| proposal.field).collect();
        let required = fields.iter().filter(|field| field.required()).count();
        let words = row.iter().filter(|(_, value)| could_be_heading(value)).count();
        let likeness = (required, fields.len(), words);
        if words >= HEADINGS_MIN && best.is_none_or(|(highest, _)| likeness > highest) {
            best = Some((likeness, *at));
        }
    }
    best
}

/// Short text that is neither a number nor a date.
fn could_be_heading(value: &Value) -> bool {
    match value {
        Value::Text(text) => {
            let text = text.trim();
            text.chars().count() <= SAMPLE_CHARS
                && text.contains(|c: char| c.is_alphabetic() || c == '%' || c == '#')
                && date_of(value, false).is_none()
        }
        _ => false,
    }
}

/// What is proposed for one column.
#[derive(Debug, Clone, Copy, Default)]
struct Proposal {
    field: Option<Field>,
    remembered: bool,
}

/// Gives each heading its field, each field to one heading at most: first as remembered, then the surest first.
fn assign(headings: &Row, remembered: &Remembered) -> BTreeMap<u32, Proposal> {
    let mut proposals = BTreeMap::new();
    let mut taken = BTreeSet::new();
    let mut guesses = Vec::new();
    for (column, value) in headings {
        let heading = clean::shortened(&value.display(), HEADING_CHARS);
        match remembered.get(&normalise_heading(&heading)) {
            Some(None) => {
                proposals.insert(*column, Proposal { field: None, remembered: true });
            }
            Some(Some(field)) if taken.insert(*field) => {
                proposals.insert(*column, Proposal { field: Some(*field), remembered: true });
            }
            _ => guesses.extend(scores(&heading).into_iter().map(|(field, score)| (score, *column, field))),
        }
    }
    guesses.sort_by_key(|(score, column, field)| (std::cmp::Reverse(*score), *column, *field));
    for (_, column, field) in guesses {
        if !taken.contains(&field) && !proposals.contains_key(&column) {
            taken.insert(field);
            proposals.insert(column, Proposal { field: Some(field), remembered: false });
        }
    }
    proposals
}

/// Every column with a heading or with values below it.
fn columns(grid: &Sheet, heading_row: u32, remembered: &Remembered) -> Vec<Column> {
    let no_headings = Row::new();
    let headings = grid.rows.get(&heading_row).unwrap_or(&no_headings);
    let proposals = assign(headings, remembered);
    let mut columns: BTreeMap<u32, Column> = BTreeMap::new();
    for (at, value) in headings {
        let heading = clean::shortened(&clean::line(&value.display()), HEADING_CHARS);
        let proposal = proposals.get(at).copied().unwrap_or_default();
        columns.insert(*at, column(*at, heading, proposal));
    }
    for (_, row) in grid.rows.range(heading_row + 1..) {
        for (at, value) in row {
            let column = columns.entry(*at).or_insert_with(|| column(*at, String::new(), Proposal::default()));
            if column.samples.len() < SAMPLES {
                let text = value.display();
                // The import would refuse it, so it is not shown on the way there either.
                let sample = if looks_like_cpr(&text) { "…".to_owned() } else { clean::line(&text) };
                let sample = clean::shortened(&sample, SAMPLE_CHARS);
                if !sample.is_empty() && !column.samples.contains(&sample) {
                    column.samples.push(sample);
                }
            }
        }
    }
    columns.into_values().collect()
}

fn column(at: u32, heading: String, proposal: Proposal) -> Column {
    let index = at as usize;
    let Proposal { field, remembered } = proposal;
    Column { index, letter: letter(index), heading, samples: Vec::new(), field, remembered }
}
