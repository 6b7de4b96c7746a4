//! Where this laptop stands, in the words of the status line.

use std::collections::BTreeMap;

use tovholder_protocol::{DeviceKey, MemberId, Role};
use tovholder_store::sharing::Alarm;
use tovholder_sync::{Phase, Proof, Why};

use super::members::{behind, name_of, role_view};
use super::{CONNECTED_AT, RELAY, SYNCED_AT};
use crate::error::{AppResult, Code};
use crate::history::rfc3339;
use crate::view::{HeardFrom, MemberRole, Missing, NoArgs, SyncState, SyncStatus};
use crate::{App, lock};

/// The word of what was set aside because its author had no right to write.
pub(crate) const SET_ASIDE: &str = "set_aside";

/// How long it is said (s): a month, in which whoever wrote it is asked about it.
const SET_ASIDE_SAID_S: i64 = 30 * 24 * 3_600;

/// A reason's word in the catalogue, under `missing`.
pub(crate) fn word(why: Why) -> &'static str {
    match why {
        Why::Unreachable => "unreachable",
        Why::CaptivePortal => "captive_portal",
        Why::Certificate => "tls",
        Why::Clock => "clock",
        Why::Version => "version",
        Why::UnknownSpace => "unknown_space",
        Why::UnknownKey => "unknown_key",
        Why::Quota => "quota",
        Why::Revoked => "revoked",
        Why::ReadOnly => "read_only",
        Why::Waiting => "waiting",
        Why::Behind => "behind",
        Why::Unchecked => "unchecked",
        Why::Parked => "parked",
        Why::Sealed => "sealed",
        Why::Refused => "refused_change",
        Why::Fork => "fork",
        Why::LogDiffers => "log_differs",
        Why::MembershipFork => "membership_fork",
    }
}

pub(crate) fn notes(why: &[(Why, u32)]) -> Vec<Missing> {
    why.iter()
        .map(|(why, count)| Missing { code: word(*why).to_owned(), count: *count, detail: String::new() })
        .collect()
}

/// What the background's conversation says, for a status line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub state: SyncState,
    pub done: u32,
    pub total: u32,
    pub missing: Vec<Missing>,
    pub next_try_at: Option<i64>,
    /// Members that said lately that they are connected, and where they are.
    pub present: Vec<(DeviceKey, String)>,
}

/// Reads a conversation's engine.
pub(crate) fn seen(exchange: &super::Exchange, now_ms: i64) -> Seen {
    let engine = exchange.engine();
    let proof = engine.proof();
    let progress = engine.progress();
    let standing = engine.standing();
    let state = match (engine.phase(), &proof) {
        (_, Proof::Synced) => SyncState::Synced,
        (Phase::Stopped(Why::Revoked), _) => SyncState::Revoked,
        (Phase::Stopped(_), _) => SyncState::Alarm,
        (Phase::Resting { .. }, _) => SyncState::Offline,
        (Phase::Connecting { .. } | Phase::Greeting { .. }, _) => SyncState::Connecting,
        (_, Proof::Not(why)) if why.iter().any(|(why, _)| matches!(why, Why::Fork | Why::LogDiffers)) => {
            SyncState::Alarm
        }
        (Phase::Fetching { .. } | Phase::Listing { .. }, _) => SyncState::Syncing,
        (Phase::Live, Proof::Not(why)) => {
            let moving = why.iter().all(|(why, _)| matches!(why, Why::Waiting | Why::Behind));
            if moving || progress.is_some() { SyncState::Syncing } else { SyncState::Incomplete }
        }
    };
    let (done, total) = progress.unwrap_or((0, u64::from(standing.waiting)));
    let mut missing = match proof {
        Proof::Synced => Vec::new(),
        Proof::Not(why) => notes(&why),
    };
    missing.extend(notes(&engine.notes()));
    let next_try_at = match engine.phase() {
        Phase::Resting { until } => Some(until.div_euclid(1_000)),
        _ => None,
    };
    let fresh = exchange.said().iter().filter(|(_, at, _)| now_ms - at < super::present::FRESH_MS);
    Seen {
        state,
        done: u32::try_from(done).unwrap_or(u32::MAX),
        total: u32::try_from(total).unwrap_or(u32::MAX),
        missing,
        next_try_at,
        present: fresh.map(|(device, _, place)| (*device, place.project.clone())).collect(),
    }
}

