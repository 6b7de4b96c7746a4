//! A space from its founding on: who may what, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use tovholder_crypto::{
    About, Chain, CryptoError, DeviceSecret, Draft, Invitation, InvitationLink, KeyRing, RecoverySecret, card_document,
    seal_envelope, verify_header,
};
use tovholder_protocol::{Cut, DocumentId, Envelope, Hash, Incarnation, MemberId, Role, SignedEntry};

const NOW: i64 = 1_800_000_000;

/// Randomness that never repeats.
fn random() -> impl FnMut(&mut [u8]) -> std::io::Result<()> {
    use std::sync::atomic::{AtomicU64, Ordering};
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    |bytes: &mut [u8]| {
        for chunk in bytes.chunks_mut(8) {
            let mut x = DRAWN.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            x ^= x >> 31;
            x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
            x ^= x >> 29;
            chunk.copy_from_slice(&x.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

struct Space {
    entries: Vec<SignedEntry>,
    chain: Chain,
    recovery: RecoverySecret,
    admin: DeviceSecret,
}

impl Space {
    fn founded() -> Self {
        let admin = DeviceSecret::draw(&mut random()).unwrap();
        let recovery = RecoverySecret::draw(&mut random()).unwrap();
        let about = About { municipality: "0479".to_owned(), person_secret: vec![1; 32] };
        let entry = Chain::founding(&admin, &recovery, &about, NOW, &mut random()).unwrap();
        let chain = Chain::found(&entry).unwrap();
        Self { entries: vec![entry], chain, recovery, admin }
    }

    fn ring(&self, who: &DeviceSecret) -> KeyRing {
        who.keys_of(&self.entries)
    }

    fn take(&mut self, entry: SignedEntry) -> Result<(), CryptoError> {
        self.chain.append(&entry)?;
        self.entries.push(entry);
        assert_eq!(Chain::read(&self.entries).unwrap(), self.chain);
        Ok(())
    }

    fn invite(&mut self, by: &DeviceSecret, role: Role) -> Result<Invitation, CryptoError> {
        let invitation = Invitation::draw(&mut random()).unwrap();
        let ring = self.ring(by);
        let entry = self.chain.invite(by, &ring, &invitation, role, false, NOW, &mut random())?;
        self.take(entry)?;
        Ok(invitation)
    }

    fn join(&mut self, invitation: &Invitation, time: i64) -> Result<DeviceSecret, CryptoError> {
        let device = DeviceSecret::draw(&mut random()).unwrap();
        let ring = self.ring(invitation);
        let entry = self.chain.join(&device, invitation, &ring, time, &mut random())?;
        self.take(entry)?;
        Ok(device)
    }

    fn member(&self, device: &DeviceSecret) -> MemberId {
        self.chain.devices()[&device.key()].member
    }

    fn envelope(&self, by: &DeviceSecret, document: DocumentId, counter: u64) -> (Envelope, Hash) {
        let draft = Draft {
            space: self.chain.space(),
            document,
            incarnation: Incarnation(by.key().0[..16].try_into().unwrap()),
            counter,
            previous: Hash::default(),
            cursor: None,
            body: b"what was written",
        };
        seal_envelope(&draft, by, &self.ring(by), &mut random()).unwrap()
    }

    fn may_write(&self, by: &DeviceSecret, document: DocumentId, counter: u64) -> bool {
        let (envelope, hash) = self.envelope(by, document, counter);
        let verified = verify_header(&self.chain.space(), &envelope).unwrap();
        self.chain.may_write(&verified.header, &hash).is_ok()
    }
}

#[test]
fn an_invitation_works_once_while_every_admin_sleeps() {
    let mut space = Space::founded();
    let admin = space.admin.clone();
    let invitation = space.invite(&admin, Role::Editor).unwrap();
    let link = InvitationLink::new("wss://relay", space.chain.space(), &invitation, None, NOW + 10).to_text();
    let read = InvitationLink::parse(&format!(" {}\n{} ", &link[..30], &link[30..])).unwrap();
    assert_eq!(read.secret().key(), invitation.key());
    let newcomer = space.join(&invitation, NOW + 5).unwrap();
    assert_eq!(space.chain.role(&newcomer.key()), Some(Role::Editor));
    // It reads what everybody reads.
    let (envelope, _) = space.envelope(&admin, DocumentId([3; 16]), 1);
    let header = envelope.read_header().unwrap();
    let ring = space.ring(&newcomer);
    assert_eq!(ring.open_body(&space.chain.space(), &header, &envelope.body).unwrap(), b"what was written");
    assert_eq!(ring.about(&space.entries).unwrap().municipality, "0479");
    assert_eq!(space.join(&invitation, NOW + 6).unwrap_err(), CryptoError::Used);
    // A second person with the same link cannot make another entry either.
    let late = space.invite(&admin, Role::Editor).unwrap();
    assert_eq!(space.join(&late, NOW + 25 * 3600).unwrap_err(), CryptoError::Expired);
    let entry = space.chain.withdraw(&admin, late.key(), NOW);
    space.take(entry).unwrap();
    assert_eq!(space.join(&late, NOW + 5).unwrap_err(), CryptoError::Used);
}

#[test]
fn only_admins_invite_but_anyone_a_device_of_their_own() {
    let mut space = Space::founded();
    let admin = space.admin.clone();
    let invitation = space.invite(&admin, Role::Editor).unwrap();
    let editor = space.join(&invitation, NOW).unwrap();
    assert_eq!(space.invite(&editor, Role::Admin).unwrap_err(), CryptoError::NotAllowed);
    let own = Invitation::draw(&mut random()).unwrap();
    let ring = space.ring(&editor);
    let entry = space.chain.invite(&editor, &ring, &own, Role::Admin, true, NOW, &mut random()).unwrap();
    space.take(entry).unwrap();
    let second = space.join(&own, NOW).unwrap();
    assert_eq!(space.member(&second), space.member(&editor));
    assert_eq!(space.chain.role(&second.key()), Some(Role::Editor), "a second device has its member's role");
}

#[test]
fn who_is_revoked_writes_no_more_reads_no_more_and_keeps_what_was_taken() {
    let mut space = Space::founded();
    let admin = space.admin.clone();
    let invitation = space.invite(&admin, Role::Editor).unwrap();
    let editor = space.join(&invitation, NOW).unwrap();
    let pending = space.invite(&admin, Role::Reader).unwrap();
    let (_, hash) = space.envelope(&editor, DocumentId([3; 16]), 4);
    let cut = Cut { incarnation: Incarnation(editor.key().0[..16].try_into().unwrap()), counter: 4, hash };
    let ring = space.ring(&admin);
    let revoke = |chain: &Chain, devices| chain.revocation(&admin, &ring, devices, vec![cut], NOW, &mut random());
    assert!(space.take(revoke(&space.chain, vec![admin.key()]).unwrap()).is_err(), "nobody revokes themselves");
    let entry = revoke(&space.chain, vec![editor.key()]).unwrap();
    space.take(entry).unwrap();
    assert!(space.may_write(&editor, DocumentId([3; 16]), 3), "what was taken before stands");
    assert!(!space.may_write(&editor, DocumentId([3; 16]), 5));
    assert!(!space.may_write(&editor, card_document(&space.chain.space(), &space.member(&editor)), 5));
    assert!(space.ring(&editor).of(2).is_err(), "the new key is not theirs");
    assert!(space.ring(&editor).of(1).is_ok(), "what they read they keep");
    assert!(space.ring(&admin).of(1).is_ok() && space.ring(&admin).of(2).is_ok());
    // An invitation made before the revocation still opens everything.
    let reader = space.join(&pending, NOW).unwrap();
    assert!(space.ring(&reader).of(1).is_ok() && space.ring(&reader).of(2).is_ok());
    assert!(!space.may_write(&reader, DocumentId([3; 16]), 1));
    assert!(space.may_write(&reader, card_document(&space.chain.space(), &space.member(&reader)), 1));
}

#[test]
fn a_new_key_is_for_everyone_who_stays_and_for_nobody_else() {
    let mut space = Space::founded();
    let admin = space.admin.clone();
    let one = space.invite(&admin, Role::Editor).unwrap();
    let first = space.join(&one, NOW).unwrap();
    let two = space.invite(&admin, Role::Editor).unwrap();
    let second = space.join(&two, NOW).unwrap();
    let ring = space.ring(&admin);
    let entry = space.chain.revocation(&admin, &ring, vec![first.key()], vec![], NOW, &mut random()).unwrap();
    // Made for a chain where somebody else joined meanwhile, it would leave them out.
    let three = space.invite(&admin, Role::Editor).unwrap();
    space.join(&three, NOW).unwrap();
    assert_eq!(space.take(entry).unwrap_err(), CryptoError::NotOnHead);
    assert!(space.ring(&second).of(1).is_ok());
}

#[test]
fn the_last_admin_stays_and_a_recovery_key_makes_another() {
    let mut space = Space::founded();
    let admin = space.admin.clone();
    let me = space.member(&admin);
    let entry = space.chain.change_role(&admin, me, Role::Editor, vec![], NOW);
    assert!(matches!(space.take(entry), Err(CryptoError::Rule(_))));
    let recovery = space.recovery.clone();
    let ring = recovery.keys_of(&space.entries);
    let rescued = DeviceSecret::draw(&mut random()).unwrap();
    let wrong = RecoverySecret::draw(&mut random()).unwrap();
    let forged = space.chain.recovery_entry(&rescued, &wrong, &ring, NOW, &mut random()).unwrap();
    assert_eq!(space.take(forged).unwrap_err(), CryptoError::Signature);
    let entry = space.chain.recovery_entry(&rescued, &recovery, &ring, NOW, &mut random()).unwrap();
    space.take(entry).unwrap();
    assert_eq!(space.chain.role(&rescued.key()), Some(Role::Admin));
    assert!(space.ring(&rescued).of(1).is_ok());
    // A renewed key voids the older one.
    let new = RecoverySecret::draw(&mut random()).unwrap();
    let ring = space.ring(&rescued);
    let entry = space.chain.renewal(&rescued, &ring, &new, NOW, &mut random()).unwrap();
    space.take(entry).unwrap();
    let again = DeviceSecret::draw(&mut random()).unwrap();
    let old = space.chain.recovery_entry(&again, &recovery, &ring, NOW, &mut random()).unwrap();
    assert_eq!(space.take(old).unwrap_err(), CryptoError::Signature);
    assert!(new.keys_of(&space.entries).of(1).is_ok());
}

#[test]
fn nothing_forged_is_taken() {
    let mut space = Space::founded();
    let admin = space.admin.clone();
    let stranger = DeviceSecret::draw(&mut random()).unwrap();
    let ring = space.ring(&admin);
    let invitation = Invitation::draw(&mut random()).unwrap();
    let mut entry = space.chain.invite(&admin, &ring, &invitation, Role::Editor, false, NOW, &mut random()).unwrap();
    entry.body[40] ^= 1;
    assert!(space.take(entry).is_err());
    let withdrawn = space.chain.withdraw(&stranger, invitation.key(), NOW);
    assert_eq!(space.take(withdrawn).unwrap_err(), CryptoError::NotAllowed);
    let (mut envelope, _) = space.envelope(&admin, DocumentId([1; 16]), 1);
    assert!(verify_header(&space.chain.space(), &envelope).is_ok());
    assert!(verify_header(&tovholder_protocol::SpaceId([9; 32]), &envelope).is_err(), "of another space");
    envelope.body[30] ^= 1;
    assert_eq!(verify_header(&space.chain.space(), &envelope).unwrap_err(), CryptoError::Sealed);
    let other = Space::founded();
    assert!(Chain::read(&[space.entries[0].clone(), other.entries[0].clone()]).is_err());
}
