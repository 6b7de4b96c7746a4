//! The fields of a KLIK task, and the many headings under which they come.

use serde::{Deserialize, Serialize};

/// A field that a column can map to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The task's id in KLIK.
    Id,
    /// The KOMBIT solution it belongs to.
    Project,
    /// Its title.
    Title,
    /// What is to be done; may have several lines.
    Description,
    /// Basic, solution-specific, programme or local.
    Kind,
    /// Its theme.
    Theme,
    /// What must be done before, as text.
    Prerequisites,
    /// What it shall lead to.
    Result,
    /// Who does it by role, KLIK's *Ansvars- og rollefordeling*.
    Role,
    /// When KOMBIT published it.
    Published,
    /// When it can begin.
    Start,
    /// When it must be done.
    Deadline,
    /// Ansvarlig.
    Responsible,
    /// Udfører.
    Performer,
    /// How far it is.
    Status,
    /// How much is done, 0 to 100.
    Percent,
    /// When KLIK last changed it.
    Changed,
}

impl Field {
    /// Every field, in the order a screen lists them.
    pub const ALL: [Self; 17] = [
        Self::Id,
        Self::Project,
        Self::Title,
        Self::Description,
        Self::Kind,
        Self::Theme,
        Self::Prerequisites,
        Self::Result,
        Self::Role,
        Self::Published,
        Self::Start,
        Self::Deadline,
        Self::Responsible,
        Self::Performer,
        Self::Status,
        Self::Percent,
        Self::Changed,
    ];

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Project => "project",
            Self::Title => "title",
            Self::Description => "description",
            Self::Kind => "kind",
            Self::Theme => "theme",
            Self::Prerequisites => "prerequisites",
            Self::Result => "result",
            Self::Role => "role",
            Self::Published => "published",
            Self::Start => "start",
            Self::Deadline => "deadline",
            Self::Responsible => "responsible",
            Self::Performer => "performer",
            Self::Status => "status",
            Self::Percent => "percent",
            Self::Changed => "changed",
        }
    }

    /// The field with this stored word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// An import cannot do without a column for it.
    pub fn required(self) -> bool {
        matches!(self, Self::Id | Self::Project | Self::Title)
    }

    /// Holds a date.
    pub(crate) fn is_date(self) -> bool {
        matches!(self, Self::Published | Self::Start | Self::Deadline | Self::Changed)
    }

    /// Keeps its newlines.
    pub(crate) fn has_lines(self) -> bool {
        matches!(self, Self::Description | Self::Prerequisites | Self::Result | Self::Role)
    }

    /// The most characters its text may have.
    pub(crate) fn text_max(self) -> usize {
        match self {
            Self::Id => 100,
            Self::Project => 60,
            Self::Title => 1_000,
            // What an Excel cell can hold.
            _ => 32_767,
        }
    }

    /// The field that a heading most likely means.
    pub fn from_heading(heading: &str) -> Option<Self> {
        let mut best: Option<(Self, u32)> = None;
        for (field, score) in crate::synonyms::scores(heading) {
            if best.is_none_or(|(_, highest)| score > highest) {
                best = Some((field, score));
            }
        }
        best.map(|(field, _)| field)
    }
}

/// A heading without what people vary: case, spaces, punctuation, accents, and æøå or their spellings.
///
/// `Opgave-id`, `Opgave id` and `OpgaveID` are one; so are `Løsning` and `LOESNING`. `%` is *procent*, `#` is *nr*.
pub fn normalise_heading(heading: &str) -> String {
    let mut out = String::with_capacity(heading.len());
    for c in heading.trim().chars().flat_map(char::to_lowercase) {
        match c {
            'æ' | 'ä' => out.push_str("ae"),
            'ø' | 'ö' => out.push_str("oe"),
            'å' => out.push_str("aa"),
            // A combining ring makes the a before it an å; other combining marks only decorate.
            '\u{30a}' if out.ends_with('a') => out.push('a'),
            '\u{308}' if out.ends_with(['a', 'o']) => out.push('e'),
            '\u{300}'..='\u{36f}' => {}
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'á' | 'à' | 'â' => out.push('a'),
            'ó' | 'ò' | 'ô' => out.push('o'),
            'ü' | 'ú' | 'ù' | 'û' => out.push('u'),
            '%' => out.push_str("procent"),
            '#' | '№' => out.push_str("nr"),
            c if c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn headings_are_compared_without_what_people_vary() {
        for heading in ["Opgave-id", "Opgave id", "OpgaveID", " OPGAVE_ID: ", "opgave\u{a0}id", "Opgave\n-id"] {
            assert_eq!(normalise_heading(heading), "opgaveid", "{heading}");
        }
        for heading in ["Løsning", "LØSNING", "Loesning", "lösning", "Lo\u{308}sning"] {
            assert_eq!(normalise_heading(heading), "loesning", "{heading}");
        }
        assert_eq!(normalise_heading("A\u{30a}r"), normalise_heading("År"));
        assert_eq!(normalise_heading("Udført %"), "udfoertprocent");
        assert_eq!(normalise_heading(" - "), "");
    }

    #[test]
    fn codes_lead_back() {
        for field in Field::ALL {
            assert_eq!(Field::from_code(field.code()), Some(field));
        }
        assert_eq!(Field::from_code("frist"), None);
    }
}
