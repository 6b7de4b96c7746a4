//! Who may what: every key × every frame and every route, each with its expected answer.
//!
//! The frames are named by a `match` without a wildcard: a new one does not compile until it has a name here, and fails the
//! test until each of its cells says what is to be answered. The routes come from the router itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;

use common::carrier::{Carrier, wide};
use common::{Greeting, NOW, Town, Writer, directory, random, secret};
use tovholder_crypto::{DeviceSecret, Invitation};
use tovholder_protocol::{Credential, Cut, Hash, LogId, Refusal, Role, Signature, ToLaptop, ToRelay};
use tovholder_sync_server::config::{Admission, Config};
use tovholder_sync_server::door::{Route, serve};
use tovholder_sync_server::log::{Memory, Sqlite, Storage, Store, Yesterday};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($one:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        enum $name { $($one),* }
        impl $name {
            const ALL: &[Self] = &[$(Self::$one),*];
        }
    };
}

named! {
    /// With which key somebody comes.
    Who { Nobody, Unknown, Revoked, Elsewhere, Reader, Editor, Admin, Invitation, Recovery }
}

macro_rules! kinds {
    ($($one:ident: $pattern:pat),* $(,)?) => {
        named! {
            /// Every frame that a laptop may send.
            Kind { $($one),* }
        }
        /// Without a wildcard: a new frame must be named.
        fn kind_of(frame: &ToRelay) -> Kind {
            match frame { $($pattern => Kind::$one),* }
        }
    };
}

kinds! {
    Hello: ToRelay::Hello { .. },
    Admit: ToRelay::Admit { .. },
    Put: ToRelay::Put(_),
    Entry: ToRelay::Entry(_),
    List: ToRelay::List(_),
    Fetch: ToRelay::Fetch(_),
    Follow: ToRelay::Follow(_),
    Say: ToRelay::Say { .. },
    PutPart: ToRelay::PutPart(_),
    GetPart: ToRelay::GetPart(_),
    PutCalendar: ToRelay::PutCalendar { .. },
}

named! {
    /// What is sent: each frame, some of them in several ways.
    Case {
        Hello, HelloAgain, Admit, PutProject, PutOwnCard, PutOthers, EntryInvite, EntryOwnDevice, EntryWithdraw, EntryJoin,
        EntryChange, EntryRevoke, EntryRenew, EntryRecover, List, Fetch, Follow, Say, PutPart, GetPart,
        PutCalendar, PutPage,
    }
}

/// What comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Welcome,
    Acks,
    Stands,
    Hashes,
    Envelopes,
    Log,
    Part,
    /// Taken, and nothing is to be said of it.
    Silence,
    /// No; the connection stays.
    No(Refusal),
    /// No, and the connection ends.
    End(Refusal),
    /// The hello was refused by this, and the connection had ended before.
    Out(Refusal),
}

use Answer::{Acks, End, Envelopes, Hashes, Log, No, Out, Part, Silence, Stands, Welcome};
use Refusal::{BadFrame, NotAllowed, UnknownKey};

