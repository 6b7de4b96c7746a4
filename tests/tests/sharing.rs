//! Two departments, a relay, and everything that may go wrong between them: in the terminal, with the real programs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

use serde_json::Value;
use tovholder_tests::{Laptop, Relay, copy};

/// A municipality with May's tasks at a relay, and its recovery key.
fn at_relay(relay: &Relay) -> (Laptop, String) {
    let nanna = Laptop::new();
    nanna
        .tovholder(&["init", "--municipality", "0479", "--department", "Teknik og Miljø", "--name", "Nanna Dahl"])
        .done();
    nanna.import(tovholder_tests::MAY_FILE);
    let connected = nanna.json(&["relay", "connect", &relay.url]);
    assert_eq!(connected["sync"]["state"], "synced", "{connected}");
    let key = connected["recovery_key"].as_str().expect("a recovery key at the founding").to_owned();
    (nanna, key)
}

/// Every laptop tells the same, byte by byte.
fn all_equal(laptops: &[&Laptop]) {
    for words in [&["tasks", "--json"][..], &["conflicts", "--json"], &["projects", "--json"], &["people", "--json"]] {
        let told: Vec<String> = laptops.iter().map(|laptop| laptop.tovholder(words).done().out).collect();
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "`{}` differs", words.join(" "));
    }
    for laptop in laptops {
        laptop.tovholder(&["doctor"]).done();
    }
}

fn note(laptop: &Laptop, task: &str) -> String {
    let told = laptop.task(task);
    let fields = told["fields"].as_array().expect("fields");
    let field = fields.iter().find(|field| field["field"] == "note").unwrap_or_else(|| panic!("no note: {told}"));
    field["value"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn two_departments_edit_apart_and_the_relay_brings_them_together() {
    let mut relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    assert_eq!(karsten.tasks().len(), nanna.tasks().len());
    // No network for days.
    relay.kill();
    nanna.tovholder(&["task", "set", "KLIK-1001", "status=in_progress", "note=Kun Teknik"]).done();
    karsten.tovholder(&["task", "set", "KLIK-1001", "status=completed"]).done();
    karsten.tovholder(&["task", "set", "KLIK-1002", "note=Kun Borgerservice"]).done();
    assert!(nanna.json(&["status"])["sync"]["waiting"].as_u64().unwrap() > 0);
    nanna.tovholder(&["sync", "--once", "--json"]).refused("relay_unreachable");
    relay.start_again();
    karsten.sync();
    nanna.sync();
    karsten.sync();
    all_equal(&[&nanna, &karsten]);
    assert_eq!(note(&karsten, "KLIK-1001"), "Kun Teknik");
    assert_eq!(note(&nanna, "KLIK-1002"), "Kun Borgerservice");
    // Both see both, with who and from where.
    let conflicts = nanna.list(&["conflicts"], "conflicts");
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!(conflicts[0]["id"], "task/KLIK-1001/status");
    let who: Vec<&str> = conflicts[0]["values"].as_array().unwrap().iter().filter_map(|v| v["who"].as_str()).collect();
    assert!(who.contains(&"Nanna Dahl") && who.contains(&"Karsten Berg"), "{who:?}");
    nanna.tovholder(&["conflict", "choose", "task/KLIK-1001/status", "completed"]).done();
    nanna.sync();
    karsten.sync();
    assert!(karsten.list(&["conflicts"], "conflicts").is_empty());
    all_equal(&[&nanna, &karsten]);
}

#[test]
fn the_relay_has_nothing_that_it_could_read() {
    let relay = Relay::open();
    let (nanna, key) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    karsten.tovholder(&["task", "set", "KLIK-1001", "note=Fortroligt ord"]).done();
    karsten.sync();
    let bytes = relay.bytes();
    for word in ["Nanna", "Karsten", "Borgerservice", "Fortroligt", "KLIK-1001", "status", "project/", "0479", &key] {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "the relay holds »{word}«");
    }
}

#[test]
fn an_invitation_works_once_and_not_when_it_was_taken_back() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let link = nanna.invite("editor");
    let words = |link: &str| {
        let laptop = Laptop::new();
        laptop.tovholder(&["join", link, "--department", "It", "--name", "Bo Lund", "--json"])
    };
    words(&link).done();
    words(&link).refused("invitation_used");
    words("tovholder:invite:abc").refused("invitation_bad");
    let made = nanna.json(&["invite"]);
    nanna.tovholder(&["invite", "--withdraw", made["id"].as_str().unwrap()]).done();
    words(made["invite"].as_str().unwrap()).refused("invitation_used");
}

