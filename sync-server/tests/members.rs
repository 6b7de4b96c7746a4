//! Members come, change and go, and a relay that was restored from yesterday gets everything back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::carrier::{Carrier, acks, entries, numbers, refusals};
use common::{Greeting, NOW, Town, Writer, random, secret};
use tovholder_crypto::{DeviceSecret, Invitation};
use tovholder_protocol::{
    Credential, Cursor, Cut, Envelope, Hash, Refusal, Role, SignedEntry, ToLaptop, ToRelay, Welcome,
};

fn is_taken(frames: &[ToLaptop]) -> bool {
    frames.iter().any(|frame| matches!(frame, ToLaptop::Stands(_)))
}

fn as_invitation(town: &Town, invitation: &Invitation) -> Greeting {
    Greeting::device(town, invitation).as_a(Credential::Invitation)
}

fn knock(carrier: &mut Carrier, greeting: &Greeting) -> Vec<(Refusal, bool)> {
    let id = carrier.greet(greeting);
    carrier.settle();
    refusals(&carrier.heard(id))
}

/// An editor who has written, an admin who revokes them, and somebody who looks on.
struct Revoking {
    town: Town,
    carrier: Carrier,
    editor: DeviceSecret,
    writer: Writer,
    admin_id: u64,
    editor_id: u64,
}

fn revoking() -> Revoking {
    let mut town = Town::founded();
    let editor = town.member(Role::Editor);
    let mut carrier = Carrier::with(&town);
    let admin_id = carrier.device(&town, &town.admin.clone());
    let editor_id = carrier.device(&town, &editor);
    let mut writer = Writer::new(&editor);
    carrier.put(editor_id, writer.many(&town, 3));
    carrier.settle();
    carrier.heard(admin_id);
    carrier.heard(editor_id);
    Revoking { town, carrier, editor, writer, admin_id, editor_id }
}

#[test]
fn a_revocation_names_exactly_what_was_taken_and_closes_the_door() {
    let Revoking { mut town, mut carrier, editor, mut writer, admin_id, editor_id } = revoking();
    let right = writer.cut();
    let revoke = |carrier: &mut Carrier, town: &Town, cuts: Vec<Cut>| {
        carrier.ask(admin_id, &ToRelay::Entry(town.revocation(&town.admin, &editor, cuts)))
    };
    for stale in [
        vec![],
        vec![Cut { counter: 2, ..right }],
        vec![Cut { counter: 4, ..right }],
        vec![Cut { hash: Hash([1; 32]), ..right }],
        vec![right, Writer::new(&town.admin).cut()],
    ] {
        let answered = revoke(&mut carrier, &town, stale);
        assert_eq!(refusals(&answered), [(Refusal::StaleCut, false)]);
    }
    assert!(!carrier.closed.contains(&editor_id));
    // The editor writes on while the admin reads the cuts: they are stale, and the chain is as before.
    carrier.put(editor_id, writer.many(&town, 1));
    let answered = revoke(&mut carrier, &town, vec![right]);
    assert_eq!(refusals(&answered), [(Refusal::StaleCut, false)]);
    carrier.heard(editor_id);
    let entry = town.revocation(&town.admin, &editor, vec![writer.cut()]);
    // Handed in together with what comes too late: it is cut off.
    carrier.send(admin_id, &ToRelay::Entry(entry.clone()));
    let (late, _) = writer.clone().next(&town);
    carrier.put(editor_id, vec![late.clone()]);
    assert!(carrier.heard(editor_id).is_empty(), "not told before it is stored");
    carrier.settle();
    town.take(&entry).unwrap();
    let heard = carrier.heard(editor_id);
    assert!(acks(&heard).is_empty());
    assert_eq!(refusals(&heard).last(), Some(&(Refusal::Revoked, true)));
    assert!(carrier.closed.contains(&editor_id));
    assert_eq!(knock(&mut carrier, &Greeting::device(&town, &editor)), [(Refusal::Revoked, true)]);
    // What is theirs and came too late is refused from others too; what stood before the cut is known.
    let answered = carrier.ask(admin_id, &ToRelay::Put(vec![late]));
    assert_eq!(refusals(&answered), [(Refusal::NotAllowed, false)]);
    assert_eq!(carrier.head(&town).n, 4);
    // Handed in again, because the answer was lost: it stands.
    assert!(is_taken(&carrier.ask(admin_id, &ToRelay::Entry(entry))));
}

