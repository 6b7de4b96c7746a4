//! The screen: installing its packages, building it, running its scripts.

use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use crate::command::{Chore, Outcome, flags, npm, run};
use crate::ground::{self, Purpose};
use crate::house::House;

/// Folders of `ui` that are made, not written.
const MADE: [&str; 6] = ["node_modules", "dist", "dist-fixture", "test-results", "playwright-report", ".vite"];

/// `cargo xtask ui`.
pub fn chore(house: &House, words: &[String]) -> Outcome {
    flags(words, &[])?;
    ground::prepare(Purpose::Build)?;
    ready(house)
}

/// Packages installed and the screen built, each only when it is out of date. `tauri::generate_context!` fails to compile
/// without `ui/dist`, so this comes before any cargo command on the workspace.
pub fn ready(house: &House) -> Outcome {
    install(house)?;
    let built = modified(&house.path("ui/dist/index.html"));
    if built.is_none() || newest(&house.path("ui")) > built {
        println!("Building the screen");
        run(npm(&house.root).args(["run", "--silent", "build"]))?;
    }
    Ok(())
}

/// `npm ci`, when what is installed is older than the lock file.
pub fn install(house: &House) -> Outcome {
    let locked = modified(&house.path("ui/package-lock.json"))
        .ok_or_else(|| Chore::failed("ui/package-lock.json is missing: npm install makes it"))?;
    // npm writes this file last, so a broken install is seen as none.
    let installed = modified(&house.path("ui/node_modules/.package-lock.json"));
    if installed.is_none_or(|installed| installed < locked) {
        println!("Installing the screen's packages");
        run(npm(&house.root).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    }
    Ok(())
}

/// Runs a script of `ui/package.json`.
pub fn script(house: &House, name: &str) -> Outcome {
    let text = std::fs::read_to_string(house.path("ui/package.json"))
        .map_err(|error| Chore::failed(format!("ui/package.json: {error}")))?;
    let package: Value =
        serde_json::from_str(&text).map_err(|error| Chore::failed(format!("ui/package.json: {error}")))?;
    if package.pointer("/scripts").and_then(|scripts| scripts.get(name)).is_none() {
        return Err(Chore::failed(format!("ui/package.json has no script »{name}«")));
    }
    run(npm(&house.root).args(["run", "--silent", name]))
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|data| data.modified()).ok()
}

/// When the newest file below `dir` was written, leaving out what is made.
fn newest(dir: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(dir).ok()?;
    entries
        .flatten()
        .filter(|entry| !MADE.iter().any(|made| entry.file_name() == *made))
        .filter_map(|entry| {
            let path = entry.path();
            if path.is_dir() { newest(&path) } else { modified(&path) }
        })
        .max()
}
