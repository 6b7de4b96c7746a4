//! The network of municipalities: joining it, its members, the country, what this municipality shows of itself.

use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use tovholder_app::App;
use tovholder_app::view::{
    Country, NetworkFoundArgs, NetworkJoinArgs, NetworkRole, NetworkStatus, NoArgs, ShareArgs, TrendQuery,
};

use crate::args::OnArgs;
use crate::failure::Outcome;
use crate::print::{Cell, Table};
use crate::session::Session;
use crate::sharing::{self, BundleCommand, InviteCommand, MemberCommand, RevokeCommand, Role, SyncArgs};

/// What a municipality may do in the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// Reads everything, and says what it chooses to say of itself
    Participant,
    /// Publishes the catalogue
    Publisher,
    /// Invites, revokes, names publishers
    Host,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Participant => Self::Reader,
            RoleArg::Publisher => Self::Editor,
            RoleArg::Host => Self::Admin,
        }
    }
}

/// The network.
#[derive(Debug, Subcommand)]
pub enum NetworkCommand {
    /// Where this municipality stands in it
    Status,
    /// Found a network at a relay; this municipality is its host
    Found {
        /// The relay's address, wss://…
        url: String,
        /// The code that the relay's host handed out
        #[arg(long)]
        code: Option<String>,
    },
    /// Join a network by its host's invitation, for the whole municipality
    Join {
        /// The invitation, tovholder:invite:…
        invite: String,
    },
    /// Follow the municipality into the network that it joined, now
    Follow,
    /// Synchronise the network's data
    Sync(SyncArgs),
    /// The municipalities in it
    Members,
    /// Invite a municipality
    Invite {
        /// What it may do
        #[arg(long, value_enum, default_value = "participant")]
        role: RoleArg,
        /// Take this invitation back instead, by its id
        #[arg(long, value_name = "ID")]
        withdraw: Option<String>,
    },
    /// Change what a municipality may do
    Role {
        /// Its name or id
        member: String,
        /// What it may do from now on
        #[arg(value_enum)]
        role: RoleArg,
    },
    /// Put a municipality out
    Revoke(RevokeCommand),
    /// How a project went in the country, or in one municipality, month by month
    Trend {
        /// Its short name
        project: String,
        /// One municipality, by its code
        #[arg(long, value_name = "CODE")]
        municipality: Option<String>,
    },
    /// Carry the network's data in a file, past a relay that cannot be reached
    #[command(subcommand)]
    Bundle(BundleCommand),
    /// What publishers said differently about the same field
    Conflicts,
    /// Take back what was published here last
    Undo,
}

/// What this municipality shows of itself.
#[derive(Debug, Subcommand)]
pub enum ShareCommand {
    /// Exactly what would leave, cell by cell; without projects of those that are shared already
    Preview(ShareProjects),
    /// Share these projects' colours and counts, never names; without projects those that are shared already, anew
    Publish(ShareProjects),
    /// Take back what was shared of these projects
    Withdraw {
        /// Their short names
        #[arg(required = true)]
        projects: Vec<String>,
    },
}

/// Projects to share.
#[derive(Debug, Args)]
pub struct ShareProjects {
    /// Their short names
    pub projects: Vec<String>,
    /// As of which day.
    #[command(flatten)]
    pub on: OnArgs,
}

/// `network …`.
pub fn run(session: &mut Session, command: NetworkCommand) -> Outcome<()> {
    match command {
        NetworkCommand::Status => status(session),
        NetworkCommand::Trend { project, municipality } => trend(session, project, municipality),
        NetworkCommand::Found { url, code } => {
            let connected = session.app.network_found(NetworkFoundArgs { url, code })?;
            if session.json {
                return session.out.json(&connected);
            }
            session.out.line(&session.texts.fill("network.founded", &[("relay", &connected.relay)]))?;
            match &connected.recovery_key {
                Some(key) => session.out.line(&session.texts.fill("relay.recovery_key", &[("key", key)])),
                None => Ok(()),
            }
        }
        NetworkCommand::Join { invite } => {
            let status = session.app.network_join(NetworkJoinArgs { invite })?;
            tell(session, &status)
        }
        NetworkCommand::Follow => {
            session.app.follow_network()?;
            let status = session.app.network_status(NoArgs {})?;
            tell(session, &status)
        }
        // Everything else is what every space has.
        NetworkCommand::Sync(args) => within(session, |session| sharing::sync(session, &args)),
        NetworkCommand::Members => within(session, sharing::members),
        NetworkCommand::Invite { role, withdraw } => within(session, |session| {
            sharing::invite(session, InviteCommand { role: role.into(), own_device: false, withdraw })
        }),
        NetworkCommand::Role { member, role } => {
            within(session, |session| sharing::member(session, MemberCommand::Role { member, role: role.into() }))
        }
        NetworkCommand::Revoke(args) => within(session, |session| sharing::revoke(session, args)),
        NetworkCommand::Bundle(command) => within(session, |session| sharing::bundle(session, command)),
        NetworkCommand::Conflicts => within(session, crate::conflicts::run),
        NetworkCommand::Undo => within(session, crate::data::undo),
    }
}

