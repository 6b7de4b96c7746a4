//! Snapshots: made for those who come, begun from by those who came, and checked behind.

use std::time::Duration;

use tovholder_crypto::{Verified, envelope_hash, open_part, seal_snapshot, verify_snapshot};
use tovholder_document::body;
use tovholder_protocol::{
    Credential, DeviceKey, Envelope, Hash, Hello, Role, SnapshotPart, ToLaptop, ToRelay, VERSION, VERSION_MIN, encode,
};
use tovholder_store::sharing::{Behind, EnvelopeState, LastTaken, OldChange};
use tovholder_store::{StoreError, Write};

use super::exchange::{cursor, place};
use super::line::{of_loss, runtime};
use super::socket::{Address, Came, Socket};
use super::take::{Taker, Took, misplaced, row, signs_for_another};
use super::{Space, of_crypto};
use crate::App;
use crate::error::{AppError, AppResult, Code};

/// A snapshot is made when the log has grown by so many envelopes since the last one.
pub(crate) const GROWN_BY: u64 = 64;
/// How long handing one in may take.
const HAND_IN_S_MAX: u64 = 120;

impl App {
    /// What stands here, sealed for those who come. None when this laptop is not wholly in sync.
    pub(crate) fn make_snapshot(&self) -> AppResult<Option<Vec<SnapshotPart>>> {
        let space = self.shared_space()?;
        if space.role() < Some(Role::Editor) {
            return Ok(None);
        }
        let (made, _) = self.write(|write| {
            let Some(at) = write.log_place().map_err(|error| self.fail(&error))? else { return Ok(None) };
            let made = write.snapshot().map_err(|error| self.fail(&error))?;
            Ok(made.map(|(changes, parts)| (at, changes, parts)))
        })?;
        let Some((at, changes, parts)) = made else { return Ok(None) };
        let random = &mut |bytes: &mut [u8]| (self.ground.random)(bytes);
        seal_snapshot(&space.id(), cursor(&at), changes, &parts, &space.secret, &space.ring, random)
            .map(Some)
            .map_err(of_crypto)
    }

    /// Hands in a snapshot, when the log has grown enough since the one that the relay has.
    pub(crate) fn hand_in_snapshot(&self, address: &Address) -> AppResult<()> {
        let space = self.shared_space()?;
        let limit = Duration::from_secs(HAND_IN_S_MAX);
        runtime()?.block_on(async {
            let done = tokio::time::timeout(limit, self.hand_in(address, &space)).await;
            done.unwrap_or_else(|_| Err(AppError::new(Code::RelayUnreachable).at(address.text())))
        })
    }

    async fn hand_in(&self, address: &Address, space: &Space) -> AppResult<()> {
        let lost = |loss| of_loss(address, loss);
        let mut socket = Socket::open(address).await.map_err(lost)?;
        let mut parts = Vec::new().into_iter();
        loop {
            let Came::Frame(frame) = socket.receive().await.map_err(lost)? else { continue };
            match frame {
                ToLaptop::Challenge { nonce, .. } => {
                    let hello = encode(&Hello {
                        version: VERSION,
                        version_min: VERSION_MIN,
                        space: space.id(),
                        credential: Credential::Device,
                        key: space.secret.key(),
                        cursor: None,
                        chain: space.chain.point(),
                        quiet: true,
                    });
                    let signature = space.secret.sign_hello(&nonce.0, &hello);
                    socket.send(&ToRelay::Hello { hello, signature }).await.map_err(lost)?;
                    continue;
                }
                ToLaptop::Welcome(welcome) if welcome.head.n >= welcome.snapshot + grown_by() => {
                    parts = self.make_snapshot()?.unwrap_or_default().into_iter();
                }
                ToLaptop::Welcome(_) | ToLaptop::Stands(_) => {}
                ToLaptop::Refused(refused) => {
                    return Err(AppError::new(Code::RelayRefused).with(format!("{:?}", refused.why)));
                }
                _ => continue,
            }
            let Some(part) = parts.next() else {
                socket.close().await;
                return Ok(());
            };
            socket.send(&ToRelay::PutPart(part)).await.map_err(lost)?;
        }
    }

    /// Begins from a snapshot.
    pub(crate) fn install(&self, parts: &[SnapshotPart]) -> AppResult<()> {
        let space = self.shared_space()?;
        let mut header = None;
        let mut opened = Vec::with_capacity(parts.len());
        for part in parts {
            let read = verify_snapshot(&space.id(), part).map_err(of_crypto)?;
            // Its maker must be one who may write; what they say is checked against the signed envelopes later.
            if space.chain.role(&read.device) < Some(Role::Editor) {
                return Err(AppError::new(Code::Internal).with("a snapshot by somebody who may not write"));
            }
            opened.push(open_part(&space.id(), &read, part, &space.ring).map_err(of_crypto)?);
            header = Some(read);
        }
        let header = header.ok_or_else(|| AppError::new(Code::Internal).with("an empty snapshot"))?;
        self.write(|write| {
            let fail = |error: StoreError| self.fail(&error);
            write.install(&opened, header.changes, header.cursor.n).map_err(fail)?;
            write.set_log_place(&place(&header.cursor)).map_err(fail)?;
            let hash = hex::encode(header.cursor.hash.0);
            write.set_setting("sync.snapshot_at", &hash).map_err(fail)
        })?;
        self.forget_world();
        Ok(())
    }

