//! A host, municipalities and their laptops in one network: in the terminal, with the real programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

use serde_json::Value;
use tovholder_tests::{Laptop, Relay};

fn laptop_of(municipality: &str, name: &str) -> Laptop {
    let laptop = Laptop::new();
    laptop
        .tovholder(&["init", "--municipality", municipality, "--department", "Digitalisering", "--name", name])
        .done();
    laptop
}

/// A network with the built-in catalogue, its host (Køge) and a participant (Svendborg).
fn network(relay: &Relay) -> (Laptop, Laptop) {
    let host = laptop_of("0259", "Hanne Vært");
    host.json(&["network", "found", &relay.url]);
    host.json(&["publish", "built-in"]);
    sync(&host);
    let svendborg = laptop_of("0479", "Nanna Dahl");
    join(&host, &svendborg, "participant");
    (host, svendborg)
}

fn join(host: &Laptop, laptop: &Laptop, role: &str) {
    let invite = host.json(&["network", "invite", "--role", role])["invite"].as_str().unwrap().to_owned();
    let joined = laptop.json(&["network", "join", &invite]);
    assert_eq!(joined["role"], role, "{joined}");
    sync(laptop);
}

fn sync(laptop: &Laptop) {
    laptop.tovholder(&["network", "sync", "--once"]).done();
}

fn diff(laptop: &Laptop) -> Vec<Value> {
    laptop.json(&["catalogue", "diff"])["changes"].as_array().expect("changes").clone()
}

/// What a project says of an interface: the state and the year, and whether it is the municipality's own word.
fn state(laptop: &Laptop, interface: &str, project: &str) -> (String, bool) {
    let told = laptop.json(&["interfaces", "--interface", interface]);
    let uses = told["interfaces"][0]["uses"].as_array().expect("uses");
    let of_it = uses.iter().find(|one| one["project"] == project).unwrap_or_else(|| panic!("no {project}: {told}"));
    let year = of_it["year"].as_u64().map(|year| year.to_string());
    (year.unwrap_or_else(|| of_it["state"].as_str().unwrap().to_owned()), of_it["own"].as_bool().unwrap())
}

fn names(laptop: &Laptop) -> Vec<(String, String)> {
    let told = laptop.json(&["network", "members"]);
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    told["members"].as_array().unwrap().iter().map(|one| (text(one, "name"), text(one, "role"))).collect()
}

#[test]
fn what_the_host_publishes_is_taken_in_and_what_is_local_stays() {
    let mut relay = Relay::open();
    let (host, svendborg) = network(&relay);
    // The same catalogue as the built-in one: nothing is new.
    assert!(diff(&svendborg).is_empty(), "{:?}", diff(&svendborg));
    svendborg.tovholder(&["interface", "use", "SF1511", "KY", "under_way"]).done();
    host.json(&["publish", "use", "SF1511", "BBR", "done"]);
    host.json(&["publish", "use", "SF1511", "KY", "2020"]);
    host.json(&["publish", "project", "DAR", "owner=KOMBIT", "go_live=2018-05-07"]);
    host.json(&["publish", "interface", "SF9999", "name=Prøvesnitflade", "system=Prøve"]);
    sync(&host);
    sync(&svendborg);
    let changes = diff(&svendborg);
    let told: Vec<(&str, &str)> =
        changes.iter().map(|one| (one["entity"].as_str().unwrap(), one["what"].as_str().unwrap())).collect();
    let expected = [
        ("interface/SF9999", "added"),
        ("project/DAR", "changed"),
        ("use/BBR:SF1511", "changed"),
        ("use/KY:SF1511", "changed"),
    ];
    assert_eq!(told, expected);
    let ky = changes.iter().find(|one| one["entity"] == "use/KY:SF1511").unwrap();
    assert_eq!(ky["fields"][0]["was"], "2019");
    assert_eq!(ky["fields"][0]["becomes"], "2020");
    assert_eq!(ky["fields"][0]["own"], "under_way");
    // Not before it is taken in; and then without the relay.
    assert_eq!(state(&svendborg, "SF1511", "BBR"), ("under_way".to_owned(), false));
    relay.kill();
    let done = svendborg.json(&["catalogue", "accept", "--leave", "project/DAR"]);
    assert_eq!((&done["added"], &done["changed"], &done["left"]), (&1.into(), &2.into(), &1.into()), "{done}");
    assert_eq!(state(&svendborg, "SF1511", "BBR"), ("done".to_owned(), false));
    assert_eq!(state(&svendborg, "SF1511", "KY"), ("under_way".to_owned(), true), "what is local stays");
    let left: Vec<Value> = diff(&svendborg);
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["entity"], "project/DAR");
    svendborg.json(&["catalogue", "accept"]);
    assert!(diff(&svendborg).is_empty());
    let dar = svendborg.json(&["interfaces", "--project", "DAR"])["projects"][0].clone();
    assert_eq!(dar["go_live"], "2018-05-07", "{dar}");
    // As an import is, it is taken back as one.
    let stamp = done["stamp"].as_str().unwrap();
    svendborg.tovholder(&["import", "undo", stamp]).done();
    assert_eq!(state(&svendborg, "SF1511", "BBR"), ("under_way".to_owned(), false));
    assert!(!diff(&svendborg).is_empty());
    relay.start_again();
    svendborg.tovholder(&["doctor"]).done();
    host.tovholder(&["doctor"]).done();
}

