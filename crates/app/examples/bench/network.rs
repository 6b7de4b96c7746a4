//! The network of 98 municipalities: the country from cold, five years of it, and a change of the catalogue on its way to all.
//!
//! Every municipality is the product's use cases on a directory of its own in this process, with one task in each of 30
//! projects, and joins by an invitation over the relay's program. The laptop that is measured is one of 3,000 tasks. Five
//! years of status, a month at a time, are written by the municipalities themselves and brought to it in files: over the
//! relay each of the 98 would read what the 97 others wrote, which measures nothing here.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{Months, NaiveDate};
use tovholder_app::view::{
    BundleReadArgs, BundleWriteArgs, CatalogueAcceptArgs, CreateTaskArgs, FoundArgs, InviteArgs, MemberRole,
    NetworkFoundArgs, NetworkJoinArgs, NoArgs, PublishArgs, PublishCell, ShareArgs, TrendQuery,
};
use tovholder_app::{App, municipality};

use crate::Outcome;
use crate::data::{Copy, Size};
use crate::edit::Bare;
use crate::figures::{Figure, Series, timed};
use crate::sync::Relay;

const PROJECTS: u32 = 30;
const MONTHS: u32 = 60;
const TASKS: u32 = 100;
const RUNS: u32 = 5;
const VIEW_MS_MAX: f64 = 300.0;
const LOAD_MS_MAX: f64 = 1_000.0;
const REACH_MS_MAX: f64 = 2_000.0;
const MERGE_MS_MAX: f64 = 200.0;
/// A laptop of 3,000 tasks, with a young history: it is the network that is measured.
const LAPTOP: Size = Size { edits: 2_000, ..Size::WHOLE };

/// A municipality's laptop.
struct Laptop {
    app: Arc<App>,
    copy: Copy,
}

impl Laptop {
    fn of(root: &Path, code: &str) -> Outcome<Self> {
        let copy = Copy::empty(root)?;
        let app = Arc::new(App::open(copy.dir())?);
        let name = format!("Leder {code}");
        app.found(FoundArgs { municipality: code.to_owned(), department: "Digitalisering".into(), name })?;
        for number in 0..PROJECTS {
            let project = format!("P{number:02}");
            let title = format!("Opgave i {project}");
            let deadline = NaiveDate::from_ymd_opt(2018, 6, 1 + number % 28);
            app.create_task(CreateTaskArgs { project, title, deadline, ..CreateTaskArgs::default() })?;
        }
        Ok(Self { app, copy })
    }

    fn join(&self, host: &App) -> Outcome {
        let invite = host.network()?.invite(InviteArgs { role: Some(MemberRole::Reader), own_device: false })?.invite;
        self.app.network_join(NetworkJoinArgs { invite })?;
        Ok(())
    }
}

/// Templates of tasks, with this deadline.
fn templates(deadline: &str) -> PublishArgs {
    let cell = |number: u32, field: &str, value: String| PublishCell {
        entity: format!("template/KLIK-{}", 5_000 + number),
        field: field.to_owned(),
        value,
    };
    let cells = (0..TASKS).flat_map(|number| {
        [
            cell(number, "project", format!("P{:02}", number % PROJECTS)),
            cell(number, "title", format!("Opgave {number} fra kredsen")),
            cell(number, "deadline", deadline.to_owned()),
        ]
    });
    PublishArgs { cells: cells.collect(), built_in: false }
}

