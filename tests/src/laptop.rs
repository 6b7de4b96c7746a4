//! A laptop: a data directory of its own, and the terminal program on it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// No command of a test may take longer.
const LIMIT: Duration = Duration::from_secs(90);

/// A laptop whose data lies in a temp folder, gone when it is dropped.
#[derive(Debug)]
pub struct Laptop {
    dir: PathBuf,
    /// More environment for every program on this laptop.
    env: Vec<(String, String)>,
}

impl Laptop {
    /// A laptop on which Tovholder was never started.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("tovholder-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let dir = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&dir).expect("the temp folder can be written");
        Self { dir, env: Vec::new() }
    }

    /// A laptop of Svendborg's, first start done.
    pub fn founded() -> Self {
        let laptop = Self::new();
        laptop
            .tovholder(&["init", "--municipality", "0479", "--department", "Digitalisering", "--name", "Tove Holm"])
            .done();
        laptop
    }

    /// A laptop of Svendborg's that has joined the others by an invitation from `admin`.
    pub fn joined(admin: &Self, department: &str, name: &str, role: &str) -> Self {
        let laptop = Self::new();
        let invite = admin.invite(role);
        laptop.tovholder(&["join", &invite, "--department", department, "--name", name]).done();
        laptop
    }

    /// An invitation's link.
    pub fn invite(&self, role: &str) -> String {
        self.json(&["invite", "--role", role])["invite"].as_str().expect("a link").to_owned()
    }

    /// Synchronises once; it must be proven.
    pub fn sync(&self) -> Value {
        self.json(&["sync", "--once"])
    }

    /// A laptop with the tasks of May.
    pub fn with_may() -> Self {
        let laptop = Self::founded();
        laptop.import(crate::MAY_FILE);
        laptop
    }

    /// A laptop whose data lies in a folder that someone else owns.
    pub fn at(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf(), env: Vec::new() }
    }

    /// The data directory. For a laptop of its own: a folder inside the temp folder, so that what lies beside it is ours too.
    pub fn data_dir(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// A free place for files beside the data.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Every program on this laptop gets this environment variable from now on.
    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// The terminal program with these words, not started yet.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program("tovholder"));
        command.env("TOVHOLDER_DATA_DIR", self.data_dir()).env_remove("TOVHOLDER_LANG").env_remove("TOVHOLDER_ON");
        // The keyring of whoever runs the tests is not theirs.
        command.env("TOVHOLDER_KEYRING", "file");
        command.envs(self.env.iter().map(|(name, value)| (name, value))).args(words).stdin(Stdio::null());
        command
    }

    /// Runs the terminal program.
    pub fn tovholder(&self, words: &[&str]) -> Ran {
        Ran::of(&mut self.command(words), words)
    }

    /// Runs it with `--json`, wants it done, and reads what it answers.
    pub fn json(&self, words: &[&str]) -> Value {
        self.tovholder(&[words, &["--json"]].concat()).done().json()
    }

    /// Imports one of the example exports.
    pub fn import(&self, file: &str) -> Value {
        self.json(&["import", "klik", data_file(file).to_str().expect("a path of plain letters")])
    }

    /// A task as `task show` tells it.
    pub fn task(&self, id: &str) -> Value {
        self.json(&["task", "show", id])
    }

    /// All tasks, as of the day of the June export.
    pub fn tasks(&self) -> Vec<Value> {
        self.list(&["tasks", "--on", crate::JUNE], "tasks")
    }

    /// A list that a command answers, bare or under this key.
    pub fn list(&self, words: &[&str], key: &str) -> Vec<Value> {
        let told = self.json(words);
        let list = told.as_array().or_else(|| told.get(key).and_then(Value::as_array));
        list.unwrap_or_else(|| panic!("`tovholder {}` tells no list: {told}", words.join(" "))).clone()
    }

    /// The operations that a reader of `task show` saw in a field, as `--seen` wants them.
    pub fn seen(task: &Value, field: &str) -> String {
        let fields = task["fields"].as_array().unwrap_or_else(|| panic!("no fields: {task}"));
        let field = fields.iter().find(|one| one["field"] == field).unwrap_or_else(|| panic!("no {field}: {task}"));
        let ops = field["seen"].as_array().expect("what was seen is a list");
        ops.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
    }
}

impl Default for Laptop {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Laptop {
    fn drop(&mut self) {
        // A folder kept by `at` belongs to its maker, who mounts and unmounts it.
        if self.dir.file_name().is_some_and(|name| name.to_string_lossy().starts_with("tovholder-test-")) {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

/// What a run of the terminal program said.
#[derive(Debug)]
pub struct Ran {
    words: String,
    /// The exit status; none when a signal ended it.
    pub status: Option<i32>,
    /// What it wrote to stdout.
    pub out: String,
    /// What it wrote to stderr.
    pub err: String,
}

impl Ran {
    /// Runs a program to its end, within the time limit; `words` name it in a failure.
    pub fn of(command: &mut Command, words: &[&str]) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap_or_else(|error| {
            panic!("{} cannot be started: {error}", command.get_program().display());
        });
        let (out, err) = (drain(child.stdout.take()), drain(child.stderr.take()));
        let status = wait(&mut child, words);
        Self { words: words.join(" "), status, out: out.join().expect("stdout"), err: err.join().expect("stderr") }
    }

    /// It did what it was asked.
    pub fn done(self) -> Self {
        assert_eq!(self.status, Some(0), "`tovholder {}` was not done:\n{}\n{}", self.words, self.out, self.err);
        self
    }

    /// It did not, for this reason (`--json` must be among the words). Answers the whole error.
    pub fn refused(&self, code: &str) -> Value {
        assert!(matches!(self.status, Some(1 | 2)), "`tovholder {}` was done: {}", self.words, self.out);
        let line = self.err.lines().last().unwrap_or_default();
        let told: Value = serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("`tovholder {}`: the error is no JSON ({error}): {}", self.words, self.err));
        assert_eq!(told["code"], code, "`tovholder {}`: {told}", self.words);
        for key in ["message", "where", "what_to_do"] {
            assert!(told[key].is_string(), "the error has no »{key}«: {told}");
        }
        assert!(!told["message"].as_str().unwrap_or_default().trim().is_empty(), "no sentence: {told}");
        told
    }

    /// Its answer.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("`tovholder {}` answers no JSON ({error}): {}", self.words, self.out))
    }
}

fn drain(pipe: Option<impl std::io::Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    let mut pipe = pipe.expect("the pipe was asked for");
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait(child: &mut Child, words: &[&str]) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            return status.code();
        }
        if began.elapsed() > LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            panic!("`tovholder {}` took longer than {LIMIT:?}", words.join(" "));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A program of ours as cargo built it: in `TOVHOLDER_BIN_DIR`, else beside this test.
pub fn program(name: &str) -> PathBuf {
    let dir = std::env::var_os("TOVHOLDER_BIN_DIR").map_or_else(
        || {
            let here = std::env::current_exe().expect("a test knows where it lies");
            // target/debug/deps/<test>
            here.ancestors().nth(2).expect("the test lies in a target folder").to_path_buf()
        },
        PathBuf::from,
    );
    let path = dir.join(name);
    assert!(path.is_file(), "{} is not built: run `cargo build -p tovholder-cli -p tovholder-desktop`", path.display());
    path
}

/// A file of the examples.
pub fn data_file(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    assert!(path.is_file(), "{} is missing", path.display());
    path
}
