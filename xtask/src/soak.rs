//! The long runs that CI has no time for.

use crate::command::{Chore, Outcome, cargo, run};
use crate::ground::{self, Purpose};
use crate::house::House;
use crate::{screen, test};

const KILLS_DEFAULT: u32 = 10_000;

/// `cargo xtask soak [--kills N]`: `kill -9` in the midst of edits, so many times.
/// `cargo xtask soak --seeds N [--from SEED]`: so many stories of the simulated world, from this seed on.
/// `cargo xtask soak --bytes N [--from SEED]`: every door to outside bytes, bent so often.
pub fn soak(house: &House, words: &[String]) -> Outcome {
    let number = |text: &String| -> Outcome<u32> {
        text.parse().map_err(|_| Chore::Words(format!("»{text}« is not a number that soak can take.")))
    };
    match words {
        [] => kills(house, KILLS_DEFAULT),
        [flag, count] if flag == "--kills" => kills(house, number(count)?),
        [flag, count] if flag == "--seeds" => stories(house, number(count)?, 1),
        [flag, count, from, first] if flag == "--seeds" && from == "--from" => {
            stories(house, number(count)?, number(first)?)
        }
        [flag, count] if flag == "--bytes" => doors(house, number(count)?, 1),
        [flag, count, from, first] if flag == "--bytes" && from == "--from" => {
            doors(house, number(count)?, number(first)?)
        }
        _ => Err(Chore::Words(String::from(
            "soak takes --kills N, --seeds N or --bytes N, the last two with --from SEED.",
        ))),
    }
}

fn kills(house: &House, kills: u32) -> Outcome {
    ground::prepare(Purpose::Build)?;
    screen::ready(house)?;
    test::build_programs(house)?;
    run(cargo(&house.root)
        .args(["test", "--package", "tovholder-tests", "--test", "kill", "--", "--nocapture"])
        .env("TOVHOLDER_KILLS", kills.to_string()))
}

/// The very stories of `tests/tests/world.rs`, only more of them.
fn stories(house: &House, seeds: u32, first: u32) -> Outcome {
    ground::prepare(Purpose::Build)?;
    run(cargo(&house.root)
        .args(["test", "--package", "tovholder-tests", "--test", "world", "--", "--nocapture", "stories"])
        .env("TOVHOLDER_SEEDS", seeds.to_string())
        .env("TOVHOLDER_FIRST_SEED", first.to_string()))
}

/// The very doors of `tests/tests/hostile`, only more often.
fn doors(house: &House, rounds: u32, first: u32) -> Outcome {
    ground::prepare(Purpose::Build)?;
    screen::ready(house)?;
    test::build_programs(house)?;
    run(cargo(&house.root)
        .args(["test", "--package", "tovholder-tests", "--test", "hostile", "--", "--nocapture", "every_door"])
        .env("TOVHOLDER_BYTES", rounds.to_string())
        .env("TOVHOLDER_FIRST_SEED", first.to_string()))
}
