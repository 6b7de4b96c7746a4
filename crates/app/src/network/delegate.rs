//! How a municipality's laptops follow into the network that it joined once.
//!
//! The laptop that joined adds one more device of the municipality, its delegate, and writes the delegate's secret into the
//! municipality's own space, sealed like everything there and readable by its members alone. Every other laptop uses it to
//! add a device of its own, and writes down which that is. When the municipality revokes somebody, an administrator's laptop
//! revokes that person's device in the network and the delegate, and writes a new one: who is out of the municipality is out
//! of the network, and cannot come back by what was read.

use std::sync::Arc;

use tovholder_crypto::{DeviceSecret, Invitation, InvitationLink};
use tovholder_model::{Scalar, key};
use tovholder_protocol::limits::INVITATION_S;
use tovholder_protocol::{Credential, DeviceKey, Role, SpaceId};
use tovholder_store::CellEdit;

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::sharing::{Address, Errand, of_crypto};
use crate::view::{JoinArgs, MemberIdArgs};
use crate::world::Entry;

/// The entity `network/delegate`: what a laptop needs to follow.
pub(super) const DELEGATE: &str = "delegate";
/// The entities `network/device:<key>`: which device of the municipality stands behind a device of the network.
pub(crate) const DEVICE: &str = "device:";

/// The field of the delegate that holds its secret, in hex.
const SECRET: &str = "secret";

/// The field that holds how many devices of the municipality were revoked when the delegate was made: whoever is revoked
/// later may have read it.
const REVOKED: &str = "revoked";

/// What a laptop needs to follow.
struct Delegate {
    address: Address,
    space: SpaceId,
    secret: DeviceSecret,
}

/// A secret as it is written down; none for anything else.
fn secret_of(text: &str) -> Option<DeviceSecret> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(DeviceSecret::from_bytes(bytes))
}

fn key_of(secret: &str) -> Option<DeviceKey> {
    secret_of(secret).map(|secret| secret.key())
}

fn entity(id: &str) -> String {
    format!("network/{id}")
}

impl App {
    /// Adds a delegate, and writes it where this municipality's laptops find it.
    pub(super) fn delegate(&self, network: &Arc<App>) -> AppResult<()> {
        let (address, space) = (network.needs_relay()?, network.shared_space()?);
        let secret = self.draw_device()?;
        network.add_own_device(&secret)?;
        let entity = entity(DELEGATE);
        let cells = [
            CellEdit::now(&entity, "relay", address.text()),
            CellEdit::now(&entity, "space", space.id().to_string()),
            CellEdit::now(&entity, SECRET, hex::encode(secret.to_bytes())),
            CellEdit::now(&entity, REVOKED, self.revoked_devices()?),
        ];
        self.write(|write| write.edit(key::NETWORK, &cells).map(drop).map_err(|error| self.fail(&error)))?;
        self.note_own_device(network)
    }

    fn draw_device(&self) -> AppResult<DeviceSecret> {
        DeviceSecret::draw(&mut |bytes| (self.ground.random)(bytes)).map_err(of_crypto)
    }

    fn needs_relay(&self) -> AppResult<Address> {
        self.relay_address()?.ok_or_else(|| AppError::new(Code::NoRelay))
    }

    /// Adds a device of this member, whose secret somebody else is to hold.
    fn add_own_device(&self, secret: &DeviceSecret) -> AppResult<()> {
        let space = self.shared_space()?;
        let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
        let invitation = Invitation::draw(random).map_err(of_crypto)?;
        let now = self.now();
        self.append_entry(&mut |chain, entries| {
            let ring = space.secret.keys_of(entries);
            let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
            chain.invite(&space.secret, &ring, &invitation, Role::Reader, true, now, random).map_err(of_crypto)
        })?;
        let address = self.needs_relay()?;
        let errand = Errand {
            address: &address,
            space: Some(space.id()),
            secret: &invitation,
            credential: Credential::Invitation,
            entries: self.shared_space()?.entries.clone(),
        };
        let entries = errand.run(&mut |chain, entries| {
            let ring = invitation.keys_of(entries);
            let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
            chain.join(secret, &invitation, &ring, now, random).map(Some).map_err(of_crypto)
        })?;
        self.take_entries(&entries)
    }

