//! One laptop: says who it is, follows the log, hands in an edit now and then.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use tovholder_crypto::{DeviceSecret, Draft, envelope_hash, running, seal_envelope};
use tovholder_protocol::limits::FRAME_BYTES_MAX;
use tovholder_protocol::{
    Credential, Cursor, DocumentId, Hash, Hello, Incarnation, Item, Refusal, ToLaptop, ToRelay, VERSION, VERSION_MIN,
    decode, encode,
};

use crate::Outcome;
use crate::tally::Tally;
use crate::town::{Town, random};

/// Clients that come from one address of this machine; an address has 28,000 ports.
const CLIENTS_PER_ADDRESS: usize = 4_000;
/// How often a laptop says how far it has read, as the engine does.
const SAY_EVERY: Duration = Duration::from_secs(60);
/// Bytes of what it says beside that: where it is.
const SAID: [u8; 24] = [7; 24];

/// What everybody does.
pub struct Plan {
    pub relay: SocketAddr,
    pub bodies: Vec<Vec<u8>>,
    pub every: Duration,
    /// Edits of each, the one that warms up among them.
    pub edits: u32,
    pub clients: usize,
}

/// One laptop.
pub struct Client {
    number: usize,
    town: Arc<Town>,
    plan: Arc<Plan>,
    tally: Arc<Tally>,
    secret: DeviceSecret,
    founder: bool,
    cursor: Cursor,
    counter: u64,
    previous: Hash,
}

type Socket = WebSocketStream<TcpStream>;

/// An incarnation that tells whose it is.
fn incarnation(number: usize) -> Incarnation {
    let mut id = Incarnation::default();
    if let Some(begin) = id.0.first_chunk_mut::<8>() {
        *begin = (number as u64).to_le_bytes();
    }
    id
}

fn number_of(incarnation: &Incarnation) -> usize {
    let number = incarnation.0.first_chunk::<8>().map_or(u64::MAX, |begin| u64::from_le_bytes(*begin));
    usize::try_from(number).unwrap_or(usize::MAX)
}

async fn send(socket: &mut Socket, frame: &ToRelay) -> Outcome {
    Ok(socket.send(Message::Binary(Bytes::from(encode(frame)))).await?)
}

async fn receive(socket: &mut Socket) -> Outcome<ToLaptop> {
    loop {
        match socket.next().await.ok_or("the relay closed the connection")?? {
            Message::Binary(bytes) => return Ok(decode(&bytes, FRAME_BYTES_MAX)?),
            Message::Ping(_) | Message::Pong(_) => {}
            other => return Err(format!("came instead of a frame: {other:?}").into()),
        }
    }
}

impl Client {
    pub fn new(number: usize, member: usize, town: Arc<Town>, plan: Arc<Plan>, tally: Arc<Tally>) -> Self {
        let secret = town.secrets.get(member).cloned().unwrap_or_else(|| DeviceSecret::from_bytes([0; 32]));
        let cursor = Cursor { log: tovholder_protocol::LogId::default(), n: 0, hash: Hash::default() };
        Self { number, town, plan, tally, secret, founder: member == 0, cursor, counter: 0, previous: Hash::default() }
    }

    /// From the first frame to the end of the load.
    pub async fn live(mut self, greetings: &Semaphore, mut begin: watch::Receiver<Option<Instant>>) -> Outcome {
        if !self.founder {
            self.town.admitted.subscribe().wait_for(|admitted| *admitted).await?;
        }
        let greeting = greetings.acquire().await?;
        let mut socket = self.come_in().await?;
        drop(greeting);
        self.tally.live.fetch_add(1, Ordering::Relaxed);
        self.say(&mut socket).await?;
        let mut load_since = None;
        let mut saying = tokio::time::interval_at(self.spread(SAY_EVERY, Instant::now()).into(), SAY_EVERY);
        let mut next = Instant::now();
        loop {
            let edits = load_since.is_some() && self.counter < u64::from(self.plan.edits);
            tokio::select! {
                frame = receive(&mut socket) => self.take(frame?)?,
                () = tokio::time::sleep_until(next.into()), if edits => {
                    self.edit(&mut socket).await?;
                    next += self.plan.every;
                }
                _ = saying.tick() => self.say(&mut socket).await?,
                changed = begin.changed(), if load_since.is_none() => {
                    changed?;
                    load_since = *begin.borrow();
                    next = self.spread(self.plan.every, load_since.unwrap_or_else(Instant::now));
                }
            }
        }
    }

