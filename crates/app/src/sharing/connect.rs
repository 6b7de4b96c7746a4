//! Connecting to a relay for the first time, and synchronising once.

use std::time::Duration;

use tovholder_sync::Why;

use super::exchange::Exchange;
use super::line::{Ended, not_synced};
use super::socket::Address;
use super::{ADMITTED, CODE, RELAY};
use crate::error::{AppError, AppResult, Code};
use crate::view::{NoArgs, RelayConnectArgs, RelayConnected, SyncStatus};
use crate::{App, lock};
use tovholder_store::backup::BackupKey as Letters;

/// How long connecting may take.
const CONNECT_S_MAX: u64 = 60;
/// How long a synchronisation that somebody waits for may take; a long catch-up goes on in the background or next time.
const ONCE_S_MAX: u64 = 600;
/// How a printed recovery key begins, so that nobody takes it for a backup's.
pub(crate) const RECOVERY_PREFIX: &str = "GENDAN-";

impl App {
    /// The relay's address, if one was chosen.
    pub(crate) fn relay_address(&self) -> AppResult<Option<Address>> {
        let Some(text) = self.setting(RELAY).filter(|text| !text.is_empty()) else { return Ok(None) };
        Address::parse(&text).map(Some).ok_or_else(|| AppError::new(Code::RelayAddress).at(text))
    }

    /// Joins a relay, and founds the space there when this laptop is the first.
    pub fn relay_connect(&self, args: RelayConnectArgs) -> AppResult<RelayConnected> {
        self.founded()?;
        let address = Address::parse(&args.url).ok_or_else(|| AppError::new(Code::RelayAddress).at(args.url.trim()))?;
        let known = self.relay_address()?;
        let admitted = self.setting(ADMITTED).is_some();
        if let Some(known) = known.filter(|known| admitted && *known != address) {
            return Err(AppError::new(Code::AlreadyConnected).at(known.text()));
        }
        let (space, founded) = self.found_space()?;
        let recovery_key = match founded {
            Some(recovery) => Some(recovery_text(&recovery.to_bytes())),
            // Founded silently, or for a try that came to nothing: its recovery key was never shown, so there is a new one.
            None if !admitted && space.is_admin() => {
                self.set_setting(RELAY, "")?;
                Some(self.renew_recovery_key(NoArgs {})?.key)
            }
            None => None,
        };
        if let Some(code) = args.code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            self.set_setting(CODE, code)?;
        }
        self.set_setting(RELAY, &address.text())?;
        let mut exchange = Exchange::new(self)?;
        let ended = self.run_to_sync(&mut exchange, &address, Duration::from_secs(CONNECT_S_MAX));
        if self.setting(ADMITTED).is_none() {
            self.set_setting(RELAY, "")?;
            return match ended? {
                Ended::Not(why) => Err(not_synced(&address, &why)),
                _ => Err(AppError::new(Code::RelayUnreachable).at(address.text())),
            };
        }
        self.set_setting(CODE, "")?;
        self.wake_background();
        let mut status = self.sync_status(NoArgs {})?;
        if matches!(ended, Ok(Ended::Synced)) {
            status.state = crate::view::SyncState::Synced;
        }
        Ok(RelayConnected { relay: address.text(), recovery_key, status })
    }

    /// Synchronises now: in the background where a window is open, else here and to the end.
    pub fn sync_now(&self, _: NoArgs) -> AppResult<SyncStatus> {
        if self.relay_address()?.is_none() {
            return Err(AppError::new(Code::NoRelay));
        }
        if lock(&self.sharing.running).is_some() {
            self.wake_background();
            return self.sync_status(NoArgs {});
        }
        self.sync_once()
    }

    /// Synchronises once, and answers only when it is proven.
    ///
    /// # Errors
    /// `no_relay`, `relay_unreachable`, `relay_certificate`, `revoked`, `not_synced` with what is missing.
    pub fn sync_once(&self) -> AppResult<SyncStatus> {
        self.sync_to(true)
    }

    /// The same; with `check` until what lies behind a snapshot is checked too.
    pub(crate) fn sync_to(&self, check: bool) -> AppResult<SyncStatus> {
        let address = self.relay_address()?.ok_or_else(|| AppError::new(Code::NoRelay))?;
        let mut exchange = Exchange::new(self)?;
        let limit = Duration::from_secs(ONCE_S_MAX);
        let ended = if check {
            self.run_to_checked(&mut exchange, &address, limit)?
        } else {
            self.run_to_sync(&mut exchange, &address, limit)?
        };
        match ended {
            Ended::Synced | Ended::Read => {
                let mut status = self.sync_status(NoArgs {})?;
                status.state = crate::view::SyncState::Synced;
                status.missing = super::status::notes(&exchange.engine().notes());
                Ok(status)
            }
            Ended::Not(why) => {
                if why.iter().any(|(why, _)| *why == Why::Revoked) {
                    self.set_setting(super::REVOKED, "yes")?;
                }
                Err(not_synced(&address, &why))
            }
        }
    }
}

/// A recovery key as it is printed.
pub(crate) fn recovery_text(secret: &[u8; 32]) -> String {
    format!("{RECOVERY_PREFIX}{}", Letters::new(*secret).to_words_text())
}
