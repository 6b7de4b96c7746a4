//! A laptop of the world: the real use cases on a directory of its own, and the real conversation with the relay.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use tovholder_app::sharing::{Exchange, Out, sim};
use tovholder_app::view::NoArgs;
use tovholder_app::{App, Ground};
use tovholder_protocol::encode;
use tovholder_sync::{Event, Proof};

use super::net::{Down, Net};
use super::random::Chance;

/// What a laptop is called in a story.
pub const NAMES: [&str; 6] = ["Nanna Dahl", "Karsten Berg", "Signe Holm", "Bo Friis", "Ida Krogh", "Per Lund"];
/// Where they work.
pub const DEPARTMENTS: [&str; 3] = ["Teknik og Miljø", "Borgerservice", "Skole og Dagtilbud"];

/// A laptop.
pub struct Laptop {
    /// Its place in the world.
    pub index: usize,
    /// Its data.
    pub dir: PathBuf,
    app: Option<App>,
    exchange: Option<Exchange>,
    /// The connection of its conversation.
    pub connection: Option<u64>,
    net: Rc<RefCell<Net>>,
    /// How far its clock is off (ms).
    pub clock_off: Arc<AtomicI64>,
    chance: Arc<Mutex<Chance>>,
    version: Option<(i64, i64)>,
    /// Cursors that its screens still show.
    pub screens: Vec<i64>,
    /// What was last checked of a claim to be in sync.
    pub claimed: Option<(u64, i64, u64)>,
    /// Every claim is checked after every event.
    pub claims: u32,
}

impl Laptop {
    pub fn new(index: usize, dir: PathBuf, net: &Rc<RefCell<Net>>, chance: Chance) -> Self {
        let mut laptop = Self {
            index,
            dir,
            app: None,
            exchange: None,
            connection: None,
            net: Rc::clone(net),
            clock_off: Arc::new(AtomicI64::new(0)),
            chance: Arc::new(Mutex::new(chance)),
            version: None,
            screens: Vec::new(),
            claimed: None,
            claims: 0,
        };
        laptop.start();
        laptop
    }

