//! The built screen, embedded in the program.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use include_dir::{Dir, include_dir};

use super::guard::refused;

/// `ui/dist` as it was when this program was built.
static SCREEN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../ui/dist");

/// The page.
pub async fn index() -> Response {
    answer("index.html")
}

/// A file that the page asks for.
pub async fn file(Path(file): Path<String>) -> Response {
    answer(&file)
}

/// Only what is embedded is found: no path leads to the disk.
fn answer(path: &str) -> Response {
    let Some(file) = SCREEN.get_file(path) else {
        return refused(StatusCode::NOT_FOUND, "not_found", "");
    };
    let mut response = file.contents().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    // Names below assets/ carry a hash of their content.
    if path.starts_with("assets/") {
        let forever = HeaderValue::from_static("private, max-age=31536000, immutable");
        response.headers_mut().insert(header::CACHE_CONTROL, forever);
    }
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
