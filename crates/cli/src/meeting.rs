//! Who meets whom: events of the network, and its directory.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tovholder_app::view::{ContactArgs, NoArgs, SignUpArgs};

use crate::args::OnArgs;
use crate::export::{ExportCommand, KindArg};
use crate::failure::Outcome;
use crate::print::{Cell, Table};
use crate::session::Session;

/// Events.
#[derive(Debug, Args)]
pub struct EventsCommand {
    /// Write them as iCalendar into this file; - writes to standard output
    #[arg(long, value_name = "FILE")]
    pub ics: Option<PathBuf>,
    /// What to do; without, they are listed.
    #[command(subcommand)]
    pub what: Option<EventAction>,
}

/// Signing up.
#[derive(Debug, Subcommand)]
pub enum EventAction {
    /// Sign the municipality up
    SignUp {
        /// The event's id
        id: String,
        /// How many come
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        seats: u32,
    },
    /// Sign the municipality off
    SignOff {
        /// The event's id
        id: String,
    },
}

/// The directory.
#[derive(Debug, Args)]
pub struct DirectoryCommand {
    /// What to do; without, it is listed.
    #[command(subcommand)]
    pub what: Option<DirectoryAction>,
}

/// Being found.
#[derive(Debug, Subcommand)]
pub enum DirectoryAction {
    /// Put yourself in, under your own name
    Join {
        /// Your mail
        #[arg(long, default_value = "")]
        mail: String,
        /// Your phone
        #[arg(long, default_value = "")]
        phone: String,
        /// What you do
        #[arg(long, default_value = "")]
        role: String,
    },
    /// Take yourself out
    Leave,
}

/// `events …`.
pub fn events(session: &mut Session, args: EventsCommand) -> Outcome<()> {
    match args.what {
        Some(EventAction::SignUp { id, seats }) => return sign_up(session, id, seats),
        Some(EventAction::SignOff { id }) => return sign_up(session, id, 0),
        None => {}
    }
    if let Some(file) = args.ics {
        // The same file as any that is handed out: whole or not at all.
        return crate::export::run(session, &ExportCommand { kind: KindArg::Calendar, file, on: OnArgs::default() });
    }
    let list = session.app.events(NoArgs {})?;
    if session.json {
        return session.out.json(&list.events);
    }
    if list.events.is_empty() {
        return session.out.line(&session.texts.get("events.none"));
    }
    let headings = ["events.when", "events.title", "events.place", "events.ours", "events.seats", "events.id"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect()).elastic(1);
    for event in &list.events {
        let seats = |seats: u32| if seats == 0 { String::new() } else { seats.to_string() };
        table.row(vec![
            Cell::text(event.begins.replace('T', " ")),
            Cell::text(&event.title),
            Cell::text(&event.place),
            Cell::right(seats(event.ours)),
            Cell::right(seats(event.seats)),
            Cell::text(&event.id),
        ]);
    }
    session.out.rows(&table)?;
    if list.subscription.is_empty() {
        return Ok(());
    }
    session.out.line(&session.texts.fill("events.subscribe", &[("url", &list.subscription)]))
}

fn sign_up(session: &mut Session, id: String, seats: u32) -> Outcome<()> {
    let done = session.app.sign_up(SignUpArgs { id, seats })?;
    if session.json {
        return session.out.json(&done);
    }
    session.out.line(&session.texts.get(if seats > 0 { "events.signed_up" } else { "events.signed_off" }))
}

/// `directory …`.
pub fn directory(session: &mut Session, args: DirectoryCommand) -> Outcome<()> {
    let (args, key) = match args.what {
        Some(DirectoryAction::Join { mail, phone, role }) => {
            (ContactArgs { mail, phone, role, leave: false }, "directory.joined")
        }
        Some(DirectoryAction::Leave) => (ContactArgs { leave: true, ..ContactArgs::default() }, "directory.left"),
        None => return list(session),
    };
    let done = session.app.set_contact(args)?;
    if session.json {
        return session.out.json(&done);
    }
    session.out.line(&session.texts.get(key))
}

fn list(session: &mut Session) -> Outcome<()> {
    let directory = session.app.directory(NoArgs {})?;
    if session.json {
        return session.out.json(&directory.people);
    }
    if directory.people.is_empty() {
        return session.out.line(&session.texts.get("directory.none"));
    }
    let headings = ["directory.municipality", "directory.name", "directory.role", "directory.mail", "directory.phone"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect()).elastic(2);
    for one in &directory.people {
        table.row([&one.municipality, &one.name, &one.role, &one.mail, &one.phone].map(Cell::text).to_vec());
    }
    session.out.rows(&table)
}
