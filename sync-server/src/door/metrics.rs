//! What the host may watch, in Prometheus' text format. Nothing in it tells one municipality from another.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Door, lock};

/// Upper bounds of the histogram's buckets, in seconds.
const BOUNDS: [(f64, &str); 9] = [
    (0.001, "0.001"),
    (0.002_5, "0.0025"),
    (0.005, "0.005"),
    (0.01, "0.01"),
    (0.025, "0.025"),
    (0.05, "0.05"),
    (0.1, "0.1"),
    (0.5, "0.5"),
    (2.5, "2.5"),
];

/// How long what is handed in waits for its acknowledgement.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    counts: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Histogram {
    pub fn count(&mut self, took: Duration) {
        let took = took.as_secs_f64();
        self.count += 1;
        self.sum += took;
        for (count, (bound, _)) in self.counts.iter_mut().zip(BOUNDS) {
            *count += u64::from(took <= bound);
        }
    }
}

impl Door {
    /// Every figure.
    pub(super) fn metrics(&self) -> String {
        let (counted, (spaces, connections), fullest) = {
            let relay = lock(&self.relay);
            (relay.counted().clone(), relay.sizes(), relay.fullest())
        };
        let mut text = String::new();
        let mut one = |name: &str, kind: &str, help: &str, value: u64| {
            let _ = write!(
                text,
                "# HELP tovholder_relay_{name} {help}\n# TYPE tovholder_relay_{name} {kind}\ntovholder_relay_{name} {value}\n"
            );
        };
        one("spaces", "gauge", "Municipalities admitted.", u64::try_from(spaces).unwrap_or(0));
        one("connections", "gauge", "Connections now.", u64::try_from(connections).unwrap_or(0));
        one("envelopes_total", "counter", "Envelopes stored since the start.", counted.envelopes);
        one("envelope_bytes_total", "counter", "Bytes of envelopes stored since the start.", counted.bytes);
        one("delivered_total", "counter", "Envelopes sent to connections.", counted.delivered);
        one("commits_total", "counter", "Commits, each with one fsync.", counted.commits);
        one(
            "stored_total",
            "counter",
            "Things stored by them; by commits_total it is the size of a group.",
            counted.stored,
        );
        one("commits_failed_total", "counter", "Commits that failed.", counted.commits_failed);
        one("runs_total", "counter", "New runs of a log, because a member knew more than this relay.", counted.runs);
        one("forks_total", "counter", "Envelopes that told another story than one that is stored.", counted.forks);
        one(
            "slow_readers_total",
            "counter",
            "Connections cut off because they did not drain.",
            self.slow.load(Ordering::Relaxed),
        );
        one("fullest_per_mille", "gauge", "How full the fullest municipality is, of its quota.", fullest);
        one("memory_bytes", "gauge", "Resident memory.", resident_bytes());
        text.push_str(
            "# HELP tovholder_relay_refused_total Refusals by reason.\n# TYPE tovholder_relay_refused_total counter\n",
        );
        for (why, count) in &counted.refused {
            let _ = writeln!(text, "tovholder_relay_refused_total{{why=\"{why:?}\"}} {count}");
        }
        self.write_latency(&mut text);
        text
    }

    fn write_latency(&self, text: &mut String) {
        let name = "tovholder_relay_ack_seconds";
        let _ = write!(text, "# HELP {name} From handed in to on the disk.\n# TYPE {name} histogram\n");
        let latency = lock(&self.latency);
        for (count, (_, bound)) in latency.counts.iter().zip(BOUNDS) {
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(
            text,
            "{name}_bucket{{le=\"+Inf\"}} {0}\n{name}_sum {1}\n{name}_count {0}",
            latency.count, latency.sum
        );
    }
}

/// Resident memory as Linux tells it; 0 elsewhere.
fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1_024
}
