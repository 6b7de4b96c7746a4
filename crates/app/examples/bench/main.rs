//! What `cargo xtask bench` measures inside a process, and the municipality it measures on.
//!
//! Every measurement is taken in turn with a yardstick on the same machine in the same run, and printed as one JSON object
//! per line; xtask holds the figures against their limits. See `docs/benchmarks.md`.

// Milliseconds and counts far below 2^52 become floating point here, to be divided and printed.
#![allow(clippy::cast_precision_loss)]

mod bodies;
mod data;
mod edit;
mod figures;
mod history;
mod import;
mod network;
mod random;
mod scale;
mod sync;
mod tasks;
mod workbook;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use data::Size;

/// Any failure ends the bench, with its sentence.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const WORDS: &str = "\
bench data ROOT                  makes the municipality below ROOT when it is not there, and prints its folder
bench edit|import|scale ROOT     measures
bench tasks ROOT TOVHOLDER       measures the terminal program
bench sync ROOT RELAY            measures laptops that synchronise over a relay
bench join ROOT RELAY            only the joining of that
bench network ROOT RELAY         measures the network of 98 municipalities
bench bodies ROOT FILE            writes bodies of real edits, for the relay's load
bench records FILE               reads every record of a database, as a yardstick for a whole process";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Outcome {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["data", root] => {
            println!("{}", data::ready(Path::new(root), &Size::WHOLE)?.display());
            Ok(())
        }
        ["edit", root] => edit::measure(Path::new(root)),
        ["import", root] => import::measure(Path::new(root)),
        ["scale", root] => scale::measure(Path::new(root)),
        ["tasks", root, tovholder] => tasks::measure(Path::new(root), &PathBuf::from(tovholder)),
        ["sync", root, relay] => sync::measure(Path::new(root), Path::new(relay)),
        ["join", root, relay] => sync::measure_join(Path::new(root), Path::new(relay)),
        ["network", root, relay] => network::measure(Path::new(root), Path::new(relay)),
        ["bodies", root, file] => bodies::write(Path::new(root), Path::new(file)),
        ["records", file] => tasks::read_records(Path::new(file)),
        _ => Err(WORDS.into()),
    }
}
