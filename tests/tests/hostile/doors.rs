//! Every door at which bytes from outside come in, with bytes that are right.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;

use serde_json::{Value, json};
use tovholder_app::view::{CalendarArgs, NoArgs};
use tovholder_app::{App, api};
use tovholder_crypto::{Chain, DeviceSecret, InvitationLink, verify_header, verify_snapshot};
use tovholder_document::{CellChange, CellOp, body};
use tovholder_model::{Actor, Scalar};
use tovholder_protocol::limits::FRAME_BYTES_MAX;
use tovholder_protocol::{
    Bundle, ChainPoint, Cursor, Hash, Item, LogId, Signature, SignedEntry, SnapshotPart, SpaceId, ToLaptop, ToRelay,
    Welcome, decode, encode,
};
use tovholder_store::backup::{BackupKey, KEY_FILE, load_or_create, open};
use tovholder_tests::world::Chance;
use tovholder_tests::{Laptop, Relay, data_file};

/// A door.
pub struct Door {
    pub name: &'static str,
    /// What comes in as it should.
    pub good: Vec<Vec<u8>>,
    /// Bytes of memory that what is packed may need unpacked; 0 where nothing is packed.
    pub unpacked_max: usize,
    /// How many times slower than the fastest: it is tried as many times less.
    pub slowness: u32,
    /// Reads; whether it took them.
    pub read: fn(&[u8]) -> bool,
}

/// A bundle of a municipality with a little work in it: real entries and real envelopes.
fn real_bundle() -> Bundle {
    let relay = Relay::open();
    let laptop = Laptop::founded();
    laptop.json(&["relay", "connect", &relay.url]);
    laptop.json(&["task", "new", "--project", "BBR", "--title", "Klargør TAC-liste"]);
    laptop.sync();
    let file = laptop.beside("bundt.tovholder");
    laptop.json(&["bundle", "write", file.to_str().unwrap()]);
    Bundle::read(&std::fs::read(file).unwrap()).unwrap()
}

fn frames_to_relay(bundle: &Bundle) -> Vec<Vec<u8>> {
    let cursor = Cursor { log: LogId([1; 16]), n: 7, hash: Hash([2; 32]) };
    let signature = Signature([3; 64]);
    let part = SnapshotPart { header: vec![1; 90], signature, index: 0, body: vec![5; 400] };
    let frames = [
        ToRelay::Hello { hello: vec![7; 200], signature },
        ToRelay::Admit { code: Some("00000-11111".to_owned()), entries: bundle.chain.clone() },
        ToRelay::Put(bundle.envelopes.clone()),
        ToRelay::Entry(bundle.chain[0].clone()),
        ToRelay::List(3),
        ToRelay::Fetch((1..200).collect()),
        ToRelay::Follow(cursor),
        ToRelay::Say { cursor, sealed: vec![9; 80], signature },
        ToRelay::PutPart(part),
        ToRelay::GetPart(4),
        ToRelay::PutCalendar { text: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_vec() },
    ];
    frames.iter().map(encode).collect()
}

fn frames_to_laptop(bundle: &Bundle) -> Vec<Vec<u8>> {
    let cursor = Cursor { log: LogId([1; 16]), n: 7, hash: Hash([2; 32]) };
    let welcome = Welcome {
        version: 2,
        head: cursor,
        resumed: true,
        chain: ChainPoint { length: 3, head: Hash([4; 32]) },
        time: 1_500_000_000,
        snapshot: 0,
        space: bundle.space,
    };
    let items = bundle.envelopes.iter().cloned().map(Item::Whole).chain([Item::Yours(Hash([8; 32]))]).collect();
    let frames = [
        ToLaptop::Challenge { nonce: tovholder_protocol::Nonce([1; 32]), version: 2 },
        ToLaptop::Welcome(welcome),
        ToLaptop::Chain(bundle.chain.clone()),
        ToLaptop::Log { first: 1, items, after: cursor },
        ToLaptop::Acks(vec![(Hash([5; 32]), 9); 40]),
        ToLaptop::Hashes { log: LogId([1; 16]), first: 1, hashes: vec![Hash([6; 32]); 90] },
        ToLaptop::Envelopes(bundle.envelopes.iter().cloned().map(|envelope| (4, envelope)).collect()),
    ];
    frames.iter().map(encode).collect()
}

