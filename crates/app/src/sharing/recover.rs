//! Entering a space with its recovery key, on an empty laptop.

use tovholder_protocol::Credential;
use tovholder_store::backup::BackupKey as Letters;

use super::connect::RECOVERY_PREFIX;
use super::errand::Errand;
use super::of_crypto;
use super::socket::Address;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::view::{Joined, RecoverArgs};
use tovholder_crypto::RecoverySecret;

impl App {
    /// Enters a space with its recovery key, on an empty laptop, as an admin.
    pub fn recover(&self, args: RecoverArgs) -> AppResult<Joined> {
        let address = Address::parse(&args.url).ok_or_else(|| AppError::new(Code::RelayAddress).at(args.url.trim()))?;
        // Whose device is gone brings a backup to another laptop, and the key that opens the space.
        if !self.turns_out_shut_out()? {
            if let Some(known) = self.relay_address()? {
                return Err(AppError::new(Code::AlreadyConnected).at(known.text()));
            }
            if self.has_data()? {
                return Err(AppError::new(Code::HasData));
            }
        }
        let recovery = read_key(&args.key)?;
        // Whoever comes back is known from before.
        let [name, department] =
            [&args.name, &args.department].map(|given| Some(given.as_str()).filter(|text| !text.trim().is_empty()));
        self.check_author(name, department)?;
        self.come_anew()?;
        let secret = self.device_secret_or_new()?;
        let before = self.before()?;
        let now = self.now();
        let errand = Errand {
            address: &address,
            space: None,
            secret: &recovery,
            credential: Credential::Recovery,
            entries: Vec::new(),
        };
        let entries = errand
            .run(&mut |chain, entries| {
                let ring = recovery.keys_of(entries);
                self.same_municipality(&ring.about(entries).map_err(of_crypto)?)?;
                let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
                chain.recovery_entry(&secret, &recovery, &ring, now, random).map(Some).map_err(of_crypto)
            })
            .map_err(|error| match error.code {
                // No space at this relay has this key.
                Code::InvitationUsed | Code::RelayRefused => AppError::new(Code::RecoveryKeyWrong),
                _ => error,
            })?;
        let about = recovery.keys_of(&entries).about(&entries).map_err(of_crypto)?;
        self.enter(&address, &entries, &about, name, department)?;
        self.joined(&about, &before)
    }
}

/// Reads a key as a person types it from the paper.
fn read_key(text: &str) -> AppResult<RecoverySecret> {
    let wrong = || AppError::new(Code::RecoveryKeyWrong);
    let upper = text.trim().to_uppercase();
    let letters = upper.strip_prefix(RECOVERY_PREFIX).unwrap_or(&upper);
    let key = Letters::parse(letters).map_err(|_| wrong())?;
    Ok(RecoverySecret::from_bytes(key.to_bytes()))
}
