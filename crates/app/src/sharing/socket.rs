//! The connection to a relay: WebSocket over TLS, through the system's proxy, trusting the system's certificates and the
//! municipality's own.
//!
//! Plain `ws://` is for loopback only. `TOVHOLDER_CA` names a file with a municipal CA in PEM beside what the system trusts.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper_util::client::proxy::matcher::Matcher;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, http};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use tovholder_protocol::limits::FRAME_BYTES_MAX;
use tovholder_protocol::{ToLaptop, ToRelay, decode, encode};
use tovholder_sync::Loss;

/// How long opening a connection may take, proxy and TLS included.
const OPEN_S_MAX: u64 = 15;
/// How long one frame may take to leave.
const SEND_S_MAX: u64 = 60;
/// Bytes of a proxy's answer at most.
const PROXY_BYTES_MAX: usize = 8 * 1024;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A relay's address, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    uri: http::Uri,
    host: String,
    port: u16,
    tls: bool,
}

impl Address {
    /// Reads `wss://host[:port][/path]`, or `ws://` on loopback. None when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/');
        let uri: http::Uri = text.parse().ok()?;
        let host = uri.host()?.trim_matches(['[', ']']).to_owned();
        let tls = match uri.scheme_str()? {
            "wss" => true,
            "ws" if is_loopback(&host) => false,
            _ => return None,
        };
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let path = if uri.path() == "/" { "/sync" } else { uri.path() };
        let authority = uri.authority()?.as_str();
        let uri =
            http::Uri::builder().scheme(uri.scheme_str()?).authority(authority).path_and_query(path).build().ok()?;
        Some(Self { uri, host, port, tls })
    }

    /// A page of the relay, for a browser or a calendar: `https://` where laptops speak `wss://`.
    pub fn page(&self, path: &str) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let text = self.text();
        let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
        format!("{scheme}://{}{path}", rest.trim_end_matches('/'))
    }

    /// As it is kept and shown.
    pub fn text(&self) -> String {
        self.uri.to_string().trim_end_matches("/sync").to_owned()
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What came.
pub(crate) enum Came {
    Frame(ToLaptop),
    /// A ping, or another sign of life.
    Alive,
}

/// An open connection.
pub(crate) struct Socket {
    /// None when a simulated world carries the frames.
    stream: Option<Box<WebSocketStream<Box<dyn Stream>>>>,
    #[cfg(feature = "sim")]
    line: Option<super::sim::Line>,
}

impl Socket {
    /// Opens a connection.
    pub async fn open(address: &Address) -> Result<Self, Loss> {
        #[cfg(feature = "sim")]
        if let Some(line) = super::sim::Line::open() {
            return line.map(|line| Self { stream: None, line: Some(line) });
        }
        let opening = tokio::time::timeout(Duration::from_secs(OPEN_S_MAX), Self::open_in_time(address));
        opening.await.unwrap_or(Err(Loss::Unreachable))
    }

    async fn open_in_time(address: &Address) -> Result<Self, Loss> {
        let tcp = connect(address).await?;
        let stream: Box<dyn Stream> = if address.tls {
            let name = ServerName::try_from(address.host.clone()).map_err(|_| Loss::Unreachable)?;
            let connector = TlsConnector::from(Arc::new(trust()?));
            // A log-in page between often speaks plain HTTP, or shows a certificate of its own.
            let tls = connector.connect(name, tcp).await.map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => Loss::Certificate,
                _ => Loss::Unreachable,
            })?;
            Box::new(tls)
        } else {
            Box::new(tcp)
        };
        let config =
            WebSocketConfig::default().max_message_size(Some(FRAME_BYTES_MAX)).max_frame_size(Some(FRAME_BYTES_MAX));
        match client_async_with_config(address.uri.clone(), stream, Some(config)).await {
            Ok((stream, _)) => Ok(Self {
                stream: Some(Box::new(stream)),
                #[cfg(feature = "sim")]
                line: None,
            }),
            // Something answered that is no relay.
            Err(Error::Http(answer)) if answer.status().is_success() || answer.status().is_redirection() => {
                Err(Loss::CaptivePortal)
            }
            Err(_) => Err(Loss::Unreachable),
        }
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: &ToRelay) -> Result<(), Loss> {
        #[cfg(feature = "sim")]
        if let Some(line) = &self.line {
            return line.send(frame);
        }
        let Some(stream) = self.stream.as_mut() else { return Err(Loss::Unreachable) };
        let message = Message::Binary(Bytes::from(encode(frame)));
        let sending = tokio::time::timeout(Duration::from_secs(SEND_S_MAX), stream.send(message));
        match sending.await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Loss::Unreachable),
        }
    }

    /// Waits for the next frame or sign of life.
    pub async fn receive(&mut self) -> Result<Came, Loss> {
        #[cfg(feature = "sim")]
        if let Some(line) = &self.line {
            return line.receive();
        }
        let Some(stream) = self.stream.as_mut() else { return Err(Loss::Unreachable) };
        match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                decode(&bytes, FRAME_BYTES_MAX).map(Came::Frame).map_err(|_| Loss::Protocol)
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(Came::Alive),
            Some(Ok(Message::Text(_) | Message::Frame(_))) => Err(Loss::Protocol),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(Loss::Unreachable),
        }
    }

    /// Says goodbye, without waiting long for an answer.
    pub async fn close(self) {
        #[cfg(feature = "sim")]
        if let Some(line) = &self.line {
            line.close();
        }
        if let Some(mut stream) = self.stream {
            let _ = tokio::time::timeout(Duration::from_secs(1), (*stream).close(None)).await;
        }
    }
}

