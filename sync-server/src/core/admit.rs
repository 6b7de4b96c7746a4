//! Admitting a municipality.

use tovholder_crypto::{Chain, is_founding_of};
use tovholder_protocol::limits::CODE_BYTES_MAX;
use tovholder_protocol::{Hash, Hello, Refusal, Role, SignedEntry};

use super::connection::State;
use super::space::Space;
use super::{After, ConnectionId, Output, Relay};
use crate::log::{Kept, Store};

impl Relay {
    pub(super) fn admit(
        &mut self,
        id: ConnectionId,
        code: Option<String>,
        entries: Vec<SignedEntry>,
        now: i64,
    ) -> Vec<Output> {
        let Some(State::Unknown(hello)) = self.connections.get(&id).map(|connection| connection.state.clone()) else {
            return Vec::new();
        };
        if self.spaces.contains_key(&hello.space) {
            // Another laptop of theirs was first.
            return self.let_in(id, &hello, now);
        }
        // The code comes first: whoever has none makes nobody read a chain.
        let mut quota = None;
        let code = code.filter(|_| self.limits.needs_code);
        if self.limits.needs_code {
            let given = code.as_deref().filter(|code| code.len() <= CODE_BYTES_MAX);
            match given.map(|code| self.storage.code(code)) {
                Some(Ok(Some(allowed))) => quota = allowed,
                Some(Err(_)) => return self.refuse(id, Refusal::Storage, None, true),
                Some(Ok(None)) | None => return self.refuse(id, Refusal::NotAdmitted, None, true),
            }
            if given.is_some_and(|code| self.codes.contains(code)) {
                // Somebody is being admitted by it at this moment; whether they are is not known yet.
                return self.refuse(id, Refusal::Storage, None, true);
            }
        }
        let founds = entries.first().is_some_and(|first| is_founding_of(&hello.space, first));
        let chain = Chain::read(&entries).ok().filter(|_| founds);
        let Some(chain) = chain.filter(|chain| chain.role(&hello.key) == Some(Role::Admin)) else {
            return self.refuse(id, Refusal::BadEntry, None, true);
        };
        let log = self.draw_log();
        let kept = Kept {
            entries: entries.clone(),
            log,
            head: 0,
            running: Hash::default(),
            vector: std::collections::BTreeMap::new(),
            bytes: 0,
            snapshot_bytes: 0,
            quota,
            snapshot: 0,
        };
        let Ok(mut space) = Space::of(kept) else { return self.refuse(id, Refusal::BadEntry, None, true) };
        space.admitted = false;
        // Whose key it was first, it stays: nobody takes another's over by naming it as theirs.
        self.recovery.entry(chain.recovery().sign).or_insert(hello.space);
        self.codes.extend(code.clone());
        self.spaces.insert(hello.space, space);
        self.staged.batch.push((hello.space, Store::Admit { log, entries, code }));
        self.wait(id, hello);
        Vec::new()
    }

    /// Lets somebody in when what is staged is stored.
    pub(super) fn wait(&mut self, id: ConnectionId, hello: Box<Hello>) {
        self.set_state(id, State::Waiting(hello));
        self.staged.after.push(After::Enter(id));
    }

    pub(super) fn enter(&mut self, id: ConnectionId, now: i64) -> Vec<Output> {
        match self.connections.get(&id).map(|connection| connection.state.clone()) {
            Some(State::Waiting(hello)) => self.let_in(id, &hello, now),
            _ => Vec::new(),
        }
    }
}
