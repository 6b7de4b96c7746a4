//! What municipalities learn from each other: experiences, reference groups, templates, the role gallery.

use serde_json::{Value, json};
use tovholder_tests::Relay;

use super::*;

fn experiences(laptop: &Laptop, args: &[&str]) -> Vec<Value> {
    let all = [&["experiences"], args].concat();
    laptop.json(&all).as_array().expect("experiences").clone()
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

#[test]
fn an_experience_is_found_thanked_for_and_asked_about() {
    let mut relay = Relay::open();
    let (host, svendborg) = network(&relay);
    // Written without a network to reach.
    relay.kill();
    let write = ["experiences", "write", "interface/SF1511", "Adgangsstyring tager tre uger", "--text"];
    svendborg.json(&[&write[..], &["Bestil certifikatet først."]].concat());
    svendborg.json(&[
        "experiences",
        "write",
        "project/BBR",
        "Vores tjekliste",
        "--template",
        "--link",
        "https://x.dk/a",
    ]);
    relay.start_again();
    sync(&svendborg);
    sync(&host);
    let found = experiences(&host, &["--interface", "SF1511"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["municipality"], "Svendborg");
    assert_eq!(found[0]["ours"], false);
    assert_eq!(experiences(&host, &["--search", "certifikatet svendborg"]).len(), 1);
    assert_eq!(experiences(&host, &["--search", "certifikatet køge"]).len(), 0);
    assert_eq!(experiences(&host, &["--project", "bbr"])[0]["kind"], "template");
    assert_eq!(experiences(&host, &[]).len(), 2);
    // Thanks and a question; what is another's is not to be changed.
    let theirs = id(&found[0]);
    host.json(&["experiences", "thank", &theirs]);
    host.json(&["experiences", "remark", &theirs, "Hvor bestiller I det?"]);
    host.tovholder(&["experiences", "remove", &theirs, "--json"]).refused("unknown_experience");
    svendborg.tovholder(&["experiences", "thank", &theirs, "--json"]).refused("own_experience");
    sync(&host);
    sync(&svendborg);
    let asked = experiences(&svendborg, &["--interface", "SF1511"])[0].clone();
    assert_eq!((&asked["thanks"], asked["remarks"].as_array().unwrap().len()), (&1.into(), 1), "{asked}");
    assert_eq!(asked["remarks"][0]["municipality"], "Køge");
    assert_eq!(svendborg.json(&["call", "experiences"])["unanswered"], 1);
    svendborg.json(&["experiences", "remark", &theirs, "Hos KOMBIT."]);
    assert_eq!(svendborg.json(&["call", "experiences"])["unanswered"], 0);
    sync(&svendborg);
    sync(&host);
    let answered = experiences(&host, &["--interface", "SF1511"])[0].clone();
    let words: Vec<(&str, bool)> = answered["remarks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["text"].as_str().unwrap(), one["by_writer"].as_bool().unwrap()))
        .collect();
    assert_eq!(words, [("Hvor bestiller I det?", false), ("Hos KOMBIT.", true)]);
    // Thanks are taken back, a question is, and what was written goes with everything said of it.
    host.json(&["experiences", "thank", &theirs, "--take-back"]);
    host.json(&["experiences", "unremark", answered["remarks"][0]["id"].as_str().unwrap()]);
    let left = experiences(&host, &["--interface", "SF1511"])[0].clone();
    assert_eq!((&left["thanks"], left["remarks"].as_array().unwrap().len()), (&0.into(), 1), "{left}");
    let change = ["--id", &theirs];
    svendborg
        .json(&[&["experiences", "write", "interface/SF1511", "Adgangsstyring tager fire uger"], &change[..]].concat());
    assert_eq!(experiences(&svendborg, &["--search", "fire uger bestil først"]).len(), 1, "what is not said stays");
    svendborg.json(&["experiences", "remove", &theirs]);
    sync(&svendborg);
    sync(&host);
    assert_eq!(experiences(&host, &[]).len(), 1);
    host.tovholder(&["experiences", "remark", &theirs, "Er den væk?", "--json"]).refused("unknown_experience");
    for (bad, code) in [
        ("interface/nej", "unknown_interface"),
        ("task/KLIK-1", "unknown_entity"),
        ("project/", "unknown_entity"),
        ("BBR", "unknown_entity"),
    ] {
        svendborg.tovholder(&["experiences", "write", bad, "Om ingenting", "--json"]).refused(code);
    }
    let cpr = ["experiences", "write", "project/BBR", "Borger 010190-1234 ringede", "--json"];
    svendborg.tovholder(&cpr).refused("looks_like_cpr");
    svendborg.tovholder(&["doctor"]).done();
}

#[test]
fn a_municipality_is_in_the_groups_that_it_says() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    svendborg.tovholder(&["publish", "group", "sts", "title=STS", "--json"]).refused("not_publisher");
    host.json(&["publish", "group", "sts", "title=STS-gruppen", "about=interface/sf1511", "text=Mødes hver måned"]);
    host.json(&["publish", "group", "byg", "title=Bygningsgruppen", "about=project/BBR"]);
    host.tovholder(&["publish", "group", "x", "about=noget", "--json"]).refused("unknown_entity");
    sync(&host);
    sync(&svendborg);
    assert!(diff(&svendborg).is_empty(), "a group is nothing to take in");
    svendborg.json(&["groups", "join", "sts"]);
    svendborg.tovholder(&["groups", "join", "golf", "--json"]).refused("unknown_group");
    sync(&svendborg);
    sync(&host);
    let told = host.json(&["groups"]);
    let of =
        |n: usize| (told[n]["title"].as_str().unwrap(), told[n]["about"].as_str().unwrap(), &told[n]["municipalities"]);
    assert_eq!(of(0), ("Bygningsgruppen", "BBR", &json!([])));
    assert_eq!(of(1), ("STS-gruppen", "SF1511", &json!(["Svendborg"])));
    assert_eq!((&told[1]["ours"], &svendborg.json(&["groups"])[1]["ours"]), (&false.into(), &true.into()));
    svendborg.json(&["groups", "leave", "sts"]);
    sync(&svendborg);
    sync(&host);
    assert_eq!(host.json(&["groups"])[1]["municipalities"], json!([]));
    host.json(&["publish", "remove", "group/byg"]);
    assert_eq!(host.json(&["groups"]).as_array().unwrap().len(), 1);
}

fn task(laptop: &Laptop, id: &str) -> Value {
    laptop.json(&["call", "task", &json!({ "id": id }).to_string()])
}

#[test]
fn a_template_becomes_a_task_that_follows_it_and_keeps_what_is_local() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    for (id, title) in [("KLIK-7001", "Bestil certifikat"), ("KLIK-7002", "Udpeg dataansvarlig")] {
        let (title, role) = (format!("title={title}"), "role=Projektleder");
        host.json(&["publish", "task", id, "project=BBR", &title, "deadline=2018-09-01", "kind=basic", role]);
    }
    host.tovholder(&["publish", "task", "KLIK-7003", "kind=noget", "--json"]).refused("bad_value");
    sync(&host);
    sync(&svendborg);
    svendborg
        .tovholder(&["catalogue", "templates", "--project", "BBR", "--take", "--json"])
        .refused("unknown_template");
    svendborg.json(&["catalogue", "accept"]);
    let templates = svendborg.json(&["catalogue", "templates"]);
    assert_eq!((&templates[0]["project"], &templates[0]["left"]), (&"BBR".into(), &2.into()), "{templates}");
    let taken = svendborg.json(&["catalogue", "templates", "--project", "bbr", "--take"]);
    assert_eq!(taken["written"], 2, "{taken}");
    assert_eq!(svendborg.json(&["catalogue", "templates"])[0]["left"], 0);
    let again = svendborg.json(&["catalogue", "templates", "--project", "BBR", "--take"]);
    assert_eq!(again["written"], 0, "what is here already is left alone");
    let first = task(&svendborg, "KLIK-7001");
    assert_eq!(
        (&first["row"]["title"], &first["row"]["deadline"]),
        (&"Bestil certifikat".into(), &"2018-09-01".into())
    );
    assert_eq!((&first["told"], &first["row"]["role_id"]), (&true.into(), &"projektleder".into()));
    assert_eq!(svendborg.list(&["call", "search", r#"{"q":"certifikat"}"#], "hits").len(), 1);
    // An own deadline on one of them; the host moves both.
    svendborg.tovholder(&["task", "set", "KLIK-7001", "deadline=2018-08-15"]).done();
    assert_eq!(task(&svendborg, "KLIK-7001")["row"]["klik_differs"], json!([]));
    for id in ["KLIK-7001", "KLIK-7002"] {
        host.json(&["publish", "task", id, "deadline=2018-10-01"]);
    }
    sync(&host);
    sync(&svendborg);
    assert_eq!(task(&svendborg, "KLIK-7002")["row"]["deadline"], "2018-09-01", "not before it is taken in");
    let own = diff(&svendborg).into_iter().find(|one| one["entity"] == "template/KLIK-7001").unwrap();
    assert_eq!(own["fields"][0]["own"], "2018-08-15", "{own}");
    svendborg.json(&["catalogue", "accept"]);
    let moved = task(&svendborg, "KLIK-7002");
    assert_eq!(moved["row"]["deadline"], "2018-10-01");
    assert_eq!(
        moved["row"]["earlier_deadlines"],
        json!(["2018-09-01"]),
        "a moved deadline does not erase the one before"
    );
    let own = task(&svendborg, "KLIK-7001");
    assert_eq!((&own["row"]["deadline"], &own["row"]["klik_differs"]), (&"2018-08-15".into(), &json!(["deadline"])));
    // Put away by the host it is still the municipality's task, and says so.
    host.json(&["publish", "remove", "template/KLIK-7002"]);
    sync(&host);
    sync(&svendborg);
    svendborg.json(&["catalogue", "accept"]);
    let gone = task(&svendborg, "KLIK-7002");
    assert_eq!((&gone["row"]["gone"], &gone["row"]["title"]), (&true.into(), &"Udpeg dataansvarlig".into()), "{gone}");
    // One step to undo.
    let other = laptop_of("0461", "Olga Fyn");
    join(&host, &other, "participant");
    other.json(&["catalogue", "accept"]);
    other.json(&["catalogue", "templates", "--project", "BBR", "--take"]);
    other.tovholder(&["undo"]).done();
    assert_eq!(other.json(&["catalogue", "templates"])[0]["templates"][0]["is_task"], false);
    other.tovholder(&["redo"]).done();
    assert_eq!(other.json(&["catalogue", "templates"])[0]["templates"][0]["is_task"], true);
    assert_eq!(task(&other, "KLIK-7001")["row"]["title"], "Bestil certifikat");
    other.tovholder(&["doctor"]).done();
}

#[test]
fn klik_takes_a_template_task_over() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    host.json(&["publish", "task", "KLIK-7001", "project=BBR", "title=Netværkets ord", "deadline=2018-09-01"]);
    sync(&host);
    sync(&svendborg);
    svendborg.json(&["catalogue", "accept"]);
    svendborg.json(&["catalogue", "templates", "--project", "BBR", "--take"]);
    svendborg.tovholder(&["task", "set", "KLIK-7001", "note=Vores note"]).done();
    let export = svendborg.beside("klik.csv");
    let heading = "OpgaveID;Projekt;Opgavetitel;Slutdato";
    std::fs::write(&export, format!("{heading}\nKLIK-7001;BBR;KLIKs ord;2018-11-01\n")).unwrap();
    svendborg.tovholder(&["import", "klik", export.to_str().unwrap(), "--date", "2018-06-01"]).done();
    let taken = task(&svendborg, "KLIK-7001");
    assert_eq!((&taken["row"]["title"], &taken["told"]), (&"KLIKs ord".into(), &false.into()), "{taken}");
    assert_eq!((&taken["row"]["note"], &taken["row"]["deadline"]), (&"Vores note".into(), &"2018-11-01".into()));
    assert_eq!(svendborg.list(&["tasks"], "tasks").len(), 1);
    // The export taken back, the network's word lies below again, and follows.
    let imports = svendborg.json(&["import", "list"]);
    let of_klik = imports.as_array().unwrap().iter().find(|one| one["file_name"] == "klik.csv").unwrap();
    let stamp = of_klik["stamp"].as_str().unwrap().to_owned();
    svendborg.tovholder(&["import", "undo", &stamp]).done();
    let back = task(&svendborg, "KLIK-7001");
    assert_eq!((&back["row"]["title"], &back["told"]), (&"Netværkets ord".into(), &true.into()), "{back}");
    assert_eq!((&back["row"]["gone"], &back["row"]["deadline"]), (&false.into(), &"2018-09-01".into()));
}

#[test]
fn a_template_made_a_task_on_two_laptops_apart_is_one_task_and_no_conflict() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    host.json(&["publish", "task", "KLIK-7001", "project=BBR", "title=Bestil certifikat", "deadline=2018-09-01"]);
    sync(&host);
    sync(&svendborg);
    svendborg.json(&["relay", "connect", &relay.url]);
    let second = Laptop::joined(&svendborg, "Borgerservice", "Karsten Berg", "editor");
    second.json(&["network", "follow"]);
    second.sync();
    svendborg.sync();
    // One took the older catalogue in, the other the newer.
    svendborg.json(&["catalogue", "accept"]);
    svendborg.json(&["catalogue", "templates", "--project", "BBR", "--take"]);
    host.json(&["publish", "task", "KLIK-7001", "title=Bestil to certifikater"]);
    sync(&host);
    sync(&second);
    second.json(&["catalogue", "accept"]);
    second.json(&["catalogue", "templates", "--project", "BBR", "--take"]);
    svendborg.tovholder(&["task", "set", "KLIK-7001", "status=in_progress"]).done();
    for laptop in [&svendborg, &second, &svendborg] {
        laptop.sync();
    }
    for laptop in [&svendborg, &second] {
        let told = task(laptop, "KLIK-7001");
        assert_eq!(told["row"]["title"], "Bestil to certifikater");
        assert_eq!((&told["row"]["status"], &told["row"]["conflicts"]), (&"in_progress".into(), &json!([])), "{told}");
        assert!(laptop.list(&["conflicts"], "conflicts").is_empty());
        laptop.tovholder(&["doctor"]).done();
    }
    // Put away on purpose it stays so, unless it is asked for by name.
    svendborg.tovholder(&["task", "set", "KLIK-7001", "archived=yes"]).done();
    assert_eq!(svendborg.json(&["catalogue", "templates"])[0]["left"], 0);
    assert_eq!(svendborg.json(&["catalogue", "templates", "--project", "BBR", "--take"])["written"], 0);
    let by_name = ["catalogue", "templates", "--project", "BBR", "--take", "--id", "KLIK-7001"];
    assert_eq!(svendborg.json(&by_name)["written"], 1);
    assert_eq!(task(&svendborg, "KLIK-7001")["row"]["archived"], false);
}

#[test]
fn the_gallery_is_the_networks_where_it_speaks_and_the_municipalitys_on_top() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    host.json(&["publish", "role", "projektleder", "duties=Leder efter kredsens model"]);
    host.json(&["publish", "role", "dataansvarlig", "name=Dataansvarlig", "category=technical", "duties=Ejer data"]);
    host.tovholder(&["publish", "role", "x", "category=noget", "--json"]).refused("bad_value");
    sync(&host);
    sync(&svendborg);
    svendborg.json(&["catalogue", "accept"]);
    let roles = svendborg.json(&["call", "gallery"])["roles"].as_array().unwrap().clone();
    let of = |id: &str| roles.iter().find(|role| role["id"] == id).unwrap_or_else(|| panic!("{id}")).clone();
    assert_eq!(of("projektleder")["text"]["duties"], "Leder efter kredsens model");
    assert_eq!((&of("dataansvarlig")["own"], &of("dataansvarlig")["category"]), (&false.into(), &"technical".into()));
    assert_eq!(roles.len(), 23);
    // Used as any role is; and one's own words stay on top.
    svendborg.tovholder(&["task", "new", "--project", "BBR", "--title", "En opgave"]).done();
    svendborg.tovholder(&["assign", "BBR", "Dataansvarlig", "Mads Bak"]).done();
    svendborg.tovholder(&["role", "gallery", "projektleder", "duties=Vores egne ord"]).done();
    host.json(&["publish", "role", "projektleder", "duties=Noget nyt"]);
    sync(&host);
    sync(&svendborg);
    svendborg.json(&["catalogue", "accept"]);
    let after = svendborg.json(&["call", "gallery"])["roles"].as_array().unwrap().clone();
    let leader = after.iter().find(|role| role["id"] == "projektleder").unwrap();
    assert_eq!(
        (&leader["text"]["duties"], &leader["original"]["duties"]),
        (&"Vores egne ord".into(), &"Noget nyt".into())
    );
}

#[test]
fn material_is_found_where_it_belongs() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    host.json(&[
        "publish",
        "link",
        "vejledning",
        "title=Vejledning",
        "url=https://kombit.dk/v",
        "about=interface/sf1511",
    ]);
    host.json(&["publish", "link", "plan", "url=https://kombit.dk/p", "about=Alle projekter"]);
    host.json(&["publish", "project", "BBR", "link=https://kombit.dk/bbr"]);
    sync(&host);
    sync(&svendborg);
    assert!(svendborg.json(&["catalogue", "links"]).as_array().unwrap().is_empty(), "not before it is taken in");
    svendborg.json(&["catalogue", "accept"]);
    let told = svendborg.json(&["catalogue", "links"]);
    let all: Vec<(&str, &str)> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["about"].as_str().unwrap(), one["url"].as_str().unwrap()))
        .collect();
    let expected = [
        ("Alle projekter", "https://kombit.dk/p"),
        ("SF1511", "https://kombit.dk/v"),
        ("BBR", "https://kombit.dk/bbr"),
    ];
    assert_eq!(all, expected);
    let of_it = svendborg.json(&["call", "materials", r#"{"about":"interface/SF1511"}"#]);
    assert_eq!(of_it["materials"].as_array().unwrap().len(), 1);
    assert_eq!(of_it["materials"][0]["title"], "Vejledning");
}

#[test]
fn the_relay_shows_what_the_host_marks_as_public_and_nothing_else() {
    let mut relay = Relay::open();
    let (host, svendborg) = network(&relay);
    host.json(&["publish", "event", "aaben", "title=Åbent hus", "begins=2018-06-20T09:00", "public=true"]);
    host.json(&["publish", "event", "lukket", "title=Lukket møde", "begins=2018-06-21T09:00"]);
    sync(&host);
    sync(&svendborg);
    let url = svendborg.json(&["call", "events"])["subscription"].as_str().unwrap().to_owned();
    let calendar = relay.get(&url).expect("a calendar");
    assert!(calendar.starts_with("BEGIN:VCALENDAR") && calendar.contains("Åbent hus"), "{calendar}");
    assert!(!calendar.contains("Lukket"), "{calendar}");
    // As it stands after a restart; then the host takes it back.
    relay.kill();
    relay.start_again();
    assert_eq!(relay.get(&url).as_deref(), Some(calendar.as_str()));
    host.json(&["publish", "event", "aaben", "public=false"]);
    sync(&host);
    assert_eq!(relay.get(&url), None);
    assert_eq!(host.json(&["call", "events"])["subscription"], "");
}