    /// Which device of the municipality stands behind this laptop's device in the network.
    fn note_own_device(&self, network: &App) -> AppResult<()> {
        let theirs = network.shared_space()?.secret.key();
        let ours = self.found_space()?.0.secret.key();
        let entity = entity(&format!("{DEVICE}{theirs}"));
        let cell = CellEdit::now(&entity, "device", ours.to_string());
        let space = self.shared_space()?;
        // A reader's word goes no further than its own card.
        let document = match (space.role(), space.member()) {
            (Some(Role::Reader), Some(member)) => crate::sharing::card_name(&member),
            _ => key::NETWORK.to_owned(),
        };
        self.write(|write| write.edit(&document, &[cell]).map(drop).map_err(|error| self.fail(&error)))?;
        Ok(())
    }

    /// How many devices of the municipality were revoked.
    fn revoked_devices(&self) -> AppResult<i64> {
        let revoked = self.space()?.map_or(0, |space| space.chain.devices().values().filter(|one| one.revoked).count());
        Ok(i64::try_from(revoked).unwrap_or(i64::MAX))
    }

    /// Devices of the municipality in the network that nobody has said of which laptop they are; the delegates too.
    fn unnoted_devices(&self, network: &App) -> AppResult<Vec<DeviceKey>> {
        let (world, theirs) = (self.world()?, network.shared_space()?);
        let Some(member) = theirs.member() else { return Ok(Vec::new()) };
        let noted = |key: &DeviceKey| {
            world.network.get(&format!("{DEVICE}{key}")).is_some_and(|entry| self.is_believed(entry).unwrap_or(false))
        };
        let own = theirs.secret.key();
        Ok(theirs.chain.devices_of(&member).copied().filter(|key| *key != own && !noted(key)).collect())
    }

    /// Whether a note of a device is believed: of who may write for all, or in a member's card about a device of that member.
    fn is_believed(&self, entry: &Entry) -> AppResult<bool> {
        let Some(member) = entry.document.strip_prefix("card/") else { return Ok(true) };
        let device = DeviceKey::from_hex(entry.record.text("device"));
        let space = self.space()?;
        let whose = space.as_ref().zip(device).and_then(|(space, key)| space.chain.devices().get(&key).cloned());
        Ok(whose.is_some_and(|device| device.member.to_string() == member))
    }

    fn known_delegate(&self) -> AppResult<Option<Delegate>> {
        let world = self.world()?;
        let Some(entry) = world.network.get(DELEGATE) else { return Ok(None) };
        let address = Address::parse(entry.record.text("relay"));
        let space = SpaceId::from_hex(entry.record.text("space"));
        Ok(match (secret_of(entry.record.text(SECRET)), address, space) {
            (Some(secret), Some(address), Some(space)) => Some(Delegate { address, space, secret }),
            _ => None,
        })
    }

    /// Follows the municipality into the network that it joined, and puts out of it who is out of the municipality. Nothing
    /// when there is nothing of it to do.
    ///
    /// # Errors
    /// When the relay cannot be reached or refuses.
    pub fn follow_network(&self) -> AppResult<()> {
        let space = self.space()?;
        let (inside, admin) = (space.as_ref().is_none_or(|space| space.role().is_some()), self.may_speak().is_ok());
        let delegate = self.known_delegate()?;
        if let Some(network) = self.network_if_any()?
            && !network.is_shut_out()?
        {
            return match delegate {
                _ if !inside || !admin => Ok(()),
                // The connection was lost between joining and this.
                None => self.delegate(&network),
                Some(_) => self.put_out_of_network(&network),
            };
        }
        let Some(delegate) = delegate.filter(|_| inside) else { return Ok(()) };
        let network = self.prepare_network()?;
        let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
        let invitation = Invitation::draw(random).map_err(of_crypto)?;
        let now = self.now();
        let errand = Errand {
            address: &delegate.address,
            space: Some(delegate.space),
            secret: &delegate.secret,
            credential: Credential::Device,
            entries: Vec::new(),
        };
        errand.run(&mut |chain, entries| {
            let ring = delegate.secret.keys_of(entries);
            let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
            let made = chain.invite(&delegate.secret, &ring, &invitation, Role::Reader, true, now, random);
            made.map(Some).map_err(of_crypto)
        })?;
        let expires = now + INVITATION_S;
        let link = InvitationLink::new(&delegate.address.text(), delegate.space, &invitation, None, expires);
        network.join(JoinArgs { invite: link.to_text(), ..JoinArgs::default() })?;
        self.note_own_device(&network)
    }

