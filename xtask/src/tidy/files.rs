//! Files that can be read in one sitting, and names that say what a thing does.

use super::Finding;
use super::tree::Tree;

const LINES_MAX: usize = 500;

/// Stories and made-up data are read from top to bottom, or not at all.
const TEST_LINES_MAX: usize = 700;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[("ui/package-lock.json", "made by npm"), ("LICENSE", "the licence as it is")];

/// Modules shorter than this may go without a heading.
const WEIGHT_LINES_MIN: usize = 30;

/// What a name must not end in: it says nothing about what the thing does.
const VAGUE: [&str; 8] = ["Manager", "Service", "Util", "Utils", "Helper", "Helpers", "Handler", "Processor"];

const CODE: [&str; 6] = ["rs", "ts", "js", "svelte", "css", "sql"];

/// No file of code is longer than one can hold in mind.
pub fn sizes(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(&CODE)
        .filter(|(path, _)| !LONGER.iter().any(|(longer, _)| path == longer))
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            let of_tests = ["/tests/", "/fixture/", "/tests.rs", ".test.ts"].iter().any(|part| path.contains(part));
            let lines_max = if of_tests { TEST_LINES_MAX } else { LINES_MAX };
            (lines > lines_max).then(|| {
                Finding::new(
                    path,
                    format!(
                        "{lines} lines, at most {lines_max}: split it, or give the reason in xtask/src/tidy/files.rs"
                    ),
                )
            })
        })
        .collect()
}

/// A Rust module of weight says first what it is; `tests.rs` beside a module speaks by its name.
pub fn module_docs(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(&["rs"])
        .filter(|(path, text)| text.lines().count() >= WEIGHT_LINES_MIN && !path.ends_with("/tests.rs"))
        .filter(|(_, text)| !text.lines().any(|line| line.starts_with("//!")))
        .map(|(path, _)| Finding::new(path, "begins without `//!`: say what the module is, and what holds in it"))
        .collect()
}

/// No type and no file of a vague name.
pub fn names(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension(&["rs", "ts", "svelte"]) {
        let stem = path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        if VAGUE.iter().any(|vague| stem.eq_ignore_ascii_case(vague) || stem.ends_with(vague)) {
            findings.push(Finding::new(path, "the file's name is vague: name the thing"));
        }
        for (number, line) in text.lines().enumerate() {
            if let Some(name) = declared(line).filter(|name| VAGUE.iter().any(|vague| name.ends_with(vague))) {
                findings.push(Finding::new(
                    format!("{path}:{}", number + 1),
                    format!("»{name}« is vague: say what it does"),
                ));
            }
        }
    }
    findings
}

/// The name that a line of code declares a type by.
fn declared(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split_whitespace().take(5).collect();
    let keyword =
        words.iter().position(|word| ["struct", "enum", "trait", "class", "interface", "type"].contains(word))?;
    let before = words.get(..keyword)?;
    if !before.iter().all(|word| word.starts_with("pub") || ["export", "default", "abstract", "declare"].contains(word))
    {
        return None;
    }
    words.get(keyword + 1)?.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found_a_made_one_is_not() {
        let long = "x\n".repeat(LINES_MAX + 1);
        let tree = Tree::of(&[("a.rs", &long), ("b.rs", "x\n"), ("ui/package-lock.json", &long)]);
        let found = sizes(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "a.rs");
    }

    #[test]
    fn a_module_of_weight_says_what_it_is() {
        let bare = "fn x() {}\n".repeat(WEIGHT_LINES_MIN);
        let said = format!("#![allow(x)]\n//! It is this.\n{bare}");
        let tree = Tree::of(&[("bare.rs", &bare), ("said.rs", &said), ("short.rs", "fn x() {}\n")]);
        let found = module_docs(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "bare.rs");
    }

    #[test]
    fn vague_names_are_found_where_they_are_declared() {
        assert_eq!(declared("pub struct TaskManager<T> {"), Some("TaskManager"));
        assert_eq!(declared("export default class Store {"), Some("Store"));
        assert_eq!(declared("    let x: TaskManager = y; // type"), None);
        let tree = Tree::of(&[
            ("a.rs", "pub(crate) struct TaskManager;\nuse x::TaskManager;\n"),
            ("ui/src/dateUtils.ts", "export const a = 1;\n"),
            ("utils.rs", "\n"),
            ("b.ts", "export interface Backend {}\n"),
        ]);
        let found = names(&tree);
        let places: Vec<&str> = found.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["a.rs:1", "ui/src/dateUtils.ts", "utils.rs"]);
    }
}
