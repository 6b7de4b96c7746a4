//! The network's public calendar on its way to the relay, over the conversation that is open anyway.
//!
//! It is handed in when everything is in sync and it differs from what this laptop handed in last to this run of the relay's
//! log, and it counts as handed in when the relay says that it stands. Every laptop that may publish does so: they know the
//! same, so they hand in the same.

use tovholder_crypto::sha256;
use tovholder_protocol::{Hash, LogId, ToLaptop, ToRelay, VERSION_OF_CALENDAR};
use tovholder_sync::Event;

use crate::App;
use crate::error::AppResult;

/// What stands at the relay: the calendar's hash, and in which run of its log.
const STANDS: &str = "calendar.stands";

/// The calendar of one conversation.
#[derive(Default)]
pub(super) struct PublicCalendar {
    /// The relay's log, when it takes calendars.
    relay: Option<LogId>,
    /// The database's version that was looked at last.
    looked: Option<(i64, i64)>,
    under_way: Option<Hash>,
}

impl PublicCalendar {
    /// Takes note of what the relay says.
    pub fn hear(&mut self, app: &App, event: &Event) {
        match event {
            // Another connection, or another run of the log: what was under way is not.
            Event::Frame(ToLaptop::Welcome(welcome)) => {
                *self = Self::default();
                let takes = welcome.version >= VERSION_OF_CALENDAR && app.is_network();
                self.relay = takes.then_some(welcome.head.log);
            }
            Event::Frame(ToLaptop::Stands(hash)) if self.under_way == Some(*hash) => {
                self.under_way = None;
                if let Some(log) = &self.relay {
                    // When it cannot be kept it is handed in again.
                    let _ = app.set_setting(STANDS, &stands(hash, log));
                }
            }
            Event::Frame(ToLaptop::Refused(_)) => self.under_way = None,
            Event::Lost(..) => *self = Self::default(),
            _ => {}
        }
    }

    /// Whether the relay has yet to say that it stands.
    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// What to hand in now that everything is in sync; mostly nothing.
    pub fn next_frame(&mut self, app: &App) -> AppResult<Option<ToRelay>> {
        let Some(log) = self.relay.filter(|_| self.under_way.is_none()) else { return Ok(None) };
        let version = app.read(tovholder_store::Reader::version)?;
        if self.looked.replace(version) == Some(version) {
            return Ok(None);
        }
        let Some(text) = app.public_calendar()? else { return Ok(None) };
        let hash = sha256(&[text.as_bytes()]);
        if app.setting(STANDS).is_some_and(|known| known == stands(&hash, &log)) {
            return Ok(None);
        }
        self.under_way = Some(hash);
        Ok(Some(ToRelay::PutCalendar { text: text.into_bytes() }))
    }
}

fn stands(hash: &Hash, log: &LogId) -> String {
    format!("{hash}@{log}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tovholder_protocol::{Refusal, Refused};

    use super::*;

    #[test]
    fn what_was_refused_or_of_another_connection_is_not_under_way() {
        let dir = std::env::temp_dir().join(format!("tovholder-public-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let app = App::open(&dir).unwrap();
        let begun =
            || PublicCalendar { relay: Some(LogId([1; 16])), looked: Some((1, 1)), under_way: Some(Hash([7; 32])) };
        let refused = ToLaptop::Refused(Refused { why: Refusal::Storage, what: None, closing: false });
        let mut calendar = begun();
        calendar.hear(&app, &Event::Frame(refused));
        assert!(!calendar.is_under_way());
        let mut calendar = begun();
        calendar.hear(&app, &Event::Lost(tovholder_sync::Loss::Unreachable, 0));
        assert!(!calendar.is_under_way() && calendar.looked.is_none());
        // Another's word for something else ends nothing; the right one does, and is kept.
        let mut calendar = begun();
        calendar.hear(&app, &Event::Frame(ToLaptop::Stands(Hash([8; 32]))));
        assert!(calendar.is_under_way());
        calendar.hear(&app, &Event::Frame(ToLaptop::Stands(Hash([7; 32]))));
        assert!(!calendar.is_under_way());
        assert_eq!(app.setting(STANDS), Some(stands(&Hash([7; 32]), &LogId([1; 16]))));
        drop(app);
        let _ = std::fs::remove_dir_all(&dir);
    }
}
