//! Events and the directory.

use tovholder_tests::Relay;

use super::*;

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
