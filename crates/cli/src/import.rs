//! Importing a KLIK export: open, map, look, run; and undoing one as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde::Serialize;
use tovholder_app::App;
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{
    ImportChange, ImportDone, ImportDraft, ImportIdArgs, ImportOpenArgs, ImportOutcome, ImportPreview,
    ImportPreviewArgs, ImportRecord, ImportRunArgs, ImportTask, NoArgs, Rejection,
};

use crate::failure::{Failure, Outcome};
use crate::json::DoneJson;
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::texts::{Texts, instant};
use crate::values;

/// How often a running import is asked how far it is.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);
/// Changed cells that a dry run prints for a person; `--json` has them all.
const CHANGES_PRINTED: usize = 40;

/// Imports.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Import an export from KLIK (.xlsx, .xls, .ods or .csv)
    Klik(KlikArgs),
    /// The imports that were made, newest export first
    List,
    /// Undo an import as one; what people wrote since stands
    Undo {
        /// The import, as `import list` shows it: 2018-06-15.1a2b3c4d
        stamp: String,
    },
    /// Bring an undone import back
    Redo {
        /// The import, as `import list` shows it
        stamp: String,
    },
}

/// One import.
#[derive(Debug, Args)]
pub struct KlikArgs {
    /// The file
    pub file: PathBuf,
    /// Only show what it would do
    #[arg(long)]
    pub dry_run: bool,
    /// A JSON object from heading or column letter to field, null leaves the column out
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// The sheet to read
    #[arg(long)]
    pub sheet: Option<String>,
    /// When KLIK made the export, if the file does not tell
    #[arg(long, value_parser = values::date_argument)]
    pub date: Option<NaiveDate>,
    /// Fields whose changes are not taken
    #[arg(long, value_name = "FIELD", num_args = 1..)]
    pub off: Vec<String>,
    /// Also take a status that goes back from completed
    #[arg(long)]
    pub take_backwards: bool,
    /// Archive tasks that are gone from the export instead of only marking them
    #[arg(long)]
    pub archive_gone: bool,
}

/// What an import did or would do.
#[derive(Debug, Serialize)]
struct ImportJson<'a> {
    stamp: &'a str,
    created: u32,
    updated: u32,
    unchanged: u32,
    gone: u32,
    conflicts: u32,
    rejected: Vec<RejectedJson<'a>>,
    #[serde(flatten)]
    dry: Option<DryJson<'a>>,
}

/// What a dry run tells beside the counts.
#[derive(Debug, Serialize)]
struct DryJson<'a> {
    dry_run: bool,
    export_date: NaiveDate,
    already: bool,
    older: bool,
    changes: Vec<ChangeJson<'a>>,
    new_tasks: &'a [ImportTask],
    gone_tasks: &'a [ImportTask],
}

/// A row that was not taken in.
#[derive(Debug, Serialize)]
struct RejectedJson<'a> {
    row: u32,
    column: &'a str,
    reason: String,
    cell: &'a str,
    code: &'a str,
    value: &'a str,
}

/// A changed cell of a dry run, with whether it would be taken as asked.
#[derive(Debug, Serialize)]
struct ChangeJson<'a> {
    #[serde(flatten)]
    change: &'a ImportChange,
    taken: bool,
}

/// `import …`.
pub fn run(session: &mut Session, command: ImportCommand) -> Outcome<()> {
    match command {
        ImportCommand::Klik(args) => klik(session, &args),
        ImportCommand::List => list(session),
        ImportCommand::Undo { stamp } => {
            session.app.import_undo(ImportIdArgs { id: stamp.clone() })?;
            done(session, "import.undone", &stamp)
        }
        ImportCommand::Redo { stamp } => {
            session.app.import_redo(ImportIdArgs { id: stamp.clone() })?;
            done(session, "import.redone", &stamp)
        }
    }
}

fn done(session: &mut Session, key: &str, stamp: &str) -> Outcome<()> {
    if session.json {
        return session.out.json(&DoneJson { done: true });
    }
    session.out.line(&session.texts.fill(key, &[("stamp", stamp)]))
}

