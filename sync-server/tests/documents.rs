//! What is written for people is true: the documents name every frame, refusal, limit, setting, route and figure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use tovholder_protocol::{
    Cursor, Hash, LogId, Refusal, Refused, SignedEntry, ToLaptop, ToRelay, WireError, decode, encode, limits,
};
use tovholder_sync_server::config::Config;
use tovholder_sync_server::door::Route;

const PROTOCOL: &str = include_str!("../../docs/protocol.md");
const RELAY: &str = include_str!("../../docs/relay.md");
const LIMITS: &str = include_str!("../../crates/protocol/src/limits.rs");
const FIGURES: &str = include_str!("../src/door/metrics.rs");
const UNIT: &str = include_str!("../deploy/tovholder-relay.service");

/// Without a wildcard: a new frame does not compile until it has a number and a name here, and must have its row then.
fn of_laptop(frame: &ToRelay) -> (u32, &'static str) {
    match frame {
        ToRelay::Hello { .. } => (0, "Hello"),
        ToRelay::Admit { .. } => (1, "Admit"),
        ToRelay::Put(_) => (2, "Put"),
        ToRelay::Entry(_) => (3, "Entry"),
        ToRelay::List(_) => (4, "List"),
        ToRelay::Fetch(_) => (5, "Fetch"),
        ToRelay::Follow(_) => (6, "Follow"),
        ToRelay::Say { .. } => (7, "Say"),
        ToRelay::PutPart(_) => (8, "PutPart"),
        ToRelay::GetPart(_) => (9, "GetPart"),
        ToRelay::PutCalendar { .. } => (10, "PutCalendar"),
    }
}

fn of_relay(frame: &ToLaptop) -> (u32, &'static str) {
    match frame {
        ToLaptop::Challenge { .. } => (0, "Challenge"),
        ToLaptop::Welcome(_) => (1, "Welcome"),
        ToLaptop::Chain(_) => (2, "Chain"),
        ToLaptop::Log { .. } => (3, "Log"),
        ToLaptop::Acks(_) => (4, "Acks"),
        ToLaptop::Hashes { .. } => (5, "Hashes"),
        ToLaptop::Envelopes(_) => (6, "Envelopes"),
        ToLaptop::Said { .. } => (7, "Said"),
        ToLaptop::Part(_) => (8, "Part"),
        ToLaptop::Refused(_) => (9, "Refused"),
        ToLaptop::Stands(_) => (10, "Stands"),
    }
}

fn rows(number: u32, name: &str) -> usize {
    PROTOCOL.lines().filter(|line| line.starts_with(&format!("| {number} `{name}` |"))).count()
}

#[test]
fn every_frame_has_its_row_and_its_number() {
    let from_laptop = [
        ToRelay::Admit { code: None, entries: vec![] },
        ToRelay::Put(vec![]),
        ToRelay::Entry(SignedEntry { body: vec![], signature: tovholder_protocol::Signature([0; 64]) }),
        ToRelay::List(1),
        ToRelay::Fetch(vec![1]),
        ToRelay::GetPart(1),
        ToRelay::PutCalendar { text: vec![] },
    ];
    for frame in &from_laptop {
        let (number, _) = of_laptop(frame);
        let bytes = encode(frame);
        assert_eq!(bytes[..2], [0x82, u8::try_from(number).unwrap()], "[number, [places]]");
        assert_eq!(bytes[2] >> 5, 4, "the places are an array");
    }
    let hello = ToRelay::Hello { hello: vec![], signature: tovholder_protocol::Signature([0; 64]) };
    assert_eq!(of_laptop(&hello), (0, "Hello"));
    let names =
        ["Hello", "Admit", "Put", "Entry", "List", "Fetch", "Follow", "Say", "PutPart", "GetPart", "PutCalendar"];
    for (name, number) in names.iter().zip(0..) {
        assert_eq!(rows(number, name), 1, "{name}");
    }
    let names =
        ["Challenge", "Welcome", "Chain", "Log", "Acks", "Hashes", "Envelopes", "Said", "Part", "Refused", "Stands"];
    for (name, number) in names.iter().zip(0..) {
        assert_eq!(rows(number, name), 1, "{name}");
    }
    let stands = ToLaptop::Stands(Hash::default());
    assert_eq!((of_relay(&stands), encode(&stands)[1]), ((10, "Stands"), 10));
    let last = |bytes: &[u8]| decode::<ToRelay>(bytes, 99).is_ok() || decode::<ToLaptop>(bytes, 99).is_ok();
    assert!(!last(&[0x82, 11, 0x80]), "there is no frame behind the last row");
}

