//! Sharing from the terminal: relay, members, invitations, synchronising, bundles, choosing in conflicts.

mod conflict;
mod membership;
mod words;

pub use conflict::{ConflictCommand, conflict};
pub use membership::{
    InviteCommand, JoinCommand, MemberCommand, RecoverCommand, RevokeCommand, Role, invite, join, member, members,
    recover, recovery_key, revoke,
};
pub use words::sentence;

use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;
use tovholder_app::view::{BundleReadArgs, BundleWriteArgs, NoArgs, RelayConnectArgs, SyncState, SyncStatus};

use crate::failure::Outcome;
use crate::session::Session;
use crate::texts::instant;

/// How often a lasting synchronisation looks whether there is something to tell.
const LOOK_MS: u64 = 500;

/// The relay.
#[derive(Debug, Subcommand)]
pub enum RelayCommand {
    /// Connect to a relay; the first laptop founds the municipality's space there
    Connect {
        /// Its address, wss://… (ws:// on this machine only)
        url: String,
        /// The code that the relay's host handed out
        #[arg(long)]
        code: Option<String>,
    },
    /// Which relay, and where this laptop stands
    Show,
}

/// How to synchronise.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// Once; done only when it is proven in sync
    #[arg(long)]
    pub once: bool,
}

/// Bundles.
#[derive(Debug, Subcommand)]
pub enum BundleCommand {
    /// Write everything sealed into one file
    Write {
        /// Where to; the download folder when left out
        file: Option<String>,
    },
    /// Take in a file: in any order, twice, from an old one
    Read {
        /// The file
        file: String,
    },
}

/// What `relay connect` answers.
#[derive(Debug, Serialize)]
struct ConnectedJson<'a> {
    relay: &'a str,
    recovery_key: Option<&'a str>,
    sync: &'a SyncStatus,
}

/// `relay …`.
pub fn relay(session: &mut Session, command: RelayCommand) -> Outcome<()> {
    match command {
        RelayCommand::Connect { url, code } => {
            let connected = session.app.relay_connect(RelayConnectArgs { url, code })?;
            if session.json {
                let recovery_key = connected.recovery_key.as_deref();
                let json = ConnectedJson { relay: &connected.relay, recovery_key, sync: &connected.status };
                return session.out.json(&json);
            }
            session.out.line(&session.texts.fill("relay.connected", &[("relay", &connected.relay)]))?;
            if let Some(key) = &connected.recovery_key {
                session.out.line(&session.texts.fill("relay.recovery_key", &[("key", key)]))?;
            }
            Ok(())
        }
        RelayCommand::Show => {
            let status = session.app.sync_status(NoArgs {})?;
            tell(session, &status)
        }
    }
}

/// `sync`.
pub fn sync(session: &mut Session, args: &SyncArgs) -> Outcome<()> {
    if args.once {
        let status = session.app.sync_once()?;
        return tell(session, &status);
    }
    let _synchronised = session.app.synchronise();
    let mut told = String::new();
    loop {
        let status = session.app.sync_status(NoArgs {})?;
        let sentence = sentence(&session.texts, &status);
        if sentence != told {
            tell(session, &status)?;
            session.out.finish()?;
            told = sentence;
        }
        if status.state == SyncState::Revoked {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(LOOK_MS));
    }
}

/// Tells where this laptop stands.
fn tell(session: &mut Session, status: &SyncStatus) -> Outcome<()> {
    if session.json {
        return session.out.json(status);
    }
    session.out.line(&sentence(&session.texts, status))?;
    for member in &status.heard {
        let when = member.when.as_deref().map_or_else(|| session.texts.get("sync.never"), instant);
        let name = if member.name.is_empty() { &member.member } else { &member.name };
        session.out.line(&session.texts.fill("sync.heard", &[("name", name), ("when", &when)]))?;
    }
    Ok(())
}

/// `bundle …`.
pub fn bundle(session: &mut Session, command: BundleCommand) -> Outcome<()> {
    match command {
        BundleCommand::Write { file } => {
            let written = session.app.bundle_write(BundleWriteArgs { path: file })?;
            if session.json {
                return session.out.json(&written);
            }
            let count = written.envelopes.to_string();
            session.out.line(&session.texts.fill("bundle.written", &[("file", &written.path), ("n", &count)]))
        }
        BundleCommand::Read { file } => {
            let name = std::path::Path::new(&file).file_name().map(|name| name.to_string_lossy().into_owned());
            let args =
                BundleReadArgs { name: name.unwrap_or_default(), bytes: String::new(), path: Some(file.clone()) };
            let read = session.app.bundle_read(args)?;
            if session.json {
                return session.out.json(&read);
            }
            let numbers = [read.new, read.known, read.waiting].map(|number| number.to_string());
            let parameters = [
                ("file", file.as_str()),
                ("new", numbers[0].as_str()),
                ("known", numbers[1].as_str()),
                ("waiting", numbers[2].as_str()),
            ];
            session.out.line(&session.texts.fill("bundle.read", &parameters))?;
            for refused in &read.refused {
                session.out.line(&session.texts.fill("bundle.refused", &[("why", &refused.detail)]))?;
            }
            Ok(())
        }
    }
}

/// `unsent`.
pub fn unsent(session: &mut Session) -> Outcome<()> {
    let writes = session.app.unsent_writes()?;
    if session.json {
        return session.out.json(&writes);
    }
    if writes.is_empty() {
        return session.out.line(&session.texts.get("unsent.none"));
    }
    for write in writes {
        let value =
            write.value.as_str().map_or_else(|| serde_json::to_string(&write.value), |text| Ok(text.to_owned()))?;
        session.out.line(&format!("{}  {}  {value}", instant(&write.when), write.cell))?;
    }
    Ok(())
}
