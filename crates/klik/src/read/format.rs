//! What a number format says about the number under it.

/// How a workbook shows a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Shown {
    /// As a number, or as a time of day without a date.
    #[default]
    Number,
    /// As a date, perhaps with a time.
    Date,
    /// As percent.
    Percent,
}

/// The formats that Excel numbers itself.
pub(super) fn builtin(id: u32) -> Shown {
    match id {
        9 | 10 => Shown::Percent,
        14..=17 | 22 | 27..=31 | 34..=36 | 50..=58 => Shown::Date,
        _ => Shown::Number,
    }
}

/// A format spelt out, such as `dd\-mm\-yyyy` or `0.0%`.
pub(super) fn custom(code: &str) -> Shown {
    let mut chars = code.chars();
    let mut hours = false;
    while let Some(c) = chars.next() {
        match c.to_ascii_lowercase() {
            // Only the first section counts: the others are for negative numbers, zero and text.
            ';' => break,
            '"' => {
                chars.by_ref().find(|c| *c == '"');
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            '[' => {
                chars.by_ref().find(|c| *c == ']');
            }
            '%' => return Shown::Percent,
            'y' | 'd' | 'å' => return Shown::Date,
            // An m alone is a month, after hours or before seconds it is minutes.
            'h' | 's' => hours = true,
            'm' if !hours && !code.to_ascii_lowercase().contains([':', 's']) => return Shown::Date,
            'g' if code.to_ascii_lowercase().starts_with("general") => return Shown::Number,
            _ => {}
        }
    }
    Shown::Number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_say_what_a_number_is() {
        for code in ["dd\\-mm\\-yyyy", "yyyy-mm-dd hh:mm", "[$-406]d. mmmm yyyy;@", "dd-mm-åååå", "mmm", "h:mm d/m"]
        {
            assert_eq!(custom(code), Shown::Date, "{code}");
        }
        for code in ["0%", "0.00%", "#,##0 %"] {
            assert_eq!(custom(code), Shown::Percent, "{code}");
        }
        for code in
            ["General", "0.00", "#,##0", "[Red]0", "\"dage\" 0", "0 \\d", "hh:mm", "[h]:mm:ss", "mm:ss", "0_);(0)", "@"]
        {
            assert_eq!(custom(code), Shown::Number, "{code}");
        }
        assert_eq!(
            (builtin(14), builtin(9), builtin(0), builtin(20)),
            (Shown::Date, Shown::Percent, Shown::Number, Shown::Number)
        );
    }
}
