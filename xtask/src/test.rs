//! `cargo xtask test`: every check and every test there is, one after another, with the time each took.
//!
//! A step that fails does not stop the others, so that one run tells everything that is wrong. A step that could not run
//! says why and never counts as passed.

use std::process::Command;
use std::time::Instant;

use crate::command::{Chore, Outcome, cargo, flags, on_path, run, works};
use crate::ground::{self, Purpose};
use crate::house::House;
use crate::{codegen, licences, screen, tidy};

/// How a step that did not fail ended.
enum Ended {
    Passed,
    /// It could not run, for this reason.
    NotRun(String),
}

struct Step {
    name: &'static str,
    /// A name of a step that must have passed before; a step that stands on a failed one only fails louder.
    after: Option<&'static str>,
    /// Left out by `--quick`.
    slow: bool,
    run: fn(&House) -> Outcome<Ended>,
}

const fn step(name: &'static str, run: fn(&House) -> Outcome<Ended>) -> Step {
    Step { name, after: None, slow: false, run }
}

const fn after(name: &'static str, after: &'static str, run: fn(&House) -> Outcome<Ended>) -> Step {
    Step { name, after: Some(after), slow: false, run }
}

const fn slow(mut step: Step) -> Step {
    step.slow = true;
    step
}

/// The cheap ones first. The screen is built before anything of Rust: `tauri::generate_context!` embeds it.
const STEPS: &[Step] = &[
    step("house rules", |house| tidy::tidy(house, &[]).map(passed)),
    step("rustfmt", |house| run(cargo(&house.root).args(["fmt", "--all", "--check"])).map(passed)),
    step("screen: packages", |house| screen::install(house).map(passed)),
    after("screen: prettier", "screen: packages", |house| screen::script(house, "format:check").map(passed)),
    after("screen: eslint", "screen: packages", |house| screen::script(house, "lint").map(passed)),
    after("screen: svelte-check", "screen: packages", |house| screen::script(house, "check").map(passed)),
    after("screen: vitest", "screen: packages", |house| screen::script(house, "test").map(passed)),
    slow(after("screen: axe in a browser", "screen: packages", |house| screen::script(house, "test:e2e").map(passed))),
    after("screen: build", "screen: packages", |house| screen::script(house, "build").map(passed)),
    step("licences, bans, sources", |house| licences::check(house).map(passed)),
    step("advisories", advisories),
    after("types from Rust", "screen: build", |house| codegen::check(house).map(passed)),
    after("clippy", "screen: build", clippy),
    after("programs and tests: build", "screen: build", |house| build_everything(house).map(passed)),
    after("unit and property tests", "programs and tests: build", |house| unit_tests(house).map(passed)),
    after("examples in the documentation", "screen: build", |house| doc_tests(house).map(passed)),
    after("whole product, in the terminal", "programs and tests: build", |house| {
        product_tests(house, false).map(passed)
    }),
    slow(after("whole product, in the window", "programs and tests: build", window_tests)),
];

/// `cargo xtask test [--quick] [--only WORD]`. With `--only`, just the steps whose name holds the word, on what is built.
pub fn test(house: &House, words: &[String]) -> Outcome {
    let (quick, only) = match words {
        [flag, word] if flag == "--only" => (false, Some(word.as_str())),
        words => (!flags(words, &["--quick"])?.is_empty(), None),
    };
    let began = Instant::now();
    ground::prepare(Purpose::Test)?;
    let mut done: Vec<(&Step, Outcome<Ended>, u64)> = Vec::new();
    for step in STEPS.iter().filter(|step| only.is_none_or(|word| step.name.contains(word))) {
        println!("\n── {}", step.name);
        let at = Instant::now();
        let stands = step.after.filter(|_| only.is_none()).is_none_or(|name| {
            done.iter().any(|(before, ended, _)| before.name == name && matches!(ended, Ok(Ended::Passed)))
        });
        let ended = if quick && step.slow {
            Ok(Ended::NotRun(String::from("left out by --quick")))
        } else if stands {
            (step.run)(house)
        } else {
            Err(Chore::failed(format!("not tried, because »{}« did not pass", step.after.unwrap_or_default())))
        };
        let seconds = at.elapsed().as_secs();
        println!("{}", line(step.name, &ended, seconds));
        done.push((step, ended, seconds));
    }
    if done.is_empty() {
        return Err(Chore::Words(format!("No step has »{}« in its name.", only.unwrap_or_default())));
    }
    summary(&done, began.elapsed().as_secs())
}

fn line(name: &str, ended: &Outcome<Ended>, seconds: u64) -> String {
    match ended {
        Ok(Ended::Passed) => format!("   passed {name:<34} {seconds:>4} s"),
        Ok(Ended::NotRun(why)) => format!("  not run {name:<34}        {why}"),
        Err(why) => format!("   FAILED {name:<34} {seconds:>4} s  {why}"),
    }
}

