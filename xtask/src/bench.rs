//! Measuring: each bench prints its figures, this frame holds them against their limits and names the machine.
//!
//! A figure is one JSON object: `{"figure": "edit p99", "value": 3.1, "unit": "ms", "against": "bare commit p99",
//! "against_value": 1.2, "ratio_max": 5}`. With `against_value` a ratio is shown, and held against `ratio_max` when that is
//! given; `value_max` is a limit of the value itself. What is measured, and why so, stands in `docs/benchmarks.md`.

mod figure;
mod machine;
mod program;
mod relay;
mod screen;
mod window;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::{Chore, Outcome, cargo, read, run};
use crate::ground::{self, Purpose};
use crate::house::House;
use figure::Row;

/// One thing to measure.
struct Bench {
    /// Its name on the command line.
    name: &'static str,
    /// What it measures, in words.
    what: &'static str,
    /// Left out unless it is named: it takes long, or a shared machine's clock says nothing about it.
    on_demand: bool,
    run: fn(&Place) -> Outcome<Vec<String>>,
}

/// Runs a program that may open as many files as the machine allows: a hundred laptops in one process have some thousand.
const FILES: &str = "ulimit -n \"$(ulimit -Hn)\" && exec \"$0\" \"$@\"";

const BENCHES: &[Bench] = &[
    Bench {
        name: "tasks",
        what: "`tovholder tasks --json` as a whole process",
        on_demand: false,
        run: |place| place.inside(&["tasks"], &[&place.programs.terminal]),
    },
    Bench {
        name: "edit",
        what: "an edit until it is durable, against one bare synchronous=FULL commit on the same disk",
        on_demand: false,
        run: |place| place.inside(&["edit"], &[]),
    },
    Bench {
        name: "import",
        what: "importing 3,000 rows, against unpacking and parsing the same workbook",
        on_demand: false,
        run: |place| place.inside(&["import"], &[]),
    },
    Bench {
        name: "window",
        what: "cold start of the window to first rows, and its memory, against the same shell with an empty page",
        on_demand: false,
        run: window::measure,
    },
    Bench {
        name: "screen",
        what: "filter and sort of 3,000 rows to the paint, in a browser and in the window",
        on_demand: false,
        run: screen::measure,
    },
    Bench {
        name: "scale",
        what: "every step at 3,000 tasks and at 30,000: none grows faster than linearly",
        on_demand: true,
        run: |place| place.inside(&["scale"], &[]),
    },
    Bench {
        name: "relay",
        what: "1,000 and 2,000 laptops that edit and 5,000 idle ones at one relay, beside automerge-repo's own server",
        on_demand: false,
        run: relay::measure,
    },
    Bench {
        name: "sync",
        what: "two laptops over a relay: joining, catching up, one edit, coming back, and what all that weighs",
        on_demand: false,
        run: |place| place.inside(&["sync"], &[&place.programs.relay]),
    },
    Bench {
        name: "network",
        what: "the network of 98 municipalities: the country from cold, five years of it, a catalogue change on its way to all",
        on_demand: false,
        run: |place| place.inside(&["network"], &[&place.programs.relay]),
    },
];

/// Where it is measured, and with what.
struct Place {
    /// The checkout.
    root: PathBuf,
    /// Data and runs; below cargo's target folder, so on the disk that builds use.
    data: PathBuf,
    programs: Programs,
}

/// The release programs.
struct Programs {
    terminal: PathBuf,
    window: PathBuf,
    relay: PathBuf,
    /// Many laptops against a relay.
    load: PathBuf,
    /// What measures inside a process.
    inside: PathBuf,
}

