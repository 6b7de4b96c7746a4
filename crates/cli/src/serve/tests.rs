//! Every refusal over a real socket: what a stranger, another page or a worn-out token gets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tovholder_app::App;

use super::door::Door;
use super::{Shared, listen, write_private};

/// A served data folder of its own.
struct Served {
    port: u16,
    token: String,
    dir: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

/// An answer, taken apart.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

impl Served {
    async fn start() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("tovholder-serve-{}-{number}", std::process::id()));
        let app = Arc::new(App::open(&dir).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (door, token) = Door::new().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shared = Arc::new(Shared { app, door, port });
        let task = tokio::spawn(listen(listener, shared, async move {
            let _ = stopped.await;
        }));
        Self { port, token, dir, stop: Some(stop), task }
    }

    async fn send(&self, request: String, body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        let length = body.len();
        let whole = format!("{request}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        // The server may answer and close before it has read a body that is too large.
        let _ = stream.write_all(whole.as_bytes()).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// A request line with our own Host.
    fn line(&self, method: &str, path: &str) -> String {
        format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", self.port)
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(self.line("GET", path), "").await
    }

    async fn post(&self, path: &str, more: &str, body: &Value) -> Answer {
        let request = format!("{}Content-Type: application/json\r\n{more}", self.line("POST", path));
        self.send(request, &body.to_string()).await
    }

    async fn bearer(&self) -> String {
        let answer = self.post("/door/once", "", &json!({ "token": self.token })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let bearer = answer.json()["bearer"].as_str().unwrap().to_owned();
        format!("Authorization: Bearer {bearer}\r\n")
    }

    async fn end(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        (&mut self.task).await.unwrap().unwrap();
        std::fs::remove_dir_all(&self.dir).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_comes_with_a_strict_policy_and_is_never_kept() {
    let served = Served::start().await;
    let page = served.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.body.to_lowercase().contains("<!doctype html>"), "{}", page.body);
    for said in [
        "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; ",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
        "content-type: text/html; charset=utf-8",
    ] {
        assert!(page.head.contains(said), "{said} is missing in {}", page.head);
    }
    assert!(!page.head.contains("set-cookie"));
    for none in ["/nothing.js", "/../Cargo.toml", "/assets/../../package.json", "/%2e%2e/package.json", "//etc/passwd"]
    {
        assert_eq!(served.get(none).await.status, 404, "{none}");
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_bought_the_bearer_reaches_the_use_cases() {
    let served = Served::start().await;
    let bearer = served.bearer().await;
    let status = served.post("/api/status", &bearer, &json!({})).await;
    assert_eq!(status.status, 200, "{}", status.body);
    assert_eq!(status.json()["founded"], json!(false));
    let found = json!({ "municipality": "0259", "department": "It", "name": "Dorte Ørsted" });
    assert_eq!(served.post("/api/found", &bearer, &found).await.status, 200);
    let status = served.post("/api/status", &bearer, &json!({})).await.json();
    assert_eq!(status["me"]["name"], json!("Dorte Ørsted"));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_a_use_case_come_as_the_application_has_them() {
    let served = Served::start().await;
    let bearer = served.bearer().await;
    let unknown = served.post("/api/no_such", &bearer, &json!({})).await;
    assert_eq!((unknown.status, unknown.json()["code"].as_str()), (404, Some("unknown_command")));
    let wrong = served.post("/api/task", &bearer, &json!({ "id": 7 })).await;
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (400, Some("bad_arguments")));
    let broken = served
        .send(format!("{}Content-Type: application/json\r\n{bearer}", served.line("POST", "/api/status")), "{")
        .await;
    assert_eq!((broken.status, broken.json()["code"].as_str()), (400, Some("bad_arguments")));
    let early = served.post("/api/create_person", &bearer, &json!({ "name": "Nina" })).await;
    assert_eq!((early.status, early.json()["code"].as_str()), (422, Some("not_founded")));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_bearer_nothing_is_answered() {
    let served = Served::start().await;
    let bearer = served.bearer().await;
    let shorter = bearer.trim_end().to_owned();
    for offered in [
        String::new(),
        "Authorization: Bearer \r\n".to_owned(),
        format!("Authorization: Bearer {}\r\n", served.token),
        format!("{}\r\n", &shorter[..shorter.len() - 1]),
        bearer.replace("Bearer", "Basic"),
        bearer.repeat(2),
        bearer.replace("Authorization: Bearer ", "Cookie: bearer="),
    ] {
        for path in ["/api/status", "/api/no_such"] {
            let answer = served.post(path, &offered, &json!({})).await;
            assert_eq!((answer.status, answer.json()["code"].as_str()), (401, Some("locked")), "{offered}");
        }
    }
    assert_eq!(served.post("/api/status", &bearer, &json!({})).await.status, 200);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_sold_once_and_wears_out() {
    let served = Served::start().await;
    served.bearer().await;
    let again = served.post("/door/once", "", &json!({ "token": served.token })).await;
    assert_eq!(again.status, 401);
    served.end().await;

    let served = Served::start().await;
    for wrong in
        [json!({ "token": "" }), json!({}), json!([]), json!({ "token": "0".repeat(32) }), json!({ "token": 7 })]
    {
        assert_eq!(served.post("/door/once", "", &wrong).await.status, 401);
    }
    let late = served.post("/door/once", "", &json!({ "token": served.token })).await;
    assert_eq!(late.status, 401);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_host_is_turned_away_everywhere() {
    let served = Served::start().await;
    let port = served.port;
    let bearer = served.bearer().await;
    for host in [
        "Host: tovholder.example\r\n".to_owned(),
        format!("Host: tovholder.example:{port}\r\n"),
        "Host: 127.0.0.1\r\n".to_owned(),
        format!("Host: 127.0.0.1:{port}.example\r\n"),
        format!("Host: 127.0.0.1:{port}\r\nHost: tovholder.example\r\n"),
    ] {
        for request in ["GET / HTTP/1.1\r\n", "POST /api/status HTTP/1.1\r\nContent-Type: application/json\r\n"] {
            let answer = served.send(format!("{request}{host}{bearer}"), "{}").await;
            // hyper itself answers 400 to two Hosts in some versions; never does a handler.
            assert!(matches!(answer.status, 400 | 421), "{host} {}", answer.status);
        }
    }
    let local =
        format!("POST /api/status HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n{bearer}");
    assert_eq!(served.send(local, "{}").await.status, 200);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_page_is_turned_away() {
    let served = Served::start().await;
    let bearer = served.bearer().await;
    let port = served.port;
    for origin in [
        "http://evil.example".to_owned(),
        "null".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{}", port.wrapping_add(1)),
        format!("http://localhost:{port}"),
        "http://127.0.0.1".to_owned(),
    ] {
        let more = format!("{bearer}Origin: {origin}\r\n");
        assert_eq!(served.post("/api/status", &more, &json!({})).await.status, 403, "{origin}");
        let token = json!({ "token": served.token });
        assert_eq!(served.post("/door/once", &format!("Origin: {origin}\r\n"), &token).await.status, 403, "{origin}");
    }
    for site in ["cross-site", "same-site", "none"] {
        let more = format!("{bearer}Sec-Fetch-Site: {site}\r\n");
        assert_eq!(served.post("/api/status", &more, &json!({})).await.status, 403, "{site}");
    }
    let own = format!("{bearer}Origin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n");
    assert_eq!(served.post("/api/status", &own, &json!({})).await.status, 200);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_json_is_read_and_only_so_much_of_it() {
    let served = Served::start().await;
    let bearer = served.bearer().await;
    for kind in ["", "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n"] {
        let request = format!("{}{bearer}{kind}", served.line("POST", "/api/status"));
        assert_eq!(served.send(request, "{}").await.status, 415, "{kind}");
    }
    let charset =
        format!("{}{bearer}Content-Type: application/json; charset=utf-8\r\n", served.line("POST", "/api/status"));
    assert_eq!(served.send(charset, "{}").await.status, 200);
    let large = json!({ "q": "x".repeat(1024 * 1024) });
    assert_eq!(served.post("/api/search", &bearer, &large).await.status, 413);
    let workbook = json!({ "name": "x.xlsx", "bytes": "A".repeat(2 * 1024 * 1024) });
    assert_eq!(served.post("/api/import_open", &bearer, &workbook).await.status, 422);
    for method in ["GET", "PUT", "DELETE"] {
        let request = format!("{}{bearer}Content-Type: application/json\r\n", served.line(method, "/api/status"));
        assert!(matches!(served.send(request, "{}").await.status, 404 | 405), "{method}");
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_names_no_path_on_the_disk() {
    let served = Served::start().await;
    let bearer = served.bearer().await;
    let import = json!({ "name": "passwd.csv", "path": "/etc/passwd" });
    let backup = json!({ "file": "../../etc/passwd" });
    let bundle = json!({ "path": "/tmp/x.tovholder" });
    let in_network = |name: &str| format!("{}{name}", tovholder_app::api::IN_NETWORK);
    for (command, args) in [
        ("import_open".to_owned(), import.clone()),
        (in_network("import_open"), import),
        ("backup_restore".to_owned(), backup),
        ("bundle_write".to_owned(), bundle.clone()),
        (in_network("bundle_read"), bundle),
    ] {
        let answer = served.post(&format!("/api/{command}"), &bearer, &args).await;
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({ "code": "bad_arguments", "where": "path", "detail": "" }))
        );
    }
    served.end().await;
}

#[test]
fn it_stops_soon_although_a_page_waits_for_news() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(stops_while_a_page_waits());
    // As `run` does: the use case that waits has a thread of its own, and is left behind.
    runtime.shutdown_background();
}

async fn stops_while_a_page_waits() {
    let served = Served::start().await;
    let bearer = served.bearer().await;
    let status = served.post("/api/status", &bearer, &json!({})).await.json();
    let mut waiting = TcpStream::connect(("127.0.0.1", served.port)).await.unwrap();
    let body = json!({ "cursor": status["cursor"] }).to_string();
    let request = format!("{}Content-Type: application/json\r\n{bearer}", served.line("POST", "/api/wait"));
    let whole = format!("{request}Content-Length: {}\r\n\r\n{body}", body.len());
    waiting.write_all(whole.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    served.end().await;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[test]
fn the_address_is_written_for_its_owner_alone() {
    let dir = std::env::temp_dir().join(format!("tovholder-once-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("address");
    write_private(&file, "http://127.0.0.1:1/#once=00").unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "http://127.0.0.1:1/#once=00\n");
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777,
        0o600
    );
    assert!(write_private(&file, "x").is_err());
    std::fs::remove_dir_all(&dir).unwrap();
}
