//! The engine's effects, done on this laptop's database.
//!
//! One [`Exchange`] is one conversation with the relay: whatever carries frames (a socket, a test) hands it events and gets
//! back what to send. Several may run on one data directory at once, a window's and a terminal's: what they share is in the
//! database, and everything in it is idempotent.

use std::collections::{BTreeMap, VecDeque};

use tovholder_crypto::{envelope_hash, running};
use tovholder_protocol::{Credential, Cursor, Envelope, Hash, Item, LogId, Role, ToLaptop, ToRelay};
use tovholder_store::sharing::LogPlace;
use tovholder_store::{StoreError, Write};
use tovholder_sync::{Effect, Engine, Event, Identity, Standing};

use super::cut::Cut;
use super::public::PublicCalendar;
use super::take::{Taker, Took};
use super::{ADMITTED, CONNECTED_AT, SYNCED_AT};
use crate::error::{AppError, AppResult, Code};
use crate::{App, lock};

/// What the carrier of frames must do.
#[derive(Debug, PartialEq, Eq)]
pub enum Out {
    /// Open the connection.
    Connect,
    /// Close it.
    Close,
    /// Send this.
    Send(ToRelay),
}

/// One conversation with the relay.
pub struct Exchange {
    engine: Engine,
    /// The running hash while a list is read.
    listed: Hash,
    /// What was missing in the list: number, hash, running hash.
    lacking: BTreeMap<u64, (Hash, Hash)>,
    /// Who said last that they are connected, and when (ms).
    said: Vec<(tovholder_protocol::DeviceKey, i64, super::present::Place)>,
    /// The network's public calendar, on its way.
    calendar: PublicCalendar,
}

