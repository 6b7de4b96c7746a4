//! Joining a space by an invitation, with or without data of one's own.

use tovholder_crypto::{About, Chain, Invitation, InvitationLink};
use tovholder_protocol::{Credential, SignedEntry};
use tovholder_store::{CellEdit, Write};

use super::errand::Errand;
use super::exchange::cursor;
use super::socket::Address;
use super::space::stored;
use super::{ADMITTED, RELAY, REVOKED, of_crypto};
use crate::error::{AppError, AppResult, Code};
use crate::municipality;
use crate::person_id::{Named, person_id};
use crate::view::{JoinArgs, Joined, NoArgs};
use crate::{App, lock};

/// Where the chain of the space that was left is kept.
const LEFT: &str = "space.left";

/// What this laptop had before it joined.
pub(crate) struct Before {
    pub tasks: std::collections::BTreeSet<String>,
}

impl App {
    /// Joins a space by an invitation, or tells what that would do.
    pub fn join(&self, args: JoinArgs) -> AppResult<Joined> {
        let link = InvitationLink::parse(&args.invite).map_err(of_crypto)?;
        if self.now() > link.expires {
            return Err(AppError::new(Code::InvitationExpired));
        }
        let address = Address::parse(&link.relay).ok_or_else(|| AppError::new(Code::RelayAddress).at(&link.relay))?;
        self.may_join(args.adopt || args.dry_run)?;
        let invitation = link.secret();
        let entries = Self::chain_at(&address, &link, &invitation)?;
        let about = invitation.keys_of(&entries).about(&entries).map_err(of_crypto)?;
        self.same_municipality(&about)?;
        if args.dry_run {
            return self.preview_join(&address, &invitation, &entries, &about);
        }
        self.check_author(args.name.as_deref(), args.department.as_deref())?;
        let before = self.before()?;
        self.come_anew()?;
        let secret = self.device_secret_or_new()?;
        let now = self.now();
        let errand = Errand {
            address: &address,
            space: Some(link.space),
            secret: &invitation,
            credential: Credential::Invitation,
            entries,
        };
        let entries = errand.run(&mut |chain, entries| {
            let ring = invitation.keys_of(entries);
            let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
            chain.join(&secret, &invitation, &ring, now, random).map(Some).map_err(of_crypto)
        })?;
        let read = self.enter(&address, &entries, &about, args.name.as_deref(), args.department.as_deref())?;
        // A reading that was cut off shows less as well, and tells nothing.
        if let Some(shown) = link.cursor.filter(|_| read) {
            self.check_shown(&shown)?;
        }
        self.joined(&about, &before)
    }

    /// A laptop that is no device of its space any more comes as another device. What was not sent is written anew, for
    /// the old device's numbers are closed; and a device key counts once.
    pub(crate) fn come_anew(&self) -> AppResult<()> {
        if self.is_shut_out()? {
            self.reauthor()?;
            self.put_device_key_away()?;
            self.set_setting(REVOKED, "")?;
        }
        Ok(())
    }

    /// A relay that shows a newcomer less than the inviter had signed for hides something.
    fn check_shown(&self, shown: &tovholder_protocol::Cursor) -> AppResult<()> {
        let place = self.read(tovholder_store::Reader::log_place)?.map(|place| cursor(&place));
        let differs = place.is_some_and(|place| place.log == shown.log && place.n < shown.n);
        if differs {
            self.write(|write| write.raise_alarm("log_differs", "").map_err(|error| self.fail(&error)))?;
        }
        Ok(())
    }

    /// Whether this laptop may join: it is in no shared space, and its data is to come along if it has any.
    fn may_join(&self, with_data: bool) -> AppResult<()> {
        if self.turns_out_shut_out()? {
            // A new invitation is the way back, with everything that is here.
            return Ok(());
        }
        if let Some(known) = self.relay_address()? {
            return Err(AppError::new(Code::AlreadyConnected).at(known.text()));
        }
        if !self.read(tovholder_store::Reader::envelopes)?.is_empty() {
            return Err(AppError::new(Code::HasSent));
        }
        if !with_data && self.has_data()? {
            return Err(AppError::new(Code::HasData));
        }
        Ok(())
    }

    /// Whether this laptop was in a space and is no more.
    pub(crate) fn is_shut_out(&self) -> AppResult<bool> {
        let out = self.space()?.is_some_and(|space| space.role().is_none());
        Ok(out || self.setting(REVOKED).is_some_and(|word| !word.is_empty()))
    }

    /// The same, and asks the relay when nothing is known of it here: whoever comes with a new invitation or the recovery key
    /// may have been put out without having heard of it.
    pub(crate) fn turns_out_shut_out(&self) -> AppResult<bool> {
        if !self.is_shut_out()? && self.relay_address()?.is_some() {
            // Whatever else comes of it (no network, nothing new) is said elsewhere.
            let _ = self.sync_to(false);
        }
        self.is_shut_out()
    }

    /// Whether there is more on this laptop than who works here.
    pub(crate) fn has_data(&self) -> AppResult<bool> {
        let world = self.world()?;
        let me = self.me()?.map(|me| me.person).unwrap_or_default();
        Ok(!world.tasks.is_empty()
            || !world.projects.is_empty()
            || !world.roles.is_empty()
            || !world.imports.is_empty()
            || world.persons.keys().any(|id| *id != me))
    }

    /// Data of one municipality is not poured into another.
    pub(crate) fn same_municipality(&self, about: &About) -> AppResult<()> {
        let ours = self.setting("municipality").filter(|code| !code.is_empty());
        match (self.is_network(), about.municipality == crate::network::NETWORK) {
            (false, true) => return Err(AppError::new(Code::InvitationOfNetwork)),
            (true, false) => return Err(AppError::new(Code::InvitationOfMunicipality).at(name_of(&about.municipality))),
            _ => {}
        }
        match ours {
            Some(ours) if ours != about.municipality && self.has_data()? => {
                Err(AppError::new(Code::OtherMunicipality).at(ours).with(&about.municipality))
            }
            _ => Ok(()),
        }
    }

