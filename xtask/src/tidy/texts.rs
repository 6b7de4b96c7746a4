//! Words that must not lie in the checkout: unfinished work, tests that do not run, and names of one machine.

use super::Finding;
use super::tree::Tree;

// Put together from halves, so that this file does not find itself.
const UNFINISHED: [(&str, &str); 9] = [
    (concat!("TO", "DO"), "unfinished work belongs in an issue"),
    (concat!("FIX", "ME"), "unfinished work belongs in an issue"),
    (concat!("XX", "X:"), "unfinished work belongs in an issue"),
    (concat!("#[", "ignore"), "a test that does not run proves nothing"),
    (concat!("it.", "skip("), "a test that does not run proves nothing"),
    (concat!("test.", "skip("), "a test that does not run proves nothing"),
    (concat!("describe.", "skip("), "a test that does not run proves nothing"),
    (concat!("it.", "only("), "it keeps the other tests from running"),
    (concat!("test.", "only("), "it keeps the other tests from running"),
];

const REGISTRIES: [&str; 4] = [
    concat!("registry.", "npmjs.org"),
    concat!("registry.", "yarnpkg.com"),
    concat!("static.", "crates.io"),
    concat!("index.", "crates.io"),
];

/// No unfinished work, no test that does not run.
pub fn unfinished(tree: &Tree) -> Vec<Finding> {
    let words = UNFINISHED.iter().map(|(word, why)| (*word, *why)).collect::<Vec<_>>();
    find(tree, &words, is_code)
}

/// No registry's host, no folder that only one machine has.
pub fn machine(tree: &Tree) -> Vec<Finding> {
    let registries =
        REGISTRIES.iter().map(|host| (*host, "a registry's host: packages come from where the machine says"));
    let paths = tree.machine.iter().map(|path| (path.as_str(), "a folder that only this machine has"));
    find(tree, &registries.chain(paths).collect::<Vec<_>>(), |_| true)
}

/// The lock file names packages and their hashes, and no place to fetch them from.
pub fn lock_file(tree: &Tree) -> Vec<Finding> {
    let resolved =
        [("\"resolved\": \"http", "set omit-lockfile-registry-resolved=true in ui/.npmrc and install again")];
    find(tree, &resolved, |path| path.ends_with("package-lock.json")).into_iter().take(1).collect()
}

fn is_code(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| ["rs", "ts", "js", "svelte", "css"].contains(&extension))
}

fn find(tree: &Tree, words: &[(&str, &str)], looks_at: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| looks_at(path)) {
        for (number, line) in text.lines().enumerate() {
            for (word, why) in words.iter().filter(|(word, _)| line.contains(*word)) {
                findings.push(Finding::new(format!("{path}:{}", number + 1), format!("»{word}«: {why}")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_found() {
        let line = format!("// {} later\n", UNFINISHED[0].0);
        let tree = Tree::of(&[("a.rs", &line), ("b.md", &line), ("c.ts", "it('runs', f);\n")]);
        let found = unfinished(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "a.rs:1");
    }

    #[test]
    fn a_machine_and_a_registry_are_found_anywhere() {
        let mut tree = Tree::of(&[("README.md", "see /somewhere/here/x\n"), ("ui/.npmrc", REGISTRIES[0])]);
        tree.machine = vec![String::from("/somewhere/here/")];
        assert_eq!(machine(&tree).len(), 2);
    }

    #[test]
    fn a_lock_file_with_places_is_one_finding() {
        let lock = "\"resolved\": \"https://x/a.tgz\"\n\"resolved\": \"https://x/b.tgz\"\n";
        assert_eq!(lock_file(&Tree::of(&[("ui/package-lock.json", lock)])).len(), 1);
        assert!(lock_file(&Tree::of(&[("ui/package-lock.json", "\"integrity\": \"sha512\"")])).is_empty());
    }
}
