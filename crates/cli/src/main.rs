//! `tovholder`: the use cases in a terminal, and `serve` for a browser.
//!
//! Every command is a use case of `tovholder_app` with words around it: this crate parses the command line, asks the
//! application, and prints for a person or, with `--json`, for a program (`docs/cli.md` is the promise). Nothing is
//! decided here that the window would have to decide again.

mod args;
mod catalogue;
mod conflicts;
mod data;
mod escalation;
mod experience;
mod export;
mod failure;
mod horizon;
mod import;
mod init;
mod interfaces;
mod json;
mod meeting;
mod network;
mod overview;
mod people;
mod print;
mod projects;
mod raw;
mod roles;
mod serve;
mod session;
mod sharing;
mod tasks;
mod texts;
mod timeline;
mod values;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use failure::{Failure, Outcome};
use session::Session;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::report_words(&error),
    };
    let global = cli.global.clone();
    let done = match Session::open(&global) {
        Ok(mut session) => {
            // A screen that is served speaks the language set on it; what is printed here, the one asked for here.
            if !matches!(cli.command, Command::Serve(_)) {
                session.app.speak(global.lang.into());
            }
            let done = run(&mut session, cli.command);
            session.app.leave_what_was_read();
            done
        }
        Err(Failure::Refused(refused)) => {
            data::rescue(&global, &refused, &cli.command).unwrap_or(Err(Failure::Refused(refused)))
        }
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure::report(&failure, global.json, global.lang.into()),
    }
}

/// Whether the command has anything to work on before first start.
fn needs_no_start(command: &Command) -> bool {
    matches!(
        command,
        Command::Init(_)
            | Command::Status
            | Command::Doctor(_)
            | Command::Backup(_)
            | Command::Serve(_)
            | Command::Call(_)
            | Command::Join(_)
            | Command::Recover(_)
    )
}

/// Runs one command, and writes out what it printed.
fn run(session: &mut Session, command: Command) -> Outcome<()> {
    // An empty answer from a mistyped folder would look like an empty municipality.
    if !needs_no_start(&command) {
        session.app.founded()?;
    }
    match command {
        Command::Init(args) => init::run(session, args),
        Command::Status => init::status(session),
        Command::Me(args) => init::me(session, args),
        Command::Import(command) => import::run(session, command),
        Command::Overview(args) => overview::run(session, &args),
        Command::Findings => overview::findings(session),
        Command::Tasks(args) => tasks::list::run(session, &args),
        Command::Task(command) => tasks::run(session, command),
        Command::Escalate(args) => escalation::escalate(session, args),
        Command::Escalations(args) => escalation::list(session, args),
        Command::Escalation(command) => escalation::run(session, command),
        Command::Projects(args) => projects::list(session, &args),
        Command::Project(command) => projects::run(session, command),
        Command::Interfaces(args) => interfaces::list(session, &args),
        Command::Horizon(args) => horizon::run(session, &args),
        Command::Timeline(args) => timeline::run(session, &args),
        Command::Interface(command) => interfaces::run(session, command),
        Command::Network(command) => network::run(session, command),
        Command::Events(args) => meeting::events(session, args),
        Command::Directory(args) => meeting::directory(session, args),
        Command::Experiences(args) => experience::run(session, args),
        Command::Groups(args) => experience::groups(session, args),
        Command::Catalogue(command) => catalogue::run(session, command),
        Command::Share(command) => network::share(session, command),
        Command::Publish(command) => catalogue::publish(session, command),
        Command::Roles(args) => roles::list(session, &args),
        Command::Role(command) => roles::run(session, command),
        Command::Assign(args) => roles::assign(session, args),
        Command::Unassign(args) => roles::unassign(session, &args),
        Command::People(args) => people::list(session, &args),
        Command::Person(command) => people::run(session, command),
        Command::HandOver(args) => people::hand_over(session, args),
        Command::Search(args) => data::search(session, &args),
        Command::Conflicts => conflicts::run(session),
        Command::Conflict(command) => sharing::conflict(session, command),
        Command::Relay(command) => sharing::relay(session, command),
        Command::Sync(args) => sharing::sync(session, &args),
        Command::Invite(args) => sharing::invite(session, args),
        Command::Join(args) => sharing::join(session, args),
        Command::Members => sharing::members(session),
        Command::Member(command) => sharing::member(session, command),
        Command::Revoke(args) => sharing::revoke(session, args),
        Command::Recover(args) => sharing::recover(session, args),
        Command::RecoveryKey => sharing::recovery_key(session),
        Command::Bundle(command) => sharing::bundle(session, command),
        Command::Unsent => sharing::unsent(session),
        Command::Export(args) => export::run(session, &args),
        Command::Undo => data::undo(session),
        Command::Redo => data::redo(session),
        Command::Doctor(args) => data::doctor(session, &args),
        Command::Backup(args) => data::backup(session, args),
        Command::Serve(args) => serve::run(session, &args),
        Command::Call(args) => raw::run(session, &args),
    }?;
    session.out.finish()
}