#[test]
fn who_is_no_publisher_publishes_nothing_and_two_publishers_merge() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    svendborg.tovholder(&["publish", "use", "SF1511", "BBR", "done", "--json"]).refused("not_publisher");
    sync(&host);
    host.tovholder(&["network", "role", "Svendborg", "publisher"]).done();
    sync(&svendborg);
    // Apart, about the same field and about others.
    svendborg.json(&["publish", "use", "SF1511", "BBR", "done"]);
    svendborg.json(&["publish", "project", "KY", "rollout=Bølger"]);
    host.json(&["publish", "use", "SF1511", "BBR", "2020"]);
    host.json(&["publish", "project", "KY", "pilot=Ingen"]);
    for laptop in [&host, &svendborg, &host] {
        sync(laptop);
    }
    for laptop in [&host, &svendborg] {
        let conflicts = laptop.list(&["network", "conflicts"], "conflicts");
        assert_eq!(conflicts.len(), 1, "{conflicts:?}");
        assert_eq!(conflicts[0]["id"], "use/BBR:SF1511/state");
        let who: Vec<&str> =
            conflicts[0]["values"].as_array().unwrap().iter().filter_map(|v| v["who"].as_str()).collect();
        assert!(who.contains(&"Køge") && who.contains(&"Svendborg"), "{who:?}");
    }
    host.json(&["publish", "use", "SF1511", "BBR", "2020"]);
    sync(&host);
    sync(&svendborg);
    assert!(svendborg.list(&["network", "conflicts"], "conflicts").is_empty());
    let ky = diff(&svendborg).into_iter().find(|one| one["entity"] == "project/KY").expect("KY is changed");
    assert_eq!(ky["fields"].as_array().unwrap().len(), 2, "{ky}");
    // The right is taken back.
    host.tovholder(&["network", "role", "Svendborg", "participant"]).done();
    svendborg.tovholder(&["network", "sync", "--once"]).done();
    svendborg.tovholder(&["publish", "use", "SF1511", "KY", "done", "--json"]).refused("not_publisher");
}

#[test]
fn a_catalogue_that_takes_half_away_is_held_back_and_asked_about() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    svendborg.json(&["catalogue", "accept"]);
    host.json(&["publish", "project", "BBR", "name=Bygnings- og Boligregistret"]);
    let matrix = host.json(&["interfaces", "--all"]);
    for one in matrix["interfaces"].as_array().unwrap() {
        for of_it in one["uses"].as_array().unwrap().iter().filter(|of_it| of_it["catalogue"] != "") {
            let (interface, project) = (one["id"].as_str().unwrap(), of_it["project"].as_str().unwrap());
            host.json(&[
                "publish",
                "remove",
                &format!("use/{project}:{interface}").to_uppercase().replace("USE/", "use/"),
            ]);
        }
        host.json(&["publish", "remove", &format!("interface/{}", one["id"].as_str().unwrap())]);
    }
    sync(&host);
    sync(&svendborg);
    assert_eq!(svendborg.json(&["catalogue", "diff"])["held_back"], true);
    let before = svendborg.json(&["interfaces", "--all"]);
    svendborg.tovholder(&["catalogue", "accept", "--json"]).refused("catalogue_shrinks");
    assert_eq!(svendborg.json(&["interfaces", "--all"]), before, "nothing is changed");
    let done = svendborg.json(&["catalogue", "accept", "--shrink"]);
    assert!(done["removed"].as_u64().unwrap() >= 41, "{done}");
    assert!(svendborg.json(&["interfaces", "--all"])["interfaces"].as_array().unwrap().is_empty());
    assert!(diff(&svendborg).is_empty());
}