    pub fn name(&self) -> &'static str {
        NAMES[self.index % NAMES.len()]
    }

    pub fn department(&self) -> &'static str {
        DEPARTMENTS[self.index % DEPARTMENTS.len()]
    }

    /// The first name, for a story.
    pub fn called(&self) -> &'static str {
        self.name().split(' ').next().unwrap_or_default()
    }

    /// The use cases.
    ///
    /// # Panics
    /// When it is switched off.
    pub fn app(&self) -> &App {
        self.app.as_ref().expect("a laptop that is asked is on")
    }

    /// Switches it on.
    pub fn start(&mut self) {
        if self.app.is_some() {
            return;
        }
        let (clock, off) = (Arc::clone(&self.net.borrow().clock), Arc::clone(&self.clock_off));
        let now = move || {
            let ms = clock.load(Ordering::Relaxed) + off.load(Ordering::Relaxed);
            chrono::DateTime::from_timestamp_millis(ms).unwrap_or_default()
        };
        let chance = Arc::clone(&self.chance);
        let random = move |bytes: &mut [u8]| {
            chance.lock().expect("nobody panics while drawing").fill(bytes);
            Ok(())
        };
        let app = App::open_on(&self.dir, Ground { now: Box::new(now), random: Box::new(random), keyring: None })
            .unwrap_or_else(|error| panic!("{} opens its data: {error:?}", NAMES[self.index % NAMES.len()]));
        self.app = Some(app);
    }

    /// Switches it off, at once.
    pub fn stop(&mut self) {
        self.exchange = None;
        if let Some(connection) = self.connection.take() {
            self.net.borrow_mut().cut(connection);
        }
        self.app = None;
        self.version = None;
        self.screens.clear();
        self.claimed = None;
    }

    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// The conversation begins anew: another space, another relay.
    pub fn forget_conversation(&mut self) {
        self.exchange = None;
        if let Some(connection) = self.connection.take() {
            self.net.borrow_mut().cut(connection);
        }
    }

    pub fn exchange(&self) -> Option<&Exchange> {
        self.exchange.as_ref()
    }

    /// Its own time (Unix ms).
    pub fn now_ms(&self) -> i64 {
        self.net.borrow().now_ms() + self.clock_off.load(Ordering::Relaxed)
    }

    fn entropy(&self) -> u64 {
        self.chance.lock().expect("nobody panics while drawing").next()
    }

    /// Whether it is in a space that has a relay.
    pub fn is_connected_to_a_relay(&self) -> bool {
        self.app().sync_status(NoArgs {}).is_ok_and(|status| !status.relay.is_empty())
    }

    /// Time has passed: what the background does every quarter of a second.
    pub fn look(&mut self) {
        if self.exchange.is_none() {
            if !self.is_connected_to_a_relay() {
                return;
            }
            self.exchange = Exchange::new(self.app()).ok();
            if self.exchange.is_some() {
                self.happens(Event::Wake);
            }
            return;
        }
        self.happens(Event::Tick);
        let version = sim::read(self.app(), tovholder_store::Reader::version).ok();
        if version != self.version {
            self.version = version;
            if let Ok(standing) = sim::standing(self.app()) {
                self.happens(Event::Stands(standing));
            }
        }
    }

    /// Somebody presses »synchronise«.
    pub fn wake(&mut self) {
        self.look();
        self.happens(Event::Wake);
    }

    /// Something happens to the conversation, and what comes of it is carried out.
    pub fn happens(&mut self, event: Event) {
        let mut outs = VecDeque::from(self.answer(event));
        while let Some(out) = outs.pop_front() {
            if let Some(event) = self.carry_out(out) {
                outs.extend(self.answer(event));
            }
        }
    }

    /// What the conversation wants done; if it crashes here, nothing of it is done.
    pub fn answer(&mut self, event: Event) -> Vec<Out> {
        let now = self.now_ms();
        let (Some(app), Some(exchange)) = (&self.app, &mut self.exchange) else { return Vec::new() };
        let outs = exchange.on(app, event, now);
        self.claims += u32::from(exchange.engine().proof() == Proof::Synced);
        outs
    }

    fn carry_out(&mut self, out: Out) -> Option<Event> {
        match out {
            Out::Connect => {
                let opened = self.net.borrow_mut().open(self.index);
                match opened {
                    Ok(id) => {
                        self.connection = Some(id);
                        Some(Event::Opened)
                    }
                    Err(loss) => Some(Event::Lost(loss, self.entropy())),
                }
            }
            Out::Close => {
                if let Some(id) = self.connection.take() {
                    self.net.borrow_mut().close(id);
                }
                None
            }
            Out::Send(frame) => {
                if let Some(id) = self.connection {
                    self.net.borrow_mut().send(id, encode(&frame));
                }
                None
            }
        }
    }

    /// What comes next over its connection. False when nothing did.
    pub fn hear(&mut self) -> bool {
        match self.comes() {
            Some(event) => {
                self.happens(event);
                true
            }
            None => false,
        }
    }

    /// The next thing that comes.
    pub fn comes(&mut self) -> Option<Event> {
        let id = self.connection?;
        let down = self.net.borrow_mut().deliver_down(id);
        match down {
            Down::Frame(frame) => Some(Event::Frame(frame)),
            Down::Ended => {
                self.connection = None;
                Some(Event::Lost(tovholder_sync::Loss::Unreachable, self.entropy()))
            }
            Down::Nothing => None,
        }
    }

    /// The laptop learns that its connection is gone.
    pub fn learns_of_loss(&mut self) {
        if let Some(id) = self.connection.take() {
            self.net.borrow_mut().cut(id);
            let entropy = self.entropy();
            self.happens(Event::Lost(tovholder_sync::Loss::Unreachable, entropy));
        }
    }

    /// Copies its data to another directory, as a backup tool would.
    pub fn copy_to(&mut self, to: &Path) {
        let on = self.app.is_some();
        self.stop();
        copy_dir(&self.dir, to);
        if on {
            self.start();
        }
    }

    /// Puts a copy back: as new files, or into the very files that are there.
    pub fn set_back(&mut self, from: &Path, same_files: bool) {
        self.stop();
        if same_files {
            for entry in std::fs::read_dir(&self.dir).expect("the directory can be read").flatten() {
                if !from.join(entry.file_name()).exists() {
                    let _ = std::fs::remove_file(entry.path());
                }
            }
            for entry in std::fs::read_dir(from).expect("the copy can be read").flatten() {
                let bytes = std::fs::read(entry.path()).expect("the copy can be read");
                std::fs::write(self.dir.join(entry.file_name()), bytes).expect("the file can be written");
            }
        } else {
            std::fs::remove_dir_all(&self.dir).expect("the directory can be removed");
            // Something else gets the file's old place on the disk.
            let keeps = self.dir.with_extension("old-place");
            std::fs::write(&keeps, b"x").expect("a file can be written");
            copy_dir(from, &self.dir);
        }
        self.start();
    }
}

/// Copies a flat directory.
pub fn copy_dir(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).expect("a directory can be made");
    for entry in std::fs::read_dir(from).expect("the directory can be read").flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a file can be copied");
        }
    }
}
