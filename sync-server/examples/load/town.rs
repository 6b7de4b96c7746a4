//! A municipality: its chain, with everybody in it, made before anybody connects.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tovholder_crypto::{About, Chain, DeviceSecret, Invitation, KeyRing, RecoverySecret};
use tovholder_protocol::{Role, SignedEntry};

use crate::Outcome;

/// A space with its members' secrets.
pub struct Town {
    pub chain: Chain,
    pub entries: Vec<SignedEntry>,
    pub ring: KeyRing,
    pub secrets: Vec<DeviceSecret>,
    /// Whether the relay has admitted it.
    pub admitted: watch::Sender<bool>,
}

/// The system's randomness.
pub fn random(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(std::io::Error::other)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Town {
    /// Founds a space, and lets so many members in less one, each by an invitation of its own.
    pub fn found(members: usize) -> Outcome<Self> {
        let about = About { municipality: "0259".to_owned(), person_secret: vec![7; 32] };
        let admin = DeviceSecret::draw(&mut random)?;
        let recovery = RecoverySecret::draw(&mut random)?;
        let mut entries = vec![Chain::founding(&admin, &recovery, &about, now(), &mut random)?];
        let mut chain = Chain::read(&entries)?;
        let ring = admin.keys_of(&entries);
        let mut secrets = vec![admin.clone()];
        for _ in 1..members {
            let invitation = Invitation::draw(&mut random)?;
            let invited = chain.invite(&admin, &ring, &invitation, Role::Editor, false, now(), &mut random)?;
            chain.append(&invited)?;
            let secret = DeviceSecret::draw(&mut random)?;
            let joined = chain.join(&secret, &invitation, &ring, now(), &mut random)?;
            chain.append(&joined)?;
            entries.extend([invited, joined]);
            secrets.push(secret);
        }
        Ok(Self { chain, entries, ring, secrets, admitted: watch::Sender::new(false) })
    }

    pub fn members(&self) -> usize {
        self.secrets.len()
    }
}
