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
        if !admitted && self.space()?.is_some() && self.read(|reader| reader.envelopes())?.is_empty() {
            // Founded for a try that came to nothing, and its recovery key was never shown: found anew.
            self.write(|write| write.leave_space("space.tried").map_err(|error| self.fail(&error)))?;
            self.forget_space();
        }
        let (_, recovery) = self.found_space()?;
        if let Some(code) = args.code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            self.set_setting(CODE, code)?;
        }
        self.set_setting(RELAY, &address.text())?;
        let mut exchange = Exchange::new(self)?;
        let ended = self.run_to_sync(&mut exchange, &address, Duration::from_secs(CONNECT_S_MAX));
        let admitted = self.setting(ADMITTED).is_some();
        if !admitted {
            self.set_setting(RELAY, "")?;
            return match ended? {
                Ended::Not(why) => Err(not_synced(&address, &why)),
                _ => Err(AppError::new(Code::RelayUnreachable).at(address.text())),
            };
        }
        self.set_setting(CODE, "")?;
        self.wake_background();
        let status = self.sync_status(NoArgs {})?;
        let recovery_key = recovery.map(|secret| recovery_text(&secret.to_bytes()));
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
        let address = self.relay_address()?.ok_or_else(|| AppError::new(Code::NoRelay))?;
        let mut exchange = Exchange::new(self)?;
        match self.run_to_sync(&mut exchange, &address, Duration::from_secs(ONCE_S_MAX))? {
            Ended::Synced | Ended::Read => {
                let mut status = self.sync_status(NoArgs {})?;
                status.state = crate::view::SyncState::Synced;
                status.missing = super::status::notes(&exchange.engine().notes());
                Ok(status)
            }
            Ended::Not(why) => {
                if why.iter().any(|(why, _)| *why == Why::Revoked) {
                    self.set_setting("sync.revoked", "yes")?;
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
