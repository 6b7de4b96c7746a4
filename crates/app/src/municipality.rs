//! The 98 municipalities: code, name and region.

use std::cmp::Ordering;
use std::sync::LazyLock;

use crate::view::Municipality;

static MUNICIPALITIES: LazyLock<Vec<Municipality>> = LazyLock::new(|| {
    let mut all = read(include_str!("../data/kommuner.csv"));
    all.sort_by(|a, b| danish_order(&a.name, &b.name));
    all
});

/// All municipalities by name, as Danish sorts.
pub fn all() -> &'static [Municipality] {
    &MUNICIPALITIES
}

/// The municipality with this code; `259` and ` 0259 ` are the same.
pub fn by_code(code: &str) -> Option<&'static Municipality> {
    let code = code.trim();
    if code.is_empty() || code.len() > 4 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let code = format!("{code:0>4}");
    all().iter().find(|municipality| municipality.code == code)
}

/// The file is ours and has no quoted fields; a test holds it to 98 rows.
fn read(csv: &str) -> Vec<Municipality> {
    csv.lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split(',');
            let (code, name, region) = (fields.next()?, fields.next()?, fields.next()?);
            Some(Municipality { code: code.to_owned(), name: name.to_owned(), region: region.to_owned() })
        })
        .collect()
}

/// Compares names as Danish sorts them: case does not count, `æ ø å` come after `z`, and `aa` is `å`.
pub fn danish_order(a: &str, b: &str) -> Ordering {
    danish_key(a).cmp(&danish_key(b)).then_with(|| a.cmp(b))
}

/// The key that [`danish_order`] compares, for sorting many names.
pub fn danish_key(name: &str) -> Vec<u32> {
    let mut key = Vec::with_capacity(name.len());
    let mut letters = name.chars().flat_map(char::to_lowercase).peekable();
    while let Some(letter) = letters.next() {
        key.push(match letter {
            'æ' | 'ä' => LAST + 1,
            'ø' | 'ö' => LAST + 2,
            'å' => LAST + 3,
            'a' if letters.next_if_eq(&'a').is_some() => LAST + 3,
            'é' | 'è' => u32::from('e'),
            'ü' => u32::from('y'),
            _ => u32::from(letter),
        });
    }
    key
}

/// Above every letter of Unicode.
const LAST: u32 = 0x11_0000;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn there_are_98_in_five_regions() {
        assert_eq!(all().len(), 98);
        let regions: std::collections::BTreeSet<&str> = all().iter().map(|one| one.region.as_str()).collect();
        assert_eq!(regions.len(), 5);
        assert!(all().iter().all(|one| one.code.len() == 4 && !one.name.is_empty()));
    }

    #[test]
    fn codes_are_found_as_people_write_them() {
        assert_eq!(by_code("0259").unwrap().name, "Køge");
        assert_eq!(by_code(" 259 ").unwrap().name, "Køge");
        for wrong in ["", "9999", "00259", "Køge", "+259", "²59"] {
            assert!(by_code(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn names_are_in_danish_order() {
        let names: Vec<&str> = all().iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names.first(), Some(&"Albertslund"));
        let at = |name: &str| names.iter().position(|one| *one == name).unwrap();
        assert!(at("Vordingborg") < at("Ærø"));
        assert!(at("Ærø") < at("Aabenraa"));
        assert!(at("Aabenraa") < at("Aalborg"));
        assert!(at("Aalborg") < at("Aarhus"));
        assert_eq!(danish_order("Aarhus", "århus"), Ordering::Less);
        assert_eq!(danish_order("øre", "Åre"), Ordering::Less);
    }
}
