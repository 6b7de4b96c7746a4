//! The opened data, or why it could not be opened.
//!
//! A window that cannot open its data still opens: only there can its user read what is wrong and choose a backup.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tovholder_app::error::{AppError, Code};
use tovholder_app::{App, Tended};
use tovholder_app::{api, rescue};

/// The data of this window.
pub struct Data {
    dir: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
    /// The answer to the page's first question, once it is there.
    opening: Mutex<Option<String>>,
}

/// How far opening is.
enum State {
    /// Being opened; whoever asks waits.
    Opening,
    /// Open, and looked after in the background.
    Open(Arc<App>, #[expect(dead_code, reason = "held for its end: dropping it says that the data was closed")] Tended),
    /// Could not be opened.
    Refused(AppError),
    /// The window is going.
    Closed,
}

impl Data {
    /// Data that is being opened in a thread of its own.
    pub fn opening(dir: PathBuf) -> Self {
        Self { dir, state: Mutex::new(State::Opening), changed: Condvar::new(), opening: Mutex::default() }
    }

    /// Opens it, and wakes whoever waits. Blocks until the disk has answered.
    pub fn open(&self) {
        // A defect in there must not leave every caller waiting for ever.
        let opened = std::panic::catch_unwind(|| App::open(&self.dir))
            .unwrap_or_else(|_| Err(AppError::new(Code::Internal).at("open")));
        let mut reading = None;
        *self.lock() = match opened {
            Ok(app) => {
                let app = Arc::new(app);
                let tended = app.tend();
                reading = Some(Arc::clone(&app));
                State::Open(app, tended)
            }
            Err(error) => State::Refused(error),
        };
        self.changed.notify_all();
        // The web view is still starting: what its page will ask first is read meanwhile. Should it fail, the page asks
        // again and is told why.
        if let Some(app) = reading {
            *self.opening.lock().unwrap_or_else(PoisonError::into_inner) = api::call(&app, "opening", Value::Null).ok();
        }
    }

    /// The answer to the page's first question, as JSON, when it is there already; once, for it grows old.
    pub fn opening_so_far(&self) -> Option<String> {
        self.opening.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The use cases, as soon as they are open.
    ///
    /// # Errors
    /// Why the data could not be opened.
    pub fn app(&self) -> Result<Arc<App>, AppError> {
        let mut state = self.lock();
        loop {
            match &*state {
                State::Open(app, _) => return Ok(Arc::clone(app)),
                State::Refused(error) => return Err(error.clone()),
                State::Closed => return Err(AppError::new(Code::Busy).at(self.dir.display().to_string())),
                State::Opening => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Runs a use case. Of data too damaged to be opened, the backups can still be listed, and one be put back.
    ///
    /// # Errors
    /// The use case's own, or why the data could not be opened.
    pub fn call(&self, name: &str, args: Value) -> Result<String, AppError> {
        // The screen asks anew when its user says "try again": the disk may be free, the file back, by now.
        if name == "opening" && self.app().is_err() {
            self.reopen()?;
        }
        match self.app() {
            Ok(app) => api::call(&app, name, args),
            Err(refused) => {
                let answer = rescue::call(&self.dir, &refused, name, args)?;
                if name == "backup_restore" {
                    self.reopen()?;
                }
                Ok(answer)
            }
        }
    }

    /// Tries again, when it was refused; what is open stays as it is.
    ///
    /// # Errors
    /// Why it still cannot be opened.
    pub fn reopen(&self) -> Result<(), AppError> {
        let mine = {
            let mut state = self.lock();
            let refused = matches!(*state, State::Refused(_));
            if refused {
                *state = State::Opening;
            }
            refused
        };
        if mine {
            self.open();
        }
        self.app().map(drop)
    }

    /// Closes the data when the window goes: the next start then knows that this one ended well.
    pub fn close(&self) {
        *self.lock() = State::Closed;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::thread;
    use std::time::Duration;

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("tovholder-window-{name}-{}", std::process::id()))
    }

    #[test]
    fn a_call_waits_until_the_data_is_open() {
        let dir = folder("waits");
        let data = Arc::new(Data::opening(dir.clone()));
        let asking = thread::spawn({
            let data = Arc::clone(&data);
            move || data.app().is_ok()
        });
        thread::sleep(Duration::from_millis(20));
        assert!(!asking.is_finished());
        data.open();
        assert!(asking.join().unwrap());
        assert!(data.reopen().is_ok());
        drop(data);
        std::fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn every_call_says_why_until_it_can_be_opened() {
        let dir = folder("refused");
        // A file stands where the folder should be.
        std::fs::write(&dir, "in the way").unwrap();
        let data = Data::opening(dir.clone());
        data.open();
        let code = data.app().err().unwrap().code;
        assert_eq!(data.app().err().unwrap().code, code);
        assert!(data.reopen().is_err());
        std::fs::remove_file(&dir).unwrap();
        assert!(data.reopen().is_ok());
        assert!(data.app().is_ok());
        drop(data);
        std::fs::remove_dir_all(dir).unwrap();
    }
}
