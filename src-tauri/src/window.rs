//! The one window. It shows the embedded screen and follows no link out of it.

use tauri::webview::{NewWindowResponse, WebviewWindowBuilder};
use tauri::{App, Url, WebviewWindow};

use crate::timing;

/// Size at first, in logical pixels.
const SIZE: (f64, f64) = (1280.0, 800.0);
/// Smallest size that the screen is drawn for, in logical pixels.
const SIZE_MIN: (f64, f64) = (1024.0, 640.0);

/// Hands the page the answer to its first question, or asks for it before the page's own script is even fetched;
/// `ui/src/lib/backend/tauri.ts` takes it up. An answer that was handed over is for this start alone: a page that is loaded
/// again asks.
fn opening(answer: Option<&str>) -> String {
    let ask = "window.__TAURI_INTERNALS__.invoke('call', { name: 'opening', args: {} })";
    let asked = match answer {
        Some(json) => format!("sessionStorage.getItem('tovholder.opened') ? {ask} : Promise.resolve({json})"),
        None => ask.to_owned(),
    };
    // The page alone says what went wrong.
    format!(
        "window.__TOVHOLDER_OPENING__ = {asked};
         sessionStorage.setItem('tovholder.opened', '1');
         window.__TOVHOLDER_OPENING__.catch(() => undefined);"
    )
}

/// Opens the window. `answer` is the answer to the page's first question, if it is there already.
///
/// # Errors
/// When the window cannot be made.
pub fn open(app: &mut App, answer: Option<&str>) -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = WebviewWindowBuilder::new(app, "main", timing::page())
        .title("Tovholder")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SIZE_MIN.0, SIZE_MIN.1)
        // Files dropped on the Import page are the page's own; the shell would take them.
        .disable_drag_drop_handler()
        .on_navigation(is_ours)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false);
    if !timing::is_empty_page() {
        builder = builder.initialization_script(opening(answer));
    }
    if let Some(script) = timing::script() {
        builder = builder.initialization_script(script).on_document_title_changed(|_, title| timing::tell(&title));
    }
    let window = builder.build()?;
    paint_in_memory(&window)
}

/// On Linux the page is painted in memory and never composited by a graphics card: this screen is text and lines. It costs
/// a third of the memory and of the start, and is the same with and without a card (`docs/benchmarks.md`). Not under a
/// driver: WebKit's takes its pictures from the compositor, and waits for ever where there is none (seen with 2.50).
#[cfg(target_os = "linux")]
fn paint_in_memory(window: &WebviewWindow) -> Result<(), Box<dyn std::error::Error>> {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebViewExt as _};

    // A bench takes no pictures, and measures what is handed out.
    if std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some_and(|value| value == "true") && timing::script().is_none() {
        return Ok(());
    }
    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })?;
    Ok(())
}

/// Elsewhere the system's own web view decides.
#[cfg(not(target_os = "linux"))]
fn paint_in_memory(_: &WebviewWindow) -> Result<(), Box<dyn std::error::Error>> {
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
    fn an_answer_is_handed_over_once_and_asked_for_otherwise() {
        assert!(opening(Some(r#"{"a":1}"#)).contains(r#": Promise.resolve({"a":1});"#));
        assert!(!opening(None).contains("Promise.resolve"));
    }

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
