//! What a screen opens with is kept ready, and is never anything but what would be made now.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::Value;
use tovholder_app::view::*;
use tovholder_app::{App, Ground};

/// A data directory, gone when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("tovholder-opening-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        Self(dir)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn at(dir: &Path, now: &str) -> App {
    let now: DateTime<Utc> = now.parse().unwrap();
    App::open_on(dir, Ground { now: Box::new(move || now), ..Ground::real() }).unwrap()
}

fn with_tasks(dir: &Path, now: &str) -> App {
    let app = at(dir, now);
    let args = FoundArgs { municipality: "0329".into(), department: "It".into(), name: "Dorte Ørsted".into() };
    app.found(args).unwrap();
    let file = "klik-eksport-2018-05-15.xlsx";
    let path = Some(format!("{}/../../tests/data/{file}", env!("CARGO_MANIFEST_DIR")));
    let draft = app.import_open(ImportOpenArgs { name: file.into(), path, ..Default::default() }).unwrap();
    app.import_run(ImportRunArgs { id: draft.id, ..Default::default() }).unwrap();
    app
}

fn opening(app: &App) -> Value {
    serde_json::to_value(app.opening(NoArgs {}).unwrap()).unwrap()
}

/// As [`opening`] must be, made from the data as it stands.
fn made_now(app: &App) -> (Value, Value) {
    let overview = app.overview(OverviewQuery { on: None, most: Some(10) }).unwrap();
    (serde_json::to_value(app.status(NoArgs {}).unwrap()).unwrap(), serde_json::to_value(overview).unwrap())
}

fn agrees(app: &App) {
    let (laptop, overview) = made_now(app);
    let opening = opening(app);
    assert_eq!(opening["laptop"], laptop);
    assert_eq!(opening["overview"], overview);
}

fn edit(app: &App, task: &str, status: &str) {
    let edit = Edit { entity: format!("task/{task}"), field: "status".into(), value: Some(status.into()), seen: None };
    app.edit(EditArgs { edits: vec![edit], cursor: None }).unwrap();
}

#[test]
fn nothing_is_kept_before_first_start() {
    let folder = Folder::new("first");
    let opening = opening(&at(&folder.0, "2018-06-15T08:00:00Z"));
    assert_eq!(opening["laptop"]["founded"], false);
    assert_eq!(opening["overview"], Value::Null);
}

#[test]
fn what_is_kept_is_what_would_be_made_now() {
    let folder = Folder::new("same");
    let app = with_tasks(&folder.0, "2018-06-15T08:00:00Z");
    agrees(&app);
    agrees(&app);
    edit(&app, "KLIK-1010", "completed");
    agrees(&app);
    app.undo(NoArgs {}).unwrap();
    agrees(&app);
    app.preference(PreferenceArgs { key: "lang".into(), value: Some("en".into()) }).unwrap();
    assert_eq!(opening(&app)["preferences"]["lang"], "en");
    drop(app);
    agrees(&at(&folder.0, "2018-06-15T20:00:00Z"));
}

#[test]
fn another_day_or_another_program_s_edit_makes_it_anew() {
    let folder = Folder::new("moved");
    let morning = with_tasks(&folder.0, "2018-06-15T08:00:00Z");
    let before = opening(&morning)["overview"]["totals"].clone();
    let later = at(&folder.0, "2019-06-15T08:00:00Z");
    let after = opening(&later)["overview"].clone();
    assert_eq!(after["today"], "2019-06-15");
    assert_ne!(after["totals"], before, "a year later other tasks are red");
    agrees(&later);
    edit(&later, "KLIK-1010", "completed");
    agrees(&morning);
}

#[test]
fn lists_are_cut_and_counted() {
    let folder = Folder::new("cut");
    let app = with_tasks(&folder.0, "2018-06-15T08:00:00Z");
    let whole = app.overview(OverviewQuery::default()).unwrap();
    let cut = app.overview(OverviewQuery { on: None, most: Some(2) }).unwrap();
    assert_eq!(cut.counts, whole.counts);
    assert_eq!(whole.counts.attention as usize, whole.attention.len());
    assert_eq!(whole.counts.needs_today as usize, whole.needs_today.len());
    let months = whole.counts.d30 + whole.counts.d60 + whole.counts.d90;
    assert_eq!(months as usize, whole.upcoming.len());
    assert!(whole.attention.len() > 2 && whole.upcoming.len() > 6, "the example is large enough to be cut");
    let ids = |rows: &[TaskRow]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&cut.attention), ids(&whole.attention[..2]));
    assert_eq!(ids(&cut.needs_today), ids(&whole.needs_today[..2]));
    assert!(cut.upcoming.len() <= 6);
    assert!(whole.needs_today.iter().all(|row| whole.attention.iter().any(|other| other.id == row.id)));
}
