//! Text from a cell, made fit to keep: no control characters, no disguise, no CSV guard.

/// Signs that begin a formula in a spreadsheet; our own CSV export puts a `'` before them.
const GUARDED: [char; 4] = ['=', '+', '-', '@'];

/// Characters that nobody sees but that change what is seen or compared: zero widths, byte order mark, soft hyphen,
/// and the overrides of writing direction.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Text of several lines: newlines and tabs stay, trimmed, other control characters go.
pub(crate) fn lines(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let kept: String =
        unified.chars().filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_invisible(*c))).collect();
    unguarded(kept.trim()).to_owned()
}

/// Text of one line: every run of newlines and tabs becomes one space.
pub(crate) fn line(text: &str) -> String {
    let kept = lines(text);
    if !kept.contains(['\n', '\t']) {
        return kept;
    }
    kept.split(['\n', '\t']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Takes away the `'` that guards a text against being read as a formula.
fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(GUARDED)).unwrap_or(text)
}

/// At most `max` characters, with … when something was cut.
pub(crate) fn shortened(text: &str, max: usize) -> String {
    if text.chars().nth(max).is_none() {
        return text.to_owned();
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_lines_and_drops_what_is_not_text() {
        assert_eq!(lines("  Første\r\nanden\rtredje\u{7}\u{0} \n"), "Første\nanden\ntredje");
        assert_eq!(line("Anne\nEskildsen\t (It) "), "Anne Eskildsen (It)");
        assert_eq!(line("\u{feff}KLIK\u{200b}-1001\u{202e}"), "KLIK-1001");
        assert_eq!(line("\u{a0}KLIK-1001\u{a0}"), "KLIK-1001");
    }

    #[test]
    fn takes_our_own_guard_away_and_no_other_apostrophe() {
        assert_eq!(line("'=1+1"), "=1+1");
        assert_eq!(line("'-5 dage"), "-5 dage");
        assert_eq!(line("'@her"), "@her");
        assert_eq!(line("'citat'"), "'citat'");
        assert_eq!(line("=cmd|' /C calc'!A0"), "=cmd|' /C calc'!A0");
        assert_eq!(line("<script>alert(1)</script>"), "<script>alert(1)</script>");
    }

    #[test]
    fn shortens_by_characters() {
        assert_eq!(shortened("æøå", 3), "æøå");
        assert_eq!(shortened("æøåæ", 3), "æø…");
        assert_eq!(shortened(&"å".repeat(61), 60).chars().count(), 60);
    }
}