#[test]
fn a_revocation_that_is_not_stored_revokes_nobody() {
    let Revoking { town, mut carrier, editor, mut writer, admin_id, editor_id } = revoking();
    carrier.memory.fail_next_commit();
    carrier.send(admin_id, &ToRelay::Entry(town.revocation(&town.admin, &editor, vec![writer.cut()])));
    carrier.settle();
    assert_eq!(refusals(&carrier.heard(admin_id)), [(Refusal::Storage, true)]);
    assert!(carrier.heard(editor_id).is_empty() && !carrier.closed.contains(&editor_id));
    let (envelope, hash) = writer.next(&town);
    assert_eq!(acks(&carrier.ask(editor_id, &ToRelay::Put(vec![envelope]))), [(hash, 4)]);
}

#[test]
fn a_role_takes_and_gives_the_right_to_write() {
    let Revoking { mut town, mut carrier, editor, mut writer, admin_id, editor_id } = revoking();
    let member = town.member_of(&editor);
    let change = |town: &Town, role, cuts| ToRelay::Entry(town.chain.change_role(&town.admin, member, role, cuts, NOW));
    let down = change(&town, Role::Reader, vec![]);
    assert_eq!(refusals(&carrier.ask(admin_id, &down)), [(Refusal::StaleCut, false)]);
    let down = change(&town, Role::Reader, vec![writer.cut()]);
    assert!(is_taken(&carrier.ask(admin_id, &down)));
    let ToRelay::Entry(entry) = down else { unreachable!() };
    town.take(&entry).unwrap();
    assert_eq!(entries(&carrier.heard(editor_id)), 1, "who is concerned is told");
    assert!(!carrier.closed.contains(&editor_id), "and reads on");
    let (envelope, _) = writer.clone().next(&town);
    assert_eq!(refusals(&carrier.ask(editor_id, &ToRelay::Put(vec![envelope]))), [(Refusal::NotAllowed, false)]);
    let up = change(&town, Role::Editor, vec![]);
    assert!(is_taken(&carrier.ask(admin_id, &up)));
    let (envelope, hash) = writer.next(&town);
    assert_eq!(acks(&carrier.ask(editor_id, &ToRelay::Put(vec![envelope]))), [(hash, 4)]);
}

#[test]
fn two_entries_for_one_place_the_second_is_told_what_came_first() {
    let Revoking { town, mut carrier, editor, admin_id, editor_id, .. } = revoking();
    let (_, first) = town.invitation_by(&town.admin, Role::Editor, false, NOW);
    let (_, second) = town.invitation_by(&editor, Role::Editor, true, NOW);
    carrier.send(admin_id, &ToRelay::Entry(first.clone()));
    carrier.send(editor_id, &ToRelay::Entry(second));
    carrier.settle();
    assert!(is_taken(&carrier.heard(admin_id)));
    let heard = carrier.heard(editor_id);
    assert_eq!(refusals(&heard), [(Refusal::ChainMoved, false)]);
    let before = heard.iter().position(|frame| *frame == ToLaptop::Chain(vec![first.clone()])).unwrap();
    assert!(matches!(heard[before + 1], ToLaptop::Refused(_)), "what it must stand on comes before the no: {heard:?}");
}

#[test]
fn an_invitation_runs_out_by_the_relays_clock() {
    let mut town = Town::founded();
    let (invitation, entry) = town.invitation_by(&town.admin, Role::Editor, false, NOW);
    town.take(&entry).unwrap();
    let mut carrier = Carrier::with(&town);
    let early = carrier.enter(&as_invitation(&town, &invitation)).0;
    carrier.now_ms += 25 * 3_600 * 1_000;
    // Its laptop's clock says that it is yesterday.
    let (device, join) = town.joining(&invitation, NOW);
    assert_eq!(knock(&mut carrier, &as_invitation(&town, &invitation)), [(Refusal::Expired, true)]);
    let answered = carrier.ask(early, &ToRelay::Entry(join.clone()));
    assert_eq!(refusals(&answered), [(Refusal::Expired, true)], "who came in time and asks too late");
    // And who only sits there is put out.
    carrier.now_ms = NOW * 1_000;
    let idle = carrier.enter(&as_invitation(&town, &invitation)).0;
    let outputs = carrier.relay.close_late(NOW + 25 * 3_600, 10);
    carrier.take(outputs);
    assert_eq!(refusals(&carrier.heard(idle)), [(Refusal::Expired, true)]);
    // A member gives it back to a relay that lost it: it was taken in time, once.
    carrier.now_ms += 25 * 3_600 * 1_000;
    let admin = carrier.device(&town, &town.admin.clone());
    assert!(is_taken(&carrier.ask(admin, &ToRelay::Entry(join))));
    carrier.device(&town, &device);
}

