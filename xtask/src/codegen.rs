//! TypeScript types from Rust: one source for what crosses between screen and use cases.

use std::collections::BTreeMap;
use std::path::Path;

use crate::command::{Chore, Outcome, cargo, flags, run};
use crate::house::{House, temp_dir};

/// Where the screen finds them.
pub const GENERATED: &str = "ui/src/generated";

/// `cargo xtask codegen [--check]`.
pub fn codegen(house: &House, words: &[String]) -> Outcome {
    if flags(words, &["--check"])?.is_empty() { write(house) } else { check(house) }
}

/// Writes the types anew; files whose type is gone go too.
fn write(house: &House) -> Outcome {
    let made = generate(house)?;
    let dir = house.path(GENERATED);
    std::fs::create_dir_all(&dir).map_err(|error| Chore::failed(format!("{GENERATED}: {error}")))?;
    let old = files(&dir)?;
    for name in old.keys().filter(|name| !made.contains_key(*name)) {
        std::fs::remove_file(dir.join(name)).map_err(|error| Chore::failed(format!("{GENERATED}/{name}: {error}")))?;
    }
    let mut written = 0;
    // A file that is already right keeps its time, so the screen is not built again for nothing.
    for (name, text) in made.iter().filter(|(name, text)| old.get(*name) != Some(*text)) {
        let path = dir.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| Chore::failed(format!("{GENERATED}/{name}: {error}")))?;
        }
        std::fs::write(&path, text).map_err(|error| Chore::failed(format!("{GENERATED}/{name}: {error}")))?;
        written += 1;
    }
    println!("{} types in {GENERATED}, {written} of them changed", made.len());
    Ok(())
}

/// Compares what lies in the checkout with what Rust says now.
pub fn check(house: &House) -> Outcome {
    let differing = differences(&generate(house)?, &files(&house.path(GENERATED))?);
    if differing.is_empty() {
        return Ok(());
    }
    Err(Chore::failed(format!(
        "{GENERATED} is not what the Rust types say; run `cargo xtask codegen`:\n  {}",
        differing.join("\n  ")
    )))
}

fn generate(house: &House) -> Outcome<BTreeMap<String, String>> {
    // Built as a part of the workspace, so that the crates below are the very ones that everything else uses.
    run(cargo(&house.root).args([
        "build",
        "--quiet",
        "--workspace",
        "--exclude",
        "xtask",
        "--features",
        "tovholder-app/ts",
        "--example",
        "codegen",
    ]))?;
    let dir = temp_dir("codegen")?;
    let made =
        run(std::process::Command::new(house.built("debug/examples", "codegen")).arg(&dir).current_dir(&house.root))
            .and_then(|()| files(&dir));
    let _ = std::fs::remove_dir_all(&dir);
    let made = made?;
    if made.is_empty() {
        return Err(Chore::failed("the example »codegen« of tovholder-app wrote no file"));
    }
    Ok(made)
}

/// Every file below `dir` by its name inside it.
fn files(dir: &Path) -> Outcome<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    collect(dir, "", &mut found).map_err(|error| Chore::failed(format!("{}: {error}", dir.display())))?;
    Ok(found)
}

fn collect(dir: &Path, prefix: &str, found: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name, std::fs::read_to_string(entry.path())?.replace("\r\n", "\n"));
        }
    }
    Ok(())
}

fn differences(made: &BTreeMap<String, String>, kept: &BTreeMap<String, String>) -> Vec<String> {
    let missing = made.keys().filter(|name| !kept.contains_key(*name)).map(|name| format!("{name} is missing"));
    let left = kept.keys().filter(|name| !made.contains_key(*name)).map(|name| format!("{name} is left over"));
    let changed = made
        .iter()
        .filter(|(name, text)| kept.get(*name).is_some_and(|old| old != *text))
        .map(|(name, _)| format!("{name} differs"));
    missing.chain(left).chain(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn names_every_file_that_differs() {
        let made = tree(&[("Task.ts", "a"), ("Role.ts", "b"), ("Same.ts", "c")]);
        let kept = tree(&[("Task.ts", "A"), ("Old.ts", "d"), ("Same.ts", "c")]);
        assert_eq!(differences(&made, &kept), ["Role.ts is missing", "Old.ts is left over", "Task.ts differs"]);
        assert!(differences(&made, &made).is_empty());
    }
}
