//! An errand at the relay: to append one entry to the chain, or to fetch the chain, over a connection of its own.

use std::time::Duration;

use tovholder_crypto::{Chain, DeviceSecret};
use tovholder_protocol::{
    ChainPoint, Credential, Hello, Refusal, SignedEntry, SpaceId, ToLaptop, ToRelay, VERSION, VERSION_MIN, encode,
};

use super::line::{of_loss, runtime};
use super::socket::{Address, Came, Socket};
use super::{Space, of_crypto};
use crate::App;
use crate::error::{AppError, AppResult, Code};

/// How long an errand may take.
const LIMIT_S: u64 = 30;
/// How often an entry is made anew when somebody else was first.
const TRIES_MAX: u32 = 10;

/// Makes the entry for a chain and its entries; none only fetches the chain.
pub(crate) type Make<'m> = &'m mut dyn FnMut(&Chain, &[SignedEntry]) -> AppResult<Option<SignedEntry>>;

/// As whom the errand is run.
pub(crate) struct Errand<'a> {
    pub address: &'a Address,
    /// The space; none with a recovery key, by which the relay finds it.
    pub space: Option<SpaceId>,
    pub secret: &'a DeviceSecret,
    pub credential: Credential,
    /// The chain as far as it is known here.
    pub entries: Vec<SignedEntry>,
}

impl<'a> Errand<'a> {
    /// As this laptop's device.
    fn of_device(address: &'a Address, space: &'a Space) -> Self {
        Self {
            address,
            space: Some(space.id()),
            secret: &space.secret,
            credential: Credential::Device,
            entries: space.entries.clone(),
        }
    }

    /// Brings the chain up to date, makes an entry on its head, and appends it at the relay; again when somebody was first.
    /// Without an entry only the chain is fetched. Answers the whole chain.
    pub fn run(mut self, make: Make<'_>) -> AppResult<Vec<SignedEntry>> {
        runtime()?.block_on(async {
            let limit = Duration::from_secs(LIMIT_S);
            match tokio::time::timeout(limit, self.at_the_relay(make)).await {
                Ok(done) => done,
                Err(_) => Err(AppError::new(Code::RelayUnreachable).at(self.address.text())),
            }
        })
    }

    async fn at_the_relay(&mut self, make: Make<'_>) -> AppResult<Vec<SignedEntry>> {
        let lost = |loss| of_loss(self.address, loss);
        let mut socket = Socket::open(self.address).await.map_err(lost)?;
        let mut wanted: Option<ChainPoint> = None;
        let mut sent: Option<SignedEntry> = None;
        let mut tries = 0;
        loop {
            let frame = match socket.receive().await.map_err(|loss| of_loss(self.address, loss))? {
                Came::Frame(frame) => frame,
                Came::Alive => continue,
            };
            match frame {
                ToLaptop::Challenge { nonce, .. } => {
                    let hello = encode(&Hello {
                        version: VERSION,
                        version_min: VERSION_MIN,
                        space: self.space.unwrap_or_default(),
                        credential: self.credential,
                        key: self.secret.key(),
                        cursor: None,
                        chain: self.point(),
                        quiet: true,
                    });
                    let signature = self.secret.sign_hello(&nonce.0, &hello);
                    self.send(&mut socket, &ToRelay::Hello { hello, signature }).await?;
                }
                ToLaptop::Welcome(welcome) => wanted = Some(welcome.chain),
                ToLaptop::Chain(entries) => {
                    for entry in entries {
                        let body = entry.read_body().map_err(|error| of_crypto(error.into()))?;
                        if u64::try_from(self.entries.len()) == Ok(body.n) {
                            self.entries.push(entry);
                        }
                    }
                }
                ToLaptop::Stands(_) => {
                    // The relay has it; so has everybody now.
                    if let Some(entry) = sent.take() {
                        self.entries.push(entry);
                        socket.close().await;
                        return Ok(std::mem::take(&mut self.entries));
                    }
                }
                ToLaptop::Refused(refused) => match refused.why {
                    Refusal::ChainMoved if tries < TRIES_MAX && !refused.closing => sent = None,
                    why => return Err(of_refusal(why)),
                },
                _ => {}
            }
            // On the head of what the relay has, and with nothing under way.
            let here = u64::try_from(self.entries.len()).unwrap_or(0);
            if sent.is_none() && wanted.is_some_and(|wanted| here >= wanted.length) && !self.entries.is_empty() {
                let chain = Chain::read(&self.entries).map_err(of_crypto)?;
                if self.space.is_some_and(|space| space != chain.space()) {
                    return Err(AppError::new(Code::RelayRefused).at(self.address.text()).with("unknown_space"));
                }
                let Some(entry) = make(&chain, &self.entries)? else {
                    socket.close().await;
                    return Ok(std::mem::take(&mut self.entries));
                };
                // Refused here it would be refused there, with fewer words.
                chain.clone().append(&entry).map_err(of_crypto)?;
                tries += 1;
                self.send(&mut socket, &ToRelay::Entry(entry.clone())).await?;
                sent = Some(entry);
            }
        }
    }

    async fn send(&self, socket: &mut Socket, frame: &ToRelay) -> AppResult<()> {
        socket.send(frame).await.map_err(|loss| of_loss(self.address, loss))
    }

    fn point(&self) -> ChainPoint {
        self.entries.last().and_then(tovholder_crypto::point_after).unwrap_or_default()
    }
}

fn of_refusal(why: Refusal) -> AppError {
    match why {
        Refusal::Expired => AppError::new(Code::InvitationExpired),
        Refusal::Used | Refusal::UnknownKey => AppError::new(Code::InvitationUsed),
        Refusal::Revoked => AppError::new(Code::Revoked),
        Refusal::NotAllowed => AppError::new(Code::NotAdmin),
        Refusal::NotAdmitted => AppError::new(Code::AdmissionCode),
        Refusal::ChainMoved | Refusal::StaleCut => AppError::new(Code::MembershipMoved),
        other => AppError::new(Code::RelayRefused).with(format!("{other:?}")),
    }
}

impl App {
    /// Fetches the chain as the relay has it: who is in at this moment.
    pub(crate) fn fetch_chain(&self) -> AppResult<()> {
        let space = self.shared_space()?;
        let Some(address) = self.relay_address()? else { return Ok(()) };
        let entries = Errand::of_device(&address, &space).run(&mut |_, _| Ok(None))?;
        self.take_entries(&entries)
    }

    /// Appends an entry that this laptop makes, at the relay and here.
    pub(crate) fn append_entry(
        &self,
        make: &mut dyn FnMut(&Chain, &[SignedEntry]) -> AppResult<SignedEntry>,
    ) -> AppResult<()> {
        let space = self.shared_space()?;
        let Some(address) = self.relay_address()? else {
            // No relay yet: the chain is this laptop's alone.
            let entry = make(&space.chain, &space.entries)?;
            return self.take_entries(&[entry]);
        };
        let errand = Errand::of_device(&address, &space);
        let entries = errand.run(&mut |chain, entries| make(chain, entries).map(Some))?;
        self.take_entries(&entries)
    }
}
