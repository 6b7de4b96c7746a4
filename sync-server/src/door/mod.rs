//! The sockets around the core: WebSocket, health, metrics, TLS, a graceful stop.
//!
//! One lock holds the core; it is never held while the disk is waited for. One thread commits what has gathered since the
//! commit before (group commit); when many are connected, what comes within [`Config::gather_ms`] shares one. Each connection has a task of its own, a short queue, and a place in the log.

mod allowance;
mod connection;
mod metrics;
mod serve;
mod tls;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::{Notify, mpsc};
use tovholder_protocol::ToLaptop;

use crate::config::Config;
use crate::core::{ConnectionId, Output, Relay};
use crate::log::{Sqlite, Storage as _, StorageError};

pub use serve::{Route, Serving, serve};

/// How often it is looked whether the host has changed something in the database.
const HOST_EVERY: Duration = Duration::from_secs(1);

/// Connections from which on commits keep a distance. A municipality by itself is answered at once.
const GATHER_FROM: usize = 64;

/// What a connection's task is told.
enum Told {
    Frame(Arc<ToLaptop>),
    Close,
}

/// How a connection's task is reached.
struct Line {
    told: mpsc::Sender<Told>,
    wake: Arc<Notify>,
    /// Told to a task whose queue is full.
    cut: Arc<AtomicBool>,
}

/// Everything that the tasks share.
pub(crate) struct Door {
    relay: Mutex<Relay>,
    storage: Arc<Sqlite>,
    lines: Mutex<HashMap<ConnectionId, Line>>,
    addresses: Mutex<HashMap<IpAddr, usize>>,
    nudge: SyncSender<()>,
    numbers: AtomicU64,
    stopping: AtomicBool,
    /// The last commit returned; and there is somebody who makes the next.
    commits: AtomicBool,
    slow: AtomicU64,
    latency: Mutex<metrics::Histogram>,
    staged_at: Mutex<Option<Instant>>,
    config: Config,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Unix milliseconds.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn now() -> i64 {
    now_ms().div_euclid(1_000)
}

impl Door {
    fn open(config: Config) -> Result<(Arc<Self>, Receiver<()>), StorageError> {
        let storage = Arc::new(Sqlite::open(&config.data_dir)?);
        let random = Box::new(|bytes: &mut [u8]| {
            // Without the system's randomness nobody could be told from anybody: the relay must not go on.
            if getrandom::fill(bytes).is_err() {
                std::process::exit(70);
            }
        });
        let relay = Relay::new(Arc::clone(&storage) as Arc<dyn crate::log::Storage>, config.limits(), random)?;
        let (nudge, nudged) = sync_channel(1);
        let door = Self {
            relay: Mutex::new(relay),
            storage,
            lines: Mutex::new(HashMap::new()),
            addresses: Mutex::new(HashMap::new()),
            nudge,
            numbers: AtomicU64::new(1),
            stopping: AtomicBool::new(false),
            commits: AtomicBool::new(true),
            slow: AtomicU64::new(0),
            latency: Mutex::new(metrics::Histogram::default()),
            staged_at: Mutex::new(None),
            config,
        };
        Ok((Arc::new(door), nudged))
    }

    /// Does something with the core, tells everybody what comes of it, and sees to the commit.
    fn with_relay(&self, work: impl FnOnce(&mut Relay) -> Vec<Output>) {
        let (slow, wants) = {
            let mut relay = lock(&self.relay);
            let outputs = work(&mut relay);
            // Under the lock, so that each connection is told in the order in which the core said it.
            (self.tell(outputs), relay.wants_commit())
        };
        if wants {
            lock(&self.staged_at).get_or_insert_with(Instant::now);
            // Full: it is nudged already.
            let _ = self.nudge.try_send(());
        }
        for id in slow {
            self.cut(id);
        }
    }