/// Runs a command of any space on the network's data.
fn within(session: &mut Session, work: impl FnOnce(&mut Session) -> Outcome<()>) -> Outcome<()> {
    let network: Arc<App> = session.app.network()?;
    network.speak(session.texts.lang());
    let own = std::mem::replace(&mut session.app, network);
    let done = work(session);
    session.app.leave_what_was_read();
    session.app = own;
    done
}

fn tell(session: &mut Session, status: &NetworkStatus) -> Outcome<()> {
    if session.json {
        return session.out.json(status);
    }
    let Some(role) = status.role else {
        let key = if status.follows { "network.follows" } else { "network.none" };
        return session.out.line(&session.texts.get(key));
    };
    let role = match role {
        NetworkRole::Participant => "network.participant",
        NetworkRole::Publisher => "network.publisher",
        NetworkRole::Host => "network.host",
    };
    let role = session.texts.get(role);
    session.out.line(&session.texts.fill("network.in", &[("relay", &status.relay), ("role", &role)]))?;
    let municipalities = session.texts.count("network.municipalities", in_usize(status.municipalities));
    session.out.line(&municipalities)?;
    session.out.line(&session.texts.count("network.news", in_usize(status.news)))
}

/// Where this municipality stands, and the country.
fn status(session: &mut Session) -> Outcome<()> {
    let status = session.app.network_status(NoArgs {})?;
    let country = status.role.map(|_| session.app.country(NoArgs {})).transpose()?;
    if session.json {
        return session.out.json(&StatusJson { status: &status, country: country.as_ref() });
    }
    tell(session, &status)?;
    let Some(country) = country else { return Ok(()) };
    session.out.line(&session.texts.count("country.sharing", in_usize(country.sharing)))?;
    let headings = ["country.project", "country.municipalities", "country.red", "country.done"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect());
    for project in &country.projects {
        let done =
            project.done_percent.map_or_else(|| session.texts.get("country.few"), |percent| format!("{percent} %"));
        table.row(vec![
            Cell::text(&project.id),
            Cell::right(project.municipalities),
            Cell::right(project.red),
            Cell::text(done),
        ]);
    }
    session.out.rows(&table)
}

#[derive(Debug, Serialize)]
struct StatusJson<'a> {
    #[serde(flatten)]
    status: &'a NetworkStatus,
    country: Option<&'a Country>,
}

fn trend(session: &mut Session, project: String, municipality: Option<String>) -> Outcome<()> {
    let points = session.app.country_trend(TrendQuery { project, municipality })?;
    if session.json {
        return session.out.json(&points);
    }
    let headings = ["country.month", "country.municipalities", "country.red", "country.done"];
    let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect());
    for point in &points {
        let done =
            point.done_percent.map_or_else(|| session.texts.get("country.few"), |percent| format!("{percent} %"));
        let cells = [Cell::right(point.municipalities), Cell::right(point.red), Cell::text(done)];
        table.row(std::iter::once(Cell::text(&point.month)).chain(cells).collect());
    }
    session.out.rows(&table)
}

/// `share …`.
pub fn share(session: &mut Session, command: ShareCommand) -> Outcome<()> {
    let (key, done) = match command {
        ShareCommand::Preview(args) => {
            let preview = session.app.share_preview(ShareArgs { projects: args.projects, on: args.on.on })?;
            if session.json {
                return session.out.json(&preview);
            }
            session.out.line(&session.texts.fill("share.preview", &[("municipality", &preview.municipality)]))?;
            let headings = ["catalogue.entity", "catalogue.field", "share.value"];
            let mut table = Table::new(headings.iter().map(|key| Cell::text(session.texts.get(key))).collect());
            for cell in &preview.cells {
                table.row([&cell.entity, &cell.field, &cell.value].map(Cell::text).to_vec());
            }
            return session.out.rows(&table);
        }
        ShareCommand::Publish(args) => {
            ("share.done", session.app.share_publish(ShareArgs { projects: args.projects, on: args.on.on })?)
        }
        ShareCommand::Withdraw { projects } => {
            ("share.withdrawn", session.app.share_withdraw(ShareArgs { projects, on: None })?)
        }
    };
    if session.json {
        return session.out.json(&done);
    }
    session.out.line(&session.texts.count(key, in_usize(done.projects)))
}

pub(crate) fn in_usize(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
