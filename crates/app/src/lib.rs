//! Use cases: what a person can do with Tovholder, whatever the door.
//!
//! The window, the browser and the terminal call the same methods of [`App`], one per command of [`api`]. An `App` holds
//! the laptop's database open, one writer and one reader; it keeps no truth of its own, so several may be open on one data
//! directory. Clock and randomness enter here ([`Ground`]) and nowhere below.

mod alias;
pub mod api;
mod author;
mod backups;
mod conflict;
mod conflict_rule;
mod doctor;
mod edit;
mod entity;
pub mod error;
mod escalation;
pub mod export;
mod export_case;
pub mod gallery;
mod ground;
mod history;
mod horizon;
mod import;
pub mod interface;
pub mod municipality;
mod network;
mod opening;
mod overview;
mod people;
mod person_id;
mod place;
mod project;
pub mod rescue;
mod role;
mod search;
mod seen;
pub mod sharing;
mod start;
mod task;
mod timeline;
#[cfg(feature = "ts")]
mod typescript;
mod undo;
pub mod view;
mod voices;
pub mod words;
mod world;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tovholder_store::{Reader, Store, Write};

pub use doctor::Tended;
pub use error::{AppError, AppResult, Code};
pub use ground::{Ground, copenhagen_today};
pub use place::default_data_dir;
use world::World;

/// A world, and the version of the database that it was read from.
type Kept = ((i64, i64), Arc<World>);

/// A data directory, open.
pub struct App {
    dir: PathBuf,
    ground: Arc<Ground>,
    // Before the store: the last connection to close empties the WAL into the database, and a reader may not.
    reader: Mutex<Reader>,
    store: Mutex<Store>,
    world: Mutex<Option<Kept>>,
    drafts: import::Drafts,
    notices: Mutex<Vec<view::Notice>>,
    spoken: Mutex<Option<words::Lang>>,
    /// The space, as far as its chain was read.
    space: Mutex<Option<Arc<sharing::Space>>>,
    sharing: sharing::Shared,
    /// The network's data, opened when it is first asked for.
    network: Mutex<Option<Arc<App>>>,
}

impl App {
    /// Opens the data directory, making it when it is not there.
    ///
    /// # Errors
    /// When the place is refused (network share, cloud folder), or the database is newer, damaged or cannot be written.
    pub fn open(dir: &Path) -> AppResult<Self> {
        Self::open_on(dir, Ground::real())
    }

    /// As [`App::open`], with clock and randomness of the caller's.
    ///
    /// # Errors
    /// As [`App::open`].
    pub fn open_on(dir: &Path, ground: Ground) -> AppResult<Self> {
        Self::open_in(dir, Arc::new(ground))
    }

    fn open_in(dir: &Path, ground: Arc<Ground>) -> AppResult<Self> {
        place::examine(dir)?;
        let store =
            Store::open(dir, &mut |bytes| (ground.random)(bytes)).map_err(|error| error::of_store(&error, dir))?;
        let reader = store.reader().map_err(|error| error::of_store(&error, dir))?;
        let app = Self {
            dir: dir.to_owned(),
            ground,
            reader: Mutex::new(reader),
            store: Mutex::new(store),
            world: Mutex::new(None),
            drafts: import::Drafts::default(),
            notices: Mutex::new(Vec::new()),
            spoken: Mutex::new(None),
            space: Mutex::new(None),
            sharing: sharing::Shared::default(),
            network: Mutex::new(None),
        };
        app.sign_incarnation()?;
        Ok(app)
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The database file.
    fn database(&self) -> PathBuf {
        self.dir.join(tovholder_store::FILE_NAME)
    }

    /// Now, in Unix seconds.
    fn now(&self) -> i64 {
        (self.ground.now)().timestamp()
    }

    /// Today in Europe/Copenhagen, where deadlines end.
    pub fn today(&self) -> chrono::NaiveDate {
        copenhagen_today((self.ground.now)())
    }

    fn fail(&self, error: &tovholder_store::StoreError) -> AppError {
        error::of_store(error, &self.dir)
    }

    fn read<T>(&self, read: impl FnOnce(&Reader) -> Result<T, tovholder_store::StoreError>) -> AppResult<T> {
        read(&lock(&self.reader)).map_err(|error| self.fail(&error))
    }

    /// Runs `write` in one transaction and saves; an error leaves nothing behind. Answers its result and the new cursor.
    fn write<T>(&self, write: impl FnOnce(&mut Write<'_>) -> AppResult<T>) -> AppResult<(T, i64)> {
        let mut store = lock(&self.store);
        store.follow_incarnation().map_err(|error| self.fail(&error))?;
        let mut transaction = store.write(self.now()).map_err(|error| self.fail(&error))?;
        // Deep in a transaction nobody knows where the data lies; here it is said.
        let result = write(&mut transaction).map_err(|error| match error.code {
            Code::DiskFull if error.place.is_empty() => error.at(self.dir.display().to_string()),
            Code::Io if error.place.is_empty() => self.fail(&tovholder_store::StoreError::Io(error.detail)),
            _ => error,
        })?;
        let cursor = transaction.commit().map_err(|error| self.fail(&error))?;
        Ok((result, cursor))
    }

    /// Everything there is, as of now; shared until the next change.
    fn world(&self) -> AppResult<Arc<World>> {
        let mut kept = lock(&self.world);
        let version = self.read(Reader::version)?;
        if let Some((known, world)) = kept.as_ref()
            && *known == version
        {
            return Ok(Arc::clone(world));
        }
        let known = kept.take().map(|(_, world)| world);
        let world = self.read(|reader| reader.at_one_moment(|reader| World::at(reader, known)))?;
        *kept = Some((version, Arc::clone(&world)));
        Ok(world)
    }

    /// Forgets what was read, when the database was replaced under the same cursor.
    fn forget_world(&self) {
        *lock(&self.world) = None;
    }

    /// What was read, left to the system to take back: the process ends, and freeing a municipality piece by piece would be
    /// a sixth of a short run.
    #[expect(clippy::disallowed_methods, reason = "memory alone, no lock and no handle, and the process ends")]
    pub fn leave_what_was_read(&self) {
        std::mem::forget(lock(&self.world).take());
    }

    /// Sets the language of words in answers from now on, whatever the screen of this laptop is set to. The terminal does,
    /// so that what `--json` prints does not depend on the laptop.
    pub fn speak(&self, lang: words::Lang) {
        *lock(&self.spoken) = Some(lang);
    }

    /// The language of words in answers: the one spoken, else as the screen set it.
    fn lang(&self) -> words::Lang {
        if let Some(lang) = *lock(&self.spoken) {
            return lang;
        }
        let kept = self.read(|reader| reader.setting("preference.lang")).ok().flatten().unwrap_or_default();
        words::Lang::from_code(kept.trim_matches('"'))
    }
}

/// A lock that a panicking thread held is still good: every write is a transaction, and reads leave nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
