//! Where the data lies, and whether it may lie there.

use std::path::{Path, PathBuf};

use tovholder_store::place::{PlaceProblem, examine as examine_place};

use crate::error::{AppError, AppResult, Code};

/// The data directory when nobody names one: the platform's folder for a program's data.
pub fn default_data_dir() -> Option<PathBuf> {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return from("LOCALAPPDATA").map(|dir| dir.join("Tovholder"));
    }
    if cfg!(target_os = "macos") {
        return from("HOME").map(|home| home.join("Library/Application Support/Tovholder"));
    }
    from("XDG_DATA_HOME")
        .or_else(|| from("HOME").map(|home| home.join(".local/share")))
        .map(|dir| dir.join("tovholder"))
}

/// The folder where a person looks for a file that was handed out.
pub(crate) fn download_dir() -> Option<PathBuf> {
    let home = std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from)?;
    if let Some(dir) = std::env::var_os("XDG_DOWNLOAD_DIR").map(PathBuf::from).filter(|dir| dir.is_dir()) {
        return Some(dir);
    }
    ["Downloads", "Hentet", "Overførsler"].iter().map(|name| home.join(name)).find(|dir| dir.is_dir()).or(Some(home))
}

/// Refuses places where SQLite's WAL corrupts.
pub(crate) fn examine(dir: &Path) -> AppResult<()> {
    examine_place(dir).map_err(|problem| {
        let code = match &problem {
            PlaceProblem::NetworkShare { .. } => Code::NetworkShare,
            PlaceProblem::CloudFolder { .. } => Code::CloudFolder,
        };
        let detail = match problem {
            PlaceProblem::NetworkShare { kind } => kind,
            PlaceProblem::CloudFolder { name } => name,
        };
        AppError::new(code).at(dir.display().to_string()).with(detail)
    })
}
