//! The one window. It shows the embedded screen and follows no link out of it.

use tauri::webview::{NewWindowResponse, WebviewWindowBuilder};
use tauri::{App, Url};

use crate::timing;

/// Size at first, in logical pixels.
const SIZE: (f64, f64) = (1280.0, 800.0);
/// Smallest size that the screen is drawn for, in logical pixels.
const SIZE_MIN: (f64, f64) = (1024.0, 640.0);

/// Opens the window.
///
/// # Errors
/// When the window cannot be made.
pub fn open(app: &mut App) -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = WebviewWindowBuilder::new(app, "main", timing::page())
        .title("Tovholder")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SIZE_MIN.0, SIZE_MIN.1)
        // Files dropped on the Import page are the page's own; the shell would take them.
        .disable_drag_drop_handler()
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false);
    if let Some(script) = timing::script() {
        builder = builder.initialization_script(script).on_document_title_changed(|_, title| timing::tell(&title));
    }
    builder.build()?;
    Ok(())
}

/// Only the embedded screen: `tauri://localhost`, on Windows `http://tauri.localhost`.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        "about" => url.path() == "blank",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn no_link_leads_out_of_the_screen() {
        for ours in ["tauri://localhost/index.html", "http://tauri.localhost/#/opgaver", "about:blank"] {
            assert!(is_ours(&ours.parse().unwrap()), "{ours}");
        }
        for other in [
            "https://kombit.dk/",
            "http://localhost/",
            "http://tauri.localhost:8080/",
            "http://tauri.localhost.example/",
            "tauri://example/",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
        ] {
            assert!(!is_ours(&other.parse().unwrap()), "{other}");
        }
    }
}
