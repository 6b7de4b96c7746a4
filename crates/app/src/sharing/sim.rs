//! Doors for a simulated world (feature `sim`): the same use cases and the same conversations, carried by something else
//! than sockets.
//!
//! A carrier is set per thread. While one is set every connection of this thread goes through it, so that an invitation, a
//! joining or a revocation runs exactly the code that runs on a laptop. Nothing here is in a program that people get.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tovholder_crypto::{Draft, seal_envelope, verify_header};
use tovholder_document::body;
use tovholder_protocol::limits::FRAME_BYTES_MAX;
use tovholder_protocol::{Envelope, Hash, Incarnation, Role, SignedEntry, SpaceId, ToRelay, decode, encode};
use tovholder_store::Reader;
use tovholder_store::sharing::EnvelopeState;
use tovholder_sync::{Loss, Standing};

use super::of_crypto;
use super::socket::Came;
use super::take::row;
use crate::{App, AppResult, lock};

/// What carries frames instead of sockets.
pub trait Carrier {
    /// Opens a connection, and answers its number.
    ///
    /// # Errors
    /// Why it cannot be opened.
    fn open(&self) -> Result<u64, Loss>;

    /// Sends a frame.
    ///
    /// # Errors
    /// When the connection is gone.
    fn send(&self, connection: u64, frame: Vec<u8>) -> Result<(), Loss>;

    /// The next frame. There is no waiting: when nothing will come, the connection is lost.
    ///
    /// # Errors
    /// When the connection is gone, or nothing will come.
    fn receive(&self, connection: u64) -> Result<Vec<u8>, Loss>;

    /// Closes it.
    fn close(&self, connection: u64);

    /// Time passes while somebody waits.
    fn rest(&self, ms: u64);
}

thread_local! {
    static CARRIER: RefCell<Option<Rc<dyn Carrier>>> = const { RefCell::new(None) };
    static FAILED: RefCell<Option<String>> = const { RefCell::new(None) };
    static SNAPSHOT_FROM: Cell<Option<u64>> = const { Cell::new(None) };
}

/// From now on this carries what this thread sends; none brings the sockets back.
pub fn carried_by(carrier: Option<Rc<dyn Carrier>>) {
    CARRIER.with(|kept| *kept.borrow_mut() = carrier);
}

/// From so many envelopes on a snapshot is made and begun from, so that a short story has some.
pub fn snapshots_from(envelopes: Option<u64>) {
    SNAPSHOT_FROM.with(|kept| kept.set(envelopes));
}

pub(crate) fn failed(error: &crate::AppError) {
    FAILED.with(|kept| *kept.borrow_mut() = Some(format!("{error:?}")));
}

/// What a conversation could not do last, on this thread.
pub fn last_failure() -> Option<String> {
    FAILED.with(|kept| kept.borrow().clone())
}

pub(crate) fn snapshot_from() -> Option<u64> {
    SNAPSHOT_FROM.with(Cell::get)
}

fn carrier() -> Option<Rc<dyn Carrier>> {
    CARRIER.with(|kept| kept.borrow().clone())
}

/// Whether time is the carrier's, and was told to pass.
pub(crate) fn rests(ms: u64) -> bool {
    carrier().inspect(|carrier| carrier.rest(ms)).is_some()
}

/// An open connection of a carrier.
pub(crate) struct Line {
    carrier: Rc<dyn Carrier>,
    number: u64,
}

impl Line {
    /// None when the sockets carry.
    pub fn open() -> Option<Result<Self, Loss>> {
        let carrier = carrier()?;
        Some(carrier.open().map(|number| Self { carrier, number }))
    }

    pub fn send(&self, frame: &ToRelay) -> Result<(), Loss> {
        self.carrier.send(self.number, encode(frame))
    }

    pub fn receive(&self) -> Result<Came, Loss> {
        let bytes = self.carrier.receive(self.number)?;
        decode(&bytes, FRAME_BYTES_MAX).map(Came::Frame).map_err(|_| Loss::Protocol)
    }

