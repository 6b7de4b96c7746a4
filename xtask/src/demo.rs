//! `cargo xtask demo` shows the product on made-up data; `cargo xtask run` opens it on your own.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::command::{Chore, Outcome, become_it, cargo, flags, read, run};
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

/// What each department does to the same tasks with no network.
const APART: [&[&[&str]]; 2] = [
    &[
        &["task", "set", "KLIK-1006", "status=in_progress", "note=Vi er begyndt."],
        &["task", "set", "KLIK-1009", "responsible=Karsten Juul"],
    ],
    &[
        &["task", "set", "KLIK-1006", "status=completed"],
        &["task", "set", "KLIK-1007", "note=Aftalt med borgerservice."],
        &["task", "set", "KLIK-1009", "responsible=Åse Nørgaard"],
    ],
];

/// A process that ends with us.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `cargo xtask demo [--no-ui]`: a relay, two departments that edit the same tasks apart, what comes of it when they meet.
pub fn demo(house: &House, words: &[String]) -> Outcome {
    let no_ui = !flags(words, &["--no-ui"])?.is_empty();
    // A debug build, because it is there four minutes after a fresh clone, and a release build after seven.
    let programs = build(house, false)?;
    let data = temp_dir("demo")?;
    let (relay, url) = relay(&programs, &data.join("relay"))?;
    let departments = [data.join("teknik"), data.join("borgerservice")];
    let tovholder = |dir: &Path, words: &[&str]| run(terminal(&programs, dir).args(words));
    let [teknik, borgerservice] = &departments;
    println!("A relay on {url}, which cannot read what it keeps, and two departments of one municipality");
    tovholder(teknik, &["init", "--municipality", "0259", "--department", "Teknik og Miljø", "--name", "Nanna Dahl"])?;
    import(house, &programs, teknik, "klik-eksport-2018-05-15.xlsx")?;
    for edit in EDITS {
        tovholder(teknik, edit)?;
    }
    import(house, &programs, teknik, "klik-eksport-2018-06-15.xlsx")?;
    tovholder(teknik, &["relay", "connect", &url])?;
    let invited = read(terminal(&programs, teknik).args(["invite", "--json"]))?;
    let invited: serde_json::Value =
        serde_json::from_str(&invited).map_err(|error| Chore::failed(format!("invite --json: {error}")))?;
    let link = invited
        .get("invite")
        .and_then(serde_json::Value::as_str)
        .ok_or_else(|| Chore::failed("invite --json names no invitation"))?;
    tovholder(borgerservice, &["join", link, "--department", "Borgerservice", "--name", "Karsten Berg"])?;
    println!("\nBoth edit the same tasks, with no network");
    for (dir, edits) in departments.iter().zip(APART) {
        for edit in edits {
            tovholder(dir, edit)?;
        }
    }
    println!("\nThe network is back: both synchronise");
    for dir in [teknik, borgerservice, teknik] {
        tovholder(dir, &["sync", "--once"])?;
    }
    println!("\nWhat both said apart is merged; where they said different things of the same cell, both see both:");
    tovholder(borgerservice, &["conflicts"])?;
    let [here, there] = [teknik, borgerservice].map(|dir| read(terminal(&programs, dir).args(["tasks", "--json"])));
    let same = if here? == there? { "the same tasks, byte by byte" } else { "DIFFERENT tasks, which is a defect" };
    println!("\nBoth laptops now tell {same}.\n");
    tovholder(borgerservice, &["overview", "--on", ON])?;
    println!(
        "\nThe data lies in {}\nTheir terminal: {} --data-dir {}/teknik …",
        data.display(),
        programs.terminal.display(),
        data.display()
    );
    if no_ui {
        return Ok(());
    }
    let second = display().then(|| window(&programs, borgerservice).spawn()).and_then(Result::ok).map(Ending);
    let shown = open(&programs, Some(teknik));
    drop((second, relay));
    shown
}

/// Starts a relay on a free port, and answers where it listens.
fn relay(programs: &Programs, dir: &Path) -> Outcome<(Ending, String)> {
    let mut command = Command::new(&programs.relay);
    command.args(["--listen", "127.0.0.1:0", "--admission", "open", "--json", "--data-dir"]).arg(dir);
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut relay = Ending(started.map_err(|error| Chore::failed(format!("the relay cannot be started: {error}")))?);
    let mut line = String::new();
    if let Some(pipe) = relay.0.stdout.take() {
        BufReader::new(pipe).read_line(&mut line).map_err(|error| Chore::failed(format!("the relay: {error}")))?;
    }
    let told: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
    let url = told
        .get("listening")
        .and_then(serde_json::Value::as_str)
        .ok_or_else(|| Chore::failed("the relay does not say where it listens"))?;
    Ok((relay, url.to_owned()))
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
    relay: PathBuf,
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
    Ok(Programs {
        terminal: house.built(profile, "tovholder"),
        window: house.built(profile, "tovholder-desktop"),
        relay: house.built(profile, "tovholder-relay"),
    })
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

/// The window on this data.
fn window(programs: &Programs, data: &Path) -> Command {
    let mut command = Command::new(&programs.window);
    command.env("TOVHOLDER_DATA_DIR", data).env("TOVHOLDER_ON", ON);
    command
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
