//! Every setting, with its default. `deploy/tovholder-relay.toml` states them all; a test holds the two equal.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::core::Limits;

/// Frames that may wait for one connection at the most.
const WAITING_FRAMES_MAX: usize = 100_000;
/// Milliseconds that commits may keep apart at the most: longer would be felt.
const GATHER_MS_MAX: u64 = 1_000;
/// Megabytes a second that let the largest frame through.
const MB_PER_S_MIN: u64 = 3;

/// How a municipality is admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// By a code that the host hands out.
    Code,
    /// Anybody; on loopback only.
    Open,
}

/// Every setting of the relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the database lies.
    pub data_dir: PathBuf,
    /// How a municipality is admitted.
    pub admission: Admission,
    /// The certificate chain in PEM; empty is no TLS.
    pub tls_certificate: String,
    /// Its private key in PEM.
    pub tls_key: String,
    /// A proxy stands before the relay and does TLS; then `listen` may be another address than loopback without.
    pub behind_proxy: bool,
    /// The proxy's addresses; only from them is `X-Forwarded-For` believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Megabytes that a space may fill, unless the host said otherwise.
    pub quota_mb: u64,
    /// Connections in all.
    pub connections_max: usize,
    /// Connections of one space.
    pub connections_per_space_max: usize,
    /// Connections from one address.
    pub connections_per_address_max: usize,
    /// Connections that are no WebSocket yet: in their TLS or HTTP hand-shake. More wait with the system.
    pub half_open_max: usize,
    /// Frames a second from one connection, in the long run.
    pub frames_per_s: u32,
    /// Frames at once from one connection.
    pub frames_burst: u32,
    /// Megabytes a second from one connection, in the long run.
    pub mb_per_s: u64,
    /// Seconds in which a connection must have said who it is.
    pub greeting_s_max: u64,
    /// Seconds between two pings; below what municipal proxies allow.
    pub ping_s: u64,
    /// Seconds of silence after which a connection is closed.
    pub silence_s_max: u64,
    /// Seconds that one frame may take to leave before a slow reader is cut off.
    pub send_s_max: u64,
    /// Frames that wait for one connection beside the log; more is a slow reader.
    pub waiting_frames_max: usize,
    /// Milliseconds from one commit to the next when many are connected, so that what is handed in meanwhile shares it; 0
    /// commits as fast as the disk does.
    pub gather_ms: u64,
    /// Seconds that a stop waits for what is under way.
    pub stop_s_max: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4747)),
            data_dir: PathBuf::from("/var/lib/tovholder-relay"),
            admission: Admission::Code,
            tls_certificate: String::new(),
            tls_key: String::new(),
            behind_proxy: false,
            trusted_proxies: Vec::new(),
            quota_mb: 2_048,
            connections_max: 20_000,
            connections_per_space_max: 2_000,
            connections_per_address_max: 5_000,
            half_open_max: 1_000,
            frames_per_s: 50,
            frames_burst: 400,
            mb_per_s: 20,
            greeting_s_max: 10,
            ping_s: 25,
            silence_s_max: 60,
            send_s_max: 20,
            waiting_frames_max: 64,
            gather_ms: 20,
            stop_s_max: 10,
        }
    }
}

