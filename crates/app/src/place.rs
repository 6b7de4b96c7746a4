//! Where the data lies, and whether it may lie there.

use std::io::Write as _;
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

/// Writes a file whole beside its place, onto the disk, and then gives it its name. `owner_only` lets nobody else read it,
/// where the system knows of owners.
///
/// # Errors
/// When it cannot be written; nothing is left then.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], owner_only: bool) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let _ = std::fs::remove_file(&beside);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if owner_only {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = owner_only;
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.and_then(|()| std::fs::rename(&beside, path)).inspect_err(|_| drop(std::fs::remove_file(&beside)))
}
