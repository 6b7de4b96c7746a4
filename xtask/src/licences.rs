//! What came into the house: licences, banned packages, sources. `deny.toml` is the law, here and for `cargo deny`.
//!
//! cargo-deny itself takes longer to build than the product, so CI does not install it: this checks the same three lists
//! from `cargo metadata`, and npm's packages beside them. Advisories it cannot check, and it says so.

mod expression;

use serde_json::Value;

use crate::command::{Chore, Outcome, cargo, read};
use crate::house::House;

/// What `deny.toml` says.
#[derive(Debug, Default, PartialEq)]
struct Law {
    allowed: Vec<String>,
    banned: Vec<String>,
}

/// Checks every crate and every npm package, tools too.
pub fn check(house: &House) -> Outcome {
    let law = std::fs::read_to_string(house.path("deny.toml"))
        .map_err(|error| Chore::failed(format!("deny.toml: {error}")))
        .map(|text| read_law(&text))?;
    if law.allowed.is_empty() {
        return Err(Chore::failed("deny.toml allows no licence at all: it cannot have been read right"));
    }
    let metadata = read(cargo(&house.root).args(["metadata", "--format-version", "1", "--locked", "--all-features"]))?;
    let lock = std::fs::read_to_string(house.path("ui/package-lock.json"))
        .map_err(|error| Chore::failed(format!("ui/package-lock.json: {error}")))?;
    let (crates, mut wrong) = crates(&metadata, &law)?;
    let (packages, of_npm) = packages(&lock, &law)?;
    wrong.extend(of_npm);
    if wrong.is_empty() {
        println!("{crates} crates and {packages} npm packages: licences, bans and sources as deny.toml says");
        Ok(())
    } else {
        Err(Chore::failed(wrong.join("\n")))
    }
}

/// The two lists that we check, from a file that cargo-deny reads whole.
fn read_law(text: &str) -> Law {
    let mut law = Law::default();
    let mut section = "";
    let mut list = "";
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')).filter(|_| list.is_empty()) {
            section = name;
        } else if line.ends_with('[') {
            list = line.split(' ').next().unwrap_or_default();
        } else if line.starts_with(']') {
            list = "";
        } else if let Some(value) = line.split('"').nth(1) {
            match (section, list) {
                ("licenses", "allow") => law.allowed.push(value.to_owned()),
                ("bans", "deny") => law.banned.push(value.to_owned()),
                _ => {}
            }
        }
    }
    law
}

/// How many crates there are, and what is wrong with them.
fn crates(metadata: &str, law: &Law) -> Outcome<(usize, Vec<String>)> {
    let told: Value =
        serde_json::from_str(metadata).map_err(|error| Chore::failed(format!("cargo metadata: {error}")))?;
    let all = told
        .get("packages")
        .and_then(Value::as_array)
        .ok_or_else(|| Chore::failed("cargo metadata told no packages"))?;
    let mut wrong = Vec::new();
    for package in all {
        let text = |key: &str| package.get(key).and_then(Value::as_str);
        let name = format!("{} {}", text("name").unwrap_or_default(), text("version").unwrap_or_default());
        match text("license") {
            None => wrong.push(format!("{name}: no licence is given")),
            Some(licence) if !expression::allowed(licence, &law.allowed) => {
                wrong.push(format!("{name}: the licence »{licence}« is not in deny.toml"));
            }
            Some(_) => {}
        }
        if law.banned.iter().any(|banned| text("name") == Some(banned)) {
            wrong.push(format!("{name}: banned in deny.toml"));
        }
        // No source means a crate of the workspace.
        if text("source")
            .is_some_and(|source| !(source.starts_with("registry+") && source.ends_with("/crates.io-index")))
        {
            wrong.push(format!("{name}: comes from {} instead of crates.io", text("source").unwrap_or_default()));
        }
    }
    Ok((all.len(), wrong))
}

/// How many npm packages there are, and what is wrong with them.
fn packages(lock: &str, law: &Law) -> Outcome<(usize, Vec<String>)> {
    let told: Value =
        serde_json::from_str(lock).map_err(|error| Chore::failed(format!("ui/package-lock.json: {error}")))?;
    let all = told
        .get("packages")
        .and_then(Value::as_object)
        .ok_or_else(|| Chore::failed("ui/package-lock.json lists no packages"))?;
    // The empty path is the screen itself.
    let others: Vec<_> = all.iter().filter(|(path, _)| !path.is_empty()).collect();
    let wrong = others.iter().filter_map(|(path, package)| {
        let licence = package.get("license").and_then(Value::as_str).unwrap_or("none");
        (!expression::allowed(licence, &law.allowed))
            .then(|| format!("{path}: the licence »{licence}« is not in deny.toml"))
    });
    Ok((others.len(), wrong.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law() -> Law {
        Law { allowed: vec!["MIT".to_owned()], banned: vec!["openssl-sys".to_owned()] }
    }

    #[test]
    fn the_law_is_read() {
        let text = "[licenses]\nallow = [\n  # why\n  \"MIT\",\n]\nconfidence-threshold = 0.9\n[bans]\ndeny = [\n  { name = \"openssl-sys\", reason = \"no\" },\n]\n";
        assert_eq!(read_law(text), law());
    }

    #[test]
    fn a_strange_licence_a_ban_and_a_strange_source_are_found() {
        let metadata = r#"{"packages": [
            {"name": "good", "version": "1.0.0", "license": "MIT", "source": "registry+https://x/crates.io-index"},
            {"name": "ours", "version": "1.0.0", "license": "MIT", "source": null},
            {"name": "gpl", "version": "1.0.0", "license": "GPL-3.0", "source": "registry+https://x/crates.io-index"},
            {"name": "bare", "version": "1.0.0", "source": "registry+https://x/crates.io-index"},
            {"name": "openssl-sys", "version": "1.0.0", "license": "MIT", "source": "registry+https://x/crates.io-index"},
            {"name": "fork", "version": "1.0.0", "license": "MIT", "source": "git+https://x/fork"}
        ]}"#;
        let (count, wrong) = crates(metadata, &law()).unwrap();
        assert_eq!(count, 6);
        let named: Vec<&str> = wrong.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(named, ["gpl", "bare", "openssl-sys", "fork"]);
    }

    #[test]
    fn a_strange_licence_among_npm_packages_is_found() {
        let lock = r#"{"packages": {
            "": {"license": "EUPL-1.2"},
            "node_modules/a": {"license": "MIT"},
            "node_modules/b": {"license": "SSPL-1.0"},
            "node_modules/c": {"dev": true}
        }}"#;
        let (count, wrong) = packages(lock, &law()).unwrap();
        assert_eq!((count, wrong.len()), (3, 2));
        assert!(wrong[0].starts_with("node_modules/b"));
    }
}
