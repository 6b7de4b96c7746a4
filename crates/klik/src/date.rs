//! Dates as people and programs write them: day numbers, Danish, ISO and spelt-out text.

use chrono::{Datelike, Days, NaiveDate};

/// Years that a KLIK date may have. Outside it is a slip of the finger or an empty cell shown as 1900.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// The day after Excel's last, 31-12-9999.
const SERIAL_END: f64 = 2_958_466.0;

/// Danish and English names of the months; any beginning of three letters or more counts.
const MONTHS: [[&str; 2]; 12] = [
    ["januar", "january"],
    ["februar", "february"],
    ["marts", "march"],
    ["april", "april"],
    ["maj", "may"],
    ["juni", "june"],
    ["juli", "july"],
    ["august", "august"],
    ["september", "september"],
    ["oktober", "october"],
    ["november", "november"],
    ["december", "december"],
];

/// Why something is not a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateFault {
    /// Reads like a date that no calendar has.
    Impossible {
        /// As written, two digits taken as 20yy.
        year: i32,
        /// As written.
        month: u32,
        /// As written.
        day: u32,
    },
    /// A date outside 1990 to 2100.
    OutOfRange,
    /// No date at all.
    Unreadable,
}

/// A date as the screen shows it in import texts, `15-06-2018`.
pub(crate) fn show(date: NaiveDate) -> String {
    format!("{:02}-{:02}-{:04}", date.day(), date.month(), date.year())
}

/// The date itself, if its year is one that KLIK can mean.
pub(crate) fn accepted(date: NaiveDate) -> Result<NaiveDate, DateFault> {
    if YEARS.contains(&date.year()) { Ok(date) } else { Err(DateFault::OutOfRange) }
}

/// Excel's day number as a date, whatever its year; the fraction is the time of day and is dropped.
pub(crate) fn from_serial(serial: f64, from_1904: bool) -> Option<NaiveDate> {
    if !(0.0..SERIAL_END).contains(&serial) {
        return None;
    }
    // Excel believes in 29-02-1900, so its 1900 system counts from the day before New Year from March 1900 on.
    let zero = if from_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked to be within 0..SERIAL_END
    let days = serial as u64;
    zero?.checked_add_days(Days::new(days))
}

/// A number in a date column: a day number, or `20180615` that lost its dashes.
pub(crate) fn from_number(number: f64, from_1904: bool) -> Result<NaiveDate, DateFault> {
    if (19_900_101.0..=21_001_231.0).contains(&number) && number.fract() == 0.0 {
        return from_text(&number.to_string(), from_1904);
    }
    from_serial(number, from_1904).map_or(Err(DateFault::OutOfRange), accepted)
}

/// Text in a date column.
pub(crate) fn from_text(text: &str, from_1904: bool) -> Result<NaiveDate, DateFault> {
    let text = text.trim().to_lowercase();
    let text = ["den ", "d. ", "d."].iter().find_map(|word| text.strip_prefix(word)).unwrap_or(&text).trim();
    if let Some((parts, rest)) = Parts::read(text) {
        return if is_time(rest) { parts.date() } else { Err(DateFault::Unreadable) };
    }
    let serial = crate::number::parse(text).and_then(|number| from_serial(number, from_1904));
    serial.and_then(|date| accepted(date).ok()).ok_or(DateFault::Unreadable)
}

/// The first date with a four-digit year anywhere in a text: a title row, a file's name.
pub(crate) fn find(text: &str) -> Option<NaiveDate> {
    let text = text.to_lowercase();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() && !before.is_ascii_digit() {
            let found = text.get(at..).and_then(Parts::read);
            if let Some((parts, rest)) = found
                && parts.full_year
                && !rest.starts_with(|c: char| c.is_ascii_digit())
                && let Ok(date) = parts.date()
            {
                return Some(date);
            }
        }
        before = c;
    }
    None
}

/// Year, month and day as written, before anyone asked whether they exist.
#[derive(Debug)]
struct Parts {
    year: i32,
    month: u32,
    day: u32,
    full_year: bool,
}

impl Parts {
    /// Reads a date at the beginning of a lower-case text; answers it and what follows it.
    fn read(text: &str) -> Option<(Self, &str)> {
        let (first, rest) = digits(text)?;
        if first.len() == 8 || first.len() == 12 || first.len() == 14 {
            return Self::compact(first).map(|parts| (parts, rest));
        }
        let (gap, rest) = separator(rest)?;
        let (month, named, rest) = match digits(rest) {
            Some((number, rest)) if number.len() <= 2 => (number.parse().ok()?, false, rest),
            Some(_) => return None,
            None => month_word(rest).map(|(month, rest)| (month, true, rest))?,
        };
        let (second_gap, rest) = separator(rest)?;
        // `1.2 2018-06-15` is a version and a date, so the two separators must be alike.
        if !named && gap != second_gap {
            return None;
        }
        let (last, rest) = digits(rest)?;
        let (year, day) = match (first.len(), last.len()) {
            (4, 1..=2) => (first, last),
            (1..=2, 2 | 4) => (last, first),
            _ => return None,
        };
        let full_year = year.len() == 4;
        let year: i32 = year.parse().ok()?;
        let year = if full_year { year } else { 2000 + year };
        Some((Self { year, month, day: day.parse().ok()?, full_year }, rest))
    }

