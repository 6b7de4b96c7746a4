//! Listening, the routes, and stopping.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Extension, Router};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tovholder_protocol::SpaceId;
use tovholder_protocol::limits::FRAME_BYTES_MAX;
use tower_service::Service as _;

use super::allowance::{Allowance, Counted};
use super::connection::{FromAddress, run};
use super::{Door, lock, now, tls};
use crate::config::Config;
use crate::log::Storage as _;

/// Bytes of a connection's read buffer; an idle one holds no more.
const READ_BUFFER_BYTES: usize = 4 * 1024;

/// Every route, so that a test can ask for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// A WebSocket; what laptops are given.
    Root,
    /// The same, for who puts a path before it.
    Sync,
    /// Whether the process lives.
    Healthz,
    /// Whether the storage answers and takes.
    Readyz,
    /// Figures for Prometheus.
    Metrics,
    /// The calendar that a space marks as public, for calendars to subscribe to.
    Calendar,
}

impl Route {
    /// Every one; the router is made from them.
    pub const ALL: [Self; 6] = [Self::Root, Self::Sync, Self::Healthz, Self::Readyz, Self::Metrics, Self::Calendar];

    /// Its path.
    pub fn path(self) -> &'static str {
        match self {
            Self::Root => "/",
            Self::Sync => "/sync",
            Self::Healthz => "/healthz",
            Self::Readyz => "/readyz",
            Self::Metrics => "/metrics",
            Self::Calendar => "/kalender/{name}",
        }
    }

    fn handler(self) -> MethodRouter<Arc<Door>> {
        match self {
            Self::Root | Self::Sync => get(upgrade),
            Self::Healthz => get(|| async { "ok\n" }),
            Self::Readyz => get(ready),
            Self::Metrics => get(|State(door): State<Arc<Door>>| async move { door.metrics() }),
            Self::Calendar => get(calendar),
        }
    }
}

/// A relay that listens.
pub struct Serving {
    /// Where, as a laptop would say it.
    pub address: String,
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    door: Arc<Door>,
    committer: std::thread::JoinHandle<()>,
}

/// Opens the storage and listens.
///
/// # Errors
/// A sentence that says what is wrong.
pub async fn serve(config: Config) -> Result<Serving, String> {
    config.check()?;
    let acceptor = tls::acceptor(&config)?;
    let (door, nudged) = Door::open(config).map_err(|error| error.to_string())?;
    let listen = door.config.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| format!("{listen}: {error}"))?;
    let local = listener.local_addr().map_err(|error| error.to_string())?;
    let scheme = if acceptor.is_some() { "wss" } else { "ws" };
    let for_commits = Arc::clone(&door);
    let committer = std::thread::spawn(move || for_commits.commit_for_ever(&nudged));
    Ok(Serving { address: format!("{scheme}://{local}"), listener, acceptor, door, committer })
}

impl Serving {
    /// Serves until `stop` is done, then tells everybody, waits for what is under way, and closes the database.
    pub async fn until(self, stop: impl Future<Output = ()>) {
        let router = router(Arc::clone(&self.door));
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        let half_open = Arc::new(Semaphore::new(self.door.config.half_open_max));
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                (accepted, permit) = accept(&self.listener, &half_open) => match accepted {
                    Ok((tcp, from)) => {
                        let (router, acceptor, door) = (router.clone(), self.acceptor.clone(), Arc::clone(&self.door));
                        tokio::spawn(async move { greet(tcp, from, router, acceptor, &door, permit).await });
                    }
                    // Out of descriptors, most likely: those that are here go on, and some will leave.
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                _ = seconds.tick() => {
                    let limit = i64::try_from(self.door.config.greeting_s_max).unwrap_or(i64::MAX);
                    self.door.with_relay(|relay| relay.close_late(now(), limit));
                }
            }
        }
        self.stop().await;
    }

    async fn stop(self) {
        self.door.stopping.store(true, Ordering::Relaxed);
        drop(self.listener);
        // What was handed in is committed and acknowledged before anybody is told to go.
        let _ = self.door.nudge.try_send(());
        let deadline = tokio::time::Instant::now() + Duration::from_secs(self.door.config.stop_s_max);
        while !self.committer.is_finished() && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.door.with_relay(crate::core::Relay::stop);
        while !lock(&self.door.lines).is_empty() && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if let Err(error) = self.door.storage.checkpoint() {
            tracing::warn!(%error, "the WAL could not be emptied; the next start does it");
        }
        tracing::info!("stopped");
    }
}