fn klik(session: &mut Session, args: &KlikArgs) -> Outcome<()> {
    let path = std::path::absolute(&args.file).map_err(|error| Failure::file(shown(&args.file), &error))?;
    let draft = session.app.import_open(ImportOpenArgs {
        name: args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        bytes: String::new(),
        path: Some(path.to_string_lossy().into_owned()),
        sheet: args.sheet.clone(),
    })?;
    let mapping = args.map.as_deref().map(|file| mapping_of(file, &draft)).transpose()?;
    let export_date = match args.date {
        None if draft.export_date.is_none() => Some(asked_date(session, &draft.file_name)?),
        given => given,
    };
    let preview = session.app.import_preview(ImportPreviewArgs { id: draft.id.clone(), mapping, export_date })?;
    let choice = Choice::new(args, &preview)?;
    if args.dry_run {
        return print_dry_run(session, &preview, &choice);
    }
    let run = ImportRunArgs {
        id: draft.id.clone(),
        off: choice.off_given.then(|| choice.off.iter().cloned().collect()),
        ticked: choice.ticked(&preview),
        archive_gone: args.archive_gone,
        ..ImportRunArgs::default()
    };
    let done = run_with_progress(&session.app, run, &draft.id, session.json, &session.texts)?;
    print_done(session, &done)
}

