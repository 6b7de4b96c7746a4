//! The real window, operated as a person would: by what stands on the screen.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::{Display, Group, Laptop, program, root, wait_for};

/// How long the screen may take to show what was asked for. Generous: CI's machine has two cores and builds beside.
const LIMIT: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_millis(50);

/// The desktop program under WebKit's driver, on a display of its own.
#[derive(Debug)]
pub struct Window {
    driver: WebDriver,
    // Dropped in this order: the app, then the display it stands on.
    _processes: Group,
    _display: Display,
}

impl Window {
    /// The Enter key.
    pub const ENTER: Key = Key::Enter;

    /// Opens the window on this laptop's data, on a display of this size.
    pub async fn open(laptop: &Laptop, (width, height): (u32, u32)) -> Self {
        let display = Display::start(width, height);
        let port = free_port();
        let processes = Group::start(
            Command::new("WebKitWebDriver")
                .args([format!("--port={port}"), String::from("--host=127.0.0.1")])
                .env("DISPLAY", display.name())
                .env_remove("WAYLAND_DISPLAY")
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .env("TOVHOLDER_DATA_DIR", laptop.data_dir())
                .env("TOVHOLDER_ON", crate::JUNE)
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        wait_for("WebKit's driver", LIMIT, || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        let mut wanted = Capabilities::new();
        let options = json!({ "binary": program("tovholder-desktop"), "args": [] });
        wanted.set("webkitgtk:browserOptions", options).expect("options are JSON");
        let opened = tokio::time::timeout(LIMIT, WebDriver::new(format!("http://127.0.0.1:{port}"), wanted)).await;
        let driver = opened.expect("the window opens in time").expect("the window opens");
        driver.set_script_timeout(LIMIT).await.expect("a time limit can be set");
        let window = Self { driver, _processes: processes, _display: display };
        let _ = window.driver.set_window_rect(0, 0, width, height).await;
        window
    }

    /// Closes it as a user does; what was saved must be there afterwards.
    pub async fn close(self) {
        let _ = tokio::time::timeout(LIMIT, self.driver.clone().quit()).await;
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str, args: Vec<Value>) -> Value {
        let ran = self.driver.execute(script, args).await.unwrap_or_else(|error| panic!("{script}: {error}"));
        ran.json().clone()
    }

    /// What stands on the screen, as text.
    pub async fn text(&self) -> String {
        self.run("return document.body ? document.body.innerText : ''", vec![])
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until this text stands on the screen.
    pub async fn sees(&self, text: &str) {
        for _ in 0..LIMIT.as_millis() / STEP.as_millis() {
            if self.text().await.contains(text) {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        self.fail(&format!("»{text}« does not stand on the screen")).await;
    }

    /// Waits until this text no longer stands on the screen.
    pub async fn sees_no(&self, text: &str) {
        for _ in 0..LIMIT.as_millis() / STEP.as_millis() {
            if !self.text().await.contains(text) {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        self.fail(&format!("»{text}« still stands on the screen")).await;
    }

    /// The visible element with this role (`button`, `textbox`, …) and this name, as a screen reader would find it. A name
    /// that ends in `…` only needs to begin so.
    pub async fn find(&self, role: &str, name: &str) -> WebElement {
        for _ in 0..LIMIT.as_millis() / STEP.as_millis() {
            let args = vec![json!(role), json!(name)];
            if let Ok(found) = self.driver.execute(include_str!("find.js"), args).await
                && let Ok(element) = found.element()
            {
                return element;
            }
            tokio::time::sleep(STEP).await;
        }
        self.fail(&format!("no {role} is called »{name}«")).await
    }

    /// The first visible element that this CSS selector finds.
    pub async fn css(&self, selector: &str) -> WebElement {
        for _ in 0..LIMIT.as_millis() / STEP.as_millis() {
            if let Ok(element) = self.driver.find(By::Css(selector)).await
                && element.is_displayed().await.unwrap_or(false)
            {
                return element;
            }
            tokio::time::sleep(STEP).await;
        }
        self.fail(&format!("nothing visible matches {selector}")).await
    }

    /// Clicks what has this role and name.
    pub async fn click(&self, role: &str, name: &str) {
        let element = self.find(role, name).await;
        self.click_on(&element, &format!("the {role} »{name}«")).await;
    }

    /// Clicks, as soon as nothing lies over it: a list that closes may take a moment.
    async fn click_on(&self, element: &WebElement, what: &str) {
        let mut why = String::new();
        for _ in 0..LIMIT.as_millis() / STEP.as_millis() {
            match element.click().await {
                Ok(()) => return,
                Err(error) => why = error.to_string(),
            }
            tokio::time::sleep(STEP).await;
        }
        self.fail(&format!("{what} cannot be clicked: {why}")).await;
    }

    /// Types over what stands in a field, and waits until it stands there: the driver answers before the page has the keys.
    pub async fn type_into(&self, field: &WebElement, text: &str) {
        self.click_on(field, "the field").await;
        let _ = field.clear().await;
        field.send_keys(text).await.expect("a field can be typed in");
        for _ in 0..LIMIT.as_millis() / STEP.as_millis() {
            if field.prop("value").await.ok().flatten().as_deref() == Some(text) {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        self.fail(&format!("»{text}« does not stand in its field")).await;
    }

    /// Types into the field of this name.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find("textbox", name).await;
        self.type_into(&field, text).await;
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: impl Into<thirtyfour::TypingData>) {
        let here = self.driver.active_element().await.expect("something has the focus");
        here.send_keys(keys).await.expect("keys can be pressed");
    }

    /// The visible element with this `data-testid`.
    pub async fn test_id(&self, id: &str) -> WebElement {
        self.css(&format!("[data-testid=\"{id}\"]")).await
    }

    /// Clicks the element with this `data-testid`.
    pub async fn click_id(&self, id: &str) {
        let element = self.test_id(id).await;
        self.click_on(&element, &format!("»{id}«")).await;
    }

    /// Types into the field with this `data-testid`.
    pub async fn fill_id(&self, id: &str, text: &str) {
        let field = self.test_id(id).await;
        self.type_into(&field, text).await;
    }

    /// Shows another screen, by its place in the rail.
    pub async fn go_to(&self, page: &str) {
        self.click_id(&format!("nav-{page}")).await;
        self.css(&format!("[data-testid=\"nav-{page}\"][aria-current=\"page\"]")).await;
    }

    /// Chooses a file for the input with this `data-testid`, as its dialog would.
    pub async fn choose_file(&self, id: &str, path: &Path) {
        let input = self.driver.find(By::Css(format!("[data-testid=\"{id}\"]"))).await.expect("a file can be chosen");
        input.send_keys(path.to_str().expect("a path of plain letters")).await.expect("the file is taken");
    }

    /// Chooses in the list of this name, by the option's value.
    pub async fn choose_option(&self, name: &str, value: &str) {
        let list = self.find("combobox", name).await;
        let option = list.find(By::Css(format!("option[value=\"{value}\"]"))).await.expect("the list has that option");
        option.click().await.expect("an option can be clicked");
    }

    /// In the table of tasks: filters to this task, and puts the keyboard on its row.
    pub async fn show_task(&self, id: &str) {
        self.fill_id("filter-text", id).await;
        self.click_id(&format!("task-row-{id}")).await;
    }

    /// Shows colours as of a day; `shown` is how the screen writes it.
    pub async fn show_day(&self, day: &str, shown: &str) {
        if self.text().await.contains(shown) {
            return;
        }
        self.css("header button[aria-haspopup=\"dialog\"][aria-expanded]")
            .await
            .click()
            .await
            .expect("the day can be chosen");
        let field = self.test_id("on-day").await;
        self.type_into(&field, day).await;
        self.press(Self::ENTER).await;
        self.sees(shown).await;
    }

    /// Waits until the page stops changing.
    pub async fn settles(&self) {
        let mut before = String::new();
        let mut still = 0;
        for _ in 0..LIMIT.as_millis() / STEP.as_millis() {
            let now = self.run("return document.body.innerHTML", vec![]).await.to_string();
            still = if now == before { still + 1 } else { 0 };
            if still == 6 {
                return;
            }
            before = now;
            tokio::time::sleep(STEP).await;
        }
        self.fail("the page does not come to rest").await;
    }

    /// Waits until something holds outside the window.
    pub async fn saved(&self, holds: impl Fn() -> bool, what: &str) {
        for _ in 0..LIMIT.as_millis() / STEP.as_millis() {
            if holds() {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        self.fail(&format!("{what} was not saved")).await;
    }

    /// Keeps a picture of what stands on the screen.
    pub async fn picture(&self, path: &Path) {
        let png = self.driver.screenshot_as_png().await.expect("a picture can be taken");
        std::fs::write(path, png).expect("the picture can be kept");
    }

    /// What axe finds serious or critical on this screen, one line each.
    pub async fn axe(&self) -> Vec<String> {
        let axe = root().join("ui/node_modules/axe-core/axe.min.js");
        let code = std::fs::read_to_string(&axe).unwrap_or_else(|error| panic!("{}: {error}", axe.display()));
        self.run(&format!("if (!window.axe) {{ {code} }} return null"), vec![]).await;
        let script = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(
                (found) => done(found.violations
                    .filter((one) => ['serious', 'critical'].includes(one.impact))
                    .map((one) => `${one.id}: ${one.help} at ${one.nodes.map((node) => node.target.join(' ')).slice(0, 5).join(' | ')}`)),
                (error) => done([`axe failed: ${error}`]));";
        let found = self.driver.execute_async(script, vec![]).await.expect("axe runs");
        let lines: Vec<String> = serde_json::from_value(found.json().clone()).expect("axe answers lines");
        lines
    }

    /// Fails with a picture and the text of the screen, kept as artifacts.
    async fn fail(&self, why: &str) -> ! {
        let dir = crate::artifacts("failures");
        let name = format!(
            "{}-{}",
            std::process::id(),
            why.chars().filter(char::is_ascii_alphanumeric).take(40).collect::<String>()
        );
        if let Ok(png) = self.driver.screenshot_as_png().await {
            let _ = std::fs::write(dir.join(format!("{name}.png")), png);
        }
        let text = self.text().await;
        panic!("{why}. A picture lies in artifacts/failures/{name}.png. The screen says:\n{text}");
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port").port()
}
