//! Two laptops and a relay: joining, catching up, one edit, coming back, and what all that weighs.
//!
//! The laptops are the product's use cases on directories of their own in this process, the relay is the product's program
//! in another, every commit on either side is durable.

mod crowd;
mod live;
mod relay;
mod wire;

use std::path::Path;

use tovholder_app::App;
use tovholder_app::view::{InviteArgs, JoinArgs, NoArgs, RelayConnectArgs, SyncStatus, TasksQuery};

use crate::Outcome;
use crate::data::{Copy, Size};
use crate::edit::{Bare, Editor};
use crate::figures::{Figure, Series, timed};
use live::Live;
pub use relay::Relay;
use relay::database_bytes;
use wire::Wire;

/// Newcomers.
const JOINS: u32 = 5;
const JOIN_MS_MAX: f64 = 3_000.0;
/// Edits that each of two laptops makes apart, and how often.
const APART: u32 = 1_000;
const APART_RUNS: u32 = 5;
const APART_MS_MAX: f64 = 1_000.0;
/// Single edits whose way is measured.
const SINGLE: u32 = 200;
const WARMING: u32 = 20;
/// Growth of a synced edit with ten times the history; a tenth of a decade is a factor of 1.26.
const EXPONENT_MAX: f64 = 0.1;
/// As many tasks with hardly any history.
const NEW: Size = Size { edits: 2_000, ..Size::WHOLE };
/// Members of a space that one comes back to, and how often.
const MEMBERS: usize = 500;
const RETURNS: u32 = 11;
const RETURN_BYTES_MAX: f64 = 2_048.0;

/// A laptop: its directory and its use cases.
struct Laptop {
    app: App,
    copy: Copy,
}

impl Laptop {
    fn of(root: &Path, size: &Size) -> Outcome<Self> {
        let copy = Copy::of(root, size)?;
        Ok(Self { app: App::open(copy.dir())?, copy })
    }

    fn bytes(&self) -> Outcome<f64> {
        database_bytes(&self.copy.dir().join("tovholder.db"))
    }

    fn connect(&self, url: &str) -> Outcome {
        self.app.relay_connect(RelayConnectArgs { url: url.to_owned(), code: None })?;
        Ok(())
    }

    fn invite(&self) -> Outcome<String> {
        Ok(self.app.invite(InviteArgs::default())?.invite)
    }

    fn sync(&self) -> Outcome<SyncStatus> {
        Ok(self.app.sync_once()?)
    }
}

/// Processor time of this process so far.
fn processor_ms() -> Outcome<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    let ticks: f64 = behind.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<f64>().ok()).sum();
    // Linux shows 100 ticks a second to every program.
    Ok(ticks * 10.0)
}

/// How one joins.
fn newcomer(invite: String, adopt: bool) -> JoinArgs {
    JoinArgs {
        invite,
        department: Some("Borgerservice".to_owned()),
        name: Some("Berit Madsen".to_owned()),
        adopt,
        ..JoinArgs::default()
    }
}

pub fn measure(root: &Path, program: &Path) -> Outcome {
    let relay = Relay::start(root, program)?;
    let whole = join(root, &relay, &Size::WHOLE, JOINS)?;
    let young = join(root, &relay, &Size::YOUNG, 1)?;
    let new = join(root, &relay, &NEW, 1)?;
    let sizes = [(NEW.edits, new), (Size::YOUNG.edits, young), (Size::WHOLE.edits, whole)];
    single(root, &relay, &sizes)?;
    let [_, _, (_, whole)] = sizes;
    weigh(&relay, &whole)?;
    apart(&relay, &whole.0, &whole.1)?;
    drop(whole);
    come_back(root, &relay)
}

/// The joining alone, to look into.
pub fn measure_join(root: &Path, program: &Path) -> Outcome {
    let relay = Relay::start(root, program)?;
    join(root, &relay, &Size::WHOLE, JOINS).map(drop)
}

fn thousands(number: u32) -> String {
    format!("{},{:03}", number / 1_000, number % 1_000)
}