#[test]
fn an_invitation_that_is_taken_back_or_used_ends_who_holds_it() {
    let mut town = Town::founded();
    let (one, two) = (town.invite(Role::Editor, NOW), town.invite(Role::Editor, NOW));
    let mut carrier = Carrier::with(&town);
    let admin = carrier.device(&town, &town.admin.clone());
    let first = carrier.enter(&as_invitation(&town, &one)).0;
    let withdraw = town.chain.withdraw(&town.admin, one.key(), NOW);
    assert!(is_taken(&carrier.ask(admin, &ToRelay::Entry(withdraw.clone()))));
    town.take(&withdraw).unwrap();
    assert_eq!(refusals(&carrier.heard(first)), [(Refusal::Used, true)]);
    // The same link in two hands: one joins, the other is told that it is used.
    let (third, fourth) = (carrier.enter(&as_invitation(&town, &two)).0, carrier.enter(&as_invitation(&town, &two)).0);
    let (_, join) = town.joining(&two, NOW);
    let (_, rival) = town.joining(&two, NOW);
    carrier.send(third, &ToRelay::Entry(join));
    carrier.send(fourth, &ToRelay::Entry(rival));
    carrier.settle();
    assert!(is_taken(&carrier.heard(third)) && carrier.closed.contains(&third));
    assert_eq!(refusals(&carrier.heard(fourth)).last(), Some(&(Refusal::Used, true)));
    assert_eq!(knock(&mut carrier, &as_invitation(&town, &two)), [(Refusal::Used, true)]);
}

#[test]
fn a_recovery_key_enters_and_a_renewed_one_shuts_the_old_out() {
    let mut town = Town::founded();
    let mut carrier = Carrier::with(&town);
    let by_key = |town: &Town, secret: &DeviceSecret| Greeting {
        space: tovholder_protocol::SpaceId::default(),
        ..Greeting::device(town, secret).as_a(Credential::Recovery)
    };
    let old = town.recovery.clone();
    let (id, welcome) = carrier.enter(&by_key(&town, &old));
    assert_eq!(welcome.space, town.space(), "the space is found by the key");
    let admin = carrier.device(&town, &town.admin.clone());
    let new = secret();
    let renewal = town.chain.renewal(&town.admin, &town.ring(&town.admin), &new, NOW, &mut random()).unwrap();
    carrier.memory.fail_next_commit();
    carrier.send(admin, &ToRelay::Entry(renewal.clone()));
    carrier.settle();
    assert!(!carrier.closed.contains(&id), "what is not stored shuts nobody out");
    carrier.enter(&by_key(&town, &old));
    let admin = carrier.device(&town, &town.admin.clone());
    assert!(is_taken(&carrier.ask(admin, &ToRelay::Entry(renewal.clone()))));
    town.take(&renewal).unwrap();
    assert_eq!(refusals(&carrier.heard(id)), [(Refusal::UnknownKey, true)]);
    assert_eq!(knock(&mut carrier, &by_key(&town, &old)), [(Refusal::UnknownKey, true)]);
    let id = carrier.enter(&by_key(&town, &new)).0;
    let ring = town.ring(&new);
    let device = secret();
    let entry = town.chain.recovery_entry(&device, &new, &ring, NOW, &mut random()).unwrap();
    assert!(is_taken(&carrier.ask(id, &ToRelay::Entry(entry))) && carrier.closed.contains(&id));
    carrier.device(&town, &device);
}

/// Reads the whole list, fetches everything, and answers it in order.
fn list_and_fetch(carrier: &mut Carrier, id: u64) -> Vec<(Hash, Envelope)> {
    let mut hashes = Vec::new();
    loop {
        let after = u64::try_from(hashes.len()).unwrap();
        let answered = carrier.ask(id, &ToRelay::List(after));
        let [ToLaptop::Hashes { first, hashes: more, .. }] = answered.as_slice() else { panic!("{answered:?}") };
        assert_eq!(*first, after + 1);
        if more.is_empty() {
            break;
        }
        hashes.extend(more.iter().copied());
    }
    let mut missing: Vec<u64> = (1..=u64::try_from(hashes.len()).unwrap()).collect();
    let mut found = Vec::new();
    while !missing.is_empty() {
        let answered = carrier.ask(id, &ToRelay::Fetch(missing.clone()));
        let [ToLaptop::Envelopes(envelopes)] = answered.as_slice() else { panic!("{answered:?}") };
        assert!(!envelopes.is_empty());
        missing.retain(|n| envelopes.iter().all(|(number, _)| number != n));
        found.extend(envelopes.iter().map(|(n, one)| (hashes[usize::try_from(*n).unwrap() - 1], one.clone())));
    }
    found
}

