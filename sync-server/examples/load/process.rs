//! What a process has used, as Linux tells it.

use crate::Outcome;

/// Ticks of `/proc/<pid>/stat` in a second: Linux shows 100 to every program, whatever the kernel counts by.
const TICKS_PER_S: f64 = 100.0;

/// Processor time.
pub struct Spent {
    pub cpu_s: f64,
}

impl Spent {
    /// User and system time of a process so far.
    pub fn by(pid: u32) -> Outcome<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name may hold anything, a bracket too.
        let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
        let ticks: u64 = behind.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<u64>().ok()).sum();
        Ok(Self { cpu_s: ticks as f64 / TICKS_PER_S })
    }

    pub fn since(&self, before: &Self) -> Self {
        Self { cpu_s: self.cpu_s - before.cpu_s }
    }
}

/// Resident memory.
pub fn memory_kib(pid: u32) -> Outcome<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("the kernel tells no memory")?;
    Ok(line.split_whitespace().next().unwrap_or_default().parse()?)
}