/// The columns stand in the order of [`Who`].
const FRAMES: &[(Case, [Answer; 9])] = {
    const BAD: Answer = End(BadFrame);
    const STRANGER: Answer = Out(UnknownKey);
    const REVOKED: Answer = Out(Refusal::Revoked);
    const NOT: Answer = No(NotAllowed);
    &[
        // Nobody, Unknown, Revoked, Elsewhere, Reader, Editor, Admin, Invitation, Recovery
        (
            Case::Hello,
            [
                End(UnknownKey),
                End(UnknownKey),
                End(Refusal::Revoked),
                End(UnknownKey),
                Welcome,
                Welcome,
                Welcome,
                Welcome,
                Welcome,
            ],
        ),
        (Case::HelloAgain, [STRANGER, STRANGER, REVOKED, STRANGER, BAD, BAD, BAD, BAD, BAD]),
        (Case::Admit, [BAD, STRANGER, REVOKED, STRANGER, BAD, BAD, BAD, BAD, BAD]),
        (Case::PutProject, [BAD, STRANGER, REVOKED, STRANGER, NOT, Acks, Acks, NOT, NOT]),
        (Case::PutOwnCard, [BAD, STRANGER, REVOKED, STRANGER, Acks, Acks, Acks, NOT, NOT]),
        (Case::PutOthers, [BAD, STRANGER, REVOKED, STRANGER, NOT, Acks, Acks, NOT, NOT]),
        (Case::EntryInvite, [BAD, STRANGER, REVOKED, STRANGER, NOT, NOT, Stands, NOT, NOT]),
        (Case::EntryOwnDevice, [BAD, STRANGER, REVOKED, STRANGER, Stands, Stands, Stands, NOT, NOT]),
        (Case::EntryWithdraw, [BAD, STRANGER, REVOKED, STRANGER, NOT, NOT, Stands, NOT, NOT]),
        // Signed by the invitation's secret: any member may hand in what another signed.
        (Case::EntryJoin, [BAD, STRANGER, REVOKED, STRANGER, Stands, Stands, Stands, Stands, NOT]),
        (Case::EntryChange, [BAD, STRANGER, REVOKED, STRANGER, NOT, NOT, Stands, NOT, NOT]),
        (Case::EntryRevoke, [BAD, STRANGER, REVOKED, STRANGER, NOT, NOT, Stands, NOT, NOT]),
        (Case::EntryRenew, [BAD, STRANGER, REVOKED, STRANGER, NOT, NOT, Stands, NOT, NOT]),
        (Case::EntryRecover, [BAD, STRANGER, REVOKED, STRANGER, Stands, Stands, Stands, NOT, Stands]),
        (Case::List, [BAD, STRANGER, REVOKED, STRANGER, Hashes, Hashes, Hashes, Hashes, Hashes]),
        (Case::Fetch, [BAD, STRANGER, REVOKED, STRANGER, Envelopes, Envelopes, Envelopes, Envelopes, Envelopes]),
        (Case::Follow, [BAD, STRANGER, REVOKED, STRANGER, Log, Log, Log, Log, Log]),
        (Case::Say, [BAD, STRANGER, REVOKED, STRANGER, Silence, Silence, Silence, NOT, NOT]),
        (Case::PutPart, [BAD, STRANGER, REVOKED, STRANGER, NOT, Stands, Stands, NOT, NOT]),
        (Case::GetPart, [BAD, STRANGER, REVOKED, STRANGER, Part, Part, Part, Part, Part]),
        (Case::PutCalendar, [BAD, STRANGER, REVOKED, STRANGER, NOT, Stands, Stands, NOT, NOT]),
        // A relay is no place for anything but calendars.
        (Case::PutPage, [BAD, STRANGER, REVOKED, STRANGER, NOT, BAD, BAD, NOT, NOT]),
    ]
};

/// A relay with a town, another town, and somebody of each kind.
struct World {
    town: Town,
    elsewhere: Town,
    reader: DeviceSecret,
    editor: DeviceSecret,
    revoked: DeviceSecret,
    unknown: DeviceSecret,
    invitation: Invitation,
    /// Written by the editor, and not handed in.
    waiting: tovholder_protocol::Envelope,
    disk: Yesterday,
}

impl World {
    fn new() -> Self {
        let mut town = Town::founded();
        let (reader, editor) = (town.member(Role::Reader), town.member(Role::Editor));
        let revoked = town.member(Role::Editor);
        let entry = town.revocation(&town.admin, &revoked, vec![]);
        town.take(&entry).unwrap();
        let invitation = town.invite(Role::Editor, NOW);
        let elsewhere = Town::founded();
        let mut carrier = Carrier::with(&town);
        carrier.admit(&elsewhere);
        let admin = carrier.device(&town, &town.admin.clone());
        let envelopes = Writer::new(&town.admin).many(&town, 3);
        carrier.put(admin, envelopes);
        carrier.settle();
        let parts = town.snapshot(&town.admin, carrier.head(&town), &[b"what stands".to_vec()]);
        carrier.send(admin, &ToRelay::PutPart(parts[0].clone()));
        carrier.settle();
        let waiting = Writer::new(&editor).next(&town).0;
        let disk = carrier.memory.copy();
        Self { town, elsewhere, reader, editor, revoked, unknown: secret(), invitation, waiting, disk }
    }

    /// As it was in the beginning.
    fn relay(&self) -> Carrier {
        let mut carrier = Carrier::new(wide());
        let memory: &Arc<Memory> = &carrier.memory;
        memory.bring_back(&self.disk);
        carrier.restart();
        carrier
    }

