//! The real window: the whole way from first start to the next morning, and every screen as it looks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use tovholder_tests::{JUNE_FILE, Laptop, MAY_FILE, Relay, Window, artifacts, data_file};

/// Every page of the rail.
const PAGES: [&str; 13] = [
    "overblik",
    "mine",
    "opgaver",
    "projekter",
    "roller",
    "snitflader",
    "netvaerk",
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

/// A municipality with May's tasks.
fn municipality(code: &str, name: &str) -> Laptop {
    let laptop = Laptop::new();
    laptop.tovholder(&["init", "--municipality", code, "--department", "Digitalisering", "--name", name]).done();
    laptop.import(MAY_FILE);
    laptop
}

/// How far BBR is with SF1511 by what stands there.
fn bbr(laptop: &Laptop) -> String {
    let told = laptop.json(&["interfaces", "--interface", "SF1511", "--project", "BBR"]);
    told["interfaces"][0]["uses"][0]["state"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_and_two_municipalities_one_of_them_offline_for_the_first_half() {
    let relay = Relay::open();
    let (koege, svendborg, koebenhavn) =
        (municipality("0259", "Hanne Vinther"), municipality("0479", "Nanna Dahl"), municipality("0101", "Mette Holm"));
    // The host founds the network, and publishes.
    let host = Window::open(&koege, SMALL).await;
    host.go_to("netvaerk").await;
    host.fill_id("network-url", &relay.url).await;
    host.click_id("network-found").await;
    host.test_id("network-key").await;
    host.click_id("network-kept").await;
    host.click("tab", "Udgiv").await;
    host.click_id("publish-built-in").await;
    host.sees("255 felter er udgivet").await;

    // Two municipalities are invited. One of them joins and goes where there is no network, and works on there.
    let invitation = koege.json(&["network", "invite"])["invite"].as_str().expect("a link").to_owned();
    koebenhavn.json(&["network", "join", &invitation]);
    koebenhavn.json(&["interface", "use", "SF1511", "KY", "under_way"]);
    koebenhavn.json(&["share", "publish", "BBR", "--on", tovholder_tests::JUNE]);
    host.click("tab", "Kommuner").await;
    host.click_id("network-invite").await;
    host.test_id("network-invitation").await;
    let read = "return document.querySelector('[data-testid=network-invitation]').value";
    let link = host.run(read, vec![]).await.as_str().expect("a link").trim().to_owned();
    let nanna = Window::open(&svendborg, SMALL).await;
    nanna.go_to("netvaerk").await;
    nanna.fill_id("network-link", &link).await;
    nanna.click_id("network-join").await;
    nanna.sees("Kommunen er deltager").await;
    host.sees("Svendborg").await;

    // What the host publishes is news, and stands after it is taken in.
    host.click("tab", "Udgiv").await;
    host.fill_id("publish-id", "SF1511").await;
    host.fill_id("publish-project", "BBR").await;
    host.choose_option("Ny værdi", "done").await;
    host.click_id("publish-send").await;
    host.sees("1 felt er udgivet").await;
    nanna.test_id("change-use/BBR:SF1511").await;
    assert_eq!(bbr(&svendborg), "under_way", "not before it is taken in");
    nanna.picture(&artifacts("netvaerk").join("nyt.png")).await;
    nanna.click_id("accept").await;
    nanna.saved(|| bbr(&svendborg) == "done", "the host's word").await;

    // A status is chosen, looked at, and shown; the host sees it.
    nanna.click("tab", "Vores status").await;
    nanna.css("[data-testid='share-BBR'] input").await.click().await.expect("a project can be chosen");
    nanna.click_id("share-look").await;
    nanna.test_id("share-cells").await;
    nanna.click_id("share-publish").await;
    host.click("tab", "Landet").await;
    host.test_id("tile-0479").await;

    // The other one comes back: what it did there arrives, and what it missed is news.
    let mette = Window::open(&koebenhavn, SMALL).await;
    mette.go_to("netvaerk").await;
    mette.test_id("change-use/BBR:SF1511").await;
    host.test_id("tile-0101").await;
    host.click_id("tile-0101").await;
    host.test_id("country-one").await;
    host.picture(&artifacts("netvaerk").join("landet.png")).await;
    mette.click_id("accept").await;
    mette.saved(|| bbr(&koebenhavn) == "done", "the host's word").await;
    for window in [host, nanna, mette] {
        assert!(window.axe().await.is_empty());
        window.close().await;
    }
    let told = koebenhavn.json(&["interfaces", "--interface", "SF1511", "--project", "KY"]);
    assert_eq!(told["interfaces"][0]["uses"][0]["own"], true, "what is local stays");
    for laptop in [&koege, &svendborg, &koebenhavn] {
        assert_eq!(laptop.json(&["doctor", "--rebuild"])["ok"], true);
    }
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
