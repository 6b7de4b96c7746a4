//! A display in memory.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::Group;

/// An X server of its own, so that tests never share a screen, nor show up on the developer's.
#[derive(Debug)]
pub struct Display {
    name: String,
    _server: Group,
}

impl Display {
    /// Starts one of this size, on a number that the server itself found free.
    pub fn start(width: u32, height: u32) -> Self {
        let screen = format!("{width}x{height}x24");
        let mut server = Group::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"])
                .stdout(Stdio::piped())
                .stderr(Stdio::null()),
        );
        let mut number = String::new();
        let pipe = server.child.stdout.take().expect("the pipe was asked for");
        BufReader::new(pipe).read_line(&mut number).expect("the display tells its number");
        assert!(!number.trim().is_empty(), "Xvfb ended without a display");
        Self { name: format!(":{}", number.trim()), _server: server }
    }

    /// Its name, for `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }
}
