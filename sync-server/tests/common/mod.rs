//! A made-up municipality with its members, and a relay on made-up storage to put it to.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod carrier;
pub mod program;

use tovholder_crypto::{
    About, Chain, CryptoError, DeviceSecret, Draft, Invitation, KeyRing, RecoverySecret, card_document, seal_envelope,
    seal_snapshot,
};
use tovholder_protocol::{
    ChainPoint, Credential, Cursor, Cut, DocumentId, Envelope, Hash, Hello, Incarnation, LogId, MemberId, Nonce, Role,
    SignedEntry, SnapshotPart, SpaceId, ToRelay, VERSION, VERSION_MIN, encode,
};

/// Unix seconds at which every story begins.
pub const NOW: i64 = 1_800_000_000;

/// Randomness that never repeats.
pub fn random() -> impl FnMut(&mut [u8]) -> std::io::Result<()> {
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

pub fn secret() -> DeviceSecret {
    DeviceSecret::draw(&mut random()).unwrap()
}

/// A space, as its laptops know it.
#[derive(Clone)]
pub struct Town {
    pub entries: Vec<SignedEntry>,
    pub chain: Chain,
    pub recovery: RecoverySecret,
    pub admin: DeviceSecret,
}

impl Town {
    pub fn founded() -> Self {
        Self::founded_at(NOW)
    }

    pub fn founded_at(now: i64) -> Self {
        let (admin, recovery) = (secret(), secret());
        let about = About { municipality: "0479".to_owned(), person_secret: vec![1; 32] };
        let entry = Chain::founding(&admin, &recovery, &about, now, &mut random()).unwrap();
        Self { chain: Chain::found(&entry).unwrap(), entries: vec![entry], recovery, admin }
    }

    pub fn space(&self) -> SpaceId {
        self.chain.space()
    }

    pub fn ring(&self, who: &DeviceSecret) -> KeyRing {
        who.keys_of(&self.entries)
    }

    pub fn take(&mut self, entry: &SignedEntry) -> Result<(), CryptoError> {
        self.chain.append(entry)?;
        self.entries.push(entry.clone());
        Ok(())
    }

    pub fn invitation_by(&self, by: &DeviceSecret, role: Role, own: bool, now: i64) -> (Invitation, SignedEntry) {
        let invitation = Invitation::draw(&mut random()).unwrap();
        let ring = self.ring(by);
        let entry = self.chain.invite(by, &ring, &invitation, role, own, now, &mut random()).unwrap();
        (invitation, entry)
    }

    pub fn invite(&mut self, role: Role, now: i64) -> Invitation {
        let (invitation, entry) = self.invitation_by(&self.admin.clone(), role, false, now);
        self.take(&entry).unwrap();
        invitation
    }

    pub fn joining(&self, invitation: &Invitation, now: i64) -> (DeviceSecret, SignedEntry) {
        let device = secret();
        let ring = self.ring(invitation);
        let entry = self.chain.join(&device, invitation, &ring, now, &mut random()).unwrap();
        (device, entry)
    }

    /// A new member of this role.
    pub fn member(&mut self, role: Role) -> DeviceSecret {
        let invitation = self.invite(role, NOW);
        let (device, entry) = self.joining(&invitation, NOW);
        self.take(&entry).unwrap();
        device
    }

    pub fn member_of(&self, device: &DeviceSecret) -> MemberId {
        self.chain.devices()[&device.key()].member
    }

    pub fn card_of(&self, device: &DeviceSecret) -> DocumentId {
        card_document(&self.space(), &self.member_of(device))
    }

    pub fn revocation(&self, by: &DeviceSecret, device: &DeviceSecret, cuts: Vec<Cut>) -> SignedEntry {
        let ring = self.ring(by);
        self.chain.revocation(by, &ring, vec![device.key()], cuts, NOW, &mut random()).unwrap()
    }

    pub fn snapshot(&self, by: &DeviceSecret, cursor: Cursor, parts: &[Vec<u8>]) -> Vec<SnapshotPart> {
        seal_snapshot(&self.space(), cursor, 1, parts, by, &self.ring(by), &mut random()).unwrap()
    }

    pub fn say(&self, by: &DeviceSecret, cursor: Cursor) -> ToRelay {
        let sealed = self.ring(by).seal_statement(&self.space(), b"here", &mut random()).unwrap();
        let signature = by.sign_statement(&self.space(), &cursor, &sealed);
        ToRelay::Say { cursor, sealed, signature }
    }
}

/// An incarnation that writes one envelope after another.
#[derive(Clone)]
pub struct Writer {
    pub device: DeviceSecret,
    pub incarnation: Incarnation,
    pub counter: u64,
    pub previous: Hash,
    pub document: DocumentId,
}

impl Writer {
    pub fn new(device: &DeviceSecret) -> Self {
        let mut incarnation = Incarnation::default();
        random()(&mut incarnation.0).unwrap();
        let device = device.clone();
        Self { device, incarnation, counter: 0, previous: Hash::default(), document: DocumentId([7; 16]) }
    }

    pub fn of(device: &DeviceSecret, document: DocumentId) -> Self {
        Self { document, ..Self::new(device) }
    }

    pub fn next(&mut self, town: &Town) -> (Envelope, Hash) {
        self.write(town, b"what was written")
    }

    pub fn write(&mut self, town: &Town, body: &[u8]) -> (Envelope, Hash) {
        self.write_with(town, &town.ring(&self.device), body)
    }

    /// With keys that somebody else has: for who has none.
    pub fn write_with(&mut self, town: &Town, ring: &KeyRing, body: &[u8]) -> (Envelope, Hash) {
        self.counter += 1;
        let draft = Draft {
            space: town.space(),
            document: self.document,
            incarnation: self.incarnation,
            counter: self.counter,
            previous: self.previous,
            cursor: None,
            body,
        };
        let (envelope, hash) = seal_envelope(&draft, &self.device, ring, &mut random()).unwrap();
        self.previous = hash;
        (envelope, hash)
    }

    pub fn many(&mut self, town: &Town, count: usize) -> Vec<Envelope> {
        (0..count).map(|_| self.next(town).0).collect()
    }

    pub fn cut(&self) -> Cut {
        Cut { incarnation: self.incarnation, counter: self.counter, hash: self.previous }
    }
}

/// How somebody says hello.
#[derive(Clone)]
pub struct Greeting {
    pub space: SpaceId,
    pub credential: Credential,
    pub secret: DeviceSecret,
    pub cursor: Option<Cursor>,
    pub chain: ChainPoint,
    pub quiet: bool,
}

impl Greeting {
    pub fn device(town: &Town, secret: &DeviceSecret) -> Self {
        Self {
            space: town.space(),
            credential: Credential::Device,
            secret: secret.clone(),
            cursor: None,
            chain: town.chain.point(),
            quiet: false,
        }
    }

    pub fn at(self, cursor: Cursor) -> Self {
        Self { cursor: Some(cursor), ..self }
    }

    pub fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    #[allow(clippy::wrong_self_convention)]
    pub fn as_a(self, credential: Credential) -> Self {
        Self { credential, ..self }
    }

    pub fn frame(&self, nonce: &Nonce) -> ToRelay {
        let hello = encode(&Hello {
            version: VERSION,
            version_min: VERSION_MIN,
            space: self.space,
            credential: self.credential,
            key: self.secret.key(),
            cursor: self.cursor,
            chain: self.chain,
            quiet: self.quiet,
        });
        let signature = self.secret.sign_hello(&nonce.0, &hello);
        ToRelay::Hello { hello, signature }
    }
}

pub fn nowhere() -> Cursor {
    Cursor { log: LogId([1; 16]), n: 0, hash: Hash::default() }
}

/// A directory of one test's own.
pub fn directory(name: &str) -> std::path::PathBuf {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
