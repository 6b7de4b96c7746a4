//! The window: how long until its first rows are painted, and what memory it takes, against the same program showing an
//! empty page of the same bundle. The two are started in turn, so that what else the machine does falls on both.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::figure::told;
use super::program::Program;
use super::{Place, median_and_p95};
use crate::command::Outcome;

/// Starts of each.
const RUNS: usize = 21;
/// Starts of each after which memory is read too.
const MEMORY_RUNS: usize = 7;
/// How long after the paint memory is read: by then it has come to rest.
const REST: Duration = Duration::from_secs(2);
const START_RATIO_MAX: f64 = 1.25;
const MEMORY_RATIO_MAX: f64 = 1.3;
/// A row of a table on the page that the window opens with.
const ROWS: &str = "main tbody tr";
/// The day whose colours are shown.
const ON: &str = "2018-06-15";

/// An X server of its own.
pub struct Display {
    /// For `DISPLAY`.
    pub name: String,
    _server: Program,
}

impl Display {
    /// Starts one on a number that it found free.
    pub fn start() -> Outcome<Self> {
        let words = ["-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp", "-noreset"];
        let server = Program::start(Command::new("Xvfb").args(words))?;
        let name = format!(":{}", server.line("a display in memory")?.trim());
        Ok(Self { name, _server: server })
    }
}

/// Measurements of one kind of start.
#[derive(Default)]
struct Starts {
    ms: Vec<f64>,
    mib: Vec<f64>,
}

/// Starts the window on the municipality and the empty one, in turn.
pub fn measure(place: &Place) -> Outcome<Vec<String>> {
    let data = place.municipality()?;
    let display = Display::start()?;
    let window = |empty: bool| {
        let mut command = Command::new(&place.programs.window);
        on_display(&mut command, &display, &data.path);
        if empty {
            command.env("TOVHOLDER_SHELL", "empty").env("TOVHOLDER_TIMING", "body");
        } else {
            command.env("TOVHOLDER_TIMING", ROWS);
        }
        command
    };
    let (mut full, mut empty) = (Starts::default(), Starts::default());
    for round in 0..=RUNS {
        for (is_empty, starts) in [(true, &mut empty), (false, &mut full)] {
            let began = Instant::now();
            let program = Program::start(&mut window(is_empty))?;
            let _painted = program.line(if is_empty { "the empty page" } else { "the first rows" })?;
            let took = began.elapsed();
            // The first of each brings WebKit itself into memory.
            if round == 0 {
                continue;
            }
            starts.ms.push(took.as_secs_f64() * 1_000.0);
            if round <= MEMORY_RUNS {
                std::thread::sleep(REST);
                starts.mib.push(program.memory_mib()?);
            }
        }
    }
    let (start, start_p95) = median_and_p95(&full.ms);
    let (empty_start, empty_p95) = median_and_p95(&empty.ms);
    let (memory, _) = median_and_p95(&full.mib);
    let (empty_memory, _) = median_and_p95(&empty.mib);
    let shell = "the shell with an empty page";
    Ok(vec![
        told(
            "cold start to first rows, median",
            "ms",
            start,
            json!({ "against": shell, "against_value": empty_start, "ratio_max": START_RATIO_MAX }),
        ),
        told("cold start to first rows, p95", "ms", start_p95, json!({ "against": shell, "against_value": empty_p95 })),
        told(
            "proportional memory, median",
            "MiB",
            memory,
            json!({ "against": shell, "against_value": empty_memory, "ratio_max": MEMORY_RATIO_MAX }),
        ),
    ])
}

/// What every start of the window has in common.
pub fn on_display(command: &mut Command, display: &Display, data: &Path) {
    command
        .env("DISPLAY", &display.name)
        .env_remove("WAYLAND_DISPLAY")
        .env("TOVHOLDER_DATA_DIR", data)
        .env("TOVHOLDER_ON", ON);
}
