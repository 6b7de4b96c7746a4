//! The use cases over HTTP: `POST /api/<command>`, and the exchange of the one-time token.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tovholder_app::api;
use tovholder_app::error::{AppError, Code};

use super::Shared;
use super::guard::{Bearer, refused};

/// Largest body of what carries a file in base64, a workbook or a bundle: 80 MB.
const FILE_BODY_MAX: usize = 80 * 1024 * 1024;
/// Largest body of everything else: 1 MB.
const BODY_MAX: usize = 1024 * 1024;

/// What the one-time address hands in.
#[derive(Deserialize)]
struct Token {
    token: String,
}

/// What the page sends from then on.
#[derive(Serialize)]
struct Bought {
    bearer: String,
}

/// Sells the bearer for the token, once.
pub async fn exchange(State(shared): State<Arc<Shared>>, body: Body) -> Response {
    let Ok(bytes) = to_bytes(body, BODY_MAX).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", "");
    };
    let token = serde_json::from_slice::<Token>(&bytes).map(|token| token.token).unwrap_or_default();
    match shared.door.exchange(&token, Instant::now()) {
        Some(bearer) => Json(Bought { bearer }).into_response(),
        None => refused(StatusCode::UNAUTHORIZED, "locked", ""),
    }
}

/// Runs a use case for a page that carries the bearer.
pub async fn command(
    bearer: Bearer,
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    body: Body,
) -> Response {
    let carries_a_file = matches!(plain(&name), "import_open" | "bundle_read" | "publish_calendar");
    let most = if carries_a_file { FILE_BODY_MAX } else { BODY_MAX };
    let Ok(bytes) = to_bytes(body, most).await else {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", &name);
    };
    let ran = tokio::task::spawn_blocking(move || run(&bearer, &shared, &name, &bytes)).await;
    match ran {
        Ok(Ok(json)) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Ok(Err(error)) => (status_of(error.code), Json(error)).into_response(),
        Err(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, "internal", ""),
    }
}

/// The only place where a request reaches a use case; the bearer is the proof that it may.
fn run(_: &Bearer, shared: &Shared, name: &str, body: &[u8]) -> Result<String, AppError> {
    let bad = |what: String| AppError::new(Code::BadArguments).at(what);
    let args: Value = serde_json::from_slice(body).map_err(|error| bad(error.to_string()))?;
    // A page hands in bytes and backup names; it never names a path on this machine's disk.
    let names_a_path = match plain(name) {
        "import_open" | "bundle_read" | "bundle_write" => args.get("path").is_some_and(|path| !path.is_null()),
        "backup_restore" => {
            args.get("file").and_then(Value::as_str).is_some_and(|file| file.contains(['/', '\\', ':']))
        }
        _ => false,
    };
    if names_a_path {
        return Err(bad("path".to_owned()));
    }
    api::call(&shared.app, name, args)
}

/// A command's name without what says that it is run on the network's data.
fn plain(name: &str) -> &str {
    name.strip_prefix(api::IN_NETWORK).unwrap_or(name)
}

fn status_of(code: Code) -> StatusCode {
    match code {
        Code::UnknownCommand => StatusCode::NOT_FOUND,
        Code::BadArguments => StatusCode::BAD_REQUEST,
        Code::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Code::Internal | Code::Io | Code::DiskFull | Code::Corrupt => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
