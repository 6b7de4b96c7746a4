//! What the engine can say of itself: how far, whether in sync, what beside.

use tovholder_protocol::{Cursor, Hash};

use super::{Engine, Phase};
use crate::standing::{Proof, Why};

impl Engine {
    /// How much of the present catching up is done, and how much there is; none when nothing is going on.
    pub fn progress(&self) -> Option<(u64, u64)> {
        match &self.phase {
            Phase::Live => {
                let head = self.head?.n;
                let at = self.standing.cursor.map_or(0, |cursor| cursor.n);
                let (down, down_all) = (at.saturating_sub(self.began_at), head.saturating_sub(self.began_at));
                (at < head).then_some((down, down_all))
            }
            Phase::Fetching { parts } => {
                let header = parts.first().and_then(|part| part.read_header().ok());
                let all = header.map_or(1, |header| header.parts.len());
                Some((u64::try_from(parts.len()).unwrap_or(0), u64::try_from(all).unwrap_or(1)))
            }
            Phase::Listing { at, missing, .. } => {
                let head = self.head.map_or(at.n, |head| head.n);
                Some((at.n.saturating_sub(u64::try_from(missing.len()).unwrap_or(0)), head))
            }
            _ => None,
        }
    }

    /// Whether this laptop is in sync; proven, not hoped.
    pub fn proof(&self) -> Proof {
        let stands = &self.standing;
        let mut not = Vec::new();
        let mut add = |why, count: u32| {
            if count > 0 {
                not.push((why, count));
            }
        };
        let live = self.phase == Phase::Live;
        let under_way = live && (self.in_flight > 0 || self.busy);
        add(Why::Waiting, stands.waiting.max(stands.unsent).max(u32::from(under_way)));
        add(Why::Parked, stands.parked + stands.early);
        add(Why::Sealed, stands.sealed);
        let read = self.read_cursor();
        if live && (self.head != read || self.acked > read.map_or(0, |cursor| cursor.n)) {
            let head = self.head.map_or(0, |head| head.n).max(self.acked);
            let behind = head.saturating_sub(read.map_or(0, |cursor| cursor.n));
            add(Why::Behind, u32::try_from(behind).unwrap_or(u32::MAX).max(1));
        }
        add(Why::Behind, u32::from(live && stands.chain.length < self.relay_chain));
        // A log that is another than the snapshot's, and has not all that the snapshot has: the relay lost something.
        if stands.to_check.is_some_and(|(next, last)| next > last) {
            add(Why::Unchecked, stands.unchecked);
        }
        add(Why::Fork, stands.forks);
        if let Some(why) = self.refused {
            add(why, 1);
        }
        if let Some(why) = self.why.or(if live { None } else { Some(Why::Unreachable) }) {
            add(why, 1);
        }
        if not.is_empty() { Proof::Synced } else { Proof::Not(not) }
    }

    /// Everything that the relay has was read, by one who only reads.
    pub fn has_read(&self) -> bool {
        self.hold && self.phase == Phase::Live && !self.busy && self.head == self.read_cursor()
    }

    /// What a person should know beside: it takes nothing from the proof.
    pub fn notes(&self) -> Vec<(Why, u32)> {
        let mut notes = Vec::new();
        if self.standing.refused > 0 {
            notes.push((Why::Refused, self.standing.refused));
        }
        if self.clock_differs {
            notes.push((Why::Clock, 1));
        }
        notes
    }

    /// The cursor, where an empty log and none read are the same.
    pub(super) fn read_cursor(&self) -> Option<Cursor> {
        match (self.standing.cursor, self.head) {
            (None, Some(head)) => Some(Cursor { log: head.log, n: 0, hash: Hash::default() }),
            (cursor, _) => cursor,
        }
    }
}
