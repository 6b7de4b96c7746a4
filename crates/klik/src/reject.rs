//! Why a row is not taken in: one reason per fault, each with its cell. The sentences are the message catalogue's.

use serde::{Deserialize, Serialize};
use tovholder_model::check::looks_like_cpr;

use crate::clean::shortened;

/// Characters of the offending value that a rejection repeats.
const VALUE_CHARS: usize = 60;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectCode {
    /// A date that no calendar has.
    DateImpossible,
    /// Not a date.
    DateUnreadable,
    /// A date outside 1990 to 2100.
    DateOutOfRange,
    /// Not a percentage from 0 to 100.
    PercentUnreadable,
    /// A status that is not known.
    StatusUnknown,
    /// A kind of task that is not known.
    KindUnknown,
    /// No id.
    IdMissing,
    /// No project.
    ProjectMissing,
    /// No title.
    TitleMissing,
    /// The id stands in an earlier row too.
    IdTwice,
    /// More text than its field takes.
    TextTooLong,
    /// Something that looks like a CPR number.
    LooksLikeCpr,
    /// A cell that shows an error such as `#REF!`.
    CellError,
    /// A total, or the headings once more.
    NotATask,
}

impl RejectCode {
    /// Every code.
    pub const ALL: [Self; 14] = [
        Self::DateImpossible,
        Self::DateUnreadable,
        Self::DateOutOfRange,
        Self::PercentUnreadable,
        Self::StatusUnknown,
        Self::KindUnknown,
        Self::IdMissing,
        Self::ProjectMissing,
        Self::TitleMissing,
        Self::IdTwice,
        Self::TextTooLong,
        Self::LooksLikeCpr,
        Self::CellError,
        Self::NotATask,
    ];

    /// The word of the message catalogue.
    pub fn code(self) -> &'static str {
        match self {
            Self::DateImpossible => "date_impossible",
            Self::DateUnreadable => "date_unreadable",
            Self::DateOutOfRange => "date_out_of_range",
            Self::PercentUnreadable => "percent_unreadable",
            Self::StatusUnknown => "status_unknown",
            Self::KindUnknown => "kind_unknown",
            Self::IdMissing => "id_missing",
            Self::ProjectMissing => "project_missing",
            Self::TitleMissing => "title_missing",
            Self::IdTwice => "id_twice",
            Self::TextTooLong => "text_too_long",
            Self::LooksLikeCpr => "looks_like_cpr",
            Self::CellError => "cell_error",
            Self::NotATask => "not_a_task",
        }
    }
}

/// One fault of a row that is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// The row in the file, from 1.
    pub row: u32,
    /// The heading of the column; empty when it has none.
    pub column: String,
    /// Excel's name of the cell, `L175`.
    pub cell: String,
    /// What is wrong.
    pub code: RejectCode,
    /// What stood there, at most 60 characters; never anything that looks like a CPR number.
    pub value: String,
    /// A fact for the sentence: the date as read (`2018-06-31`) for `date_impossible`, the first row for `id_twice`,
    /// characters and limit (`40000/32767`) for `text_too_long`; else empty.
    pub detail: String,
}

impl Rejection {
    pub(crate) fn new(row: u32, column: &str, cell: String, code: RejectCode, value: &str) -> Self {
        // The whole value is looked at, for a cut may fall inside a number.
        let value = if looks_like_cpr(value) { String::new() } else { shortened(value, VALUE_CHARS) };
        Self { row, column: column.to_owned(), cell, code, value, detail: String::new() }
    }

    pub(crate) fn with(mut self, detail: String) -> Self {
        self.detail = detail;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_never_repeats_what_looks_like_a_cpr_number() {
        let value_of = |value: &str| Rejection::new(175, "", "L175".to_owned(), RejectCode::NotATask, value).value;
        assert_eq!(value_of(&format!("{} 010190-1234", "x".repeat(54))), "");
        assert_eq!(value_of(&"x".repeat(100)).chars().count(), 60);
    }
}