    /// `20180615`, perhaps with hours and minutes after.
    fn compact(digits: &str) -> Option<Self> {
        let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok());
        let year = i32::try_from(part(0, 4)?).ok().filter(|year| YEARS.contains(year))?;
        Some(Self { year, month: part(4, 6)?, day: part(6, 8)?, full_year: true })
    }

    fn date(&self) -> Result<NaiveDate, DateFault> {
        let &Self { year, month, day, .. } = self;
        NaiveDate::from_ymd_opt(year, month, day).map_or(Err(DateFault::Impossible { year, month, day }), accepted)
    }
}

/// Leading digits and the rest; none without digits.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// What stands between the parts of a date, `-`, `.`, `/`, `_` or space, and the rest.
fn separator(text: &str) -> Option<(char, &str)> {
    let trimmed = text.trim_start();
    let mut rest = trimmed.chars();
    match rest.next() {
        Some(sign @ ('-' | '.' | '/' | '_')) => Some((sign, rest.as_str().trim_start())),
        Some('–') => Some(('-', rest.as_str().trim_start())),
        _ => (trimmed.len() < text.len()).then_some((' ', trimmed)),
    }
}

/// A month's name or its beginning, and the rest.
fn month_word(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let at = MONTHS.iter().position(|names| word.len() >= 3 && names.iter().any(|name| name.starts_with(word)))?;
    Some((u32::try_from(at).ok()? + 1, rest))
}

/// What may follow a date in a cell: nothing, or a time of day.
fn is_time(rest: &str) -> bool {
    let time = rest.trim();
    if time.is_empty() {
        return true;
    }
    if !rest.starts_with([' ', 't', ',', '\u{a0}']) {
        return false;
    }
    let time = time.trim_start_matches(['t', ',', ' ']);
    let time = time.strip_prefix("kl.").or_else(|| time.strip_prefix("kl")).unwrap_or(time);
    let time = time.strip_suffix("am").or_else(|| time.strip_suffix("pm")).unwrap_or(time).trim();
    time.starts_with(|c: char| c.is_ascii_digit())
        && time.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | ',' | '+' | '-' | 'z' | ' '))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn reads_every_way_a_dane_writes_a_date() {
        for text in [
            "15-06-2018",
            "15.06.2018",
            "15/06/2018",
            "15-6-2018",
            "15-06-18",
            "15.6.18",
            "2018-06-15",
            "2018/06/15",
            "2018.06.15",
            "20180615",
            " 15-06-2018 ",
            "15-06-2018 10:30",
            "15-06-2018 kl. 10.30",
            "15-06-2018 00:00:00",
            "2018-06-15T10:30:00Z",
            "2018-06-15T10:30:00.000+02:00",
            "15. juni 2018",
            "den 15. juni 2018",
            "15 jun 2018",
            "15. jun. 2018",
            "15-jun-2018",
            "15 June 2018",
            "15 – 06 – 2018",
            "43266",
            "43266,75",
        ] {
            assert_eq!(from_text(text, false), Ok(ymd(2018, 6, 15)), "{text}");
        }
        assert_eq!(from_text("29-02-2020", false), Ok(ymd(2020, 2, 29)));
    }

    #[test]
    fn tells_impossible_from_rubbish_from_out_of_range() {
        assert_eq!(from_text("31-06-2018", false), Err(DateFault::Impossible { year: 2018, month: 6, day: 31 }));
        assert_eq!(from_text("29-02-2018", false), Err(DateFault::Impossible { year: 2018, month: 2, day: 29 }));
        assert!(matches!(from_text("06/15/2018", false), Err(DateFault::Impossible { month: 15, .. })));
        assert!(matches!(from_text("00-06-2018", false), Err(DateFault::Impossible { day: 0, .. })));
        assert!(matches!(from_text("20181340", false), Err(DateFault::Impossible { month: 13, day: 40, .. })));
        for text in ["01-01-1989", "2101-01-01", "01-01-0001"] {
            assert_eq!(from_text(text, false), Err(DateFault::OutOfRange), "{text}");
        }
        for text in [
            "snarest",
            "uge 25",
            "2018",
            "12",
            "15-06",
            "juni 2018",
            "15-06-2018x",
            "15-06-2018 eller senere",
            "1.2 2018",
            "--",
            "١٥-٠٦-٢٠١٨",
        ] {
            assert_eq!(from_text(text, false), Err(DateFault::Unreadable), "{text}");
        }
    }

    #[test]
    fn day_numbers_follow_the_workbooks_calendar() {
        assert_eq!(from_number(43266.0, false), Ok(ymd(2018, 6, 15)));
        assert_eq!(from_number(43266.999, false), Ok(ymd(2018, 6, 15)));
        assert_eq!(from_number(41804.0, true), Ok(ymd(2018, 6, 15)));
        assert_eq!(from_number(20_180_615.0, false), Ok(ymd(2018, 6, 15)));
        for number in [0.0, -1.0, 2018.0, 1e300, f64::NAN, f64::INFINITY] {
            assert_eq!(from_number(number, false), Err(DateFault::OutOfRange), "{number}");
        }
    }

    #[test]
    fn finds_a_date_in_titles_and_file_names() {
        for text in [
            "Udtræk 15-06-2018",
            "Eksporteret den 15. juni 2018 kl. 09.17",
            "klik-eksport-2018-06-15.xlsx",
            "KLIK 15.06.2018 (kopi).xlsx",
            "klik_20180615.csv",
            "klik_20180615103000.csv",
            "klik_2018_06_15 v2",
            "version 1.2 2018-06-15",
            "Side 1 af 3 - 15.06.2018",
        ] {
            assert_eq!(find(text), Some(ymd(2018, 6, 15)), "{text}");
        }
        for text in ["KLIK-opgaver", "opgaver 2018", "1.2.18", "sag 12345678", "31-06-2018", "2018-06-151"] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
