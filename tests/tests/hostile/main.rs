//! Bytes from outside, bent in every way: each door refuses or reads them, without a panic and without more memory than they
//! are worth.
//!
//! Every door begins from bytes that are right and bends them: bits, numbers at their edges, lengths that lie, pieces cut
//! out, doubled, or taken from elsewhere. `TOVHOLDER_BYTES` says how often for each door; `cargo xtask soak --bytes N` does it
//! longer. What once broke a door lies in `tests/data/crashers/<door>/` and is tried first.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

mod bend;
mod doors;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use bend::bent;
use doors::{Door, doors};
use peak_alloc::PeakAlloc;
use tovholder_tests::number_from_env;
use tovholder_tests::world::Chance;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const ROUNDS_DEFAULT: u32 = 3_000;
/// What any door may have in memory beside what the bytes themselves bring.
const FLOOR_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of memory for each byte that came.
const FACTOR: usize = 16;
/// No bytes of this size may keep a door busy for longer, without optimisation and on a busy machine.
const TIME_MAX: Duration = Duration::from_secs(10);

/// Lets a door read; says what is wrong with how it did.
fn let_in(door: &Door, bytes: &[u8]) -> Result<(), String> {
    MEMORY.reset_peak_usage();
    let (before, began) = (MEMORY.current_usage(), Instant::now());
    let read = catch_unwind(AssertUnwindSafe(|| (door.read)(bytes)));
    let (took, peak) = (began.elapsed(), MEMORY.peak_usage().saturating_sub(before));
    let allowed = (FLOOR_BYTES + FACTOR * bytes.len()).max(door.unpacked_max);
    if read.is_err() {
        return Err("it panicked".to_owned());
    }
    if peak > allowed {
        return Err(format!("{peak} bytes of memory for {} bytes; {allowed} are allowed", bytes.len()));
    }
    if took > TIME_MAX { Err(format!("it took {took:?}")) } else { Ok(()) }
}

/// What once broke this door: what is too long to lie in a file, and what lies in one.
fn crashers(door: &Door) -> Vec<Vec<u8>> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/crashers").join(door.name);
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let files = entries.map(|entry| std::fs::read(entry.path()).expect("a kept crasher can be read"));
    doors::long_crashers(door.name).into_iter().chain(files).collect()
}

#[test]
fn every_door_bears_bent_bytes() {
    let rounds = number_from_env("TOVHOLDER_BYTES", ROUNDS_DEFAULT);
    let first = number_from_env("TOVHOLDER_FIRST_SEED", 1);
    let doors = doors();
    for (door, good) in doors.iter().flat_map(|door| door.good.iter().map(move |good| (door, good))) {
        let shown = String::from_utf8_lossy(&good[..good.len().min(200)]);
        assert!((door.read)(good), "{}: what is right is refused: {shown}", door.name);
    }
    // The panic is caught and told below, with the bytes that it came of.
    std::panic::set_hook(Box::new(|_| {}));
    let mut broken = Vec::new();
    for door in &doors {
        for (n, bytes) in crashers(door).iter().enumerate() {
            if let Err(why) = let_in(door, bytes) {
                broken.push(format!("{}, kept crasher {n}: {why}", door.name));
            }
        }
        let (mut taken, rounds) = (0, (rounds / door.slowness).max(20));
        for seed in first..first + rounds {
            let bytes = bent(&door.good, &mut Chance::new(u64::from(seed)));
            if let Err(why) = let_in(door, &bytes) {
                let kept = std::env::temp_dir().join(format!("tovholder-crasher-{}-{seed}.bin", door.name));
                std::fs::write(&kept, &bytes).expect("a crasher can be kept");
                broken.push(format!("{}, seed {seed}: {why}; the bytes are in {}", door.name, kept.display()));
                if broken.len() > 20 {
                    break;
                }
            }
            taken += u32::from((door.read)(&bytes));
        }
        println!("{}: {rounds} times, {taken} of them still read", door.name);
    }
    let _ = std::panic::take_hook();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_measure_sees_memory_and_panics() {
    let greedy = Door {
        name: "greedy",
        good: vec![],
        unpacked_max: 0,
        slowness: 1,
        read: |bytes| {
            let much = vec![1_u8; FLOOR_BYTES * 2 + bytes.len() * FACTOR];
            much.iter().all(|one| *one == 1)
        },
    };
    assert!(let_in(&greedy, b"x").unwrap_err().contains("bytes of memory"));
    let panics = Door { name: "panics", read: |bytes| bytes[1_000] == 0, ..greedy };
    assert_eq!(let_in(&panics, b"x").unwrap_err(), "it panicked");
}
