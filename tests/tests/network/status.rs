//! What a municipality shows of itself, and the country that it makes.

use serde_json::Value;
use tovholder_tests::Relay;

use super::*;

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
