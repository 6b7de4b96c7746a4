//! The core's promises, one story each: what is acknowledged, refused, forgotten and brought back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::carrier::{Carrier, acks, entries, numbers, refusals, wide};
use common::{Greeting, NOW, Town, Writer, nowhere};
use tovholder_crypto::running;
use tovholder_protocol::{Credential, Cursor, Hash, Item, Refusal, Role, ToLaptop, ToRelay, Welcome};
use tovholder_sync_server::core::Limits;
use tovholder_sync_server::log::Storage as _;

fn welcomes(frames: &[ToLaptop]) -> Vec<Welcome> {
    let all = frames.iter().filter_map(|frame| match frame {
        ToLaptop::Welcome(welcome) => Some(welcome.clone()),
        _ => None,
    });
    all.collect()
}

fn running_of(hashes: &[Hash]) -> Hash {
    hashes.iter().fold(Hash::default(), |before, hash| running(&before, hash))
}

#[test]
fn what_is_handed_in_is_acknowledged_after_the_commit_and_told_to_the_others() {
    let mut town = Town::founded();
    let editor = town.member(Role::Editor);
    let mut carrier = Carrier::with(&town);
    let (one, two) = (carrier.device(&town, &town.admin.clone()), carrier.device(&town, &editor));
    let mut writer = Writer::new(&town.admin);
    let written: Vec<_> = (0..3).map(|_| writer.next(&town)).collect();
    carrier.put(one, written.iter().map(|(envelope, _)| envelope.clone()).collect());
    carrier.pump(one);
    carrier.pump(two);
    assert!(carrier.heard(one).is_empty() && carrier.heard(two).is_empty(), "nothing before the commit");
    assert_eq!(carrier.head(&town).n, 0);
    let batch = carrier.relay.take_batch();
    assert!(carrier.heard(one).is_empty(), "nor while it is under way");
    carrier.memory.commit(&batch.batch).unwrap();
    let outputs = carrier.relay.committed(batch, &Ok(()), NOW);
    carrier.take(outputs);
    carrier.settle();
    let hashes: Vec<Hash> = written.iter().map(|(_, hash)| *hash).collect();
    let first = carrier.heard(one);
    assert_eq!(acks(&first), hashes.iter().copied().zip(1..).collect::<Vec<_>>());
    let [.., ToLaptop::Log { first: 1, items, after }] = first.as_slice() else { panic!("{first:?}") };
    let yours: Vec<Item> = hashes.iter().map(|hash| Item::Yours(*hash)).collect();
    assert_eq!(items, &yours, "who handed it in over this connection gets the hashes only");
    assert_eq!((after.n, after.hash), (3, running_of(&hashes)));
    let second = carrier.heard(two);
    let [ToLaptop::Log { first: 1, items, after: same }] = second.as_slice() else { panic!("{second:?}") };
    assert_eq!(same, after);
    let whole: Vec<Item> = written.iter().map(|(envelope, _)| Item::Whole(envelope.clone())).collect();
    assert_eq!(items, &whole);
}

#[test]
fn a_commit_that_fails_leaves_everything_as_it_was() {
    let town = Town::founded();
    let mut carrier = Carrier::with(&town);
    let id = carrier.device(&town, &town.admin.clone());
    let mut writer = Writer::new(&town.admin);
    let kept = writer.next(&town);
    carrier.put(id, vec![kept.0.clone()]);
    carrier.settle();
    let (before, kept_before) = (carrier.head(&town), carrier.memory.load(&town.space()).unwrap());
    carrier.heard(id);
    let lost = writer.next(&town);
    let (_, invite) = town.invitation_by(&town.admin, Role::Editor, false, NOW);
    carrier.memory.fail_next_commit();
    carrier.put(id, vec![lost.0.clone()]);
    carrier.send(id, &ToRelay::Entry(invite.clone()));
    carrier.settle();
    assert_eq!(carrier.heard(id), [refused(Refusal::Storage, None, true)]);
    assert!(carrier.closed.contains(&id));
    assert_eq!(carrier.head(&town), before);
    assert_eq!(carrier.memory.load(&town.space()).unwrap(), kept_before);
    // It comes again, and it works: number, running hash and chain as if nothing had been.
    let (again, welcome) = carrier.enter(&Greeting::device(&town, &town.admin).at(before));
    assert!(welcome.resumed);
    assert_eq!(welcome.chain, town.chain.point(), "the entry does not stand");
    let answered = carrier.ask(again, &ToRelay::Put(vec![kept.0.clone(), lost.0.clone()]));
    assert_eq!(acks(&answered), [(kept.1, 1), (lost.1, 2)]);
    assert_eq!(carrier.head(&town).hash, running_of(&[kept.1, lost.1]));
    assert!(matches!(carrier.ask(again, &ToRelay::Entry(invite)).as_slice(), [ToLaptop::Stands(_)]));
}