/// Every figure of the network.
pub fn measure(root: &Path, relay: &Path) -> Outcome {
    let relay = Relay::start(root, relay)?;
    let measured = Copy::of(root, &LAPTOP)?;
    let host = Arc::new(App::open(measured.dir())?);
    host.network_found(NetworkFoundArgs { url: relay.url(), code: None })?;
    host.publish(PublishArgs { built_in: true, ..PublishArgs::default() })?;
    let own = "0259";
    let (ms, laptops) = timed(|| -> Outcome<Vec<Laptop>> {
        let others = municipality::all().iter().filter(|one| one.code != own);
        others
            .map(|one| {
                let laptop = Laptop::of(root, &one.code)?;
                laptop.join(&host)?;
                Ok(laptop)
            })
            .collect()
    });
    let laptops = laptops?;
    println!("{} municipalities were founded and joined within {ms:.0} ms", laptops.len());
    let bare = bare(root)?;
    change_reaches_all(&host, &laptops, bare)?;
    merges(&host, &laptops, bare)?;
    five_years(&host, &laptops)?;
    drop(laptops);
    drop(host);
    from_cold(&measured)
}

/// A bare commit, to hold a time against.
fn bare(root: &Path) -> Outcome<f64> {
    let folder = Copy::empty(root)?;
    let bare = Bare::open(folder.dir())?;
    let mut series = Series::default();
    for _ in 0..RUNS * 10 {
        let (ms, done) = timed(|| bare.commit());
        done?;
        series.push(ms);
    }
    Ok(series.median())
}

