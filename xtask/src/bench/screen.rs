//! The table of tasks: from the key or click that filters or sorts until the rows are painted, as the page itself measures
//! it, in Chromium over `tovholder serve` and in the real window.

use std::net::TcpListener;
use std::process::Command;

use serde_json::{Value, json};

use super::figure::told;
use super::program::Program;
use super::window::{Display, on_display};
use super::{Place, median_and_p95};
use crate::command::{Chore, Outcome, read};

const LIMIT_MS: f64 = 50.0;
/// Filters of each kind of browser, and as many sorts.
const ROUNDS: usize = 24;
/// A browser that painted nothing would be quick.
const ROWS_MIN: u64 = 3_000;

/// Measures in both.
pub fn measure(place: &Place) -> Outcome<Vec<String>> {
    let mut lines = in_browser(place)?;
    lines.extend(in_window(place)?);
    Ok(lines)
}

fn script(place: &Place) -> Command {
    let mut command = Command::new("node");
    command.arg(place.root.join("xtask/src/bench/screen.mjs")).arg(place.root.join("ui")).arg(ROUNDS.to_string());
    command
}

fn in_browser(place: &Place) -> Outcome<Vec<String>> {
    let data = place.municipality()?;
    let mut serve = Command::new(&place.programs.terminal);
    let serve = Program::start(serve.arg("--data-dir").arg(&data.path).args(["serve", "--json"]))?;
    let told: Value = serde_json::from_str(&serve.line("the address")?)
        .map_err(|error| Chore::failed(format!("serve --json tells no address: {error}")))?;
    let url = told.get("url").and_then(Value::as_str).ok_or_else(|| Chore::failed("serve --json tells no url"))?;
    figures("Chromium", &read(script(place).args(["chromium", url]))?)
}

fn in_window(place: &Place) -> Outcome<Vec<String>> {
    let data = place.municipality()?;
    let display = Display::start()?;
    let port = free_port()?;
    let mut driver = Command::new("WebKitWebDriver");
    driver.args([format!("--port={port}"), String::from("--host=127.0.0.1")]).env("TAURI_WEBVIEW_AUTOMATION", "true");
    // The page is painted as it is for people, not as a driver wants it for its pictures.
    driver.env("TOVHOLDER_TIMING", "main");
    on_display(&mut driver, &display, &data.path);
    let _driver = Program::start(&mut driver)?;
    let url = format!("http://127.0.0.1:{port}");
    let said = read(script(place).args(["window", &url]).arg(&place.programs.window))?;
    figures("the window", &said)
}

fn free_port() -> Outcome<u16> {
    let bound = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|error| Chore::failed(format!("no free port: {error}")))
}

/// The script answers `{"rows": 3000, "filter": [ms…], "sort": [ms…]}`.
fn figures(place: &str, said: &str) -> Outcome<Vec<String>> {
    let answer: Value =
        serde_json::from_str(said).map_err(|error| Chore::failed(format!("{place}: no measurements ({error})")))?;
    let rows = answer.get("rows").and_then(Value::as_u64).unwrap_or(0);
    if rows < ROWS_MIN {
        return Err(Chore::failed(format!("{place}: only {rows} rows were shown")));
    }
    let mut lines = Vec::new();
    for kind in ["filter", "sort"] {
        let values: Vec<f64> =
            answer.get(kind).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_f64).collect();
        if values.len() < ROUNDS {
            return Err(Chore::failed(format!("{place}: only {} measurements of {kind}", values.len())));
        }
        let (median, p95) = median_and_p95(&values);
        let name = |which: &str| format!("{kind} of 3,000 rows in {place}, {which}");
        lines.push(told(&name("median"), "ms", median, json!({ "value_max": LIMIT_MS })));
        lines.push(told(&name("p95"), "ms", p95, json!({})));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_rows_or_rounds_are_no_figure() {
        let enough = vec![12.5; ROUNDS];
        let told = |rows: u64, sorts: &[f64]| json!({ "rows": rows, "filter": enough, "sort": sorts }).to_string();
        assert_eq!(figures("x", &told(3_000, &enough)).unwrap().len(), 4);
        assert!(figures("x", &told(12, &enough)).is_err());
        assert!(figures("x", &told(3_000, &[1.0])).is_err());
        assert!(figures("x", "").is_err());
    }
}
