//! A host, municipalities and their laptops in one network: in the terminal, with the real programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

mod catalogue;
mod joining;
mod learning;
mod meeting;
mod status;

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

/// A municipality with two projects of the programme, one of them with a red task.
fn with_tasks(municipality: &str, name: &str) -> Laptop {
    let laptop = laptop_of(municipality, name);
    laptop.import(tovholder_tests::MAY_FILE);
    laptop
}