#[test]
fn a_newer_writer_may_add_places_at_the_end_and_nothing_may_stand_behind() {
    let cursor = Cursor { log: LogId([1; 16]), n: 2, hash: Hash([3; 32]) };
    let bytes = encode(&cursor);
    let longer = [&[bytes[0] + 1], &bytes[1..], &[0x63, b'n', b'e', b'w']].concat();
    assert_eq!(decode::<Cursor>(&longer, 999).unwrap(), cursor);
    assert_eq!(decode::<Cursor>(&[&bytes[..], &[0]].concat(), 999), Err(WireError::Trailing));
    // Optional places that are empty at the end may be left out.
    for nothing in [&[0x82, 8, 0x80][..], &[0x82, 8, 0x81, 0xf6]] {
        assert_eq!(decode::<ToLaptop>(nothing, 999).unwrap(), ToLaptop::Part(None));
    }
}

#[test]
fn every_refusal_says_when_it_comes_and_what_the_laptop_does() {
    let all: Vec<Refusal> = (0..24).map_while(|number| decode(&[number], 2).ok()).collect();
    assert!(all.len() > 20 && decode::<Refusal>(&[0x18, 24], 2).is_err() && all.last() == Some(&Refusal::Timeout));
    for why in all {
        let row = PROTOCOL.lines().filter(|line| line.starts_with(&format!("| `{why:?}` |"))).collect::<Vec<_>>();
        assert_eq!(row.len(), 1, "{why:?}");
        assert_eq!(row[0].matches('|').count(), 5, "{why:?}");
        let refused = ToLaptop::Refused(Refused { why, what: None, closing: true });
        assert_eq!(decode::<ToLaptop>(&encode(&refused), 99).unwrap(), refused);
    }
}

macro_rules! limits_by_name {
    ($($name:ident),* $(,)?) => { BTreeMap::from([$((stringify!($name), i128::try_from(limits::$name).unwrap())),*]) };
}

#[test]
fn every_limit_is_written_as_it_is() {
    let known = limits_by_name![
        FRAME_BYTES_MAX,
        GREETING_BYTES_MAX,
        BODY_BYTES_MAX,
        INFLATED_BYTES_MAX,
        HEADER_BYTES_MAX,
        ENTRY_BYTES_MAX,
        ENTRIES_MAX,
        DEVICES_MAX,
        ENVELOPES_PER_FRAME_MAX,
        BATCH_BYTES,
        HASHES_PER_FRAME_MAX,
        PART_BYTES_MAX,
        PARTS_MAX,
        STATEMENT_BYTES_MAX,
        CODE_BYTES_MAX,
        CALENDAR_BYTES_MAX,
        BUNDLE_BYTES_MAX,
        INVITATION_S,
        CLOCK_S_MAX,
    ];
    let named = LIMITS.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    for name in named {
        let value = known.get(name).unwrap_or_else(|| panic!("{name} is new: name it here and in docs/protocol.md"));
        let row = PROTOCOL.lines().find(|line| line.starts_with(&format!("| `{name}`:")));
        let row = row.unwrap_or_else(|| panic!("docs/protocol.md does not name {name}"));
        let written: String = row.rsplit_once("| ").unwrap().0.rsplit_once("| ").unwrap_or((row, row)).1.to_owned();
        let digits: String = row.split('|').nth(2).unwrap().chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits, value.to_string(), "{name}: {written}");
    }
}

#[test]
fn every_setting_route_and_figure_is_explained_to_the_host() {
    let defaults = toml::Table::try_from(Config::default()).unwrap();
    for setting in defaults.keys() {
        assert!(RELAY.contains(setting.as_str()), "docs/relay.md does not name {setting}");
    }
    for route in Route::ALL {
        assert!(RELAY.contains(&format!("`{}`", route.path())), "docs/relay.md does not name {}", route.path());
    }
    let figures =
        FIGURES.split("one(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    let figures: Vec<&str> = figures.chain(["refused_total", "ack_seconds"]).collect();
    assert!(figures.len() > 10, "{figures:?}");
    for figure in figures {
        assert!(RELAY.contains(&format!("`{figure}")), "docs/relay.md does not name {figure}");
    }
}

#[test]
fn the_unit_leaves_room_for_what_the_settings_allow() {
    let said = |key: &str| {
        let line = UNIT.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("{key}")).trim_end_matches('G').parse::<usize>().unwrap()
    };
    let config = Config::default();
    assert!(said("LimitNOFILE") > config.connections_max + config.half_open_max);
    assert!(said("TimeoutStopSec") > usize::try_from(config.stop_s_max).unwrap() * 2);
    assert!(said("MemoryMax") << 30 > config.connections_max * 64 * 1_024 + (256 << 20));
}
