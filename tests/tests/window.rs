//! The real window: the whole way from first start to the next morning, and every screen as it looks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use tovholder_tests::{JUNE_FILE, Laptop, MAY_FILE, Relay, Window, artifacts, data_file};

/// Every page of the rail.
const PAGES: [&str; 12] = [
    "overblik",
    "mine",
    "opgaver",
    "projekter",
    "roller",
    "snitflader",
    "personer",
    "konflikter",
    "deling",
    "import",
    "eksport",
    "indstillinger",
];

const SMALL: (u32, u32) = (1280, 800);
const LARGE: (u32, u32) = (1920, 1080);

#[tokio::test(flavor = "multi_thread")]
async fn from_first_start_to_the_next_morning() {
    let laptop = Laptop::new();
    let window = Window::open(&laptop, SMALL).await;

    // First start: municipality, name, department; no account.
    window.fill_id("start-municipality", "Svendb").await;
    window.press(Window::ENTER).await;
    window.fill_id("start-name", "Tove Holm").await;
    window.fill_id("start-department", "It og Digitalisering").await;
    window.click_id("start-open").await;
    window.sees("Svendborg Kommune").await;

    // The May export, looked at before anything is saved.
    window.go_to("import").await;
    window.choose_file("import-file", &data_file(MAY_FILE)).await;
    window.test_id("import-run").await;
    window.sees("172").await;
    assert!(laptop.tasks().is_empty(), "a preview writes nothing");
    window.click_id("import-run").await;
    window.test_id("import-done").await;
    assert_eq!(laptop.tasks().len(), 172);

    // A task gets a responsible and a status, by the keyboard.
    window.go_to("opgaver").await;
    window.show_task("KLIK-1010").await;
    window.press("a").await;
    window.fill("Ansvarlig", "Anne Eskildsen").await;
    window.press(Window::ENTER).await;
    window.click("button", "Sæt ansvarlig…").await;
    window.saved(|| laptop.task("KLIK-1010")["responsible"] == "Anne Eskildsen", "the responsible").await;
    window.show_task("KLIK-1010").await;
    window.press("s").await;
    window.choose_option("Status", "in_progress").await;
    window.click("button", "Sæt status…").await;
    window.saved(|| laptop.task("KLIK-1010")["status"] == "in_progress", "the status").await;

    // What the terminal writes meanwhile stands in the window without asking.
    laptop.json(&["task", "set", "KLIK-1010", "performer=Tina Ørsted"]);
    window.sees("Tina Ørsted").await;

    // The lid is closed; the next morning all is there.
    window.close().await;
    let window = Window::open(&laptop, SMALL).await;
    window.sees("Svendborg Kommune").await;
    window.go_to("opgaver").await;
    window.show_task("KLIK-1010").await;
    for text in ["Anne Eskildsen", "Tina Ørsted", "I gang"] {
        window.sees(text).await;
    }
    window.close().await;
    assert_eq!(laptop.json(&["doctor", "--rebuild"])["ok"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_windows_and_a_relay_from_first_start_to_a_chosen_conflict() {
    let mut relay = Relay::open();
    let (teknik, borger) = (Laptop::new(), Laptop::new());
    let nanna = Window::open(&teknik, SMALL).await;
    nanna.fill_id("start-municipality", "Svendb").await;
    nanna.press(Window::ENTER).await;
    nanna.fill_id("start-name", "Nanna Dahl").await;
    nanna.fill_id("start-department", "Teknik og Miljø").await;
    nanna.click_id("start-open").await;
    nanna.sees("Svendborg Kommune").await;
    teknik.import(MAY_FILE);

    // The municipality is shared: the recovery key is put away before anything else.
    nanna.go_to("deling").await;
    nanna.fill_id("relay-url", &relay.url).await;
    nanna.click_id("relay-connect").await;
    nanna.test_id("recovery-key").await;
    nanna.click_id("recovery-kept").await;
    nanna.click_id("recovery-done").await;
    nanna.click("button", "Invitér").await;
    nanna.click_id("invite-run").await;
    nanna.test_id("invite-link").await;
    let read = "const e = document.querySelector('[data-testid=invite-link]'); return e.value ?? e.textContent";
    let link = nanna.run(read, vec![]).await.as_str().expect("a link").trim().to_owned();
    nanna.click_id("invite-done").await;

    // A colleague comes in by it, and has everything.
    let karsten = Window::open(&borger, SMALL).await;
    karsten.click_id("way-join").await;
    karsten.fill_id("start-invite", &link).await;
    karsten.fill_id("start-name", "Karsten Berg").await;
    karsten.fill_id("start-department", "Borgerservice").await;
    karsten.click_id("start-open").await;
    karsten.sees("Svendborg Kommune").await;
    karsten.saved(|| borger.tasks().len() == 172, "what the others have").await;
    karsten.sees("Synkroniseret").await;
    nanna.sees("Karsten Berg").await;

    // The network goes. Both write about the same task; nothing stands in their way.
    relay.kill();
    for (window, laptop, status) in [(&nanna, &teknik, "in_progress"), (&karsten, &borger, "completed")] {
        window.go_to("opgaver").await;
        window.show_task("KLIK-1010").await;
        window.press("s").await;
        window.choose_option("Status", status).await;
        window.click("button", "Sæt status…").await;
        window.saved(|| laptop.task("KLIK-1010")["status"] == status, "the status").await;
        window.sees("venter").await;
    }

    // It comes back: both see both, and one of them chooses, for both.
    relay.start_again();
    for (window, laptop) in [(&nanna, &teknik), (&karsten, &borger)] {
        window.saved(|| laptop.list(&["conflicts"], "conflicts").len() == 1, "the conflict").await;
        window.go_to("konflikter").await;
        for text in ["I gang", "Fuldført", "Nanna Dahl", "Karsten Berg", "Borgerservice"] {
            window.sees(text).await;
        }
    }
    let dir = artifacts("deling");
    nanna.picture(&dir.join("konflikt.png")).await;
    nanna.press("1").await;
    nanna.press(Window::ENTER).await;
    for (window, laptop) in [(&nanna, &teknik), (&karsten, &borger)] {
        window.saved(|| laptop.list(&["conflicts"], "conflicts").is_empty(), "the choice").await;
    }
    nanna.sees("Synkroniseret").await;
    nanna.go_to("deling").await;
    nanna.sees("Karsten Berg").await;
    nanna.picture(&dir.join("deling.png")).await;
    karsten.picture(&dir.join("afgjort.png")).await;
    nanna.close().await;
    karsten.close().await;
    assert_eq!(teknik.tovholder(&["tasks", "--json"]).done().out, borger.tovholder(&["tasks", "--json"]).done().out);
}

/// A laptop with something to see on every page.
fn lived_in() -> Laptop {
    let laptop = Laptop::with_may();
    let stale = format!("status={}", Laptop::seen(&laptop.task("KLIK-1011"), "status"));
    for words in [
        &["task", "set", "KLIK-1010", "responsible=Tove Holm", "performer=Tina Ørsted"][..],
        &["task", "set", "KLIK-1012", "action_needed=true", "note=Afventer leverandøren"],
        &["task", "comment", "KLIK-1012", "Leverandøren svarer først i uge 26."],
        &["task", "set", "KLIK-1014", "status=in_progress"],
        &["role", "set", "BBR", "projektleder", "needed=yes"],
        &["role", "set", "BBR", "rolleadministrator-sts", "needed=yes"],
        &["assign", "BBR", "projektleder", "Karsten Berg", "--from", "2018-05-01"],
        &["task", "set", "KLIK-1011", "status=in_progress"],
        &["task", "set", "KLIK-1011", "status=cannot_meet_deadline", "--seen", &stale],
    ] {
        laptop.json(words);
    }
    laptop.import(JUNE_FILE);
    laptop
}

/// Every page in one language and size: kept as a picture, wide enough, and with nothing serious for axe to find.
async fn every_page(laptop: &Laptop, lang: &str, size: (u32, u32)) -> Vec<String> {
    laptop.json(&["call", "preference", &format!(r#"{{"key": "lang", "value": "{lang}"}}"#)]);
    let window = Window::open(laptop, size).await;
    window.css("nav").await;
    window.show_day("2018-06-15", "15.06.2018").await;
    let mut wrong = Vec::new();
    for page in PAGES {
        window.go_to(page).await;
        wrong.extend(look(&window, lang, size, page).await);
        if page == "opgaver" {
            window.show_task("KLIK-1012").await;
            window.press(Window::ENTER).await;
            window.sees("uge 26").await;
            wrong.extend(look(&window, lang, size, "opgaver-panel").await);
        }
    }
    window.close().await;
    wrong
}

async fn look(window: &Window, lang: &str, (width, height): (u32, u32), page: &str) -> Vec<String> {
    window.settles().await;
    window.picture(&artifacts("screens").join(format!("{page}-{lang}-{width}x{height}.png"))).await;
    let named = |what: String| format!("{page} ({lang}, {width}×{height}): {what}");
    let mut wrong: Vec<String> = window.axe().await.into_iter().map(named).collect();
    let error = window.run("return document.querySelector('.alert-error')?.innerText ?? ''", vec![]).await;
    if error != "" {
        wrong.push(named(format!("shows an error: {error}")));
    }
    let sideways = window.run("return document.documentElement.scrollWidth - innerWidth", vec![]).await;
    if sideways.as_i64().unwrap_or(0) > 0 {
        wrong.push(named(format!("scrolls sideways by {sideways} px")));
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_danish() {
    let laptop = lived_in();
    let wrong = [every_page(&laptop, "da", SMALL).await, every_page(&laptop, "da", LARGE).await].concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_english() {
    let laptop = lived_in();
    let wrong = [every_page(&laptop, "en", SMALL).await, every_page(&laptop, "en", LARGE).await].concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_the_dark() {
    let laptop = lived_in();
    laptop.json(&["call", "preference", r#"{"key": "theme", "value": "dark"}"#]);
    let wrong = every_page(&laptop, "da", (1440, 900)).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_june_export_is_looked_at_before_it_is_imported() {
    let laptop = Laptop::with_may();
    laptop.json(&["task", "set", "KLIK-1014", "status=in_progress"]);
    laptop.json(&["task", "set", "KLIK-1010", "responsible=Anne Eskildsen"]);
    let mut wrong = Vec::new();
    for (lang, size) in [("da", SMALL), ("en", LARGE)] {
        laptop.json(&["call", "preference", &format!(r#"{{"key": "lang", "value": "{lang}"}}"#)]);
        let window = Window::open(&laptop, size).await;
        window.go_to("import").await;
        window.choose_file("import-file", &data_file(JUNE_FILE)).await;
        window.test_id("import-run").await;
        wrong.extend(look(&window, lang, size, "import-preview").await);
        window.click_id("tile-klik").await;
        window.sees("Anne Eskildsen").await;
        wrong.extend(look(&window, lang, size, "import-choose").await);
        window.close().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(laptop.tasks().len(), 172, "nothing was imported");
}

#[tokio::test(flavor = "multi_thread")]
async fn first_start_and_an_empty_list() {
    for (lang, size) in [("da", SMALL), ("en", LARGE)] {
        let laptop = Laptop::new();
        let window = Window::open(&laptop, size).await;
        window.test_id("start-open").await;
        window.choose_option("Sprog", lang).await;
        let mut wrong = look(&window, lang, size, "start").await;
        laptop.json(&["init", "--municipality", "0479", "--department", "Digitalisering", "--name", "Tove Holm"]);
        window.close().await;
        let window = Window::open(&laptop, size).await;
        window.go_to("opgaver").await;
        wrong.extend(look(&window, lang, size, "opgaver-tom").await);
        window.close().await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_a_newer_version_is_said_in_the_window() {
    let laptop = Laptop::founded();
    let database = laptop.data_dir().join("tovholder.db");
    {
        let connection = rusqlite::Connection::open(&database).unwrap();
        connection.execute_batch("PRAGMA user_version = 9999").unwrap();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    }
    let bytes = std::fs::read(&database).unwrap();
    let window = Window::open(&laptop, SMALL).await;
    window.sees("nyere Tovholder").await;
    window.settles().await;
    window.picture(&artifacts("screens").join("fejl-nyere-version-da-1280x800.png")).await;
    window.close().await;
    assert_eq!(std::fs::read(&database).unwrap(), bytes);
}
