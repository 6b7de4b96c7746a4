//! Municipalities on one relay: what one does reaches no other, not even through a key that it only knows of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::carrier::{Carrier, refusals};
use common::{Greeting, NOW, Town, random, secret};
use tovholder_crypto::{About, Chain};
use tovholder_protocol::{Action, Credential, EntryBody, Refusal, SpaceId, ToLaptop, ToRelay};

fn by_recovery(town: &Town) -> Greeting {
    Greeting { space: SpaceId::default(), ..Greeting::device(town, &town.recovery).as_a(Credential::Recovery) }
}

/// A town that was founded with another's recovery key as its own. Its public half is all that it takes.
fn thief_of(town: &Town) -> Town {
    let admin = secret();
    let about = About { municipality: "0101".to_owned(), person_secret: vec![2; 32] };
    let entry = Chain::founding(&admin, &town.recovery, &about, NOW, &mut random()).unwrap();
    Town { chain: Chain::found(&entry).unwrap(), entries: vec![entry], recovery: secret(), admin }
}

#[test]
fn who_names_anothers_recovery_key_as_theirs_takes_nothing_over() {
    let town = Town::founded();
    let thief = thief_of(&town);
    let mut carrier = Carrier::with(&town);
    let id = carrier.greet(&Greeting::device(&thief, &thief.admin));
    carrier.heard(id);
    let answered = carrier.ask(id, &ToRelay::Admit { code: None, entries: thief.entries.clone() });
    assert!(matches!(answered.as_slice(), [ToLaptop::Welcome(_)]), "{answered:?}");
    assert_eq!(carrier.enter(&by_recovery(&town)).1.space, town.space(), "the key opens what it opened before");
    // The thief leaves, or renews: still.
    let ring = thief.ring(&thief.admin);
    let renewal = thief.chain.renewal(&thief.admin, &ring, &secret(), NOW, &mut random()).unwrap();
    assert!(matches!(renewal.read_body(), Ok(EntryBody { action: Action::Renew { .. }, .. })));
    assert!(matches!(carrier.ask(id, &ToRelay::Entry(renewal)).as_slice(), [ToLaptop::Stands(_)]));
    assert_eq!(carrier.enter(&by_recovery(&town)).1.space, town.space());
    carrier.memory.remove(&thief.space());
    let outputs = carrier.relay.host_changed().unwrap();
    carrier.take(outputs);
    assert_eq!(carrier.enter(&by_recovery(&town)).1.space, town.space());
}

#[test]
fn a_commit_that_fails_for_one_takes_no_key_from_another() {
    let town = Town::founded();
    let thief = thief_of(&town);
    let mut carrier = Carrier::with(&town);
    let id = carrier.greet(&Greeting::device(&thief, &thief.admin));
    carrier.heard(id);
    carrier.memory.fail_next_commit();
    let answered = carrier.ask(id, &ToRelay::Admit { code: None, entries: thief.entries.clone() });
    assert_eq!(refusals(&answered), [(Refusal::Storage, true)]);
    assert_eq!(carrier.relay.sizes().0, 1);
    assert_eq!(carrier.enter(&by_recovery(&town)).1.space, town.space());
}