/// How long until a change of 100 tasks is in the data of every laptop that is connected.
fn change_reaches_all(host: &Arc<App>, laptops: &[Laptop], bare: f64) -> Outcome {
    let live: Vec<_> = laptops.iter().map(|laptop| laptop.app.synchronise()).collect();
    let of_host = host.synchronise();
    let mut reached = Series::default();
    for run in 0..=RUNS {
        let deadline = format!("2018-09-{:02}", 1 + run);
        settle(host, laptops)?;
        let began = Instant::now();
        host.publish(templates(&deadline))?;
        // Who knows is not asked again: the question costs the processors that the answer waits for.
        let mut waiting = laptops.iter().peekable();
        wait(Duration::from_secs(60), || {
            while waiting.next_if(|laptop| knows(&laptop.app, &deadline)).is_some() {}
            Ok(waiting.peek().is_none())
        })?;
        // The first wakes everybody.
        if run > 0 {
            reached.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    drop(live);
    drop(of_host);
    Figure::new(
        "a catalogue change of 100 tasks until all 97 other connected laptops have it, median",
        reached.median(),
        "ms",
    )
    .against("a bare commit", bare)
    .value_max(REACH_MS_MAX)
    .print();
    Ok(())
}

/// Whether the network's data here has the templates with this deadline.
fn knows(app: &App, deadline: &str) -> bool {
    let last = format!("template/KLIK-{}", 5_000 + TASKS - 1);
    app.catalogue_diff(NoArgs {}).is_ok_and(|diff| {
        let of_it = diff.changes.iter().find(|change| change.entity == last);
        of_it.is_some_and(|change| change.fields.iter().any(|field| field.becomes == deadline))
    })
}

/// Nothing is under way any more.
fn settle(host: &App, laptops: &[Laptop]) -> Outcome {
    let cursors = || -> Outcome<Vec<i64>> {
        let all = laptops.iter().map(|laptop| laptop.app.as_ref()).chain([host]);
        all.map(|app| Ok(app.network_status(NoArgs {})?.cursor)).collect()
    };
    let mut before = cursors()?;
    for _ in 0..60 {
        std::thread::sleep(Duration::from_secs(1));
        let now = cursors()?;
        if now == before {
            return Ok(());
        }
        before = now;
    }
    Err("the network does not come to rest".into())
}

fn wait(limit: Duration, mut done: impl FnMut() -> Outcome<bool>) -> Outcome {
    let began = Instant::now();
    while !done()? {
        if began.elapsed() > limit {
            return Err("it does not arrive".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// How long a laptop takes to read that change from the relay and apply it, and to take it in.
fn merges(host: &App, laptops: &[Laptop], bare: f64) -> Outcome {
    let (mut read, mut taken) = (Series::default(), Series::default());
    for (run, laptop) in (0..RUNS).zip(laptops) {
        host.publish(templates(&format!("2018-10-{:02}", 1 + run)))?;
        let network = host.network()?;
        network.sync_once()?;
        let theirs = laptop.app.network()?;
        let (ms, synced) = timed(|| theirs.sync_once());
        synced?;
        read.push(ms);
        let (ms, accepted) = timed(|| laptop.app.catalogue_accept(CatalogueAcceptArgs::default()));
        if accepted?.added + 1 < TASKS {
            return Err("the change was not taken in".into());
        }
        taken.push(ms);
    }
    for (name, series) in [
        ("that change, connected to, read, checked and applied by one laptop, median", read),
        ("that change, taken in by a municipality, median", taken),
    ] {
        Figure::new(name, series.median(), "ms").against("a bare commit", bare).value_max(MERGE_MS_MAX).print();
    }
    Ok(())
}

/// Every municipality shares every project every month, and the measured laptop has it all.
fn five_years(host: &App, laptops: &[Laptop]) -> Outcome {
    let first = NaiveDate::from_ymd_opt(2018, 6, 1).ok_or("a date")?;
    let projects: Vec<String> = (0..PROJECTS).map(|number| format!("P{number:02}")).collect();
    let network = host.network()?;
    let (ms, done) = timed(|| -> Outcome {
        for laptop in laptops {
            for month in 0..MONTHS {
                let on = first.checked_add_months(Months::new(month));
                laptop.app.share_publish(ShareArgs { projects: projects.clone(), on })?;
            }
            let path = laptop.copy.dir().join("status.tovholder").display().to_string();
            laptop.app.network()?.bundle_write(BundleWriteArgs { path: Some(path.clone()) })?;
            network.bundle_read(BundleReadArgs { path: Some(path), ..BundleReadArgs::default() })?;
        }
        Ok(())
    });
    done?;
    println!(
        "five years of status of {} municipalities were written and brought together within {ms:.0} ms",
        laptops.len()
    );
    Ok(())
}

/// The country and the whole of the network's data, in a program that has just begun.
fn from_cold(measured: &Copy) -> Outcome {
    let file = measured.dir().join("netvaerk").join("tovholder.db");
    let (mut view, mut load, mut bytes, mut trend) =
        (Series::default(), Series::default(), Series::default(), Series::default());
    for _ in 0..=RUNS {
        let (ms, read) = timed(|| std::fs::read(&file));
        read?;
        bytes.push(ms);
        let (ms, told) = timed(|| -> Outcome<usize> {
            let app = App::open(measured.dir())?;
            Ok(app.country(NoArgs {})?.municipalities.iter().map(|row| row.cells.len()).sum())
        });
        let cells = told?;
        if cells != 97 * usize::try_from(PROJECTS)? {
            return Err(format!("{cells} cells are shown").into());
        }
        view.push(ms);
        let (ms, told) = timed(|| -> Outcome {
            // Whoever asks for the directory has everything read.
            App::open(measured.dir())?.directory(NoArgs {})?;
            Ok(())
        });
        told?;
        load.push(ms);
        let app = App::open(measured.dir())?;
        app.country(NoArgs {})?;
        let (ms, points) = timed(|| app.country_trend(TrendQuery { project: "P07".into(), municipality: None }));
        if points?.len() != usize::try_from(MONTHS)? {
            return Err("the trend has not every month".into());
        }
        trend.push(ms);
    }
    let against = "reading the network's database file";
    let figure =
        |name: &str, series: &Series| Figure::new(name, series.median(), "ms").against(against, bytes.median());
    figure("the country from cold, 97 × 30 shown, median", &view).value_max(VIEW_MS_MAX).print();
    figure("the network's data of five years, loaded, median", &load).value_max(LOAD_MS_MAX).print();
    figure("a project's five years in the country, month by month, median", &trend).print();
    let size = std::fs::metadata(&file)?.len();
    Figure::new("the network's data of five years, on the disk", size as f64 / 1_048_576.0, "MiB").print();
    Ok(())
}