impl App {
    /// Where this laptop stands with the others.
    pub fn sync_status(&self, _: NoArgs) -> AppResult<SyncStatus> {
        let relay = self.setting(RELAY).unwrap_or_default();
        let space = match self.space() {
            // Without the key nothing is sent; what is here is read and written all the same.
            Err(error) if error.code == Code::DeviceKey => {
                let waiting = self.read(tovholder_store::Reader::sharing_counts)?.waiting;
                let missing = vec![Missing { code: "device_key".to_owned(), count: 1, detail: error.detail }];
                return Ok(SyncStatus { state: SyncState::Alarm, relay, waiting, missing, ..SyncStatus::default() });
            }
            other => other?,
        };
        let standing = self.standing()?;
        let role = space.as_ref().and_then(|space| space.role()).map_or(MemberRole::Admin, role_view);
        let at = |key: &str| self.setting(key).and_then(|at| at.parse().ok()).map(rfc3339);
        if relay.is_empty() {
            return Ok(SyncStatus { waiting: standing.waiting, role, ..SyncStatus::default() });
        }
        let revoked = self.is_shut_out()?;
        let seen = lock(&self.sharing.seen).clone().unwrap_or_else(|| Seen {
            state: if revoked { SyncState::Revoked } else { SyncState::Offline },
            missing: Self::missing_at_rest(&standing),
            ..Seen::default()
        });
        let mut heard = Vec::new();
        if let Some(space) = &space {
            heard = self.heard_from(space, &seen)?;
        }
        let counts = self.read(tovholder_store::Reader::sharing_counts)?;
        let mut missing = seen.missing;
        for alarm in self.read(tovholder_store::Reader::alarms)? {
            missing.retain(|one| one.code != alarm.code || !one.detail.is_empty());
            let detail = self.in_names(space.as_deref(), &alarm)?;
            missing.push(Missing { code: alarm.code, count: 1, detail });
        }
        missing.extend(self.set_aside(space.as_deref())?);
        Ok(SyncStatus {
            state: if revoked { SyncState::Revoked } else { seen.state },
            relay,
            waiting: standing.waiting,
            done: seen.done,
            total: seen.total,
            synced_at: at(SYNCED_AT),
            connected_at: at(CONNECTED_AT),
            next_try_at: seen.next_try_at.map(rfc3339),
            missing,
            unverified: counts.unverified,
            role,
            heard,
        })
    }

    fn missing_at_rest(standing: &tovholder_sync::Standing) -> Vec<Missing> {
        let counted = [
            ("waiting", standing.waiting),
            ("parked", standing.parked + standing.early),
            ("sealed", standing.sealed),
            ("refused_change", standing.refused),
        ];
        let there = counted.into_iter().filter(|(_, count)| *count > 0);
        there.map(|(code, count)| Missing { code: code.to_owned(), count, detail: String::new() }).collect()
    }

    /// What is set aside because its author had no right to write, and who that was.
    pub(crate) fn set_aside(&self, space: Option<&super::Space>) -> AppResult<Option<Missing>> {
        let Some(space) = space else { return Ok(None) };
        let since = self.now() - SET_ASIDE_SAID_S;
        let aside = self.read(|reader| reader.without_right(since))?;
        if aside.is_empty() {
            return Ok(None);
        }
        let world = self.world()?;
        let name = |member: &MemberId| Some(name_of(&world, member).0).filter(|name| !name.is_empty());
        // Who was let in again has written it anew, as another member perhaps, under the name they have.
        let writes = |member: &MemberId| {
            space.chain.devices_of(member).any(|device| space.chain.role(device) >= Some(Role::Editor))
        };
        let back: Vec<String> = space.chain.members().keys().filter(|member| writes(member)).filter_map(name).collect();
        let (mut names, mut count) = (Vec::new(), 0);
        for (device, envelopes) in aside {
            let known = space.chain.devices().get(&DeviceKey(device)).and_then(|device| name(&device.member));
            let who = known.unwrap_or_else(|| hex::encode(device));
            if back.contains(&who) {
                continue;
            }
            count += envelopes;
            if !names.contains(&who) {
                names.push(who);
            }
        }
        let told = Missing { code: SET_ASIDE.to_owned(), count, detail: names.join(", ") };
        Ok((count > 0).then_some(told))
    }

    /// An alarm's detail as a person would say it: whose incarnation, whose device.
    fn in_names(&self, space: Option<&super::Space>, alarm: &Alarm) -> AppResult<String> {
        let Some(space) = space else { return Ok(alarm.detail.clone()) };
        let world = self.world()?;
        let named =
            |member: Option<MemberId>| member.map(|member| name_of(&world, &member).0).filter(|name| !name.is_empty());
        Ok(match alarm.code.as_str() {
            "fork" => {
                let incarnations = self.read(tovholder_store::Reader::incarnations)?;
                named(behind(space, &incarnations, &alarm.detail)).unwrap_or_else(|| alarm.detail.clone())
            }
            "refused_change" => {
                let (device, why) = alarm.detail.split_once(' ').unwrap_or((alarm.detail.as_str(), ""));
                let device = DeviceKey::from_hex(device);
                let name = named(device.and_then(|key| space.chain.devices().get(&key)).map(|device| device.member));
                name.map_or_else(|| alarm.detail.clone(), |name| format!("{name}: {why}"))
            }
            _ => alarm.detail.clone(),
        })
    }

    fn heard_from(&self, space: &super::Space, seen: &Seen) -> AppResult<Vec<HeardFrom>> {
        let world = self.world()?;
        let mut when: BTreeMap<MemberId, i64> = BTreeMap::new();
        for (device, at) in self.read(tovholder_store::Reader::heard)? {
            if let Some(device) = space.chain.devices().get(&DeviceKey(device)) {
                let known = when.entry(device.member).or_insert(at);
                *known = (*known).max(at);
            }
        }
        let online: Vec<MemberId> = seen
            .present
            .iter()
            .filter_map(|(device, _)| space.chain.devices().get(device).map(|device| device.member))
            .collect();
        let me = space.member();
        let others = space.chain.members().keys().filter(|id| Some(**id) != me);
        let active = others.filter(|id| space.chain.devices_of(id).next().is_some());
        Ok(active
            .map(|id| {
                let (name, department) = name_of(&world, id);
                HeardFrom {
                    member: id.to_string(),
                    name,
                    department,
                    when: when.get(id).map(|at| rfc3339(*at)),
                    online: online.contains(id),
                }
            })
            .collect())
    }
}