fn refused(why: Refusal, what: Option<Hash>, closing: bool) -> ToLaptop {
    ToLaptop::Refused(tovholder_protocol::Refused { why, what, closing })
}

#[test]
fn what_is_on_its_way_to_the_disk_is_told_to_nobody() {
    let mut town = Town::founded();
    let editor = town.member(Role::Editor);
    let invitation = town.invite(Role::Editor, NOW);
    let mut carrier = Carrier::with(&town);
    let joining = carrier.enter(&Greeting::device(&town, &invitation).as_a(Credential::Invitation)).0;
    let other = carrier.device(&town, &editor);
    let (newcomer, join) = town.joining(&invitation, NOW);
    carrier.send(joining, &ToRelay::Entry(join.clone()));
    let batch = carrier.relay.take_batch();
    // Meanwhile somebody says hello, somebody else's entry comes too late, and somebody writes on.
    let (third, welcome) = {
        let id = carrier.greet(&Greeting::device(&town, &town.admin));
        let frames = carrier.heard(id);
        (id, welcomes(&frames)[0].clone())
    };
    assert_eq!(welcome.chain, town.chain.point(), "what is not stored is not told");
    carrier.pump(third);
    carrier.send(third, &ToRelay::Entry(town.chain.withdraw(&town.admin, invitation.key(), NOW)));
    carrier.pump(other);
    assert!(carrier.heard(other).is_empty() && carrier.heard(third).is_empty());
    let outputs = carrier.relay.committed(batch, &Err(failed()), NOW);
    carrier.take(outputs);
    carrier.settle();
    assert_eq!(carrier.heard(other), [], "the one who only listens hears nothing of it");
    assert_eq!(refusals(&carrier.heard(third)), [(Refusal::Storage, true)], "the one who built on it comes again");
    assert_eq!(refusals(&carrier.heard(joining)), [(Refusal::Storage, true)]);
    assert_eq!(
        refusals(&greet_and_hear(&mut carrier, &Greeting::device(&town, &newcomer))),
        [(Refusal::UnknownKey, true)]
    );
    // The invitation is as good as before.
    let joining = carrier.enter(&Greeting::device(&town, &invitation).as_a(Credential::Invitation)).0;
    assert!(matches!(carrier.ask(joining, &ToRelay::Entry(join)).as_slice(), [ToLaptop::Stands(_)]));
    assert!(carrier.closed.contains(&joining), "it has done what it came for");
    assert_eq!(entries(&carrier.heard(other)), 1);
    carrier.device(&town, &newcomer);
}

fn failed() -> tovholder_sync_server::log::StorageError {
    tovholder_sync_server::log::StorageError::Failed("asked to fail".to_owned())
}

fn greet_and_hear(carrier: &mut Carrier, greeting: &Greeting) -> Vec<ToLaptop> {
    let id = carrier.greet(greeting);
    carrier.settle();
    carrier.heard(id)
}

