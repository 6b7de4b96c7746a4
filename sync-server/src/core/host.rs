//! What the host changes while the relay runs: quotas, and which spaces there are.

use std::collections::BTreeMap;

use tovholder_protocol::{Refusal, SpaceId};

use super::{Output, Relay};
use crate::log::StorageError;

impl Relay {
    /// The host has changed something in the storage: quotas are taken over, and what was removed is forgotten.
    ///
    /// # Errors
    /// When the storage cannot be read; then nothing has changed here.
    pub fn host_changed(&mut self) -> Result<Vec<Output>, StorageError> {
        let there: BTreeMap<SpaceId, Option<u64>> = self.storage.spaces()?.into_iter().collect();
        let mut removed = Vec::new();
        for (id, space) in &mut self.spaces {
            match there.get(id) {
                Some(quota) => space.quota = *quota,
                None if space.admitted => removed.push(*id),
                // On its way to the disk.
                None => {}
            }
        }
        let outputs = removed.iter().flat_map(|id| self.close_space(id, Refusal::UnknownSpace)).collect();
        self.unread.retain(|id| there.contains_key(id));
        Ok(outputs)
    }

    /// How full the fullest space is, in thousandths of its quota.
    pub fn fullest(&self) -> u64 {
        let share = |(bytes, quota): (u64, u64)| bytes.saturating_mul(1_000).checked_div(quota).unwrap_or(1_000);
        let all = self.spaces.values().map(|space| (space.bytes, space.quota.unwrap_or(self.limits.quota_bytes)));
        all.map(share).max().unwrap_or(0)
    }
}