    /// This client's moment within a span, so that all of them are spread evenly over it.
    fn spread(&self, span: Duration, from: Instant) -> Instant {
        from + span.mul_f64((self.number as f64 + 0.5) / self.plan.clients as f64)
    }

    async fn come_in(&mut self) -> Outcome<Socket> {
        let tcp = TcpSocket::new_v4()?;
        let host = u8::try_from(1 + self.number / CLIENTS_PER_ADDRESS)?;
        tcp.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, host)), 0))?;
        let stream = tcp.connect(self.plan.relay).await?;
        stream.set_nodelay(true)?;
        let (mut socket, _) = client_async(format!("ws://{}/sync", self.plan.relay), stream).await?;
        loop {
            match receive(&mut socket).await? {
                ToLaptop::Challenge { nonce, .. } => {
                    let hello = encode(&Hello {
                        version: VERSION,
                        version_min: VERSION_MIN,
                        space: self.town.chain.space(),
                        credential: Credential::Device,
                        key: self.secret.key(),
                        cursor: None,
                        chain: self.town.chain.point(),
                        quiet: true,
                    });
                    let signature = self.secret.sign_hello(&nonce.0, &hello);
                    send(&mut socket, &ToRelay::Hello { hello, signature }).await?;
                }
                ToLaptop::Refused(refused) if refused.why == Refusal::UnknownSpace && self.founder => {
                    let admit = ToRelay::Admit { code: None, entries: self.town.entries.clone() };
                    send(&mut socket, &admit).await?;
                }
                ToLaptop::Welcome(welcome) => {
                    if self.founder {
                        self.town.admitted.send_replace(true);
                    }
                    self.cursor.log = welcome.head.log;
                    send(&mut socket, &ToRelay::Follow(self.cursor)).await?;
                    return Ok(socket);
                }
                ToLaptop::Refused(refused) => return Err(format!("refused: {refused:?}").into()),
                other => return Err(format!("came before the welcome: {other:?}").into()),
            }
        }
    }

    async fn say(&self, socket: &mut Socket) -> Outcome {
        let space = self.town.chain.space();
        let sealed = self.town.ring.seal_statement(&space, &SAID, &mut random)?;
        let signature = self.secret.sign_statement(&space, &self.cursor, &sealed);
        send(socket, &ToRelay::Say { cursor: self.cursor, sealed, signature }).await
    }

    async fn edit(&mut self, socket: &mut Socket) -> Outcome {
        let count = self.plan.bodies.len();
        let body =
            self.plan.bodies.get(self.number.wrapping_mul(7).wrapping_add(usize::try_from(self.counter)?) % count);
        let draft = Draft {
            space: self.town.chain.space(),
            document: DocumentId([1; 16]),
            incarnation: incarnation(self.number),
            counter: self.counter + 1,
            previous: self.previous,
            cursor: Some(self.cursor).filter(|cursor| cursor.n > 0),
            body: body.map(Vec::as_slice).unwrap_or_default(),
        };
        let (envelope, hash) = seal_envelope(&draft, &self.secret, &self.town.ring, &mut random)?;
        self.counter += 1;
        self.previous = hash;
        self.tally.hand_in(self.number);
        send(socket, &ToRelay::Put(vec![envelope])).await
    }

    /// Takes a frame: the log must go on without gaps, and its running hash must come out.
    fn take(&mut self, frame: ToLaptop) -> Outcome {
        match frame {
            ToLaptop::Log { first, items, after } => {
                if first != self.cursor.n + 1 || after.log != self.cursor.log {
                    return Err(format!("the log goes on at {first} after {}", self.cursor.n).into());
                }
                let space = self.town.chain.space();
                for item in items {
                    let hash = match item {
                        Item::Whole(envelope) => {
                            let header = envelope.read_header()?;
                            self.tally.arrived(number_of(&header.incarnation), header.counter);
                            envelope_hash(&space, &envelope.header)
                        }
                        Item::Yours(hash) => hash,
                    };
                    self.cursor.n += 1;
                    self.cursor.hash = running(&self.cursor.hash, &hash);
                }
                if self.cursor != after {
                    return Err("the log's running hash does not come out".into());
                }
            }
            ToLaptop::Acks(acks) => acks.iter().for_each(|_| self.tally.acknowledged(self.number, self.counter)),
            ToLaptop::Refused(refused) => return Err(format!("refused: {refused:?}").into()),
            _ => {}
        }
        Ok(())
    }
}
