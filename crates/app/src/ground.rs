//! Where clock and randomness come from. Nothing below `app` asks the machine for either.

use chrono::{DateTime, NaiveDate, Utc};

/// Says what time it is.
pub type Clock = Box<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Fills a buffer with randomness fit for keys.
pub type Randomness = Box<dyn Fn(&mut [u8]) -> std::io::Result<()> + Send + Sync>;

/// Clock and randomness.
pub struct Ground {
    /// Now.
    pub now: Clock,
    /// Keys and ids.
    pub random: Randomness,
}

impl Ground {
    /// The machine's own.
    pub fn real() -> Self {
        Self {
            now: Box::new(Utc::now),
            random: Box::new(|bytes| getrandom::fill(bytes).map_err(std::io::Error::other)),
        }
    }
}

/// The date in Europe/Copenhagen: a deadline's day ends there.
pub fn copenhagen_today(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&chrono_tz::Europe::Copenhagen).date_naive()
}
