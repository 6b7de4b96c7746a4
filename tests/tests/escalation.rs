//! Escalating: what was tried, to whom, by when, and what came of it; in the terminal, with the real program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

use serde_json::Value;
use tovholder_tests::{JUNE, Laptop};

fn escalate(laptop: &Laptop, words: &[&str]) -> String {
    let made = laptop.json(&[&["escalate"], words].concat());
    made["id"].as_str().expect("an id").to_owned()
}

#[test]
fn what_is_escalated_stands_on_the_overview_until_it_is_settled() {
    let laptop = Laptop::with_may();
    laptop.json(&["project", "set", "BBR", "leader=Karsten Berg"]);
    let tried = "Ringet til leverandøren to gange";
    let task =
        escalate(&laptop, &["--task", "KLIK-1010", "--to", "project-leader", "--tried", tried, "--due", "2018-06-10"]);
    let project = escalate(&laptop, &["--project", "bbr", "--to", "kombit", "--tried", "Intet svar på mail"]);
    let overview = laptop.json(&["overview", "--on", JUNE]);
    let rows = overview["escalations"].as_array().expect("escalations").clone();
    assert_eq!(rows.len(), 2);
    // The one that is due first.
    assert_eq!(rows[0]["id"], task.as_str());
    assert_eq!((&rows[0]["task"], &rows[0]["to"]), (&"KLIK-1010".into(), &"project_leader".into()));
    assert_eq!((&rows[0]["person"], &rows[0]["late"]), (&"Karsten Berg".into(), &true.into()));
    assert_eq!((&rows[0]["tried"], &rows[0]["who"]), (&tried.into(), &"Tove Holm".into()));
    assert_eq!((&rows[1]["task"], &rows[1]["person"]), (&Value::Null, &Value::Null));
    laptop.json(&["escalation", "answer", &task, "Svarer fredag"]);
    laptop.json(&["escalation", "close", &task]);
    let open = laptop.list(&["escalations"], "escalations");
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["id"], project.as_str());
    let all = laptop.list(&["escalations", "--all", "--project", "BBR"], "escalations");
    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[1]["answer"], &all[1]["closed"], &all[1]["late"]),
        (&"Svarer fredag".into(), &true.into(), &false.into())
    );
    laptop.json(&["escalation", "reopen", &task]);
    assert_eq!(laptop.list(&["escalations", "--task", "KLIK-1010"], "escalations").len(), 1);
    // As everything, it can be taken back.
    laptop.tovholder(&["undo"]).done();
    assert_eq!(laptop.list(&["escalations"], "escalations").len(), 1);
    laptop.tovholder(&["doctor", "--rebuild"]).done();
}

#[test]
fn what_cannot_be_escalated_is_said() {
    let laptop = Laptop::with_may();
    for (words, code) in [
        (["--task", "KLIK-9", "--to", "kombit", "--tried", "x"], "unknown_task"),
        (["--project", "Ukendt", "--to", "kombit", "--tried", "x"], "unknown_project"),
        (["--task", "KLIK-1010", "--to", "kombit", "--tried", "  "], "name_missing"),
        (["--task", "KLIK-1010", "--to", "kombit", "--tried", "Borger 010190-1234"], "looks_like_cpr"),
    ] {
        laptop.tovholder(&[&["escalate"], &words[..], &["--json"]].concat()).refused(code);
    }
    assert!(laptop.list(&["escalations"], "escalations").is_empty());
    laptop.tovholder(&["escalation", "close", "ukendt", "--json"]).refused("unknown_entity");
}

#[test]
fn a_mail_about_a_task_has_the_facts_in_it() {
    let laptop = Laptop::with_may();
    escalate(&laptop, &["--task", "KLIK-1010", "--to", "kombit", "--tried", "Læst vejledningen & ringet"]);
    let mail = laptop.json(&["task", "mail", "KLIK-1010", "--on", JUNE]);
    let (subject, body) = (mail["subject"].as_str().unwrap(), mail["body"].as_str().unwrap());
    assert!(subject.contains("KLIK-1010") && subject.contains("BBR") && subject.contains("Svendborg"), "{subject}");
    for fact in ["Slutdato: ", "Kommune: Svendborg", "Læst vejledningen & ringet", "Tove Holm"] {
        assert!(body.contains(fact), "{fact}: {body}");
    }
    let link = mail["link"].as_str().unwrap();
    assert!(
        link.starts_with("mailto:?subject=KLIK-1010%3A%20") && link.contains("L%C3%A6st%20vejledningen%20%26%20ringet")
    );
    laptop.tovholder(&["task", "mail", "KLIK-9", "--json"]).refused("unknown_task");
}

#[test]
fn two_departments_escalate_and_answer_apart() {
    let relay = tovholder_tests::Relay::open();
    let nanna = Laptop::with_may();
    nanna.json(&["relay", "connect", &relay.url]);
    let id = escalate(&nanna, &["--task", "KLIK-1010", "--to", "owner", "--tried", "Spurgt to gange"]);
    nanna.sync();
    let karsten = Laptop::joined(&nanna, "Borgerservice", "Karsten Berg", "editor");
    nanna.json(&["escalation", "answer", &id, "Kommer mandag"]);
    karsten.json(&["escalation", "answer", &id, "Kommer aldrig"]);
    for laptop in [&nanna, &karsten, &nanna] {
        laptop.sync();
    }
    for laptop in [&nanna, &karsten] {
        let conflicts = laptop.list(&["conflicts"], "conflicts");
        assert_eq!(conflicts[0]["id"], format!("escalation/{id}/answer"), "{conflicts:?}");
    }
    nanna.json(&["conflict", "choose", &format!("escalation/{id}/answer"), "Kommer mandag"]);
    nanna.sync();
    karsten.sync();
    assert_eq!(karsten.list(&["escalations"], "escalations")[0]["answer"], "Kommer mandag");
    assert!(karsten.list(&["conflicts"], "conflicts").is_empty());
}
