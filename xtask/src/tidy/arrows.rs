//! Which crate may see which: arrows point down only, and what is dangerous stays where it is tamed.

use super::Finding;
use super::manifest::{Dependency, dependencies, package};
use super::tree::Tree;

/// A crate of ours and the crates of ours that it may see. ARCHITECTURE.md draws the same picture.
const MAY_SEE: &[(&str, &[&str])] = &[
    ("tovholder-model", &[]),
    ("tovholder-document", &["tovholder-model"]),
    ("tovholder-klik", &["tovholder-model"]),
    ("tovholder-protocol", &[]),
    ("tovholder-crypto", &["tovholder-protocol"]),
    ("tovholder-sync", &["tovholder-protocol", "tovholder-crypto"]),
    ("tovholder-store", &["tovholder-model", "tovholder-document"]),
    (
        "tovholder-app",
        &[
            "tovholder-model",
            "tovholder-document",
            "tovholder-klik",
            "tovholder-store",
            "tovholder-protocol",
            "tovholder-crypto",
            "tovholder-sync",
        ],
    ),
    // The terminal parses and prints the model's own words; what they mean is decided in `app`.
    ("tovholder-cli", &["tovholder-app", "tovholder-model"]),
    ("tovholder-desktop", &["tovholder-app"]),
    // What the relay cannot parse it cannot leak: it never sees `model`, nor Automerge.
    ("tovholder-sync-server", &["tovholder-protocol", "tovholder-crypto"]),
    // Whole-product tests start the programs as a user does, and reach into none of them.
    (
        "tovholder-tests",
        &[
            "tovholder-app",
            "tovholder-sync-server",
            "tovholder-sync",
            "tovholder-protocol",
            "tovholder-crypto",
            "tovholder-store",
            "tovholder-document",
            "tovholder-klik",
            "tovholder-model",
        ],
    ),
    ("xtask", &[]),
];

/// The only crates from outside that these may have: small and pure.
const SMALL: &[(&str, &[&str])] = &[
    ("tovholder-model", &["chrono", "serde", "ts-rs"]),
    ("tovholder-protocol", &["minicbor"]),
    ("xtask", &["serde_json"]),
];

/// A crate from outside, the only ones of ours that may have it, and why. Tests may measure against it elsewhere.
const AT_HOME: &[(&str, &[&str], &str)] = &[
    ("automerge", &["tovholder-document"], "foreign bytes never reach Automerge but through its bounded decoding"),
    ("tauri", &["tovholder-desktop"], "the use cases know no window"),
    ("tauri-build", &["tovholder-desktop"], "the use cases know no window"),
    ("calamine", &["tovholder-klik"], "workbooks are hostile until that crate has read them"),
    ("thirtyfour", &["tovholder-tests"], "it operates a window, and ships in none"),
    (
        "rusqlite",
        &["tovholder-store", "tovholder-sync-server"],
        "one door to the laptop's database, one to the relay's",
    ),
];

/// Crates that know no clock, no disk and no network: time and bytes are arguments.
const PURE: [&str; 4] = ["crates/model/", "crates/document/", "crates/protocol/", "crates/sync/"];

const IMPURE: [&str; 12] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime::now",
    "Instant::now",
    "Utc::now",
    "Local::now",
    "getrandom",
    "println!",
    "eprintln!",
];

/// The manifests of the workspace's crates.
fn manifests(tree: &Tree) -> impl Iterator<Item = (&str, &str, Vec<Dependency>)> {
    tree.files()
        .filter(|(path, _)| path.ends_with("Cargo.toml"))
        .filter_map(|(path, text)| package(text).map(|name| (path, name, dependencies(text))))
}

/// Every crate is in the table and sees only what the table says.
pub fn arrows(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, name, dependencies) in manifests(tree) {
        let Some((_, may_see)) = MAY_SEE.iter().find(|(ours, _)| *ours == name) else {
            findings
                .push(Finding::new(path, format!("»{name}« is not in the table of crates (xtask/src/tidy/arrows.rs)")));
            continue;
        };
        let small = SMALL.iter().find(|(ours, _)| *ours == name).map(|(_, list)| *list);
        for dependency in dependencies {
            let other = dependency.name.as_str();
            if MAY_SEE.iter().any(|(ours, _)| *ours == other) {
                if !may_see.contains(&other) {
                    findings
                        .push(Finding::new(path, format!("»{name}« must not see »{other}«: arrows point down only")));
                }
            } else if !dependency.dev && small.is_some_and(|list| !list.contains(&other)) {
                findings.push(Finding::new(path, format!("»{name}« stays small: it must not depend on »{other}«")));
            }
        }
    }
    findings
}

