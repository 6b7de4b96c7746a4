//! The checkout's own text files, in memory: rules are tried on small made-up trees.

use std::collections::BTreeMap;
use std::path::Path;

use crate::command::{Chore, Outcome};

/// Folders that are made, not written.
const MADE: [&str; 10] = [
    ".git",
    ".vite",
    "artifacts",
    "dist",
    "dist-fixture",
    "gen",
    "node_modules",
    "playwright-report",
    "target",
    "test-results",
];

/// Text files by their path from the root, with `/`.
#[derive(Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
    /// Every file's path, binary ones too.
    paths: Vec<String>,
    /// Folders that only this machine has.
    pub machine: Vec<String>,
}

impl Tree {
    /// Reads the checkout.
    pub fn read(root: &Path) -> Outcome<Self> {
        let mut tree = Self::default();
        tree.collect(root, "").map_err(|error| Chore::failed(format!("{}: {error}", root.display())))?;
        Ok(tree)
    }

    fn collect(&mut self, dir: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                if !MADE.contains(&name.as_str()) {
                    self.collect(&entry.path(), &format!("{path}/"))?;
                }
            } else if kind.is_file() {
                // What is not UTF-8 is a picture, a font or a workbook.
                if let Ok(text) = String::from_utf8(std::fs::read(entry.path())?) {
                    self.files.insert(path.clone(), text);
                }
                self.paths.push(path);
            }
        }
        Ok(())
    }

    /// How many text files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Every text file.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Every text file with one of these extensions.
    pub fn with_extension<'a>(&'a self, extensions: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(|(path, _)| path.rsplit_once('.').is_some_and(|(_, found)| extensions.contains(&found)))
    }

    /// Whether there is a file, or a folder with files, at this path.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty() || self.paths.iter().any(|found| found == path || found.starts_with(&folder))
    }

    /// A made-up tree.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files: BTreeMap<String, String> =
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        Self { paths: files.keys().cloned().collect(), files, machine: Vec::new() }
    }
}
