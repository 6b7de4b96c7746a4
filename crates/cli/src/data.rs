//! Search, undo and redo, the doctor, and backups.

use clap::{Args, Subcommand};
use serde::Serialize;
use tovholder_app::error::{AppError, Code};
use tovholder_app::rescue;
use tovholder_app::view::{
    BackupList, BackupRestoreArgs, BackupRestored, DoctorArgs, DoctorReport, NoArgs, SearchArgs, UndoDone,
};

use crate::args::{Command, Global};
use crate::failure::{Failure, Outcome};
use crate::json::UndoJson;
use crate::print::{Cell, Out, Table};
use crate::session::{Session, data_dir};
use crate::texts::{Texts, instant};

/// What to search for.
#[derive(Debug, Args)]
pub struct SearchCommand {
    /// Words; each may be the beginning of one
    #[arg(required = true)]
    pub words: Vec<String>,
}

/// How closely to look.
#[derive(Debug, Args)]
pub struct DoctorCommand {
    /// Also rebuild the read tables from the changes, and compare
    #[arg(long)]
    pub rebuild: bool,
}

/// Sealed backups.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// What to do; none makes a backup.
    #[command(subcommand)]
    pub what: Option<BackupCommand>,
}

/// What to do with sealed backups.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Make one now
    Now,
    /// Those that are there, newest first
    List,
    /// Restore one; what stands now is backed up first
    Restore {
        /// Its name in the backup folder, or a path
        file: String,
        /// The backup key, when the backup is from another laptop
        #[arg(long)]
        key: Option<String>,
    },
    /// Show the key that opens this laptop's backups, to keep in a safe
    Key,
}

/// What `backup restore` answers.
#[derive(Debug, Serialize)]
struct RestoredJson<'a> {
    file: &'a str,
    saved_before: &'a str,
}

/// `search`.
pub fn search(session: &mut Session, args: &SearchCommand) -> Outcome<()> {
    let hits = session.app.search(SearchArgs { q: args.words.join(" ") })?.hits;
    if session.json {
        return session.out.json(&hits);
    }
    if hits.is_empty() {
        return session.out.line(&session.texts.get("search.none"));
    }
    let texts = &session.texts;
    let mut table = Table::new(vec![
        Cell::text(texts.get("head.kind")),
        Cell::text(texts.get("head.id")),
        Cell::text(texts.get("head.project")),
        Cell::text(texts.field("title")),
        Cell::text(texts.get("head.found")),
    ])
    .elastic(4);
    for hit in &hits {
        table.row(vec![
            Cell::text(texts.get(&format!("kind.{}", hit.kind))),
            Cell::text(&hit.id),
            Cell::text(&hit.project),
            Cell::text(&hit.title),
            Cell::text(&hit.snippet),
        ]);
    }
    session.out.table(&table)
}

/// `undo`.
pub fn undo(session: &mut Session) -> Outcome<()> {
    let done = session.app.undo(NoArgs {})?;
    taken_back(session, &done, "undo.done")
}

/// `redo`.
pub fn redo(session: &mut Session) -> Outcome<()> {
    let done = session.app.redo(NoArgs {})?;
    taken_back(session, &done, "redo.done")
}

fn taken_back(session: &mut Session, done: &UndoDone, key: &str) -> Outcome<()> {
    if session.json {
        return session.out.json(&UndoJson::from(done));
    }
    let cells = done.undone.to_string();
    session.out.line(&session.texts.fill(key, &[("step", &done.label), ("cells", &cells)]))?;
    for cell in &done.kept {
        let field = session.texts.field(&cell.field);
        let parameters = [("title", cell.title.as_str()), ("field", &field), ("now", &cell.now)];
        session.out.line(&session.texts.fill("undo.kept", &parameters))?;
    }
    Ok(())
}

/// `doctor`: done only when nothing is wrong.
pub fn doctor(session: &mut Session, args: &DoctorCommand) -> Outcome<()> {
    let report = session.app.doctor(DoctorArgs { rebuild: args.rebuild })?;
    if session.json {
        session.out.json(&report)?;
    } else {
        print_report(session, &report)?;
    }
    if report.ok {
        return Ok(());
    }
    session.out.finish()?;
    Err(Failure::Unwell)
}

