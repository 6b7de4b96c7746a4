//! `serve`: the screen in a browser on this machine, and nowhere else.
//!
//! Loopback is no wall: every user of a terminal server reaches it, and so does every page that a browser has open. So
//! the listener is bound to 127.0.0.1 alone, a one-time address buys a bearer that only that page holds and sends in a
//! header (a cookie would go along with any page's request, whatever the port), Host and Origin must be our own (a
//! foreign name that is made to point here is turned away), and nothing is answered before the bearer is checked.

mod commands;
mod door;
mod guard;
mod screen;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};
use clap::Args;
use serde::Serialize;
use tokio::net::TcpListener;
use tovholder_app::App;
use tovholder_app::error::{AppError, Code};

use crate::failure::{Failure, Outcome};
use crate::session::Session;
use door::Door;

/// How long open requests may take to end when the program is told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

/// Where to listen; always on 127.0.0.1.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Write the one-time address to this new file, readable by you alone, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub once_file: Option<PathBuf>,
}

/// What every request shares.
struct Shared {
    app: Arc<App>,
    door: Door,
    port: u16,
}

/// What `serve --json` prints, at once, on a line of its own.
#[derive(Debug, Serialize)]
struct Address<'a> {
    url: &'a str,
}

/// `serve`: until Ctrl-C or a signal to end.
pub fn run(session: &mut Session, args: &ServeArgs) -> Outcome<()> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| internal(&error))?;
    let served = runtime.block_on(serve(session, args));
    // A request that waits for news must not keep the program from ending.
    runtime.shutdown_background();
    served
}

async fn serve(session: &mut Session, args: &ServeArgs) -> Outcome<()> {
    let place = format!("127.0.0.1:{}", args.port);
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await.map_err(|error| Failure::file(place, &error))?;
    let port = listener.local_addr().map_err(|error| internal(&error))?.port();
    let (door, token) = Door::new().map_err(|error| internal(&error))?;
    let stop = stop_signal()?;
    announce(session, args, &format!("http://127.0.0.1:{port}/#once={token}"))?;
    // Integrity and the daily backup are looked after as long as a screen may be open.
    let tended = session.app.tend();
    let shared = Arc::new(Shared { app: Arc::clone(&session.app), door, port });
    let served = listen(listener, shared, stop).await;
    drop(tended);
    served.map_err(|error| internal(&error))?;
    if session.json { Ok(()) } else { session.out.line(&session.texts.get("serve.stopped")) }
}

fn internal(error: &dyn std::fmt::Display) -> Failure {
    AppError::new(Code::Internal).at("serve").with(error).into()
}

fn announce(session: &mut Session, args: &ServeArgs, url: &str) -> Outcome<()> {
    if let Some(file) = &args.once_file {
        write_private(file, url).map_err(|error| Failure::file(file.display().to_string(), &error))?;
    } else if session.json {
        session.out.json(&Address { url })?;
    } else {
        session.out.line(&session.texts.fill("serve.address", &[("url", url)]))?;
        session.out.line(&session.texts.get("serve.stop"))?;
    }
    session.out.finish()
}

/// Writes a new file that only its owner can read. An existing one is refused: it could be another's, or a link.
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(file)?, "{text}")
}

/// Ends at Ctrl-C, and on Unix at SIGTERM too. Installed before the address is told, so that no signal is missed.
fn stop_signal() -> Outcome<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(|error| internal(&error))?;
    #[cfg(unix)]
    let mut interrupt =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt()).map_err(|error| internal(&error))?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Serves until `stop` is ready, then gives open requests a moment.
async fn listen(
    listener: TcpListener,
    shared: Arc<Shared>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let graceful = async move {
        stop.await;
        // Nobody waits for it when serving has ended by itself.
        let _ = stopping.send(true);
    };
    let deadline = async move {
        while !*stopped.borrow_and_update() {
            if stopped.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
        tokio::time::sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        ended = axum::serve(listener, router(shared)).with_graceful_shutdown(graceful) => ended,
        () = deadline => Ok(()),
    }
}

/// Every address that is answered. The guard stands before them all, those that do not exist included.
fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/door/once", post(commands::exchange))
        .route("/api/{command}", post(commands::command))
        .route("/", get(screen::index))
        .route("/{*file}", get(screen::file))
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard::check))
        .layer(middleware::map_response(guard::headers))
        .with_state(shared)
}
