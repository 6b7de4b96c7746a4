//! The table of commands as TypeScript, for `cargo xtask codegen`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use ts_rs::{Config, ExportError, TS, TypeVisitor};

/// Gathers the lines of the `Commands` interface and writes the types that they name.
pub(crate) struct Declarations {
    config: Config,
    imports: BTreeSet<String>,
    lines: String,
    failed: Option<ExportError>,
}

impl Declarations {
    pub fn new(dir: &Path) -> Self {
        Self { config: Config::new().with_out_dir(dir), imports: BTreeSet::new(), lines: String::new(), failed: None }
    }

    pub fn command<A: TS + 'static, R: TS + 'static>(&mut self, name: &str, doc: &str) {
        self.export::<A>();
        self.export::<R>();
        let (args, result) = (A::name(&self.config), R::name(&self.config));
        // Writing to a string cannot fail.
        let _ = writeln!(self.lines, "  /**{doc} */\n  {name}: {{ args: {args}; result: {result} }};");
    }

    fn export<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() {
            // An array: what it holds is what has a file.
            T::visit_generics(self);
            return;
        }
        self.imports.insert(T::ident(&self.config));
        if let Err(error) = T::export_all(&self.config) {
            self.failed = Some(error);
        }
    }

    pub fn finish(self) -> Result<String, ExportError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        // What every command may answer instead.
        crate::AppError::export_all(&self.config)?;
        let mut out = String::new();
        for import in self.imports {
            let _ = writeln!(out, "import type {{ {import} }} from './{import}';");
        }
        out.push_str("\n/** Every use case, by name. */\nexport interface Commands {\n");
        out.push_str(&self.lines);
        out.push_str("}\n");
        Ok(out)
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.export::<T>();
    }
}