#[test]
fn the_same_again_has_the_same_number() {
    let mut town = Town::founded();
    let editor = town.member(Role::Editor);
    let mut carrier = Carrier::with(&town);
    let (one, two) = (carrier.device(&town, &town.admin.clone()), carrier.device(&town, &editor));
    let mut writer = Writer::new(&town.admin);
    let (envelope, hash) = writer.next(&town);
    carrier.put(one, vec![envelope.clone()]);
    let batch = carrier.relay.take_batch();
    // Another one hands in the same while the first is on its way to the disk; and the first again.
    carrier.put(two, vec![envelope.clone()]);
    carrier.put(one, vec![envelope.clone()]);
    carrier.memory.commit(&batch.batch).unwrap();
    // Stored, but its commit has not been told yet.
    carrier.put(two, vec![envelope.clone()]);
    let outputs = carrier.relay.committed(batch, &Ok(()), NOW);
    carrier.take(outputs);
    carrier.settle();
    assert_eq!(acks(&carrier.heard(one)), [(hash, 1), (hash, 1)]);
    assert_eq!(acks(&carrier.heard(two)), [(hash, 1), (hash, 1)]);
    carrier.restart();
    let again = carrier.device(&town, &town.admin.clone());
    assert_eq!(acks(&carrier.ask(again, &ToRelay::Put(vec![envelope]))), [(hash, 1)]);
    assert_eq!(carrier.head(&town).n, 1);
}

#[test]
fn gaps_forks_and_other_peoples_incarnations_are_refused() {
    let mut town = Town::founded();
    let editor = town.member(Role::Editor);
    let mut carrier = Carrier::with(&town);
    let id = carrier.device(&town, &town.admin.clone());
    let mut writer = Writer::new(&town.admin);
    let (first, first_hash) = writer.next(&town);
    let at_one = writer.clone();
    let (second, second_hash) = writer.next(&town);
    let (third, _) = writer.next(&town);
    let why = |carrier: &mut Carrier, envelopes: Vec<_>| {
        let answered = carrier.ask(id, &ToRelay::Put(envelopes));
        (acks(&answered).len(), refusals(&answered))
    };
    assert_eq!(why(&mut carrier, vec![second.clone(), third.clone()]), (0, vec![(Refusal::Gap, false)]));
    let answered = carrier.ask(id, &ToRelay::Put(vec![first.clone(), third.clone()]));
    assert_eq!(acks(&answered), [(first_hash, 1)]);
    assert!(matches!(answered[0], ToLaptop::Acks(_)), "in the order in which it was handed in");
    assert_eq!(refusals(&answered), [(Refusal::Gap, false)]);
    assert_eq!(why(&mut carrier, vec![second, third]), (2, vec![]));
    // The same counter with other content: a cloned laptop. What it says after that stands on it.
    let mut clone = at_one.clone();
    let (other, other_hash) = clone.write(&town, b"something else");
    let (behind, _) = clone.next(&town);
    assert_ne!(other_hash, second_hash);
    assert_eq!(why(&mut carrier, vec![other, behind]), (0, vec![(Refusal::Fork, false), (Refusal::Fork, false)]));
    assert_eq!(carrier.relay.counted().forks, 2);
    // The next counter, on another story.
    let mut liar = Writer { counter: 3, previous: Hash([9; 32]), ..writer.clone() };
    assert_eq!(why(&mut carrier, vec![liar.next(&town).0]), (0, vec![(Refusal::Fork, false)]));
    // Somebody else's incarnation, rightly signed by who it is not of.
    let mut thief = Writer { device: editor.clone(), ..writer.clone() };
    assert_eq!(why(&mut carrier, vec![thief.next(&town).0]), (0, vec![(Refusal::BadEnvelope, false)]));
    // A forged body, an erased one, another space's.
    let (mut forged, _) = writer.clone().next(&town);
    forged.body[9] ^= 1;
    assert_eq!(why(&mut carrier, vec![forged.clone()]), (0, vec![(Refusal::BadEnvelope, false)]));
    forged.body.clear();
    assert_eq!(why(&mut carrier, vec![forged]), (0, vec![(Refusal::BadEnvelope, false)]));
    let elsewhere = Town::founded();
    let of_elsewhere = Writer::new(&elsewhere.admin).next(&elsewhere).0;
    assert_eq!(why(&mut carrier, vec![of_elsewhere]), (0, vec![(Refusal::BadEnvelope, false)]));
    assert_eq!(why(&mut carrier, vec![]), (0, vec![(Refusal::BadFrame, true)]));
    assert_eq!(carrier.head(&town).n, 3);
}

