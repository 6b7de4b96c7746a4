//! One connection's task.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::SinkExt as _;
use tokio::sync::{Notify, mpsc};
use tovholder_protocol::{Refusal, Refused, ToLaptop, encode};

use super::allowance::Allowance;
use super::{Door, Line, Told, lock, now, now_ms};
use crate::core::ConnectionId;

/// How long the last words may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// Counts a connection from an address, and forgets it when it ends.
pub(super) struct FromAddress {
    door: Arc<Door>,
    address: IpAddr,
}

impl FromAddress {
    /// None when the address has too many.
    pub fn new(door: &Arc<Door>, address: IpAddr) -> Option<Self> {
        let mut addresses = lock(&door.addresses);
        let count = addresses.entry(address).or_default();
        if *count >= door.config.connections_per_address_max {
            return None;
        }
        *count += 1;
        Some(Self { door: Arc::clone(door), address })
    }
}

impl Drop for FromAddress {
    fn drop(&mut self) {
        let mut addresses = lock(&self.door.addresses);
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

/// Runs a connection from its first to its last frame.
pub(super) async fn run(door: Arc<Door>, mut socket: WebSocket, _counted: FromAddress, allowance: Arc<Allowance>) {
    let id: ConnectionId = door.numbers.fetch_add(1, Ordering::Relaxed);
    let (told, mut rx) = mpsc::channel(door.config.waiting_frames_max);
    let wake = Arc::new(Notify::new());
    let cut = Arc::new(AtomicBool::new(false));
    lock(&door.lines).insert(id, Line { told, wake: Arc::clone(&wake), cut: Arc::clone(&cut) });
    door.with_relay(|relay| relay.connect(id, now()));
    let mut way = Way { socket: &mut socket, allowance: &allowance };
    converse(&door, id, &mut way, &mut rx, &wake, &cut).await;
    lock(&door.lines).remove(&id);
    lock(&door.relay).disconnected(id);
    let goodbye = async {
        if cut.load(Ordering::Relaxed) {
            // For who did not drain and does now; who still does not will see the end only.
            let refused = Refused { why: Refusal::TooSlow, what: None, closing: true };
            let _ = socket.send(Message::Binary(encode(&ToLaptop::Refused(refused)).into())).await;
        }
        let _ = socket.send(Message::Close(Some(CloseFrame { code: 1000, reason: "".into() }))).await;
    };
    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
}

/// How frames leave.
struct Way<'a> {
    socket: &'a mut WebSocket,
    allowance: &'a Allowance,
}

async fn converse(
    door: &Arc<Door>,
    id: ConnectionId,
    way: &mut Way<'_>,
    rx: &mut mpsc::Receiver<Told>,
    wake: &Notify,
    cut: &AtomicBool,
) {
    let ping = Duration::from_secs(door.config.ping_s);
    let silence = Duration::from_secs(door.config.silence_s_max);
    let mut pings = tokio::time::interval_at(tokio::time::Instant::now() + ping, ping);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            biased;
            told = rx.recv() => {
                if !say(door, id, way, rx, wake, Some(told.unwrap_or(Told::Close))).await {
                    return;
                }
            },
            came = way.socket.recv() => match came {
                Some(Ok(Message::Binary(bytes))) => {
                    heard = Instant::now();
                    door.with_relay(|relay| relay.frame(id, &bytes, now_ms()));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => heard = Instant::now(),
                // Text does not belong here.
                Some(Ok(Message::Text(_) | Message::Close(_)) | Err(_)) | None => return,
            },
            () = wake.notified() => {
                if cut.load(Ordering::Relaxed) {
                    return;
                }
                if !say(door, id, way, rx, wake, None).await {
                    return;
                }
            },
            _ = pings.tick() => {
                if heard.elapsed() > silence {
                    return;
                }
                let ping = way.socket.send(Message::Ping(Vec::new().into()));
                let in_time = tokio::time::timeout(Duration::from_secs(door.config.send_s_max), ping).await;
                if !matches!(in_time, Ok(Ok(()))) {
                    return;
                }
            },
        }
    }
}

/// Says what there is to say and writes it at once: what this connection is told, and a part of what it lacks. One write
/// for an acknowledgement and the place in the log that comes with it is half the work of two. False when it was the end.
async fn say(
    door: &Arc<Door>,
    id: ConnectionId,
    way: &mut Way<'_>,
    rx: &mut mpsc::Receiver<Told>,
    wake: &Notify,
    first: Option<Told>,
) -> bool {
    // One part at a time, so that what is said to this connection meanwhile comes in between.
    let (part, more) = {
        let mut relay = lock(&door.relay);
        (relay.pump(id), relay.has_more(id))
    };
    let mut goes_on = match first {
        Some(told) => pass_on(door, way, told).await,
        None => true,
    };
    // What was said before this part was taken, comes before it: the welcome, most of all.
    while goes_on && let Ok(told) = rx.try_recv() {
        goes_on = pass_on(door, way, told).await;
    }
    if let Some(part) = part.filter(|_| goes_on) {
        goes_on = put(door, way, &part).await;
        // What grows while it is sent wakes anew.
        if more {
            wake.notify_one();
        }
    }
    in_time(door, way.socket.flush()).await && goes_on
}

/// Passes on what this connection is told; false when it is the end.
async fn pass_on(door: &Arc<Door>, way: &mut Way<'_>, told: Told) -> bool {
    match told {
        Told::Frame(frame) => put(door, way, &frame).await,
        Told::Close => false,
    }
}

/// Puts a frame on its way, to be written with the next ones; false when the reader is too slow or gone, or this was the
/// last.
async fn put(door: &Arc<Door>, way: &mut Way<'_>, frame: &ToLaptop) -> bool {
    // Both are said only to who has proven a key.
    if matches!(frame, ToLaptop::Welcome(_) | ToLaptop::Refused(Refused { closing: false, .. })) {
        way.allowance.lift();
    }
    let message = Message::Binary(encode(frame).into());
    in_time(door, way.socket.feed(message)).await && !matches!(frame, ToLaptop::Refused(Refused { closing: true, .. }))
}

/// Whether something was taken off our hands before the reader counts as too slow.
async fn in_time(door: &Arc<Door>, work: impl Future<Output = Result<(), axum::Error>>) -> bool {
    let limit = Duration::from_secs(door.config.send_s_max);
    let Ok(done) = tokio::time::timeout(limit, work).await else {
        door.slow.fetch_add(1, Ordering::Relaxed);
        return false;
    };
    done.is_ok()
}