/// The export's date, which the file does not tell: asked for at a terminal, where an empty line means today; today where
/// there is nobody to ask.
fn asked_date(session: &mut Session, file: &str) -> Outcome<NaiveDate> {
    let today = session.today()?;
    if session.json || !io::stdin().is_terminal() {
        if !session.json {
            let day = session.texts.date_or_dash(Some(today));
            session.out.line(&session.texts.fill("import.date_today", &[("file", file), ("date", &day)]))?;
        }
        return Ok(today);
    }
    let question = session.texts.fill("import.date_asked", &[("file", file)]);
    loop {
        let mut line = String::new();
        // A question that cannot be shown is still answered by what is typed.
        let _ = write!(io::stderr(), "{question} ");
        if io::stdin().read_line(&mut line).is_err() || line.trim().is_empty() {
            return Ok(today);
        }
        if let Ok(date) = values::date_argument(line.trim()) {
            return Ok(date);
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The columns as the draft proposes them, with what the map file says instead.
fn mapping_of(file: &Path, draft: &ImportDraft) -> Outcome<BTreeMap<u32, Option<String>>> {
    let text = std::fs::read_to_string(file).map_err(|error| Failure::file(shown(file), &error))?;
    let said: BTreeMap<String, Option<String>> =
        serde_json::from_str(&text).map_err(|error| Failure::words(format!("{}: {error}", shown(file))))?;
    let mut corrected = BTreeMap::new();
    for (column, field) in said {
        let index = column_of(&column, draft).ok_or_else(|| Failure::words(format!("{}: {column}", shown(file))))?;
        if let Some(field) = &field
            && !draft.fields.iter().any(|known| known.field == *field)
        {
            return Err(AppError::new(Code::UnknownField).at(field).into());
        }
        corrected.insert(index, field);
    }
    let taken: BTreeSet<String> = corrected.values().flatten().cloned().collect();
    // A proposed column gives its field up when the file gives that field to another column.
    let mut mapping: BTreeMap<u32, Option<String>> = draft
        .columns
        .iter()
        .map(|column| (column.index, column.field.clone().filter(|field| !taken.contains(field))))
        .collect();
    mapping.extend(corrected);
    Ok(mapping)
}

/// The column with this heading, or else with this letter.
fn column_of(wanted: &str, draft: &ImportDraft) -> Option<u32> {
    let low = wanted.trim().to_lowercase();
    let by_heading = draft.columns.iter().find(|column| column.heading.trim().to_lowercase() == low);
    by_heading
        .or_else(|| draft.columns.iter().find(|column| column.letter.to_lowercase() == low))
        .map(|column| column.index)
}

/// What the user chose, against what the preview proposes.
struct Choice {
    off: BTreeSet<String>,
    off_given: bool,
    take_backwards: bool,
}

impl Choice {
    fn new(args: &KlikArgs, preview: &ImportPreview) -> Outcome<Self> {
        let given: Vec<&str> = args.off.iter().flat_map(|fields| fields.split(',')).map(str::trim).collect();
        let mut off: BTreeSet<String> =
            preview.columns.iter().filter(|column| !column.on).map(|column| column.field.clone()).collect();
        if let Some(unknown) = given.iter().find(|field| !is_field_word(field)) {
            return Err(AppError::new(Code::UnknownField).at(*unknown).into());
        }
        off.extend(given.iter().map(ToString::to_string));
        Ok(Self { off, off_given: !given.is_empty(), take_backwards: args.take_backwards })
    }

    /// Whether a change is taken as things are chosen.
    fn takes(&self, change: &ImportChange) -> bool {
        let ticked = change.ticked || (self.take_backwards && change.outcome == ImportOutcome::BackFromCompleted);
        ticked && !self.off.contains(&change.field)
    }

    /// Keys of changes that are taken although the preview did not tick them.
    fn ticked(&self, preview: &ImportPreview) -> Vec<String> {
        let extra = preview.changes.iter().filter(|change| !change.ticked && self.takes(change));
        extra.map(|change| change.key.clone()).collect()
    }

    /// Changed and unchanged tasks, when these choices differ from what the preview counted with.
    fn counts(&self, preview: &ImportPreview) -> (u32, u32) {
        let remembered: BTreeSet<&str> =
            preview.columns.iter().filter(|column| !column.on).map(|column| column.field.as_str()).collect();
        let proposed = tasks_of(preview, |change| change.ticked && !remembered.contains(change.field.as_str()));
        let chosen = tasks_of(preview, |change| self.takes(change));
        let counts = &preview.counts;
        let updated = (counts.updated + chosen).saturating_sub(proposed);
        let unchanged = (counts.unchanged + proposed).saturating_sub(chosen);
        (updated, unchanged)
    }
}

/// Whether it could be the code word of a field, so that a file name after `--off` is noticed.
fn is_field_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

fn tasks_of(preview: &ImportPreview, takes: impl Fn(&ImportChange) -> bool) -> u32 {
    let tasks: BTreeSet<&str> =
        preview.changes.iter().filter(|change| takes(change)).map(|change| change.task.as_str()).collect();
    u32::try_from(tasks.len()).unwrap_or(u32::MAX)
}

/// Runs the import, and says on a terminal how far it is. Ctrl-C ends the process, and with it the one transaction:
/// nothing of the import stays.
fn run_with_progress(app: &App, run: ImportRunArgs, id: &str, json: bool, texts: &Texts) -> Outcome<ImportDone> {
    if json || !io::stderr().is_terminal() {
        return Ok(app.import_run(run)?);
    }
    let (finished, waiting) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while waiting.recv_timeout(PROGRESS_EVERY) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let Ok(progress) = app.import_progress(ImportIdArgs { id: id.to_owned() }) else { continue };
                let (done, total) = (progress.done.to_string(), progress.total.to_string());
                let line = texts.fill("import.progress", &[("done", &done), ("total", &total)]);
                // A progress line that cannot be shown is no reason to stop.
                let _ = write!(io::stderr(), "\r\x1b[K{line}");
            }
            let _ = write!(io::stderr(), "\r\x1b[K");
        });
        let done = app.import_run(run);
        drop(finished);
        Ok(done?)
    })
}

fn rejected<'a>(rejections: &'a [Rejection], texts: &Texts) -> Vec<RejectedJson<'a>> {
    let json = |rejection: &'a Rejection| RejectedJson {
        row: rejection.row,
        column: &rejection.column,
        reason: texts.rejection(rejection),
        cell: &rejection.cell,
        code: &rejection.code,
        value: &rejection.value,
    };
    rejections.iter().map(json).collect()
}

fn print_done(session: &mut Session, done: &ImportDone) -> Outcome<()> {
    let json = ImportJson {
        stamp: &done.stamp,
        created: done.created,
        updated: done.updated,
        unchanged: done.unchanged,
        gone: done.gone,
        conflicts: done.conflicts,
        rejected: rejected(&done.rejected, &session.texts),
        dry: None,
    };
    if session.json {
        return session.out.json(&json);
    }
    print_counts(session, "import.done", &json)
}

