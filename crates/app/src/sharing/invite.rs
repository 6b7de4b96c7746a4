//! Invitations, roles, the recovery key: what an admin does to the chain.

use qrcode::QrCode;
use qrcode::render::svg;
use tovholder_crypto::{Invitation as Secret, InvitationLink, RecoverySecret};
use tovholder_protocol::limits::INVITATION_S;
use tovholder_protocol::{DeviceKey, MemberId};

use super::connect::recovery_text;
use super::exchange::cursor;
use super::members::{role_of, role_view};
use super::of_crypto;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::history::rfc3339;
use crate::view::{Done, Invitation, InviteArgs, MemberIdArgs, MemberRole, MemberRoleArgs, NoArgs, RecoveryKeyMade};

/// The smallest side of a QR code, in the units of its picture.
const QR_SIDE: u32 = 280;

impl App {
    /// Makes an invitation: single use, 24 hours, redeemable while every admin sleeps.
    pub fn invite(&self, args: InviteArgs) -> AppResult<Invitation> {
        let space = if args.own_device { self.shared_space()? } else { self.admin_space()? };
        let address = self.relay_address()?.ok_or_else(|| AppError::new(Code::NoRelay))?;
        let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
        let secret = Secret::draw(random).map_err(of_crypto)?;
        let role = args.role.unwrap_or(MemberRole::Editor);
        let now = self.now();
        // So that whoever comes finds everything: what is here and a snapshot of it are at the relay first.
        let read = match self.sync_once() {
            Ok(_) => self.read(tovholder_store::Reader::log_place)?.map(|place| cursor(&place)),
            Err(error) if error.code == Code::RelayUnreachable => return Err(error),
            Err(_) => None,
        };
        if read.is_some() {
            // A newcomer without one reads the whole log, which takes longer and is as right.
            let _ = self.hand_in_snapshot(&address);
        }
        self.append_entry(&mut |chain, entries| {
            let ring = space.secret.keys_of(entries);
            let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
            chain.invite(&space.secret, &ring, &secret, role_of(role), args.own_device, now, random).map_err(of_crypto)
        })?;
        let expires = now + INVITATION_S;
        let link = InvitationLink::new(&address.text(), space.id(), &secret, read, expires).to_text();
        let role = if args.own_device { space.role().map_or(role, role_view) } else { role };
        Ok(Invitation {
            qr: qr(&link)?,
            invite: link,
            id: secret.key().to_string(),
            role,
            expires_at: rfc3339(expires),
        })
    }

    /// Takes an invitation back that nobody has used.
    pub fn withdraw_invitation(&self, args: MemberIdArgs) -> AppResult<Done> {
        let unknown = || AppError::new(Code::UnknownMember).at(&args.id);
        let invitation = DeviceKey::from_hex(&args.id).ok_or_else(unknown)?;
        let space = self.shared_space()?;
        if !space.chain.invitations().contains_key(&invitation) {
            return Err(unknown());
        }
        let now = self.now();
        self.append_entry(&mut |chain, _| Ok(chain.withdraw(&space.secret, invitation, now)))?;
        self.done()
    }

    /// Changes a member's role.
    pub fn set_member_role(&self, args: MemberRoleArgs) -> AppResult<Done> {
        let space = self.admin_space()?;
        let member = MemberId::from_hex(&args.id)
            .filter(|id| space.chain.members().contains_key(id))
            .ok_or_else(|| AppError::new(Code::UnknownMember).at(&args.id))?;
        let role = role_of(args.role);
        self.with_cuts(&mut |app| {
            let now = app.now();
            app.append_entry(&mut |chain, _| {
                let devices: Vec<DeviceKey> = chain.devices_of(&member).copied().collect();
                let cuts = if role < tovholder_protocol::Role::Editor { app.cuts_of(&devices)? } else { Vec::new() };
                Ok(chain.change_role(&space.secret, member, role, cuts, now))
            })
        })?;
        self.done()
    }

    /// Makes a new recovery key; the older one is void.
    pub fn renew_recovery_key(&self, _: NoArgs) -> AppResult<RecoveryKeyMade> {
        let space = self.admin_space()?;
        let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
        let recovery = RecoverySecret::draw(random).map_err(of_crypto)?;
        let now = self.now();
        self.append_entry(&mut |chain, entries| {
            let ring = space.secret.keys_of(entries);
            let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
            chain.renewal(&space.secret, &ring, &recovery, now, random).map_err(of_crypto)
        })?;
        Ok(RecoveryKeyMade { key: recovery_text(&recovery.to_bytes()) })
    }

    pub(crate) fn done(&self) -> AppResult<Done> {
        Ok(Done { cursor: self.read(tovholder_store::Reader::cursor)? })
    }
}

/// A link as a QR code, SVG.
fn qr(link: &str) -> AppResult<String> {
    let code = QrCode::new(link.as_bytes()).map_err(|error| AppError::new(Code::Internal).with(error))?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(QR_SIDE, QR_SIDE).build())
}
