//! `cargo xtask demo` shows the product on made-up data; `cargo xtask run` opens it on your own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Outcome, become_it, cargo, flags, run};
use crate::ground::{self, Purpose};
use crate::house::{House, temp_dir};
use crate::{screen, test};

/// The day of the June export: colours of any other day would be those of 2018's tasks long past.
const ON: &str = "2018-06-15";

/// What a programme leader would do between two exports. Words for `tovholder`, one line each. June's export says
/// something else of 1010's responsible and 1014's status, so the demo shows both and asks.
const EDITS: &[&[&str]] = &[
    &["task", "set", "KLIK-1010", "responsible=Anne Eskildsen", "performer=Tina Ørsted"],
    &["task", "set", "KLIK-1014", "status=in_progress", "note=Aftalt med it-afdelingen 22.05."],
    &["task", "set", "KLIK-1012", "action_needed=true"],
    &["task", "comment", "KLIK-1012", "Leverandøren svarer først i uge 26."],
    &["task", "new", "--project", "BBR", "--title", "Orientér borgerservice om nyt login", "--deadline", "2018-06-22"],
    &["role", "set", "BBR", "projektleder", "needed=yes", "duties=Leder projektet og holder styregruppen orienteret."],
    &["role", "set", "BBR", "rolleadministrator-sts", "needed=yes"],
    &["role", "set", "DUBU", "projektleder", "needed=yes"],
    &["assign", "BBR", "projektleder", "Karsten Berg", "--from", "2018-05-01"],
];

/// `cargo xtask demo [--no-ui]`.
pub fn demo(house: &House, words: &[String]) -> Outcome {
    let no_ui = !flags(words, &["--no-ui"])?.is_empty();
    // A debug build, because it is there four minutes after a fresh clone, and a release build after seven.
    let programs = build(house, false)?;
    let data = temp_dir("demo")?;
    println!("A new municipality in {}", data.display());
    let tovholder = |words: &[&str]| run(terminal(&programs, &data).args(words));
    tovholder(&["init", "--municipality", "0259", "--department", "Digitalisering", "--name", "Tove Holm"])?;
    import(house, &programs, &data, "klik-eksport-2018-05-15.xlsx")?;
    for edit in EDITS {
        tovholder(edit)?;
    }
    import(house, &programs, &data, "klik-eksport-2018-06-15.xlsx")?;
    println!();
    tovholder(&["overview", "--on", ON])?;
    println!("\nThe data lies in {}\nIts terminal: {} --data-dir {0} …", data.display(), programs.terminal.display());
    if no_ui {
        return Ok(());
    }
    open(&programs, Some(&data))
}

/// `cargo xtask run [--release]`.
pub fn run_own(house: &House, words: &[String]) -> Outcome {
    let release = !flags(words, &["--release"])?.is_empty();
    let programs = build(house, release)?;
    open(&programs, None)
}

struct Programs {
    terminal: PathBuf,
    window: PathBuf,
}

fn build(house: &House, release: bool) -> Outcome<Programs> {
    ground::prepare(Purpose::Build)?;
    screen::ready(house)?;
    println!("Building Tovholder");
    if release {
        let mut command = cargo(&house.root);
        command.args(["build", "--release", "--package", "tovholder-cli", "--package", "tovholder-desktop"]);
        run(command.args(["--features", "tovholder-desktop/custom-protocol"]))?;
    } else {
        test::build_programs(house)?;
    }
    let profile = if release { "release" } else { "debug" };
    Ok(Programs { terminal: house.built(profile, "tovholder"), window: house.built(profile, "tovholder-desktop") })
}

fn terminal(programs: &Programs, data: &Path) -> Command {
    let mut command = Command::new(&programs.terminal);
    command.arg("--data-dir").arg(data);
    command
}

fn import(house: &House, programs: &Programs, data: &Path, file: &str) -> Outcome {
    println!("Importing {file}");
    run(terminal(programs, data).args(["import", "klik"]).arg(house.path("tests/data").join(file)))
}

/// Opens the window, or with no display the same screen on loopback.
fn open(programs: &Programs, demo_data: Option<&Path>) -> Outcome {
    let mut command = if display() {
        Command::new(&programs.window)
    } else {
        println!("No display here: the same screen for a browser on this machine. Ctrl+C ends it.");
        let mut command = Command::new(&programs.terminal);
        command.arg("serve");
        command
    };
    if let Some(data) = demo_data {
        command.env("TOVHOLDER_DATA_DIR", data).env("TOVHOLDER_ON", ON);
    }
    become_it(&mut command)
}

fn display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
