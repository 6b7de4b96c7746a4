//! Keys of cells: `kind/id/rest`, flat. An id never holds a `/`; what would break a key is percent-encoded.

use chrono::NaiveDate;

/// Encodes text so that it can stand as one part of a key.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '%' => out.push_str("%25"),
            '/' => out.push_str("%2F"),
            ':' => out.push_str("%3A"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// What [`segment`] encoded.
pub fn plain(segment: &str) -> String {
    segment.replace("%3A", ":").replace("%2F", "/").replace("%25", "%")
}

/// Splits a key into its entity (`task/KLIK-1001`) and the rest (`status`, `klik/…/title`).
pub fn split(key: &str) -> Option<(&str, &str)> {
    let after_kind = key.find('/')? + 1;
    let end = after_kind + key.get(after_kind..)?.find('/')?;
    Some((key.get(..end)?, key.get(end + 1..)?))
}

/// An entity's kind and id.
pub fn kind_and_id(entity: &str) -> Option<(&str, &str)> {
    entity.split_once('/')
}

/// The entity `kind/id`.
pub fn entity(kind: &str, id: &str) -> String {
    format!("{kind}/{}", segment(id))
}

/// A project's id from its short name: trimmed, inner blanks single, upper case, so that `bbr` and `BBR ` are one.
pub fn project_id(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

/// The document that holds a project's tasks, roles and assignments.
pub fn project_document(project_id: &str) -> String {
    format!("project/{}", segment(project_id))
}

/// A role in a project: `role/BBR:projektleder`.
pub fn role_entity(project_id: &str, role_id: &str) -> String {
    format!("role/{}:{}", segment(project_id), segment(role_id))
}

/// What a project says of an interface: `use/BBR:SF1511`.
pub fn use_entity(project_id: &str, interface: &str) -> String {
    format!("use/{}:{}", segment(project_id), segment(interface))
}

/// The document that holds the municipality's own words for interfaces.
pub const LANDSCAPE: &str = "landscape";

/// The document that holds the catalogue: in the network as its publishers write it, in a municipality as it was taken in.
pub const CATALOGUE: &str = "catalogue";

/// The document that says which network the municipality is in, and holds what its laptops enter it with.
pub const NETWORK: &str = "network";

/// The document that holds departments, own gallery words and who writes under which incarnation.
pub const ORGANISATION: &str = "organisation";

/// An import's id: the export's date and the first eight hex digits of the file's SHA-256. Text order is age order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(String);

impl Stamp {
    /// From the export's date and the file's hash.
    pub fn new(date: NaiveDate, hash8: &str) -> Self {
        Self(format!("{}.{hash8}", date.format("%Y-%m-%d")))
    }

    /// Reads `2018-05-15.1a2b3c4d`.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, hash) = text.split_once('.')?;
        NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
        (hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// The export's date.
    pub fn date(&self) -> NaiveDate {
        self.0.get(..10).and_then(|date| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()).unwrap_or_default()
    }

    /// As in keys.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The entity that says whether this import stands, `import/<stamp>`.
    pub fn entity(&self) -> String {
        format!("import/{}", self.0)
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
