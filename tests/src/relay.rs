//! A relay: the real program on loopback, with a data directory of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::{Group, Ran, program};

/// A relay that listens; gone with its data when it is dropped.
#[derive(Debug)]
pub struct Relay {
    /// Where, `ws://127.0.0.1:…`; the same after a restart.
    pub url: String,
    dir: PathBuf,
    admission: &'static str,
    program: Option<Group>,
}

impl Relay {
    /// A relay that admits anybody.
    pub fn open() -> Self {
        Self::start("open")
    }

    /// A relay that admits a municipality by the host's code.
    pub fn with_codes() -> Self {
        Self::start("code")
    }

    fn start(admission: &'static str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tovholder-relay-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).expect("the temp folder can be written");
        let mut relay = Self { url: String::new(), dir, admission, program: None };
        relay.listen("127.0.0.1:0");
        relay
    }

    fn listen(&mut self, address: &str) {
        let mut command = Command::new(program("tovholder-relay"));
        command.args(["--listen", address, "--admission", self.admission, "--json", "--data-dir"]).arg(self.data_dir());
        let mut started = Group::start(command.stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut line = String::new();
        let pipe = started.child.stdout.take().expect("the pipe was asked for");
        BufReader::new(pipe).read_line(&mut line).expect("the relay tells where it listens");
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("the relay ({error}): {line}"));
        told["listening"].as_str().expect("an address").clone_into(&mut self.url);
        self.program = Some(started);
    }

    /// Its data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// Ends it at once, with no chance to tidy up.
    pub fn kill(&mut self) {
        self.program = None;
    }

    /// Starts it again, at the same address.
    pub fn start_again(&mut self) {
        let address = self.url.trim_start_matches("ws://").to_owned();
        self.listen(&address);
    }

    /// What anybody gets at this address of the relay; none for 404.
    pub fn get(&self, url: &str) -> Option<String> {
        let (host, path) = url.trim_start_matches("http://").split_once('/').expect("an address with a path");
        assert_eq!(format!("ws://{host}"), self.url, "another host");
        let mut stream = TcpStream::connect(host).expect("the relay listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        match head.split(' ').nth(1) {
            Some("200") => Some(body.to_owned()),
            Some("404") => None,
            _ => panic!("{url}: {head}"),
        }
    }

    /// One of the host's commands.
    pub fn admin(&self, words: &[&str]) -> Value {
        let mut command = Command::new(program("tovholder-relay"));
        command.args(["--json", "admin"]).args(words).arg("--data-dir").arg(self.data_dir()).stdin(Stdio::null());
        Ran::of(&mut command, words).done().json()
    }

    /// Everything it has on its disk, copied to a folder beside.
    pub fn copy_data(&self, name: &str) -> PathBuf {
        let to = self.dir.join(name);
        copy(&self.data_dir(), &to);
        to
    }

    /// Puts a copy in place of its data; it must not be running.
    pub fn restore_data(&self, from: &Path) {
        std::fs::remove_dir_all(self.data_dir()).expect("the data is there");
        copy(from, &self.data_dir());
    }

    /// Every byte that it has on its disk.
    pub fn bytes(&self) -> Vec<u8> {
        let entries = std::fs::read_dir(self.data_dir()).expect("the data is there");
        entries.flatten().flat_map(|entry| std::fs::read(entry.path()).unwrap_or_default()).collect()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// Copies the files of a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the folder can be made");
    for entry in std::fs::read_dir(from).expect("the folder is there").flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("the file can be copied");
        }
    }
}