    /// Checks envelopes behind the snapshot, in order, and ends the check when they are all there.
    pub(crate) fn check_behind(&self, envelopes: &[(u64, Envelope)]) -> AppResult<()> {
        let space = self.shared_space()?;
        let Some((next, last)) = self.read(tovholder_store::Reader::to_check)? else { return Ok(()) };
        let taker = Taker { chain: &space.chain, ring: &space.ring, device: DeviceKey::default() };
        self.write(|write| {
            let mut at = next;
            for (n, envelope) in envelopes {
                if *n != at || at > last {
                    break;
                }
                check_one(write, &taker, *n, envelope).map_err(|error| self.fail(&error))?;
                at += 1;
            }
            if at > last && last > 0 {
                self.end_check(write, last)?;
            }
            Ok(())
        })?;
        if self.read(tovholder_store::Reader::to_check)?.is_none() {
            self.forget_world();
        }
        Ok(())
    }

    /// The running hash of everything that was checked must be the one that the snapshot's maker signed.
    fn end_check(&self, write: &mut Write<'_>, last: u64) -> AppResult<()> {
        let fail = |error: StoreError| self.fail(&error);
        let signed = write.setting("sync.snapshot_at").map_err(fail)?;
        let ours = write.running_at(last).map_err(fail)?.map(hex::encode);
        if signed != ours {
            write.raise_alarm("snapshot_differs", "log").map_err(fail)?;
        }
        end_check(write).map_err(fail)
    }
}

/// Ends the check when everything has come from a log that is another than the snapshot's, whose running hash says nothing
/// there: every incarnation's own chain has led to what the snapshot says. Answers whether it ended.
pub(super) fn end_check_elsewhere(write: &mut Write<'_>) -> Result<bool, StoreError> {
    let done = write.is_checked_elsewhere()?;
    if done {
        end_check(write)?;
    }
    Ok(done)
}

fn end_check(write: &mut Write<'_>) -> Result<(), StoreError> {
    write.unpark_below()?;
    write.end_check()?;
    for document in write.parked_documents()? {
        write.unpark(&document)?;
    }
    Ok(())
}

fn grown_by() -> u64 {
    #[cfg(feature = "sim")]
    if let Some(envelopes) = super::sim::snapshot_from() {
        return envelopes;
    }
    GROWN_BY
}

fn check_one(write: &mut Write<'_>, taker: &Taker<'_>, n: u64, envelope: &Envelope) -> Result<(), StoreError> {
    let hash = envelope_hash(&taker.chain.space(), &envelope.header);
    let before = if n == 1 { Some(Hash::default()) } else { write.running_at(n - 1)?.map(Hash) };
    let running = before.map(|before| tovholder_crypto::running(&before, &hash));
    match taker.take(write, envelope)? {
        // What nobody takes, because its author may not write, the snapshot's maker has not taken either.
        Took::Known | Took::Refused(_) => {}
        // It stands in the log before the snapshot, which does not have it.
        Took::New(_) | Took::Early | Took::Sealed | Took::OwnFork => {
            write.raise_alarm("snapshot_differs", &hash.to_string())?;
        }
    }
    write.checked_up_to(n)?;
    write.number_envelope(&hash.0, n, running.as_ref().map(|hash| &hash.0))?;
    Ok(())
}

impl Taker<'_> {
    /// Takes an envelope behind the snapshot that this laptop began with, wherever it came from: it is the next of its
    /// incarnation, or comes again when the ones before have come.
    pub(super) fn take_old(
        &self,
        write: &mut Write<'_>,
        envelope: &Envelope,
        verified: &Verified,
        behind: &Behind,
    ) -> Result<Took, StoreError> {
        let header = &verified.header;
        if header.counter > behind.counter + 1 {
            return Ok(Took::Known);
        }
        write.keep_envelope(&row(verified, envelope), EnvelopeState::Old, "")?;
        let ends = header.counter != behind.until || behind.until_hash == verified.hash.0;
        if header.previous.0 != behind.hash || !ends {
            write.raise_alarm("snapshot_differs", &header.incarnation.to_string())?;
        }
        let opened = self.ring.open_body(&self.chain.space(), header, &envelope.body);
        let parsed = opened.ok().and_then(|bytes| body::decode(&bytes).ok());
        // What everybody refused when it came is refused here too.
        let parsed = parsed.filter(|parsed| misplaced(self.chain, self.ring, header, &parsed.document).is_none());
        if let Some(parsed) = parsed {
            for (change, _) in parsed.changes.into_iter().filter(|(change, _)| !signs_for_another(change)) {
                let hash = change.encode()?.hash;
                let old = OldChange { document: parsed.document.clone(), change, hash, device: header.device.0 };
                if !write.put_below(&old)? {
                    write.park_below(&old)?;
                }
            }
        }
        write.checked(&LastTaken {
            incarnation: header.incarnation.0,
            counter: header.counter,
            hash: verified.hash.0,
            device: header.device.0,
        })?;
        Ok(Took::Known)
    }
}
