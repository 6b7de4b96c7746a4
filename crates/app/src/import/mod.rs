//! Importing a KLIK export: open, map, preview, run, undo.
//!
//! What a preview shows and what a run writes come from one plan (`plan.rs`), made anew from the data as it stands inside
//! the write transaction. Nothing is written before the run, and a cancelled run leaves nothing.

mod list;
mod plan;
mod run;
mod values;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use tovholder_klik::{Draft, Field, Limits, ReadError, Rows, Workbook};

use crate::error::{AppError, AppResult, Code};
use crate::view::{
    Done, ImportColumn, ImportDraft, ImportField, ImportIdArgs, ImportOpenArgs, ImportPreview, ImportPreviewArgs,
    ImportProgress,
};
use crate::{App, lock};

/// Files held open for import at most; the oldest goes.
const DRAFTS_MAX: usize = 4;
const MAPPING: &str = "preference.import.mapping";
const OFF: &str = "preference.import.off";

/// Files that were opened and not yet imported.
#[derive(Default)]
pub(crate) struct Drafts(Mutex<Vec<(String, Arc<Opened>)>>);

/// Rows, and the mapping they were read under.
type Mapped = (BTreeMap<usize, Field>, Arc<Rows>);

/// A file that was opened.
pub(crate) struct Opened {
    file_name: String,
    hash8: String,
    workbook: Workbook,
    draft: Draft,
    given: Mutex<Given>,
    rows: Mutex<Option<Mapped>>,
    done: AtomicU32,
    total: AtomicU32,
    running: AtomicBool,
    cancelled: AtomicBool,
}

/// What the user said about the file.
#[derive(Default, Clone)]
struct Given {
    mapping: Option<BTreeMap<u32, Option<String>>>,
    date: Option<NaiveDate>,
}

impl App {
    /// Opens a file for import. Nothing is written.
    pub fn import_open(&self, args: ImportOpenArgs) -> AppResult<ImportDraft> {
        self.founded()?;
        let limits = Limits::default();
        let bytes = match &args.path {
            Some(path) => read_file(path, limits.file_bytes_max)?,
            None => STANDARD.decode(&args.bytes).map_err(|error| AppError::new(Code::BadArguments).with(error))?,
        };
        let workbook = tovholder_klik::read(&args.name, &bytes, &limits).map_err(|error| of_read(&args.name, error))?;
        let remembered = self.remembered_mapping();
        let draft = tovholder_klik::draft(&workbook, &args.name, args.sheet.as_deref(), &remembered)
            .map_err(|error| of_read(&args.name, error))?;
        let opened = Opened {
            file_name: args.name.clone(),
            hash8: tovholder_klik::file_hash8(&bytes),
            workbook,
            draft,
            given: Mutex::default(),
            rows: Mutex::default(),
            done: AtomicU32::new(0),
            total: AtomicU32::new(0),
            running: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
        };
        let id = self.new_id()?;
        let view = drafted(&id, &opened);
        let mut drafts = lock(&self.drafts.0);
        if drafts.len() >= DRAFTS_MAX {
            drafts.remove(0);
        }
        drafts.push((id, Arc::new(opened)));
        Ok(view)
    }

    /// What the import would do. Nothing is written.
    pub fn import_preview(&self, args: ImportPreviewArgs) -> AppResult<ImportPreview> {
        let opened = self.opened(&args.id)?;
        {
            let mut given = lock(&opened.given);
            if args.mapping.is_some() {
                given.mapping = args.mapping;
            }
            if args.export_date.is_some() {
                given.date = args.export_date;
            }
        }
        let rows = opened.rows()?;
        let world = self.world()?;
        let plan = plan::Plan::make(&world, &self.secret()?, &opened, &rows, opened.export_date()?);
        Ok(plan.preview(&args.id, &opened.file_name, &world, &self.off(), self.lang()))
    }

    /// How far the import is.
    pub fn import_progress(&self, args: ImportIdArgs) -> AppResult<ImportProgress> {
        let opened = self.opened(&args.id)?;
        Ok(ImportProgress {
            done: opened.done.load(Ordering::Relaxed),
            total: opened.total.load(Ordering::Relaxed),
            running: opened.running.load(Ordering::Relaxed),
        })
    }

    /// Cancels a running import; nothing of it stays.
    pub fn import_cancel(&self, args: ImportIdArgs) -> AppResult<Done> {
        self.opened(&args.id)?.cancelled.store(true, Ordering::Relaxed);
        Ok(Done { cursor: self.read(tovholder_store::Reader::cursor)? })
    }

    fn opened(&self, id: &str) -> AppResult<Arc<Opened>> {
        let drafts = lock(&self.drafts.0);
        let found = drafts.iter().find(|(known, _)| known == id).map(|(_, opened)| Arc::clone(opened));
        found.ok_or_else(|| AppError::new(Code::DraftGone).at(id))
    }