/// The database failed, or says that this laptop's own story is another.
enum Broken {
    Store(StoreError),
    OwnFork,
    /// The relay's running hash is not what comes out.
    LogDiffers,
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Exchange {
    /// A conversation as this laptop's device.
    ///
    /// # Errors
    /// `no_relay` when there is no space, or the database cannot be read.
    pub fn new(app: &App) -> AppResult<Self> {
        let space = app.shared_space()?;
        let identity = Identity { space: space.id(), secret: space.secret.clone(), credential: Credential::Device };
        let engine = Engine::new(identity, app.standing()?);
        #[cfg(feature = "sim")]
        let engine = match super::sim::snapshot_from() {
            Some(envelopes) => engine.snapshots_from(envelopes),
            None => engine,
        };
        Ok(Self::with(engine))
    }

    /// A conversation in another role: a preview's.
    pub(crate) fn with(engine: Engine) -> Self {
        Self {
            engine,
            listed: Hash::default(),
            lacking: BTreeMap::new(),
            said: Vec::new(),
            calendar: PublicCalendar::default(),
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Everything was read, by one who only reads.
    pub(crate) fn is_read(&self) -> bool {
        self.engine.has_read()
    }

    /// Others that said lately that they are connected.
    pub(crate) fn said(&self) -> &[(tovholder_protocol::DeviceKey, i64, super::present::Place)] {
        &self.said
    }

    /// Something happened; this is to be carried out, in order. `now` in Unix milliseconds.
    pub fn on(&mut self, app: &App, event: Event, now: i64) -> Vec<Out> {
        let mut out = Vec::new();
        self.calendar.hear(app, &event);
        let mut effects: VecDeque<Effect> = self.engine.on(event, now).into();
        while let Some(effect) = effects.pop_front() {
            let answer = match effect {
                Effect::Connect => {
                    out.push(Out::Connect);
                    None
                }
                Effect::Close => {
                    out.push(Out::Close);
                    None
                }
                Effect::Send(frame) => {
                    out.push(Out::Send(frame));
                    None
                }
                other => match self.carry_out(app, other, now) {
                    Ok(Done::Answer(event)) => Some(event),
                    Ok(Done::Say(frame)) => {
                        out.push(Out::Send(frame));
                        None
                    }
                    Ok(Done::Nothing) => None,
                    Err(error) => {
                        #[cfg(feature = "sim")]
                        super::sim::failed(&error);
                        #[cfg(not(feature = "sim"))]
                        drop(error);
                        Some(Event::Failed(entropy(app)))
                    }
                },
            };
            if let Some(event) = answer {
                let more = self.engine.on(event, now);
                for effect in more.into_iter().rev() {
                    effects.push_front(effect);
                }
            }
        }
        app.note_proof(&self.engine);
        if self.engine.proof() == tovholder_sync::Proof::Synced {
            // What cannot be read now is looked at again when something is written.
            out.extend(self.calendar.next_frame(app).ok().flatten().map(Out::Send));
        }
        out
    }

    /// Something else than the log is on its way to the relay.
    pub(crate) fn hands_in(&self) -> bool {
        self.calendar.is_under_way()
    }

    fn carry_out(&mut self, app: &App, effect: Effect, now: i64) -> AppResult<Done> {
        let stands = |app: &App| app.standing().map(|standing| Done::Answer(Event::Stands(standing)));
        match effect {
            Effect::TakeEntries(entries) => {
                app.take_entries(&entries)?;
                stands(app)
            }
            Effect::FindEntries(point) => Ok(Done::Answer(Event::Entries(app.entries_after(point)?))),
            Effect::TakeLog { first, items, after } => Self::take_log(app, first, &items, after),
            Effect::TakeAcks(acks) => {
                app.write(|write| {
                    for (hash, n) in &acks {
                        write.number_envelope(&hash.0, *n, None).map_err(|error| app.fail(&error))?;
                    }
                    Ok(())
                })?;
                stands(app)
            }
            Effect::ForgetBeyond(n) => {
                app.write(|write| write.forget_beyond(n).map_err(|error| app.fail(&error)))?;
                stands(app)
            }
            Effect::BeginList(_) => {
                self.listed = Hash::default();
                self.lacking.clear();
                app.write(|write| write.forget_numbers().map_err(|error| app.fail(&error)))?;
                stands(app)
            }
            Effect::TakeHashes { first, hashes } => self.take_hashes(app, first, &hashes),
            Effect::TakeFetched(envelopes) => self.take_fetched(app, &envelopes),
            Effect::EndList(cursor) => {
                app.write(|write| write.set_log_place(&place(&cursor)).map_err(|error| app.fail(&error)))?;
                stands(app)
            }
            // One that cannot be begun from (its maker may not write any more) must not keep a newcomer out: the log has it
            // all.
            Effect::Install(parts) => Ok(Done::Answer(match app.install(&parts) {
                Ok(()) => Event::Took { right: true, standing: app.standing()? },
                Err(_) => Event::Frame(ToLaptop::Part(None)),
            })),
            Effect::Check(envelopes) => {
                app.check_behind(&envelopes)?;
                Ok(Done::Answer(Event::Checked(app.standing()?)))
            }
            Effect::Offer => match app.cut_off()? {
                Cut::Nothing => Ok(Done::Answer(Event::Offered(app.offer()?))),
                Cut::Done => stands(app),
                Cut::Waits => Ok(Done::Answer(Event::Offered(Vec::new()))),
            },
            Effect::TakeSaid(frame) => {
                self.take_said(app, frame, now)?;
                Ok(Done::Nothing)
            }
            Effect::Say => Ok(app.statement(self.engine.standing())?.map_or(Done::Nothing, Done::Say)),
            Effect::Forked(what) => {
                app.forked(what)?;
                stands(app)
            }
            Effect::Admit => app.admission().map(|frame| frame.map_or(Done::Nothing, Done::Say)),
            Effect::Connect | Effect::Close | Effect::Send(_) => Ok(Done::Nothing),
        }
    }

    fn take_log(app: &App, first: u64, items: &[Item], after: Cursor) -> AppResult<Done> {
        // What was written anew and is still another story has left this laptop before: it is set aside, with an alarm.
        let mut mine = true;
        let right = loop {
            match app.take_items(first, items, after, mine) {
                Ok(()) => break true,
                Err(Broken::LogDiffers) => break false,
                Err(Broken::OwnFork) if mine => {
                    mine = false;
                    app.reauthor()?;
                }
                Err(Broken::OwnFork) => return Err(AppError::new(Code::Internal).with("own fork")),
                Err(Broken::Store(error)) => return Err(app.fail(&error)),
            }
        };
        Ok(Done::Answer(Event::Took { right, standing: app.standing()? }))
    }

    fn take_hashes(&mut self, app: &App, first: u64, hashes: &[Hash]) -> AppResult<Done> {
        let mut listed = self.listed;
        let (missing, _) = app.write(|write| {
            let mut missing = Vec::new();
            for (n, hash) in (first..).zip(hashes) {
                listed = running(&listed, hash);
                if !write.number_envelope(&hash.0, n, Some(&listed.0)).map_err(|error| app.fail(&error))? {
                    missing.push((n, *hash, listed));
                }
            }
            Ok(missing)
        })?;
        self.listed = listed;
        let numbers = missing.iter().map(|(n, ..)| *n).collect();
        self.lacking.extend(missing.into_iter().map(|(n, hash, running)| (n, (hash, running))));
        Ok(Done::Answer(Event::Lacks(numbers)))
    }

    fn take_fetched(&mut self, app: &App, envelopes: &[(u64, Envelope)]) -> AppResult<Done> {
        let wanted: Vec<(u64, Hash, Hash, &Envelope)> = envelopes
            .iter()
            .filter_map(|(n, envelope)| self.lacking.get(n).map(|(hash, running)| (*n, *hash, *running, envelope)))
            .collect();
        let mut mine = true;
        loop {
            match app.take_numbered(&wanted, mine) {
                Ok(()) => break,
                Err(Broken::OwnFork) if mine => {
                    mine = false;
                    app.reauthor()?;
                }
                Err(Broken::Store(error)) => return Err(app.fail(&error)),
                Err(_) => return Ok(Done::Answer(Event::Took { right: false, standing: app.standing()? })),
            }
        }
        for (n, _) in envelopes {
            self.lacking.remove(n);
        }
        Ok(Done::Answer(Event::Took { right: true, standing: app.standing()? }))
    }

    fn take_said(&mut self, app: &App, frame: ToLaptop, now: i64) -> AppResult<()> {
        let ToLaptop::Said { device, cursor, sealed, signature } = frame else { return Ok(()) };
        let space = app.shared_space()?;
        if space.chain.verify_statement(&device, &cursor, &sealed, &signature).is_err() {
            return Ok(());
        }
        app.write(|write| check_cursor(write, &cursor, &device.to_string()).map_err(|error| app.fail(&error)))?;
        let place = super::present::Place::open(&space, &sealed);
        self.said.retain(|(known, ..)| *known != device);
        if let Some(place) = place {
            self.said.push((device, now, place));
        }
        Ok(())
    }
}

enum Done {
    Answer(Event),
    Say(ToRelay),
    Nothing,
}

/// A member's signed cursor that has another running hash than ours at the same place: the relay tells two stories.
pub(crate) fn check_cursor(write: &mut Write<'_>, cursor: &Cursor, whose: &str) -> Result<(), StoreError> {
    let differs = write.log_place()?.is_some_and(|place| place.log == cursor.log.0)
        && write.running_at(cursor.n)?.is_some_and(|ours| ours != cursor.hash.0);
    if differs { write.raise_alarm("log_differs", whose) } else { Ok(()) }
}

fn entropy(app: &App) -> u64 {
    let mut bytes = [0; 8];
    // Without randomness the wait is the middle one.
    let _ = (app.ground.random)(&mut bytes);
    u64::from_le_bytes(bytes)
}

pub(crate) fn place(cursor: &Cursor) -> LogPlace {
    LogPlace { log: cursor.log.0, n: cursor.n, hash: cursor.hash.0 }
}

pub(crate) fn cursor(place: &LogPlace) -> Cursor {
    Cursor { log: LogId(place.log), n: place.n, hash: Hash(place.hash) }
}

impl App {
    /// Randomness for what connects and waits.
    pub(crate) fn entropy(&self) -> u64 {
        entropy(self)
    }

    /// What the database says of sharing.
    pub(crate) fn standing(&self) -> AppResult<Standing> {
        let space = self.space()?;
        let (counts, place, to_check, unchecked) = self.read(|reader| {
            Ok((reader.sharing_counts()?, reader.log_place()?, reader.to_check()?, reader.unchecked()?))
        })?;
        let begun = counts.begun;
        let mut waiting = counts.waiting;
        if let Some(space) = space.as_deref().filter(|space| space.role() < Some(Role::Editor)) {
            // What a reader wrote for itself stays here.
            let card = space.member().map(|member| super::card::card_name(&member)).unwrap_or_default();
            waiting = self.read(|reader| reader.waiting_of(&card))?;
        }
        Ok(Standing {
            cursor: place.as_ref().map(cursor),
            begun,
            chain: space.map(|space| space.chain.point()).unwrap_or_default(),
            waiting,
            unsent: counts.unsent,
            parked: counts.parked,
            early: counts.early,
            sealed: counts.sealed,
            refused: counts.refused,
            to_check,
            unchecked: u32::try_from(unchecked).unwrap_or(u32::MAX),
            forks: counts.alarms,
        })
    }

    fn take_items(&self, first: u64, items: &[Item], after: Cursor, mine: bool) -> Result<(), Broken> {
        let space = self.shared_space().map_err(|error| StoreError::Io(error.to_string()))?;
        let device = if mine { space.secret.key() } else { tovholder_protocol::DeviceKey::default() };
        let taker = Taker { chain: &space.chain, ring: &space.ring, device };
        let checked = self.in_transaction(|write| {
            let at = write.log_place()?.filter(|place| place.log == after.log.0);
            let mut at = at.map_or(Cursor { log: after.log, n: 0, hash: Hash::default() }, |place| cursor(&place));
            if at.n >= after.n {
                return Ok(false); // Another window has read it.
            }
            for (n, item) in (first..).zip(items) {
                if n <= at.n {
                    continue;
                }
                if n != at.n + 1 {
                    return Err(Broken::LogDiffers);
                }
                let hash = match item {
                    Item::Whole(envelope) => {
                        if taker.take(write, envelope)? == Took::OwnFork {
                            return Err(Broken::OwnFork);
                        }
                        envelope_hash(&space.id(), &envelope.header)
                    }
                    Item::Yours(hash) => *hash,
                };
                at = Cursor { log: at.log, n, hash: running(&at.hash, &hash) };
                let here = write.number_envelope(&hash.0, n, Some(&at.hash.0))?;
                if !here && matches!(item, Item::Yours(_)) {
                    // What this conversation handed in was written anew meanwhile: the list tells that it is missing.
                    return Err(Broken::LogDiffers);
                }
            }
            if at != after {
                return Err(Broken::LogDiffers);
            }
            write.set_log_place(&place(&at))?;
            Ok(super::snapshot::end_check_elsewhere(write)?)
        })?;
        if checked {
            self.forget_world();
        }
        Ok(())
    }

    fn take_numbered(&self, wanted: &[(u64, Hash, Hash, &Envelope)], mine: bool) -> Result<(), Broken> {
        let space = self.shared_space().map_err(|error| StoreError::Io(error.to_string()))?;
        let device = if mine { space.secret.key() } else { tovholder_protocol::DeviceKey::default() };
        let taker = Taker { chain: &space.chain, ring: &space.ring, device };
        let checked = self.in_transaction(|write| {
            for (n, hash, running, envelope) in wanted {
                if envelope_hash(&space.id(), &envelope.header) != *hash {
                    return Err(Broken::LogDiffers);
                }
                if taker.take(write, envelope)? == Took::OwnFork {
                    return Err(Broken::OwnFork);
                }
                write.number_envelope(&hash.0, *n, Some(&running.0))?;
            }
            Ok(super::snapshot::end_check_elsewhere(write)?)
        })?;
        if checked {
            self.forget_world();
        }
        Ok(())
    }

    fn in_transaction<T>(&self, work: impl FnOnce(&mut Write<'_>) -> Result<T, Broken>) -> Result<T, Broken> {
        let mut store = lock(&self.store);
        store.follow_incarnation()?;
        let mut write = store.write(self.now())?;
        let done = work(&mut write)?;
        write.commit()?;
        Ok(done)
    }

    /// The relay knows another envelope under this one's number. Our own words are written anew; what is not ours, or
    /// cannot be written anew, is set aside with an alarm: two stories about the same thing.
    fn forked(&self, what: Option<Hash>) -> AppResult<()> {
        let Some(what) = what else { return self.reauthor() };
        let space = self.shared_space()?;
        let whose = self.read(|reader| reader.device_of(&what.0))?;
        if whose.is_none_or(|device| device == space.secret.key().0) {
            self.reauthor()?;
        }
        self.write(|write| write.set_aside(&what.0).map_err(|error| self.fail(&error)))?;
        Ok(())
    }

    /// Begins a new incarnation, and writes anew what had not left the laptop.
    pub(crate) fn reauthor(&self) -> AppResult<()> {
        let now = self.now();
        let mut random = |bytes: &mut [u8]| (self.ground.random)(bytes);
        lock(&self.store).reauthor(now, &mut random).map_err(|error| self.fail(&error))?;
        self.forget_world();
        self.sign_incarnation()
    }

    /// Keeps when the relay was reached and when everything was proven in sync.
    fn note_proof(&self, engine: &Engine) {
        // Only what a status line shows: if it cannot be kept, nothing is lost.
        let note = |key: &str, at: i64| {
            if self.setting(key).and_then(|known| known.parse::<i64>().ok()).is_none_or(|known| at > known + 20) {
                let _ = self.set_setting(key, &at.to_string());
            }
        };
        if let Some(at) = engine.connected_at() {
            note(CONNECTED_AT, at.div_euclid(1_000));
            if self.setting(ADMITTED).is_none() {
                let _ = self.set_setting(ADMITTED, "yes");
            }
        }
        if engine.proof() == tovholder_sync::Proof::Synced {
            note(SYNCED_AT, self.now());
        }
    }
}
