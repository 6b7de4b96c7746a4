//! A process with all its children, ended together.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

/// A program in a process group of its own. WebKit's driver starts the app, and the app its web process: killing the
/// first alone leaves orphans that hold our pipes open.
#[derive(Debug)]
pub struct Group {
    /// The program that was started.
    pub child: Child,
}

impl Group {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        let child = command.process_group(0).stdin(Stdio::null()).spawn();
        Self { child: child.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}")) }
    }

    /// `kill -9` to every process of the group; they get no chance to tidy up.
    pub fn kill(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