/// One laptop connects with everything it has, others join it. Answers the first and the last.
fn join(root: &Path, relay: &Relay, size: &Size, joins: u32) -> Outcome<(Laptop, Laptop)> {
    let history = thousands(size.edits);
    let first = Laptop::of(root, size)?;
    let (took, done) = timed(|| first.connect(&relay.url()));
    done?;
    println!(
        "{history} edits were handed in within {took:.0} ms; the relay's database holds {:.0} bytes",
        relay.bytes()?
    );
    let (mut ready, mut joined, mut copies) = (Series::default(), Series::default(), Series::default());
    let mut last = None;
    for number in 0..joins {
        let (took, invite) = timed(|| first.invite());
        let invite = invite?;
        if number == 0 {
            println!("the first invitation, with a snapshot handed in, took {took:.0} ms");
        }
        let other = Copy::empty(root)?;
        let (took, done) =
            timed(|| std::fs::copy(first.copy.dir().join("tovholder.db"), other.dir().join("tovholder.db")));
        done?;
        copies.push(took);
        let copy = Copy::empty(root)?;
        let spent = processor_ms()?;
        let (took, come) = timed(|| -> Outcome<(App, f64)> {
            let app = App::open(copy.dir())?;
            let (took, done) = timed(|| app.join(newcomer(invite, false)));
            done?;
            let snapshot = if app.sync_status(NoArgs {})?.unverified { "from a snapshot" } else { "from the log" };
            println!("joined {snapshot}, with {:.0} ms of this process' processor time", processor_ms()? - spent);
            let mut editor = Editor::new(&app)?;
            editor.write()?;
            Ok((app, took))
        });
        let (app, join_took) = come?;
        let tasks = app.tasks(TasksQuery::default())?.rows.len();
        if tasks != size.tasks as usize {
            return Err(format!("the newcomer has {tasks} tasks").into());
        }
        ready.push(took);
        joined.push(join_took);
        last = Some(Laptop { app, copy });
    }
    let second = last.ok_or("nobody joined")?;
    if joins > 1 {
        Figure::new(
            &format!("a new laptop joins {history} edits and has edited, median of {joins}"),
            ready.median(),
            "ms",
        )
        .against("copying the other laptop's database file", copies.median())
        .value_max(JOIN_MS_MAX)
        .print();
        Figure::new("of that, until the joining has returned", joined.median(), "ms").print();
    }
    let (took, done) = timed(|| second.sync());
    done?;
    println!("checking {history} edits behind the snapshot took {took:.0} ms");
    first.sync()?;
    second.sync()?;
    Ok((first, second))
}

/// Edits of the same project on both, apart; then both synchronise until each has everything.
fn apart(relay: &Relay, first: &Laptop, second: &Laptop) -> Outcome {
    let project =
        first.app.tasks(TasksQuery::default())?.rows.first().map(|row| row.project.clone()).unwrap_or_default();
    let bare_dir = first.copy.dir();
    let bare = Bare::open(bare_dir)?;
    let (mut syncs, mut bares) = (Series::default(), Series::default());
    let (mut laptop, mut stored) = (Series::default(), Series::default());
    for run in 0..=APART_RUNS {
        for (side, one) in [first, second].into_iter().enumerate() {
            let mut editor =
                Editor::in_project(&one.app, &project, u64::from(run) * 2_000_000 + side as u64 * 1_000_000 + 11)?;
            for _ in 0..APART {
                editor.write()?;
            }
        }
        let (commits, done) = timed(|| (0..2 * APART).try_for_each(|_| bare.commit()));
        done?;
        let (before, before_relay) = (first.bytes()?, relay.bytes()?);
        // The first hands in, the second reads that and hands in, the first reads that.
        let (took, done) = timed(|| -> Outcome {
            first.sync()?;
            second.sync()?;
            first.sync()?;
            Ok(())
        });
        done?;
        equal(first, second)?;
        println!("{APART} and {APART} edits apart, then in sync within {took:.0} ms");
        // The first brings what is seldom done into memory.
        if run > 0 {
            syncs.push(took);
            bares.push(commits);
            laptop.push((first.bytes()? - before) / f64::from(APART));
            stored.push((relay.bytes()? - before_relay) / f64::from(2 * APART));
        }
    }
    Figure::new("1,000 and 1,000 edits apart in one project, both in sync, median", syncs.median(), "ms")
        .against("as many bare commits", bares.median())
        .value_max(APART_MS_MAX)
        .print();
    println!(
        "apart, growth per edit: laptop {:.0} bytes for a received one, relay {:.0} bytes",
        laptop.median(),
        stored.median()
    );
    Ok(())
}

