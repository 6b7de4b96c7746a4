//! A relay in a process of its own, on this machine.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rusqlite::Connection;
use serde_json::Value;

use crate::Outcome;
use crate::data::Copy;

/// A relay with every default, but that anybody is admitted; ended when dropped.
pub struct Relay {
    child: Child,
    /// `127.0.0.1:port`.
    pub address: String,
    folder: Copy,
}

impl Relay {
    pub fn start(root: &Path, program: &Path) -> Outcome<Self> {
        let folder = Copy::empty(root)?;
        let mut command = Command::new(program);
        command.args(["--json", "--listen", "127.0.0.1:0", "--admission", "open", "--data-dir"]).arg(folder.dir());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let told: Value = serde_json::from_str(&line)?;
        let listening = told.get("listening").and_then(Value::as_str).ok_or("the relay does not listen")?;
        let address = listening.trim_start_matches("ws://").to_owned();
        Ok(Self { child, address, folder })
    }

    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Bytes of its database, with nothing left in the WAL.
    pub fn bytes(&self) -> Outcome<f64> {
        database_bytes(&self.folder.dir().join("relay.db"))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It is only measured on; nothing of it is kept.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes that a database uses: what it holds, not what lies free in its file.
pub fn database_bytes(file: &Path) -> Outcome<f64> {
    let connection = Connection::open(file)?;
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    Ok((number("page_count")? - number("freelist_count")?) as f64 * number("page_size")? as f64)
}