fn change() -> CellChange {
    let ops = vec![
        CellOp { key: "task/K/status".into(), value: "in_progress".into(), pred: vec![] },
        CellOp { key: "task/K/percent".into(), value: Scalar::Int(40), pred: vec![] },
    ];
    CellChange { actor: Actor([1; 16]), seq: 1, start: 1, time: 1_500_000_000, deps: vec![], ops }
}

fn workbook(name: &str, bytes: &[u8]) -> bool {
    let Ok(book) = tovholder_klik::read(name, bytes, &tovholder_klik::Limits::default()) else { return false };
    let Ok(draft) = tovholder_klik::draft(&book, name, None, &BTreeMap::new()) else { return false };
    tovholder_klik::rows(&book, &draft, &draft.mapping(), &mut |_, _| true).is_ok()
}

/// A municipality behind the doors: the host of a network, which every use case can reach.
struct Behind {
    app: App,
    dir: PathBuf,
    backup: Vec<u8>,
    key: BackupKey,
}

impl Behind {
    fn new() -> Self {
        let relay = Relay::open();
        let laptop = Laptop::founded();
        laptop.json(&["network", "found", &relay.url]);
        laptop.json(&["publish", "built-in"]);
        let dir = std::env::temp_dir().join(format!("tovholder-test-hostile-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        tovholder_tests::copy(&laptop.data_dir(), &dir);
        tovholder_tests::copy(&laptop.data_dir().join("netvaerk"), &dir.join("netvaerk"));
        let app = App::open(&dir).unwrap();
        let made = app.backup_now(NoArgs {}).unwrap().file;
        let backup = std::fs::read(dir.join("backups").join(made)).unwrap();
        let key = load_or_create(&dir.join(KEY_FILE), &mut |_| Ok(())).unwrap();
        Self { app, dir, backup, key }
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

thread_local! {
    static BEHIND: Behind = Behind::new();
}

/// Events as a calendar program writes them.
const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//DA\r\nBEGIN:VEVENT\r\nUID:moede-1@example.dk\r\n\
    DTSTAMP:20180601T080000Z\r\nDTSTART;TZID=Europe/Copenhagen:20180620T090000\r\nDTEND:20180620T100000Z\r\n\
    SUMMARY:Programlederm\u{f8}de\r\nLOCATION:Odense\r\nDESCRIPTION:F\u{f8}rste linje\\nanden\r\n linje\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\n\
    UID:dag\r\nDTSTART;VALUE=DATE:20180912\r\nSUMMARY:Temadag\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A calendar that a host takes in.
fn calendar(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).into_owned();
    BEHIND.with(|behind| behind.app.publish_calendar(CalendarArgs { text }).is_ok())
}

/// A backup that somebody brings, with the key of this laptop.
fn backup(bytes: &[u8]) -> bool {
    BEHIND.with(|behind| {
        let (file, out) = (behind.dir.join("fremmed.tovbackup"), behind.dir.join("fremmed.db"));
        std::fs::write(&file, bytes).unwrap();
        let _ = std::fs::remove_file(&out);
        open(&file, &out, &behind.key).is_ok()
    })
}

/// Use cases that wait, or that reach beyond the database: to a relay, to another file, to a folder of downloads.
const ELSEWHERE: [&str; 12] = [
    "wait",
    "export",
    "backup_now",
    "backup_restore",
    "bundle_write",
    "relay_connect",
    "join",
    "recover",
    "sync_now",
    "network_found",
    "network_join",
    "import_run",
];

/// A use case with arguments, as `serve` gets them.
fn call(bytes: &[u8]) -> bool {
    let Ok(told) = serde_json::from_slice::<Value>(bytes) else { return false };
    let name = told["name"].as_str().unwrap_or_default();
    if ELSEWHERE.contains(&name.trim_start_matches(api::IN_NETWORK)) {
        return false;
    }
    BEHIND.with(|behind| api::call(&behind.app, name, told["args"].clone()).is_ok())
}

/// A use case with arguments that are bent as values, so that they come further in than bytes that are no JSON: what is
/// bent how, the bytes say.
fn bent_call(bytes: &[u8]) -> bool {
    let seed = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3));
    let mut chance = Chance::new(seed);
    let calls = calls();
    let mut told: Value = serde_json::from_slice(&calls[chance.below(calls.len())]).unwrap();
    for _ in 0..=chance.below(3) {
        crate::bend::bend_value(&mut told["args"], &mut chance);
    }
    call(told.to_string().as_bytes())
}

/// The sheet of a real export, and the workbook around it.
fn sheet() -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(data_file(tovholder_tests::MAY_FILE)).unwrap()).unwrap();
    let mut text = Vec::new();
    zip.by_name(SHEET).unwrap().read_to_end(&mut text).unwrap();
    text
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A workbook whose sheet is these bytes: bent inside, where no checksum gives it away.
fn workbook_with(sheet: &[u8]) -> bool {
    let whole = std::fs::File::open(data_file(tovholder_tests::MAY_FILE)).unwrap();
    let mut from = zip::ZipArchive::new(whole).unwrap();
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for n in 0..from.len() {
        let mut part = from.by_index(n).unwrap();
        let name = part.name().unwrap().into_owned();
        to.start_file(name.as_str(), options).unwrap();
        if name == SHEET {
            to.write_all(sheet).unwrap();
        } else {
            std::io::copy(&mut part, &mut to).unwrap();
        }
    }
    workbook("klik.xlsx", &to.finish().unwrap().into_inner())
}