/// Both must show the same.
fn equal(first: &Laptop, second: &Laptop) -> Outcome {
    let shown = |laptop: &Laptop| -> Outcome<Vec<(String, String)>> {
        let rows = laptop.app.tasks(TasksQuery::default())?.rows;
        rows.iter().map(|row| Ok((row.id.clone(), serde_json::to_string(row)?))).collect()
    };
    let (one, other) = (shown(first)?, shown(second)?);
    match one.iter().zip(&other).find(|(one, other)| one != other) {
        None if one.len() == other.len() => Ok(()),
        Some((one, other)) => Err(format!("the laptops differ:\n{}\n{}", one.1, other.1).into()),
        None => Err("one laptop has more tasks".into()),
    }
}

/// Two laptops that stay connected.
struct Pair<'a> {
    one: Live<'a>,
    other: Live<'a>,
    editor: Editor<'a>,
    /// Of each edit: itself, handing it in, reading it there.
    parts: [Series; 3],
}

impl<'a> Pair<'a> {
    fn connect(laptops: &'a (Laptop, Laptop), addresses: [&str; 2]) -> Outcome<Self> {
        let [one, other] = addresses;
        Ok(Self {
            one: Live::connect(&laptops.0.app, one)?,
            other: Live::connect(&laptops.1.app, other)?,
            editor: Editor::new(&laptops.0.app)?,
            parts: Default::default(),
        })
    }

    /// One edit, until it is acknowledged here and in the database there. Answers how long that took.
    fn edit(&mut self) -> Outcome<f64> {
        let (edit, done) = timed(|| self.editor.write());
        done?;
        let (hand_in, done) = timed(|| self.one.hand_in());
        done?;
        let (read, done) = timed(|| self.other.read_to(self.one.cursor()));
        done?;
        let took = [edit, hand_in, read];
        self.parts.iter_mut().zip(took).for_each(|(part, took)| part.push(took));
        Ok(took.iter().sum())
    }
}

/// What one edit weighs, on its way and where it comes to lie.
fn weigh(relay: &Relay, laptops: &(Laptop, Laptop)) -> Outcome {
    let (first, second) = laptops;
    let wires = (Wire::to(&relay.address)?, Wire::to(&relay.address)?);
    let addresses = [wires.0.url.trim_start_matches("ws://"), wires.1.url.trim_start_matches("ws://")];
    let mut pair = Pair::connect(laptops, addresses)?;
    for _ in 0..WARMING {
        pair.edit()?;
    }
    let (up, down) = (wires.0.passed(), wires.1.passed());
    let before = (first.bytes()?, second.bytes()?, relay.bytes()?);
    for _ in 0..SINGLE {
        pair.edit()?;
    }
    let (sent, got) = (wires.0.passed(), wires.1.passed());
    let after = (first.bytes()?, second.bytes()?, relay.bytes()?);
    let bare = bare_bytes(first)?;
    let figure = |name: &str, grown: f64| {
        let name = format!("an edit alone, {name}");
        Figure::new(&name, grown / f64::from(SINGLE), "B").against("the bare Automerge change", bare).print();
    };
    figure("handed in, on the wire", (sent.bytes_to_relay - up.bytes_to_relay) as f64);
    figure("acknowledged and placed in the log, on the wire", (sent.bytes_to_laptop - up.bytes_to_laptop) as f64);
    figure("told to another laptop, on the wire", (got.bytes() - down.bytes()) as f64);
    figure("on the relay's disk", after.2 - before.2);
    figure("on its author's disk", after.0 - before.0);
    figure("on the other laptop's disk", after.1 - before.1);
    Ok(())
}