/// What is tamed in one place stays there.
pub fn at_home(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, name, dependencies) in manifests(tree) {
        for (crate_name, home, why) in AT_HOME {
            if !home.contains(&name) && dependencies.iter().any(|found| !found.dev && found.name == *crate_name) {
                findings.push(Finding::new(
                    path,
                    format!("»{crate_name}« belongs to »{}« alone: {why}", home.join("«, »")),
                ));
            }
        }
    }
    findings
}

/// The pure crates stay pure, outside their tests.
pub fn pure(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.with_extension(&["rs"]) {
        if !PURE.iter().any(|home| path.strip_prefix(home).is_some_and(|rest| rest.starts_with("src/"))) {
            continue;
        }
        if path.ends_with("/tests.rs") || path.contains("/tests/") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if line.contains("#[cfg(test)]") {
                break;
            }
            let code = line.split("//").next().unwrap_or(line);
            if let Some(word) = IMPURE.iter().find(|word| code.contains(*word)) {
                findings.push(Finding::new(
                    format!("{path}:{}", number + 1),
                    format!("»{word}« in a pure crate: take time, bytes and chance as arguments"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(findings: &[Finding]) -> Vec<&str> {
        findings.iter().map(|finding| finding.place.as_str()).collect()
    }

    #[test]
    fn an_arrow_up_is_found() {
        let up = "[package]\nname = \"tovholder-model\"\n[dependencies]\ntovholder-store.workspace = true\n";
        let down = "[package]\nname = \"tovholder-store\"\n[dependencies]\ntovholder-model.workspace = true\n";
        let tree = Tree::of(&[("crates/model/Cargo.toml", up), ("crates/store/Cargo.toml", down)]);
        assert_eq!(places(&arrows(&tree)), ["crates/model/Cargo.toml"]);
    }

    #[test]
    fn an_arrow_up_in_tests_is_found_too() {
        let up = "[package]\nname = \"tovholder-model\"\n[dev-dependencies]\ntovholder-app.workspace = true\n";
        assert_eq!(arrows(&Tree::of(&[("crates/model/Cargo.toml", up)])).len(), 1);
    }

    #[test]
    fn the_model_stays_small_and_the_relay_blind() {
        let model = "[package]\nname = \"tovholder-model\"\n[dependencies]\nregex = \"1\"\nserde = \"1\"\n[dev-dependencies]\nproptest = \"1\"\n";
        let relay =
            "[package]\nname = \"tovholder-sync-server\"\n[dependencies]\ntovholder-model = \"1\"\nautomerge = \"1\"\n";
        let tree = Tree::of(&[("crates/model/Cargo.toml", model), ("sync-server/Cargo.toml", relay)]);
        assert_eq!(places(&arrows(&tree)), ["crates/model/Cargo.toml", "sync-server/Cargo.toml"]);
        assert_eq!(places(&at_home(&tree)), ["sync-server/Cargo.toml"]);
    }

    #[test]
    fn a_new_crate_must_be_placed() {
        let tree = Tree::of(&[("crates/new/Cargo.toml", "[package]\nname = \"tovholder-new\"\n")]);
        assert_eq!(arrows(&tree).len(), 1);
    }

    #[test]
    fn a_clock_in_the_model_is_found_but_not_in_its_tests() {
        let text =
            "//! x\n// Utc::now is not for us\nlet t = Utc::now();\n#[cfg(test)]\nmod tests { let t = Utc::now(); }\n";
        let tree = Tree::of(&[("crates/model/src/lib.rs", text), ("crates/app/src/lib.rs", text)]);
        assert_eq!(places(&pure(&tree)), ["crates/model/src/lib.rs:3"]);
    }
}
