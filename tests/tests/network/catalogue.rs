//! What the host publishes, and what a municipality takes in.

use serde_json::Value;
use tovholder_tests::{Laptop, Relay};

use super::*;

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
fn what_is_written_after_it_was_taken_in_is_the_municipalitys_own() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    svendborg.tovholder(&["task", "new", "--project", "DAR", "--title", "En opgave"]).done();
    host.json(&["publish", "project", "DAR", "rollout=Bølger"]);
    sync(&host);
    sync(&svendborg);
    svendborg.json(&["catalogue", "accept"]);
    let taken_in = svendborg.json(&["call", "imports"]);
    // Over what the catalogue says by now, of each kind that a municipality has words for.
    svendborg.tovholder(&["project", "set", "DAR", "rollout=Vores egen takt"]).done();
    svendborg.tovholder(&["interface", "use", "SF1511", "DAR", "under_way"]).done();
    svendborg.tovholder(&["role", "gallery", "projektleder", "name=Tovholder"]).done();
    host.json(&["publish", "project", "DAR", "rollout=Big bang"]);
    host.json(&["publish", "use", "SF1511", "DAR", "2021"]);
    sync(&host);
    sync(&svendborg);
    let own: Vec<Value> = diff(&svendborg).iter().map(|one| one["fields"][0]["own"].clone()).collect();
    assert_eq!(own, ["Vores egen takt", "under_way"]);
    svendborg.json(&["catalogue", "accept"]);
    let project = svendborg.list(&["projects"], "projects").into_iter().find(|one| one["id"] == "DAR").unwrap();
    assert_eq!(project["rollout"], "Vores egen takt");
    assert_eq!(state(&svendborg, "SF1511", "DAR"), ("under_way".to_owned(), true));
    // Taking the catalogue back leaves them, too.
    for import in taken_in["imports"].as_array().unwrap() {
        svendborg.tovholder(&["import", "undo", import["stamp"].as_str().unwrap()]).done();
    }
    assert_eq!(state(&svendborg, "SF1511", "DAR"), ("under_way".to_owned(), true));
    svendborg.tovholder(&["doctor"]).done();
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
