//! Rows under the headings, validated: each becomes a task, or is rejected with every fault it has.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tovholder_model::check::looks_like_cpr;

use crate::clean;
use crate::date::{self, DateFault};
use crate::draft::Draft;
use crate::error::ReadError;
use crate::field::{Field, normalise_heading};
use crate::grid::{Row, Value, Workbook, letter, value_at};
use crate::number;
use crate::projects::{ProjectRecord, projects};
use crate::reject::{RejectCode, Rejection};
use crate::words;

/// Rows between two calls of the progress callback.
const PROGRESS_EVERY: usize = 50;

/// Words in the first cell of a row that adds up those above it.
const TOTALS: &str = "ialt total totalt totaler sum summer sumtotal grandtotal subtotal hovedtotal samlet samletantal \
                      antal antalopgaver opgaverialt";

/// Errors as Excel writes them into CSV, in Danish and English.
const ERRORS: [&str; 15] = [
    "#REF!",
    "#REFERENCE!",
    "#N/A",
    "#I/T",
    "#NAME?",
    "#NAVN?",
    "#VALUE!",
    "#VÆRDI!",
    "#DIV/0!",
    "#DIVISION/0!",
    "#NUM!",
    "#NULL!",
    "#NUL!",
    "#SPILL!",
    "#CALC!",
];

/// A validated value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// The export says nothing.
    Empty,
    /// Text; the model's code word for status and kind.
    Text(String),
    /// A date.
    Date(NaiveDate),
    /// A whole number; percent from 0 to 100.
    Int(i64),
}

/// A row that is a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRecord {
    /// The row in the file, from 1.
    pub row: u32,
    /// Its id in KLIK.
    pub id: String,
    /// Its project.
    pub project: String,
    /// Every other field that a column is mapped to, empty ones included.
    pub values: BTreeMap<Field, Cell>,
}

/// What a sheet's rows became.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows that are tasks, in the file's order.
    pub tasks: Vec<TaskRecord>,
    /// Faults of the rows that are not, in the file's order.
    pub rejected: Vec<Rejection>,
    /// Projects of a sheet beside the tasks, by code.
    pub projects: Vec<ProjectRecord>,
    /// Ids of all rows, rejected ones too: a task whose row is rejected is not gone from the export.
    pub seen_ids: BTreeSet<String>,
    /// The latest *Sidst ændret*.
    pub latest_changed: Option<NaiveDate>,
}

/// Reads the rows below the draft's headings with a mapping from column (from 0) to field.
///
/// `progress` is told rows done and rows in all now and then; when it answers false the reading stops.
///
/// # Errors
/// [`ReadError::MappedTwice`], [`ReadError::NotMapped`], [`ReadError::UnknownSheet`], [`ReadError::TooLarge`] and
/// [`ReadError::Cancelled`].
pub fn rows(
    workbook: &Workbook,
    draft: &Draft,
    mapping: &BTreeMap<usize, Field>,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Rows, ReadError> {
    check(mapping)?;
    let grid = workbook.grid(&draft.sheet)?;
    if let Some(detail) = grid.too_large {
        return Err(ReadError::too_large(detail));
    }
    // The heading row counts from 1, so its number is the index of the row after it.
    let first = u32::try_from(draft.heading_row).unwrap_or(u32::MAX);
    let headings = draft.columns.iter().map(|column| (column.index, column.heading.as_str())).collect();
    let percent = mapping.iter().find(|(_, field)| **field == Field::Percent).map(|(column, _)| *column);
    let below = || grid.rows.range(first..);
    let fractions = percent.is_some_and(|column| are_fractions(below().filter_map(|(_, row)| value_at(row, column))));
    let mut reading = Reading {
        mapping,
        headings,
        fractions,
        from_1904: workbook.from_1904,
        ids: BTreeMap::new(),
        out: Rows::default(),
    };
    let total = below().count();
    for (done, (at, row)) in below().enumerate() {
        if done % PROGRESS_EVERY == 0 && !progress(done, total) {
            return Err(ReadError::Cancelled);
        }
        reading.row(at.saturating_add(1), row);
    }
    if !progress(total, total) {
        return Err(ReadError::Cancelled);
    }
    let mut out = reading.out;
    out.projects = projects(workbook, &draft.sheet);
    Ok(out)
}

fn check(mapping: &BTreeMap<usize, Field>) -> Result<(), ReadError> {
    let mut seen = BTreeSet::new();
    if let Some(field) = mapping.values().find(|field| !seen.insert(**field)) {
        return Err(ReadError::MappedTwice { field: *field });
    }
    let missing = Field::ALL.into_iter().find(|field| field.required() && !seen.contains(field));
    missing.map_or(Ok(()), |field| Err(ReadError::NotMapped { field }))
}

/// Whether a column of percentages counts from 0 to 1. Numbers that say percent themselves have no vote.
fn are_fractions<'a>(values: impl Iterator<Item = &'a Value>) -> bool {
    let plain = values.filter_map(|value| match value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => number::parse(&clean::line(text)),
        _ => None,
    });
    let mut any = false;
    for number in plain {
        any = true;
        if number > 1.0 {
            return false;
        }
    }
    any
}

