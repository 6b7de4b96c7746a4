//! Importing 3,000 rows from an `.xlsx`, against unpacking and parsing the same workbook and doing nothing with it.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use calamine::{Reader, Xlsx};
use tovholder_app::App;

use crate::data::{self, Copy, Size};
use crate::figures::{Figure, Series, timed};
use crate::{Outcome, workbook};

/// Runs of each.
const RUNS: u32 = 7;
const LIMIT_MS: f64 = 2_000.0;

/// The two exports, as files.
struct Exports {
    _beside: Copy,
    first: PathBuf,
    next: PathBuf,
}

impl Exports {
    fn of(root: &Path, size: &Size) -> Outcome<Self> {
        let beside = Copy::empty(root)?;
        let write = |changed| -> Outcome<PathBuf> {
            let file = beside.dir().join(workbook::file_name(changed));
            std::fs::write(&file, workbook::bytes(size, changed)?)?;
            Ok(file)
        };
        let (first, next) = (write(false)?, write(true)?);
        Ok(Self { _beside: beside, first, next })
    }
}

pub fn measure(root: &Path) -> Outcome {
    let size = Size::WHOLE;
    let exports = Exports::of(root, &size)?;
    let (mut parses, mut firsts, mut seconds, mut onto) =
        (Series::default(), Series::default(), Series::default(), Series::default());
    for _ in 0..RUNS {
        let (took, cells) = timed(|| parse(&exports.first));
        if cells? < size.tasks as usize * 10 {
            return Err("the yardstick read too few cells".into());
        }
        parses.push(took);
        let empty = Copy::empty(root)?;
        let app = App::open(empty.dir())?;
        data::found(&app)?;
        let (took, done) = timed(|| data::import(&app, &exports.first));
        expect(done?.created, size.tasks, "created")?;
        firsts.push(took);
        let (took, done) = timed(|| data::import(&app, &exports.next));
        expect(done?.updated, size.tasks / 10, "updated")?;
        seconds.push(took);
        drop(app);
        let lived_in = Copy::of(root, &size)?;
        let app = App::open(lived_in.dir())?;
        let (took, done) = timed(|| data::import(&app, &exports.next));
        expect(done?.created, 0, "created")?;
        onto.push(took);
    }
    let named = [
        ("import into an empty municipality", &firsts),
        ("import of the next export, a tenth changed", &seconds),
        ("the same onto 200,000 edits", &onto),
    ];
    for (name, series) in named {
        Figure::new(name, series.median(), "ms")
            .against("unpacking and parsing the workbook", parses.median())
            .value_max(LIMIT_MS)
            .print();
    }
    Ok(())
}

fn expect(found: u32, wanted: u32, what: &str) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{found} tasks {what}, {wanted} expected").into()) }
}

/// The yardstick: every cell, by a reader that is not ours.
fn parse(file: &Path) -> Outcome<usize> {
    let mut book = Xlsx::new(Cursor::new(std::fs::read(file)?))?;
    let range = book.worksheet_range("Opgaver")?;
    Ok(range.used_cells().count())
}

/// Opening, previewing and running an import into an empty municipality of this size.
pub fn once(root: &Path, size: &Size) -> Outcome<f64> {
    let exports = Exports::of(root, size)?;
    let empty = Copy::empty(root)?;
    let app = App::open(empty.dir())?;
    data::found(&app)?;
    let (took, done) = timed(|| data::import(&app, &exports.first));
    expect(done?.created, size.tasks, "created")?;
    Ok(took)
}
