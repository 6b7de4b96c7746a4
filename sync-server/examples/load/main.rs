//! Many laptops against one relay, in a process of their own: `load --relay ws://… --pid … --bodies FILE`.
//!
//! The laptops speak the frames as the real ones do: spaces are founded and admitted, every member has joined by an
//! invitation, an envelope is chained, sealed and signed over a body that a real edit made, and everybody follows the log
//! and says now and then how far they have read. What comes is checked to be the log without gaps and counted; it is not
//! applied. Everything that was measured is printed as one JSON object. `cargo xtask bench relay` runs it.

// Counts far below 2^52 become floating point here, to be divided and printed.
#![allow(clippy::cast_precision_loss)]

mod client;
mod process;
mod tally;
mod town;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::json;
use tokio::sync::{Semaphore, watch};

use client::{Client, Plan};
use process::Spent;
use tally::Tally;
use town::Town;

/// Any failure ends the load, with its sentence.
type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Greetings under way at once.
const GREETINGS: usize = 64;
/// How long everybody may take to come in.
const COMING_S_MAX: u64 = 120;
/// How long the last deliveries may take.
const LAST_S_MAX: u64 = 15;
/// How long an idle relay rests before its memory is read.
const REST: Duration = Duration::from_secs(5);

/// Many laptops against one relay
#[derive(Debug, Parser)]
struct Words {
    /// The relay's address
    #[arg(long)]
    relay: std::net::SocketAddr,
    /// The relay's process
    #[arg(long)]
    pid: u32,
    /// Bodies of real edits, each behind its length (four bytes, little end first)
    #[arg(long)]
    bodies: PathBuf,
    #[arg(long, default_value_t = 1_000)]
    clients: usize,
    /// Municipalities, over which the clients are spread
    #[arg(long, default_value_t = 98)]
    spaces: usize,
    /// Seconds between two edits of a client
    #[arg(long, default_value_t = 10)]
    every: u32,
    /// Edits of each client that are measured, after one that is not; 0 leaves everybody idle
    #[arg(long, default_value_t = 3)]
    edits: u32,
}

fn main() -> std::process::ExitCode {
    let words = Words::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run(&words)));
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(words: &Words) -> Outcome {
    let bodies = bodies(&std::fs::read(&words.bodies)?)?;
    let rest = process::memory_kib(words.pid)?;
    let mut towns = Vec::with_capacity(words.spaces);
    for number in 0..words.spaces {
        let members = (words.clients + words.spaces - 1 - number) / words.spaces;
        towns.push(Arc::new(Town::found(members)?));
    }
    let tally = Arc::new(Tally::new(words.clients));
    let plan = Arc::new(Plan {
        relay: words.relay,
        bodies,
        every: Duration::from_secs(words.every.into()),
        edits: if words.edits == 0 { 0 } else { words.edits + 1 },
        clients: words.clients,
    });
    let (tell, begin) = watch::channel(None::<Instant>);
    let greetings = Arc::new(Semaphore::new(GREETINGS));
    let came = Instant::now();
    for number in 0..words.clients {
        let Some(town) = towns.get(number % words.spaces) else { continue };
        let client =
            Client::new(number, number / words.spaces, Arc::clone(town), Arc::clone(&plan), Arc::clone(&tally));
        let (greetings, begin, tally) = (Arc::clone(&greetings), begin.clone(), Arc::clone(&tally));
        tokio::spawn(async move {
            if let Err(error) = client.live(&greetings, begin).await {
                tally.lost(&error.to_string());
            }
        });
    }
    while tally.live.load(Ordering::Relaxed) < words.clients {
        if came.elapsed() > Duration::from_secs(COMING_S_MAX) || tally.lost_count() > 0 {
            let (live, why) = (tally.live.load(Ordering::Relaxed), tally.why());
            return Err(format!("{live} of {} came in; {why}", words.clients).into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let coming_s = came.elapsed().as_secs_f64();
    // What was said at the coming has been told.
    tokio::time::sleep(REST).await;
    let told = if words.edits == 0 {
        json!({})
    } else {
        let _ = tell.send(Some(Instant::now()));
        edits(words, &plan, &towns, &tally).await?
    };
    let memory = process::memory_kib(words.pid)?;
    println!(
        "{}",
        json!({
            "clients": words.clients,
            "spaces": words.spaces,
            "coming_s": coming_s,
            "lost": tally.lost_count(),
            "why": tally.why(),
            "memory_before_kib": rest,
            "memory_kib": memory,
            "edits": told,
        })
    );
    Ok(())
}

/// Waits while everybody edits, and answers what came of it.
async fn edits(words: &Words, plan: &Plan, towns: &[Arc<Town>], tally: &Tally) -> Outcome<serde_json::Value> {
    // Everybody's first edit brings caches and connections to where they stay, and is not measured.
    tokio::time::sleep(plan.every).await;
    let (relay, own) = (Spent::by(words.pid)?, Spent::by(std::process::id())?);
    let began = Instant::now();
    tokio::time::sleep(plan.every * words.edits).await;
    let per_edit = |town: &Arc<Town>| town.members() as u64 * (town.members() as u64 - 1);
    let expected = towns.iter().map(per_edit).sum::<u64>() * u64::from(words.edits);
    let last = Instant::now();
    while tally.measured() < expected && last.elapsed() < Duration::from_secs(LAST_S_MAX) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let seconds = began.elapsed().as_secs_f64();
    let (relay, own) = (Spent::by(words.pid)?.since(&relay), Spent::by(std::process::id())?.since(&own));
    let mut told = tally.told();
    if let Some(told) = told.as_object_mut() {
        told.insert("made".to_owned(), json!(words.clients as u64 * u64::from(words.edits)));
        told.insert("expected".to_owned(), json!(expected));
        told.insert("seconds".to_owned(), json!(seconds));
        told.insert("relay_cpu_s".to_owned(), json!(relay.cpu_s));
        told.insert("load_cpu_s".to_owned(), json!(own.cpu_s));
    }
    Ok(told)
}

/// Takes the file of bodies apart.
fn bodies(bytes: &[u8]) -> Outcome<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_le_bytes(*length))?;
        let (body, next) = behind.split_at_checked(length).ok_or("the file of bodies is cut off")?;
        found.push(body.to_vec());
        rest = next;
    }
    if found.is_empty() { Err("no bodies".into()) } else { Ok(found) }
}
