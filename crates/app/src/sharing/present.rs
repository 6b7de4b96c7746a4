//! Who else is here now, lightly: told while connected, sealed for members, kept nowhere.

use minicbor::{Decode, Encode};
use tovholder_protocol::limits::STATEMENT_BYTES_MAX;
use tovholder_protocol::{Cursor, Hash, ToRelay, decode, encode};
use tovholder_sync::Standing;

use super::members::name_of;
use super::{Space, of_crypto};
use crate::error::AppResult;
use crate::view::{PresentArgs, PresentRow};
use crate::{App, lock};

/// How long a member counts as connected after saying so (ms): two silences.
pub(crate) const FRESH_MS: i64 = 150_000;
/// Characters of a project's id that are told.
const PROJECT_CHARS_MAX: usize = 120;

/// Where somebody is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Place {
    /// The project that is looked at; empty when none.
    #[n(0)]
    pub project: String,
}

impl Place {
    pub fn open(space: &Space, sealed: &[u8]) -> Option<Self> {
        let bytes = space.ring.open_statement(&space.id(), sealed).ok()?;
        decode(&bytes, STATEMENT_BYTES_MAX).ok()
    }
}

impl App {
    /// Says where this laptop's user is, and tells who else is connected.
    pub fn present(&self, args: PresentArgs) -> AppResult<Vec<PresentRow>> {
        let project = args.project.unwrap_or_default();
        {
            let mut place = lock(&self.sharing.place);
            if *place != project {
                place.clone_from(&project);
                drop(place);
                self.say_again();
            }
        }
        let (Some(space), Some(seen)) = (self.space()?, lock(&self.sharing.seen).clone()) else {
            return Ok(Vec::new());
        };
        let world = self.world()?;
        let mut rows: Vec<PresentRow> = Vec::new();
        for (device, there) in seen.present {
            let Some(member) = space.chain.devices().get(&device).map(|device| device.member) else { continue };
            if Some(member) == space.member() || (!project.is_empty() && there != project) {
                continue;
            }
            let (name, department) = name_of(&world, &member);
            let row = PresentRow { name, department, project: there };
            if !row.name.is_empty() && !rows.contains(&row) {
                rows.push(row);
            }
        }
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    /// What this laptop tells the others: how far it has read, and where its user is.
    pub(crate) fn statement(&self, standing: Standing) -> AppResult<Option<ToRelay>> {
        let Some(space) = self.space()? else { return Ok(None) };
        let Some(cursor) = standing.cursor else { return Ok(None) };
        let project = lock(&self.sharing.place).chars().take(PROJECT_CHARS_MAX).collect();
        let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
        let sealed = space.ring.seal_statement(&space.id(), &encode(&Place { project }), random).map_err(of_crypto)?;
        let cursor = Cursor { log: cursor.log, n: cursor.n, hash: Hash(cursor.hash.0) };
        let signature = space.secret.sign_statement(&space.id(), &cursor, &sealed);
        Ok(Some(ToRelay::Say { cursor, sealed, signature }))
    }
}