#[test]
fn a_relay_restored_from_yesterday_begins_another_log_and_gets_everything_back() {
    let mut town = Town::founded();
    let editor = town.member(Role::Editor);
    let mut carrier = Carrier::with(&town);
    let (one, two) = (carrier.device(&town, &town.admin.clone()), carrier.device(&town, &editor));
    let (mut ours, mut theirs) = (Writer::new(&town.admin), Writer::new(&editor));
    let mut all: Vec<Envelope> = Vec::new();
    let write = |carrier: &mut Carrier, all: &mut Vec<Envelope>, id, envelopes: Vec<Envelope>| {
        all.extend(envelopes.iter().cloned());
        carrier.put(id, envelopes);
        carrier.settle();
    };
    write(&mut carrier, &mut all, one, ours.many(&town, 5));
    write(&mut carrier, &mut all, two, theirs.many(&town, 5));
    let yesterday = carrier.memory.copy();
    let at_ten = carrier.head(&town);
    write(&mut carrier, &mut all, one, ours.many(&town, 5));
    // Today somebody joined, wrote, and the editor was revoked.
    let newcomer = town.member(Role::Editor);
    let since: Vec<SignedEntry> = town.entries[town.entries.len() - 2..].to_vec();
    for entry in &since {
        assert!(is_taken(&carrier.ask(one, &ToRelay::Entry(entry.clone()))));
    }
    let third = carrier.device(&town, &newcomer);
    let mut news = Writer::new(&newcomer);
    write(&mut carrier, &mut all, third, news.many(&town, 5));
    let revocation = town.revocation(&town.admin, &editor, vec![theirs.cut()]);
    assert!(is_taken(&carrier.ask(one, &ToRelay::Entry(revocation.clone()))));
    town.take(&revocation).unwrap();
    let today = carrier.head(&town);

    carrier.memory.bring_back(&yesterday);
    carrier.restart();
    // Somebody who had read no further resumes, and nothing is lost for them.
    let before = Greeting {
        chain: tovholder_protocol::ChainPoint { length: 1, ..Default::default() },
        ..Greeting::device(&town, &town.admin)
    };
    let (lagging, welcome) = carrier.enter(&before.at(at_ten));
    assert!(welcome.resumed);
    // The revoked device comes first, writes on, and begins anew: this relay knows no better.
    let thief = carrier.device(&town, &editor);
    carrier.put(thief, theirs.clone().many(&town, 2));
    carrier.put(thief, Writer::new(&editor).many(&town, 1));
    carrier.settle();
    carrier.heard(lagging);
    // Then one who has read on: its signed cursor tells that something was lost.
    let id = carrier.greet(&Greeting::device(&town, &town.admin).at(today));
    assert!(carrier.heard(id).is_empty(), "another run begins, and nobody is let in before it is stored");
    carrier.settle();
    let heard = carrier.heard(id);
    let [ToLaptop::Welcome(Welcome { resumed: false, head, chain, .. })] = heard.as_slice() else {
        panic!("{heard:?}")
    };
    assert_ne!(head.log, today.log);
    assert_eq!(carrier.relay.counted().runs, 1, "the host can see it");
    assert!(chain.length < town.chain.point().length);
    let told = carrier.heard(lagging);
    assert!(
        told.iter().any(
            |frame| matches!(frame, ToLaptop::Welcome(Welcome { resumed: false, head: new, .. }) if new.log == head.log)
        ),
        "who follows the old run is told: {told:?}"
    );
    // It gives back the chain, the revocation too: what the thief wrote since is beyond its cut.
    for entry in since.iter().chain([&revocation]) {
        let answered = carrier.ask(id, &ToRelay::Entry(entry.clone()));
        assert!(is_taken(&answered), "{answered:?}");
    }
    let other = carrier.device(&town, &newcomer);
    assert!(is_taken(&carrier.ask(other, &ToRelay::Entry(revocation))), "given back twice, it stands");
    assert!(carrier.closed.contains(&thief));
    // It reads the list, and hands in what is missing; other people's too.
    let there = list_and_fetch(&mut carrier, id);
    let missing: Vec<Envelope> =
        all.iter().filter(|one| there.iter().all(|(_, known)| known != *one)).cloned().collect();
    assert_eq!(missing.len(), 10);
    let answered = carrier.ask(id, &ToRelay::Put(missing));
    assert_eq!(acks(&answered).len(), 10, "{answered:?}");
    let now = carrier.head(&town);
    assert_eq!(carrier.ask(id, &ToRelay::Follow(now)), []);
    // Everybody who follows from the list gets the rest, and so does who comes anew.
    let new = carrier.device(&town, &newcomer);
    carrier.pump(new);
    let heard = carrier.heard(new);
    assert_eq!(numbers(&heard), (1..=now.n).collect::<Vec<_>>());
    let there = list_and_fetch(&mut carrier, id);
    assert!(all.iter().all(|one| there.iter().any(|(_, known)| known == one)), "everything is back");
    // A second one who comes with the old run's cursor begins no third.
    let (_, welcome) = carrier.enter(&Greeting::device(&town, &newcomer).at(today));
    assert!(!welcome.resumed);
    assert_eq!(welcome.head.log, head.log);
}