#[test]
fn a_municipality_is_admitted_by_the_hosts_code_once() {
    let relay = Relay::with_codes();
    let laptop = Laptop::with_may();
    laptop.tovholder(&["relay", "connect", &relay.url, "--json"]).refused("admission_code");
    laptop.tovholder(&["relay", "connect", &relay.url, "--code", "guess", "--json"]).refused("admission_code");
    let code = relay.admin(&["admit", "--name", "Svendborg"])["code"].as_str().unwrap().to_owned();
    let connected = laptop.json(&["relay", "connect", &relay.url, "--code", &code]);
    assert!(connected["recovery_key"].is_string());
    laptop.sync();
    let other = Laptop::with_may();
    other.tovholder(&["relay", "connect", &relay.url, "--code", &code, "--json"]).refused("admission_code");
    let listed = relay.admin(&["list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["name"], "Svendborg");
}

#[test]
fn a_reader_reads_and_writes_nothing_until_the_role_changes() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let ras = Laptop::joined(&nanna, "Direktion", "Ras Mus", "reader");
    ras.sync();
    ras.tovholder(&["task", "set", "KLIK-1001", "status=completed", "--json"]).refused("read_only_role");
    ras.tovholder(&["invite", "--json"]).refused("not_admin");
    nanna.sync();
    let members = nanna.json(&["members"]);
    let names: Vec<&str> = members["members"].as_array().unwrap().iter().filter_map(|m| m["name"].as_str()).collect();
    assert!(names.contains(&"Ras Mus"), "a reader's name is known: {names:?}");
    // What a reader hands out is in the access log like anybody's.
    let file = ras.beside("ud.xlsx");
    ras.tovholder(&["export", "xlsx", file.to_str().unwrap()]).done();
    ras.sync();
    nanna.sync();
    let log = nanna.json(&["members"])["log"].clone();
    let exported = |row: &&Value| row["kind"] == "exported" && row["by"] == "Ras Mus" && row["detail"] == "xlsx";
    assert_eq!(log.as_array().unwrap().iter().filter(exported).count(), 1, "{log}");
    nanna.tovholder(&["member", "role", "Ras Mus", "editor"]).done();
    ras.sync();
    ras.tovholder(&["task", "set", "KLIK-1001", "note=Nu må jeg"]).done();
    ras.sync();
    nanna.sync();
    assert_eq!(note(&nanna, "KLIK-1001"), "Nu må jeg");
    nanna.tovholder(&["member", "role", "Ras Mus", "reader"]).done();
    ras.tovholder(&["sync", "--once"]).done();
    ras.tovholder(&["task", "set", "KLIK-1001", "note=Ikke mere", "--json"]).refused("read_only_role");
    nanna.tovholder(&["member", "role", "Nanna Dahl", "editor", "--json"]).refused("last_admin");
    all_equal(&[&nanna, &ras]);
}

#[test]
fn who_is_revoked_keeps_what_was_read_and_sends_nothing_more() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    let bo = Laptop::joined(&nanna, "It", "Bo Lund", "editor");
    karsten.tovholder(&["task", "set", "KLIK-1001", "note=Sendt"]).done();
    karsten.sync();
    karsten.tovholder(&["task", "set", "KLIK-1002", "note=Ikke sendt"]).done();
    // The admin's laptop has not read the newest: it reads on and tries again by itself.
    nanna.tovholder(&["revoke", "Karsten Berg"]).done();
    karsten.tovholder(&["sync", "--once", "--json"]).refused("revoked");
    assert_eq!(karsten.json(&["status"])["sync"]["state"], "revoked");
    let unsent = karsten.json(&["unsent"]);
    assert!(unsent.to_string().contains("Ikke sendt"), "{unsent}");
    nanna.tovholder(&["task", "set", "KLIK-1003", "note=Efter"]).done();
    nanna.sync();
    bo.sync();
    assert_eq!(note(&bo, "KLIK-1003"), "Efter", "those who stay have the new key");
    assert_eq!(note(&bo, "KLIK-1001"), "Sendt");
    assert_eq!(note(&bo, "KLIK-1002"), "");
    // What was not sent does not come by the back door either.
    let bundle = karsten.beside("revoked.tovholder");
    karsten.tovholder(&["bundle", "write", bundle.to_str().unwrap()]).done();
    bo.tovholder(&["bundle", "read", bundle.to_str().unwrap()]).done();
    assert_eq!(note(&bo, "KLIK-1002"), "");
    // A new invitation is the way back, and then what was not sent comes too.
    let link = nanna.invite("editor");
    karsten.tovholder(&["join", &link]).done();
    karsten.sync();
    nanna.sync();
    bo.sync();
    assert_eq!(note(&bo, "KLIK-1002"), "Ikke sendt");
    all_equal(&[&nanna, &bo, &karsten]);
    let log = nanna.json(&["members"])["log"].to_string();
    for kind in ["founded", "invited", "joined", "revoked"] {
        assert!(log.contains(kind), "no »{kind}« in the access log: {log}");
    }
    all_equal(&[&nanna, &bo]);
}