#[test]
fn a_reader_writes_its_own_card_and_nothing_else() {
    let mut town = Town::founded();
    let (reader, editor) = (town.member(Role::Reader), town.member(Role::Editor));
    let mut carrier = Carrier::with(&town);
    let id = carrier.device(&town, &reader);
    let put = |carrier: &mut Carrier, envelope| {
        let answered = carrier.ask(id, &ToRelay::Put(vec![envelope]));
        (acks(&answered).len(), refusals(&answered))
    };
    let no = (0, vec![(Refusal::NotAllowed, false)]);
    assert_eq!(put(&mut carrier, Writer::of(&reader, town.card_of(&reader)).next(&town).0), (1, vec![]));
    assert_eq!(put(&mut carrier, Writer::new(&reader).next(&town).0), no);
    assert_eq!(put(&mut carrier, Writer::of(&reader, town.card_of(&editor)).next(&town).0), no);
    assert_eq!(put(&mut carrier, Writer::of(&editor, town.card_of(&reader)).next(&town).0), no, "another's hand");
    assert_eq!(put(&mut carrier, Writer::new(&editor).next(&town).0), no, "another's envelope");
}

#[test]
fn a_full_quota_stores_no_more_and_more_quota_stores_again() {
    let town = Town::founded();
    let mut carrier = Carrier::new(Limits { quota_bytes: 3_000, ..wide() });
    carrier.admit(&town);
    let id = carrier.device(&town, &town.admin.clone());
    let mut writer = Writer::new(&town.admin);
    let envelopes = writer.many(&town, 20);
    let answered = carrier.ask(id, &ToRelay::Put(envelopes.clone()));
    let stored = acks(&answered).len();
    assert!((1..20).contains(&stored), "{stored}");
    assert_eq!(refusals(&answered), [(Refusal::Quota, false)], "told once, not for each");
    assert!(carrier.relay.fullest() > 800);
    // A snapshot counts too.
    let parts = town.snapshot(&town.admin, carrier.head(&town), &[random_bytes(3_000)]);
    assert_eq!(refusals(&carrier.ask(id, &ToRelay::PutPart(parts[0].clone()))), [(Refusal::Quota, false)]);
    carrier.memory.set_quota(&town.space(), 1 << 20);
    let outputs = carrier.relay.host_changed().unwrap();
    carrier.take(outputs);
    let answered = carrier.ask(id, &ToRelay::Put(envelopes[stored..].to_vec()));
    assert_eq!(acks(&answered).len(), 20 - stored);
    assert!(matches!(carrier.ask(id, &ToRelay::PutPart(parts[0].clone())).as_slice(), [ToLaptop::Stands(_)]));
}

fn random_bytes(count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    common::random()(&mut bytes).unwrap();
    bytes
}

#[test]
fn what_the_host_removes_is_gone_at_once() {
    let town = Town::founded();
    let mut carrier = Carrier::with(&town);
    let id = carrier.device(&town, &town.admin.clone());
    carrier.memory.remove(&town.space());
    // Something is handed in before it is known: it is not stored.
    carrier.put(id, Writer::new(&town.admin).many(&town, 1));
    carrier.settle();
    let heard = carrier.heard(id);
    assert!(acks(&heard).is_empty() && carrier.closed.contains(&id), "{heard:?}");
    carrier.admit(&town);
    let id = carrier.device(&town, &town.admin.clone());
    carrier.memory.remove(&town.space());
    let outputs = carrier.relay.host_changed().unwrap();
    carrier.take(outputs);
    assert_eq!(refusals(&carrier.heard(id)), [(Refusal::UnknownSpace, true)]);
    assert_eq!(
        refusals(&greet_and_hear(&mut carrier, &Greeting::device(&town, &town.admin))),
        [(Refusal::UnknownSpace, false)]
    );
}

