//! Handing out: which rows, in what form, where to.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tovholder_document::Document;
use tovholder_model::key;
use tovholder_protocol::Role;
use tovholder_store::CellEdit;

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::export::{self, ExportRow};
use crate::task::Colours;
use crate::view::{ExportArgs, ExportKind, Exported, InterfacesQuery, NoArgs, TaskRow};
use crate::words::Lang;
use crate::world::World;

impl App {
    /// Makes a file to hand out.
    pub fn export(&self, args: ExportArgs) -> AppResult<Exported> {
        let kind = args.kind.unwrap_or(ExportKind::Xlsx);
        let (bytes, rows) = self.exported(&args, kind)?;
        let today = self.today().format("%Y-%m-%d");
        let (stem, ending, mime) = match kind {
            ExportKind::Xlsx => {
                ("tovholder-opgaver", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
            }
            ExportKind::Csv => ("tovholder-opgaver", "csv", "text/csv; charset=utf-8"),
            ExportKind::Automerge => ("tovholder-automerge", "zip", "application/zip"),
            ExportKind::Calendar => ("tovholder-arrangementer", "ics", "text/calendar; charset=utf-8"),
            ExportKind::Country => ("tovholder-landet", "csv", "text/csv; charset=utf-8"),
            ExportKind::Interfaces => ("tovholder-snitflader", "csv", "text/csv; charset=utf-8"),
        };
        let file_name = format!("{stem}-{today}.{ending}");
        let (path, bytes) = if args.save {
            (Some(self.save_download(&file_name, &bytes)?.display().to_string()), String::new())
        } else {
            (None, STANDARD.encode(&bytes))
        };
        Ok(Exported { file_name, mime: mime.to_owned(), bytes, path, rows })
    }

    /// The bytes of an export and its number of rows; for the terminal, which names the file itself.
    ///
    /// # Errors
    /// When a task is not known, or the workbook cannot be made.
    pub fn exported(&self, args: &ExportArgs, kind: ExportKind) -> AppResult<(Vec<u8>, u32)> {
        let lang = args.lang.as_deref().map_or_else(|| self.lang(), Lang::from_code);
        let on = args.on.unwrap_or_else(|| self.today());
        if kind == ExportKind::Automerge {
            let zipped = self.automerge_zip()?;
            self.note_export("automerge")?;
            return Ok(zipped);
        }
        if kind == ExportKind::Calendar {
            let (text, events) = self.calendar()?;
            return Ok((text.into_bytes(), events));
        }
        if kind == ExportKind::Country {
            return Ok(export::country_csv(&self.country(NoArgs {})?, lang));
        }
        let world = self.world()?;
        if kind == ExportKind::Interfaces {
            let matrix = self.interfaces(InterfacesQuery { on: Some(on), ..InterfacesQuery::default() })?;
            let made = export::interfaces_csv(&matrix, &crate::interface::points_by_interface(&world), lang);
            self.note_export("interfaces")?;
            return Ok(made);
        }
        let rows = chosen(&world, Colours::on(&world, on).rows(), args.ids.as_deref())?;
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let bytes = match kind {
            ExportKind::Csv => export::csv(&rows, on, lang),
            _ => export::xlsx(&rows, on, self.today(), lang)?,
        };
        self.note_export(if kind == ExportKind::Csv { "csv" } else { "xlsx" })?;
        Ok((bytes, count))
    }

    /// In a municipality that is shared, its admins see in the access log what was handed out. A reader's laptop sends
    /// its member's card alone, and says it there.
    fn note_export(&self, what: &str) -> AppResult<()> {
        if self.relay_address()?.is_none() {
            return Ok(());
        }
        let Ok(Some(space)) = self.space() else { return Ok(()) };
        let document = match (space.role(), space.member()) {
            (Some(Role::Reader), Some(member)) => crate::sharing::card_name(&member),
            (Some(_), _) => key::ORGANISATION.to_owned(),
            (None, _) => return Ok(()),
        };
        let entity = key::entity("export", &self.new_id()?);
        let cells = [CellEdit::now(&entity, "created", true), CellEdit::now(&entity, "what", what)];
        self.write(|write| write.edit(&document, &cells).map_err(|error| self.fail(&error)).map(|_| ()))?;
        Ok(())
    }

    /// Every document as an open `.automerge` file, in one zip.
    fn automerge_zip(&self) -> AppResult<(Vec<u8>, u32)> {
        let io = |error: &dyn std::fmt::Display| AppError::new(Code::Io).with(error);
        if self.read(tovholder_store::Reader::to_check)?.is_some() {
            // Half a history is no document.
            return Err(AppError::new(Code::NotSynced).with("unverified_snapshot"));
        }
        let documents = self.read(tovholder_store::Reader::documents)?;
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        // Automerge's own format is compressed already.
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let mut count = 0;
        // What lets a laptop into the network is no data, and goes nowhere but to this municipality's laptops.
        for (name, changes) in documents.into_iter().filter(|(name, _)| name != key::NETWORK) {
            let document = Document::load(changes.iter().map(Vec::as_slice))
                .map_err(|error| AppError::new(Code::Corrupt).at(&name).with(error))?;
            let file = format!("{}.automerge", name.replace('%', "_"));
            zip.start_file(file, options).map_err(|error| io(&error))?;
            zip.write_all(&document.save()).map_err(|error| io(&error))?;
            count += 1;
        }
        let bytes = zip.finish().map_err(|error| io(&error))?.into_inner();
        Ok((bytes, count))
    }

    fn save_download(&self, file_name: &str, bytes: &[u8]) -> AppResult<PathBuf> {
        let dir = crate::place::download_dir().unwrap_or_else(|| self.dir.clone());
        let (stem, ending) = file_name.rsplit_once('.').unwrap_or((file_name, ""));
        for number in 1..1_000 {
            let name = if number == 1 { file_name.to_owned() } else { format!("{stem} ({number}).{ending}") };
            let path = dir.join(name);
            // An earlier export is never written over.
            match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(mut file) => {
                    file.write_all(bytes).map_err(|error| self.fail(&error.into()))?;
                    return Ok(path);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(self.fail(&error.into())),
            }
        }
        Err(AppError::new(Code::Io).at(dir.display().to_string()))
    }
}

/// The rows to hand out: those asked for, in that order, else all that are not archived.
fn chosen(world: &World, rows: Vec<TaskRow>, ids: Option<&[String]>) -> AppResult<Vec<ExportRow>> {
    let rows: Vec<TaskRow> = match ids {
        None => rows.into_iter().filter(|row| !row.archived).collect(),
        Some(ids) => {
            let mut by_id: BTreeMap<String, TaskRow> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
            let take = |id: &String| by_id.remove(id).ok_or_else(|| AppError::new(Code::UnknownTask).at(id));
            ids.iter().map(take).collect::<AppResult<_>>()?
        }
    };
    let mut tied: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (interface, tasks) in crate::interface::tied(world) {
        for task in tasks {
            tied.entry(task).or_default().push(interface.clone());
        }
    }
    let mut full = |row: TaskRow| {
        let record = world.tasks.get(&row.id).map(|task| &task.record);
        let text = |field: &str| record.map(|record| record.text(field).to_owned()).unwrap_or_default();
        ExportRow {
            description: text("description"),
            prerequisites: text("prerequisites"),
            result: text("result"),
            published: record.and_then(|record| record.date("published")),
            interfaces: tied.remove(&row.id).unwrap_or_default(),
            row,
        }
    };
    Ok(rows.into_iter().map(&mut full).collect())
}