    pub fn close(&self) {
        self.carrier.close(self.number);
    }
}

/// Makes every commit of this laptop fail from now on, or succeed again.
///
/// # Errors
/// When the database refuses.
pub fn break_commits(app: &App, broken: bool) -> AppResult<()> {
    lock(&app.store).break_commits(broken).map_err(|error| app.fail(&error))
}

/// What the database says of sharing.
///
/// # Errors
/// When it cannot be read.
pub fn standing(app: &App) -> AppResult<Standing> {
    app.standing()
}

/// Reads from the database.
///
/// # Errors
/// Those of `read`.
pub fn read<T>(app: &App, read: impl FnOnce(&Reader) -> Result<T, tovholder_store::StoreError>) -> AppResult<T> {
    app.read(read)
}

/// The read tables against Automerge and against a rebuilding: what differs.
///
/// # Errors
/// When the database cannot be read.
pub fn examine(app: &App) -> AppResult<Vec<String>> {
    let mut store = lock(&app.store);
    let mut differing = store.verify().map_err(|error| app.fail(&error))?.differing;
    if app.read(Reader::to_check)?.is_none() {
        differing.extend(store.rebuild().map_err(|error| app.fail(&error))?);
    }
    Ok(differing)
}

/// The space this laptop is in, and its role there.
///
/// # Errors
/// When there is none.
pub fn space(app: &App) -> AppResult<(SpaceId, Option<Role>, Vec<SignedEntry>)> {
    let space = app.shared_space()?;
    Ok((space.id(), space.role(), space.entries.clone()))
}

/// What an envelope says, in the words of the document layer; none when its key is not here or this version cannot read it.
///
/// # Errors
/// When there is no space.
pub fn opened(app: &App, envelope: &Envelope) -> AppResult<Option<body::Body>> {
    let space = app.shared_space()?;
    let Ok(verified) = verify_header(&space.id(), envelope) else { return Ok(None) };
    let bytes = space.ring.open_body(&space.id(), &verified.header, &envelope.body);
    Ok(bytes.ok().and_then(|bytes| body::decode(&bytes).ok()))
}

/// Seals something that only a newer version of the program could read, in this laptop's own chain of envelopes.
///
/// # Errors
/// When this laptop has no key, or the database cannot be written.
pub fn seal_of_a_newer_version(app: &App, document: &str) -> AppResult<()> {
    let space = app.shared_space()?;
    if space.role() < Some(Role::Editor) {
        return Ok(());
    }
    // What waited is sealed first, as a newer version would have.
    while app.write(|write| app.seal(write, &space, None))?.0 > 0 {}
    let fail = |error: tovholder_store::StoreError| app.fail(&error);
    app.write(|write| {
        let incarnation = Incarnation(write.actor().0);
        let last = write.last_taken(&incarnation.0).map_err(fail)?;
        // `[99, "…"]`: a body of version 99.
        let bytes = [&[0x82, 0x18, 99, 0x64][..], b"ny!!"].concat();
        let draft = Draft {
            space: space.id(),
            document: space.document_id(document)?,
            incarnation,
            counter: last.map_or(1, |last| last.counter + 1),
            previous: last.map_or(Hash::default(), |last| Hash(last.hash)),
            cursor: None,
            body: &bytes,
        };
        let random = &mut |bytes: &mut [u8]| (app.ground.random)(bytes);
        let (envelope, _) = seal_envelope(&draft, &space.secret, &space.ring, random).map_err(of_crypto)?;
        let verified = verify_header(&space.id(), &envelope).map_err(of_crypto)?;
        let stored = row(&verified, &envelope);
        write.keep_envelope(&stored, EnvelopeState::Taken, "").map_err(fail)?;
        write.advance(&stored).map_err(fail)
    })?;
    Ok(())
}