fn print_dry_run(session: &mut Session, preview: &ImportPreview, choice: &Choice) -> Outcome<()> {
    let (updated, unchanged) = choice.counts(preview);
    let json = ImportJson {
        stamp: &preview.stamp,
        created: preview.counts.created,
        updated,
        unchanged,
        gone: preview.counts.gone,
        conflicts: preview.counts.conflicts,
        rejected: rejected(&preview.rejected, &session.texts),
        dry: Some(DryJson {
            dry_run: true,
            export_date: preview.export_date,
            already: preview.already,
            older: preview.older,
            changes: preview.changes.iter().map(|change| ChangeJson { change, taken: choice.takes(change) }).collect(),
            new_tasks: &preview.created,
            gone_tasks: &preview.gone,
        }),
    };
    if session.json {
        return session.out.json(&json);
    }
    if preview.already {
        session.out.line(&session.texts.get("import.already"))?;
    }
    if preview.older {
        session.out.line(&session.texts.get("import.older"))?;
    }
    print_counts(session, "import.would", &json)?;
    print_changes(session, preview, choice)
}

fn print_counts(session: &mut Session, key: &str, json: &ImportJson<'_>) -> Outcome<()> {
    let numbers =
        [json.created, json.updated, json.unchanged, json.gone, json.conflicts].map(|number| number.to_string());
    let [created, updated, unchanged, gone, conflicts] = &numbers;
    let rejected = json.rejected.len().to_string();
    session.out.line(&session.texts.fill(
        key,
        &[
            ("stamp", json.stamp),
            ("created", created),
            ("updated", updated),
            ("unchanged", unchanged),
            ("gone", gone),
            ("conflicts", conflicts),
            ("rejected", &rejected),
        ],
    ))?;
    json.rejected.iter().try_for_each(|rejection| session.out.line(&rejection.reason))
}

fn print_changes(session: &mut Session, preview: &ImportPreview, choice: &Choice) -> Outcome<()> {
    if preview.changes.is_empty() {
        return Ok(());
    }
    let texts = &session.texts;
    let headings = ["head.row", "head.task", "head.field", "head.now", "head.file", "head.outcome"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(texts.get(key))).collect()).elastic(4);
    for change in preview.changes.iter().take(CHANGES_PRINTED) {
        let outcome = match (choice.takes(change), change.outcome) {
            (_, ImportOutcome::Choose) => texts.get("import.outcome.choose"),
            (_, ImportOutcome::KeepsYours) => texts.get("import.outcome.keeps_yours"),
            (true, _) => texts.get("import.outcome.updates"),
            (false, ImportOutcome::BackFromCompleted) => texts.get("import.outcome.back"),
            (false, ImportOutcome::Updates) => texts.get("import.outcome.off"),
        };
        table.row(vec![
            Cell::right(change.row),
            Cell::text(&change.task),
            Cell::text(texts.field(&change.field)),
            Cell::text(shortened(&change.now)),
            Cell::text(shortened(&change.file)),
            Cell::text(outcome),
        ]);
    }
    let more = preview.changes.len().saturating_sub(CHANGES_PRINTED);
    session.out.heading(&session.texts.count("import.changes", preview.changes.len()))?;
    session.out.table(&table)?;
    if more > 0 { session.out.line(&session.texts.count("more", more)) } else { Ok(()) }
}

/// A value that fits a line; whole values are in `--json`.
fn shortened(text: &str) -> String {
    const MOST: usize = 32;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

fn list(session: &mut Session) -> Outcome<()> {
    let imports: Vec<ImportRecord> = session.app.imports(NoArgs {})?.imports;
    if session.json {
        return session.out.json(&imports);
    }
    if imports.is_empty() {
        return session.out.line(&session.texts.get("import.none"));
    }
    let texts = &session.texts;
    let headings =
        ["head.import", "head.export_date", "head.tasks", "head.imported", "head.who", "head.file", "head.state"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(texts.get(key))).collect()).elastic(5);
    for import in &imports {
        table.row(vec![
            Cell::text(&import.stamp),
            Cell::text(texts.date(import.export_date)),
            Cell::right(import.tasks),
            Cell::text(instant(&import.when)),
            Cell::text(&import.who),
            Cell::text(&import.file_name),
            Cell::text(texts.get(if import.active { "import.active" } else { "import.inactive" })),
        ]);
    }
    session.out.table(&table)
}