/// A fault of one cell: what it is, and a fact about it.
type Fault = (RejectCode, String);

struct Reading<'a> {
    mapping: &'a BTreeMap<usize, Field>,
    headings: BTreeMap<usize, &'a str>,
    fractions: bool,
    from_1904: bool,
    /// The row in which each id stood first.
    ids: BTreeMap<String, u32>,
    out: Rows,
}

impl Reading<'_> {
    fn row(&mut self, number: u32, row: &Row) {
        if let Some((column, value)) = self.no_task(row) {
            self.reject(number, column, RejectCode::NotATask, &value, String::new());
            return;
        }
        let faults_before = self.out.rejected.len();
        let mut values = BTreeMap::new();
        let (mut id, mut project) = (String::new(), String::new());
        for (column, field) in self.mapping {
            let value = value_at(row, *column);
            let read = self.cell(*field, value).and_then(|cell| match (missing(*field), cell) {
                (Some(code), Cell::Empty) => Err((code, String::new())),
                (_, cell) => Ok(cell),
            });
            match read {
                Ok(Cell::Text(text)) if *field == Field::Id => id = text,
                Ok(Cell::Text(text)) if *field == Field::Project => project = text,
                Ok(cell) => {
                    if let (Field::Changed, Cell::Date(date)) = (field, &cell) {
                        self.out.latest_changed = self.out.latest_changed.max(Some(*date));
                    }
                    values.insert(*field, cell);
                }
                Err((code, detail)) => {
                    let value = value.map(|value| clean::line(&value.display())).unwrap_or_default();
                    self.reject(number, *column, code, &value, detail);
                }
            }
        }
        if !id.is_empty() {
            self.out.seen_ids.insert(id.clone());
            match self.ids.get(&id).copied() {
                Some(first) => {
                    let column = self.mapping.iter().find(|(_, field)| **field == Field::Id).map_or(0, |(at, _)| *at);
                    self.reject(number, column, RejectCode::IdTwice, &id, first.to_string());
                }
                None => {
                    self.ids.insert(id.clone(), number);
                }
            }
        }
        if self.out.rejected.len() == faults_before {
            self.out.tasks.push(TaskRecord { row: number, id, project, values });
        }
    }

    /// Where and what shows that a row is no task: it adds up those above it, or repeats the headings.
    fn no_task(&self, row: &Row) -> Option<(usize, String)> {
        let (first, value) = row.first()?;
        let word = normalise_heading(&value.display());
        let title = self.mapping.iter().find(|(_, field)| **field == Field::Title).map(|(column, _)| *column);
        let untitled = title.is_none_or(|column| value_at(row, column).is_none());
        let adds_up = untitled && TOTALS.split_ascii_whitespace().any(|total| total == word);
        let repeats = || {
            let same = |(column, value): &(u32, Value)| {
                let heading = self.headings.get(&(*column as usize)).copied().unwrap_or_default();
                !heading.is_empty() && normalise_heading(heading) == normalise_heading(&value.display())
            };
            row.len() >= 3 && row.iter().all(same)
        };
        (adds_up || repeats()).then(|| (*first as usize, clean::line(&value.display())))
    }

    fn reject(&mut self, row: u32, column: usize, code: RejectCode, value: &str, detail: String) {
        let whole_row = code == RejectCode::NotATask;
        let heading = if whole_row { "" } else { self.headings.get(&column).copied().unwrap_or_default() };
        let cell = format!("{}{row}", letter(column));
        let value = if code == RejectCode::LooksLikeCpr { "" } else { value };
        self.out.rejected.push(Rejection::new(row, heading, cell, code, value).with(detail));
    }

    fn cell(&self, field: Field, value: Option<&Value>) -> Result<Cell, Fault> {
        let Some(value) = value else { return Ok(Cell::Empty) };
        let text = match value {
            Value::Error(_) => return Err((RejectCode::CellError, String::new())),
            value if field.has_lines() => clean::lines(&value.display()),
            value => clean::line(&value.display()),
        };
        if text.is_empty() {
            return Ok(Cell::Empty);
        }
        if ERRORS.contains(&text.to_uppercase().as_str()) {
            return Err((RejectCode::CellError, String::new()));
        }
        if looks_like_cpr(&text) {
            return Err((RejectCode::LooksLikeCpr, String::new()));
        }
        let coded = field.is_date() || matches!(field, Field::Percent | Field::Status | Field::Kind);
        // A lone dash is how many write that there is nothing.
        if coded && text.chars().all(|c| matches!(c, '-' | '–' | '—')) {
            return Ok(Cell::Empty);
        }
        let unknown = |code| (code, String::new());
        match field {
            field if field.is_date() => self.date(value, &text).map(Cell::Date),
            Field::Percent => self.percent(value, &text).map(Cell::Int).ok_or(unknown(RejectCode::PercentUnreadable)),
            Field::Status => words::status(&text)
                .map(|status| Cell::Text(status.code().to_owned()))
                .ok_or(unknown(RejectCode::StatusUnknown)),
            Field::Kind => words::kind(&text)
                .map(|kind| Cell::Text(kind.code().to_owned()))
                .ok_or(unknown(RejectCode::KindUnknown)),
            field => {
                let (length, limit) = (text.chars().count(), field.text_max());
                if length > limit {
                    return Err((RejectCode::TextTooLong, format!("{length}/{limit}")));
                }
                Ok(Cell::Text(text))
            }
        }
    }

    fn date(&self, value: &Value, text: &str) -> Result<NaiveDate, Fault> {
        let read = match value {
            Value::Date(date) => date::accepted(*date),
            Value::Number(number) => date::from_number(*number, self.from_1904),
            Value::Text(_) => date::from_text(text, self.from_1904),
            Value::Percent(_) | Value::Bool(_) | Value::Error(_) => Err(DateFault::Unreadable),
        };
        read.map_err(|fault| match fault {
            DateFault::Impossible { year, month, day } => {
                (RejectCode::DateImpossible, format!("{year:04}-{month:02}-{day:02}"))
            }
            DateFault::OutOfRange => (RejectCode::DateOutOfRange, String::new()),
            DateFault::Unreadable => (RejectCode::DateUnreadable, String::new()),
        })
    }

    fn percent(&self, value: &Value, text: &str) -> Option<i64> {
        let lower = text.to_lowercase();
        let stated = ["%", "procent", "percent", "pct.", "pct"].iter().find_map(|sign| lower.strip_suffix(sign));
        let hundredths = if self.fractions { 100.0 } else { 1.0 };
        let percent = match (value, stated) {
            (Value::Percent(fraction), _) => fraction * 100.0,
            (Value::Number(number), _) => number * hundredths,
            (Value::Text(_), Some(number)) => number::parse(number)?,
            (Value::Text(_), None) => number::parse(&lower)? * hundredths,
            _ => return None,
        };
        // Fractions such as 1/3 × 3 come out a hair above the whole.
        if !(0.0..=100.000_001).contains(&percent) {
            return None;
        }
        #[allow(clippy::cast_possible_truncation)] // checked to be within 0..=100
        Some(percent.round() as i64)
    }
}

/// The fault of a required field that is empty.
fn missing(field: Field) -> Option<RejectCode> {
    match field {
        Field::Id => Some(RejectCode::IdMissing),
        Field::Project => Some(RejectCode::ProjectMissing),
        Field::Title => Some(RejectCode::TitleMissing),
        _ => None,
    }
}
