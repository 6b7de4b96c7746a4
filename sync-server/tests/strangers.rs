//! Who has proven nothing costs little; and whatever bytes come, nothing that is not rightly signed is stored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::time::{Duration, Instant};

use common::carrier::{Carrier, acks};
use common::program::{LIMIT, Program};
use common::{Greeting, NOW, Town, Writer, directory, random};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tovholder_protocol::{Nonce, Role, ToLaptop, ToRelay, encode};

/// The head of a WebSocket frame that a laptop sends: binary, whole, so many bytes, masked by zeros.
fn head_of(bytes: u32) -> Vec<u8> {
    [&[0x82, 0x80 | 127, 0, 0, 0, 0][..], &bytes.to_be_bytes(), &[0; 4]].concat()
}

#[tokio::test]
async fn who_has_proven_no_key_makes_the_relay_hold_no_more_than_a_greeting() {
    let dir = directory("strangers");
    let relay = Program::open(&dir);
    let before = relay.figure("memory_bytes").await;
    let piece = vec![0; 1 << 16];
    let mut held = Vec::new();
    for _ in 0..60 {
        let mut stranger = relay.client().await;
        let stream = stranger.socket.get_mut();
        // A frame that is not too long for one who is in, and never ends.
        stream.write_all(&head_of(6 << 20)).await.unwrap();
        for _ in 0..95 {
            let sending = tokio::time::timeout(Duration::from_millis(500), stream.write_all(&piece));
            if !matches!(sending.await, Ok(Ok(()))) {
                break;
            }
        }
        held.push(stranger);
    }
    let after = relay.figure("memory_bytes").await;
    let began = Instant::now();
    relay.until("connections", |count| count == 0).await;
    assert!(began.elapsed() < Duration::from_secs(5), "they are cut off, and not only late");
    assert!(after < before + (32 << 20), "{before} → {after} bytes, of 60 strangers who sent 6 MB each");
    drop(held);
    // Who has proven a key may hand in a chain that is far longer than a greeting.
    let mut town = Town::founded();
    for _ in 0..300 {
        town.invite(Role::Editor, NOW);
    }
    let chain = encode(&ToRelay::Admit { code: None, entries: town.entries.clone() });
    assert!(chain.len() > 64 << 10, "{}", chain.len());
    let mut client = relay.client().await;
    client.admit(&town, None).await.unwrap();
    let mut body = vec![0; 3 << 20];
    random()(&mut body).unwrap();
    client.put(vec![Writer::new(&town.admin).write(&town, &body).0]).await.unwrap();
}

#[tokio::test]
async fn who_says_nothing_holds_nobody_else_up_for_long() {
    let dir = directory("half-open");
    let relay = Program::start(&dir, "admission = \"open\"\nhalf_open_max = 2\ngreeting_s_max = 1\n");
    let began = Instant::now();
    let mut silent = Vec::new();
    for _ in 0..2 {
        silent.push(TcpStream::connect(&relay.address).await.unwrap());
    }
    // One that begins and does not go on.
    silent[0].write_all(b"GET /sync HTTP/1.1\r\nHost: ").await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (status, _) = relay.get("/healthz", "").await;
    assert_eq!(status, 200);
    assert!(began.elapsed() > Duration::from_millis(700), "it waited for room: {:?}", began.elapsed());
    for mut stream in silent {
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(LIMIT, stream.read_to_end(&mut answer)).await.expect("it is closed");
    }
    // Those who are through hold no room: many more than two.
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(relay.client().await);
    }
    let heard = open[9].rest().await;
    assert!(matches!(heard.as_slice(), [ToLaptop::Challenge { .. }, ToLaptop::Refused(_)]), "{heard:?}");
}

fn founded() -> (Town, Carrier) {
    let mut town = Town::founded();
    town.member(Role::Editor);
    let carrier = Carrier::with(&town);
    (town, carrier)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes of any kind, before and after a hello: an answer, or the end; and nothing is stored.
    #[test]
    fn any_bytes_are_answered_or_end_the_connection(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..6),
        number in 0..12_u8,
        inside in any::<bool>(),
    ) {
        let (town, mut carrier) = founded();
        let id = if inside { carrier.device(&town, &town.admin.clone()) } else { carrier.connect() };
        for mut bytes in frames {
            if bytes.len() > 2 {
                // A frame at first sight.
                bytes[..2].copy_from_slice(&[0x82, number]);
            }
            let outputs = carrier.relay.frame(id, &bytes, carrier.now_ms);
            carrier.take(outputs);
            carrier.settle();
        }
        prop_assert!(acks(&carrier.heard(id)).is_empty());
        prop_assert_eq!(carrier.head(&town).n, 0);
        prop_assert_eq!(carrier.device(&town, &town.admin.clone()) > id, true, "the others are as before");
    }

    /// A frame that was right, with some bytes changed: what is stored is what was signed, or nothing.
    #[test]
    fn a_frame_that_was_touched_stores_nothing_else_than_what_was_signed(
        which in 0..4_u8,
        touches in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let (town, mut carrier) = founded();
        let (envelope, hash) = Writer::new(&town.admin).next(&town);
        let (_, invite) = town.invitation_by(&town.admin, Role::Reader, false, NOW);
        let head = carrier.head(&town);
        let (id, frame) = match which {
            0 => (carrier.device(&town, &town.admin.clone()), ToRelay::Put(vec![envelope])),
            1 => (carrier.device(&town, &town.admin.clone()), ToRelay::Entry(invite.clone())),
            2 => (carrier.device(&town, &town.admin.clone()), town.say(&town.admin, head)),
            _ => {
                let id = carrier.connect();
                let nonce: Nonce = carrier.nonce(id);
                (id, Greeting::device(&town, &town.admin).frame(&nonce))
            }
        };
        let right = encode(&frame);
        let mut bytes = right.clone();
        for (at, byte) in touches {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        prop_assume!(bytes != right);
        carrier.heard(id);
        let outputs = carrier.relay.frame(id, &bytes, carrier.now_ms);
        carrier.take(outputs);
        carrier.settle();
        let heard = carrier.heard(id);
        // A place's number may be written in two ways; then it is the same frame.
        let same = tovholder_protocol::decode::<ToRelay>(&bytes, usize::MAX).is_ok_and(|read| read == frame);
        if !same {
            prop_assert!(acks(&heard).iter().all(|(acked, _)| *acked == hash), "{:?}", heard);
            prop_assert!(carrier.head(&town).n == 0, "{heard:?}");
            prop_assert!(!heard.iter().any(|one| matches!(one, ToLaptop::Stands(_) | ToLaptop::Welcome(_))), "{heard:?}");
        }
    }
}
