//! Where clock, randomness and the keyring come from. Nothing below `app` asks the machine for any of them.

use chrono::{DateTime, NaiveDate, Utc};

use crate::sharing::Keyring;

/// Says what time it is.
pub type Clock = Box<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Fills a buffer with randomness fit for keys.
pub type Randomness = Box<dyn Fn(&mut [u8]) -> std::io::Result<()> + Send + Sync>;

/// Clock, randomness, keyring.
pub struct Ground {
    /// Now.
    pub now: Clock,
    /// Keys and ids.
    pub random: Randomness,
    /// The operating system's keyring; without, a device's secret lies in a file.
    pub keyring: Option<Box<dyn Keyring>>,
}

impl Ground {
    /// The machine's own.
    pub fn real() -> Self {
        Self {
            now: Box::new(Utc::now),
            random: Box::new(|bytes| getrandom::fill(bytes).map_err(std::io::Error::other)),
            #[cfg(feature = "keyring")]
            keyring: crate::sharing::OsKeyring::unless_file_was_asked_for(),
            #[cfg(not(feature = "keyring"))]
            keyring: None,
        }
    }
}

/// The date in Europe/Copenhagen: a deadline's day ends there.
pub fn copenhagen_today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&chrono_tz::Europe::Copenhagen).date_naive()
}
