//! Why something signed or sealed is not taken.

use tovholder_protocol::WireError;

/// Why something signed or sealed is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CryptoError {
    /// The bytes are no message.
    Wire(WireError),
    /// The signature is not the key's, or the key is none.
    Signature,
    /// It cannot be opened: another key, or other bytes than were sealed.
    Sealed,
    /// It inflates beyond its bound.
    TooLarge,
    /// The key of this epoch is not here.
    NoKey(u32),
    /// An entry does not stand on the chain's head.
    NotOnHead,
    /// An entry breaks a rule; which.
    Rule(&'static str),
    /// The author may not do this.
    NotAllowed,
    /// The invitation has run out.
    Expired,
    /// The invitation was used or taken back.
    Used,
    /// The text is no invitation or recovery key.
    Text,
    /// No randomness.
    Random(String),
}

impl std::fmt::Display for CryptoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for CryptoError {}

impl From<WireError> for CryptoError {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

impl From<std::io::Error> for CryptoError {
    fn from(error: std::io::Error) -> Self {
        Self::Random(error.to_string())
    }
}