    /// Who is out of the municipality is put out of the network, the delegate with them, for they have read it.
    fn put_out_of_network(&self, network: &Arc<App>) -> AppResult<()> {
        // Alone on a laptop there is nobody to put out.
        let Some(space) = self.space()? else { return Ok(()) };
        let (world, theirs) = (self.world()?, network.shared_space()?);
        let is_out = |device: &str| {
            let known = DeviceKey::from_hex(device).and_then(|key| space.chain.devices().get(&key).cloned());
            known.is_some_and(|device| device.revoked)
        };
        let believed = |entry: &Entry| self.is_believed(entry).unwrap_or(false);
        let noted = world.network.iter().filter(|(_, entry)| believed(entry)).filter_map(|(id, entry)| {
            let key = DeviceKey::from_hex(id.strip_prefix(DEVICE)?)?;
            is_out(entry.record.text("device")).then_some(key)
        });
        let active = |key: &DeviceKey| theirs.chain.active(key).is_ok();
        let out: Vec<DeviceKey> = noted.filter(active).collect();
        let old = self.known_delegate()?.map(|delegate| delegate.secret.key());
        let good = old.filter(active);
        let written = world.network.get(DELEGATE).and_then(|entry| entry.record.shown(REVOKED).as_int()).unwrap_or(0);
        if out.is_empty() && good.is_some() && self.revoked_devices()? <= written {
            return self.settle_delegates(network, &active);
        }
        // Who was revoked may have followed without having said so: what nobody has noted goes with them. A laptop that is
        // in and only has not said so yet follows again, by the new delegate.
        network.fetch_chain()?;
        let unnoted = self.unnoted_devices(network)?.into_iter().filter(|key| Some(*key) != good);
        let mut out: Vec<DeviceKey> = out.into_iter().chain(unnoted).collect();
        let theirs = network.shared_space()?;
        let still = |key: &DeviceKey| theirs.chain.active(key).is_ok();
        out.sort_unstable();
        out.dedup();
        out.retain(still);
        let good = good.filter(still);
        // The delegate first, those who are out after it, the new delegate last: wherever the connection is lost, what is left
        // to do is seen from the chain the next time, and no delegate that was read stays good.
        for key in good.into_iter().chain(out) {
            network.revoke(MemberIdArgs { id: key.to_string() })?;
        }
        self.delegate(network)
    }

    /// Delegates beside the one that counts: two administrators made one each, apart.
    fn rival_delegates(&self) -> AppResult<Vec<DeviceKey>> {
        let world = self.world()?;
        let Some(entry) = world.network.get(DELEGATE) else { return Ok(Vec::new()) };
        let shown = entry.record.text(SECRET);
        let values = entry.record.conflicts.get(SECRET).into_iter().flatten().filter_map(Scalar::as_str);
        Ok(values.filter(|secret| *secret != shown).filter_map(key_of).collect())
    }

    /// One delegate is enough: one that nobody would think of any more must not stay good.
    fn settle_delegates(&self, network: &App, active: &dyn Fn(&DeviceKey) -> bool) -> AppResult<()> {
        let rivals = self.rival_delegates()?;
        if rivals.is_empty() {
            return Ok(());
        }
        for key in rivals.iter().filter(|key| active(key)) {
            network.revoke(MemberIdArgs { id: key.to_string() })?;
        }
        let world = self.world()?;
        let shown = world.network.get(DELEGATE).map(|entry| entry.record.text(SECRET)).unwrap_or_default();
        let cell = CellEdit::now(entity(DELEGATE), SECRET, shown);
        self.write(|write| write.edit(key::NETWORK, &[cell]).map(drop).map_err(|error| self.fail(&error)))?;
        Ok(())
    }
}
