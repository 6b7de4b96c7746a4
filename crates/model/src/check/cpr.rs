//! Recognising what looks like a CPR number, so that it is never kept.

use chrono::NaiveDate;

/// Endings of a word that announces a number, so that a hyphen after it does not make an id: `cpr-0101901234`.
const ANNOUNCING: [&str; 3] = ["cpr", "nr", "nummer"];

/// A digit run this long after a separator is a number of its own, not the rest of the one before.
const OWN_NUMBER_DIGITS: usize = 6;

/// Whether a text holds something that looks like a CPR number: `ddmmyy-xxxx`, `ddmmyy xxxx` or `ddmmyyxxxx`, standing
/// alone, with a birthday that the calendar has.
///
/// Days from 61 are replacement numbers (erstatningspersonnumre), and count. The check digit is not used: numbers given
/// out since 2007 need not have it (source: cpr.dk, *Personnumre uden kontrolciffer*). Parts of longer numbers are left
/// alone: phone numbers with their country code, journal numbers, decimals, and ids such as `KLIK-0101901234`.
pub fn looks_like_cpr(text: &str) -> bool {
    if text.bytes().filter(u8::is_ascii_digit).take(10).count() < 10 {
        return false;
    }
    let chars: Vec<char> = text.chars().collect();
    (0..chars.len()).any(|at| {
        let (before, from) = chars.split_at(at);
        from.first().is_some_and(char::is_ascii_digit) && is_cpr_between(before, from)
    })
}

fn is_cpr_between(before: &[char], from: &[char]) -> bool {
    let Some((birthday, rest)) = take_digits(from, 6) else { return false };
    let rest_after_gap = after_gap(rest);
    let Some((_, after)) = take_digits(rest_after_gap, 4) else { return false };
    let written_together = rest.len() == rest_after_gap.len();
    is_birthday(&birthday) && !continues_backwards(before, written_together) && !continues_forwards(after)
}

/// Whether a number that begins here is part of a longer one, a word or a phone number with its country code.
fn continues_backwards(before: &[char], written_together: bool) -> bool {
    match before {
        [.., '+'] => true,
        // A decimal has no gap within its digits; `1,010190-1234` is a list.
        [.., digit, ','] if digit.is_ascii_digit() => written_together,
        [.., digit, '-' | '–' | '.' | '/'] if digit.is_ascii_digit() => true,
        // `KLIK-0101901234` is an id, `cpr-0101901234` is not.
        [word @ .., '-' | '_'] if word.last().is_some_and(|last| last.is_alphabetic()) => {
            let backwards: Vec<char> = word.iter().rev().copied().take_while(|c| c.is_alphabetic()).collect();
            let word = backwards.iter().rev().collect::<String>().to_lowercase();
            !ANNOUNCING.iter().any(|ending| word.ends_with(ending))
        }
        [.., last] => last.is_alphanumeric(),
        [] => false,
    }
}

/// Whether a number that ended here goes on.
fn continues_forwards(after: &[char]) -> bool {
    match after {
        ['-' | '–' | '.' | '/' | ',', rest @ ..] => {
            let digits = rest.iter().take_while(|c| c.is_ascii_digit()).count();
            (1..OWN_NUMBER_DIGITS).contains(&digits)
        }
        [next, ..] => next.is_alphanumeric(),
        [] => false,
    }
}

/// Skips one hyphen, with or without blanks around it, or one blank.
fn after_gap(text: &[char]) -> &[char] {
    let rest = after_blank(text);
    match rest {
        ['-' | '–' | '‐' | '‑' | '−', rest @ ..] => after_blank(rest),
        _ => rest,
    }
}

fn after_blank(text: &[char]) -> &[char] {
    match text {
        [' ' | '\u{a0}', rest @ ..] => rest,
        _ => text,
    }
}

fn take_digits(text: &[char], count: usize) -> Option<(Vec<u32>, &[char])> {
    let digits: Option<Vec<u32>> = text.get(..count)?.iter().map(|c| c.to_digit(10)).collect();
    Some((digits?, text.get(count..)?))
}

fn is_birthday(digits: &[u32]) -> bool {
    let &[d1, d2, m1, m2, y1, y2] = digits else { return false };
    let (day, month) = (d1 * 10 + d2, m1 * 10 + m2);
    let day = if day > 60 { day - 60 } else { day };
    // The century is unknown. 2000 was a leap year, so this takes 29 February in every year that may have had it.
    let year = i32::try_from(2000 + y1 * 10 + y2);
    year.is_ok_and(|year| NaiveDate::from_ymd_opt(year, month, day).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_cpr_numbers() {
        for text in [
            "010190-1234",
            "0101901234",
            "010190 1234",
            "010190 - 1234",
            "010190–1234",
            "010190\u{a0}1234",
            "Ring om 0101801234.",
            "cpr: 311299 1234",
            "Borger 290200-1234, ring",
            "290296-1234",
            "(311299-0001)",
            "cpr:0101901234.",
            "cpr-nr.: 010190-1234",
            "CPR-0101901234",
            "cpr_0101901234",
            "Personnummer-010190-1234",
            "610190-1234",
            "910390-1234",
            "Se 2018-06-15 og 010190-1234",
            "010190-1234/020290-1234",
            "0101901234,0202901234",
            "1,010190-1234",
            "- 010190-1234",
            "Fristen 15-06-2018 gælder 010190-1234",
        ] {
            assert!(looks_like_cpr(text), "{text}");
        }
    }

    #[test]
    fn leaves_other_numbers_alone() {
        for text in [
            "",
            "KLIK-1001",
            "KLIK-0101901234",
            "KLIK_0101901234",
            "Ring 12 34 56 78",
            "Ring 12345678",
            "33349449",
            "+4512345678",
            "+45 12 34 56 78",
            "+0101901234",
            "27.35.00-G01-12-18",
            "85.13.00-G01-1-16",
            "727-2016-159853",
            "Sag 2018-010190-1234",
            "Sag 18/010190-1234-5",
            "320190-1234",
            "3213801234",
            "011390-1234",
            "300290-1234",
            "290201-1234",
            "310690-1234",
            "920190-1234",
            "000190-1234",
            "CVR 29189846",
            "EAN 5798000123456",
            "2018-06-15",
            "15-06-2018 10:30",
            "15062018 2018",
            "010190-12345",
            "010190-123",
            "A0101901234",
            "0101901234B",
            "SF0101801234x",
            "æ0101901234",
            "0,1212121212",
            "1010101010,25",
            "1010101010.25",
            "٠١٠١٩٠-١٢٣٤",
        ] {
            assert!(!looks_like_cpr(text), "{text}");
        }
    }
}