fn print_report(session: &mut Session, report: &DoctorReport) -> Outcome<()> {
    let texts = &session.texts;
    let numbers = [report.documents, report.verified, report.changes, report.cells].map(|number| number.to_string());
    let [documents, verified, changes, cells] = &numbers;
    let mut lines = vec![
        texts.get(if report.ok { "doctor.well" } else { "doctor.unwell" }),
        texts.fill("doctor.integrity", &[("word", &report.integrity)]),
        texts.fill(
            "doctor.counts",
            &[("documents", documents), ("verified", verified), ("changes", changes), ("cells", cells)],
        ),
    ];
    lines.extend(report.rebuilt.map(|same| texts.get(if same { "doctor.identical" } else { "doctor.different" })));
    lines.extend(report.differing.iter().map(|what| texts.fill("doctor.differs", &[("what", what)])));
    lines.push(texts.get(&format!("doctor.secret.{}", report.device_secret)));
    lines.extend(report.notices.iter().map(|notice| texts.notice(notice)));
    lines.iter().try_for_each(|line| session.out.line(line))
}

/// `backup …`.
pub fn backup(session: &mut Session, args: BackupArgs) -> Outcome<()> {
    match args.what.unwrap_or(BackupCommand::Now) {
        BackupCommand::Now => {
            let made = session.app.backup_now(NoArgs {})?;
            if session.json {
                return session.out.json(&made);
            }
            session.out.line(&session.texts.fill("backup.made", &[("file", &made.file), ("size", &size(made.bytes))]))
        }
        BackupCommand::List => {
            let list = session.app.backups(NoArgs {})?;
            print_backups(&mut session.out, &session.texts, session.json, &list)
        }
        BackupCommand::Restore { file, key } => {
            let done = session.app.backup_restore(BackupRestoreArgs { file, key })?;
            print_restored(&mut session.out, &session.texts, session.json, &done)
        }
        BackupCommand::Key => {
            let key = session.app.backup_key(NoArgs {})?;
            if session.json {
                return session.out.json(&key);
            }
            session.out.line(&key.key)?;
            session.out.line(&session.texts.get("backup.key_kept"))
        }
    }
}

/// What can still be done about a database too damaged to be opened; none when the command is not one of that.
pub fn rescue(global: &Global, refused: &AppError, command: &Command) -> Option<Outcome<()>> {
    let Command::Backup(BackupArgs { what: Some(command) }) = command else { return None };
    if refused.code != Code::Corrupt {
        return None;
    }
    let texts = Texts::new(global.lang.into());
    let mut out = Out::stdout();
    let printed = match command {
        BackupCommand::List => data_dir(global)
            .and_then(|dir| Ok(rescue::list(&dir)?))
            .and_then(|list| print_backups(&mut out, &texts, global.json, &list)),
        BackupCommand::Restore { file, key } => data_dir(global)
            .and_then(|dir| Ok(rescue::restore(&dir, &BackupRestoreArgs { file: file.clone(), key: key.clone() })?))
            .and_then(|done| print_restored(&mut out, &texts, global.json, &done)),
        BackupCommand::Now | BackupCommand::Key => return None,
    };
    Some(printed.and_then(|()| out.finish()))
}

fn print_restored(out: &mut Out, texts: &Texts, json: bool, done: &BackupRestored) -> Outcome<()> {
    if json {
        return out.json(&RestoredJson { file: &done.file, saved_before: &done.saved_before });
    }
    out.line(&texts.fill("backup.restored", &[("file", &done.file), ("before", &done.saved_before)]))
}

fn print_backups(out: &mut Out, texts: &Texts, json: bool, list: &BackupList) -> Outcome<()> {
    if json {
        return out.json(&list.backups);
    }
    out.line(&texts.fill("backup.dir", &[("dir", &list.dir)]))?;
    let mut table = Table::new(vec![]);
    for backup in &list.backups {
        table.row(vec![Cell::text(&backup.file), Cell::text(instant(&backup.when)), Cell::right(size(backup.bytes))]);
    }
    out.rows(&table)
}

/// Bytes as a person reads them, in whole kB.
fn size(bytes: u64) -> String {
    format!("{} kB", bytes.div_ceil(1000))
}