#[test]
fn who_sends_too_much_is_sent_away_and_who_waits_is_not() {
    let town = Town::founded();
    let mut carrier =
        Carrier::new(Limits { frames_per_s: 10, frames_burst: 20, needs_code: false, ..Limits::default() });
    carrier.admit(&town);
    let id = carrier.device(&town, &town.admin.clone());
    for _ in 0..300 {
        carrier.now_ms += 101;
        carrier.ask(id, &ToRelay::List(0));
    }
    assert!(!carrier.closed.contains(&id), "ten a second is what it may");
    let mut answered = Vec::new();
    for _ in 0..22 {
        answered.extend(carrier.ask(id, &ToRelay::List(0)));
    }
    assert_eq!(refusals(&answered), [(Refusal::Rate, true)]);
    let mut carrier = Carrier::new(Limits { bytes_per_s: 1_000, needs_code: false, ..Limits::default() });
    carrier.admit(&town);
    let id = carrier.device(&town, &town.admin.clone());
    let heavy = Writer::new(&town.admin).write(&town, &random_bytes(3_000)).0;
    assert_eq!(refusals(&carrier.ask(id, &ToRelay::Put(vec![heavy]))), [(Refusal::Rate, true)]);
}

#[test]
fn garbage_and_frames_out_of_place_end_the_connection() {
    let town = Town::founded();
    let mut carrier = Carrier::with(&town);
    for (bytes, greeted) in [
        (vec![], false),
        (vec![0xff; 100], false),
        (vec![0x9f; 5_000], false),
        (tovholder_protocol::encode(&ToRelay::List(0)), false),
        (vec![0x82, 0x18, 0x63, 0x80], true),
        (vec![0xff; 7 << 20], true),
    ] {
        let id = if greeted { carrier.device(&town, &town.admin.clone()) } else { carrier.connect() };
        carrier.heard(id);
        let outputs = carrier.relay.frame(id, &bytes, carrier.now_ms);
        carrier.take(outputs);
        assert_eq!(refusals(&carrier.heard(id)), [(Refusal::BadFrame, true)]);
        assert!(carrier.closed.contains(&id));
    }
    let late = carrier.connect();
    let here = carrier.device(&town, &town.admin.clone());
    let outputs = carrier.relay.close_late(carrier.now() + 11, 10);
    carrier.take(outputs);
    assert_eq!(refusals(&carrier.heard(late)), [(Refusal::Timeout, true)]);
    assert!(!carrier.closed.contains(&here));
}

#[test]
fn a_municipality_is_admitted_by_a_code_once() {
    let (town, second) = (Town::founded(), Town::founded());
    let mut carrier = Carrier::new(Limits::default());
    carrier.memory.add_code_with_quota("abc", Some(1 << 20));
    let admit = |town: &Town, code: Option<&str>| ToRelay::Admit {
        code: code.map(ToOwned::to_owned),
        entries: town.entries.clone(),
    };
    let knock = |carrier: &mut Carrier, town: &Town| {
        let id = carrier.greet(&Greeting::device(town, &town.admin));
        assert_eq!(refusals(&carrier.heard(id)), [(Refusal::UnknownSpace, false)]);
        id
    };
    for code in [None, Some("wrong"), Some("abc ")] {
        let id = knock(&mut carrier, &town);
        assert_eq!(refusals(&carrier.ask(id, &admit(&town, code))), [(Refusal::NotAdmitted, true)]);
    }
    // Another's founding, an entry cut off, somebody who is no admin.
    let id = knock(&mut carrier, &town);
    assert_eq!(refusals(&carrier.ask(id, &admit(&second, Some("abc")))), [(Refusal::BadEntry, true)]);
    let mut grown = town.clone();
    let editor = grown.member(Role::Editor);
    let id = carrier.greet(&Greeting::device(&grown, &editor));
    carrier.heard(id);
    assert_eq!(refusals(&carrier.ask(id, &admit(&grown, Some("abc")))), [(Refusal::BadEntry, true)]);
    // A commit that fails admits nobody, and the code is as good as before.
    carrier.memory.fail_next_commit();
    let id = knock(&mut carrier, &town);
    assert_eq!(refusals(&carrier.ask(id, &admit(&town, Some("abc")))), [(Refusal::Storage, true)]);
    assert_eq!(carrier.relay.sizes().0, 0);
    // Two at the same moment: one is admitted, the other is told to come again, and then that the code is used.
    let (one, two) = (knock(&mut carrier, &town), knock(&mut carrier, &second));
    let third = carrier.greet(&Greeting::device(&town, &town.admin));
    carrier.heard(third);
    carrier.send(one, &admit(&town, Some("abc")));
    carrier.send(two, &admit(&second, Some("abc")));
    carrier.send(third, &admit(&town, Some("abc")));
    assert!(carrier.heard(one).is_empty() && carrier.heard(third).is_empty(), "not before it is stored");
    carrier.settle();
    assert_eq!(welcomes(&carrier.heard(one)).len(), 1);
    assert_eq!(welcomes(&carrier.heard(third)).len(), 1, "another laptop of theirs");
    assert_eq!(refusals(&carrier.heard(two)), [(Refusal::Storage, true)]);
    let two = knock(&mut carrier, &second);
    assert_eq!(refusals(&carrier.ask(two, &admit(&second, Some("abc")))), [(Refusal::NotAdmitted, true)]);
    assert_eq!(carrier.memory.load(&town.space()).unwrap().unwrap().quota, Some(1 << 20));
}