#[test]
fn a_municipality_joins_once_and_its_laptops_follow_and_who_is_out_is_out() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    svendborg.json(&["relay", "connect", &relay.url]);
    let second = Laptop::joined(&svendborg, "Borgerservice", "Karsten Berg", "editor");
    let third = Laptop::joined(&svendborg, "Skole", "Bo Lund", "editor");
    assert_eq!(second.json(&["network", "status"])["follows"], true);
    second.tovholder(&["catalogue", "diff", "--json"]).refused("no_network");
    for laptop in [&second, &third] {
        let status = laptop.json(&["network", "follow"]);
        assert_eq!(status["role"], "participant", "{status}");
        laptop.sync();
    }
    host.json(&["publish", "use", "SF1511", "BBR", "done"]);
    sync(&host);
    sync(&second);
    assert_eq!(diff(&second).len(), 1);
    // One municipality, however many laptops; under its own name and nobody's else.
    assert_eq!(names(&host), [("Køge".to_owned(), "admin".to_owned()), ("Svendborg".to_owned(), "reader".to_owned())]);
    assert_eq!(second.json(&["network", "status"])["municipalities"], 2);
    // What one laptop takes in is the municipality's.
    second.json(&["catalogue", "accept"]);
    second.sync();
    svendborg.sync();
    assert_eq!(state(&svendborg, "SF1511", "BBR"), ("done".to_owned(), false));
    sync(&svendborg);
    assert!(diff(&svendborg).is_empty());
    // Out of the municipality is out of the network.
    svendborg.tovholder(&["revoke", "Karsten Berg"]).done();
    svendborg.tovholder(&["network", "follow"]).done();
    second.tovholder(&["network", "sync", "--once", "--json"]).refused("revoked");
    svendborg.sync();
    third.sync();
    sync(&third);
    sync(&svendborg);
    // A municipality is one member, whoever of it comes with an invitation.
    let again = host.json(&["network", "invite"])["invite"].as_str().unwrap().to_owned();
    svendborg.tovholder(&["network", "join", &again, "--json"]).refused("already_connected");
    // And the delegate that was read opens nothing any more.
    second.tovholder(&["network", "follow", "--json"]).refused("revoked");
    let fourth = Laptop::joined(&svendborg, "Kultur", "Ida Holm", "editor");
    assert_eq!(fourth.json(&["network", "follow"])["role"], "participant");
}

#[test]
fn a_municipality_that_was_put_out_comes_back_by_a_new_invitation() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    sync(&host);
    host.tovholder(&["network", "revoke", "Svendborg"]).done();
    svendborg.tovholder(&["network", "sync", "--once", "--json"]).refused("revoked");
    assert_eq!(svendborg.json(&["network", "status"])["role"], Value::Null);
    join(&host, &svendborg, "publisher");
    svendborg.json(&["publish", "use", "SF1511", "BBR", "done"]);
    sync(&svendborg);
    sync(&host);
    assert_eq!(diff(&host).len(), 1);
}

#[test]
fn the_catalogue_is_no_project_of_the_municipality() {
    let relay = Relay::open();
    let (_, svendborg) = network(&relay);
    svendborg.json(&["catalogue", "accept"]);
    assert!(svendborg.list(&["projects"], "projects").is_empty());
    let hits = svendborg.list(&["search", "DAR"], "hits");
    assert!(hits.iter().all(|hit| hit["kind"] != "project"), "{hits:?}");
    // A network has members, and no work of its own.
    svendborg.tovholder(&["call", "network.members", "{}"]).done();
    svendborg.tovholder(&["call", "network.create_task", "{}", "--json"]).refused("unknown_command");
    // What lets a laptop into the network is handed out to nobody.
    let zip = svendborg.beside("alt.zip");
    svendborg.tovholder(&["export", "automerge", zip.to_str().unwrap()]).done();
    let bytes = std::fs::read(&zip).unwrap();
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    assert!(holds(b"organisation.automerge") && !holds(b"network.automerge"));
}

