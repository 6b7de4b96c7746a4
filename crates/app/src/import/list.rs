//! The imports that were made, and taking one back.

use tovholder_model::Stamp;
use tovholder_store::{CellEdit, Direction};

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::history::rfc3339;
use crate::undo::Label;
use crate::view::{Done, ImportIdArgs, ImportList, ImportRecord, NoArgs};

impl App {
    /// The imports that were made, newest export first.
    pub fn imports(&self, _: NoArgs) -> AppResult<ImportList> {
        let world = self.world()?;
        let mut imports = Vec::new();
        for (stamp, import) in world.imports.iter().rev() {
            let written = self.read(|reader| reader.history(&format!("import/{stamp}"), Some("file")))?;
            let first = written.first();
            imports.push(ImportRecord {
                file_name: import.record.text("file").to_owned(),
                export_date: Stamp::parse(stamp).map(|stamp| stamp.date()).unwrap_or_default(),
                when: rfc3339(first.map_or(import.changed, |row| row.time)),
                who: first.map(|row| world.author(&row.op.actor.to_string()).0).unwrap_or_default(),
                tasks: import.record.shown("tasks").as_int().and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
                active: import.record.text("state") != "undone",
                stamp: stamp.clone(),
            });
        }
        Ok(ImportList { imports })
    }

    /// Undoes an import as one: one cell in each document it touched, and the choices made with it, where they still
    /// stand. What others edited since stands.
    pub fn import_undo(&self, args: ImportIdArgs) -> AppResult<Done> {
        self.import_travel(&args.id, Direction::Undo)
    }

    /// Brings an undone import back.
    pub fn import_redo(&self, args: ImportIdArgs) -> AppResult<Done> {
        self.import_travel(&args.id, Direction::Redo)
    }

    fn import_travel(&self, stamp: &str, direction: Direction) -> AppResult<Done> {
        self.may_edit()?;
        let world = self.world()?;
        let import = world.imports.get(stamp).ok_or_else(|| AppError::new(Code::UnknownImport).at(stamp))?;
        let (key, state) = match direction {
            Direction::Undo => ("import_undo", "undone"),
            Direction::Redo => ("import_redo", "active"),
        };
        let ((), cursor) = self.write(|write| {
            let is_it = |label: &str| Label::parse(label).stamp.as_deref() == Some(stamp);
            let own = write.travel(direction, &is_it).map_err(|error| self.fail(&error))?;
            if own.is_some() {
                return Ok(());
            }
            // Made on another laptop, or longer ago than a step is kept.
            for document in world.import_documents.get(stamp).into_iter().flatten() {
                let cell = CellEdit::now(format!("import/{stamp}"), "state", state);
                write.edit(document, &[cell]).map_err(|error| self.fail(&error))?;
            }
            let label = Label::new(key, &[("file", import.record.text("file"))]);
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(Done { cursor })
    }
}