#[test]
fn a_lost_laptop_is_not_a_lost_municipality() {
    let relay = Relay::open();
    let (nanna, key) = at_relay(&relay);
    nanna.tovholder(&["task", "set", "KLIK-1001", "note=Før"]).done();
    nanna.sync();
    let rescued = Laptop::new();
    let words = ["recover", &relay.url, &key, "--department", "It", "--name", "Ny Admin"];
    rescued.tovholder(&words).done();
    assert_eq!(note(&rescued, "KLIK-1001"), "Før");
    rescued.sync();
    nanna.sync();
    all_equal(&[&nanna, &rescued]);
    let me = rescued.json(&["members"]);
    assert_eq!(me["role"], "admin", "{me}");
    // A new key voids the older one.
    let new = rescued.json(&["recovery-key"])["key"].as_str().unwrap().to_owned();
    let late = Laptop::new();
    let again = |key: &str| {
        late.tovholder(&["recover", &relay.url, key, "--department", "It", "--name", "Sen Admin", "--json"])
    };
    again(&key).refused("recovery_key_wrong");
    again("GENDAN-0000").refused("recovery_key_wrong");
    again(&new).done();
}

/// A laptop on which another's backup was put.
fn restored(from: &Laptop) -> Laptop {
    let made = from.json(&["backup", "now"])["file"].as_str().expect("a file").to_owned();
    let key = from.json(&["backup", "key"])["key"].as_str().expect("a key").to_owned();
    let file = from.data_dir().join("backups").join(&made);
    let laptop = Laptop::new();
    laptop.tovholder(&["backup", "restore", file.to_str().unwrap(), "--key", &key]).done();
    laptop
}

#[test]
fn a_backup_on_another_laptop_is_let_in_by_an_invitation_or_the_recovery_key() {
    let relay = Relay::open();
    let (nanna, key) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    karsten.tovholder(&["task", "set", "KLIK-1002", "note=Ikke sendt"]).done();
    let another = restored(&karsten);
    assert_eq!(another.json(&["status"])["sync"]["state"], "revoked", "it is not the laptop that it was");
    another.tovholder(&["task", "set", "KLIK-1003", "note=Skrevet på den anden"]).done();
    another.tovholder(&["sync", "--once", "--json"]).refused("not_synced");
    another.tovholder(&["join", &nanna.invite("editor")]).done();
    another.sync();
    karsten.sync();
    nanna.sync();
    another.sync();
    karsten.sync();
    assert_eq!(note(&nanna, "KLIK-1002"), "Ikke sendt");
    assert_eq!(note(&nanna, "KLIK-1003"), "Skrevet på den anden");
    all_equal(&[&nanna, &karsten, &another]);
    // The only admin's laptop is gone: what is left is a backup, and the sheet with the key.
    let rescued = restored(&nanna);
    rescued.tovholder(&["task", "set", "KLIK-1004", "note=Reddet"]).done();
    let wrong = ["recover", &relay.url, "GENDAN-0000", "--department", "It", "--name", "Nanna Dahl", "--json"];
    rescued.tovholder(&wrong).refused("recovery_key_wrong");
    rescued.tovholder(&["recover", &relay.url, &key, "--department", "It", "--name", "Nanna Dahl"]).done();
    rescued.sync();
    karsten.sync();
    assert_eq!(note(&karsten, "KLIK-1004"), "Reddet");
    assert_eq!(rescued.json(&["members"])["role"], "admin");
    all_equal(&[&karsten, &rescued]);
}

