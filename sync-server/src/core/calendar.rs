//! The one thing that a relay shows to anybody: the calendar that a space marks as public.

use tovholder_crypto::sha256;
use tovholder_protocol::limits::CALENDAR_BYTES_MAX;
use tovholder_protocol::{Credential, Refusal, Role};

use super::{After, ConnectionId, Output, Relay};
use crate::log::Store;

/// How every calendar begins; the relay is no place for other pages.
const BEGINS: &[u8] = b"BEGIN:VCALENDAR";

impl Relay {
    pub(super) fn put_calendar(&mut self, id: ConnectionId, text: Vec<u8>) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        let role = self.spaces.get(&inside.space).and_then(|space| space.chain.role(&inside.key));
        if inside.credential != Credential::Device || role < Some(Role::Editor) {
            return self.refuse(id, Refusal::NotAllowed, None, false);
        }
        if text.len() > CALENDAR_BYTES_MAX || !(text.is_empty() || text.starts_with(BEGINS)) {
            return self.refuse(id, Refusal::BadFrame, None, true);
        }
        let hash = sha256(&[&text]);
        self.staged.batch.push((inside.space, Store::Calendar(text)));
        self.staged.after.push(After::Stands(id, hash));
        Vec::new()
    }
}
