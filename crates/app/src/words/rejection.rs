//! Why a row or a whole file cannot be taken in, in words: the import's facts made into sentences.

use chrono::{Datelike, NaiveDate};
use tovholder_klik::ReadError;

use super::{Lang, sentence_case, template, text};
use crate::view::Rejection;

/// Why a row cannot be taken in: the row, the column, what stands there, what is wrong with it, and what to do.
/// `Rejection::reason` is not looked at, so that this can fill it in.
pub fn rejection(lang: Lang, rejection: &Rejection) -> String {
    let row = rejection.row.to_string();
    let letters = rejection.cell.trim_end_matches(|c: char| c.is_ascii_digit());
    let column = match rejection.column.as_str() {
        "" => text(lang, "reject", "column_without_heading", &[("letters", letters)]),
        heading => heading.to_owned(),
    };
    let (length, limit) = rejection.detail.split_once('/').unwrap_or((&rejection.detail, ""));
    let params = [
        ("row", row.as_str()),
        ("column", &column),
        ("cell", &rejection.cell),
        ("value", &rejection.value),
        ("calendar", &calendar(lang, &rejection.detail)),
        ("first_row", &rejection.detail),
        ("length", &thousands(lang, length)),
        ("limit", &thousands(lang, limit)),
    ];
    text(lang, "reject", &rejection.code, &params)
}

/// What the calendar has instead of an impossible `YYYY-MM-DD`: "Juni har 30 dage." Empty for anything else.
fn calendar(lang: Lang, detail: &str) -> String {
    let mut parts = detail.split('-').map(str::parse::<u32>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return String::new();
    };
    let say = |key: &str, params: &[(&str, &str)]| text(lang, "reject", &format!("calendar.{key}"), params);
    if day == 0 {
        return say("days_from_one", &[]);
    }
    let first = i32::try_from(year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, month, 1));
    let Some(first) = first else {
        return say("twelve_months", &[]);
    };
    let name = sentence_case(&text(lang, "word", &format!("month.{month}"), &[]));
    let days = first.num_days_in_month().to_string();
    // Only February's length hangs on the year.
    let key = if month == 2 { "month_of_year" } else { "month" };
    say(key, &[("month", &name), ("year", &year.to_string()), ("days", &days)])
}

/// Digits with the language's sign before each group of three.
fn thousands(lang: Lang, digits: &str) -> String {
    let sign = template(lang, "word", "thousands").unwrap_or_default();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(sign);
        }
        out.push(digit);
    }
    out
}

/// What is wrong with a file, as a sentence of its own; empty for a code word that has none.
pub(super) fn file_detail(lang: Lang, detail: &str) -> String {
    if ReadError::DETAILS.contains(&detail) {
        text(lang, "error", &format!("file_detail.{detail}"), &[])
    } else {
        String::new()
    }
}
