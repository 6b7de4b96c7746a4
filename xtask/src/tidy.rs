//! The house rules that no compiler knows: which crate may see which, what a file may hold, what both languages must say.

mod arrows;
mod catalogue;
mod docs;
mod files;
mod manifest;
mod texts;
mod tree;

use crate::command::{Chore, Outcome, flags};
use crate::house::House;
use tree::Tree;

/// A broken rule: where, and what to do about it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    place: String,
    what: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

/// A rule looks at the whole checkout and answers what breaks it.
type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[Rule] = &[
    arrows::arrows,
    arrows::at_home,
    arrows::pure,
    catalogue::both_languages,
    docs::links,
    files::sizes,
    files::module_docs,
    files::names,
    texts::unfinished,
    texts::machine,
    texts::lock_file,
];

/// `cargo xtask tidy`.
pub fn tidy(house: &House, words: &[String]) -> Outcome {
    flags(words, &[])?;
    let mut tree = Tree::read(&house.root)?;
    tree.machine = machine_paths(house);
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort();
    if findings.is_empty() {
        println!("{} files, {} rules: tidy", tree.len(), RULES.len());
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(|finding| format!("{}: {}", finding.place, finding.what)).collect();
    Err(Chore::failed(format!("{}\n{} findings", lines.join("\n"), findings.len())))
}

/// Folders that only this machine has: the checkout and the user's home.
fn machine_paths(house: &House) -> Vec<String> {
    let home = std::env::var("HOME").or_else(|_| std::env::var("USERPROFILE")).unwrap_or_default();
    [house.root.display().to_string(), home]
        .into_iter()
        .filter(|path| path.len() > 1)
        .map(|path| format!("{}/", path.trim_end_matches('/')))
        .collect()
}
