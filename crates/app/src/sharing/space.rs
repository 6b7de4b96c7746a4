//! The space as this laptop knows it: chain, keys, who we are.

use std::sync::Arc;

use tovholder_crypto::{About, Chain, DeviceSecret, KeyRing, RecoverySecret, card_document};
use tovholder_protocol::{DocumentId, MemberId, Role, Signature, SignedEntry, SpaceId};
use tovholder_store::sharing::StoredEntry;

use super::of_crypto;
use crate::error::{AppError, AppResult, Code};
use crate::{App, lock};

/// A space: its chain, checked, and what of it this laptop can open.
#[derive(Debug)]
pub(crate) struct Space {
    pub secret: DeviceSecret,
    pub entries: Vec<SignedEntry>,
    pub chain: Chain,
    pub ring: KeyRing,
}

pub(crate) fn stored(n: u64, entry: &SignedEntry) -> StoredEntry {
    StoredEntry { n, body: entry.body.clone(), signature: entry.signature.0 }
}

pub(crate) fn signed(entry: StoredEntry) -> SignedEntry {
    SignedEntry { body: entry.body, signature: Signature(entry.signature) }
}

impl Space {
    pub fn new(secret: DeviceSecret, entries: Vec<SignedEntry>) -> AppResult<Self> {
        let chain = Chain::read(&entries).map_err(of_crypto)?;
        let ring = secret.keys_of(&entries);
        Ok(Self { secret, entries, chain, ring })
    }

    pub fn id(&self) -> SpaceId {
        self.chain.space()
    }

    /// This device's role; none when it is out.
    pub fn role(&self) -> Option<Role> {
        self.chain.role(&self.secret.key())
    }

    /// This device's member.
    pub fn member(&self) -> Option<MemberId> {
        self.chain.devices().get(&self.secret.key()).map(|device| device.member)
    }

    pub fn is_admin(&self) -> bool {
        self.role() == Some(Role::Admin)
    }

    /// The opaque id of a document.
    pub fn document_id(&self, name: &str) -> AppResult<DocumentId> {
        document_id(&self.chain, &self.ring, name)
    }
}

/// A member's card has an id that the relay can tell, for readers may write it; every other document's id says nothing.
pub(crate) fn document_id(chain: &Chain, ring: &KeyRing, name: &str) -> AppResult<DocumentId> {
    if let Some(member) = name.strip_prefix("card/").and_then(MemberId::from_hex) {
        return Ok(card_document(&chain.space(), &member));
    }
    ring.document_id(&chain.space(), name).map_err(of_crypto)
}

impl App {
    /// The space, if this laptop has one. Shared until the chain grows.
    pub(crate) fn space(&self) -> AppResult<Option<Arc<Space>>> {
        let count = self.read(tovholder_store::Reader::entry_count)?;
        if count == 0 {
            return Ok(None);
        }
        let mut kept = lock(&self.space);
        if let Some(space) = kept.as_ref().filter(|space| space.chain.point().length == count) {
            return Ok(Some(Arc::clone(space)));
        }
        let entries: Vec<SignedEntry> = self.read(tovholder_store::Reader::entries)?.into_iter().map(signed).collect();
        // Without the secret that it had, this laptop is no device of the space: a new invitation lets it in.
        let secret = self.device_secret_or_new()?;
        let space = Arc::new(Space::new(secret, entries)?);
        *kept = Some(Arc::clone(&space));
        Ok(Some(space))
    }

    /// Forgets the space that was read, when another chain took its place.
    pub(crate) fn forget_space(&self) {
        *lock(&self.space) = None;
    }

    /// The space, or an error that says to connect first.
    pub(crate) fn shared_space(&self) -> AppResult<Arc<Space>> {
        self.space()?.ok_or_else(|| AppError::new(Code::NoRelay))
    }

    /// The space of an admin.
    pub(crate) fn admin_space(&self) -> AppResult<Arc<Space>> {
        let space = self.shared_space()?;
        if space.is_admin() { Ok(space) } else { Err(AppError::new(Code::NotAdmin)) }
    }

    /// The space, founded now when there is none. Answers the recovery key when it was.
    pub(crate) fn found_space(&self) -> AppResult<(Arc<Space>, Option<RecoverySecret>)> {
        if let Some(space) = self.space()? {
            return Ok((space, None));
        }
        self.founded()?;
        let municipality = self.setting("municipality").unwrap_or_default();
        let about = About { municipality, person_secret: self.secret()? };
        let secret = self.device_secret_or_new()?;
        let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
        let recovery = RecoverySecret::draw(random).map_err(of_crypto)?;
        let entry = Chain::founding(&secret, &recovery, &about, self.now(), random).map_err(of_crypto)?;
        self.write(|write| {
            // Another window may have founded it since.
            if write.entries().map_err(|error| self.fail(&error))?.is_empty() {
                write.add_entry(&stored(0, &entry)).map_err(|error| self.fail(&error))?;
            }
            Ok(())
        })?;
        self.forget_space();
        let space = self.shared_space()?;
        let ours = space.entries.first() == Some(&entry);
        self.write_card(&space)?;
        Ok((space, ours.then_some(recovery)))
    }

    /// First start is done, and this laptop's member may write.
    pub(crate) fn may_edit(&self) -> AppResult<()> {
        self.founded()?;
        self.may_write()
    }

    /// Nothing that a reader wrote would ever leave the laptop; so it is not written.
    pub(crate) fn may_write(&self) -> AppResult<()> {
        match self.space() {
            // A keyring that is locked keeps nobody from their work.
            Err(error) if error.code == Code::DeviceKey => Ok(()),
            Err(error) => Err(error),
            Ok(Some(space)) if space.role() == Some(Role::Reader) => Err(AppError::new(Code::ReadOnlyRole)),
            Ok(_) => Ok(()),
        }
    }
}
