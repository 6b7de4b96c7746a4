//! The municipality that is measured on: made once through the use cases and the store, kept below `target/bench`, and
//! copied for every run, so that no run sees another's traces.

use std::hash::Hasher;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate};
use tovholder_app::view::{
    AssignArgs, Edit, EditArgs, FoundArgs, ImportDone, ImportOpenArgs, ImportPreviewArgs, ImportRunArgs,
};
use tovholder_app::{App, Ground};

use crate::random::Random;
use crate::{Outcome, history, workbook};

/// What decides the bytes of the data: another text here, and it is made anew.
const SOURCES: [&str; 8] = [
    include_str!("data.rs"),
    include_str!("history.rs"),
    include_str!("random.rs"),
    include_str!("workbook.rs"),
    include_str!("../../../model/src/record.rs"),
    include_str!("../../../store/src/project.rs"),
    include_str!("../../../store/src/schema.rs"),
    include_str!("../../../document/src/change.rs"),
];
/// 1 January 2018, Unix seconds.
const BEGINS: i64 = 1_514_764_800;
/// Seconds from the first to the last edit: until 15 June.
pub const LASTS: i64 = 165 * 86_400;

/// What a municipality consists of on the disk.
const FILES: [&str; 1] = ["tovholder.db"];

/// How large a municipality.
pub struct Size {
    pub tasks: u32,
    pub projects: u32,
    pub persons: u32,
    pub assignments: u32,
    pub edits: u32,
}

impl Size {
    /// What the limits are set for.
    pub const WHOLE: Self = Self { tasks: 3_000, projects: 30, persons: 500, assignments: 500, edits: 200_000 };
    /// As many tasks with a tenth of the history, to see how figures grow from here.
    pub const YOUNG: Self = Self { edits: 20_000, ..Self::WHOLE };
    /// Ten times as much of everything as [`Size::YOUNG`].
    pub const TENFOLD: Self = Self { tasks: 30_000, projects: 300, persons: 5_000, assignments: 5_000, edits: 200_000 };
}

/// The municipality's folder, made when it is not there. Nobody may open it: take a [`Copy`].
pub fn ready(root: &Path, size: &Size) -> Outcome<PathBuf> {
    let mut hasher = std::hash::DefaultHasher::new();
    for source in &SOURCES {
        hasher.write(source.as_bytes());
    }
    let dir = root.join(format!("data-{}-{}-{:016x}", size.tasks, size.edits, hasher.finish()));
    if dir.join("tovholder.db").is_file() {
        return Ok(dir);
    }
    let unfinished = dir.with_extension("unfinished");
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished)?;
    }
    eprintln!("Making {} tasks and {} edits of history", size.tasks, size.edits);
    generate(&unfinished, size)?;
    std::fs::rename(&unfinished, &dir)?;
    Ok(dir)
}

/// A copy of the municipality for one run; gone when dropped.
pub struct Copy {
    dir: PathBuf,
}

impl Copy {
    /// Copies it, and opens it once: a copy begins an incarnation of its own, and that is not what is measured.
    pub fn of(root: &Path, size: &Size) -> Outcome<Self> {
        let from = ready(root, size)?;
        let copy = Self::empty(root)?;
        for name in FILES {
            std::fs::copy(from.join(name), copy.dir.join(name))?;
        }
        drop(App::open(&copy.dir)?);
        Ok(copy)
    }

    /// An empty folder on the same disk.
    pub fn empty(root: &Path) -> Outcome<Self> {
        static COUNT: AtomicI64 = AtomicI64::new(0);
        let dir = root.join(format!("run-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&dir)?;
        Ok(Self { dir })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // A folder left behind costs disk and nothing else.
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Does the first start.
pub fn found(app: &App) -> Outcome {
    app.found(FoundArgs {
        municipality: "0259".into(),
        department: "Digitalisering".into(),
        name: "Tove Holm".into(),
    })?;
    Ok(())
}

/// Opens, previews and runs an import, as the terminal does.
pub fn import(app: &App, file: &Path) -> Outcome<ImportDone> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let path = Some(file.display().to_string());
    let draft = app.import_open(ImportOpenArgs { name, path, ..ImportOpenArgs::default() })?;
    app.import_preview(ImportPreviewArgs { id: draft.id.clone(), ..ImportPreviewArgs::default() })?;
    let done = app.import_run(ImportRunArgs { id: draft.id, ..ImportRunArgs::default() })?;
    if done.rejected.is_empty() { Ok(done) } else { Err(format!("{} rows were rejected", done.rejected.len()).into()) }
}

fn generate(dir: &Path, size: &Size) -> Outcome {
    let clock = Arc::new(AtomicI64::new(BEGINS));
    let app = App::open_on(dir, ground(&clock))?;
    found(&app)?;
    let export = dir.with_file_name(workbook::file_name(false));
    std::fs::write(&export, workbook::bytes(size, false)?)?;
    let imported = import(&app, &export);
    std::fs::remove_file(&export)?;
    let created = imported?.created;
    if created != size.tasks {
        return Err(format!("{created} tasks came of {}", size.tasks).into());
    }
    roles(&app, size)?;
    drop(app);
    history::write(dir, size, BEGINS)
}

/// Assesses every role in every project, and fills some.
fn roles(app: &App, size: &Size) -> Outcome {
    let mut random = Random::seeded(2);
    let gallery = tovholder_app::gallery::gallery().roles.as_slice();
    for project in (0..size.projects).map(workbook::project) {
        let edits = gallery.iter().map(|role| Edit {
            entity: tovholder_model::key::role_entity(&project, &role.id),
            field: "needed".to_owned(),
            value: Some(random.percent(60).into()),
            seen: None,
        });
        app.edit(EditArgs { edits: edits.collect(), cursor: None })?;
    }
    for index in 0..size.assignments {
        let role = random.pick(gallery).map(|role| role.id.clone()).unwrap_or_default();
        app.assign(AssignArgs {
            project: workbook::project(index % size.projects),
            role,
            person: workbook::person(index % size.persons),
            from: NaiveDate::from_ymd_opt(2018, 1 + index % 12, 1),
            to: None,
        })?;
    }
    Ok(())
}

/// A clock that stands still and randomness from a seed, so that the data is the same everywhere.
fn ground(clock: &Arc<AtomicI64>) -> Ground {
    let clock = Arc::clone(clock);
    let random = Mutex::new(Random::seeded(1));
    Ground {
        now: Box::new(move || DateTime::from_timestamp(clock.load(Ordering::Relaxed), 0).unwrap_or_default()),
        random: Box::new(move |bytes| {
            random.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
            Ok(())
        }),
        keyring: None,
    }
}
