//! Running other programs, and saying how it went.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a chore did not get done.
#[derive(Debug)]
pub enum Chore {
    /// One or more sentences for the terminal; exit status 1.
    Failed(String),
    /// The words on the command line were wrong; exit status 2.
    Words(String),
    /// A program we stood in for ended with this status; it has said why itself.
    Ended(u8),
}

impl Chore {
    /// Not done, with the reason.
    pub fn failed(why: impl Into<String>) -> Self {
        Self::Failed(why.into())
    }
}

impl std::fmt::Display for Chore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(why) | Self::Words(why) => f.write_str(why),
            Self::Ended(code) => write!(f, "ended with exit status {code}"),
        }
    }
}

/// The result of a chore or a part of one.
pub type Outcome<T = ()> = Result<T, Chore>;

/// `cargo`, in the checkout. The cargo that started us, so a toolchain override holds.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // What helps the second build costs time and disk on the first, and CI has no second.
    if std::env::var_os("CI").is_some() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// `npm`, in the screen's folder.
pub fn npm(root: &Path) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(root.join("ui"));
    command
}

/// Runs it with our own terminal; an exit status other than 0 is a failure.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(Chore::failed(format!("`{}` ended with {status}", spoken(command)))) }
}

/// Runs it in place of us: its exit status becomes ours.
pub fn become_it(command: &mut Command) -> Outcome {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(Chore::Ended(u8::try_from(code).unwrap_or(1))),
        None => Err(Chore::failed(format!("`{}` ended with {status}", spoken(command)))),
    }
}

/// Runs it and answers what it wrote to stdout; stderr goes to the terminal.
pub fn read(command: &mut Command) -> Outcome<String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        return Err(Chore::failed(format!("`{}` ended with {}", spoken(command), output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether it can be run and ends well; nothing of it is shown.
pub fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Where a program lies on the search path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&std::env::var_os("PATH")?).map(|dir| dir.join(&name)).find(|path| path.is_file())
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Chore {
    Chore::failed(format!("`{}` cannot be started: {error}", spoken(command)))
}

/// The command as one would type it.
pub fn spoken(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    for word in command.get_args() {
        let word = word.to_string_lossy();
        let quoted = word.contains(' ') || word.is_empty();
        let _ = if quoted { write!(line, " '{word}'") } else { write!(line, " {word}") };
    }
    line
}

/// Takes the words a chore knows; anything else is a wrong word.
pub fn flags<'a>(words: &'a [String], known: &[&str]) -> Outcome<Vec<&'a str>> {
    match words.iter().find(|word| !known.contains(&word.as_str())) {
        Some(unknown) => Err(Chore::Words(format!("»{unknown}« is not known here."))),
        None => Ok(words.iter().map(String::as_str).collect()),
    }
}
