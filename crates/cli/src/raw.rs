//! The raw door: any use case by name, JSON in, JSON out. For tests and for looking closely; hidden from the help.

use clap::Args;
use tovholder_app::api;

use crate::failure::{Failure, Outcome};
use crate::session::Session;

/// A use case and its arguments.
#[derive(Debug, Args)]
pub struct CallArgs {
    /// The use case, for example `overview`
    pub name: String,
    /// Its arguments as a JSON object
    #[arg(default_value = "{}")]
    pub arguments: String,
}

/// Calls it and prints what it answered, `cursor` and all.
pub fn run(session: &mut Session, args: &CallArgs) -> Outcome<()> {
    let arguments = serde_json::from_str(&args.arguments).map_err(|error| Failure::words(error.to_string()))?;
    let answer = api::call(&session.app, &args.name, arguments)?;
    session.out.bytes(answer.as_bytes())?;
    session.out.bytes(b"\n")
}