    fn remembered_mapping(&self) -> BTreeMap<String, Option<Field>> {
        let kept: BTreeMap<String, Option<String>> =
            self.setting(MAPPING).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        kept.into_iter().map(|(heading, field)| (heading, field.as_deref().and_then(Field::from_code))).collect()
    }

    fn remember_mapping(&self, opened: &Opened) -> AppResult<()> {
        let Some(mapping) = lock(&opened.given).mapping.clone() else { return Ok(()) };
        let mut kept: BTreeMap<String, Option<String>> =
            self.remembered_mapping().into_iter().map(|(h, f)| (h, f.map(|f| f.code().to_owned()))).collect();
        for column in &opened.draft.columns {
            if let Some(field) = u32::try_from(column.index).ok().and_then(|index| mapping.get(&index)) {
                kept.insert(tovholder_klik::normalise_heading(&column.heading), field.clone());
            }
        }
        self.set_setting(MAPPING, &serde_json::to_string(&kept).unwrap_or_default())
    }

    /// Fields switched off, as remembered.
    fn off(&self) -> Vec<String> {
        self.setting(OFF).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
    }
}

impl Opened {
    /// The mapping that holds: the user's, else the draft's own.
    fn mapping(&self) -> AppResult<BTreeMap<usize, Field>> {
        let given = lock(&self.given).mapping.clone();
        let mut mapping = BTreeMap::new();
        for column in &self.draft.columns {
            let field = match &given {
                None => column.field,
                Some(given) => match u32::try_from(column.index).ok().and_then(|index| given.get(&index)) {
                    Some(Some(code)) => {
                        Some(Field::from_code(code).ok_or_else(|| AppError::new(Code::UnknownField).at(code))?)
                    }
                    _ => None,
                },
            };
            mapping.extend(field.map(|field| (column.index, field)));
        }
        Ok(mapping)
    }

    /// The rows under the mapping that holds; read once per mapping.
    fn rows(&self) -> AppResult<Arc<Rows>> {
        let mapping = self.mapping()?;
        let mut kept = lock(&self.rows);
        if let Some((known, rows)) = kept.as_ref()
            && *known == mapping
        {
            return Ok(Arc::clone(rows));
        }
        let rows = tovholder_klik::rows(&self.workbook, &self.draft, &mapping, &mut |_, _| true)
            .map_err(|error| of_read(&self.file_name, error))?;
        let rows = Arc::new(rows);
        *kept = Some((mapping, Arc::clone(&rows)));
        Ok(rows)
    }

    fn export_date(&self) -> AppResult<NaiveDate> {
        let given = lock(&self.given).date;
        given.or(self.draft.export_date).ok_or_else(|| AppError::new(Code::ExportDateMissing).at(&self.file_name))
    }
}

fn read_file(path: &str, bytes_max: usize) -> AppResult<Vec<u8>> {
    use std::io::Read;
    let io = |error: std::io::Error| AppError::new(Code::Io).at(path).with(error);
    let file = std::fs::File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

fn drafted(id: &str, opened: &Opened) -> ImportDraft {
    let draft = &opened.draft;
    let mapped: Vec<Field> = draft.columns.iter().filter_map(|column| column.field).collect();
    let size = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    ImportDraft {
        id: id.to_owned(),
        file_name: opened.file_name.clone(),
        sheets: opened.workbook.sheets.clone(),
        sheet: draft.sheet.clone(),
        heading_row: size(draft.heading_row),
        rows: size(draft.rows),
        columns: draft
            .columns
            .iter()
            .map(|column| ImportColumn {
                index: size(column.index),
                letter: column.letter.clone(),
                heading: column.heading.clone(),
                samples: column.samples.clone(),
                field: column.field.map(|field| field.code().to_owned()),
                remembered: column.remembered,
            })
            .collect(),
        fields: Field::ALL
            .iter()
            .map(|field| ImportField { field: field.code().to_owned(), required: field.required() })
            .collect(),
        missing: Field::ALL
            .iter()
            .filter(|field| field.required() && !mapped.contains(field))
            .map(|field| field.code().to_owned())
            .collect(),
        export_date: draft.export_date,
        date_source: draft.date_source.map(|source| source.code().to_owned()).unwrap_or_default(),
    }
}

/// The reader's error in the words of the use cases.
fn of_read(file: &str, error: ReadError) -> AppError {
    let at = |code| AppError::new(code).at(file);
    match error {
        ReadError::Unreadable { detail } => at(Code::FileUnreadable).with(detail),
        ReadError::Password => at(Code::FilePassword),
        ReadError::TooLarge { detail } => at(Code::FileTooLarge).with(detail),
        ReadError::NoHeadings => at(Code::NoHeadings),
        ReadError::UnknownSheet { sheet } => AppError::new(Code::UnknownSheet).at(sheet).with(file),
        ReadError::Empty => at(Code::FileEmpty),
        ReadError::MappedTwice { field } => AppError::new(Code::MappedTwice).at(field.code()),
        ReadError::NotMapped { field } => AppError::new(Code::FieldNotMapped).at(field.code()),
        ReadError::Cancelled => at(Code::ImportCancelled),
    }
}
