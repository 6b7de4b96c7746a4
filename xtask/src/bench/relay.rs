//! The relay under load, and beside it automerge-repo's own server under the same load.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::figure::told;
use super::program::{Folder, Program};
use super::{FILES, Place};
use crate::command::{Chore, Outcome, on_path, read, run};

/// Documents, each a municipality's.
const SPACES: u32 = 98;
/// Clients that edit, in one round after the other.
const CLIENTS: [u32; 2] = [1_000, 2_000];
/// Clients that are connected and idle.
const IDLE: u32 = 5_000;
/// Seconds between two edits of a client.
const EVERY_S: u32 = 10;
/// Edits of each client that are measured.
const EDITS: u32 = 3;
/// From handing in to arrival at every other client of the municipality.
const P99_MS_MAX: f64 = 50.0;
/// Processor time of a delivered change against the other server's.
const CPU_RATIO_MAX: f64 = 0.1;
/// Memory of an idle connection.
const IDLE_KIB_MAX: f64 = 64.0;
/// Clients of the other server and the documents that they are spread over: as many as ours, and a quarter of that with as
/// many to a document, which it manages.
const OTHERS: [(u32, u32); 2] = [(1_000, SPACES), (250, 25)];

/// What one run of a load told.
struct Run(Value);

impl Run {
    fn read(text: &str) -> Outcome<Self> {
        let line = text.lines().last().unwrap_or_default();
        serde_json::from_str(line).map(Self).map_err(|_| Chore::failed(format!("the load told no figures: {line}")))
    }

    fn number(&self, pointer: &str) -> f64 {
        self.0.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN)
    }

    /// Edits that did not arrive, in percent of those that should have, of everybody who wanted to come in.
    fn undelivered(&self) -> f64 {
        100.0 * (1.0 - self.number("/edits/delivered") / self.number("/edits/expected"))
    }

    /// Processor time of the server for each delivered change, in microseconds.
    fn cpu_us(&self) -> f64 {
        self.number("/edits/relay_cpu_s") * 1_000_000.0 / self.number("/edits/delivered")
    }

    fn memory_mib(&self) -> f64 {
        self.number("/memory_kib") / 1_024.0
    }

    fn talk(&self, who: &str) -> String {
        let seconds = self.number("/edits/seconds");
        format!(
            "{who}, {} clients: {} edits, {} of {} delivered, p50 {:.1} ms, p99 {:.1} ms, {:.0} % of a processor, the load \
             {:.0} %; all in after {:.1} s, {} lost {}",
            self.number("/clients"),
            self.number("/edits/made"),
            self.number("/edits/delivered"),
            self.number("/edits/expected"),
            self.number("/edits/p50_ms"),
            self.number("/edits/p99_ms"),
            100.0 * self.number("/edits/relay_cpu_s") / seconds,
            100.0 * self.number("/edits/load_cpu_s") / seconds,
            self.number("/coming_s"),
            self.number("/lost"),
            self.0.pointer("/why").and_then(Value::as_str).unwrap_or_default(),
        )
    }
}

/// A relay that runs; ended when dropped.
struct Relay {
    program: Program,
    /// `127.0.0.1:port`.
    address: String,
    /// Gone after the program.
    _folder: Folder,
}

impl Relay {
    /// Starts one on an empty folder, with every default but that anybody is admitted.
    fn start(place: &Place) -> Outcome<Self> {
        let folder = Folder::below(&place.data)?;
        let mut command = with_files(&place.programs.relay, Half::Server);
        command.args(["--json", "--listen", "127.0.0.1:0", "--admission", "open", "--data-dir"]).arg(&folder.path);
        let program = Program::start(&mut command)?;
        let line = program.line("the relay")?;
        let listening = listening(&line)?;
        let address = listening.as_str().unwrap_or_default().trim_start_matches("ws://").to_owned();
        Ok(Self { program, address, _folder: folder })
    }
}

/// Where a server says that it listens.
fn listening(line: &str) -> Outcome<Value> {
    let told: Option<Value> = serde_json::from_str(line).ok();
    told.and_then(|told| told.get("listening").cloned())
        .ok_or_else(|| Chore::failed(format!("it listens nowhere: {line}")))
}

/// Which half of the processors a program gets.
#[derive(Clone, Copy)]
enum Half {
    Server,
    Clients,
}

/// A program that may open as many files as the machine allows, on its half of the processors: clients that need more than
/// there is must not starve the server that is measured, ours or the other.
fn with_files(program: &Path, half: Half) -> Command {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut command = if cores > 1 && on_path("taskset").is_some() {
        let of = match half {
            Half::Server => format!("0-{}", cores / 2 - 1),
            Half::Clients => format!("{}-{}", cores / 2, cores - 1),
        };
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &of, "sh"]);
        command
    } else {
        Command::new("sh")
    };
    command.args(["-c", FILES]).arg(program);
    command
}

