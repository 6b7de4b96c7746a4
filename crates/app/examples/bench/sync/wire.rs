//! A wire that counts: what passes between a laptop and the relay, byte by byte and frame by frame.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Outcome;

/// A WebSocket frame that is no control frame.
const BINARY: u8 = 2;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToRelay,
    ToLaptop,
}

/// What has passed.
#[derive(Debug, Clone, Default)]
pub struct Passed {
    pub bytes_to_relay: usize,
    pub bytes_to_laptop: usize,
    /// Frames in their order, but for pings and goodbyes: which way, and bytes of what is in them.
    pub frames: Vec<(Way, usize)>,
    rests: [Vec<u8>; 2],
    upgraded: [bool; 2],
}

impl Passed {
    /// Everything, HTTP and TCP's payload.
    pub fn bytes(&self) -> usize {
        self.bytes_to_relay + self.bytes_to_laptop
    }

    /// How often the laptop said something and heard something of the relay behind it.
    pub fn round_trips(&self) -> usize {
        self.frames.windows(2).filter(|pair| matches!(pair, [(Way::ToRelay, _), (Way::ToLaptop, _)])).count()
    }

    fn pass(&mut self, way: Way, bytes: &[u8]) {
        let side = usize::from(way == Way::ToLaptop);
        *(if side == 1 { &mut self.bytes_to_laptop } else { &mut self.bytes_to_relay }) += bytes.len();
        let (Some(rest), Some(upgraded)) = (self.rests.get_mut(side), self.upgraded.get_mut(side)) else { return };
        rest.extend_from_slice(bytes);
        if !*upgraded {
            let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") else { return };
            rest.drain(..end + 4);
            *upgraded = true;
        }
        while let Some((opcode, length, whole)) = frame(rest) {
            rest.drain(..whole);
            if opcode <= BINARY {
                self.frames.push((way, length));
            }
        }
    }
}

/// The first frame of these bytes: its kind, the bytes in it, the bytes of it all. None when it is not whole.
fn frame(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let (length, head) = match second & 0x7f {
        126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let whole = head + mask + length;
    (bytes.len() >= whole).then_some((first & 0x0f, length, whole))
}

/// A listener that hands everything on to the relay.
pub struct Wire {
    pub url: String,
    passed: Arc<Mutex<Passed>>,
}

fn lock(passed: &Mutex<Passed>) -> MutexGuard<'_, Passed> {
    passed.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Wire {
    pub fn to(relay: &str) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("ws://{}", listener.local_addr()?);
        let passed = Arc::new(Mutex::new(Passed::default()));
        let (relay, counted) = (relay.to_owned(), Arc::clone(&passed));
        // It ends with the program.
        std::thread::spawn(move || {
            for laptop in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&relay) else { continue };
                let _ = (laptop.set_nodelay(true), server.set_nodelay(true));
                *lock(&counted) = Passed::default();
                if let (Ok(laptop_too), Ok(server_too)) = (laptop.try_clone(), server.try_clone()) {
                    hand_on(laptop, server, Way::ToRelay, &counted);
                    hand_on(server_too, laptop_too, Way::ToLaptop, &counted);
                }
            }
        });
        Ok(Self { url, passed })
    }

    /// What has passed over the newest connection.
    pub fn passed(&self) -> Passed {
        lock(&self.passed).clone()
    }
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, way: Way, passed: &Arc<Mutex<Passed>>) {
    let passed = Arc::clone(passed);
    std::thread::spawn(move || {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(count) = from.read(&mut bytes) {
            let Some(read) = bytes.get(..count).filter(|read| !read.is_empty()) else { break };
            lock(&passed).pass(way, read);
            if to.write_all(read).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
