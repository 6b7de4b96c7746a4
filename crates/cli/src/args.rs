//! The words of the command line. Each group of commands keeps its own arguments beside its code.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{
    catalogue, data, escalation, experience, export, horizon, import, init, interfaces, meeting, network, people,
    projects, raw, roles, serve, sharing, tasks, timeline, values,
};

/// A municipality's KLIK tasks and roles, from the terminal.
#[derive(Debug, Parser)]
#[command(name = "tovholder", version, propagate_version = true, max_term_width = 110)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The folder with the data; the window uses the same one
    #[arg(long, global = true, value_name = "DIR", env = "TOVHOLDER_DATA_DIR", hide_env_values = true)]
    pub data_dir: Option<PathBuf>,
    /// Answer in JSON, as docs/cli.md promises it
    #[arg(long, global = true)]
    pub json: bool,
    /// Language of sentences and headings
    #[arg(long, global = true, value_enum, default_value = "da", env = "TOVHOLDER_LANG", hide_env_values = true)]
    pub lang: LangArg,
}

/// The languages of the message catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// Danish
    Da,
    /// English
    En,
}

/// As of which day.
#[derive(Debug, Clone, Default, Args)]
pub struct OnArgs {
    /// Colours and overviews as of this day (YYYY-MM-DD or dd-mm-yyyy); today when left out
    #[arg(long, value_name = "DATE", value_parser = values::date_argument)]
    pub on: Option<NaiveDate>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// First start: municipality, department and your name
    Init(init::InitArgs),
    /// Who works here, what is saved, what can be undone
    Status,
    /// Change who works here
    Me(init::MeArgs),
    /// Import an export from KLIK, list imports, undo or redo one
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// What needs you, per project and in all
    Overview(crate::overview::OverviewArgs),
    /// What spans cells and a person should look at
    Findings,
    /// All tasks, filtered
    Tasks(tasks::list::TasksArgs),
    /// One task: show, set, new, comment, history, klik, archive, unarchive
    #[command(subcommand)]
    Task(tasks::TaskCommand),
    /// All projects
    Projects(OnArgs),
    /// One project
    #[command(subcommand)]
    Project(projects::ProjectCommand),
    /// Escalate a task or a project
    Escalate(escalation::EscalateCommand),
    /// What was escalated and is not settled
    Escalations(escalation::EscalationsArgs),
    /// One escalation: answer, close, reopen
    #[command(subcommand)]
    Escalation(escalation::EscalationCommand),
    /// The implementation overview: interfaces × projects, with KLIK tasks and what was learned
    Interfaces(interfaces::InterfacesArgs),
    /// What is coming: the next months, the roles they need and who has them, and where they clash
    Horizon(horizon::HorizonArgs),
    /// Projects over months, quarters or years: deadlines, those that moved, going live
    Timeline(timeline::TimelineArgs),
    /// One interface: use, point, set, tie, untie
    #[command(subcommand)]
    Interface(interfaces::InterfaceCommand),
    /// The network of municipalities: status, found, join, members, invite …
    #[command(subcommand)]
    Network(network::NetworkCommand),
    /// The network's events: list, --ics, sign-up, sign-off
    Events(meeting::EventsCommand),
    /// Who wants to be found in the network: list, join, leave
    Directory(meeting::DirectoryCommand),
    /// What municipalities learned of an interface or a project, with thanks and questions
    Experiences(experience::ExperienceCommand),
    /// The network's reference groups
    Groups(experience::GroupCommand),
    /// The network's catalogue: diff, accept
    #[command(subcommand)]
    Catalogue(catalogue::CatalogueCommand),
    /// What this municipality shows of itself in the network: preview, publish, withdraw
    #[command(subcommand)]
    Share(network::ShareCommand),
    /// Publish in the network
    #[command(subcommand)]
    Publish(catalogue::PublishCommand),
    /// A project's roles; without a project the gallery and every project's empty roles
    Roles(roles::RolesArgs),
    /// Fit a role to a project, or add one of your own
    #[command(subcommand)]
    Role(roles::RoleCommand),
    /// Give a person a role
    Assign(roles::AssignCommand),
    /// Take a role from a person again, or end it on a day
    Unassign(roles::UnassignArgs),
    /// Everybody
    People(OnArgs),
    /// One person: show, set, new
    #[command(subcommand)]
    Person(people::PersonCommand),
    /// Move all or some of a person's work to a successor
    HandOver(people::HandOverCommand),
    /// Search titles, descriptions, notes, persons, roles and projects
    Search(data::SearchCommand),
    /// Cells with several values, until someone chooses
    Conflicts,
    /// Choose in one conflict, or in many by a rule
    #[command(subcommand)]
    Conflict(sharing::ConflictCommand),
    /// The relay that this laptop synchronises with
    #[command(subcommand)]
    Relay(sharing::RelayCommand),
    /// Synchronise: once and proven, or until it is interrupted
    Sync(sharing::SyncArgs),
    /// Make an invitation: single use, 24 hours
    Invite(sharing::InviteCommand),
    /// Join a municipality by an invitation
    Join(sharing::JoinCommand),
    /// Who belongs to it, open invitations, the access log
    Members,
    /// Change what a member may do
    #[command(subcommand)]
    Member(sharing::MemberCommand),
    /// Revoke a member with all devices, or one device
    Revoke(sharing::RevokeCommand),
    /// Enter a municipality with its recovery key, on an empty laptop
    Recover(sharing::RecoverCommand),
    /// Make a new recovery key; the older one is void
    RecoveryKey,
    /// The sealed envelopes in one file, for where there is no network
    #[command(subcommand)]
    Bundle(sharing::BundleCommand),
    /// What was written here and has not left the laptop
    Unsent,
    /// Write a file to hand out
    Export(export::ExportCommand),
    /// Take the last step back
    Undo,
    /// Bring the last undone step back
    Redo,
    /// Examine the data
    Doctor(data::DoctorCommand),
    /// Sealed backups: now (which is meant when nothing is said), list, restore, key
    Backup(data::BackupArgs),
    /// Show the screen to a browser on this machine
    Serve(serve::ServeArgs),
    /// The raw door to a use case, for tests
    #[command(hide = true)]
    Call(raw::CallArgs),
}
