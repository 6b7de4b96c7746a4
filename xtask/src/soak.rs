//! The long runs that CI has no time for.

use crate::command::{Chore, Outcome, cargo, run};
use crate::ground::{self, Purpose};
use crate::house::House;
use crate::{screen, test};

const KILLS_DEFAULT: u32 = 10_000;

/// `cargo xtask soak [--kills N]`: `kill -9` in the midst of edits, so many times.
pub fn soak(house: &House, words: &[String]) -> Outcome {
    let kills = match words {
        [] => KILLS_DEFAULT,
        [flag, number] if flag == "--kills" => {
            number.parse().map_err(|_| Chore::Words(format!("»{number}« is not a number of kills.")))?
        }
        _ => return Err(Chore::Words(String::from("soak takes --kills N."))),
    };
    ground::prepare(Purpose::Build)?;
    screen::ready(house)?;
    test::build_programs(house)?;
    run(cargo(&house.root)
        .args(["test", "--package", "tovholder-tests", "--test", "kill", "--", "--nocapture"])
        .env("TOVHOLDER_KILLS", kills.to_string()))
}
