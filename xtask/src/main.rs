//! Every chore of the house: `cargo xtask demo | run | test | bench | codegen | tidy | soak | ui`.
//!
//! A chore prepares its own ground (`ground`), so a fresh clone needs no manual and no second tool.

mod bench;
mod codegen;
mod command;
mod demo;
mod ground;
mod house;
mod licences;
mod screen;
mod soak;
mod test;
mod tidy;

use std::process::ExitCode;

use command::{Chore, Outcome};
use house::House;

const WORDS: &str = "\
cargo xtask demo [--no-ui]      build, import two KLIK exports into a new municipality, print the overview, open the window
cargo xtask run [--release]     build and open the app on your own data
cargo xtask test [--quick]      every check and every test; --quick leaves out the window and the browser
cargo xtask test --only WORD    the steps with this word in their name
cargo xtask bench [NAME…]       measure, and hold the figures against their limits; --scale for growth, --json
cargo xtask codegen [--check]   TypeScript types from Rust; --check only compares
cargo xtask tidy                the house rules
cargo xtask soak [--kills N]    kill -9 in the midst of edits, ten thousand times; --seeds N: stories of the simulated world
cargo xtask ui                  build the screen only";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match words.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("", words.as_slice()),
    };
    let chore: fn(&House, &[String]) -> Outcome = match name {
        "demo" => demo::demo,
        "run" => demo::run_own,
        "test" => test::test,
        "bench" => bench::bench,
        "codegen" => codegen::codegen,
        "tidy" => tidy::tidy,
        "soak" => soak::soak,
        "ui" => screen::chore,
        "" | "help" | "--help" | "-h" => {
            println!("{WORDS}");
            return if name.is_empty() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
        _ => {
            eprintln!("There is no chore »{name}«.\n\n{WORDS}");
            return ExitCode::from(2);
        }
    };
    match House::find().and_then(|house| chore(&house, rest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Chore::Failed(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
        Err(Chore::Words(why)) => {
            eprintln!("{why}\n\n{WORDS}");
            ExitCode::from(2)
        }
        Err(Chore::Ended(code)) => ExitCode::from(code),
    }
}