#[test]
fn a_slow_connection_holds_no_memory_and_resumes() {
    let mut town = Town::founded();
    let editor = town.member(Role::Editor);
    let mut carrier = Carrier::with(&town);
    let (fast, slow) = (carrier.device(&town, &town.admin.clone()), carrier.device(&town, &editor));
    let mut writer = Writer::new(&town.admin);
    for _ in 0..300 {
        let envelope = writer.next(&town).0;
        carrier.put(fast, vec![envelope]);
        carrier.flush();
    }
    assert!(carrier.heard(slow).is_empty(), "nothing is queued for who does not drain");
    let part = carrier.relay.pump(slow).unwrap();
    let ToLaptop::Log { after, .. } = part.as_ref() else { panic!("{part:?}") };
    let read = numbers(std::slice::from_ref(&*part));
    let outputs = carrier.relay.too_slow(slow);
    carrier.take(outputs);
    assert_eq!(refusals(&carrier.heard(slow)), [(Refusal::TooSlow, true)]);
    let (again, welcome) = carrier.enter(&Greeting::device(&town, &editor).at(*after));
    assert!(welcome.resumed);
    carrier.pump(again);
    let rest = numbers(&carrier.heard(again));
    assert_eq!(read.into_iter().chain(rest).collect::<Vec<_>>(), (1..=300).collect::<Vec<u64>>());
}

#[test]
fn a_snapshot_is_taken_whole_and_the_newest_stays() {
    let mut town = Town::founded();
    let (reader, editor) = (town.member(Role::Reader), town.member(Role::Editor));
    let mut carrier = Carrier::with(&town);
    let id = carrier.device(&town, &editor);
    carrier.put(id, Writer::new(&editor).many(&town, 5));
    carrier.settle();
    let old = carrier.head(&town);
    let early = town.snapshot(&editor, old, &[b"early".to_vec()]);
    carrier.put(id, Writer::new(&editor).many(&town, 5));
    carrier.settle();
    let parts = town.snapshot(&editor, carrier.head(&town), &[vec![1; 9], vec![2; 9], vec![3; 9]]);
    let send = |carrier: &mut Carrier, id, part: &tovholder_protocol::SnapshotPart| {
        carrier.ask(id, &ToRelay::PutPart(part.clone()))
    };
    assert_eq!(refusals(&send(&mut carrier, id, &parts[1])), [(Refusal::Gap, false)]);
    for part in &parts[..2] {
        assert!(matches!(send(&mut carrier, id, part).as_slice(), [ToLaptop::Stands(_)]));
    }
    let new = carrier.enter(&Greeting::device(&town, &reader).quiet()).0;
    assert_eq!(carrier.ask(new, &ToRelay::GetPart(0)), [ToLaptop::Part(None)], "not before it is whole");
    send(&mut carrier, id, &parts[2]);
    assert_eq!(carrier.ask(new, &ToRelay::GetPart(2)), [ToLaptop::Part(Some(parts[2].clone()))]);
    assert_eq!(refusals(&send(&mut carrier, id, &early[0])), [(Refusal::StaleCut, false)], "an older one does not");
    let nowhere = town.snapshot(&editor, Cursor { hash: Hash([1; 32]), ..old }, &[b"x".to_vec()]);
    assert_eq!(refusals(&send(&mut carrier, id, &nowhere[0])), [(Refusal::BadEnvelope, false)]);
    let others = town.snapshot(&town.admin, carrier.head(&town), &[b"x".to_vec()]);
    assert_eq!(refusals(&send(&mut carrier, id, &others[0])), [(Refusal::BadEnvelope, false)], "another's hand");
    assert_eq!(carrier.enter(&Greeting::device(&town, &reader)).1.snapshot, 10);
}