#[test]
fn another_computer_of_the_same_person_has_the_same_member() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    let link = karsten.json(&["invite", "--own-device"])["invite"].as_str().unwrap().to_owned();
    let second = Laptop::new();
    second.tovholder(&["join", &link, "--department", "Borgerservice", "--name", "Karsten Berg"]).done();
    nanna.sync();
    let members = nanna.json(&["members"]);
    let rows = members["members"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{members}");
    let karstens = rows.iter().find(|row| row["name"] == "Karsten Berg").expect("Karsten");
    let devices = karstens["devices"].as_array().unwrap();
    assert_eq!(devices.len(), 2);
    // The lost one of the two is shut out, the other goes on.
    let me = |laptop: &Laptop| -> String {
        let members = laptop.json(&["members"]);
        let rows = members["members"].as_array().unwrap().clone();
        let devices: Vec<Value> = rows.iter().flat_map(|row| row["devices"].as_array().unwrap().clone()).collect();
        devices.iter().find(|device| device["me"] == true).unwrap()["id"].as_str().unwrap().to_owned()
    };
    karsten.sync();
    let lost = me(&second);
    karsten.tovholder(&["revoke", &lost]).done();
    second.tovholder(&["sync", "--once", "--json"]).refused("revoked");
    karsten.sync();
}

#[test]
fn two_used_laptops_meet_and_nothing_is_discarded() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    nanna.tovholder(&["task", "set", "KLIK-1001", "status=in_progress", "responsible=Anne Eskildsen"]).done();
    nanna.sync();
    let karsten = Laptop::new();
    karsten
        .tovholder(&["init", "--municipality", "0479", "--department", "Borgerservice", "--name", "Karsten Berg"])
        .done();
    karsten.import(tovholder_tests::JUNE_FILE);
    karsten.tovholder(&["task", "set", "KLIK-1001", "status=completed", "responsible=Anne Eskildsen"]).done();
    let own = karsten.json(&["task", "new", "--project", "BBR", "--title", "Kun her"]);
    let before = karsten.tasks().len();
    let link = nanna.invite("editor");
    karsten.tovholder(&["join", &link, "--json"]).refused("has_data");
    let preview = karsten.json(&["join", &link, "--dry-run"]);
    assert_eq!(preview["dry_run"], true);
    assert_eq!(karsten.tasks().len(), before, "a preview writes nothing");
    assert!(preview["conflicts"].to_string().contains("task/KLIK-1001/status"), "{preview}");
    let joined = karsten.json(&["join", &link, "--adopt"]);
    assert_eq!(joined["conflict_count"], preview["conflict_count"], "the preview told what came");
    nanna.sync();
    karsten.sync();
    all_equal(&[&nanna, &karsten]);
    let conflicts = nanna.list(&["conflicts"], "conflicts");
    assert_eq!(conflicts.len(), 1, "the same person on both sides is one person: {conflicts:?}");
    let id = own["id"].as_str().unwrap();
    assert_eq!(nanna.task(id)["title"], "Kun her");
    let other = Laptop::new();
    other.tovholder(&["init", "--municipality", "0259", "--department", "It", "--name", "Bo Lund"]).done();
    other.import(tovholder_tests::MAY_FILE);
    let link = nanna.invite("editor");
    other.tovholder(&["join", &link, "--adopt", "--json"]).refused("other_municipality");
}

#[test]
fn a_bundle_brings_what_the_relay_would_in_any_order_and_twice() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    nanna.sync();
    let mut files = Vec::new();
    for number in 1..=3 {
        karsten.tovholder(&["task", "set", "KLIK-1001", &format!("note=Nummer {number}")]).done();
        let file = karsten.beside(&format!("{number}.tovholder"));
        karsten.tovholder(&["bundle", "write", file.to_str().unwrap()]).done();
        files.push(file);
    }
    let read = |number: usize| nanna.json(&["bundle", "read", files[number - 1].to_str().unwrap()]);
    read(3);
    assert_eq!(note(&nanna, "KLIK-1001"), "Nummer 3");
    assert_eq!(read(1)["new"], 0, "an old one brings nothing new and takes nothing away");
    assert_eq!(read(3)["new"], 0);
    nanna.tovholder(&["task", "set", "KLIK-1002", "note=Tilbage"]).done();
    let back = nanna.beside("back.tovholder");
    nanna.tovholder(&["bundle", "write", back.to_str().unwrap()]).done();
    karsten.tovholder(&["bundle", "read", back.to_str().unwrap()]).done();
    all_equal(&[&nanna, &karsten]);
    // What came by file has still to reach the relay; whoever comes first hands it in.
    nanna.sync();
    karsten.sync();
    nanna.sync();
    all_equal(&[&nanna, &karsten]);
    let whole = std::fs::read(&files[2]).unwrap();
    let damaged = nanna.beside("damaged.tovholder");
    std::fs::write(&damaged, &whole[..whole.len() / 2]).unwrap();
    nanna.tovholder(&["bundle", "read", damaged.to_str().unwrap(), "--json"]).refused("bundle_damaged");
    let other = Laptop::founded();
    other.tovholder(&["bundle", "read", files[2].to_str().unwrap(), "--json"]).refused("bundle_other_space");
}