    /// A name and a department must be known, given now or before.
    pub(crate) fn check_author(&self, name: Option<&str>, department: Option<&str>) -> AppResult<()> {
        let me = self.me()?;
        for (what, given, known) in [
            ("name", name, me.as_ref().map(|me| me.name.as_str())),
            ("department", department, me.as_ref().map(|me| me.department.as_str())),
        ] {
            if given.or(known).unwrap_or_default().trim().is_empty() {
                return Err(AppError::new(Code::NameMissing).at(what));
            }
            crate::entity::check_short_text(what, given.unwrap_or_default())?;
        }
        Ok(())
    }

    pub(crate) fn before(&self) -> AppResult<Before> {
        let world = self.world()?;
        Ok(Before { tasks: world.tasks.keys().cloned().collect() })
    }

    fn chain_at(address: &Address, link: &InvitationLink, invitation: &Invitation) -> AppResult<Vec<SignedEntry>> {
        let errand = Errand {
            address,
            space: Some(link.space),
            secret: invitation,
            credential: Credential::Invitation,
            entries: Vec::new(),
        };
        errand.run(&mut |_, _| Ok(None))
    }

    /// The chain has us: takes it for this laptop's own, says who we are, and synchronises. Answers whether that came to
    /// its end.
    pub(crate) fn enter(
        &self,
        address: &Address,
        entries: &[SignedEntry],
        about: &About,
        name: Option<&str>,
        department: Option<&str>,
    ) -> AppResult<bool> {
        Chain::read(entries).map_err(of_crypto)?;
        let old_secret = self.setting("space_secret").and_then(|hex| hex::decode(hex).ok());
        let me = self.me()?;
        let fail = |error: tovholder_store::StoreError| self.fail(&error);
        let world = self.world()?;
        let known = municipality::by_code(&about.municipality).is_some();
        if !known && !self.is_network() {
            return Err(AppError::new(Code::UnknownMunicipality).at(&about.municipality));
        }
        self.write(|write| {
            write.leave_space(LEFT).map_err(fail)?;
            for (n, entry) in (0_u64..).zip(entries) {
                write.add_entry(&stored(n, entry)).map_err(fail)?;
            }
            write.set_setting("space_secret", &hex::encode(&about.person_secret)).map_err(fail)?;
            write.set_setting("municipality", &about.municipality).map_err(fail)?;
            write.set_setting(RELAY, &address.text()).map_err(fail)?;
            write.set_setting(ADMITTED, "yes").map_err(fail)?;
            if old_secret.is_some_and(|old| old != about.person_secret) {
                name_the_same(write, &world, &about.person_secret)?;
            }
            Ok(())
        })?;
        self.forget_space();
        self.forget_world();
        let name = name.map_or_else(|| me.as_ref().map(|me| me.name.clone()).unwrap_or_default(), str::to_owned);
        let department =
            department.map_or_else(|| me.as_ref().map(|me| me.department.clone()).unwrap_or_default(), str::to_owned);
        self.become_author(&name, &department)?;
        let space = self.shared_space()?;
        self.write_card(&space)?;
        // What stands in the way of the first synchronisation does not undo the joining: it goes on by itself later.
        let read = self.sync_to(false).is_ok();
        self.wake_background();
        Ok(read)
    }

    pub(crate) fn joined(&self, about: &About, before: &Before) -> AppResult<Joined> {
        let world = self.world()?;
        let space = self.shared_space()?;
        let received = world.tasks.keys().filter(|id| !before.tasks.contains(*id)).count();
        let conflicts = self.conflicts(NoArgs {})?;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Joined {
            municipality: about.municipality.clone(),
            municipality_name: name_of(&about.municipality),
            role: space.role().map_or(crate::view::MemberRole::Reader, super::members::role_view),
            dry_run: false,
            tasks: count(world.tasks.len()),
            tasks_brought: count(before.tasks.len()),
            tasks_received: count(received),
            persons_matched: count(world.aliases.len()),
            conflict_count: count(conflicts.len()),
            conflicts: super::preview::shown(&conflicts),
        })
    }

    /// Runs something with the database to itself, for a preview's copy.
    pub(crate) fn copy_database_to(&self, path: &std::path::Path) -> AppResult<()> {
        lock(&self.store).copy_to(path).map_err(|error| self.fail(&error))
    }
}

pub(crate) fn name_of(code: &str) -> String {
    municipality::by_code(code).map(|one| one.name.clone()).unwrap_or_default()
}

/// Says of every person here which person of the space that is: the same mail, else the same name, under the space's
/// secret. Values compare after that, so nobody becomes two.
pub(crate) fn name_the_same(write: &mut Write<'_>, world: &crate::world::World, secret: &[u8]) -> AppResult<()> {
    for (id, person) in &world.persons {
        let named = Named { name: person.record.text("name").to_owned(), mail: person.record.text("mail").to_owned() };
        if named.name.is_empty() && named.mail.is_empty() {
            continue;
        }
        let same = person_id(secret, &named);
        if same == *id {
            continue;
        }
        crate::people::make_person(write, &same, &named, person.record.text("department"))?;
        let entity = tovholder_model::key::entity("person", id);
        write
            .edit(&entity, &[CellEdit::now(&entity, "same_as", same.as_str())])
            .map_err(|error| AppError::new(Code::Internal).with(error))?;
    }
    Ok(())
}
