//! Why a command was not done, and how that is said: one sentence on standard error, one exit status.
//!
//! 0 done; 1 not done, because of how things are; 2 the words of the command line could not be understood.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use tovholder_app::error::{AppError, Code};

use crate::texts::{Lang, Texts};

/// The result of a command.
pub type Outcome<T> = Result<T, Failure>;

/// Why a command was not done.
#[derive(Debug)]
pub enum Failure {
    /// The use case said no.
    Refused(AppError),
    /// The words could not be understood; a fact that helps to find the wrong one.
    Words(String),
    /// The doctor found something: the report is already printed.
    Unwell,
    /// Whoever read our output has closed it (`| head`): nothing is left to say.
    ReaderGone,
}

impl Failure {
    /// The words could not be understood.
    pub fn words(what: impl Into<String>) -> Self {
        Self::Words(what.into())
    }

    /// Reading or writing the file `place` failed.
    pub fn file(place: impl Into<String>, error: &io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::StorageFull => Code::DiskFull,
            _ => Code::Io,
        };
        Self::Refused(AppError::new(code).at(place).with(error))
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::ReaderGone => 0,
            Self::Words(_) => 2,
            Self::Refused(error) if is_about_words(error.code) => 2,
            Self::Refused(_) | Self::Unwell => 1,
        }
    }
}

/// Whether the use case refused the words rather than the deed.
fn is_about_words(code: Code) -> bool {
    matches!(code, Code::UnknownCommand | Code::BadArguments | Code::UnknownField | Code::BadValue | Code::BadDate)
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::Refused(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::file("stdout", &error) }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        match error.io_error_kind() {
            Some(io::ErrorKind::BrokenPipe) => Self::ReaderGone,
            _ => Self::Refused(AppError::new(Code::Internal).at("json").with(error)),
        }
    }
}

/// What `--json` says of a failure.
#[derive(Debug, Serialize)]
struct Said {
    code: Code,
    message: String,
    #[serde(rename = "where")]
    place: String,
    what_to_do: String,
}

/// Says on standard error why the command was not done, and answers the exit status.
pub fn report(failure: &Failure, json: bool, lang: Lang) -> ExitCode {
    let error = match failure {
        Failure::Refused(error) => error.clone(),
        Failure::Words(what) => AppError::new(Code::BadArguments).at(what),
        Failure::Unwell | Failure::ReaderGone => return ExitCode::from(failure.exit_code()),
    };
    let (message, what_to_do) = Texts::new(lang).error(&error);
    say(Said { code: error.code, message, place: error.place, what_to_do }, json);
    ExitCode::from(failure.exit_code())
}

/// Says what clap found wrong with the words; help and version are no failure.
pub fn report_words(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    if json && error.use_stderr() {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first).to_owned();
        say(
            Said { code: Code::BadArguments, message, place: String::new(), what_to_do: "tovholder --help".to_owned() },
            true,
        );
    } else {
        // Nobody is left to tell when this fails too.
        let _ = error.print();
    }
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

fn say(said: Said, json: bool) {
    let mut stderr = io::stderr().lock();
    let line = if json {
        serde_json::to_string(&said).unwrap_or(said.message)
    } else {
        [said.message, said.what_to_do].iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    };
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(stderr, "{}", crate::print::clean(&line));
}