#[test]
fn what_somebody_revoked_gave_away_by_file_is_taken_out_and_what_was_built_on_it_stays() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    let bo = Laptop::joined(&nanna, "It", "Bo Lund", "editor");
    let reader = Laptop::joined(&nanna, "Økonomi", "Ras Mus", "reader");
    for laptop in [&nanna, &karsten, &bo, &reader] {
        laptop.sync();
    }
    karsten.tovholder(&["task", "set", "KLIK-1001", "note=Fra en fil"]).done();
    karsten.tovholder(&["task", "set", "KLIK-1002", "note=Også fra en fil"]).done();
    let file = karsten.beside("fra-karsten.tovholder");
    karsten.tovholder(&["bundle", "write", file.to_str().unwrap()]).done();
    for laptop in [&bo, &reader] {
        laptop.tovholder(&["bundle", "read", file.to_str().unwrap()]).done();
        assert_eq!(note(laptop, "KLIK-1002"), "Også fra en fil");
    }
    // One builds on the very cell, and on others of the same document.
    bo.tovholder(&["task", "set", "KLIK-1001", "note=Bo skriver videre"]).done();
    bo.tovholder(&["task", "set", "KLIK-1003", "note=Bos egen"]).done();
    let onwards = bo.beside("fra-bo.tovholder");
    bo.tovholder(&["bundle", "write", onwards.to_str().unwrap()]).done();
    reader.tovholder(&["bundle", "read", onwards.to_str().unwrap()]).done();
    nanna.tovholder(&["revoke", "Karsten Berg"]).done();
    nanna.tovholder(&["bundle", "read", onwards.to_str().unwrap()]).done();
    for laptop in [&bo, &nanna, &reader, &bo, &nanna] {
        laptop.sync();
    }
    all_equal(&[&nanna, &bo]);
    let tasks = |laptop: &Laptop| laptop.json(&["tasks"]);
    assert_eq!(tasks(&reader), tasks(&nanna));
    for laptop in [&nanna, &bo, &reader] {
        assert_eq!(note(laptop, "KLIK-1001"), "Bo skriver videre");
        assert_eq!(note(laptop, "KLIK-1002"), "", "it never reached the relay before the right was taken");
        assert_eq!(note(laptop, "KLIK-1003"), "Bos egen");
        let missing = laptop.json(&["status"])["sync"]["missing"].clone();
        let told = missing.as_array().unwrap().iter().find(|one| one["code"] == "set_aside");
        assert_eq!(told.map(|one| &one["detail"]), Some(&"Karsten Berg".into()), "{missing}");
    }
    // A new invitation brings it back, by its author's own hand.
    // Karsten's laptop has not heard that it is out: it asks before it says that it is connected already.
    let link = nanna.invite("editor");
    karsten.tovholder(&["join", &link]).done();
    for laptop in [&karsten, &nanna, &bo, &reader, &karsten] {
        laptop.sync();
    }
    assert_eq!(note(&bo, "KLIK-1002"), "Også fra en fil");
    all_equal(&[&nanna, &bo, &karsten]);
    assert_eq!(tasks(&reader), tasks(&nanna));
    let missing = bo.json(&["status"])["sync"]["missing"].to_string();
    assert!(!missing.contains("set_aside"), "who may write again has written it anew: {missing}");
}

#[test]
fn a_relay_set_back_to_yesterday_is_given_back_what_it_forgot() {
    let mut relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    relay.kill();
    let yesterday = relay.copy_data("yesterday");
    relay.start_again();
    nanna.tovholder(&["task", "set", "KLIK-1001", "note=I dag"]).done();
    nanna.sync();
    karsten.sync();
    let bo = Laptop::joined(&nanna, "It", "Bo Lund", "editor");
    bo.tovholder(&["task", "set", "KLIK-1002", "note=Fra Bo"]).done();
    bo.sync();
    nanna.sync();
    relay.kill();
    relay.restore_data(&yesterday);
    relay.start_again();
    // Nanna knows everything, the members that the relay forgot too; Karsten has to learn.
    nanna.sync();
    karsten.sync();
    bo.sync();
    assert_eq!(note(&karsten, "KLIK-1001"), "I dag");
    assert_eq!(note(&karsten, "KLIK-1002"), "Fra Bo");
    all_equal(&[&nanna, &karsten, &bo]);
}