#[test]
fn what_members_say_reaches_who_follows_once_and_the_newest_only() {
    let mut town = Town::founded();
    let editors: Vec<_> = (0..100).map(|_| town.member(Role::Editor)).collect();
    let invitation = town.invite(Role::Editor, NOW);
    let mut carrier = Carrier::with(&town);
    let head = carrier.head(&town);
    let listener = carrier.device(&town, &town.admin.clone());
    let guest = carrier.enter(&Greeting::device(&town, &invitation).as_a(Credential::Invitation)).0;
    for editor in &editors {
        let id = carrier.device(&town, editor);
        carrier.send(id, &town.say(editor, head));
        carrier.send(id, &town.say(editor, head));
    }
    let queued = carrier.heard(listener).len();
    assert_eq!(queued, 0, "a hundred who speak fill nobody's queue");
    carrier.settle();
    let said = carrier.heard(listener);
    assert_eq!(said.len(), 100, "the newest of each");
    assert!(carrier.heard(guest).is_empty(), "an invitation hears nobody");
    // Who comes later hears those who are here; who has left is not heard any more.
    carrier.relay.disconnected(listener + 2);
    let late = carrier.device(&town, &town.admin.clone());
    carrier.settle();
    assert_eq!(carrier.heard(late).iter().filter(|frame| matches!(frame, ToLaptop::Said { .. })).count(), 99);
    let forged =
        ToRelay::Say { cursor: nowhere(), sealed: vec![1; 40], signature: tovholder_protocol::Signature([1; 64]) };
    assert_eq!(refusals(&carrier.ask(late, &forged)), [(Refusal::NotAllowed, false)]);
}

#[test]
fn a_storage_that_cannot_be_read_is_no_loss() {
    let town = Town::founded();
    let mut carrier = Carrier::with(&town);
    let id = carrier.device(&town, &town.admin.clone());
    carrier.put(id, Writer::new(&town.admin).many(&town, 100));
    carrier.settle();
    let head = carrier.head(&town);
    carrier.memory.fail_reads(true);
    let greeting = Greeting::device(&town, &town.admin).at(head);
    assert_eq!(refusals(&greet_and_hear(&mut carrier, &greeting)), [(Refusal::Storage, true)]);
    assert_eq!(refusals(&carrier.ask(id, &ToRelay::List(0))), [(Refusal::Storage, true)]);
    // A commit fails, and what stands cannot be read either.
    carrier.memory.fail_reads(false);
    let (id, _) = carrier.enter(&greeting);
    let listener = carrier.device(&town, &town.admin.clone());
    carrier.put(id, Writer::new(&town.admin).many(&town, 1));
    carrier.memory.fail_next_commit();
    carrier.memory.fail_reads(true);
    carrier.settle();
    assert_eq!(refusals(&carrier.heard(id)), [(Refusal::Storage, true)]);
    assert_eq!(refusals(&carrier.heard(listener)), [(Refusal::Storage, true)]);
    assert_eq!(refusals(&greet_and_hear(&mut carrier, &greeting)), [(Refusal::Storage, true)], "not: no such space");
    carrier.memory.fail_reads(false);
    let (_, welcome) = carrier.enter(&greeting);
    assert!(welcome.resumed && welcome.head == head, "the log is the one that it was");
    // Who follows from the beginning and cannot be fed is sent away, and does not wait for ever.
    let new = carrier.device(&town, &town.admin.clone());
    carrier.memory.fail_reads(true);
    carrier.heard(new);
    carrier.pump(new);
    assert_eq!(refusals(&carrier.heard(new)), [(Refusal::Storage, true)]);
}