    fn key(&self, who: Who) -> DeviceSecret {
        match who {
            Who::Nobody | Who::Unknown => self.unknown.clone(),
            Who::Revoked => self.revoked.clone(),
            Who::Elsewhere => self.elsewhere.admin.clone(),
            Who::Reader => self.reader.clone(),
            Who::Editor => self.editor.clone(),
            Who::Admin => self.town.admin.clone(),
            Who::Invitation => self.invitation.clone(),
            Who::Recovery => self.town.recovery.clone(),
        }
    }

    fn greeting(&self, who: Who) -> Greeting {
        let greeting = Greeting::device(&self.town, &self.key(who)).quiet();
        match who {
            Who::Invitation => greeting.as_a(Credential::Invitation),
            Who::Recovery => {
                Greeting { space: tovholder_protocol::SpaceId::default(), ..greeting.as_a(Credential::Recovery) }
            }
            _ => greeting,
        }
    }

    /// The member that signs what this one would sign; the admin's own frames in the hands of who is none.
    fn signer(&self, who: Who) -> DeviceSecret {
        match who {
            Who::Reader | Who::Editor | Who::Admin => self.key(who),
            _ => self.town.admin.clone(),
        }
    }

    fn frame(&self, carrier: &mut Carrier, case: Case, who: Who) -> ToRelay {
        let (town, by) = (&self.town, self.signer(who));
        let now = carrier.now();
        let head = carrier.head(town);
        let ring = town.ring(&by);
        match case {
            Case::Hello | Case::HelloAgain => {
                let ToRelay::Hello { hello, .. } = self.greeting(who).frame(&tovholder_protocol::Nonce([9; 32])) else {
                    unreachable!()
                };
                ToRelay::Hello { hello, signature: Signature([0; 64]) }
            }
            Case::Admit => ToRelay::Admit { code: Some("code".to_owned()), entries: town.entries.clone() },
            Case::PutProject => ToRelay::Put(vec![Writer::new(&by).next(town).0]),
            Case::PutOwnCard => ToRelay::Put(vec![Writer::of(&by, town.card_of(&by)).next(town).0]),
            Case::PutOthers => ToRelay::Put(vec![self.waiting.clone()]),
            Case::EntryInvite => ToRelay::Entry(town.invitation_by(&by, Role::Editor, false, now).1),
            Case::EntryOwnDevice => ToRelay::Entry(town.invitation_by(&by, Role::Editor, true, now).1),
            Case::EntryWithdraw => ToRelay::Entry(town.chain.withdraw(&by, self.invitation.key(), now)),
            Case::EntryJoin => ToRelay::Entry(town.joining(&self.invitation, now).1),
            Case::EntryChange => {
                let member = town.member_of(&self.reader);
                ToRelay::Entry(town.chain.change_role(&by, member, Role::Editor, vec![], now))
            }
            Case::EntryRevoke => {
                let of = if who == Who::Editor { &self.reader } else { &self.editor };
                let devices = if who == Who::Reader { vec![town.admin.key()] } else { vec![of.key()] };
                let entry = town.chain.revocation(&by, &ring, devices, Vec::<Cut>::new(), now, &mut random());
                ToRelay::Entry(entry.unwrap())
            }
            Case::EntryRenew => ToRelay::Entry(town.chain.renewal(&by, &ring, &secret(), now, &mut random()).unwrap()),
            Case::EntryRecover => {
                let ring = town.ring(&town.recovery);
                let entry = town.chain.recovery_entry(&secret(), &town.recovery, &ring, now, &mut random());
                ToRelay::Entry(entry.unwrap())
            }
            Case::List => ToRelay::List(0),
            Case::Fetch => ToRelay::Fetch(vec![1, 3]),
            Case::Follow => ToRelay::Follow(tovholder_protocol::Cursor { n: 0, hash: Hash::default(), ..head }),
            Case::Say => town.say(&by, head),
            Case::PutPart => ToRelay::PutPart(town.snapshot(&by, head, &[b"what stands".to_vec()])[0].clone()),
            Case::GetPart => ToRelay::GetPart(0),
            Case::PutCalendar => ToRelay::PutCalendar { text: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n".to_vec() },
            Case::PutPage => ToRelay::PutCalendar { text: b"<script>".to_vec() },
        }
    }

    /// What is answered to this.
    fn answer(&self, case: Case, who: Who) -> Answer {
        let mut carrier = self.relay();
        let frame = self.frame(&mut carrier, case, who);
        let id = match (who, case) {
            (Who::Nobody, Case::HelloAgain) => {
                let id = carrier.connect();
                carrier.send(id, &frame);
                id
            }
            (Who::Nobody, _) => carrier.connect(),
            _ => carrier.greet(&self.greeting(who)),
        };
        carrier.settle();
        let greeted = carrier.heard(id);
        if case == Case::Hello && who != Who::Nobody {
            return answer_of(&greeted);
        }
        if let (true, End(why)) = (carrier.closed.contains(&id), answer_of(&greeted)) {
            let answered = carrier.ask(id, &frame);
            assert!(answered.is_empty(), "{case:?} of {who:?}, who is out, is answered by {answered:?}");
            return Out(why);
        }
        let answered = carrier.ask(id, &frame);
        let answer = answer_of(&answered);
        assert_eq!(matches!(answer, End(_)), carrier.closed.contains(&id) && answer != Stands, "{case:?} {who:?}");
        answer
    }
}

fn answer_of(frames: &[ToLaptop]) -> Answer {
    let last = frames.iter().rev().find(|frame| !matches!(frame, ToLaptop::Chain(_) | ToLaptop::Challenge { .. }));
    match last {
        None => Silence,
        Some(ToLaptop::Welcome(_)) => Welcome,
        Some(ToLaptop::Acks(_)) => Acks,
        Some(ToLaptop::Stands(_)) => Stands,
        Some(ToLaptop::Hashes { hashes, .. }) if hashes.len() == 3 => Hashes,
        Some(ToLaptop::Envelopes(envelopes)) if envelopes.len() == 2 => Envelopes,
        Some(ToLaptop::Log { items, .. }) if items.len() == 3 => Log,
        Some(ToLaptop::Part(Some(_))) => Part,
        Some(ToLaptop::Refused(refused)) if refused.closing => End(refused.why),
        Some(ToLaptop::Refused(refused)) => No(refused.why),
        Some(other) => panic!("no answer: {other:?}"),
    }
}

#[test]
fn every_key_and_every_frame_has_its_answer() {
    let world = World::new();
    let mut wrong = Vec::new();
    let mut kinds = BTreeSet::new();
    for case in Case::ALL {
        let mut rows = FRAMES.iter().filter(|(named, _)| named == case);
        let (Some((_, row)), None) = (rows.next(), rows.next()) else { panic!("{case:?} has no row, or two") };
        assert_eq!(row.len(), Who::ALL.len(), "{case:?} has not a cell for each key");
        for (who, expected) in Who::ALL.iter().zip(row) {
            kinds.insert(kind_of(&world.frame(&mut world.relay(), *case, *who)));
            let answered = world.answer(*case, *who);
            if answered != *expected {
                wrong.push(format!("{case:?} of {who:?}: {answered:?}, and not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let missing: Vec<&Kind> = Kind::ALL.iter().filter(|kind| !kinds.contains(kind)).collect();
    assert!(missing.is_empty(), "nobody sends {missing:?}");
}

#[test]
fn another_municipality_reaches_nothing_through_its_own_door() {
    let world = World::new();
    let mut carrier = world.relay();
    for case in Case::ALL {
        let id = carrier.device(&world.elsewhere, &world.elsewhere.admin.clone());
        let frame = world.frame(&mut carrier, *case, Who::Admin);
        for answered in carrier.ask(id, &frame) {
            match answered {
                ToLaptop::Hashes { hashes, .. } => assert!(hashes.is_empty(), "{case:?}"),
                ToLaptop::Envelopes(envelopes) => assert!(envelopes.is_empty(), "{case:?}"),
                ToLaptop::Part(part) => assert!(part.is_none(), "{case:?}"),
                ToLaptop::Chain(entries) => {
                    assert!(entries.iter().all(|entry| world.elsewhere.entries.contains(entry)), "{case:?}");
                }
                ToLaptop::Welcome(welcome) => assert_eq!(welcome.head.n, 0),
                // Its own calendar, in its own place.
                ToLaptop::Stands(_) if *case == Case::PutCalendar => {}
                // What is of the others' space is not of its own.
                ToLaptop::Refused(refused) => assert_ne!(refused.why, Refusal::Storage, "{case:?}"),
                other => panic!("{case:?}: {other:?}"),
            }
        }
    }
    assert_eq!(carrier.head(&world.town).n, 3);
    assert_eq!(carrier.head(&world.elsewhere).n, 0);
    assert_eq!(carrier.memory.calendar(&world.town.space()).unwrap(), None);
    assert!(carrier.memory.calendar(&world.elsewhere.space()).unwrap().is_some());
}

/// What a plain request is answered, and whether a WebSocket is spoken there. No route asks for a key: who one is, is said
/// in the first frame.
const ROUTES: &[(Route, u16, bool)] = &[
    (Route::Root, 426, true),
    (Route::Sync, 426, true),
    (Route::Healthz, 200, false),
    (Route::Readyz, 200, false),
    (Route::Metrics, 200, false),
    // Of a space that shows none.
    (Route::Calendar, 404, false),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_key_and_every_route_has_its_answer() {
    let world = World::new();
    let dir = directory("matrix");
    let storage = Sqlite::open(&dir).unwrap();
    for town in [&world.town, &world.elsewhere] {
        let admit = Store::Admit { log: LogId::default(), entries: town.entries.clone(), code: None };
        storage.commit(&vec![(town.space(), admit)]).unwrap();
    }
    let config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        data_dir: dir,
        admission: Admission::Open,
        ..Config::default()
    };
    let serving = serve(config).await.unwrap();
    let address = serving.address.strip_prefix("ws://").unwrap().to_owned();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(serving.until(async move { drop(stopped.await) }));
    let hello = FRAMES.iter().find(|(case, _)| *case == Case::Hello).unwrap().1;
    for route in Route::ALL {
        let mut rows = ROUTES.iter().filter(|(named, ..)| *named == route);
        let (Some((_, status, speaks)), None) = (rows.next(), rows.next()) else { panic!("{route:?} has no row") };
        assert_eq!(plain(&address, "GET", route.path()).await, *status, "{route:?}");
        assert_eq!(plain(&address, "POST", route.path()).await, 405, "{route:?}");
        assert_eq!(plain(&address, "DELETE", route.path()).await, 405, "{route:?}");
        for (who, expected) in Who::ALL.iter().zip(hello) {
            let answered = upgraded(&address, route.path(), &world, *who).await;
            assert_eq!(answered, speaks.then_some(expected), "{route:?} of {who:?}");
        }
    }
    // A calendar is there for anybody once its space shows one, and for no other space.
    let calendar = |town: &Town| tovholder_protocol::calendar_path(&town.space());
    assert_eq!(plain(&address, "GET", &calendar(&world.town)).await, 404);
    storage.commit(&vec![(world.town.space(), Store::Calendar(b"BEGIN:VCALENDAR".to_vec()))]).unwrap();
    assert_eq!(plain(&address, "GET", &calendar(&world.town)).await, 200);
    assert_eq!(plain(&address, "GET", &calendar(&world.elsewhere)).await, 404);
    for path in ["/admin", "/sync/", "/metrics/x", "//", "/../relay.db", "/kalender/x.ics", "/kalender/.ics"] {
        assert_eq!(plain(&address, "GET", path).await, 404, "{path}");
    }
    stop.send(()).unwrap();
    running.await.unwrap();
}

async fn plain(address: &str, method: &str, path: &str) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("{method} {path} HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Speaks WebSocket, and says hello; none when no WebSocket is spoken there.
async fn upgraded(address: &str, path: &str, world: &World, who: Who) -> Option<Answer> {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::Message;
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(format!("ws://{address}{path}"), stream).await.ok()?;
    let mut heard = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Binary(bytes) = message else { break };
        let frame: ToLaptop = tovholder_protocol::decode(&bytes, usize::MAX).unwrap();
        if let ToLaptop::Challenge { nonce, .. } = &frame {
            let mut hello = world.greeting(who).frame(nonce);
            if let (Who::Nobody, ToRelay::Hello { signature, .. }) = (who, &mut hello) {
                *signature = Signature([0; 64]);
            }
            socket.send(Message::Binary(tovholder_protocol::encode(&hello).into())).await.unwrap();
            continue;
        }
        let welcome = matches!(frame, ToLaptop::Welcome(_));
        heard.push(frame);
        if welcome {
            break;
        }
    }
    Some(answer_of(&heard))
}