#[test]
fn a_copied_data_directory_and_its_original_both_go_on() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    karsten.tovholder(&["task", "set", "KLIK-1001", "note=Før kopien"]).done();
    let clone = Laptop::new();
    copy(&karsten.data_dir(), &clone.data_dir());
    karsten.tovholder(&["task", "set", "KLIK-1002", "note=Originalen"]).done();
    clone.tovholder(&["task", "set", "KLIK-1003", "note=Kopien"]).done();
    clone.sync();
    karsten.sync();
    clone.sync();
    nanna.sync();
    for (task, text) in [("KLIK-1001", "Før kopien"), ("KLIK-1002", "Originalen"), ("KLIK-1003", "Kopien")] {
        assert_eq!(note(&nanna, task), text);
    }
    all_equal(&[&nanna, &karsten, &clone]);
}

#[test]
fn a_machine_set_back_to_yesterday_loses_nothing_that_was_written_on_it() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    let yesterday = karsten.beside("yesterday");
    copy(&karsten.data_dir(), &yesterday);
    karsten.tovholder(&["task", "set", "KLIK-1001", "note=I dag"]).done();
    karsten.sync();
    // The very files get their old content: the machine cannot tell.
    for entry in std::fs::read_dir(karsten.data_dir()).unwrap().flatten() {
        let old = yesterday.join(entry.file_name());
        let bytes = if old.exists() { std::fs::read(old).unwrap() } else { Vec::new() };
        if entry.path().is_file() {
            std::fs::write(entry.path(), bytes).unwrap();
        }
    }
    karsten.tovholder(&["task", "set", "KLIK-1002", "note=Siden i går"]).done();
    karsten.sync();
    nanna.sync();
    karsten.sync();
    assert_eq!(note(&nanna, "KLIK-1001"), "I dag");
    assert_eq!(note(&nanna, "KLIK-1002"), "Siden i går");
    all_equal(&[&nanna, &karsten]);
}

#[test]
fn a_newcomer_begins_with_a_snapshot_and_checks_what_lies_behind() {
    let relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    for number in 0..12 {
        nanna.tovholder(&["task", "set", &format!("KLIK-100{}", number % 8 + 1), &format!("note=Nr. {number}")]).done();
        nanna.sync();
    }
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    karsten.tovholder(&["task", "set", "KLIK-1001", "note=Fra en ny"]).done();
    assert_eq!(karsten.json(&["status"])["sync"]["unverified"], true, "it says that it has not been checked");
    karsten.sync();
    assert_eq!(karsten.json(&["status"])["sync"]["unverified"], false);
    nanna.sync();
    all_equal(&[&nanna, &karsten]);
    karsten.tovholder(&["doctor", "--rebuild"]).done();
    let history = |laptop: &Laptop| laptop.tovholder(&["task", "history", "KLIK-1001", "--json"]).done().out;
    assert_eq!(history(&nanna), history(&karsten));
}

#[test]
fn a_relay_killed_right_after_an_answer_has_what_it_answered_for() {
    let mut relay = Relay::open();
    let (nanna, _) = at_relay(&relay);
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    for number in 0..5 {
        nanna.tovholder(&["task", "set", "KLIK-1001", &format!("note=Nr. {number}")]).done();
        nanna.sync();
        relay.kill();
        relay.start_again();
        karsten.sync();
        assert_eq!(note(&karsten, "KLIK-1001"), format!("Nr. {number}"));
    }
    all_equal(&[&nanna, &karsten]);
}

#[test]
fn addresses_that_would_send_in_the_clear_are_refused() {
    let laptop = Laptop::with_may();
    for url in ["ws://relay.kommune.dk", "http://127.0.0.1:1", "relay", ""] {
        laptop.tovholder(&["relay", "connect", url, "--json"]).refused("relay_address");
    }
    laptop.tovholder(&["sync", "--once", "--json"]).refused("no_relay");
    let alone = laptop.json(&["status"]);
    assert_eq!(alone["sync"]["state"], "alone");
    laptop.tovholder(&["relay", "connect", "ws://127.0.0.1:9", "--json"]).refused("relay_unreachable");
    assert_eq!(laptop.json(&["status"])["sync"]["state"], "alone", "a try that came to nothing leaves nothing");
}
