//! Where this laptop stands, in one line.

use tovholder_app::view::{SyncState, SyncStatus};
use tovholder_app::words;

use crate::texts::{Texts, instant};

/// The status line of the terminal: what the window's says.
pub fn sentence(texts: &Texts, status: &SyncStatus) -> String {
    let number = |number: u32| number.to_string();
    match status.state {
        SyncState::Alone => texts.get("sync.alone"),
        SyncState::Offline | SyncState::Connecting => {
            let when = status.synced_at.as_deref().map_or_else(|| texts.get("sync.never"), instant);
            texts.fill("sync.offline", &[("n", &number(status.waiting)), ("when", &when)])
        }
        SyncState::Syncing => {
            texts.fill("sync.syncing", &[("done", &number(status.done)), ("total", &number(status.total))])
        }
        SyncState::Synced => {
            let when = status.synced_at.as_deref().map_or_else(String::new, instant);
            texts.fill("sync.synced", &[("when", &when)])
        }
        SyncState::Revoked => texts.get("sync.revoked"),
        SyncState::Incomplete | SyncState::Alarm => {
            let lang = if texts.code() == "en" { words::Lang::En } else { words::Lang::Da };
            let missing: Vec<String> =
                status.missing.iter().map(|one| words::missing(lang, &one.code, one.count, &one.detail)).collect();
            texts.fill("sync.incomplete", &[("missing", &missing.join(" "))])
        }
    }
}
