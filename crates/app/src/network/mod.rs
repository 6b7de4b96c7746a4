//! The network of municipalities that the programme leaders' group hosts.
//!
//! It is a space like a municipality's, in a data directory of its own below the laptop's (`netvaerk`): the same cells, chain,
//! relay, conflicts, files and undo, opened as an [`App`] of its own. A municipality is one member of it. Who publishes
//! writes (`editor`), who hosts is `admin`; every other municipality is a `reader`, who by the rules of every space reads all
//! and writes one document: its own card, where it says of itself what it chooses to. So nobody but a publisher can publish
//! and nobody but a municipality can speak for it, and relay and laptops check that with no rule of their own.
//!
//! What never happens: a name of a person is written there by itself (a municipality signs with its own name), and nothing
//! of a municipality's data leaves for it but what somebody chose to share.

mod calendar;
mod catalogue;
mod country;
mod delegate;
mod directory;
mod event;
mod experience;
mod group;
mod material;
mod publish;
mod share;
mod template;

pub(crate) use delegate::DEVICE;
pub(crate) use template::{is_told, lay_under};

use std::sync::Arc;

use tovholder_protocol::{MemberId, Role};

use crate::error::{AppError, AppResult, Code};
use crate::sharing::{ADMITTED, Space};
use crate::view::{
    JoinArgs, Municipality, NetworkFoundArgs, NetworkJoinArgs, NetworkRole, NetworkStatus, NoArgs, RelayConnectArgs,
    RelayConnected,
};
use crate::{App, lock, municipality};

/// The folder of the network's data, below the laptop's.
const FOLDER: &str = "netvaerk";
/// In place of a municipality's code, the network's.
pub(crate) const NETWORK: &str = "0000";
/// A setting of the network's data: which municipality speaks here.
const SPEAKS_FOR: &str = "network.municipality";

fn role_view(role: Role) -> NetworkRole {
    match role {
        Role::Reader => NetworkRole::Participant,
        Role::Editor => NetworkRole::Publisher,
        Role::Admin => NetworkRole::Host,
    }
}

impl App {
    /// Whether this is the network's data and not a municipality's.
    pub fn is_network(&self) -> bool {
        self.setting("municipality").as_deref() == Some(NETWORK)
    }