#[test]
fn invitations_to_a_network_and_to_a_municipality_are_not_mixed_up() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    let to_network = host.json(&["network", "invite"])["invite"].as_str().unwrap().to_owned();
    let words = ["join", &to_network, "--department", "It", "--name", "Bo Lund", "--json"];
    Laptop::new().tovholder(&words).refused("invitation_of_network");
    svendborg.json(&["relay", "connect", &relay.url]);
    let to_svendborg = svendborg.invite("editor");
    let other = laptop_of("0101", "Mette Holm");
    other.tovholder(&["network", "join", &to_svendborg, "--json"]).refused("invitation_of_municipality");
    assert_eq!(other.json(&["network", "status"])["role"], Value::Null);
    // And the way stays open.
    join(&host, &other, "participant");
    svendborg.tovholder(&["network", "found", &relay.url, "--json"]).refused("already_connected");
}

#[test]
fn what_cannot_be_said_is_refused_with_where_and_nothing_is_lost() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    for (words, code) in [
        (["publish", "project", "BBR", "go_live=2018-02-31"], "bad_date"),
        (["publish", "project", "BBR", "go_live=1999-12-31"], "bad_date"),
        (["publish", "project", "BBR", "farve=rød"], "unknown_field"),
        (["publish", "project", "BBR", "uden lighedstegn"], "bad_arguments"),
        (["publish", "project", "BBR", "name=Født 010190-1234"], "looks_like_cpr"),
        (["publish", "interface", "1511", "name=Uden SF"], "unknown_interface"),
        (["publish", "remove", "ukendt/BBR", "--lang=da"], "unknown_entity"),
    ] {
        host.tovholder(&[&words[..], &["--json"]].concat()).refused(code);
    }
    host.tovholder(&["publish", "use", "SF1511", "BBR", "næsten", "--json"]).refused("bad_value");
    sync(&host);
    sync(&svendborg);
    assert!(diff(&svendborg).is_empty());
    Laptop::with_may().tovholder(&["catalogue", "diff", "--json"]).refused("no_network");
}

#[test]
fn the_relay_reads_nothing_of_the_network() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    host.json(&["publish", "project", "BBR", "name=Hemmeligt ord"]);
    sync(&host);
    sync(&svendborg);
    let bytes = relay.bytes();
    for word in ["Hanne", "Nanna", "Køge", "Svendborg", "Hemmeligt", "SF1511", "catalogue", "0479"] {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "the relay holds »{word}«");
    }
}

/// A municipality with two projects of the programme, one of them with a red task.
fn with_tasks(municipality: &str, name: &str) -> Laptop {
    let laptop = laptop_of(municipality, name);
    laptop.import(tovholder_tests::MAY_FILE);
    laptop
}

#[test]
fn a_municipality_shows_what_it_chooses_and_nothing_else_leaves() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    svendborg.import(tovholder_tests::MAY_FILE);
    let on = ["--on", tovholder_tests::JUNE];
    // Nothing is shown until somebody chose it.
    assert_eq!(svendborg.json(&[&["share", "preview"], &on[..]].concat())["cells"], serde_json::json!([]));
    let preview = svendborg.json(&[&["share", "preview", "bbr"], &on[..]].concat());
    assert_eq!(preview["municipality"], "Svendborg");
    let row = preview["rows"].as_array().unwrap().iter().find(|row| row["project"] == "BBR").unwrap();
    let counts = &row["counts"];
    assert_eq!(row["shared"], Value::Null);
    let count = |colour: &str| counts[colour].as_u64().unwrap();
    let now = format!(
        "{} {} {} {} {} {}",
        tovholder_tests::JUNE,
        count("red"),
        count("yellow"),
        count("green"),
        count("grey"),
        count("done")
    );
    let cells: Vec<(&str, &str)> = preview["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell["field"].as_str().unwrap(), cell["value"].as_str().unwrap()))
        .collect();
    assert!(cells.contains(&("code", "BBR")) && cells.contains(&("now", now.as_str())), "{cells:?}");
    assert!(cells.iter().all(|(field, _)| ["code", "now", "phase", "go_live"].contains(field)), "{cells:?}");
    svendborg.json(&[&["share", "publish", "BBR"], &on[..]].concat());
    sync(&svendborg);
    sync(&host);
    let country = host.json(&["network", "status"])["country"].clone();
    assert_eq!(country["sharing"], 1);
    let rows = country["municipalities"].as_array().unwrap();
    assert_eq!(rows.len(), 98);
    let of = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap();
    assert_eq!(of("Svendborg")["cells"][0]["counts"], *counts);
    assert_eq!(of("Køge")["inside"], true);
    assert_eq!(of("Ærø")["inside"], false);
    assert_eq!(country["projects"][0]["municipalities"], 1);
    assert_eq!(country["projects"][0]["done_percent"], Value::Null, "one is no average");
    // It can be taken back.
    svendborg.json(&["share", "withdraw", "BBR"]);
    sync(&svendborg);
    sync(&host);
    assert_eq!(host.json(&["network", "status"])["country"]["sharing"], 0);
    svendborg.tovholder(&["share", "withdraw", "KY", "--json"]).refused("unknown_project");
    svendborg.tovholder(&["share", "publish", "Ukendt", "--json"]).refused("unknown_project");
    svendborg.tovholder(&["doctor"]).done();
    host.tovholder(&["doctor"]).done();
}