impl Config {
    /// Reads a file; what it does not say has its default.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Whether these settings go together.
    ///
    /// # Errors
    /// A sentence that says what does not.
    pub fn check(&self) -> Result<(), String> {
        let loopback = self.listen.ip().is_loopback();
        if self.admission == Admission::Open && !loopback {
            return Err(format!(
                "admission »open« lets anybody in, so it listens on loopback only, not on {}; use »code«",
                self.listen
            ));
        }
        if self.tls_certificate.is_empty() != self.tls_key.is_empty() {
            return Err("tls_certificate and tls_key go together".to_owned());
        }
        if self.tls_certificate.is_empty() && !loopback && !self.behind_proxy {
            return Err(format!(
                "without TLS the relay listens on loopback only, not on {}; give tls_certificate and tls_key, or set \
                 behind_proxy with trusted_proxies",
                self.listen
            ));
        }
        if self.behind_proxy && self.trusted_proxies.is_empty() {
            return Err("behind_proxy needs the proxy's addresses in trusted_proxies".to_owned());
        }
        let more_than_none = [
            ("connections_max", self.connections_max),
            ("connections_per_space_max", self.connections_per_space_max),
            ("connections_per_address_max", self.connections_per_address_max),
            ("half_open_max", self.half_open_max),
            ("waiting_frames_max", self.waiting_frames_max),
            ("frames_burst", usize::try_from(self.frames_burst).unwrap_or(usize::MAX)),
            ("frames_per_s", usize::try_from(self.frames_per_s).unwrap_or(usize::MAX)),
            ("greeting_s_max", usize::try_from(self.greeting_s_max).unwrap_or(usize::MAX)),
            ("send_s_max", usize::try_from(self.send_s_max).unwrap_or(usize::MAX)),
        ];
        if let Some((name, _)) = more_than_none.iter().find(|(_, value)| *value == 0) {
            return Err(format!("{name} must be more than 0"));
        }
        if self.waiting_frames_max > WAITING_FRAMES_MAX {
            return Err(format!("waiting_frames_max must be at most {WAITING_FRAMES_MAX}"));
        }
        if self.gather_ms > GATHER_MS_MAX {
            return Err(format!(
                "gather_ms must be at most {GATHER_MS_MAX}: nothing is acknowledged before it is stored"
            ));
        }
        if self.mb_per_s < MB_PER_S_MIN {
            // Two seconds' worth may come at once, and the largest frame must fit.
            return Err(format!("mb_per_s must be at least {MB_PER_S_MIN}, or the largest frame never comes through"));
        }
        if self.ping_s == 0 || self.silence_s_max <= self.ping_s {
            return Err("silence_s_max must be longer than ping_s".to_owned());
        }
        Ok(())
    }

    /// The core's limits.
    pub fn limits(&self) -> Limits {
        Limits {
            needs_code: self.admission == Admission::Code,
            quota_bytes: self.quota_mb.saturating_mul(1_048_576),
            connections_max: self.connections_max,
            connections_per_space_max: self.connections_per_space_max,
            frames_per_s: self.frames_per_s,
            frames_burst: self.frames_burst,
            bytes_per_s: self.mb_per_s.saturating_mul(1_048_576),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_file_that_is_handed_out_states_every_default() {
        let text = include_str!("../deploy/tovholder-relay.toml");
        let read: toml::Table = toml::from_str(text).unwrap();
        let defaults = toml::Table::try_from(Config::default()).unwrap();
        assert_eq!(read, defaults);
    }

    #[test]
    fn what_would_be_open_to_the_world_is_refused() {
        let outside: SocketAddr = "10.0.0.1:4747".parse().unwrap();
        let config = |change: fn(&mut Config)| {
            let mut config = Config { listen: outside, ..Config::default() };
            change(&mut config);
            config.check()
        };
        assert!(config(|_| ()).is_err(), "plain on the network");
        assert!(config(|c| c.admission = Admission::Open).is_err());
        assert!(config(|c| c.behind_proxy = true).is_err(), "no proxy named");
        assert!(config(|c| (c.behind_proxy, c.trusted_proxies) = (true, vec![[10, 0, 0, 2].into()])).is_ok());
        assert!(config(|c| (c.tls_certificate, c.tls_key) = ("a".into(), "b".into())).is_ok());
        assert!(Config { admission: Admission::Open, ..Config::default() }.check().is_ok());
    }

    #[test]
    fn what_would_let_nobody_through_is_refused() {
        let refused = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.check().is_err()
        };
        assert!(refused(|c| c.waiting_frames_max = 0));
        assert!(refused(|c| c.connections_max = 0));
        assert!(refused(|c| c.frames_burst = 0));
        assert!(refused(|c| c.mb_per_s = 2));
        assert!(refused(|c| c.silence_s_max = c.ping_s));
        assert!(!refused(|_| ()));
    }
}
