//! What was handed in when, and what arrived where.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

/// Everything that is counted.
pub struct Tally {
    /// Clients that follow their log.
    pub live: AtomicUsize,
    /// When each client handed in each of its edits.
    sent: Vec<Mutex<Vec<Instant>>>,
    /// Milliseconds from handing in to arrival, of each arrival that is measured.
    arrivals: Mutex<Vec<f64>>,
    /// Milliseconds from handing in to the acknowledgement.
    acks: Mutex<Vec<f64>>,
    lost: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tally {
    pub fn new(clients: usize) -> Self {
        Self {
            live: AtomicUsize::new(0),
            sent: (0..clients).map(|_| Mutex::new(Vec::new())).collect(),
            arrivals: Mutex::new(Vec::new()),
            acks: Mutex::new(Vec::new()),
            lost: Mutex::new(Vec::new()),
        }
    }

    /// A client hands in its next edit now.
    pub fn hand_in(&self, client: usize) {
        if let Some(sent) = self.sent.get(client) {
            lock(sent).push(Instant::now());
        }
    }

    fn since(&self, client: usize, counter: u64) -> Option<f64> {
        // The first edit of everybody warms up.
        let index = usize::try_from(counter).ok()?.checked_sub(1).filter(|index| *index > 0)?;
        let at = *lock(self.sent.get(client)?).get(index)?;
        Some(at.elapsed().as_secs_f64() * 1_000.0)
    }

    /// An edit has arrived at one of the others.
    pub fn arrived(&self, author: usize, counter: u64) {
        if let Some(took) = self.since(author, counter) {
            lock(&self.arrivals).push(took);
        }
    }

    /// The relay has an edit on its disk.
    pub fn acknowledged(&self, author: usize, counter: u64) {
        if let Some(took) = self.since(author, counter) {
            lock(&self.acks).push(took);
        }
    }

    /// Arrivals that are measured so far.
    pub fn measured(&self) -> u64 {
        lock(&self.arrivals).len() as u64
    }

    /// A client's connection ended.
    pub fn lost(&self, why: &str) {
        lock(&self.lost).push(why.to_owned());
    }

    pub fn lost_count(&self) -> usize {
        lock(&self.lost).len()
    }

    /// Why the first was lost.
    pub fn why(&self) -> String {
        lock(&self.lost).first().cloned().unwrap_or_default()
    }

    pub fn told(&self) -> Value {
        let mut arrivals = lock(&self.arrivals).clone();
        let mut acks = lock(&self.acks).clone();
        arrivals.sort_by(f64::total_cmp);
        acks.sort_by(f64::total_cmp);
        json!({
            "delivered": arrivals.len(),
            "p50_ms": percentile(&arrivals, 50),
            "p99_ms": percentile(&arrivals, 99),
            "max_ms": arrivals.last(),
            "acknowledged": acks.len(),
            "ack_p50_ms": percentile(&acks, 50),
            "ack_p99_ms": percentile(&acks, 99),
            "live": self.live.load(Ordering::Relaxed),
        })
    }
}

/// The value that so many of a hundred do not exceed, of sorted ones.
fn percentile(sorted: &[f64], of_100: usize) -> Option<f64> {
    sorted.get((sorted.len() * of_100).div_ceil(100).saturating_sub(1)).copied()
}
