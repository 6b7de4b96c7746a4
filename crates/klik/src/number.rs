//! Numbers as Danish text: shown, and read back.

/// A number as Danish Excel shows it in a general cell: no decimals that are zero, comma before those that are not.
pub(crate) fn show(number: f64) -> String {
    let shown = if number == 0.0 { "0".to_owned() } else { number.to_string() };
    shown.replace('.', ",")
}

/// A number written by hand: `25`, `25,0`, `0.25`, `-3`. Digits with at most one decimal sign, nothing else.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '.');
    let signs = digits.chars().filter(|c| *c == ',' || *c == '.').count();
    if !plain || signs > 1 || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_danish_and_english_decimals_and_nothing_else() {
        assert_eq!(parse(" 25 "), Some(25.0));
        assert_eq!(parse("25,0"), Some(25.0));
        assert_eq!(parse("0.25"), Some(0.25));
        assert_eq!(parse("-3"), Some(-3.0));
        for rubbish in ["", "-", ",5", "1e5", "inf", "NaN", "1.000,5", "25 %", "0x10", "١٢"] {
            assert_eq!(parse(rubbish), None, "{rubbish}");
        }
    }

    #[test]
    fn shows_without_needless_decimals() {
        assert_eq!(show(1001.0), "1001");
        assert_eq!(show(-0.0), "0");
        assert_eq!(show(0.5), "0,5");
    }
}
