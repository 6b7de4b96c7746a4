//! How long to wait before the relay is tried again.

/// The first wait.
const FIRST_MS: i64 = 1_000;
/// The longest wait.
const LONGEST_MS: i64 = 5 * 60_000;

/// Milliseconds to wait after so many failures in a row: doubled each time, and drawn between half and one and a half of
/// that, so that a hundred laptops do not come back at the same moment when a relay does.
pub(crate) fn wait_ms(failures: u32, entropy: u64) -> i64 {
    let doubled = FIRST_MS.checked_shl(failures.min(20)).unwrap_or(LONGEST_MS).min(LONGEST_MS);
    let share = i64::try_from(entropy % 1_001).unwrap_or(500);
    doubled / 2 + doubled * share / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_and_stays_between_its_bounds() {
        for failures in 0..40 {
            for entropy in [0, 1, 500, 1_000, u64::MAX] {
                let wait = wait_ms(failures, entropy);
                assert!((FIRST_MS / 2..=LONGEST_MS * 3 / 2).contains(&wait), "{failures} {entropy} {wait}");
            }
        }
        assert!(wait_ms(6, 500) > wait_ms(2, 500));
    }
}
