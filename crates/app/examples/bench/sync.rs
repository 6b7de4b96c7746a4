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
use relay::{Relay, database_bytes};
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
    let (first, second) = join(root, &relay, &Size::WHOLE, JOINS)?;
    apart(&relay, &first, &second)?;
    let old = single(&relay, &first, &second, &Size::WHOLE)?;
    drop((first, second));
    let mut costs = vec![old];
    for size in [&Size::YOUNG, &NEW] {
        let (first, second) = join(root, &relay, size, 1)?;
        costs.push(single(&relay, &first, &second, size)?);
    }
    growth(&costs);
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

/// What one edit costs from the edit to the other laptop's database, with this history.
struct Cost {
    changes: u32,
    whole: f64,
}

/// One edit after the other, each on its way before the next: both laptops stay connected.
fn single(relay: &Relay, first: &Laptop, second: &Laptop, size: &Size) -> Outcome<Cost> {
    let changes = size.edits;
    let wires = (Wire::to(&relay.address)?, Wire::to(&relay.address)?);
    let address = |wire: &Wire| wire.url.trim_start_matches("ws://").to_owned();
    let mut one = Live::connect(&first.app, &address(&wires.0))?;
    let mut other = Live::connect(&second.app, &address(&wires.1))?;
    let mut editor = Editor::new(&first.app)?;
    let (mut whole, mut edits) = (Series::default(), Series::default());
    let mut begun = None;
    for number in 0..WARMING + SINGLE {
        if number == WARMING {
            begun = Some((first.bytes()?, second.bytes()?, relay.bytes()?, wires.0.passed(), wires.1.passed()));
        }
        let (took, done) = timed(|| -> Outcome<f64> {
            let (took, done) = timed(|| editor.write());
            done?;
            one.hand_in()?;
            other.read_to(one.cursor())?;
            Ok(took)
        });
        let edit = done?;
        if number >= WARMING {
            whole.push(took);
            edits.push(edit);
        }
    }
    let (first_before, second_before, relay_before, up, down) = begun.ok_or("nothing was measured")?;
    println!(
        "with {changes} changes: {:.2} ms an edit, of which {:.2} ms are the edit",
        whole.median(),
        edits.median()
    );
    if changes > 100_000 {
        let each = |after: f64, before: f64| (after - before) / f64::from(SINGLE);
        let bare = bare_bytes(first)?;
        let figure =
            |name: &str, bytes: f64| Figure::new(name, bytes, "B").against("the bare Automerge change", bare).print();
        let (sent, got) = (wires.0.passed(), wires.1.passed());
        figure("an edit alone, handed in: on the wire", each(sent.bytes_to_relay as f64, up.bytes_to_relay as f64));
        figure(
            "its acknowledgement and place in the log",
            each(sent.bytes_to_laptop as f64, up.bytes_to_laptop as f64),
        );
        figure("told to another laptop: on the wire", each(got.bytes() as f64, down.bytes() as f64));
        figure("on the relay's disk", each(relay.bytes()?, relay_before));
        figure("on the author's disk, with history, search and undo", each(first.bytes()?, first_before));
        figure("on the other laptop's disk", each(second.bytes()?, second_before));
    }
    Ok(Cost { changes, whole: whole.median() })
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

/// Ten times the history, and ten times that.
fn growth(costs: &[Cost]) {
    for pair in costs.windows(2) {
        let [more, less] = pair else { continue };
        let name =
            format!("growth of a synced edit from {} to {} changes", thousands(less.changes), thousands(more.changes));
        let decades = (f64::from(more.changes) / f64::from(less.changes)).log10();
        Figure::new(&name, (more.whole / less.whole).log10() / decades, "exponent").value_max(EXPONENT_MAX).print();
    }
    for cost in costs {
        Figure::new(
            &format!("edit, seal, send, acknowledge, apply elsewhere, at {} changes", thousands(cost.changes)),
            cost.whole,
            "ms",
        )
        .print();
    }
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
