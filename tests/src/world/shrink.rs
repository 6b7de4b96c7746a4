//! A story that fails, told again with as few steps as it takes.

use std::time::{Duration, Instant};

use super::{Story, tell};

/// The same story with steps left out as long as it still fails, within this time.
pub fn minimised(story: &Story, limit: Duration) -> Story {
    let began = Instant::now();
    let mut best = story.clone();
    let mut size = best.steps.len() / 2;
    while size > 0 && began.elapsed() < limit {
        let mut at = 0;
        let mut shorter = false;
        while at < best.steps.len() && began.elapsed() < limit {
            let end = (at + size).min(best.steps.len());
            let mut steps = best.steps.clone();
            steps.drain(at..end);
            let tried = best.with(steps);
            if tell(&tried).is_err() {
                best = tried;
                shorter = true;
            } else {
                at = end;
            }
        }
        if size > 1 || !shorter {
            size /= 2;
        }
    }
    best
}