#[test]
fn only_a_loss_begins_another_log() {
    let mut town = Town::founded();
    let invitation = town.invite(Role::Editor, NOW);
    let mut carrier = Carrier::with(&town);
    let id = carrier.device(&town, &town.admin.clone());
    carrier.put(id, Writer::new(&town.admin).many(&town, 3));
    carrier.settle();
    let head = carrier.head(&town);
    // Another relay's log, and an invitation's word: nothing was lost here.
    let elsewhere = Cursor { log: tovholder_protocol::LogId([9; 16]), ..head };
    assert!(!carrier.enter(&Greeting::device(&town, &town.admin).at(elsewhere)).1.resumed);
    let beyond = Cursor { n: 9, ..head };
    assert!(!carrier.enter(&as_invitation(&town, &invitation).at(beyond)).1.resumed);
    assert_eq!(carrier.head(&town).log, head.log);
    // What is on its way to the disk is no loss either.
    let mut writer = Writer::new(&town.admin);
    carrier.put(id, writer.many(&town, 1));
    let batch = carrier.relay.take_batch();
    let coming = Cursor { n: 4, ..head };
    let hasty = carrier.greet(&Greeting::device(&town, &town.admin).at(coming));
    assert!(carrier.heard(hasty).iter().any(|frame| matches!(frame, ToLaptop::Welcome(welcome) if !welcome.resumed)));
    let outputs = carrier.relay.committed(batch, &Ok(()), NOW);
    carrier.take(outputs);
    carrier.settle();
    assert_eq!(carrier.head(&town).log, head.log);
    // A member that says so while connected is as good as one that comes.
    let listener = carrier.device(&town, &town.admin.clone());
    let head = carrier.head(&town);
    carrier.pump(listener);
    carrier.heard(listener);
    carrier.send(id, &town.say(&town.admin, Cursor { n: 50, ..head }));
    carrier.settle();
    assert_ne!(carrier.head(&town).log, head.log);
    for one in [id, listener] {
        let told = carrier.heard(one);
        assert!(told.iter().any(|frame| matches!(frame, ToLaptop::Welcome(Welcome { resumed: false, .. }))));
    }
    // A run that is not stored begins nothing.
    let head = carrier.head(&town);
    carrier.memory.fail_next_commit();
    let id = carrier.greet(&Greeting::device(&town, &town.admin).at(Cursor { n: 50, ..head }));
    carrier.settle();
    assert_eq!(refusals(&carrier.heard(id)), [(Refusal::Storage, true)]);
    assert_eq!(carrier.head(&town).log, head.log);
}

#[test]
fn only_a_place_that_stands_is_followed_from() {
    let town = Town::founded();
    let mut carrier = Carrier::with(&town);
    let id = carrier.enter(&Greeting::device(&town, &town.admin).quiet()).0;
    carrier.ask(id, &ToRelay::Put(Writer::new(&town.admin).many(&town, 3)));
    let head = carrier.head(&town);
    for wrong in [
        Cursor { hash: Hash([1; 32]), ..head },
        Cursor { n: 4, ..head },
        Cursor { log: tovholder_protocol::LogId([9; 16]), ..head },
        Cursor { n: 0, hash: Hash([1; 32]), ..head },
    ] {
        let answered = carrier.ask(id, &ToRelay::Follow(wrong));
        assert!(
            matches!(answered.as_slice(), [ToLaptop::Welcome(Welcome { resumed: false, head: told, .. })] if *told == head),
            "{wrong:?}: {answered:?}"
        );
    }
    let begin = Cursor { n: 0, hash: Hash::default(), ..head };
    assert_eq!(numbers(&carrier.ask(id, &ToRelay::Follow(begin))), [1, 2, 3]);
}
