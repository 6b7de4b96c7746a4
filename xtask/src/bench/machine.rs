//! The machine that was measured on: a figure without it says nothing.

use serde_json::{Value, json};

use crate::command::read;

/// Processor, memory, disk and system, as the kernel tells them.
struct Machine {
    cpu: String,
    cores: usize,
    memory_gib: u64,
    disk: String,
    kernel: String,
    system: String,
    rust: String,
}

/// For the terminal and the README.
pub fn sentence() -> String {
    let machine = here();
    format!(
        "Machine: {}, {} cores, {} GiB, {}, kernel {}, {}, {}",
        machine.cpu, machine.cores, machine.memory_gib, machine.disk, machine.kernel, machine.system, machine.rust
    )
}

/// For `--json`.
pub fn json() -> Value {
    let machine = here();
    json!({
        "cpu": machine.cpu,
        "cores": machine.cores,
        "memory_gib": machine.memory_gib,
        "disk": machine.disk,
        "kernel": machine.kernel,
        "system": machine.system,
        "rust": machine.rust,
    })
}

fn here() -> Machine {
    let memory = of("/proc/meminfo", "MemTotal");
    let kib: u64 = memory.and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or(0);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Machine {
        cpu: of("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        memory_gib: kib.div_ceil(1024 * 1024),
        disk: root_disk(&std::fs::read_to_string("/proc/mounts").unwrap_or_default()),
        kernel: kernel.trim().to_owned(),
        system: of("/etc/os-release", "PRETTY_NAME").unwrap_or_else(|| std::env::consts::OS.to_owned()),
        rust: read(std::process::Command::new("rustc").arg("--version")).unwrap_or_default().trim().to_owned(),
    }
}

/// The value beside a key in a file of `key: value` or `key=value` lines.
fn of(path: &str, key: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let (_, value) = text.lines().find(|line| line.starts_with(key))?.split_once([':', '='])?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// Device and file system of `/`.
fn root_disk(mounts: &str) -> String {
    let root = mounts.lines().find_map(|line| {
        let mut words = line.split(' ');
        let (device, place, kind) = (words.next()?, words.next()?, words.next()?);
        (place == "/").then(|| format!("{kind} on {device}"))
    });
    root.unwrap_or_else(|| String::from("disk unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_of_the_root() {
        let mounts = "proc /proc proc rw 0 0\n/dev/nvme0n1p2 / ext4 rw,relatime 0 0\n";
        assert_eq!(root_disk(mounts), "ext4 on /dev/nvme0n1p2");
        assert_eq!(root_disk(""), "disk unknown");
    }
}
