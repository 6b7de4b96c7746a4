//! Looking after the data: the doctor's examination, and what runs in the background of a window.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tovholder_store::Store;
use tovholder_store::place::{DiskEncryption, disk_encryption};

use crate::error::AppResult;
use crate::view::{DoctorArgs, DoctorReport, NoArgs, Notice};
use crate::{App, lock};

/// How often the background looks whether something is due.
const ROUND_S: u64 = 600;
/// How long the background leaves a window that has just been opened alone: reading the whole file for the check and the
/// backup would come between the user and the first rows.
const FIRST_ROUND_AFTER_S: u64 = 15;
/// How often the WAL is brought into the database and the coming days' openings are made ready, if anything has changed.
const RESTS_EVERY_S: u64 = 10;
/// Seconds in a day.
const DAY_S: i64 = 86_400;
/// Set while a window or server is open; still set at the next start when it did not end cleanly.
const OPEN_FLAG: &str = "tend.open";
const CHECKED_AT: &str = "tend.checked_at";
const BACKED_UP_AT: &str = "tend.backed_up_at";

/// Keeps the background going; dropped when the window or server closes.
pub struct Tended {
    app: Arc<App>,
    stop: Arc<AtomicBool>,
    _synchronised: crate::sharing::SyncThread,
}

impl Drop for Tended {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // If this cannot be kept, the next start is slower.
        let _ = self.app.keep_openings();
        // If this cannot be written, the next start checks once too often.
        let _ = self.app.set_setting(OPEN_FLAG, "");
    }
}

impl App {
    /// Examines the data; with `rebuild` makes the read tables anew and says whether they were identical.
    pub fn doctor(&self, args: DoctorArgs) -> AppResult<DoctorReport> {
        self.examine_disk();
        let mut store = lock(&self.store);
        let integrity = store.integrity().map_err(|error| self.fail(&error))?;
        let mut examination = store.verify().map_err(|error| self.fail(&error))?;
        let unchecked = self.read(tovholder_store::Reader::to_check)?.is_some();
        let rebuilt = if args.rebuild && !unchecked {
            let differing = store.rebuild().map_err(|error| self.fail(&error))?;
            let identical = differing.is_empty();
            examination.differing.extend(differing);
            Some(identical)
        } else {
            None
        };
        drop(store);
        self.forget_world();
        let sizes = self.read(tovholder_store::Reader::sizes)?;
        Ok(DoctorReport {
            ok: integrity == "ok" && examination.differing.is_empty(),
            integrity,
            documents: sizes.documents,
            changes: sizes.changes,
            cells: sizes.cells,
            verified: examination.verified,
            differing: examination.differing,
            rebuilt,
            device_secret: self.device_secret_kept().word().to_owned(),
            notices: self.notices(),
        })
    }

    /// What the user should know of this laptop and its disk.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        lock(&self.notices).clone()
    }

    fn notice(&self, code: &str, detail: &str) {
        let mut notices = lock(&self.notices);
        notices.retain(|notice| notice.code != code);
        notices.push(Notice { code: code.to_owned(), detail: detail.to_owned() });
    }

    /// Looks at the disk the data lies on.
    pub fn examine_disk(&self) {
        match disk_encryption(&self.dir) {
            DiskEncryption::Yes => {}
            DiskEncryption::No => self.notice("no_disk_encryption", ""),
            DiskEncryption::Unknown => self.notice("disk_encryption_unknown", ""),
        }
    }

    /// Looks after the data while a window or server is open: the file's integrity after an unclean end and daily, a
    /// sealed backup daily. Never in the way of an edit: the check reads beside the writer.
    pub fn tend(self: &Arc<Self>) -> Tended {
        let unclean = self.setting(OPEN_FLAG).is_some_and(|flag| !flag.is_empty());
        if unclean {
            self.notice("recovered_after_crash", "");
        }
        // If this cannot be written, neither can edits, and they say so.
        let _ = self.set_setting(OPEN_FLAG, "open");
        self.examine_disk();
        self.sweep_previews();
        let stop = Arc::new(AtomicBool::new(false));
        let tended = Tended { app: Arc::clone(self), stop: Arc::clone(&stop), _synchronised: self.synchronise() };
        // Weak: the background must not keep a closed directory open.
        let app = Arc::downgrade(self);
        std::thread::spawn(move || {
            let mut unclean = unclean;
            let mut pause_s = FIRST_ROUND_AFTER_S;
            loop {
                for second in 1..=pause_s {
                    std::thread::sleep(Duration::from_secs(1));
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let Some(app) = app.upgrade().filter(|_| second % RESTS_EVERY_S == 0) else { continue };
                    // If this cannot be done now, an edit does the one and the next start the other.
                    let _ = Store::checkpoint(&app.database());
                    let _ = app.keep_openings();
                }
                let Some(app) = app.upgrade() else { return };
                app.round(unclean);
                unclean = false;
                pause_s = ROUND_S;
            }
        });
        tended
    }

    fn round(&self, unclean: bool) {
        let now = self.now();
        let due =
            |key: &str| self.setting(key).and_then(|at| at.parse::<i64>().ok()).is_none_or(|at| now - at >= DAY_S);
        if unclean || due(CHECKED_AT) {
            match self.quick_check() {
                Ok(word) if word == "ok" => {
                    let _ = self.set_setting(CHECKED_AT, &now.to_string());
                }
                Ok(word) => self.notice("integrity_failed", &word),
                Err(error) => self.notice("integrity_failed", &error.detail),
            }
        }
        if due(BACKED_UP_AT) && self.founded().is_ok() {
            match self.backup_now(NoArgs {}) {
                Ok(_) => {
                    let _ = self.set_setting(BACKED_UP_AT, &now.to_string());
                }
                Err(error) => self.notice("backup_failed", &error.detail),
            }
        }
    }

    /// SQLite's word on the file, on a connection of its own, so that neither edits nor reads wait for it.
    fn quick_check(&self) -> AppResult<String> {
        let reader = lock(&self.store).reader().map_err(|error| self.fail(&error))?;
        reader.quick_check().map_err(|error| self.fail(&error))
    }

    pub(crate) fn setting(&self, key: &str) -> Option<String> {
        self.read(|reader| reader.setting(key)).ok().flatten()
    }
}