#[test]
fn the_country_has_an_average_from_five_municipalities_on_and_a_trend() {
    let relay = Relay::open();
    let (host, _) = network(&relay);
    let mut laptops = Vec::new();
    for (code, name) in [("0101", "Mette"), ("0751", "Anna"), ("0461", "Ole"), ("0851", "Kim"), ("0492", "Bo")] {
        let laptop = with_tasks(code, name);
        join(&host, &laptop, "participant");
        laptop.json(&["share", "publish", "BBR", "--on", "2018-05-20"]);
        sync(&laptop);
        laptops.push(laptop);
        sync(&host);
        let bbr = &host.json(&["network", "status"])["country"]["projects"][0];
        assert_eq!(bbr["municipalities"], laptops.len());
        assert_eq!(bbr["done_percent"].is_null(), laptops.len() < 5, "{bbr}");
        assert!(bbr["by_region"].as_array().unwrap().iter().all(Value::is_null), "no region has five: {bbr}");
    }
    let trend = host.json(&["network", "trend", "BBR"]);
    assert_eq!(trend.as_array().unwrap().len(), 1, "{trend}");
    // A month later one of them has solved everything and another takes its status back.
    for task in laptops[0].tasks().iter().filter(|task| task["project"] == "BBR") {
        laptops[0].tovholder(&["task", "set", task["id"].as_str().unwrap(), "status=completed"]).done();
    }
    laptops[0].json(&["share", "publish", "--on", tovholder_tests::JUNE]);
    laptops[1].json(&["share", "withdraw", "BBR"]);
    for laptop in &laptops[..2] {
        sync(laptop);
    }
    sync(&host);
    let of_one = host.json(&["network", "trend", "BBR", "--municipality", "0101"]);
    assert_eq!(of_one.as_array().unwrap().last().unwrap()["done_percent"], 100, "{of_one}");
    assert_eq!(of_one[0]["month"], "2018-05");
    let country = host.json(&["network", "status"])["country"].clone();
    assert_eq!(country["sharing"], 4);
    assert_eq!(country["projects"][0]["done_percent"], Value::Null, "four are no average");
    // For a spreadsheet.
    let csv = host.tovholder(&["export", "country", "-"]).done().out;
    assert_eq!(csv.lines().count(), 5, "{csv}");
    assert!(csv.contains("København;0101;Region Hovedstaden;BBR;"), "{csv}");
    host.tovholder(&["network", "trend", "BBR", "--municipality", "9999", "--json"]).refused("unknown_municipality");
}

