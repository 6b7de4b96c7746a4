//! Programs that are started to be measured: each with all its children, ended together, and a folder of its own.

use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::command::{Chore, Outcome};

/// No program takes longer to say what is waited for.
const LIMIT: Duration = Duration::from_secs(60);

/// A folder that is gone when it is dropped.
pub struct Folder {
    pub path: PathBuf,
}

impl Folder {
    /// A new one below `parent`.
    pub fn below(parent: &Path) -> Outcome<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let path = parent.join(format!("run-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&path).map_err(|error| Chore::failed(format!("{}: {error}", path.display())))?;
        Ok(Self { path })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// A program in a process group of its own; killed with its children when dropped. The window starts WebKit's processes,
/// and killing the first alone would leave them.
pub struct Program {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Program {
    /// Starts it; what it writes to standard output can be waited for.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = started.map_err(|error| Chore::failed(format!("{command:?} cannot be started: {error}")))?;
        let (tell, lines) = mpsc::channel();
        if let Some(pipe) = child.stdout.take() {
            std::thread::spawn(move || hand_on(BufReader::new(pipe).lines(), &tell));
        }
        Ok(Self { child, lines })
    }

    /// The next line that it writes.
    pub fn line(&self, what: &str) -> Outcome<String> {
        self.lines.recv_timeout(LIMIT).map_err(|_| Chore::failed(format!("waited in vain for {what}")))
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Proportional memory of it and all its descendants, in MiB.
    pub fn memory_mib(&self) -> Outcome<f64> {
        let kib: u64 = family(self.child.id()).into_iter().filter_map(proportional_kib).sum();
        let small = u32::try_from(kib).map_err(|_| Chore::failed("more memory than there is"))?;
        if small == 0 { Err(Chore::failed("the kernel tells no memory")) } else { Ok(f64::from(small) / 1024.0) }
    }
}

fn hand_on(lines: Lines<BufReader<ChildStdout>>, tell: &mpsc::Sender<String>) {
    for line in lines.map_while(Result::ok) {
        if tell.send(line).is_err() {
            return;
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// A process and all its descendants.
fn family(first: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let all: Vec<(u32, u32)> = entries
        .filter_map(|entry| {
            let process: u32 = entry.file_name().to_str()?.parse().ok()?;
            parent(&std::fs::read_to_string(entry.path().join("stat")).ok()?).map(|parent| (process, parent))
        })
        .collect();
    let mut family = vec![first];
    let mut at = 0;
    while let Some(&process) = family.get(at) {
        family.extend(all.iter().filter(|(_, parent)| *parent == process).map(|(child, _)| *child));
        at += 1;
    }
    family
}

/// The parent in a line of `/proc/<id>/stat`; the name before it may hold anything, a bracket too.
fn parent(stat: &str) -> Option<u32> {
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn proportional_kib(process: u32) -> Option<u64> {
    let told = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    told.lines().find_map(|line| line.strip_prefix("Pss:")?.split_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_is_found_behind_any_name() {
        assert_eq!(parent("12 (Web (x) y) S 7 12 12 0"), Some(7));
        assert_eq!(parent("nonsense"), None);
    }

    #[test]
    fn we_belong_to_our_own_family() {
        assert_eq!(family(std::process::id()).first(), Some(&std::process::id()));
    }
}
