//! A space with hundreds of members, made with the chain's own rules and admitted over a socket, without a laptop for each.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use tovholder_crypto::{About, Chain, DeviceSecret, Invitation, InvitationLink, RecoverySecret};
use tovholder_protocol::limits::{FRAME_BYTES_MAX, INVITATION_S};
use tovholder_protocol::{
    Credential, Hello, Refusal, Role, SignedEntry, ToLaptop, ToRelay, VERSION, VERSION_MIN, decode, encode,
};

use crate::Outcome;

fn random(bytes: &mut [u8]) -> std::io::Result<()> {
    getrandom::fill(bytes).map_err(std::io::Error::other)
}

/// Founds a space with so many members at the relay, and answers an invitation for one more.
pub fn found(relay: &str, url: &str, members: usize) -> Outcome<String> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let now = i64::try_from(since.as_secs())?;
    let about = About { municipality: "0259".to_owned(), person_secret: vec![7; 32] };
    let admin = DeviceSecret::draw(&mut random)?;
    let recovery = RecoverySecret::draw(&mut random)?;
    let mut entries = vec![Chain::founding(&admin, &recovery, &about, now, &mut random)?];
    let mut chain = Chain::read(&entries)?;
    let ring = admin.keys_of(&entries);
    let invite = |chain: &mut Chain, entries: &mut Vec<SignedEntry>| -> Outcome<Invitation> {
        let invitation = Invitation::draw(&mut random)?;
        let invited = chain.invite(&admin, &ring, &invitation, Role::Editor, false, now, &mut random)?;
        chain.append(&invited)?;
        entries.push(invited);
        Ok(invitation)
    };
    for _ in 1..members {
        let invitation = invite(&mut chain, &mut entries)?;
        let secret = DeviceSecret::draw(&mut random)?;
        let joined = chain.join(&secret, &invitation, &ring, now, &mut random)?;
        chain.append(&joined)?;
        entries.push(joined);
    }
    let invitation = invite(&mut chain, &mut entries)?;
    let link = InvitationLink::new(url, chain.space(), &invitation, None, now + INVITATION_S).to_text();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(admit(relay, &admin, &chain, entries))?;
    Ok(link)
}

async fn admit(relay: &str, admin: &DeviceSecret, chain: &Chain, entries: Vec<SignedEntry>) -> Outcome {
    let stream = TcpStream::connect(relay).await?;
    let (mut socket, _) = client_async(format!("ws://{relay}/sync"), stream).await?;
    while let Some(message) = socket.next().await {
        let Message::Binary(bytes) = message? else { continue };
        let answer = match decode::<ToLaptop>(&bytes, FRAME_BYTES_MAX)? {
            ToLaptop::Challenge { nonce, .. } => {
                let hello = encode(&Hello {
                    version: VERSION,
                    version_min: VERSION_MIN,
                    space: chain.space(),
                    credential: Credential::Device,
                    key: admin.key(),
                    cursor: None,
                    chain: chain.point(),
                    quiet: true,
                });
                let signature = admin.sign_hello(&nonce.0, &hello);
                ToRelay::Hello { hello, signature }
            }
            ToLaptop::Refused(refused) if refused.why == Refusal::UnknownSpace => {
                ToRelay::Admit { code: None, entries: entries.clone() }
            }
            ToLaptop::Welcome(_) => return Ok(()),
            other => return Err(format!("not admitted: {other:?}").into()),
        };
        socket.send(Message::Binary(Bytes::from(encode(&answer)))).await?;
    }
    Err("the relay closed the connection".into())
}