fn summary(done: &[(&Step, Outcome<Ended>, u64)], seconds: u64) -> Outcome {
    println!("\n── In all {} min {} s", seconds / 60, seconds % 60);
    for (step, ended, seconds) in done {
        // The reasons stand above; here one line each is enough.
        let text = line(step.name, ended, *seconds);
        println!("{}", text.lines().next().unwrap_or_default());
    }
    let failed = done.iter().filter(|(_, ended, _)| ended.is_err()).count();
    let not_run = done.iter().filter(|(_, ended, _)| matches!(ended, Ok(Ended::NotRun(_)))).count();
    println!("{} passed, {failed} failed, {not_run} skipped", done.len() - failed - not_run);
    if failed == 0 { Ok(()) } else { Err(Chore::Ended(1)) }
}

fn passed((): ()) -> Ended {
    Ended::Passed
}

fn clippy(house: &House) -> Outcome<Ended> {
    run(cargo(&house.root).args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
        .map(passed)
}

/// Known weaknesses in what we use are fetched from the network, by cargo-deny only.
fn advisories(house: &House) -> Outcome<Ended> {
    if on_path("cargo-deny").is_none() {
        return Ok(Ended::NotRun(String::from("cargo-deny is not installed")));
    }
    if !works(cargo(&house.root).args(["deny", "fetch", "db"])) {
        return Ok(Ended::NotRun(String::from("the advisories cannot be fetched from here")));
    }
    run(cargo(&house.root).args(["deny", "check", "advisories"])).map(passed)
}

/// The programs. Asked of the whole workspace, so that what they stand on is built with the very features that the tests
/// want too, and is not built twice. Not xtask: it is running.
pub fn build_programs(house: &House) -> Outcome {
    run(cargo(&house.root).args([
        "build",
        "--workspace",
        "--exclude",
        "xtask",
        "--exclude",
        "tovholder-tests",
        "--bins",
    ]))
}

/// Everything at once. Not xtask: it is running.
fn build_everything(house: &House) -> Outcome {
    run(cargo(&house.root).args(["build", "--quiet", "--workspace", "--exclude", "xtask", "--all-targets"]))
}

fn nextest(house: &House) -> Option<Command> {
    works(cargo(&house.root).args(["nextest", "--version"])).then(|| {
        let mut command = cargo(&house.root);
        command.args(["nextest", "run", "--workspace", "--config-file", "xtask/nextest.toml", "--cargo-quiet"]);
        command
    })
}

fn unit_tests(house: &House) -> Outcome {
    match nextest(house) {
        Some(mut command) => run(command.args(["--filterset", "not package(tovholder-tests)"])),
        None => run(cargo(&house.root).args([
            "test",
            "--quiet",
            "--workspace",
            "--exclude",
            "tovholder-tests",
            "--lib",
            "--bins",
            "--tests",
        ])),
    }
}

fn doc_tests(house: &House) -> Outcome {
    run(cargo(&house.root).args(["test", "--quiet", "--workspace", "--doc"]))
}

/// The tests of `tests/tests`: those of the window, or all the others.
fn product_tests(house: &House, window: bool) -> Outcome {
    let mut command = if let Some(mut command) = nextest(house) {
        let which = if window { "binary(window)" } else { "not binary(window)" };
        command.args(["--filterset", &format!("package(tovholder-tests) and {which}")]);
        command
    } else {
        let mut command = cargo(&house.root);
        command.args(["test", "--quiet", "--workspace", "--exclude", "xtask"]);
        for file in test_files(house)?.iter().filter(|file| (file.as_str() == "window") == window) {
            command.args(["--test", file]);
        }
        // One at a time is what two cores carry.
        command.args(["--", "--test-threads=1"]);
        command
    };
    run(command.env("TOVHOLDER_BIN_DIR", house.target.join("debug")))
}

fn test_files(house: &House) -> Outcome<Vec<String>> {
    let dir = house.path("tests/tests");
    let entries = std::fs::read_dir(&dir).map_err(|error| Chore::failed(format!("{}: {error}", dir.display())))?;
    // A file of its own, or a folder with its rooms.
    let named = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().join("main.rs").is_file() { Some(name) } else { name.strip_suffix(".rs").map(str::to_owned) }
    };
    Ok(entries.flatten().filter_map(named).collect())
}

fn window_tests(house: &House) -> Outcome<Ended> {
    match ground::window_tests_possible() {
        Ok(()) => product_tests(house, true).map(passed),
        Err(why) => Ok(Ended::NotRun(why.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_stands_on_one_that_comes_before() {
        for (position, step) in STEPS.iter().enumerate() {
            if let Some(after) = step.after {
                assert!(STEPS[..position].iter().any(|before| before.name == after), "{}", step.name);
            }
        }
    }

    #[test]
    fn what_could_not_run_is_not_counted_as_passed() {
        let done = vec![(&STEPS[0], Ok(Ended::NotRun(String::from("no network"))), 0)];
        assert!(summary(&done, 1).is_ok());
        assert!(line("x", &done[0].1, 0).contains("not run"));
        let done = vec![(&STEPS[0], Err(Chore::failed("broken")), 0), (&STEPS[1], Ok(Ended::Passed), 0)];
        assert!(matches!(summary(&done, 1), Err(Chore::Ended(1))));
    }
}
