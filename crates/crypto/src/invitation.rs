//! Invitations: a link that holds a secret, so that no admin must be awake when it is used.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use minicbor::{Decode, Encode};
use tovholder_protocol::{Cursor, SpaceId, decode, encode};

use crate::error::CryptoError;
use crate::keys::SigningSecret;

/// How a link begins.
const SCHEME: &str = "tovholder:invite:";
/// Characters of a link at most.
const LINK_CHARS_MAX: usize = 2_048;

/// An invitation's secret, with a signing key and a wrapping key like a device's.
pub type Invitation = SigningSecret;

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct InvitationLink {
    /// The version of the link.
    #[n(0)]
    version: u8,
    /// The relay's address.
    #[n(1)]
    pub relay: String,
    /// The space.
    #[n(2)]
    pub space: SpaceId,
    #[cbor(n(3), with = "minicbor::bytes")]
    secret: [u8; 32],
    /// How far the inviter had read: a relay that shows less than this is caught.
    #[n(4)]
    pub cursor: Option<Cursor>,
    /// Unix seconds after which it is refused.
    #[n(5)]
    pub expires: i64,
}

impl InvitationLink {
    /// A link to the space at the relay.
    pub fn new(relay: &str, space: SpaceId, secret: &Invitation, cursor: Option<Cursor>, expires: i64) -> Self {
        Self { version: 1, relay: relay.to_owned(), space, secret: secret.to_bytes(), cursor, expires }
    }

    /// The invitation's secret.
    pub fn secret(&self) -> Invitation {
        SigningSecret::from_bytes(self.secret)
    }

    /// As text to send or to show as a QR code.
    pub fn to_text(&self) -> String {
        format!("{SCHEME}{}", URL_SAFE_NO_PAD.encode(encode(self)))
    }

    /// Reads a link, with blanks and line breaks that a mail program put in.
    ///
    /// # Errors
    /// [`CryptoError::Text`] when it is none.
    pub fn parse(text: &str) -> Result<Self, CryptoError> {
        let text: String = text.chars().filter(|letter| !letter.is_whitespace()).take(LINK_CHARS_MAX).collect();
        let data =
            text.trim_matches(|letter| "<>\"'«»".contains(letter)).strip_prefix(SCHEME).ok_or(CryptoError::Text)?;
        let bytes = URL_SAFE_NO_PAD.decode(data).map_err(|_| CryptoError::Text)?;
        let link: Self = decode(&bytes, LINK_CHARS_MAX).map_err(|_| CryptoError::Text)?;
        if link.version == 1 { Ok(link) } else { Err(CryptoError::Text) }
    }
}
