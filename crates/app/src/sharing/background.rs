//! Synchronising in the background of a window or server.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tovholder_sync::Event;

use super::exchange::{Exchange, Out};
use super::line::runtime;
use super::socket::{Address, Came, Socket};
use super::status::{Seen, seen};
use crate::{App, lock};

/// How often it is looked whether this laptop is to follow its municipality into a network, or somebody out of it.
const FOLLOW_EVERY: Duration = Duration::from_secs(30);
/// How often the background looks whether something was written here.
const LOOK_MS: u64 = 250;

/// What the background and the use cases share.
#[derive(Default)]
pub(crate) struct Shared {
    /// Set while a background runs.
    pub running: Mutex<Option<Arc<Notify>>>,
    /// What the conversation says.
    pub seen: Mutex<Option<Seen>>,
    /// The project that this laptop's user looks at.
    pub place: Mutex<String>,
    say: AtomicBool,
}

/// Keeps the background going; dropped when the window or server closes.
pub struct SyncThread {
    stop: Arc<AtomicBool>,
    wakes: Vec<Arc<Notify>>,
    threads: Vec<JoinHandle<()>>,
    following: Arc<AtomicBool>,
}

impl Drop for SyncThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.wakes.iter().for_each(|wake| wake.notify_one());
        // They look for the end between any two steps, none of which takes long; but following into a network speaks with a
        // relay that may not answer, and a window does not wait for that to close.
        let patient = if self.following.load(Ordering::Relaxed) { 1 } else { self.threads.len() };
        for thread in self.threads.drain(..).take(patient) {
            let _ = thread.join();
        }
    }
}

impl App {
    /// Begins synchronising in the background, as soon as there is a relay.
    pub fn synchronise(self: &Arc<Self>) -> SyncThread {
        let stop = Arc::new(AtomicBool::new(false));
        let wake = Arc::new(Notify::new());
        *lock(&self.sharing.running) = Some(Arc::clone(&wake));
        // Weak: the background must not keep a closed directory open.
        let app = Arc::downgrade(self);
        let (stopped, woken) = (Arc::clone(&stop), Arc::clone(&wake));
        let thread = std::thread::spawn(move || {
            let Ok(runtime) = runtime() else { return };
            runtime.block_on(async {
                while !stopped.load(Ordering::Relaxed) {
                    let Some(app) = app.upgrade() else { return };
                    converse(&app, &stopped, &woken).await;
                    drop(app);
                    let _ = tokio::time::timeout(Duration::from_secs(1), woken.notified()).await;
                }
            });
            if let Some(app) = app.upgrade() {
                *lock(&app.sharing.running) = None;
                *lock(&app.sharing.seen) = None;
            }
        });
        let network_wake = Arc::new(Notify::new());
        let following = Arc::new(AtomicBool::new(false));
        let network = self.synchronise_network(&stop, &network_wake, &following);
        SyncThread { stop, wakes: vec![wake, network_wake], threads: vec![thread, network], following }
    }

    /// The same for the network's data, as soon as the municipality is in one.
    fn synchronise_network(
        self: &Arc<Self>,
        stop: &Arc<AtomicBool>,
        wake: &Arc<Notify>,
        following: &Arc<AtomicBool>,
    ) -> JoinHandle<()> {
        let app = Arc::downgrade(self);
        let (stopped, woken, following) = (Arc::clone(stop), Arc::clone(wake), Arc::clone(following));
        std::thread::spawn(move || {
            let Ok(runtime) = runtime() else { return };
            let mut looked: Option<Instant> = None;
            while !stopped.load(Ordering::Relaxed) {
                let Some(app) = app.upgrade() else { return };
                if looked.is_none_or(|at| at.elapsed() >= FOLLOW_EVERY) {
                    looked = Some(Instant::now());
                    // Without a network or a connection it is tried again.
                    following.store(true, Ordering::Relaxed);
                    let _ = app.follow_network();
                    following.store(false, Ordering::Relaxed);
                }
                let network = app.network_if_any().ok().flatten();
                drop(app);
                runtime.block_on(async {
                    if let Some(network) = &network {
                        *lock(&network.sharing.running) = Some(Arc::clone(&woken));
                        converse(network, &stopped, &woken).await;
                        *lock(&network.sharing.running) = None;
                    }
                    let _ = tokio::time::timeout(Duration::from_secs(1), woken.notified()).await;
                });
            }
        })
    }

