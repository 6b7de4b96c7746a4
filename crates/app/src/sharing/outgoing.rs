//! What leaves: sealed in the transaction that takes it from the outbox, so that it is sent the same again after a crash.

use tovholder_crypto::{Draft, seal_envelope, verify_header};
use tovholder_document::body;
use tovholder_protocol::limits::BATCH_BYTES;
use tovholder_protocol::{DocumentId, Envelope, Hash, Incarnation, Role, ToRelay};
use tovholder_store::sharing::{EnvelopeState, StoredEnvelope};
use tovholder_store::{StoreError, Write};

use super::exchange::cursor;
use super::take::{row, unrow};
use super::{CODE, Space, of_crypto};
use crate::App;
use crate::error::AppResult;

/// Envelopes sealed in one go.
const SEALED_AT_ONCE: usize = 64;

impl App {
    /// Seals what waits and answers what the relay has not numbered, in order.
    pub(crate) fn offer(&self) -> AppResult<Vec<Envelope>> {
        let space = self.shared_space()?;
        let card = space.member().map(|member| super::card::card_name(&member)).unwrap_or_default();
        let reader = space.role() < Some(Role::Editor);
        let mine = space.secret.key().0;
        let (envelopes, _) = self.write(|write| {
            self.seal(write, &space, reader.then_some(card.as_str()))?;
            write.unsent(BATCH_BYTES, reader.then_some(&mine)).map_err(|error| self.fail(&error))
        })?;
        Ok(envelopes.into_iter().map(unrow).collect())
    }

    /// Seals what waits, some envelopes at a time. With `only`, just of this document.
    pub(crate) fn seal(&self, write: &mut Write<'_>, space: &Space, only: Option<&str>) -> AppResult<usize> {
        let fail = |error: StoreError| self.fail(&error);
        if space.role().is_none() {
            return Ok(0);
        }
        let incarnation = Incarnation(write.actor().0);
        let read = write.log_place().map_err(fail)?.map(|place| cursor(&place));
        for count in 0..SEALED_AT_ONCE {
            let Some(portion) = write.next_portion(only).map_err(fail)? else { return Ok(count) };
            let bytes = body::encode(&portion.document, portion.changes.iter().map(|(change, hash)| (change, hash)));
            let last = write.last_taken(&incarnation.0).map_err(fail)?;
            let document: DocumentId = space.document_id(&portion.document)?;
            let draft = Draft {
                space: space.id(),
                document,
                incarnation,
                counter: last.map_or(1, |last| last.counter + 1),
                previous: last.map_or(Hash::default(), |last| Hash(last.hash)),
                cursor: read,
                body: &bytes,
            };
            let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
            let (envelope, _) = seal_envelope(&draft, &space.secret, &space.ring, random).map_err(of_crypto)?;
            let verified = verify_header(&space.id(), &envelope).map_err(of_crypto)?;
            let stored: StoredEnvelope = row(&verified, &envelope);
            let id = write.keep_envelope(&stored, EnvelopeState::Taken, "").map_err(fail)?;
            write.advance(&stored).map_err(fail)?;
            write.seal_portion(&portion, id, &stored.device).map_err(fail)?;
        }
        Ok(SEALED_AT_ONCE)
    }

    /// Asks the relay to admit the space; none when only others could.
    pub(crate) fn admission(&self) -> AppResult<Option<ToRelay>> {
        let space = self.shared_space()?;
        if !space.is_admin() {
            return Ok(None);
        }
        let code = self.setting(CODE).filter(|code| !code.is_empty());
        Ok(Some(ToRelay::Admit { code, entries: space.entries.clone() }))
    }
}
