//! The real program, and a client that speaks to it over a real socket.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tovholder_protocol::{Envelope, Hash, Item, Refused, ToLaptop, ToRelay, Welcome, decode, encode};

use super::{Greeting, Town};

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(30);

const PROGRAM: &str = env!("CARGO_BIN_EXE_tovholder-relay");

/// A relay that runs.
pub struct Program {
    child: Child,
    /// `127.0.0.1:…`
    pub address: String,
    pub dir: PathBuf,
}

impl Program {
    /// With these settings beside the data directory; open to anybody unless they say otherwise.
    pub fn start(dir: &Path, settings: &str) -> Self {
        let config = dir.join("relay.toml");
        std::fs::write(&config, settings).unwrap();
        let mut child = Command::new(PROGRAM)
            .args(["--listen", "127.0.0.1:0", "--json", "--config"])
            .arg(&config)
            .arg("--data-dir")
            .arg(dir.join("data"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).expect(&line);
        let address = said["listening"].as_str().unwrap().split_once("://").unwrap().1.to_owned();
        Self { child, address, dir: dir.to_owned() }
    }

    pub fn open(dir: &Path) -> Self {
        Self::start(dir, "admission = \"open\"\n")
    }

    /// As a power cut does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As systemd does.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }

    /// Its exit code, in time.
    pub async fn ended(mut self) -> Option<i32> {
        for _ in 0..300 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it does not end");
    }

    /// One of the host's commands, beside the relay that runs.
    pub fn admin(&self, words: &[&str]) -> Output {
        let mut command = Command::new(PROGRAM);
        command.arg("admin").args(words).arg("--data-dir").arg(self.dir.join("data"));
        command.output().unwrap()
    }

    pub fn admin_json(&self, words: &[&str]) -> serde_json::Value {
        let output = self.admin(&[words, &["--json"]].concat());
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub async fn client(&self) -> Client<TcpStream> {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        Client::over(stream, &format!("ws://{}", self.address)).await
    }

    pub async fn enter(&self, greeting: &Greeting) -> (Client<TcpStream>, Welcome) {
        let mut client = self.client().await;
        let welcome = client.hello(greeting).await;
        (client, welcome)
    }

    /// The town, admitted without a code, and its admin's connection.
    pub async fn admitted(&self, town: &Town) -> Client<TcpStream> {
        let mut client = self.client().await;
        client.admit(town, None).await.unwrap();
        client
    }

    /// A plain request: status and body.
    pub async fn get(&self, path: &str, headers: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: relay\r\n{headers}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        tokio::time::timeout(LIMIT, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// A figure of `/metrics`.
    pub async fn figure(&self, name: &str) -> u64 {
        let (_, text) = self.get("/metrics", "").await;
        let line = text.lines().find_map(|line| line.strip_prefix(&format!("tovholder_relay_{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }

    pub async fn until(&self, name: &str, reached: impl Fn(u64) -> bool) {
        for _ in 0..300 {
            if reached(self.figure(name).await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{name} stays {}", self.figure(name).await);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the program says when it does not start.
pub fn refuses_to_start(words: &[&str]) -> String {
    let output = Command::new(PROGRAM).args(words).output().unwrap();
    assert!(!output.status.success(), "it starts with {words:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// Somebody on the other end of the socket.
pub struct Client<S> {
    pub socket: WebSocketStream<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub async fn over(stream: S, url: &str) -> Self {
        let opened = tokio::time::timeout(LIMIT, tokio_tungstenite::client_async(url, stream)).await;
        Self { socket: opened.unwrap().unwrap().0 }
    }

    pub async fn send(&mut self, frame: &ToRelay) {
        self.socket.send(Message::Binary(encode(frame).into())).await.unwrap();
    }

    /// The next frame; none when the connection has ended.
    pub async fn next(&mut self) -> Option<ToLaptop> {
        loop {
            match tokio::time::timeout(LIMIT, self.socket.next()).await.expect("in time")? {
                Ok(Message::Binary(bytes)) => return Some(decode(&bytes, usize::MAX).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// Everything until the connection ends.
    pub async fn rest(&mut self) -> Vec<ToLaptop> {
        let mut heard = Vec::new();
        while let Some(frame) = self.next().await {
            heard.push(frame);
        }
        heard
    }

    async fn say_hello(&mut self, greeting: &Greeting) -> Result<Welcome, Refused> {
        let Some(ToLaptop::Challenge { nonce, .. }) = self.next().await else { panic!("no challenge") };
        self.send(&greeting.frame(&nonce)).await;
        match self.next().await {
            Some(ToLaptop::Welcome(welcome)) => Ok(welcome),
            Some(ToLaptop::Refused(refused)) => Err(refused),
            other => panic!("{other:?}"),
        }
    }

    pub async fn hello(&mut self, greeting: &Greeting) -> Welcome {
        self.say_hello(greeting).await.unwrap_or_else(|refused| panic!("{refused:?}"))
    }

    pub async fn refused_hello(&mut self, greeting: &Greeting) -> Refused {
        self.say_hello(greeting).await.unwrap_err()
    }

    pub async fn admit(&mut self, town: &Town, code: Option<&str>) -> Result<Welcome, Refused> {
        let refused = self.refused_hello(&Greeting::device(town, &town.admin)).await;
        assert_eq!(refused.why, tovholder_protocol::Refusal::UnknownSpace);
        self.send(&ToRelay::Admit { code: code.map(ToOwned::to_owned), entries: town.entries.clone() }).await;
        match self.next().await {
            Some(ToLaptop::Welcome(welcome)) => Ok(welcome),
            Some(ToLaptop::Refused(refused)) => Err(refused),
            other => panic!("{other:?}"),
        }
    }

    /// Hands in, and answers what was acknowledged, until all is answered.
    pub async fn put(&mut self, envelopes: Vec<Envelope>) -> Result<Vec<(Hash, u64)>, Refused> {
        let count = envelopes.len();
        self.send(&ToRelay::Put(envelopes)).await;
        let mut acked = Vec::new();
        while acked.len() < count {
            match self.next().await {
                Some(ToLaptop::Acks(acks)) => acked.extend(acks),
                Some(ToLaptop::Refused(refused)) => return Err(refused),
                Some(_) => {}
                None => panic!("the connection ended"),
            }
        }
        Ok(acked)
    }

    /// Reads the log up to this number; answers the envelopes that came whole, with the cursor.
    pub async fn read_to(&mut self, n: u64) -> (Vec<Envelope>, tovholder_protocol::Cursor) {
        let mut found = Vec::new();
        loop {
            match self.next().await {
                Some(ToLaptop::Log { items, after, .. }) => {
                    found.extend(items.into_iter().filter_map(|item| match item {
                        Item::Whole(envelope) => Some(envelope),
                        Item::Yours(_) => None,
                    }));
                    if after.n >= n {
                        return (found, after);
                    }
                }
                Some(_) => {}
                None => panic!("the connection ended"),
            }
        }
    }
}
