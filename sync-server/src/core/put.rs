//! Envelopes that are handed in.

use tovholder_crypto::{Verified, card_document, envelope_hash, running, verify_header};
use tovholder_protocol::limits::ENVELOPES_PER_FRAME_MAX;
use tovholder_protocol::{Credential, Cursor, Envelope, Hash, Refusal, Role};

use super::connection::Inside;
use super::{After, ConnectionId, Output, Relay};
use crate::log::{Appended, Last, Store};

impl Relay {
    pub(super) fn put(&mut self, id: ConnectionId, envelopes: Vec<Envelope>) -> Vec<Output> {
        let Some(inside) = self.inside(id) else { return Vec::new() };
        if inside.credential != Credential::Device {
            return self.refuse(id, Refusal::NotAllowed, None, false);
        }
        if envelopes.is_empty() || envelopes.len() > ENVELOPES_PER_FRAME_MAX {
            return self.refuse(id, Refusal::BadFrame, None, true);
        }
        for envelope in envelopes {
            let hash = envelope_hash(&inside.space, &envelope.header);
            match self.put_one(id, &inside, envelope, hash) {
                Ok(n) => self.staged.after.push(After::Ack(id, hash, n)),
                Err(why) => {
                    self.counted.forks += u64::from(why == Refusal::Fork);
                    self.staged.after.push(After::No(id, why, Some(hash), None));
                    // What comes behind stands on this one.
                    let ends = [Refusal::Gap, Refusal::Storage, Refusal::Quota, Refusal::NotAllowed];
                    if ends.contains(&why) {
                        break;
                    }
                }
            }
        }
        Vec::new()
    }

    fn put_one(&mut self, id: ConnectionId, inside: &Inside, envelope: Envelope, hash: Hash) -> Result<u64, Refusal> {
        let quota_default = self.limits.quota_bytes;
        if let Some(n) = self.storage.number_of(&inside.space, &hash).map_err(|_| Refusal::Storage)? {
            return Ok(n);
        }
        let space = self.spaces.get_mut(&inside.space).ok_or(Refusal::UnknownSpace)?;
        if let Some(n) = space.coming.get(&hash) {
            return Ok(*n);
        }
        let role = space.chain.role(&inside.key).ok_or(Refusal::Revoked)?;
        if envelope.body.is_empty() {
            return Err(Refusal::BadEnvelope);
        }
        let Verified { header, .. } = verify_header(&inside.space, &envelope).map_err(|_| Refusal::BadEnvelope)?;
        let own_card = inside.member.is_some_and(|member| {
            header.document == card_document(&inside.space, &member) && header.device == inside.key
        });
        if role < Role::Editor && !own_card {
            return Err(Refusal::NotAllowed);
        }
        space.chain.may_write(&header, &hash).map_err(|_| Refusal::NotAllowed)?;
        let last = space.vector.get(&header.incarnation).copied();
        if last.is_some_and(|last| last.device != header.device) {
            return Err(Refusal::BadEnvelope);
        }
        let (counter, previous) = last.map_or((0, Hash::default()), |last| (last.counter, last.hash));
        if header.counter > counter + 1 {
            return Err(Refusal::Gap);
        }
        if header.counter <= counter || header.previous != previous {
            return Err(Refusal::Fork);
        }
        let size = u64::try_from(envelope.size()).unwrap_or(u64::MAX);
        if space.bytes.saturating_add(size) > space.quota.unwrap_or(quota_default) {
            return Err(Refusal::Quota);
        }
        let n = space.head.n + 1;
        let running = running(&space.head.hash, &hash);
        space.head = Cursor { log: space.head.log, n, hash: running };
        space.bytes += size;
        space.handed_in.insert(n, id);
        space.coming.insert(hash, n);
        space.vector.insert(header.incarnation, Last { counter: header.counter, hash, device: header.device });
        let appended = Appended {
            n,
            hash,
            running,
            incarnation: header.incarnation,
            counter: header.counter,
            device: header.device,
            envelope,
        };
        self.staged.batch.push((inside.space, Store::Append(appended)));
        self.staged.after.push(After::Grew(inside.space));
        Ok(n)
    }
}