/// Opens the way to the host, through the system's proxy where one stands for it.
async fn connect(address: &Address) -> Result<TcpStream, Loss> {
    let lost = |_| Loss::Unreachable;
    let scheme = if address.tls { "https" } else { "http" };
    let as_web: Option<http::Uri> = format!("{scheme}://{}:{}/", bracketed(&address.host), address.port).parse().ok();
    let proxy = as_web.filter(|_| !is_loopback(&address.host)).and_then(|uri| Matcher::from_system().intercept(&uri));
    let Some(proxy) = proxy else {
        let tcp = TcpStream::connect((address.host.as_str(), address.port)).await.map_err(lost)?;
        let _ = tcp.set_nodelay(true);
        return Ok(tcp);
    };
    let host = proxy.uri().host().unwrap_or_default().to_owned();
    let mut tcp = TcpStream::connect((host.as_str(), proxy.uri().port_u16().unwrap_or(8080))).await.map_err(lost)?;
    let _ = tcp.set_nodelay(true);
    let target = format!("{}:{}", bracketed(&address.host), address.port);
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some((user, password)) = proxy.raw_auth() {
        let words = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        request += "Proxy-Authorization: Basic ";
        request += &words;
        request += "\r\n";
    }
    request.push_str("\r\n");
    tcp.write_all(request.as_bytes()).await.map_err(lost)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() >= PROXY_BYTES_MAX {
            return Err(Loss::Unreachable);
        }
        answer.push(tcp.read_u8().await.map_err(lost)?);
    }
    let first = String::from_utf8_lossy(&answer);
    let status = first.split(' ').nth(1).unwrap_or_default();
    if status.starts_with('2') { Ok(tcp) } else { Err(Loss::Unreachable) }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// What is trusted: the system's certificates, and the municipality's own.
fn trust() -> Result<ClientConfig, Loss> {
    let mut roots = RootCertStore::empty();
    for certificate in rustls_native_certs::load_native_certs().certs {
        // One that cannot be read is one less that is trusted.
        let _ = roots.add(certificate);
    }
    if let Some(file) = std::env::var_os("TOVHOLDER_CA").filter(|file| !file.is_empty()) {
        let certificates = CertificateDer::pem_file_iter(file).map_err(|_| Loss::Certificate)?;
        for certificate in certificates {
            roots.add(certificate.map_err(|_| Loss::Certificate)?).map_err(|_| Loss::Certificate)?;
        }
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Loss::Certificate)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_are_secure_or_of_this_machine() {
        assert_eq!(Address::parse("wss://relay.kommune.dk/").unwrap().uri.to_string(), "wss://relay.kommune.dk/sync");
        assert_eq!(Address::parse(" ws://127.0.0.1:4000").unwrap().port, 4000);
        assert_eq!(
            Address::parse("wss://relay.kommune.dk:8443/a/b").unwrap().text(),
            "wss://relay.kommune.dk:8443/a/b"
        );
        assert!(Address::parse("ws://[::1]:4000").is_some());
        for wrong in ["ws://relay.kommune.dk", "http://127.0.0.1", "relay.kommune.dk", "wss://", "", "wss:relay"] {
            assert!(Address::parse(wrong).is_none(), "{wrong}");
        }
    }
}
