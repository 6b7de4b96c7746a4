//! What a request must show before anything looks at it, and what every answer says to the browser.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Shared;

/// The page may load what we serve, talk to us, and nothing else; nobody may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A request that carried the bearer. There is no other way to make one, and no command is run without one.
pub struct Bearer(());

impl FromRequestParts<Arc<Shared>> for Bearer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let offered = only(&parts.headers, &header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        match offered {
            Some(offered) if shared.door.admits(offered) => Ok(Self(())),
            _ => Err(refused(StatusCode::UNAUTHORIZED, "locked", "")),
        }
    }
}

/// Turns away what is not addressed to us, or comes from another page.
pub async fn check(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    match objection(request.headers(), request.method(), shared.port) {
        None => next.run(request).await,
        Some((status, what)) => refused(status, "refused", what),
    }
}

/// What speaks against a request with these headers, if anything does.
fn objection(headers: &HeaderMap, method: &Method, port: u16) -> Option<(StatusCode, &'static str)> {
    let ours = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    // A name that someone makes point at this machine arrives here with that name.
    let Some(host) = only(headers, &header::HOST).filter(|host| ours.iter().any(|our| our == host)) else {
        return Some((StatusCode::MISDIRECTED_REQUEST, "host"));
    };
    if headers.contains_key(header::ORIGIN)
        && only(headers, &header::ORIGIN).and_then(|origin| origin.strip_prefix("http://")) != Some(host)
    {
        return Some((StatusCode::FORBIDDEN, "origin"));
    }
    if method == Method::GET || method == Method::HEAD {
        return None;
    }
    let site = HeaderName::from_static("sec-fetch-site");
    if headers.contains_key(&site) && only(headers, &site) != Some("same-origin") {
        return Some((StatusCode::FORBIDDEN, "sec-fetch-site"));
    }
    let kind = only(headers, &header::CONTENT_TYPE).and_then(|kind| kind.split(';').next()).map(str::trim);
    // Any other type could be sent by a form of any page, without asking first.
    if kind.is_none_or(|kind| !kind.eq_ignore_ascii_case("application/json")) {
        return Some((StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type"));
    }
    None
}

/// The header's value, when it is there exactly once and is text.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// An answer in the shape of an error of the application.
pub fn refused(status: StatusCode, code: &str, place: &str) -> Response {
    (status, Json(json!({ "code": code, "where": place, "detail": "" }))).into_response()
}

/// What every answer tells the browser.
pub async fn headers(mut response: Response) -> Response {
    let said = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in said {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