/// Every figure of the relay.
pub fn measure(place: &Place) -> Outcome<Vec<String>> {
    let peer = install(place)?;
    let folder = Folder::below(&place.data)?;
    let bodies = folder.path.join("bodies");
    let mut lines = place.inside(&["bodies"], &[&bodies])?;
    let mut others = Vec::new();
    for (clients, spaces) in OTHERS {
        let theirs = other(&peer, clients, spaces)?;
        lines.push(theirs.talk("automerge-repo's server"));
        others.push((format!("automerge-repo's server, {clients} clients"), theirs));
    }
    for clients in CLIENTS {
        let ours = load(place, &bodies, clients, EDITS)?;
        lines.push(ours.talk("the relay"));
        lines.extend(figures(clients, &ours, &others));
    }
    let idle = load(place, &bodies, IDLE, 0)?;
    let grown = idle.number("/memory_kib") - idle.number("/memory_before_kib");
    lines.push(told(
        &format!("relay, {}: memory of a connection", clients_of(IDLE, "idle")),
        "KiB",
        grown / f64::from(IDLE),
        json!({ "value_max": IDLE_KIB_MAX }),
    ));
    Ok(lines)
}

fn clients_of(count: u32, what: &str) -> String {
    format!("{},{:03} {what}", count / 1_000, count % 1_000)
}

/// Our figures, each beside the same figure of the other server at its full load. What a change costs is held against a run
/// in which everything was delivered: a server that lets changes lie for a minute, and hands out in one what has piled up, is
/// no yardstick. When there is none, all are.
fn figures(clients: u32, ours: &Run, others: &[(String, Run)]) -> Vec<String> {
    let delivers = |run: &Run| run.undelivered() <= 0.0;
    let measured = others.iter().any(|(_, run)| delivers(run));
    let limit_of = |what: &str, theirs: &Run| match what {
        "edits not delivered" => json!({ "value_max": 0 }),
        "handed in to arrived, p99" => json!({ "value_max": P99_MS_MAX }),
        "processor time of a delivered change" if delivers(theirs) || !measured => {
            json!({ "ratio_max": CPU_RATIO_MAX })
        }
        _ => json!({}),
    };
    let row = |what: &str, unit: &str, of: &dyn Fn(&Run) -> f64, (name, theirs): &(String, Run)| {
        let mut more = limit_of(what, theirs);
        if let Some(more) = more.as_object_mut() {
            more.insert("against".to_owned(), json!(name));
            more.insert("against_value".to_owned(), json!(of(theirs)));
        }
        told(&format!("relay, {}: {what}", clients_of(clients, "clients")), unit, of(ours), more)
    };
    let Some(first) = others.first() else { return Vec::new() };
    let mut lines = vec![
        row("edits not delivered", "%", &Run::undelivered, first),
        row("handed in to arrived, p50", "ms", &|run| run.number("/edits/p50_ms"), first),
        row("handed in to arrived, p99", "ms", &|run| run.number("/edits/p99_ms"), first),
        row("resident memory", "MiB", &Run::memory_mib, first),
    ];
    lines.extend(others.iter().map(|other| row("processor time of a delivered change", "µs", &Run::cpu_us, other)));
    lines
}

/// Our clients against our relay.
fn load(place: &Place, bodies: &Path, clients: u32, edits: u32) -> Outcome<Run> {
    let relay = Relay::start(place)?;
    let mut command = with_files(&place.programs.load, Half::Clients);
    command.args(["--relay", &relay.address, "--pid", &relay.program.id().to_string(), "--bodies"]).arg(bodies);
    command.args(["--clients", &clients.to_string(), "--spaces", &SPACES.to_string()]);
    command.args(["--every", &EVERY_S.to_string(), "--edits", &edits.to_string()]);
    Run::read(&read(&mut command)?)
}

/// Their clients against their server.
fn other(peer: &Path, clients: u32, spaces: u32) -> Outcome<Run> {
    let node = Path::new("node");
    let server = Program::start(with_files(node, Half::Server).arg("server.mjs").current_dir(peer))?;
    let line = server.line("the other server")?;
    let port = listening(&line)?.to_string();
    let mut command = with_files(node, Half::Clients);
    command.arg("--max-old-space-size=12000").arg("clients.mjs").current_dir(peer);
    command.args([port, server.id().to_string()]);
    command.args([clients, spaces, EVERY_S, EDITS].map(|number| number.to_string()));
    Run::read(&read(&mut command)?)
}

/// The other server and its clients, installed below the benches' data. Never in the checkout, and not by `cargo xtask test`.
fn install(place: &Place) -> Outcome<PathBuf> {
    let from = place.root.join("xtask/bench-peer");
    let to = place.data.join("peer");
    let io = |error: std::io::Error| Chore::failed(format!("{}: {error}", to.display()));
    std::fs::create_dir_all(&to).map_err(io)?;
    let lock = |dir: &Path| std::fs::read(dir.join("package-lock.json")).ok();
    // npm writes this file last, so a broken install is seen as none.
    let installed = lock(&to) == lock(&from) && to.join("node_modules/.package-lock.json").is_file();
    for name in ["package.json", "package-lock.json", ".npmrc", "server.mjs", "clients.mjs"] {
        std::fs::copy(from.join(name), to.join(name)).map_err(io)?;
    }
    if !installed {
        eprintln!("Installing what the relay is measured beside");
        let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&to))?;
    }
    Ok(to)
}
