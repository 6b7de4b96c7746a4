//! `tovholder-relay`: listens, or does one of the host's commands.

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};
use tovholder_sync_server::admin::{Admin, run};
use tovholder_sync_server::config::{Admission, Config};
use tovholder_sync_server::door::serve;

/// The relay of Tovholder: keeps sealed envelopes in order for municipalities, and cannot read them.
#[derive(Debug, Parser)]
#[command(name = "tovholder-relay", version, max_term_width = 110)]
struct Cli {
    /// A file with settings; what is said here comes before it
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Where to listen
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Where the database lies
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
    /// How a municipality is admitted
    #[arg(long, value_enum)]
    admission: Option<Admission>,
    /// Answer in JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The host's commands: admit a municipality, list, quota, remove, backup
    #[command(subcommand)]
    Admin(Admin),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = settings(&cli).and_then(|config| match &cli.command {
        Some(Command::Admin(command)) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            run(&config.data_dir, command, cli.json, i64::try_from(now).unwrap_or(0))
        }
        None => listen(config, cli.json).map(|()| String::new()),
    });
    match done {
        Ok(text) => {
            if !text.is_empty() {
                let _ = writeln!(std::io::stdout(), "{text}");
            }
            ExitCode::SUCCESS
        }
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "tovholder-relay: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The file's settings, and over them those of the command line.
fn settings(cli: &Cli) -> Result<Config, String> {
    let mut config = match &cli.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if let Some(listen) = cli.listen {
        config.listen = listen;
    }
    if let Some(dir) = &cli.data_dir {
        config.data_dir.clone_from(dir);
    }
    if let Some(admission) = cli.admission {
        config.admission = admission;
    }
    Ok(config)
}

fn listen(config: Config, as_json: bool) -> Result<(), String> {
    log_to_stderr();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let serving = serve(config).await?;
        let line = if as_json {
            serde_json::json!({ "listening": serving.address }).to_string()
        } else {
            format!("tovholder-relay listening on {}", serving.address)
        };
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        tracing::info!(address = %serving.address, "listening");
        serving.until(asked_to_stop()).await;
        Ok(())
    })
}

/// Structured where nobody reads along, plain where somebody does. Nothing of what is sent is ever in it.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TOVHOLDER_RELAY_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let set = if std::io::stderr().is_terminal() { lines.try_init() } else { lines.json().try_init() };
    // A second one in the same process: the first goes on.
    let _ = set;
}

async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}
