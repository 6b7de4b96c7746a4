//! Handing tasks out as a workbook or as CSV: pure writers from rows to bytes.
//!
//! The first sixteen columns are KLIK's own, in KLIK's order and with its headings when the language is Danish; ours follow.
//! An export can be imported again in either language.

mod country;
mod csv;
mod interfaces;
#[cfg(test)]
mod tests;
mod xlsx;

use chrono::NaiveDate;
use tovholder_model::Colour;

pub use country::country_csv;
pub use csv::csv;
pub use interfaces::interfaces_csv;
pub use xlsx::xlsx;

use crate::view::TaskRow;
use crate::words::{self, Lang};

/// A task with the texts that a table does not carry.
#[derive(Debug, Clone)]
pub struct ExportRow {
    /// The row, with its colour and reasons as of the export's day.
    pub row: TaskRow,
    /// Beskrivelse.
    pub description: String,
    /// Forudsætninger, as KLIK words them.
    pub prerequisites: String,
    /// Resultat.
    pub result: String,
    /// Publiceret.
    pub published: Option<NaiveDate>,
    /// Numbers of the interfaces that the task is tied to.
    pub interfaces: Vec<String>,
}

/// A column: the catalogue's key under `word`, `heading.*`, and its width in characters of a workbook.
struct Column {
    key: &'static str,
    width: u16,
}

const fn column(key: &'static str, width: u16) -> Column {
    Column { key, width }
}

const COLUMNS: [Column; 24] = [
    column("id", 12),
    column("project", 10),
    column("title", 48),
    column("description", 40),
    column("kind", 23),
    column("theme", 18),
    column("prerequisites", 24),
    column("result", 30),
    column("role", 30),
    column("published", 12),
    column("start", 12),
    column("deadline", 12),
    column("responsible", 22),
    column("performer", 22),
    column("status", 24),
    column("percent", 10),
    column("colour", 10),
    column("reason", 60),
    column("days_left", 14),
    column("earlier_deadlines", 24),
    column("action_needed", 18),
    column("note", 40),
    column("interfaces", 18),
    column("gone", 13),
];

impl Column {
    fn heading(&self, lang: Lang) -> String {
        words::text(lang, "word", &format!("heading.{}", self.key), &[])
    }
}

/// What stands in a cell, before a format writes it in its own way.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Empty,
    Text(String),
    Date(NaiveDate),
    /// 0 to 100.
    Percent(u8),
    Number(i64),
    Colour(Colour),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

impl From<Option<NaiveDate>> for Cell {
    fn from(date: Option<NaiveDate>) -> Self {
        date.map_or(Self::Empty, Self::Date)
    }
}

/// A row's cells in the order of [`COLUMNS`].
fn cells(one: &ExportRow, on: NaiveDate, lang: Lang) -> [Cell; 24] {
    let row = &one.row;
    let person =
        |person: &Option<crate::view::PersonRef>| person.as_ref().map_or("", |person| person.name.as_str()).into();
    let flag = |set: bool| if set { Cell::Text(words::yes_no(lang, true)) } else { Cell::Empty };
    // A deadline no longer counts down for what is done.
    let days_left = row.deadline.filter(|_| row.colour != Colour::Done).map(|deadline| (deadline - on).num_days());
    let earlier: Vec<String> = row.earlier_deadlines.iter().map(|date| date_text(*date)).collect();
    [
        row.id.as_str().into(),
        row.project.as_str().into(),
        row.title.as_str().into(),
        one.description.as_str().into(),
        words::kind(lang, row.kind).into(),
        row.theme.as_str().into(),
        one.prerequisites.as_str().into(),
        one.result.as_str().into(),
        row.role.as_str().into(),
        one.published.into(),
        row.start.into(),
        row.deadline.into(),
        person(&row.responsible),
        person(&row.performer),
        words::status(lang, row.status).into(),
        Cell::Percent(row.percent),
        Cell::Colour(row.colour),
        words::reasons(lang, row.colour, &row.reasons).into(),
        days_left.map_or(Cell::Empty, Cell::Number),
        earlier.join(", ").into(),
        flag(row.action_needed),
        row.note.as_str().into(),
        one.interfaces.join(", ").into(),
        flag(row.gone),
    ]
}

/// As Danish Excel writes a date, and as KLIK's own export does.
fn date_text(date: NaiveDate) -> String {
    date.format("%d-%m-%Y").to_string()
}