/// `cargo xtask bench [NAME…] [--json] [--scale]`.
pub fn bench(house: &House, words: &[String]) -> Outcome {
    let as_json = words.iter().any(|word| word == "--json");
    // `--scale` is how one says the on-demand bench beside the others.
    let asked: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with("--")).collect();
    let scale = words.iter().any(|word| word == "--scale");
    let unknown = words.iter().find(|word| {
        !["--json", "--scale"].contains(&word.as_str()) && BENCHES.iter().all(|bench| bench.name != word.as_str())
    });
    if let Some(unknown) = unknown {
        let names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(Chore::Words(format!("There is no bench »{unknown}«; there is {}.", names.join(", "))));
    }
    let wanted = |bench: &&Bench| {
        let otherwise = if bench.on_demand { scale } else { asked.is_empty() };
        otherwise || asked.contains(&bench.name)
    };
    ground::prepare(Purpose::Test)?;
    crate::screen::ready(house)?;
    let place = Place { root: house.root.clone(), data: house.target.join("bench"), programs: build(house)? };
    let mut rows: Vec<Row> = Vec::new();
    for bench in BENCHES.iter().filter(wanted) {
        eprintln!("Measuring {}: {}", bench.name, bench.what);
        let before = rows.len();
        for line in (bench.run)(&place)? {
            match Row::read(bench.name, &line) {
                Some(row) => rows.push(row),
                None => eprintln!("  {line}"),
            }
        }
        if rows.len() == before {
            return Err(Chore::failed(format!("the bench »{}« told no figure", bench.name)));
        }
    }
    if as_json {
        let told: Vec<Value> = rows.iter().map(Row::json).collect();
        println!("{:#}", json!({ "machine": machine::json(), "figures": told }));
    } else {
        println!("\n{}\n\n{}", machine::sentence(), figure::table(&rows));
    }
    let over: Vec<&str> = rows.iter().filter(|row| row.over()).map(|row| row.figure.as_str()).collect();
    if over.is_empty() { Ok(()) } else { Err(Chore::failed(format!("Over their limit: {}", over.join(", ")))) }
}

/// Builds everything at once, so that nothing is built twice with other features.
fn build(house: &House) -> Outcome<Programs> {
    eprintln!("Building the programs as they are handed out");
    let mut command = cargo(&house.root);
    command.args(["build", "--quiet", "--release", "--package", "tovholder-cli", "--package", "tovholder-desktop"]);
    command.args(["--package", "tovholder-app", "--package", "tovholder-sync-server", "--bins"]);
    command.args(["--example", "bench", "--example", "load"]);
    run(command.args(["--features", "tovholder-desktop/custom-protocol"]))?;
    Ok(Programs {
        terminal: house.built("release", "tovholder"),
        window: house.built("release", "tovholder-desktop"),
        relay: house.built("release", "tovholder-relay"),
        load: house.built("release/examples", "load"),
        inside: house.built("release/examples", "bench"),
    })
}

impl Place {
    /// Runs what measures inside a process, and answers its lines.
    fn inside(&self, words: &[&str], paths: &[&Path]) -> Outcome<Vec<String>> {
        let mut command = std::process::Command::new("sh");
        command
            .args(["-c", FILES])
            .arg(&self.programs.inside)
            .args(words)
            .arg(&self.data)
            .args(paths)
            .current_dir(&self.root);
        // A bench's secrets do not belong in somebody's keyring.
        command.env("TOVHOLDER_KEYRING", "file");
        Ok(read(&mut command)?.lines().map(str::to_owned).collect())
    }

    /// A copy of the municipality that a program may open.
    fn municipality(&self) -> Outcome<program::Folder> {
        let made = self.inside(&["data"], &[])?;
        let from = made.last().map(PathBuf::from).ok_or_else(|| Chore::failed("the data was not made"))?;
        let folder = program::Folder::below(&self.data)?;
        std::fs::copy(from.join("tovholder.db"), folder.path.join("tovholder.db"))
            .map_err(|error| Chore::failed(format!("the data cannot be copied: {error}")))?;
        // A copy begins an incarnation of its own when it is first opened; that is not what is measured.
        let mut first = std::process::Command::new(&self.programs.terminal);
        read(first.arg("--data-dir").arg(&folder.path).args(["status", "--json"]))?;
        Ok(folder)
    }
}

/// The value that half of the measurements do not exceed, and the one that 95 of 100 do not.
fn median_and_p95(values: &[f64]) -> (f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |of_100: usize| sorted.get((sorted.len() * of_100).div_ceil(100).saturating_sub(1)).copied();
    (at(50).unwrap_or(f64::NAN), at(95).unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_tails() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(median_and_p95(&values), (50.0, 95.0));
        assert_eq!(median_and_p95(&[7.0]), (7.0, 7.0));
        assert!(median_and_p95(&[]).0.is_nan());
    }

    #[test]
    fn every_bench_has_a_name_of_its_own() {
        let mut names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BENCHES.len());
    }
}