fn calls() -> Vec<Vec<u8>> {
    let edit = json!({ "entity": "project/BBR", "field": "note", "value": "En note", "seen": null });
    [
        (
            "create_task",
            json!({ "project": "BBR", "title": "Opgave", "start": "2018-05-01", "deadline": "2018-06-01" }),
        ),
        ("tasks", json!({ "on": "2018-06-14" })),
        ("edit", json!({ "edits": [edit], "cursor": 3 })),
        ("create_person", json!({ "name": "Karsten Berg", "mail": "kb@example.dk" })),
        ("assign", json!({ "project": "BBR", "role": "projektleder", "person": "Karsten Berg", "from": "2018-05-01" })),
        ("overview", json!({ "on": "2018-06-14" })),
        ("interfaces", json!({ "interface": "SF1511", "all": true })),
        ("add_attention", json!({ "interface": "SF1511", "project": "BBR", "text": "Ryd op" })),
        ("horizon", json!({ "months": 8, "on": "2018-06-14" })),
        ("timeline", json!({ "scale": "month" })),
        ("escalate", json!({ "project": "BBR", "to": "kombit", "tried": "Alt", "due": "2018-07-01" })),
        ("search", json!({ "q": "opgave" })),
        ("preference", json!({ "key": "theme", "value": "dark" })),
        ("history", json!({ "entity": "project/BBR" })),
        ("undo", json!({})),
        ("people", json!({})),
        ("publish", json!({ "cells": [{ "entity": "use/BBR:SF1511", "field": "state", "value": "done" }], "built_in": false })),
        ("share_publish", json!({ "projects": ["BBR"], "on": "2018-06-14" })),
        ("set_contact", json!({ "mail": "kb@example.dk", "phone": "12345678", "role": "Programleder", "leave": false })),
        ("write_experience", json!({ "about": "interface/SF1511", "title": "Det gik godt", "text": "Bestil først", "kind": "experience" })),
        ("experiences", json!({ "about": "interface/SF1511", "q": "bestil" })),
        ("catalogue_accept", json!({ "leave": ["project/DAR"], "shrink": false })),
        ("country_trend", json!({ "project": "BBR", "municipality": "0259" })),
    ]
    .iter()
    .map(|(name, args)| json!({ "name": name, "args": args }).to_string().into_bytes())
    .collect()
}

