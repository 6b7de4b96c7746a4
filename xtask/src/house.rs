//! Where things lie.

use std::path::{Path, PathBuf};

use crate::command::{Chore, Outcome};

/// The checkout.
pub struct House {
    /// The workspace's root.
    pub root: PathBuf,
    /// Cargo's target directory.
    pub target: PathBuf,
}

impl House {
    /// The checkout that this xtask was started in.
    pub fn find() -> Outcome<Self> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root =
            here.parent().map(Path::to_path_buf).ok_or_else(|| Chore::failed("xtask lies outside a workspace"))?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// A file or folder of the checkout.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside)
    }

    /// A program built by cargo in this profile (`debug` or `release`).
    pub fn built(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// A folder of its own below the system's temp folder, made now.
pub fn temp_dir(what: &str) -> Outcome<PathBuf> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let dir = std::env::temp_dir().join(format!("tovholder-{what}-{}-{}", std::process::id(), since.as_millis()));
    std::fs::create_dir_all(&dir).map_err(|error| Chore::failed(format!("{}: {error}", dir.display())))?;
    Ok(dir)
}
