//! An edit until it is durable, against one bare `synchronous=FULL` commit on the same disk, in turn.

use std::path::Path;

use rusqlite::Connection;
use tovholder_app::App;
use tovholder_app::view::{Edit, EditArgs, TasksQuery};
use tovholder_model::{Scalar, key};

use crate::Outcome;
use crate::data::{Copy, Size};
use crate::figures::{Figure, Series, timed};
use crate::random::Random;

/// Edits measured.
const EDITS: u32 = 3_000;
/// Edits before, not measured: caches are warm in a program that has been open for a moment.
const WARMING: u32 = 100;
/// An edit's p99 against a bare commit's.
const RATIO_MAX: f64 = 5.0;

/// A database with nothing in it but one small row after another.
pub struct Bare(Connection);

impl Bare {
    pub fn open(dir: &Path) -> Outcome<Self> {
        let connection = Connection::open(dir.join("bare.db"))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")?;
        Ok(Self(connection))
    }

    /// Commits one row.
    pub fn commit(&self) -> Outcome {
        self.0.prepare_cached("INSERT INTO row (text) VALUES ('one small row')")?.execute([])?;
        Ok(())
    }
}

/// Edits as a person makes them: one cell, from a list that shows what stands.
pub struct Editor<'a> {
    app: &'a App,
    tasks: Vec<String>,
    cursor: i64,
    random: Random,
    number: i64,
}

impl<'a> Editor<'a> {
    pub fn new(app: &'a App) -> Outcome<Self> {
        let list = app.tasks(TasksQuery::default())?;
        let tasks = list.rows.into_iter().map(|row| row.id).collect();
        Ok(Self { app, tasks, cursor: list.cursor, random: Random::seeded(4), number: 0 })
    }

    /// Edits of the tasks of one project, and others for another seed.
    pub fn in_project(app: &'a App, project: &str, seed: u64) -> Outcome<Self> {
        let list = app.tasks(TasksQuery::default())?;
        let tasks: Vec<String> = list.rows.into_iter().filter(|row| row.project == project).map(|row| row.id).collect();
        if tasks.is_empty() {
            return Err(format!("no task in {project}").into());
        }
        Ok(Self { app, tasks, cursor: list.cursor, random: Random::seeded(seed), number: i64::try_from(seed)? })
    }

    /// One more edit that writes: one to the value that stands is none, and another is drawn.
    pub fn write(&mut self) -> Outcome {
        let before = self.cursor;
        while self.cursor == before {
            self.edit()?;
        }
        Ok(())
    }

    /// One more edit.
    pub fn edit(&mut self) -> Outcome {
        self.number += 1;
        let task = self.random.pick(&self.tasks).cloned().unwrap_or_default();
        let (field, value): (&str, Scalar) = match self.number % 4 {
            0 => ("status", if self.number % 8 == 0 { "in_progress" } else { "cannot_meet_deadline" }.into()),
            1 => ("percent", (self.number % 101).into()),
            2 => ("note", format!("Aftalt på møde {}", self.number).into()),
            _ => ("deadline", format!("2019-{:02}-{:02}", 1 + self.number % 12, 1 + self.number % 28).into()),
        };
        let edit = Edit { entity: key::entity("task", &task), field: field.to_owned(), value: Some(value), seen: None };
        self.cursor = self.app.edit(EditArgs { edits: vec![edit], cursor: Some(self.cursor) })?.cursor;
        Ok(())
    }
}

pub fn measure(root: &Path) -> Outcome {
    let copy = Copy::of(root, &Size::WHOLE)?;
    let bare = Bare::open(copy.dir())?;
    let app = App::open(copy.dir())?;
    let mut editor = Editor::new(&app)?;
    for _ in 0..WARMING {
        bare.commit()?;
        editor.edit()?;
    }
    let (mut bares, mut edits) = (Series::default(), Series::default());
    for _ in 0..EDITS {
        let (took, done) = timed(|| bare.commit());
        done?;
        bares.push(took);
        let (took, done) = timed(|| editor.edit());
        done?;
        edits.push(took);
    }
    println!("{} edits in turn with as many bare commits", edits.len());
    for (percentile, ratio_max) in [(50, None), (95, None), (99, Some(RATIO_MAX))] {
        let figure = Figure::new(&format!("edit durable, p{percentile}"), edits.percentile(percentile), "ms")
            .against(&format!("bare commit, p{percentile}"), bares.percentile(percentile));
        match ratio_max {
            Some(max) => figure.ratio_max(max).print(),
            None => figure.print(),
        }
    }
    Ok(())
}
