//! `tovholder serve`, and a page that talks to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Group, Laptop};

/// Longer than the longest answer, which is a wait for news.
const LIMIT: Duration = Duration::from_secs(60);

/// The screen as served to a browser on this laptop.
#[derive(Debug)]
pub struct Served {
    /// Its port on loopback.
    pub port: u16,
    /// The token in the one-time address.
    pub token: String,
    bearer: String,
    _program: Group,
}

impl Served {
    /// Starts serving, and comes in by the one-time address.
    pub fn start(laptop: &Laptop) -> Self {
        let mut program =
            Group::start(laptop.command(&["serve", "--json"]).stdout(Stdio::piped()).stderr(Stdio::null()));
        let pipe = program.child.stdout.take().expect("the pipe was asked for");
        let mut line = String::new();
        BufReader::new(pipe).read_line(&mut line).expect("serve tells its address");
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("serve --json ({error}): {line}"));
        let url = told["url"].as_str().expect("an address");
        let (origin, token) = url.split_once("/#once=").unwrap_or_else(|| panic!("not a one-time address: {url}"));
        let port = origin.strip_prefix("http://127.0.0.1:").and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("not on loopback: {url}"));
        let mut served = Self { port, token: token.to_owned(), bearer: String::new(), _program: program };
        let (status, bought) = served.post("/door/once", &json!({ "token": served.token }), &[]);
        assert_eq!(status, 200, "{bought}");
        bought["bearer"].as_str().expect("a bearer").clone_into(&mut served.bearer);
        served
    }

    /// A use case, as the page asks for it.
    pub fn call(&self, command: &str, args: &Value) -> Value {
        let (status, answer) = self.ask(command, args);
        assert_eq!(status, 200, "{command}: {answer}");
        answer
    }

    /// A use case and how it went.
    pub fn ask(&self, command: &str, args: &Value) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.bearer);
        self.post(&format!("/api/{command}"), args, &[("Authorization", &bearer)])
    }

    /// A request with these headers; `Host` is ours unless it is among them.
    pub fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> (u16, Value) {
        let body = body.to_string();
        let host = format!("127.0.0.1:{}", self.port);
        let length = body.len().to_string();
        let ours = [("Host", host.as_str()), ("Content-Type", "application/json"), ("Content-Length", &length)];
        let mut lines = vec![format!("POST {path} HTTP/1.1"), String::from("Connection: close")];
        let own = ours.iter().filter(|(name, _)| !headers.iter().any(|(given, _)| given == name));
        lines.extend(own.chain(headers).map(|(name, value)| format!("{name}: {value}")));
        let request = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("serve listens");
        stream.set_read_timeout(Some(LIMIT)).expect("a time limit can be set");
        stream.write_all(request.as_bytes()).expect("a request can be sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer comes in time");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }
}
