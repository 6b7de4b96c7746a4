//! Who may come in: a one-time token, given out in the address, buys the one bearer of this run.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use subtle::ConstantTimeEq;

/// How long the one-time address works.
const ONCE_LASTS: Duration = Duration::from_secs(600);
/// Wrong tokens after which the address works no more.
const WRONG_TRIES_MAX: u8 = 5;
/// Bytes of the one-time token, 128 bits.
const TOKEN_BYTES: usize = 16;
/// Bytes of the bearer, 256 bits.
const BEARER_BYTES: usize = 32;

/// The door of one run.
pub struct Door {
    bearer: String,
    once: Mutex<Option<Once>>,
}

/// The token, until it is used, worn out or too old.
struct Once {
    token: String,
    until: Instant,
    wrong: u8,
}

impl Door {
    /// A new door, and the token that opens it once.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new() -> Result<(Self, String), getrandom::Error> {
        let token = random_hex::<TOKEN_BYTES>()?;
        let once = Once { token: token.clone(), until: Instant::now() + ONCE_LASTS, wrong: 0 };
        Ok((Self { bearer: random_hex::<BEARER_BYTES>()?, once: Mutex::new(Some(once)) }, token))
    }

    /// The bearer, for the right token, the first time.
    pub fn exchange(&self, offered: &str, now: Instant) -> Option<String> {
        let mut guard = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        let once = guard.as_mut()?;
        if now >= once.until {
            *guard = None;
            return None;
        }
        if same(&once.token, offered) {
            *guard = None;
            return Some(self.bearer.clone());
        }
        once.wrong += 1;
        if once.wrong >= WRONG_TRIES_MAX {
            *guard = None;
        }
        None
    }

    /// Whether this is the bearer, and somebody has bought it.
    pub fn admits(&self, offered: &str) -> bool {
        same(&self.bearer, offered)
    }
}

/// Compares without telling by the time it takes where they differ.
fn same(ours: &str, offered: &str) -> bool {
    ours.as_bytes().ct_eq(offered.as_bytes()).into()
}

fn random_hex<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::with_capacity(N * 2), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_token_works_once() {
        let (door, token) = Door::new().unwrap();
        assert_eq!((token.len(), door.bearer.len()), (32, 64));
        let bearer = door.exchange(&token, Instant::now()).unwrap();
        assert!(door.admits(&bearer));
        assert!(!door.admits(&token) && !door.admits("") && !door.admits(&bearer[1..]));
        assert_eq!(door.exchange(&token, Instant::now()), None);
    }

    #[test]
    fn five_wrong_tokens_burn_it() {
        let (door, token) = Door::new().unwrap();
        for _ in 0..4 {
            assert_eq!(door.exchange("00", Instant::now()), None);
        }
        assert!(door.exchange(&token, Instant::now()).is_some());
        let (door, token) = Door::new().unwrap();
        for _ in 0..5 {
            assert_eq!(door.exchange("00", Instant::now()), None);
        }
        assert_eq!(door.exchange(&token, Instant::now()), None);
    }

    #[test]
    fn after_ten_minutes_it_is_too_late() {
        let (door, token) = Door::new().unwrap();
        assert_eq!(door.exchange(&token, Instant::now() + ONCE_LASTS), None);
        assert_eq!(door.exchange(&token, Instant::now()), None);
        let (door, token) = Door::new().unwrap();
        assert!(door.exchange(&token, Instant::now() + (ONCE_LASTS / 2)).is_some());
    }

    #[test]
    fn two_doors_have_nothing_in_common() {
        let (one, token) = Door::new().unwrap();
        let (other, _) = Door::new().unwrap();
        assert_eq!(other.exchange(&token, Instant::now()), None);
        assert!(!other.admits(&one.bearer));
    }
}
