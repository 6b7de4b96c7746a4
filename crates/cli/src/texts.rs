//! Sentences and headings in the chosen language.
//!
//! What the screen says too comes from the one catalogue, through `tovholder_app::words`. The headings and remarks of the
//! terminal alone lie in `messages/` beside this crate, in the same form.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use tovholder_app::error::AppError;
use tovholder_app::view::{Finding, Notice, Rejection, RoleCategory};
use tovholder_app::words;
pub use tovholder_app::words::Lang;
use tovholder_model::{Colour, Reason, Status, TaskKind};

/// Sentences in one language.
#[derive(Debug)]
pub struct Texts {
    lang: Lang,
    own: BTreeMap<String, String>,
}

impl Texts {
    /// The sentences of this language.
    pub fn new(lang: Lang) -> Self {
        let json = match lang {
            Lang::Da => include_str!("../messages/da.json"),
            Lang::En => include_str!("../messages/en.json"),
        };
        // A test parses both; were one broken, its keys would be shown.
        Self { lang, own: serde_json::from_str(json).unwrap_or_default() }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The language's code, `da` or `en`.
    pub fn code(&self) -> &'static str {
        self.lang.code()
    }

    /// The terminal's own text under this key.
    pub fn get(&self, key: &str) -> String {
        self.own.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// The same with its `{parameters}` filled in, from left to right, once.
    pub fn fill(&self, key: &str, parameters: &[(&str, &str)]) -> String {
        let template = self.get(key);
        let mut filled = String::with_capacity(template.len());
        let mut rest = template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, tail)) = after.split_once('}') else { break };
            filled.push_str(parameters.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
            rest = tail;
        }
        filled.push_str(rest);
        filled
    }

    /// The same for a count: `key.one` for one, else `key.many`; the count is the parameter `n`.
    pub fn count(&self, key: &str, n: usize) -> String {
        let key = if n == 1 { format!("{key}.one") } else { format!("{key}.many") };
        self.fill(&key, &[("n", &n.to_string())])
    }

    /// A colour's word.
    pub fn colour(&self, colour: Colour) -> String {
        words::colour(self.lang, colour)
    }

    /// A status' word.
    pub fn status(&self, status: Status) -> String {
        words::status(self.lang, status)
    }

    /// A kind's word.
    pub fn kind(&self, kind: TaskKind) -> String {
        words::kind(self.lang, kind)
    }

    /// A role category's word.
    pub fn category(&self, category: RoleCategory) -> String {
        words::category(self.lang, category)
    }

    /// A field's name.
    pub fn field(&self, field: &str) -> String {
        words::field(self.lang, field)
    }

    /// The word of a code in a group of the catalogue, for example `needed`, `yes`; the code itself when it has none.
    pub fn word(&self, group: &str, code: &str) -> String {
        let key = format!("{group}.{code}");
        let word = words::text(self.lang, "word", &key, &[]);
        if word == key { code.to_owned() } else { word }
    }

    /// Why a task has its colour, as one sentence or a few.
    pub fn reasons(&self, colour: Colour, reasons: &[Reason]) -> String {
        words::reasons(self.lang, colour, reasons)
    }

    /// The reasons without the colour, the deciding one first, for a column beside it.
    pub fn why(&self, reasons: &[Reason]) -> String {
        let clause = |(place, reason): (usize, &Reason)| {
            let sentence = words::reason(self.lang, reason);
            let clause = sentence.trim_end_matches('.');
            let mut letters = clause.chars();
            match letters.next() {
                Some(first) if place > 0 => first.to_lowercase().chain(letters).collect(),
                _ => clause.to_owned(),
            }
        };
        reasons.iter().enumerate().map(clause).collect::<Vec<String>>().join(" · ")
    }

    /// What is wrong and where, and what to do.
    pub fn error(&self, error: &AppError) -> (String, String) {
        words::error(self.lang, error)
    }

    /// What a finding is, and what to do.
    pub fn finding(&self, finding: &Finding) -> (String, String) {
        words::finding(self.lang, finding)
    }

    /// A notice about this laptop.
    pub fn notice(&self, notice: &Notice) -> String {
        words::notice(self.lang, &notice.code, &notice.detail)
    }

    /// Why a row was rejected.
    pub fn rejection(&self, rejection: &Rejection) -> String {
        words::rejection(self.lang, rejection)
    }

    /// A day, `15.06.2018`.
    pub fn date(&self, date: NaiveDate) -> String {
        words::date(self.lang, date)
    }

    /// A day that may be missing, a dash then.
    pub fn date_or_dash(&self, date: Option<NaiveDate>) -> String {
        date.map_or_else(|| "–".to_owned(), |date| self.date(date))
    }

    /// A day with its weekday, `Torsdag 14.06.2018`.
    pub fn long_date(&self, date: NaiveDate) -> String {
        let weekday = self.get(&format!("weekday.{}", date.weekday().num_days_from_monday()));
        format!("{weekday} {}", self.date(date))
    }
}

/// Whether `low`, in lower case, is the word of that code in one of the languages.
pub fn is_word(group: &str, code: &str, low: &str) -> bool {
    let key = format!("{group}.{code}");
    Lang::ALL.into_iter().any(|lang| words::text(lang, "word", &key, &[]).to_lowercase() == low)
}

/// An instant in RFC 3339 UTC as it is shown, `14.06.2018 07:17 UTC`; as it came when it is none.
pub fn instant(when: &str) -> String {
    chrono::DateTime::parse_from_rfc3339(when)
        .map_or_else(|_| when.to_owned(), |when| when.to_utc().format("%d.%m.%Y %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parameters(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_and_parameters() {
        let [danish, english] = Lang::ALL.map(|lang| Texts::new(lang).own);
        assert!(danish.len() > 50);
        assert_eq!(danish.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>());
        for (key, text) in &danish {
            assert_eq!(parameters(text), parameters(english.get(key).unwrap()), "{key}");
        }
    }

    #[test]
    fn every_key_in_the_source_is_in_the_messages() {
        let own = Texts::new(Lang::Da).own;
        let known = |key: &str| own.contains_key(key) || own.contains_key(&format!("{key}.one"));
        let groups: std::collections::BTreeSet<&str> =
            own.keys().filter_map(|key| key.split_once('.')).map(|(group, _)| group).collect();
        let mut seen = 0;
        for (file, source) in sources() {
            for literal in source.split('"').skip(1) {
                let in_group = literal.split_once('.').is_some_and(|(group, rest)| {
                    groups.contains(group) && rest.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.')
                });
                if in_group {
                    assert!(known(literal), "{file}: {literal}");
                    seen += 1;
                }
            }
            for call in ["texts.get(\"", "texts.fill(\"", "texts.count(\""] {
                for key in source.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(known(key), "{file}: {key}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 80, "{seen}");
    }

    fn sources() -> Vec<(String, String)> {
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("texts.rs") {
                    files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        files
    }
}
