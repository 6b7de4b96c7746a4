//! `tovholder tasks --json` as a whole process, against another that only reads every record of the same file.

use std::path::Path;
use std::process::{Command, Stdio};

use rusqlite::{Connection, OpenFlags};

use crate::Outcome;
use crate::data::{Copy, Size};
use crate::figures::{Figure, Series, timed};

/// Runs of each.
const RUNS: u32 = 31;
const LIMIT_MS: f64 = 150.0;

pub fn measure(root: &Path, tovholder: &Path) -> Outcome {
    let copy = Copy::of(root, &Size::WHOLE)?;
    let itself = std::env::current_exe()?;
    let mut program = Command::new(tovholder);
    program.arg("--data-dir").arg(copy.dir()).args(["tasks", "--json"]);
    let mut yardstick = Command::new(itself);
    yardstick.arg("records").arg(copy.dir().join("tovholder.db"));
    let (mut programs, mut yardsticks) = (Series::default(), Series::default());
    for round in 0..=RUNS {
        let (yardstick_took, bytes) = timed(|| run(&mut yardstick));
        let read = bytes?;
        let (program_took, bytes) = timed(|| run(&mut program));
        let written = bytes?;
        if read == 0 || written < 100_000 {
            return Err(format!("a program answered too little: {read} and {written} bytes").into());
        }
        // The first of each brings the programs themselves into memory.
        if round > 0 {
            yardsticks.push(yardstick_took);
            programs.push(program_took);
        }
    }
    Figure::new("tasks --json, whole process, median", programs.median(), "ms")
        .against("a process that reads every record", yardsticks.median())
        .value_max(LIMIT_MS)
        .print();
    Figure::new("tasks --json, whole process, p95", programs.percentile(95), "ms")
        .against("a process that reads every record", yardsticks.percentile(95))
        .print();
    Ok(())
}

/// Runs a program to its end; answers the bytes that it wrote.
fn run(command: &mut Command) -> Outcome<usize> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        Ok(output.stdout.len())
    } else {
        Err(format!("{command:?}: {}", output.status).into())
    }
}

/// The yardstick: every record, read and forgotten.
pub fn read_records(file: &Path) -> Outcome {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare("SELECT record FROM entity")?;
    let mut rows = statement.query([])?;
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        bytes += row.get_ref(0)?.as_str()?.len();
    }
    println!("{bytes}");
    Ok(())
}