#[test]
fn events_are_published_signed_up_for_and_handed_out_as_a_calendar() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    let fields =
        ["title=Erfaring fra DAR, med ; og ,", "begins=2018-06-20T09:00", "ends=2018-06-20T11:30", "place=Odense"];
    host.json(&[&["publish", "event", "dar"], &fields[..]].concat());
    for (words, code) in [
        ("begins=2018-02-31T09:00", "bad_date"),
        ("begins=1999-06-20T09:00", "bad_date"),
        ("ends=i morgen", "bad_date"),
    ] {
        host.tovholder(&["publish", "event", "dar", words, "--json"]).refused(code);
    }
    sync(&host);
    sync(&svendborg);
    assert!(diff(&svendborg).is_empty(), "an event is nothing to take in");
    let event = svendborg.list(&["events"], "events")[0].clone();
    assert_eq!(
        (&event["id"], &event["begins"], &event["past"]),
        (&"dar".into(), &"2018-06-20T09:00".into(), &true.into())
    );
    svendborg.json(&["events", "sign-up", "dar", "--seats", "2"]);
    host.json(&["events", "sign-up", "dar"]);
    svendborg.tovholder(&["events", "sign-up", "ukendt", "--json"]).refused("unknown_event");
    svendborg.tovholder(&["events", "sign-up", "dar", "--seats", "100", "--json"]).refused("bad_value");
    for laptop in [&svendborg, &host, &svendborg] {
        sync(laptop);
    }
    let event = svendborg.list(&["events"], "events")[0].clone();
    assert_eq!(
        (&event["ours"], &event["seats"], &event["municipalities"]),
        (&2.into(), &3.into(), &2.into()),
        "{event}"
    );
    svendborg.json(&["events", "sign-off", "dar"]);
    assert_eq!(svendborg.list(&["events"], "events")[0]["ours"], 0);
    // Out as a calendar, and in again at another host.
    let file = svendborg.beside("netvaerk.ics");
    let path = file.to_str().unwrap();
    svendborg.tovholder(&["events", "--ics", path]).done();
    let text = std::fs::read_to_string(&file).unwrap();
    for line in
        ["BEGIN:VCALENDAR", "DTSTART:20180620T070000Z", "DTEND:20180620T093000Z", "LOCATION:Odense", "END:VCALENDAR"]
    {
        assert!(text.lines().any(|one| one == line), "{line}: {text}");
    }
    assert!(text.contains("SUMMARY:Erfaring fra DAR\\, med \\; og \\,"), "{text}");
    svendborg.tovholder(&["publish", "calendar", path, "--json"]).refused("not_publisher");
    host.json(&["publish", "remove", "event/dar"]);
    assert!(host.list(&["events"], "events").is_empty());
    let other = laptop_of("0101", "Mette Holm");
    other.json(&["network", "found", &relay.url]);
    other.json(&["publish", "calendar", path]);
    let again = other.list(&["events"], "events")[0].clone();
    for field in ["id", "title", "begins", "ends", "place"] {
        assert_eq!(again[field], event[field]);
    }
    // What is no calendar is told so, and nothing is lost.
    for rubbish in [
        "",
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Uden tid\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20180231T090000Z\r\nSUMMARY:Findes ikke\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        "\u{0}\u{1}PK",
    ] {
        std::fs::write(&file, rubbish).unwrap();
        other.tovholder(&["publish", "calendar", path, "--json"]).refused("calendar_unreadable");
    }
    assert_eq!(other.list(&["events"], "events").len(), 1);
}

#[test]
fn who_wants_to_be_found_is_found_and_takes_themselves_out() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    assert!(svendborg.list(&["directory"], "people").is_empty(), "nobody is in it of themselves");
    svendborg.json(&["directory", "join", "--mail", "nd@svendborg.dk", "--role", "Programleder"]);
    svendborg.tovholder(&["directory", "join", "--role", "010190-1234", "--json"]).refused("looks_like_cpr");
    sync(&svendborg);
    sync(&host);
    let people = host.list(&["directory"], "people");
    assert_eq!(people.len(), 1, "{people:?}");
    assert_eq!((&people[0]["name"], &people[0]["municipality"]), (&"Nanna Dahl".into(), &"Svendborg".into()));
    assert_eq!((&people[0]["mail"], &people[0]["me"]), (&"nd@svendborg.dk".into(), &false.into()));
    assert_eq!(svendborg.list(&["directory"], "people")[0]["me"], true);
    svendborg.json(&["directory", "leave"]);
    sync(&svendborg);
    sync(&host);
    assert!(host.list(&["directory"], "people").is_empty());
    // A municipality that is put out is shown no more.
    svendborg.json(&["directory", "join"]);
    sync(&svendborg);
    sync(&host);
    host.tovholder(&["network", "revoke", "Svendborg"]).done();
    assert!(host.list(&["directory"], "people").is_empty());
}
