//! Who is in, who follows, who is out, and what the relay reads.

use serde_json::Value;
use tovholder_tests::{Laptop, Relay};

use super::*;

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
fn two_administrators_who_put_out_apart_leave_one_delegate() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    svendborg.json(&["relay", "connect", &relay.url]);
    let other = Laptop::joined(&svendborg, "Borgerservice", "Karsten Berg", "admin");
    let third = Laptop::joined(&svendborg, "Skole", "Bo Lund", "editor");
    for laptop in [&other, &third] {
        laptop.json(&["network", "follow"]);
        laptop.sync();
    }
    svendborg.sync();
    other.sync();
    // One revokes; the other sees in the network that the delegate is out, and not yet at home that there is a new one.
    svendborg.tovholder(&["revoke", "Bo Lund"]).done();
    svendborg.json(&["network", "follow"]);
    let devices = || {
        sync(&host);
        let told = host.json(&["network", "members"]);
        let ours = told["members"].as_array().unwrap().iter().find(|one| one["name"] == "Svendborg").unwrap().clone();
        ours["devices"].as_array().unwrap().iter().filter(|one| one["revoked"] != true).count()
    };
    sync(&other);
    other.json(&["network", "follow"]);
    for laptop in [&svendborg, &other, &svendborg] {
        laptop.sync();
    }
    sync(&svendborg);
    svendborg.json(&["network", "follow"]);
    assert_eq!(devices(), 3, "two laptops, and one delegate");
    svendborg.sync();
    other.sync();
    sync(&other);
    other.json(&["network", "follow"]);
    assert_eq!(devices(), 3);
    // By the one that is left a new laptop follows.
    let fourth = Laptop::joined(&svendborg, "Kultur", "Ida Holm", "editor");
    assert_eq!(fourth.json(&["network", "follow"])["role"], "participant");
}

#[test]
fn a_colleague_who_only_reads_follows_publishes_nothing_and_is_put_out_with_the_rest() {
    let relay = Relay::open();
    let (host, svendborg) = network(&relay);
    sync(&host);
    host.tovholder(&["network", "role", "Svendborg", "publisher"]).done();
    svendborg.json(&["relay", "connect", &relay.url]);
    let reader = Laptop::joined(&svendborg, "Skole", "Bo Lund", "reader");
    svendborg.sync();
    reader.json(&["network", "follow"]);
    sync(&reader);
    reader.tovholder(&["publish", "use", "SF1511", "BBR", "done", "--json"]).refused("read_only_role");
    // What the laptop noted of itself never left it.
    svendborg.tovholder(&["revoke", "Bo Lund"]).done();
    svendborg.json(&["network", "follow"]);
    reader.tovholder(&["network", "sync", "--once", "--json"]).refused("revoked");
    reader.tovholder(&["network", "follow", "--json"]).refused("revoked");
    sync(&svendborg);
    assert_eq!(svendborg.json(&["network", "status"])["role"], "publisher");
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