/// The next connection, once there is room for one more that is only half open. Until then they wait with the system.
async fn accept(
    listener: &TcpListener,
    half_open: &Arc<Semaphore>,
) -> (std::io::Result<(TcpStream, SocketAddr)>, Option<OwnedSemaphorePermit>) {
    // It is never closed, so there is always a permit in the end.
    let permit = Arc::clone(half_open).acquire_owned().await.ok();
    (listener.accept().await, permit)
}

/// From the first byte to a request; in time, or not at all. It is half open until a WebSocket is spoken.
async fn greet(
    tcp: TcpStream,
    from: SocketAddr,
    router: Router,
    acceptor: Option<TlsAcceptor>,
    door: &Arc<Door>,
    _half_open: Option<OwnedSemaphorePermit>,
) {
    let _ = tcp.set_nodelay(true);
    match acceptor {
        None => http(tcp, from, router, door).await,
        Some(acceptor) => {
            let limit = Duration::from_secs(door.config.greeting_s_max);
            if let Ok(Ok(tls)) = tokio::time::timeout(limit, acceptor.accept(tcp)).await {
                http(tls, from, router, door).await;
            }
        }
    }
}

async fn http(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    from: SocketAddr,
    router: Router,
    door: &Arc<Door>,
) {
    let allowance = Allowance::new();
    let stream = Counted::new(stream, Arc::clone(&allowance));
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        request.extensions_mut().insert(Arc::clone(&allowance));
        router.clone().call(request)
    });
    // Until a WebSocket is spoken, everything together takes no longer than this: nobody holds a place by not reading.
    let limit = Duration::from_secs(door.config.greeting_s_max);
    let serving = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(door.config.greeting_s_max))
        .max_buf_size(16 * 1024)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    match tokio::time::timeout(limit, serving).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection ended"),
        Err(_) => tracing::debug!("a connection took too long"),
    }
}

fn router(door: Arc<Door>) -> Router {
    let all = Route::ALL.into_iter();
    all.fold(Router::new(), |router, route| router.route(route.path(), route.handler())).with_state(door)
}

/// Whether the storage answers, and took what was last given to it.
async fn ready(State(door): State<Arc<Door>>) -> Response {
    let not = |why: &'static str| (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    if door.stopping.load(Ordering::Relaxed) {
        not("stopping\n")
    } else if !door.commits.load(Ordering::Relaxed) {
        not("the last commit failed\n")
    } else if door.storage.spaces().is_err() {
        not("the storage does not answer\n")
    } else {
        "ready\n".into_response()
    }
}

/// What a space shows anybody; nothing else of it can be asked for so.
async fn calendar(State(door): State<Arc<Door>>, Path(name): Path<String>) -> Response {
    let space = name.strip_suffix(".ics").and_then(SpaceId::from_hex);
    match space.map(|space| door.storage.calendar(&space)) {
        Some(Ok(Some(text))) => {
            let headers = [
                (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (header::CACHE_CONTROL, "public, max-age=900"),
                // It is a calendar and nothing else, whatever stands in it.
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"kalender.ics\""),
            ];
            (headers, text).into_response()
        }
        Some(Err(_)) => (StatusCode::SERVICE_UNAVAILABLE, "the storage does not answer\n").into_response(),
        Some(Ok(None)) | None => (StatusCode::NOT_FOUND, "no calendar here\n").into_response(),
    }
}

