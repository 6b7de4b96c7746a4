//! Writing a file to hand out.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};
use serde::Serialize;
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{ExportArgs, ExportKind};

use crate::args::OnArgs;
use crate::failure::{Failure, Outcome};
use crate::session::Session;

/// What to write and where.
#[derive(Debug, Args)]
pub struct ExportCommand {
    /// The format
    pub kind: KindArg,
    /// The file; - writes to standard output
    pub file: PathBuf,
    /// As of which day.
    #[command(flatten)]
    pub on: OnArgs,
}

/// The formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindArg {
    /// A workbook with filters, real dates and a colour column
    Xlsx,
    /// Semicolons and UTF-8, as Danish Excel opens it
    Csv,
    /// Every document as an open .automerge file, in one zip
    Automerge,
    /// What the municipalities of the network show of themselves, as CSV
    Country,
    /// The network's events, as iCalendar
    Calendar,
    /// The implementation overview, interfaces × projects, as CSV
    Interfaces,
}

/// What `export` answers.
#[derive(Debug, Serialize)]
struct ExportJson {
    rows: u32,
    bytes: usize,
    mime: String,
}

/// `export`.
pub fn run(session: &mut Session, args: &ExportCommand) -> Outcome<()> {
    let kind = match args.kind {
        KindArg::Xlsx => ExportKind::Xlsx,
        KindArg::Csv => ExportKind::Csv,
        KindArg::Automerge => ExportKind::Automerge,
        KindArg::Country => ExportKind::Country,
        KindArg::Calendar => ExportKind::Calendar,
        KindArg::Interfaces => ExportKind::Interfaces,
    };
    let lang = Some(session.texts.code().to_owned());
    let made = session.app.export(ExportArgs { kind: Some(kind), on: args.on.on, ids: None, lang, save: false })?;
    let bytes = STANDARD
        .decode(&made.bytes)
        .map_err(|error| Failure::from(AppError::new(Code::Internal).at("export").with(error)))?;
    if args.file == Path::new("-") {
        return session.out.bytes(&bytes);
    }
    write_whole(&args.file, &bytes).map_err(|error| Failure::file(args.file.display().to_string(), &error))?;
    if session.json {
        return session.out.json(&ExportJson { rows: made.rows, bytes: bytes.len(), mime: made.mime });
    }
    let (file, rows) = (args.file.display().to_string(), made.rows.to_string());
    session.out.line(&session.texts.fill("export.done", &[("file", &file), ("rows", &rows)]))
}

/// Writes beside the file first, so that a full disk leaves the old one whole.
fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = file.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    if file.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut beside = name.to_os_string();
    beside.push(format!(".{}.part", std::process::id()));
    let part = file.with_file_name(beside);
    let written = File::create_new(&part)
        .and_then(|mut open| open.write_all(bytes).and_then(|()| open.sync_all()))
        .and_then(|()| std::fs::rename(&part, file));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&part);
    }
    written
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let dir = std::env::temp_dir().join(format!("tovholder-export-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let file = dir.join("opgaver.csv");
        write_whole(&file, b"old").unwrap();
        write_whole(&file, b"new").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert!(write_whole(&dir, b"x").is_err());
        assert!(write_whole(&dir.join("none").join("a.csv"), b"x").is_err());
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