    /// Tells the connections' tasks; answers whose queue is full. Only under the core's lock.
    fn tell(&self, outputs: Vec<Output>) -> Vec<ConnectionId> {
        let mut slow = Vec::new();
        let lines = lock(&self.lines);
        for output in outputs {
            let (id, told) = match output {
                Output::Send(id, frame) => (id, Told::Frame(frame)),
                Output::Close(id) => (id, Told::Close),
                Output::Wake(id) => {
                    if let Some(line) = lines.get(&id) {
                        line.wake.notify_one();
                    }
                    continue;
                }
            };
            if let Some(line) = lines.get(&id)
                && line.told.try_send(told).is_err()
            {
                slow.push(id);
            }
        }
        slow
    }

    /// A reader that does not drain is cut off; it may come back and resume.
    fn cut(&self, id: ConnectionId) {
        self.slow.fetch_add(1, Ordering::Relaxed);
        // What it would be told does not reach it; its task ends when it sees the mark.
        let _ = lock(&self.relay).too_slow(id);
        if let Some(line) = lock(&self.lines).get(&id) {
            line.cut.store(true, Ordering::Relaxed);
            line.wake.notify_one();
        }
    }

    /// Commits what has gathered, again and again, until the door is closed.
    fn commit_for_ever(self: &Arc<Self>, nudged: &Receiver<()>) {
        let _gone = Committer(Arc::clone(self));
        let mut seen = self.storage.changed_outside().ok();
        let mut looked = Instant::now();
        let mut began = Instant::now();
        loop {
            // Read first: what was handed in before it was set is committed below.
            let last = self.stopping.load(Ordering::Relaxed);
            match nudged.recv_timeout(if last { Duration::ZERO } else { HOST_EVERY }) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => self.commit_all(&mut began),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if last {
                return;
            }
            if looked.elapsed() >= HOST_EVERY {
                looked = Instant::now();
                self.look_at_host(&mut seen);
                if !self.commits.load(Ordering::Relaxed) {
                    // Behind a balancer nobody would come to find out.
                    self.commits.store(self.storage.probe().is_ok(), Ordering::Relaxed);
                }
            }
        }
    }

    /// Lets what comes meanwhile share a commit, each of which costs the disk and this machine the same whether it holds
    /// one envelope or fifty. `began` is when the last one began. It sleeps, for this thread has nothing else to do: whoever nudges
    /// it wants the very commit that is waited for, and a stop waits no longer than this.
    fn gather(&self, began: Instant) {
        let apart = Duration::from_millis(self.config.gather_ms);
        let many = lock(&self.lines).len() >= GATHER_FROM;
        if many && !self.stopping.load(Ordering::Relaxed) {
            std::thread::sleep(apart.saturating_sub(began.elapsed()));
        }
    }

    fn commit_all(&self, began: &mut Instant) {
        while lock(&self.relay).wants_commit() {
            self.gather(*began);
            *began = Instant::now();
            let staged_at = lock(&self.staged_at).take();
            let batch = lock(&self.relay).take_batch();
            let result = if batch.batch.is_empty() { Ok(()) } else { self.storage.commit(&batch.batch) };
            if let Err(error) = &result {
                tracing::error!(%error, "a commit failed; nothing of it was acknowledged");
            }
            if !batch.batch.is_empty() {
                self.commits.store(result.is_ok(), Ordering::Relaxed);
                if let Some(at) = staged_at {
                    lock(&self.latency).count(at.elapsed());
                }
            }
            self.with_relay(|relay| relay.committed(batch, &result, now()));
        }
    }

    /// Takes over what the host's commands have changed, in a process of their own.
    fn look_at_host(&self, seen: &mut Option<i64>) {
        let changed = self.storage.changed_outside().ok();
        if changed.is_none() || changed == *seen {
            return;
        }
        self.with_relay(|relay| match relay.host_changed() {
            Ok(outputs) => {
                *seen = changed;
                outputs
            }
            Err(error) => {
                tracing::warn!(%error, "what the host changed could not be read; tried again in a second");
                Vec::new()
            }
        });
    }
}

/// Tells the door when nobody commits any more.
struct Committer(Arc<Door>);

impl Drop for Committer {
    fn drop(&mut self) {
        self.0.commits.store(false, Ordering::Relaxed);
    }
}