async fn upgrade(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Extension(allowance): Extension<Arc<Allowance>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    if door.stopping.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    // A page that somebody opens in a browser, and a captive portal's check, get a plain word.
    let Ok(upgrade) = upgrade else {
        return (StatusCode::UPGRADE_REQUIRED, "This is a Tovholder relay; it speaks WebSocket.\n").into_response();
    };
    let from = from.ip().to_canonical();
    if !may_come_directly(&door.config, from) {
        return (StatusCode::FORBIDDEN, "this relay is reached through its proxy only\n").into_response();
    }
    let Some(counted) = FromAddress::new(&door, address(&door.config, from, &headers)) else {
        return (StatusCode::TOO_MANY_REQUESTS, "too many connections from this address\n").into_response();
    };
    allowance.await_greeting();
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| run(door, socket, counted, allowance))
}

/// Whether a WebSocket may be opened from this address: without TLS of our own, the proxy is the only way in.
fn may_come_directly(config: &Config, from: IpAddr) -> bool {
    let by_proxy_only = config.behind_proxy && config.tls_certificate.is_empty();
    !by_proxy_only || from.is_loopback() || is_proxy(config, from)
}

fn is_proxy(config: &Config, address: IpAddr) -> bool {
    config.behind_proxy && config.trusted_proxies.iter().any(|proxy| proxy.to_canonical() == address)
}

/// Whose connection it is: the proxy's word is believed where the proxy was named.
fn address(config: &Config, from: IpAddr, headers: &HeaderMap) -> IpAddr {
    if !is_proxy(config, from) {
        return from;
    }
    // Each proxy adds whom it saw at the end, some on a line of their own; what stands before, anybody may have written.
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    for one in lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')) {
        let one = one.trim();
        let seen = one.parse().or_else(|_| one.parse::<SocketAddr>().map(|seen| seen.ip()));
        match seen.map(|seen: IpAddr| seen.to_canonical()) {
            Ok(seen) if is_proxy(config, seen) => {}
            Ok(seen) => return seen,
            Err(_) => return from,
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let trusted_proxies = vec!["10.0.0.2".parse().unwrap(), "::ffff:10.0.0.3".parse().unwrap()];
        Config { behind_proxy: true, trusted_proxies, ..Config::default() }
    }

    fn seen(from: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        address(&config(), from.parse::<IpAddr>().unwrap().to_canonical(), &headers).to_string()
    }

    #[test]
    fn the_proxys_word_is_believed_and_nobody_elses() {
        assert_eq!(seen("10.0.0.2", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(seen("::ffff:10.0.0.2", &["192.0.2.7"]), "192.0.2.7", "as a listener on [::] sees it");
        assert_eq!(seen("10.0.0.9", &["192.0.2.7"]), "10.0.0.9", "it is no proxy");
        assert_eq!(seen("10.0.0.2", &["198.51.100.1, 192.0.2.7"]), "192.0.2.7", "the first was written by the laptop");
        assert_eq!(seen("10.0.0.2", &["198.51.100.1", "192.0.2.7"]), "192.0.2.7", "and so was the first line");
        assert_eq!(seen("10.0.0.2", &["192.0.2.7, 10.0.0.3"]), "192.0.2.7", "one proxy behind another");
        assert_eq!(seen("10.0.0.2", &["192.0.2.7:51234"]), "192.0.2.7");
        assert_eq!(seen("10.0.0.2", &["2001:db8::1"]), "2001:db8::1");
        for nothing in [&[][..], &["unknown"], &[""], &["10.0.0.3"], &["192.0.2.7,"]] {
            assert_eq!(seen("10.0.0.2", nothing), "10.0.0.2", "{nothing:?}");
        }
    }

    #[test]
    fn without_tls_the_proxy_is_the_only_way_in() {
        let may = |config: &Config, from: &str| may_come_directly(config, from.parse().unwrap());
        assert!(may(&config(), "10.0.0.2") && may(&config(), "127.0.0.1"));
        assert!(!may(&config(), "10.0.0.9"));
        let with_tls = Config { tls_certificate: "a".to_owned(), ..config() };
        assert!(may(&with_tls, "10.0.0.9"));
        assert!(may(&Config::default(), "127.0.0.1"));
    }
}
