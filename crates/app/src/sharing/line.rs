//! Running a conversation over a socket until something is reached: for a terminal, a button, a join.

use std::time::{Duration, Instant};

use tovholder_sync::{Event, Loss, Phase, Proof, Why};

use super::exchange::{Exchange, Out};
use super::socket::{Address, Came, Socket};
use crate::App;
use crate::error::{AppError, AppResult, Code};

/// Half seconds of silence after which what is missing will not come on this connection.
const QUIET_MAX: u32 = 20;

/// Half seconds of silence after which what is handed in beside the log waits for the next time.
const HAND_IN_QUIET_MAX: u32 = 6;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Proven in sync.
    Synced,
    /// Everything was read; nothing was handed in.
    Read,
    /// Not, for these reasons.
    Not(Vec<(Why, u32)>),
}

impl App {
    /// Now, in Unix milliseconds.
    pub(crate) fn now_ms(&self) -> i64 {
        (self.ground.now)().timestamp_millis()
    }

    /// Runs one conversation until it is in sync, cannot be, or the time is up.
    pub(crate) fn run_to_sync(&self, exchange: &mut Exchange, address: &Address, limit: Duration) -> AppResult<Ended> {
        runtime()?.block_on(run(self, exchange, address, limit, false))
    }

    /// The same, and on until what lies behind a snapshot is checked too.
    pub(crate) fn run_to_checked(
        &self,
        exchange: &mut Exchange,
        address: &Address,
        limit: Duration,
    ) -> AppResult<Ended> {
        runtime()?.block_on(run(self, exchange, address, limit, true))
    }
}

/// A runtime for one conversation, on this thread.
pub(crate) fn runtime() -> AppResult<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| AppError::new(Code::Io).with(error))
}

async fn run(app: &App, exchange: &mut Exchange, address: &Address, limit: Duration, check: bool) -> AppResult<Ended> {
    let began = Instant::now();
    let mut socket: Option<Socket> = None;
    let mut outs = exchange.on(app, Event::Wake, app.now_ms());
    let mut tries = 0;
    let mut quiet = 0;
    loop {
        // Whatever is to be done, before anything more is heard.
        while let Some(out) = (!outs.is_empty()).then(|| outs.remove(0)) {
            let event = match out {
                Out::Connect => {
                    tries += 1;
                    match Socket::open(address).await {
                        Ok(opened) => {
                            socket = Some(opened);
                            Event::Opened
                        }
                        Err(loss) => Event::Lost(loss, app.entropy()),
                    }
                }
                Out::Close => {
                    if let Some(socket) = socket.take() {
                        socket.close().await;
                    }
                    continue;
                }
                Out::Send(frame) => match socket.as_mut() {
                    Some(open) => match open.send(&frame).await {
                        Ok(()) => continue,
                        Err(loss) => {
                            socket = None;
                            Event::Lost(loss, app.entropy())
                        }
                    },
                    None => continue,
                },
            };
            outs.extend(exchange.on(app, event, app.now_ms()));
        }
        match exchange.engine().proof() {
            Proof::Synced if check && exchange.engine().standing().to_check.is_some() && began.elapsed() < limit => {}
            Proof::Synced if exchange.hands_in() && quiet < HAND_IN_QUIET_MAX && began.elapsed() < limit => {}
            Proof::Synced => {
                if let Some(socket) = socket.take() {
                    socket.close().await;
                }
                return Ok(Ended::Synced);
            }
            Proof::Not(why) => {
                let resting = matches!(exchange.engine().phase(), Phase::Resting { .. });
                let over = matches!(exchange.engine().phase(), Phase::Stopped(_))
                    || resting && why.iter().any(|(why, _)| *why == Why::UnknownKey);
                let gave_up = resting && tries >= 3;
                let refused = matches!(exchange.engine().phase(), Phase::Live)
                    && why.iter().any(|(why, _)| matches!(why, Why::ReadOnly | Why::Quota | Why::LogDiffers));
                if exchange.is_read() {
                    if let Some(socket) = socket.take() {
                        socket.close().await;
                    }
                    return Ok(Ended::Read);
                }
                // Nothing comes any more, and what is missing is not on its way.
                let silent = quiet >= QUIET_MAX;
                // Changes that were made beside the snapshot can be placed when its history is here, which comes later: a
                // newcomer does not wait for it.
                let later = !check
                    && exchange.engine().standing().to_check.is_some()
                    && why.iter().all(|(why, _)| *why == Why::Parked);
                if over || gave_up || refused || silent || later || began.elapsed() >= limit {
                    return Ok(Ended::Not(why));
                }
            }
        }
        let event = if let Some(open) = socket.as_mut() {
            let step = Duration::from_millis(500);
            match tokio::time::timeout(step, open.receive()).await {
                Ok(Ok(Came::Frame(frame))) => {
                    quiet = 0;
                    Event::Frame(frame)
                }
                Ok(Ok(Came::Alive)) => Event::Alive,
                Ok(Err(loss)) => {
                    socket = None;
                    Event::Lost(loss, app.entropy())
                }
                Err(_) => {
                    quiet += 1;
                    Event::Tick
                }
            }
        } else {
            // Resting between two tries, as long as the engine says.
            let now = app.now_ms();
            let rest = exchange.engine().next_tick(now).saturating_sub(now).clamp(10, 3_000);
            pause(u64::try_from(rest).unwrap_or(100)).await;
            Event::Tick
        };
        outs = exchange.on(app, event, app.now_ms());
    }
}

async fn pause(ms: u64) {
    #[cfg(feature = "sim")]
    if super::sim::rests(ms) {
        return;
    }
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Why a conversation did not end in sync, as an error.
pub(crate) fn not_synced(address: &Address, why: &[(Why, u32)]) -> AppError {
    let has = |wanted: Why| why.iter().any(|(why, _)| *why == wanted);
    let at = |code| AppError::new(code).at(address.text());
    if has(Why::Revoked) {
        AppError::new(Code::Revoked)
    } else if has(Why::Certificate) {
        at(Code::RelayCertificate)
    } else if has(Why::Unreachable) || has(Why::CaptivePortal) {
        at(Code::RelayUnreachable)
    } else if has(Why::UnknownSpace) {
        at(Code::AdmissionCode)
    } else {
        let words: Vec<String> =
            why.iter().map(|(why, count)| format!("{} ({count})", super::status::word(*why))).collect();
        at(Code::NotSynced).with(words.join(", "))
    }
}

/// The loss as an error.
pub(crate) fn of_loss(address: &Address, loss: Loss) -> AppError {
    let code = match loss {
        Loss::Certificate => Code::RelayCertificate,
        _ => Code::RelayUnreachable,
    };
    AppError::new(code).at(address.text())
}
