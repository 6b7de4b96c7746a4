//! Which KLIK tasks are tied to which interface.
//!
//! Three say so, the last word first: somebody here (`task/K/interface/SF1511` is true or false), the task itself where it
//! names an interface's number, and the catalogue where it names the task.

use std::collections::{BTreeMap, BTreeSet};

use tovholder_model::Scalar;

use crate::gallery::slug;
use crate::world::{Entry, World};

/// Fields of a task in which an interface's number ties it.
const NAMING: [&str; 4] = ["title", "description", "theme", "prerequisites"];
/// The field of a task that ties it by hand, before the interface's number.
pub(crate) const TIED: &str = "interface/";

/// Ids of tasks by the interface's number, in the order of the ids.
pub(crate) fn tied(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut by_title: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for interface in &world.told().interfaces {
        for task in &interface.tasks {
            let project = tovholder_model::key::project_id(&task.project);
            by_title.entry((project, folded(&task.title))).or_default().push(&interface.id);
        }
    }
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, task) in &world.tasks {
        for interface in interfaces_of(task, &by_title) {
            found.entry(interface).or_default().push(id.clone());
        }
    }
    found
}

fn interfaces_of(task: &Entry, by_title: &BTreeMap<(String, String), Vec<&str>>) -> BTreeSet<String> {
    let record = &task.record;
    let mut all: BTreeSet<String> = NAMING.iter().flat_map(|field| numbers(record.text(field))).collect();
    let named = by_title.get(&(task.project.clone(), folded(record.text("title"))));
    all.extend(named.into_iter().flatten().map(|interface| (*interface).to_owned()));
    for (field, value) in &record.local {
        let Some(interface) = field.strip_prefix(TIED) else { continue };
        match value {
            Scalar::Bool(true) => drop(all.insert(interface.to_owned())),
            Scalar::Bool(false) => drop(all.remove(interface)),
            _ => {}
        }
    }
    all
}

/// A title without what differs between two ways of writing it: case, blanks, punctuation.
fn folded(title: &str) -> String {
    slug(title).replace('-', "")
}

/// Numbers of interfaces that a text names: `SF1511`, `sf 1511`, `SF1590_B_01`. Texts are long and seldom name any.
fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, pair) in text.as_bytes().windows(2).enumerate() {
        if !pair.eq_ignore_ascii_case(b"sf") {
            continue;
        }
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        if before.is_some_and(char::is_alphanumeric) {
            continue;
        }
        let rest = text.get(at + 2..).unwrap_or_default();
        let rest = rest.strip_prefix([' ', '-']).unwrap_or(rest);
        let tail: String = rest.chars().take_while(|one| one.is_ascii_alphanumeric() || *one == '_').collect();
        let number = format!("SF{}", tail.trim_end_matches('_').to_ascii_uppercase());
        if is_number(&number) {
            found.push(number);
        }
    }
    found
}

/// Whether a text is an interface's number: `SF`, four digits, and perhaps letters and digits after underscores.
pub(crate) fn is_number(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("SF") else { return false };
    let mut parts = rest.split('_');
    let digits = parts.next().is_some_and(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        && text.len() <= 16
        && parts
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_an_interface_in_any_case() {
        assert_eq!(numbers("Test login via SF1511 og sf 1514, se SF1590_B_01."), ["SF1511", "SF1514", "SF1590_B_01"]);
        assert!(numbers("TSF1511, SF15111, SF151, sf, SF15x1").is_empty());
        assert_eq!(numbers("SF1511_ og (SF-1512)"), ["SF1511", "SF1512"]);
        assert!(numbers("æøå SF").is_empty());
    }

    #[test]
    fn a_number_is_a_number() {
        assert!(is_number("SF1511") && is_number("SF1590_B_01"));
        for text in ["", "SF", "sf1511", "SF1511_", "SF151", "SF1511/x", "SF1511_b", "SF1511_AAAAAAAAAAAA"] {
            assert!(!is_number(text), "{text}");
        }
    }
}