    /// Something is to be sent or was asked for: do not wait for the next look.
    pub(crate) fn wake_background(&self) {
        if let Some(wake) = lock(&self.sharing.running).as_ref() {
            wake.notify_one();
        }
    }

    /// This laptop's user has gone elsewhere: tell the others soon.
    pub(crate) fn say_again(&self) {
        self.sharing.say.store(true, Ordering::Relaxed);
        self.wake_background();
    }
}

/// One conversation, until the relay is another, the space is, or the end.
async fn converse(app: &Arc<App>, stop: &AtomicBool, wake: &Notify) {
    let Ok(Some(address)) = app.relay_address() else {
        *lock(&app.sharing.seen) = None;
        return;
    };
    let Ok(mut exchange) = Exchange::new(app) else { return };
    let Ok(Some(space)) = app.space() else { return };
    let mut socket: Option<Socket> = None;
    let mut written = app.read(tovholder_store::Reader::version).ok();
    let mut outs = exchange.on(app, Event::Wake, app.now_ms());
    loop {
        while let Some(out) = (!outs.is_empty()).then(|| outs.remove(0)) {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            if let Some(event) = carry(app, out, &address, &mut socket).await {
                outs.extend(exchange.on(app, event, app.now_ms()));
            }
        }
        *lock(&app.sharing.seen) = Some(seen(&exchange, app.now_ms()));
        if stop.load(Ordering::Relaxed) {
            if let Some(socket) = socket.take() {
                socket.close().await;
            }
            return;
        }
        let event = tokio::select! {
            came = hear(&mut socket) => match came {
                Ok(Came::Frame(frame)) => Some(Event::Frame(frame)),
                Ok(Came::Alive) => Some(Event::Alive),
                Err(loss) => {
                    socket = None;
                    Some(Event::Lost(loss, app.entropy()))
                }
            },
            // What was written is looked at below, as at every look: whoever wakes has mostly just written it.
            () = wake.notified() => {
                Some(if app.sharing.say.swap(false, Ordering::Relaxed) { Event::Say } else { Event::Wake })
            }
            () = tokio::time::sleep(Duration::from_millis(LOOK_MS)) => None,
        };
        // Another relay or another space was chosen: begin anew.
        let same = app.space().ok().flatten().is_some_and(|now| now.id() == space.id());
        if !same || app.relay_address().ok().flatten().as_ref() != Some(&address) {
            return;
        }
        let now_written = app.read(tovholder_store::Reader::version).ok();
        let mut next = match event {
            Some(event) => exchange.on(app, event, app.now_ms()),
            None => exchange.on(app, Event::Tick, app.now_ms()),
        };
        if now_written != written {
            written = now_written;
            if let Ok(standing) = app.standing() {
                next.extend(exchange.on(app, Event::Stands(standing), app.now_ms()));
            }
        }
        outs = next;
    }
}

async fn carry(app: &App, out: Out, address: &Address, socket: &mut Option<Socket>) -> Option<Event> {
    match out {
        Out::Connect => match Socket::open(address).await {
            Ok(opened) => {
                *socket = Some(opened);
                Some(Event::Opened)
            }
            Err(loss) => Some(Event::Lost(loss, app.entropy())),
        },
        Out::Close => {
            if let Some(socket) = socket.take() {
                socket.close().await;
            }
            None
        }
        Out::Send(frame) => match socket.as_mut()?.send(&frame).await {
            Ok(()) => None,
            Err(loss) => {
                *socket = None;
                Some(Event::Lost(loss, app.entropy()))
            }
        },
    }
}

async fn hear(socket: &mut Option<Socket>) -> Result<Came, tovholder_sync::Loss> {
    match socket.as_mut() {
        Some(open) => open.receive().await,
        None => std::future::pending().await,
    }
}
