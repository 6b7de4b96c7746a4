//! A laptop that is connected, one step at a time: its engine and its database are the product's, the socket is ours.

use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use tovholder_app::App;
use tovholder_app::sharing::{Exchange, Out};
use tovholder_protocol::limits::FRAME_BYTES_MAX;
use tovholder_protocol::{Cursor, ToLaptop, decode, encode};
use tovholder_sync::{Event, Proof, Standing};

use crate::Outcome;

/// Nothing that is waited for takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// A conversation over an open socket.
pub struct Live<'a> {
    app: &'a App,
    exchange: Exchange,
    runtime: Runtime,
    socket: Option<WebSocketStream<TcpStream>>,
    relay: String,
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl<'a> Live<'a> {
    /// Connects, and waits until it is in sync.
    pub fn connect(app: &'a App, relay: &str) -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut live = Self { app, exchange: Exchange::new(app)?, runtime, socket: None, relay: relay.to_owned() };
        live.on(Event::Wake)?;
        live.until(|exchange| exchange.engine().proof() == Proof::Synced)?;
        Ok(live)
    }

    /// How far the log was read.
    pub fn cursor(&self) -> Option<Cursor> {
        self.exchange.engine().standing().cursor
    }

    /// Something was written here: hands it in, and waits until it is acknowledged and read.
    pub fn hand_in(&mut self) -> Outcome {
        let standing = Standing { waiting: 1, ..self.exchange.engine().standing() };
        self.on(Event::Stands(standing))?;
        self.until(|exchange| exchange.engine().proof() == Proof::Synced)
    }

    /// Waits until the log was read up to there.
    pub fn read_to(&mut self, cursor: Option<Cursor>) -> Outcome {
        self.until(|exchange| exchange.engine().standing().cursor == cursor)
    }

    fn until(&mut self, done: impl Fn(&Exchange) -> bool) -> Outcome {
        let began = Instant::now();
        while !done(&self.exchange) {
            if began.elapsed() > LIMIT {
                return Err("waited in vain for the relay".into());
            }
            let frame = self.receive()?;
            self.on(Event::Frame(frame))?;
        }
        Ok(())
    }

    fn receive(&mut self) -> Outcome<ToLaptop> {
        let socket = self.socket.as_mut().ok_or("not connected")?;
        self.runtime.block_on(async {
            loop {
                match tokio::time::timeout(LIMIT, socket.next()).await?.ok_or("the relay closed")?? {
                    Message::Binary(bytes) => return Ok(decode(&bytes, FRAME_BYTES_MAX)?),
                    Message::Ping(_) | Message::Pong(_) => {}
                    other => return Err(format!("came instead of a frame: {other:?}").into()),
                }
            }
        })
    }

    fn on(&mut self, event: Event) -> Outcome {
        let mut outs = self.exchange.on(self.app, event, now_ms());
        while !outs.is_empty() {
            match outs.remove(0) {
                Out::Connect => {
                    let relay = self.relay.clone();
                    let socket = self.runtime.block_on(async move {
                        let stream = TcpStream::connect(&relay).await?;
                        stream.set_nodelay(true)?;
                        let (socket, _) = client_async(format!("ws://{relay}/sync"), stream).await?;
                        Ok::<_, Box<dyn std::error::Error>>(socket)
                    })?;
                    self.socket = Some(socket);
                    outs.extend(self.exchange.on(self.app, Event::Opened, now_ms()));
                }
                Out::Close => return Err("the laptop closed the connection".into()),
                Out::Send(frame) => {
                    let socket = self.socket.as_mut().ok_or("not connected")?;
                    self.runtime.block_on(socket.send(Message::Binary(Bytes::from(encode(&frame)))))?;
                }
            }
        }
        Ok(())
    }
}
