//! The program itself, over real sockets: what it acknowledges it has, whom it lets in, how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::program::{Client, Program, refuses_to_start};
use common::{Greeting, Town, Writer, directory};
use futures_util::SinkExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tovholder_protocol::{Refusal, Refused, Role, ToLaptop, ToRelay};

/// Seconds since 1970: the program's clock is the machine's.
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

fn incompressible(town: &Town, writer: &mut Writer, bytes: usize) -> tovholder_protocol::Envelope {
    let mut body = vec![0; bytes];
    common::random()(&mut body).unwrap();
    writer.write(town, &body).0
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_power_cut() {
    let dir = directory("kill");
    let mut town = Town::founded_at(now());
    let editor = town.member(Role::Editor);
    let relay = Program::open(&dir);
    let mut one = relay.admitted(&town).await;
    let (mut two, _) = relay.enter(&Greeting::device(&town, &editor)).await;
    let mut writer = Writer::new(&town.admin);
    let mut written = writer.many(&town, 20);
    let acked = one.put(written.clone()).await.unwrap();
    assert_eq!(acked.iter().map(|(_, n)| *n).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
    let (heard, after) = two.read_to(20).await;
    assert_eq!(heard, written, "the other one gets it");
    written.extend(writer.many(&town, 1));
    one.put(written[20..].to_vec()).await.unwrap();
    relay.kill();
    let relay = Program::open(&dir);
    let (mut two, welcome) = relay.enter(&Greeting::device(&town, &editor).at(after)).await;
    assert!(welcome.resumed, "its place in the log stands");
    assert_eq!(welcome.head.n, 21);
    assert_eq!(two.read_to(21).await.0, written[20..]);
    let (mut new, _) = relay.enter(&Greeting::device(&town, &editor)).await;
    assert_eq!(new.read_to(21).await.0, written);
}

/// Measured from below alone: a busy machine takes longer, and never less than what is waited for.
#[tokio::test]
async fn commits_are_apart_once_many_are_connected_and_not_before() {
    const APART: Duration = Duration::from_millis(200);
    let dir = directory("gather");
    let mut town = Town::founded_at(now());
    let editor = town.member(Role::Editor);
    let relay = Program::start(&dir, "admission = \"open\"\ngather_ms = 200\n");
    let mut one = relay.admitted(&town).await;
    let mut writer = Writer::new(&town.admin);
    let handed_in = async |one: &mut Client<TcpStream>, writer: &mut Writer, town: &Town| {
        let began = std::time::Instant::now();
        for envelope in writer.many(town, 4) {
            one.put(vec![envelope]).await.unwrap();
        }
        began.elapsed()
    };
    let few = handed_in(&mut one, &mut writer, &town).await;
    let mut others = Vec::new();
    for _ in 0..63 {
        others.push(relay.enter(&Greeting::device(&town, &editor)).await.0);
    }
    relay.until("connections", |count| count == 64).await;
    let many = handed_in(&mut one, &mut writer, &town).await;
    assert!(many >= APART * 3, "four commits of 64 connections are three gaps apart: {many:?}");
    assert!(few < many, "below that nobody waits: {few:?}, {many:?}");
}

#[tokio::test]
async fn a_reader_that_does_not_read_is_cut_off_and_resumes() {
    let dir = directory("slow");
    let mut town = Town::founded_at(now());
    let editor = town.member(Role::Editor);
    let relay = Program::start(&dir, "admission = \"open\"\nsend_s_max = 1\nwaiting_frames_max = 4\nmb_per_s = 200\n");
    let mut one = relay.admitted(&town).await;
    let (slow, _) = relay.enter(&Greeting::device(&town, &editor)).await;
    assert_eq!(relay.figure("connections").await, 2);
    let mut writer = Writer::new(&town.admin);
    // More than sockets hold.
    let mut written = Vec::new();
    for _ in 0..12 {
        let envelope = incompressible(&town, &mut writer, 2 << 20);
        written.push(envelope.clone());
        one.put(vec![envelope]).await.unwrap();
    }
    relay.until("slow_readers_total", |count| count >= 1).await;
    relay.until("connections", |count| count == 1).await;
    assert!(relay.figure("memory_bytes").await < 200 << 20, "what it does not read is not kept for it");
    drop(slow);
    let (mut again, welcome) = relay.enter(&Greeting::device(&town, &editor)).await;
    assert_eq!(welcome.head.n, 12);
    assert_eq!(again.read_to(12).await.0, written);
    // One that asks and does not listen: its answers fill its queue.
    let (mut deaf, _) = relay.enter(&Greeting::device(&town, &editor).quiet()).await;
    for _ in 0..200 {
        if deaf.socket.send(Message::Binary(tovholder_protocol::encode(&ToRelay::Fetch(vec![1])).into())).await.is_err()
        {
            break;
        }
    }
    relay.until("slow_readers_total", |count| count >= 2).await;
}

#[tokio::test]
async fn garbage_is_answered_by_the_end_and_hurts_nobody_else() {
    let dir = directory("garbage");
    let town = Town::founded_at(now());
    let relay = Program::open(&dir);
    let mut good = relay.admitted(&town).await;
    let ends = |heard: Vec<ToLaptop>| match heard.last() {
        Some(ToLaptop::Refused(Refused { why, closing: true, .. })) => Some(*why),
        _ => None,
    };
    for bytes in [vec![], vec![0xff; 10], vec![0; 5_000], tovholder_protocol::encode(&ToRelay::List(1))] {
        let mut client = relay.client().await;
        client.socket.send(Message::Binary(bytes.into())).await.unwrap();
        assert_eq!(ends(client.rest().await), Some(Refusal::BadFrame));
    }
    // Text, and a frame that is longer than any may be: cut off without a word.
    let mut client = relay.client().await;
    client.socket.send(Message::Text("hello".into())).await.unwrap();
    assert_eq!(client.rest().await.len(), 1, "the challenge, and no more");
    let mut client = relay.client().await;
    let _ = client.socket.send(Message::Binary(vec![0; 7 << 20].into())).await;
    assert_eq!(ends(client.rest().await), None);
    // No WebSocket, no HTTP, nothing at all.
    for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"GET / HTTP/9\r\n\r\n", &vec![0; 20_000]] {
        let mut stream = TcpStream::connect(&relay.address).await.unwrap();
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap();
        assert!(!answer.starts_with(b"HTTP/1.1 2"));
    }
    good.put(Writer::new(&town.admin).many(&town, 1)).await.unwrap();
    assert_eq!(relay.figure("connections").await, 1);
}

#[test]
fn what_would_stand_open_to_the_world_does_not_start() {
    let dir = directory("refused");
    let data = dir.join("data");
    let start = |words: &[&str]| refuses_to_start(&[words, &["--data-dir", data.to_str().unwrap()]].concat());
    assert!(start(&["--listen", "0.0.0.0:0", "--admission", "open"]).contains("loopback only"));
    assert!(start(&["--listen", "0.0.0.0:0"]).contains("without TLS"));
    assert!(start(&["--listen", "[::]:0"]).contains("without TLS"));
    let config = dir.join("relay.toml");
    for (settings, why) in [
        ("waiting_frames_max = 0", "waiting_frames_max"),
        ("tls_key = \"a\"", "go together"),
        ("tls_key = \"/nowhere\"\ntls_certificate = \"/nowhere\"", "/nowhere"),
        ("surprise = 1", "surprise"),
        ("behind_proxy = true", "trusted_proxies"),
    ] {
        std::fs::write(&config, settings).unwrap();
        let said = start(&["--config", config.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
        assert!(said.contains(why), "{settings}: {said}");
    }
    assert!(!data.exists(), "nothing is made by what does not start");
    assert!(start(&["admin", "list"]).contains("no relay's database"));
    assert!(!data.exists());
}

#[tokio::test]
async fn the_hosts_commands_work_while_the_relay_runs() {
    let dir = directory("admin");
    let (town, second) = (Town::founded_at(now()), Town::founded_at(now()));
    let relay = Program::start(&dir, "");
    assert_eq!(relay.admin_json(&["list"]), serde_json::json!([]));
    let made = relay.admin_json(&["admit", "--name", "Viborg", "--quota-mb", "3"]);
    let code = made["code"].as_str().unwrap();
    assert_eq!(relay.client().await.admit(&town, None).await.unwrap_err().why, Refusal::NotAdmitted);
    let mut client = relay.client().await;
    client.admit(&town, Some(code)).await.unwrap();
    assert_eq!(relay.client().await.admit(&second, Some(code)).await.unwrap_err().why, Refusal::NotAdmitted);
    let mut writer = Writer::new(&town.admin);
    client.put(vec![incompressible(&town, &mut writer, 2 << 20)]).await.unwrap();
    let rows = relay.admin_json(&["list"]);
    assert_eq!(rows[0]["id"], town.space().to_string());
    assert_eq!((&rows[0]["name"], &rows[0]["envelopes"]), (&"Viborg".into(), &1.into()));
    // More quota, taken over without a restart.
    let large = incompressible(&town, &mut writer, 2 << 20);
    assert_eq!(client.put(vec![large.clone()]).await.unwrap_err().why, Refusal::Quota);
    relay.admin_json(&["quota", "Viborg", "10"]);
    let mut tries = 0;
    while let Err(refused) = client.put(vec![large.clone()]).await {
        assert_eq!(refused.why, Refusal::Quota);
        tries += 1;
        assert!(tries < 100, "the quota is not taken over");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // A copy while it writes: a relay on it has everything that was acknowledged before.
    let writing = tokio::spawn(async move {
        let mut writer = writer;
        for _ in 0..50 {
            let envelope = writer.next(&town).0;
            client.put(vec![envelope]).await.unwrap();
        }
        (client, town)
    });
    let copy = dir.join("copy.db");
    relay.admin_json(&["backup", copy.to_str().unwrap()]);
    assert!(!relay.admin(&["backup", copy.to_str().unwrap()]).status.success(), "nothing is written over");
    let (mut client, town) = writing.await.unwrap();
    let restored = directory("admin-restored");
    std::fs::create_dir_all(restored.join("data")).unwrap();
    std::fs::copy(&copy, restored.join("data/relay.db")).unwrap();
    let other = Program::start(&restored, "");
    let (mut from_copy, welcome) = other.enter(&Greeting::device(&town, &town.admin)).await;
    assert!(welcome.head.n >= 2);
    assert_eq!(from_copy.read_to(welcome.head.n).await.1.hash, welcome.head.hash);
    // Removing says what it would do first, and then does it, connections and all.
    let id = town.space().to_string();
    let asked = relay.admin(&["remove", &id[..12]]);
    assert!(!asked.status.success() && String::from_utf8_lossy(&asked.stderr).contains("--yes"));
    assert!(!relay.admin(&["remove", "nobody", "--yes"]).status.success());
    relay.admin_json(&["remove", &id[..12], "--yes"]);
    let heard = client.rest().await;
    assert_eq!(
        heard.last(),
        Some(&ToLaptop::Refused(Refused { why: Refusal::UnknownSpace, what: None, closing: true }))
    );
    assert_eq!(relay.admin_json(&["list"]), serde_json::json!([]));
    let knock = relay.client().await.refused_hello(&Greeting::device(&town, &town.admin)).await;
    assert_eq!(knock.why, Refusal::UnknownSpace);
}

#[tokio::test]
async fn health_and_figures_tell_the_truth() {
    let dir = directory("health");
    let town = Town::founded_at(now());
    let relay = Program::open(&dir);
    assert_eq!(relay.get("/healthz", "").await, (200, "ok\n".to_owned()));
    assert_eq!(relay.get("/readyz", "").await, (200, "ready\n".to_owned()));
    let (status, text) = relay.get("/", "").await;
    assert!(status == 426 && text.contains("Tovholder relay"), "{status} {text}");
    let mut client = relay.admitted(&town).await;
    client.put(Writer::new(&town.admin).many(&town, 5)).await.unwrap();
    client.put(vec![Writer { counter: 7, ..Writer::new(&town.admin) }.next(&town).0]).await.unwrap_err();
    assert_eq!(relay.figure("spaces").await, 1);
    assert_eq!(relay.figure("connections").await, 1);
    assert_eq!(relay.figure("envelopes_total").await, 5);
    assert_eq!(relay.figure("refused_total{why=\"Gap\"}").await, 1);
    assert_eq!(relay.figure("commits_failed_total").await, 0);
    let (_, text) = relay.get("/metrics", "").await;
    assert!(!text.contains(&town.space().to_string()), "no municipality is named");
    for line in text.lines() {
        let fine =
            line.starts_with("# ") || line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok());
        assert!(fine, "{line}");
    }
}

#[tokio::test]
async fn a_stop_acknowledges_what_was_handed_in_says_so_and_ends_well() {
    let dir = directory("stop");
    let town = Town::founded_at(now());
    let relay = Program::open(&dir);
    let mut client = relay.admitted(&town).await;
    let idle = relay.client().await;
    let mut writer = Writer::new(&town.admin);
    for _ in 0..50 {
        let envelopes = writer.many(&town, 4);
        client.send(&ToRelay::Put(envelopes)).await;
    }
    relay.until("envelopes_total", |count| count > 0).await;
    relay.ask_to_stop();
    let heard = client.rest().await;
    assert_eq!(heard.last(), Some(&ToLaptop::Refused(Refused { why: Refusal::Stopping, what: None, closing: true })));
    let acked = common::carrier::acks(&heard);
    assert!(!acked.is_empty());
    drop(idle);
    assert_eq!(relay.ended().await, Some(0));
    assert!(!dir.join("data/relay.db-wal").exists(), "the WAL is emptied into the database");
    let relay = Program::open(&dir);
    let (mut client, welcome) = relay.enter(&Greeting::device(&town, &town.admin)).await;
    let last = acked.last().unwrap().1;
    assert!(welcome.head.n >= last);
    let (there, _) = client.read_to(welcome.head.n).await;
    let hashes: Vec<_> = there.iter().map(|one| tovholder_crypto::envelope_hash(&town.space(), &one.header)).collect();
    assert!(acked.iter().all(|(hash, n)| hashes[usize::try_from(*n).unwrap() - 1] == *hash));
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_a_proxys_word_counts_where_it_was_named() {
    let dir = directory("addresses");
    let plain = "admission = \"open\"\nconnections_per_address_max = 2\n";
    let upgrade = |from: &str| {
        format!(
            "X-Forwarded-For: {from}\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \
             dGhlIHNhbXBsZSBub25jZQ==\r\nConnection: upgrade\r\n"
        )
    };
    let relay = Program::start(&dir, plain);
    let (_one, _two) = (relay.client().await, relay.client().await);
    assert_eq!(relay.get("/", &upgrade("10.0.0.1")).await.0, 429, "who is no proxy is not believed");
    drop(relay);
    let relay = Program::start(&dir, &format!("{plain}behind_proxy = true\ntrusted_proxies = [\"127.0.0.1\"]\n"));
    let open = async |from: &'static str| {
        let stream = TcpStream::connect(&relay.address).await.unwrap();
        let mut request = tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(format!(
            "ws://{}/sync",
            relay.address
        ))
        .unwrap();
        request.headers_mut().insert("x-forwarded-for", from.parse().unwrap());
        tokio_tungstenite::client_async(request, stream).await
    };
    let mut kept = Vec::new();
    for from in ["10.0.0.1", "9.9.9.9, 10.0.0.1", "10.0.0.2"] {
        kept.push(open(from).await.unwrap());
    }
    assert!(open("10.0.0.1").await.is_err(), "the last one named is the one that the proxy saw");
    drop(kept);
}

#[tokio::test]
async fn tls_by_the_relay_itself_for_who_trusts_its_certificate() {
    use tokio_rustls::rustls::pki_types::ServerName;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};
    let dir = directory("tls");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let settings = format!(
        "admission = \"open\"\ntls_certificate = {:?}\ntls_key = {:?}\n",
        certificate.display().to_string(),
        key.display().to_string()
    );
    let relay = Program::start(&dir, &settings);
    let connector = |trusting: bool| {
        let mut roots = RootCertStore::empty();
        if trusting {
            roots.add(made.cert.der().clone()).unwrap();
        }
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        tokio_rustls::TlsConnector::from(Arc::new(config))
    };
    let name = || ServerName::try_from("localhost").unwrap();
    let stream = || TcpStream::connect(relay.address.clone());
    assert!(connector(false).connect(name(), stream().await.unwrap()).await.is_err(), "who does not trust it");
    let secured = connector(true).connect(name(), stream().await.unwrap()).await.unwrap();
    let mut client = Client::over(secured, "wss://localhost").await;
    let town = Town::founded_at(now());
    client.admit(&town, None).await.unwrap();
    client.put(Writer::new(&town.admin).many(&town, 2)).await.unwrap();
    // Plain words are not answered, and silence does not stay.
    let mut plain = stream().await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: relay\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(20), plain.read_to_end(&mut answer)).await.unwrap();
    assert!(!answer.starts_with(b"HTTP"));
}