/// What once broke a door, and is made here because it is long.
pub fn long_crashers(door: &str) -> Vec<Vec<u8>> {
    match door {
        // A page pasted into the search field: the index and the gallery were asked for each of its words, for 25 s.
        "use-case" => {
            let q = "9999-12-31 ".repeat(38_000);
            vec![json!({ "name": "search", "args": { "q": q } }).to_string().into_bytes()]
        }
        _ => Vec::new(),
    }
}

/// Every one.
pub fn doors() -> Vec<Door> {
    let bundle = real_bundle();
    let plain = |name, good, read| Door { name, good, unpacked_max: 0, slowness: 1, read };
    let hash = change().encode().unwrap().hash;
    let link =
        InvitationLink::new("wss://relay.example.dk", bundle.space, &DeviceSecret::from_bytes([7; 32]), None, 99);
    let xlsx = std::fs::read(data_file(tovholder_tests::MAY_FILE)).unwrap();
    let csv =
        "Opgave-id;Projekt;Titel;Frist;Procent;Status\nKLIK-1;BBR;\"Ryd op; \"\"først\"\"\";15-06-2018;25 %;I gang\n";
    vec![
        plain("to-relay", frames_to_relay(&bundle), |bytes| decode::<ToRelay>(bytes, FRAME_BYTES_MAX).is_ok()),
        plain("to-laptop", frames_to_laptop(&bundle), |bytes| decode::<ToLaptop>(bytes, FRAME_BYTES_MAX).is_ok()),
        plain("bundle", vec![bundle.to_bytes()], |bytes| {
            let Ok(bundle) = Bundle::read(bytes) else { return false };
            // As it is taken in: the chain read by its rules, every envelope's header checked.
            let _ = Chain::read(&bundle.chain);
            bundle.envelopes.iter().for_each(|envelope| drop(verify_header(&bundle.space, envelope)));
            true
        }),
        plain("chain", vec![encode(&bundle.chain)], |bytes| {
            let Ok(entries) = decode::<Vec<SignedEntry>>(bytes, FRAME_BYTES_MAX) else { return false };
            Chain::read(&entries).is_ok()
        }),
        plain(
            "snapshot-part",
            vec![encode(&SnapshotPart {
                header: vec![1; 90],
                signature: Signature([3; 64]),
                index: 0,
                body: vec![5; 400],
            })],
            |bytes| {
                let Ok(part) = decode::<SnapshotPart>(bytes, FRAME_BYTES_MAX) else { return false };
                let _ = verify_snapshot(&SpaceId([1; 32]), &part);
                true
            },
        ),
        plain("invitation", vec![link.to_text().into_bytes()], |bytes| {
            InvitationLink::parse(&String::from_utf8_lossy(bytes)).is_ok()
        }),
        // Deflated inside: 32 MiB inflated at most, and what is made of it.
        Door {
            unpacked_max: 256 << 20,
            ..plain("body", vec![body::encode("project/BBR", [(&change(), &hash)])], |bytes| {
                body::decode(bytes).is_ok()
            })
        },
        Door {
            unpacked_max: 700 << 20,
            slowness: 30,
            ..plain("workbook", vec![xlsx], |bytes| workbook("klik.xlsx", bytes))
        },
        plain("csv", vec![csv.as_bytes().to_vec(), csv.replace(';', ",").into_bytes()], |bytes| {
            workbook("klik.csv", bytes)
        }),
        Door { slowness: 4, unpacked_max: 32 << 20, ..plain("calendar", vec![CALENDAR.as_bytes().to_vec()], calendar) },
        Door {
            slowness: 30,
            unpacked_max: 64 << 20,
            ..plain("backup", vec![BEHIND.with(|behind| behind.backup.clone())], backup)
        },
        Door { unpacked_max: 128 << 20, slowness: 30, ..plain("sheet", vec![sheet()], workbook_with) },
        Door {
            slowness: 4,
            unpacked_max: 32 << 20,
            ..plain("use-case-values", vec![vec![0; 16]], |bytes| bent_call(bytes) || bytes == [0; 16])
        },
        Door { slowness: 4, unpacked_max: 32 << 20, ..plain("use-case", calls(), call) },
    ]
}
