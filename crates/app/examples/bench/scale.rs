//! Ten times the municipality and ten times the history: no step may grow faster than linearly.
//!
//! From 3,000 tasks to 30,000, not from 300: what fits into a processor's cache is quicker per task than what does not,
//! and the step between the two would be taken for growth.
//!
//! A figure is the exponent of growth: 0 does not grow, 1 is linear, 2 is quadratic. Not run by CI, whose machine is
//! shared and whose clock is therefore a lottery.

use std::path::Path;

use tovholder_app::App;
use tovholder_app::view::{DoctorArgs, InterfacesQuery, NoArgs, OverviewQuery, SearchArgs, TasksQuery};

use crate::data::{Copy, Size};
use crate::edit::Editor;
use crate::figures::{Figure, Series, timed};
use crate::{Outcome, import};

/// Runs of each step.
const RUNS: usize = 3;
/// Linear, and what a measurement may be off by: a tenth of a decade is a factor of 1.26.
const EXPONENT_MAX: f64 = 1.1;
const EDITS: u32 = 300;

/// The steps, with how long each took.
#[derive(Default)]
struct Steps(Vec<(&'static str, Series)>);

impl Steps {
    fn push(&mut self, name: &'static str, took: f64) {
        if let Some((_, series)) = self.0.iter_mut().find(|(known, _)| *known == name) {
            series.push(took);
        } else {
            let mut series = Series::default();
            series.push(took);
            self.0.push((name, series));
        }
    }
}

pub fn measure(root: &Path) -> Outcome {
    let (mut small, mut large) = (Steps::default(), Steps::default());
    for _ in 0..RUNS {
        round(root, &Size::YOUNG, &mut small)?;
        round(root, &Size::TENFOLD, &mut large)?;
    }
    for ((name, small), (_, large)) in small.0.iter().zip(&large.0) {
        println!("{name}: {:.3} ms, at ten times the size {:.3} ms", small.median(), large.median());
        Figure::new(&format!("growth of {name}"), (large.median() / small.median()).log10(), "exponent")
            .value_max(EXPONENT_MAX)
            .print();
    }
    Ok(())
}

fn round(root: &Path, size: &Size, steps: &mut Steps) -> Outcome {
    let copy = Copy::of(root, size)?;
    let (took, app) = timed(|| App::open(copy.dir()));
    let app = app?;
    steps.push("open", took);
    let (took, list) = timed(|| app.tasks(TasksQuery::default()));
    if list?.rows.len() != size.tasks as usize {
        return Err("tasks are missing".into());
    }
    steps.push("first list of tasks", took);
    let (took, list) = timed(|| app.tasks(TasksQuery::default()));
    list?;
    steps.push("list of tasks", took);
    let (took, matrix) = timed(|| app.interfaces(InterfacesQuery::default()));
    matrix?;
    steps.push("interfaces", took);
    let (took, view) = timed(|| app.overview(OverviewQuery::default()));
    view?;
    steps.push("overview", took);
    let (took, status) = timed(|| app.status(NoArgs {}));
    status?;
    steps.push("status", took);
    let mut editor = Editor::new(&app)?;
    let mut edits = Series::default();
    for _ in 0..EDITS {
        let (took, done) = timed(|| editor.edit());
        done?;
        edits.push(took);
    }
    steps.push("edit", edits.median());
    let (took, undone) = timed(|| app.undo(NoArgs {}));
    undone?;
    steps.push("undo", took);
    let (took, hits) = timed(|| app.search(SearchArgs { q: "snitfl".into() }));
    if hits?.hits.is_empty() {
        return Err("search finds nothing".into());
    }
    steps.push("search", took);
    let (took, report) = timed(|| app.doctor(DoctorArgs { rebuild: true }));
    if !report?.ok {
        return Err("the doctor found the data unwell".into());
    }
    steps.push("rebuild", took);
    drop(app);
    steps.push("import", import::once(root, size)?);
    Ok(())
}
