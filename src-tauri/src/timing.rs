//! For `cargo xtask bench` alone: the window says on standard output when it has painted, and can show an empty page to
//! be compared with. Both come from the environment, so that what is measured is the program that is handed out.

use tauri::WebviewUrl;

/// Holds a CSS selector: `painted` is printed when the first element that it finds has been painted.
const TIMING: &str = "TOVHOLDER_TIMING";
/// `empty` shows an empty page, and opens no data.
const SHELL: &str = "TOVHOLDER_SHELL";
/// What the page calls itself when it is painted. The window hears of titles anyway; no command is needed for it.
const TITLE: &str = "tovholder:painted";

/// Whether the empty page is wanted.
pub fn is_empty_page() -> bool {
    std::env::var_os(SHELL).is_some_and(|value| value == "empty")
}

/// The page to show: the screen, or the empty page of the same bundle.
pub fn page() -> WebviewUrl {
    if is_empty_page() { WebviewUrl::App("empty.html".into()) } else { WebviewUrl::default() }
}

/// The script that waits for the paint, when the environment asks for it.
pub fn script() -> Option<String> {
    let selector = std::env::var(TIMING).ok().filter(|selector| !selector.is_empty())?;
    Some(script_for(&serde_json::Value::String(selector)))
}

/// The frame after the one in which the element is there begins when that one has been painted.
fn script_for(selector: &serde_json::Value) -> String {
    format!(
        "(() => {{
            const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => (document.title = '{TITLE}')));
            const found = () => document.querySelector({selector}) !== null && (painted(), true);
            const watch = new MutationObserver(() => found() && watch.disconnect());
            if (!found()) watch.observe(document, {{ childList: true, subtree: true }});
        }})();"
    )
}

/// Says that the page is painted, if this title says so.
pub fn tell(title: &str) {
    if title == TITLE {
        println!("painted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selector_stands_in_the_script_as_a_string() {
        let script = script_for(&serde_json::Value::String("[a=\"b\"]".to_owned()));
        assert!(script.contains(r#"querySelector("[a=\"b\"]")"#), "{script}");
        assert!(script.contains(TITLE));
    }
}