/// One edit after the other, each on its way before the next, in turn at every size of history and with a bare commit.
fn single(root: &Path, relay: &Relay, sizes: &[(u32, (Laptop, Laptop))]) -> Outcome {
    let mut pairs = Vec::new();
    for (edits, laptops) in sizes {
        pairs.push((*edits, Pair::connect(laptops, [&relay.address, &relay.address])?, Series::default()));
    }
    let beside = Copy::empty(root)?;
    let bare = Bare::open(beside.dir())?;
    let mut bares = Series::default();
    for number in 0..WARMING + SINGLE {
        let (took, done) = timed(|| bare.commit());
        done?;
        if number >= WARMING {
            bares.push(took);
        }
        for (_, pair, series) in &mut pairs {
            let took = pair.edit()?;
            if number >= WARMING {
                series.push(took);
            }
        }
    }
    for (edits, pair, series) in &pairs {
        let [edit, hand_in, read] = &pair.parts;
        println!(
            "at {} edits: the edit {:.2} ms, handing it in {:.2} ms, reading it there {:.2} ms",
            thousands(*edits),
            edit.median(),
            hand_in.median(),
            read.median()
        );
        let name = format!("edit, seal, send, acknowledge, apply elsewhere, at {} edits", thousands(*edits));
        Figure::new(&name, series.median(), "ms").against("a bare commit", bares.median()).print();
    }
    for two in pairs.windows(2) {
        let [(less, _, quicker), (more, _, slower)] = two else { continue };
        let name = format!("growth of that from {} to {} edits", thousands(*less), thousands(*more));
        let decades = (f64::from(*more) / f64::from(*less)).log10();
        let exponent = (slower.median() / quicker.median()).log10() / decades;
        Figure::new(&name, exponent, "exponent").value_max(EXPONENT_MAX).print();
    }
    Ok(())
}

/// Bytes of an edit as Automerge writes it.
fn bare_bytes(laptop: &Laptop) -> Outcome<f64> {
    let mut editor = Editor::new(&laptop.app)?;
    for _ in 0..50 {
        editor.write()?;
    }
    let store = tovholder_store::Store::open(laptop.copy.dir(), &mut |bytes| {
        bytes.fill(9);
        Ok(())
    })?;
    let mut bytes = Series::default();
    for (_, change) in store.reader()?.not_sent()? {
        bytes.push(change.encode()?.bytes.len() as f64);
    }
    drop(store);
    laptop.sync()?;
    Ok(bytes.median())
}

/// Comes back to a space in which nothing happened.
fn come_back(root: &Path, relay: &Relay) -> Outcome {
    let wire = Wire::to(&relay.address)?;
    let invite = crowd::found(&relay.address, &wire.url, MEMBERS - 1)?;
    let laptop = Laptop::of(root, &NEW)?;
    laptop.app.join(newcomer(invite, true))?;
    laptop.sync()?;
    let mut took = Series::default();
    let mut passed = wire::Passed::default();
    for _ in 0..RETURNS {
        let (ms, done) = timed(|| laptop.sync());
        done?;
        took.push(ms);
        std::thread::sleep(std::time::Duration::from_millis(100));
        passed = wire.passed();
    }
    println!(
        "coming back: {} bytes to the relay, {} to the laptop, frames {:?}",
        passed.bytes_to_relay, passed.bytes_to_laptop, passed.frames
    );
    Figure::new("coming back with nothing new, 30 projects and 500 members", passed.bytes() as f64, "B")
        .value_max(RETURN_BYTES_MAX)
        .print();
    Figure::new("round trips of that, after the upgrade", passed.round_trips() as f64, "×").value_max(1.0).print();
    Figure::new("time of that, as a whole", took.median(), "ms").print();
    Ok(())
}
