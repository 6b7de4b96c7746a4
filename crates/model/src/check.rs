//! What a value must be before it is written. Nothing that fails here ever reaches a cell.

mod cpr;

use chrono::{Datelike, NaiveDate};

use crate::scalar::Scalar;
use crate::task::field::FieldKind;
use crate::task::words::{Status, TaskKind};

pub use cpr::looks_like_cpr;

/// Why a value is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not of the field's kind.
    WrongKind,
    /// Longer than the field allows.
    TooLong {
        /// Characters at most.
        chars_max: usize,
    },
    /// Not a date, or before 1990 or after 2100.
    BadDate,
    /// Looks like a CPR number, which is never stored (`product.md`, *What is never true*).
    LooksLikeCpr,
}

/// Checks a value for a field. `Null` (follow KLIK) and empty text (empty on purpose) fit every field.
///
/// # Errors
/// Why the value is refused.
pub fn check(kind: FieldKind, value: &Scalar) -> Result<(), Refusal> {
    let text = match value {
        Scalar::Null => return Ok(()),
        Scalar::Bool(_) => return if kind == FieldKind::Flag { Ok(()) } else { Err(Refusal::WrongKind) },
        Scalar::Int(number) => {
            let fits = kind == FieldKind::Percent && (0..=100).contains(number);
            return if fits { Ok(()) } else { Err(Refusal::WrongKind) };
        }
        Scalar::Str(text) => text.as_str(),
    };
    match kind {
        FieldKind::Text { chars_max } => check_text(text, chars_max),
        FieldKind::Person => check_text(text, 200),
        _ if text.is_empty() && kind != FieldKind::Flag && kind != FieldKind::Percent => Ok(()),
        FieldKind::Date => date(text).map(|_| ()).ok_or(Refusal::BadDate),
        FieldKind::Status => Status::from_code(text).map(|_| ()).ok_or(Refusal::WrongKind),
        FieldKind::TaskKind => TaskKind::from_code(text).map(|_| ()).ok_or(Refusal::WrongKind),
        FieldKind::Flag | FieldKind::Percent => Err(Refusal::WrongKind),
    }
}

/// Checks free text: its length, and that it holds nothing like a CPR number.
///
/// # Errors
/// Why the text is refused.
pub fn check_text(text: &str, chars_max: usize) -> Result<(), Refusal> {
    if text.chars().count() > chars_max {
        return Err(Refusal::TooLong { chars_max });
    }
    if looks_like_cpr(text) { Err(Refusal::LooksLikeCpr) } else { Ok(()) }
}

/// A stored date, `YYYY-MM-DD`, between 1990 and 2100.
pub fn date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    ((1990..=2100).contains(&date.year()) && text.len() == 10).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_must_fit_its_field() {
        assert_eq!(check(FieldKind::Date, &"2018-06-31".into()), Err(Refusal::BadDate));
        assert_eq!(check(FieldKind::Date, &"".into()), Ok(()));
        assert_eq!(check(FieldKind::Percent, &Scalar::Int(101)), Err(Refusal::WrongKind));
        assert_eq!(check(FieldKind::Status, &"færdig".into()), Err(Refusal::WrongKind));
        assert_eq!(check(FieldKind::Text { chars_max: 2 }, &"æøå".into()), Err(Refusal::TooLong { chars_max: 2 }));
        assert_eq!(check(FieldKind::Flag, &Scalar::Null), Ok(()));
    }
}
