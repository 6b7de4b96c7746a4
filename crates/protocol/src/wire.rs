//! Encoding and decoding with limits.

use minicbor::{Decode, Decoder, Encode};

/// Why bytes are no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireError {
    /// Longer than its limit.
    TooLong {
        /// Bytes there are.
        bytes: usize,
        /// Bytes allowed.
        bytes_max: usize,
    },
    /// Not what was expected, or cut off.
    Malformed(String),
    /// Something stands behind the message.
    Trailing,
}

impl std::fmt::Display for WireError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for WireError {}

/// A value as bytes.
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory fails for no value of ours.
    let _ = minicbor::encode(value, &mut bytes);
    bytes
}

/// Reads exactly one value of at most `bytes_max` bytes.
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8], bytes_max: usize) -> Result<T, WireError> {
    if bytes.len() > bytes_max {
        return Err(WireError::TooLong { bytes: bytes.len(), bytes_max });
    }
    let mut decoder = Decoder::new(bytes);
    let value = decoder.decode().map_err(|error| WireError::Malformed(error.to_string()))?;
    if decoder.position() == bytes.len() { Ok(value) } else { Err(WireError::Trailing) }
}

/// Byte strings of any length, with nothing reserved before it is there.
pub(crate) mod blob {
    use minicbor::decode::Error;
    use minicbor::encode::{Error as WriteError, Write};
    use minicbor::{Decoder, Encoder};

    pub fn encode<C, W: Write>(bytes: &[u8], e: &mut Encoder<W>, _: &mut C) -> Result<(), WriteError<W::Error>> {
        e.bytes(bytes)?.ok()
    }

    pub fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Vec<u8>, Error> {
        Ok(d.bytes()?.to_vec())
    }
}
