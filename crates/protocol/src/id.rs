//! Names of fixed length: spaces, devices, members, documents, incarnations, hashes.

use std::fmt;

use minicbor::decode::Error;
use minicbor::{Decode, Decoder, Encode, Encoder};

macro_rules! fixed_bytes {
    ($($(#[doc = $doc:literal])* $name:ident[$length:literal];)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// From exactly as many bytes as it has.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// Reads hex digits.
            pub fn from_hex(text: &str) -> Option<Self> {
                if text.len() != $length * 2 || !text.is_ascii() {
                    return None;
                }
                let mut bytes = [0; $length];
                for (index, byte) in bytes.iter_mut().enumerate() {
                    *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
                }
                Some(Self(bytes))
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self([0; $length])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, Error> {
                Self::from_slice(d.bytes()?).ok_or_else(|| Error::message(concat!(stringify!($name), ": wrong length")))
            }
        }
    )*};
}

fixed_bytes! {
    /// A space: the hash of its founding entry.
    SpaceId[32];
    /// A device's Ed25519 public key; also an invitation's and a recovery key's.
    DeviceKey[32];
    /// An X25519 public key, to which a key is wrapped.
    WrapKey[32];
    /// A member: a person at a municipality, opaque.
    MemberId[16];
    /// A document, opaque: its name stands sealed inside.
    DocumentId[16];
    /// An incarnation, Automerge's actor: one installation's run of writes.
    Incarnation[16];
    /// A relay's run of a log; a relay that lost something begins another.
    LogId[16];
    /// A SHA-256.
    Hash[32];
    /// An Ed25519 signature.
    Signature[64];
    /// What a relay draws so that a proof of identity counts once.
    Nonce[32];
}