    /// The municipality that speaks in this network.
    pub(crate) fn speaks_for(&self) -> Option<&'static Municipality> {
        self.setting(SPEAKS_FOR).and_then(|code| municipality::by_code(&code))
    }

    /// The network's data on this laptop.
    ///
    /// # Errors
    /// `no_network` when this laptop is in none.
    pub fn network(&self) -> AppResult<Arc<App>> {
        self.network_if_any()?.ok_or_else(|| AppError::new(Code::NoNetwork))
    }

    /// The same; none when this laptop is in none.
    pub(crate) fn network_if_any(&self) -> AppResult<Option<Arc<App>>> {
        let mut kept = lock(&self.network);
        if kept.is_none() && !self.is_network() {
            let dir = self.dir.join(FOLDER);
            if dir.join(tovholder_store::FILE_NAME).exists() {
                *kept = Some(Arc::new(Self::open_in(&dir, Arc::clone(&self.ground))?));
            }
        }
        let found = kept.clone();
        drop(kept);
        Ok(found.filter(|network| network.setting(ADMITTED).is_some()))
    }

    /// The network's data, made when there is none, where the municipality speaks under its own name.
    fn prepare_network(&self) -> AppResult<Arc<App>> {
        self.founded()?;
        if self.is_network() {
            return Err(AppError::new(Code::NoNetwork));
        }
        let code = self.setting("municipality").unwrap_or_default();
        let ours = municipality::by_code(&code).ok_or_else(|| AppError::new(Code::UnknownMunicipality).at(&code))?;
        let mut kept = lock(&self.network);
        let network = match kept.as_ref() {
            Some(network) => Arc::clone(network),
            None => Arc::new(Self::open_in(&self.dir.join(FOLDER), Arc::clone(&self.ground))?),
        };
        if network.me()?.is_none() {
            let mut secret = [0; 32];
            (self.ground.random)(&mut secret).map_err(|error| AppError::new(Code::Io).with(error))?;
            network.set_setting("space_secret", &hex::encode(secret))?;
            network.set_setting("municipality", NETWORK)?;
            network.set_setting(SPEAKS_FOR, &ours.code)?;
            network.become_author(&ours.name, &ours.region)?;
        }
        *kept = Some(Arc::clone(&network));
        Ok(network)
    }

    /// Founds a network at a relay; this laptop's municipality is its host.
    pub fn network_found(&self, args: NetworkFoundArgs) -> AppResult<RelayConnected> {
        self.may_speak()?;
        self.not_in_one()?;
        let network = self.prepare_network()?;
        let connected = network.relay_connect(RelayConnectArgs { url: args.url, code: args.code })?;
        // The network stands, and its recovery key is shown once: a connection lost just now must not swallow it. The delegate
        // is made up for by `follow_network`.
        let _ = self.delegate(&network);
        Ok(connected)
    }

    /// Joins a network by its host's invitation, for the whole municipality.
    pub fn network_join(&self, args: NetworkJoinArgs) -> AppResult<NetworkStatus> {
        self.may_speak()?;
        self.not_in_one()?;
        let network = self.prepare_network()?;
        network.join(JoinArgs { invite: args.invite, ..JoinArgs::default() })?;
        // It has joined; the delegate is made up for by `follow_network`.
        let _ = self.delegate(&network);
        self.network_status(NoArgs {})
    }

    /// A municipality is one member: where it is in, this laptop follows instead of joining beside it.
    fn not_in_one(&self) -> AppResult<()> {
        match self.follow_network() {
            // It was put out: a new invitation is the way back.
            Err(error) if matches!(error.code, Code::Revoked | Code::InvitationUsed) => return Ok(()),
            done => done?,
        }
        match self.network_if_any()? {
            Some(network) if !network.is_shut_out()? => {
                let known = network.setting(crate::sharing::RELAY).unwrap_or_default();
                Err(AppError::new(Code::AlreadyConnected).at(known))
            }
            _ => Ok(()),
        }
    }

    /// Who binds the municipality to a network is one of its administrators; alone on a laptop everybody is.
    fn may_speak(&self) -> AppResult<()> {
        self.founded()?;
        match self.space()? {
            Some(space) if !space.is_admin() => Err(AppError::new(Code::NotAdmin)),
            _ => Ok(()),
        }
    }

    /// Where this municipality stands.
    pub fn network_status(&self, _: NoArgs) -> AppResult<NetworkStatus> {
        let network = self.network_if_any()?;
        let Some(space) = network.as_ref().map(|network| network.shared_space()).transpose()? else {
            let follows = self.world()?.network.contains_key(delegate::DELEGATE);
            return Ok(NetworkStatus {
                role: None,
                relay: String::new(),
                follows,
                municipalities: 0,
                news: 0,
                cursor: 0,
            });
        };
        let network = network.ok_or_else(|| AppError::new(Code::NoNetwork))?;
        let out = network.is_shut_out()?;
        let diff = self.catalogue_diff(NoArgs {})?;
        Ok(NetworkStatus {
            // A relay that puts a laptop out may not have told it the entry: then the chain here does not say so.
            role: space.role().filter(|_| !out).map(role_view),
            relay: network.setting(crate::sharing::RELAY).unwrap_or_default(),
            follows: false,
            municipalities: count(municipalities_in(&space).count()),
            news: count(diff.changes.len()),
            cursor: network.world()?.cursor,
        })
    }
}

/// Members of the network that are in.
fn municipalities_in(space: &Space) -> impl Iterator<Item = &MemberId> {
    space.chain.members().keys().filter(|member| space.chain.devices_of(member).next().is_some())
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
