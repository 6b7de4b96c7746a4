//! Revoking: a member with all devices, or one device.

use tovholder_protocol::{Cut, DeviceKey, Hash, Incarnation, MemberId};

use super::of_crypto;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::view::{Done, MemberIdArgs};

/// How often the cuts are read anew when the relay knows later envelopes.
const TRIES_MAX: u32 = 5;

impl App {
    /// Revokes a member with all devices, or one device: connections are closed, a new key seals from now on.
    pub fn revoke(&self, args: MemberIdArgs) -> AppResult<Done> {
        let space = self.shared_space()?;
        let unknown = || AppError::new(Code::UnknownMember).at(&args.id);
        let member = MemberId::from_hex(&args.id).filter(|id| space.chain.members().contains_key(id));
        let device = DeviceKey::from_hex(&args.id).filter(|key| space.chain.active(key).is_ok());
        if member.is_none() && device.is_none() {
            return Err(unknown());
        }
        self.with_cuts(&mut |app| {
            let now = app.now();
            app.append_entry(&mut |chain, entries| {
                let devices: Vec<DeviceKey> = match (member, device) {
                    (Some(member), _) => chain.devices_of(&member).copied().collect(),
                    (None, Some(device)) => vec![device],
                    (None, None) => Vec::new(),
                };
                if devices.is_empty() {
                    return Err(AppError::new(Code::UnknownMember).at(&args.id));
                }
                if devices.contains(&space.secret.key()) {
                    return Err(AppError::new(Code::OwnDevice).at(&args.id));
                }
                let cuts = app.cuts_of(&devices)?;
                let ring = space.secret.keys_of(entries);
                let random = &mut |bytes: &mut [u8]| (app.ground.random)(bytes);
                chain.revocation(&space.secret, &ring, devices, cuts, now, random).map_err(of_crypto)
            })
        })?;
        self.done()
    }

    /// The last envelopes that this laptop has of these devices' incarnations.
    pub(crate) fn cuts_of(&self, devices: &[DeviceKey]) -> AppResult<Vec<Cut>> {
        let vector = self.read(tovholder_store::Reader::vector)?;
        let of_them = vector.into_iter().filter(|last| devices.contains(&DeviceKey(last.device)));
        Ok(of_them
            .map(|last| Cut {
                incarnation: Incarnation(last.incarnation),
                counter: last.counter,
                hash: Hash(last.hash),
            })
            .collect())
    }

    /// Does what names the last envelopes of somebody; reads on and tries again when the relay has later ones.
    pub(crate) fn with_cuts(&self, work: &mut dyn FnMut(&Self) -> AppResult<()>) -> AppResult<()> {
        for _ in 1..TRIES_MAX {
            if self.relay_address()?.is_some() {
                self.sync_once()?;
            }
            match work(self) {
                Err(error) if error.code == Code::MembershipMoved => {}
                done => return done,
            }
        }
        work(self)
    }
}
