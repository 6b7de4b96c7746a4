//! The simulated world: stories of two hundred steps, and those that once failed.
//!
//! `TOVHOLDER_SEEDS` and `TOVHOLDER_FIRST_SEED` tell more or others, `TOVHOLDER_SEED` one alone; `cargo xtask soak --seeds`
//! goes on for hours.

use std::time::{Duration, Instant};

use tovholder_tests::number_from_env;
use tovholder_tests::world::{Story, Told, minimised, tell};

/// Stories in all, unless `TOVHOLDER_SEEDS` says otherwise.
const SEEDS: u32 = 2_000;
/// Steps of each.
const STEPS: u32 = 200;
/// How long a failing story is made shorter.
const SHORTEN_S_MAX: u64 = 60;

/// Seeds that once failed, each with what was wrong. Where the weights of the steps have changed since they tell another
/// story; a new one is found by the same search.
const ONCE_FAILED: &[(u64, &str)] = &[
    (41, "whoever read a file of a machine that was set back handed it in, and began anew without end"),
    (84, "an acknowledged envelope that the relay's disk lost was never handed in again"),
    (137, "a list that was cut off left no cursor, and the next connection wanted to begin from a snapshot"),
    (184, "the same"),
    (196, "the same"),
    (238, "the copy of a machine that was set back sent a second story before it had read the first"),
    (346, "what was written anew was renamed in every document, where each counts for itself"),
    (693, "the relay began another log while a newcomer checked behind its snapshot"),
    (869, "the same, with changes that came before what they build on"),
    (919, "what a newer version wrote stayed ahead of the envelopes that were written anew"),
    (1_248, "numbers of changes were remembered across those that were put below a snapshot"),
    (
        5_340,
        "a machine set back to before its joining came in under another key, and met what it had written as a stranger's",
    ),
    (9_102, "a newcomer whose joining the relay had lost was never let in again"),
];

fn fails(seed: u64) -> Option<String> {
    let story = Story::of(seed, number_from_env("TOVHOLDER_STEPS", STEPS));
    let (why, all) = tell(&story).err()?;
    if std::env::var_os("TOVHOLDER_WHOLE").is_some() {
        return Some(format!("seed {seed}: {why}\n{}", all.join("\n")));
    }
    let short = minimised(&story, Duration::from_secs(SHORTEN_S_MAX));
    let (again, lines) = tell(&short).err().unwrap_or((why.clone(), all));
    Some(format!(
        "seed {seed}: {why}\n  {} laptops; minimised to {} steps: {again}\n{}",
        story.laptops,
        short.steps.len(),
        lines.join("\n")
    ))
}

/// Every story of one part of the seeds.
fn part(number: u32, of: u32) {
    let seeds = number_from_env("TOVHOLDER_SEEDS", SEEDS);
    let first = u64::from(number_from_env("TOVHOLDER_FIRST_SEED", 1));
    let began = Instant::now();
    let mut sum = Told::default();
    let mut failed = Vec::new();
    let mut told = 0;
    for seed in (0..seeds).filter(|seed| seed % of == number).map(|seed| first + u64::from(seed)) {
        let story = Story::of(seed, number_from_env("TOVHOLDER_STEPS", STEPS));
        match tell(&story) {
            Ok(one) => {
                told += 1;
                sum.claims += one.claims;
                sum.edits += one.edits;
                sum.excused += one.excused;
                sum.envelopes += one.envelopes;
                sum.compared += one.compared;
                sum.conflicts += one.conflicts;
                sum.entries += one.entries;
                sum.forked += one.forked;
            }
            Err(_) => failed.push(seed),
        }
        if failed.len() >= usize::try_from(number_from_env("TOVHOLDER_FAILURES", 3)).unwrap_or(3) {
            break;
        }
    }
    println!("part {number}: {told} stories in {:.1} s: {sum:?}", began.elapsed().as_secs_f64());
    let shown: Vec<String> = failed.iter().filter_map(|seed| fails(*seed)).collect();
    assert!(failed.is_empty(), "{failed:?}\n{}", shown.join("\n\n"));
}

#[test]
fn what_once_failed_holds() {
    // One seed alone, for whoever looks into it.
    let asked = u64::from(number_from_env("TOVHOLDER_SEED", 0));
    let seeds = if asked == 0 { ONCE_FAILED.iter().map(|(seed, _)| *seed).collect() } else { vec![asked] };
    let failed: Vec<String> = seeds.iter().filter_map(|seed| fails(*seed)).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn stories_of_the_first_part() {
    part(0, 8);
}

#[test]
fn stories_of_the_second_part() {
    part(1, 8);
}

#[test]
fn stories_of_the_third_part() {
    part(2, 8);
}

#[test]
fn stories_of_the_fourth_part() {
    part(3, 8);
}

#[test]
fn stories_of_the_fifth_part() {
    part(4, 8);
}

#[test]
fn stories_of_the_sixth_part() {
    part(5, 8);
}

#[test]
fn stories_of_the_seventh_part() {
    part(6, 8);
}

#[test]
fn stories_of_the_eighth_part() {
    part(7, 8);
}
