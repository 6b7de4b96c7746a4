//! Sealing bytes under a key: compressed first, inflated under a bound.

use std::io::Read;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::Random;
use crate::error::CryptoError;

const NONCE_BYTES: usize = 24;
/// zstd's level: a batch of changes is small, and the disk waits longer than the compressor.
const LEVEL: i32 = 6;
/// The largest window that a frame may ask for, as a power of two: 8 MiB.
const WINDOW_LOG_MAX: u32 = 23;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// Compresses where that helps, and seals. `about` is bound to it and not sent.
///
/// # Errors
/// When there is no randomness.
pub(crate) fn seal(key: &[u8; 32], about: &[u8], bytes: &[u8], random: Random<'_>) -> Result<Vec<u8>, CryptoError> {
    let squeezed = zstd::bulk::compress(bytes, LEVEL).ok().filter(|squeezed| squeezed.len() < bytes.len());
    let mut plain = Vec::with_capacity(bytes.len() + 1);
    plain.push(if squeezed.is_some() { ZSTD } else { PLAIN });
    plain.extend_from_slice(squeezed.as_deref().unwrap_or(bytes));
    let mut nonce = [0; NONCE_BYTES];
    random(&mut nonce)?;
    let payload = Payload { msg: &plain, aad: about };
    let sealed =
        XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload).map_err(|_| CryptoError::TooLarge)?;
    let mut out = nonce.to_vec();
    out.extend(sealed);
    Ok(out)
}

/// Opens and inflates, to at most `bytes_max` bytes.
///
/// # Errors
/// [`CryptoError::Sealed`], [`CryptoError::TooLarge`].
pub(crate) fn open(key: &[u8; 32], about: &[u8], sealed: &[u8], bytes_max: usize) -> Result<Vec<u8>, CryptoError> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES).ok_or(CryptoError::Sealed)?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| CryptoError::Sealed)?;
    let payload = Payload { msg: sealed, aad: about };
    let plain =
        XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(nonce), payload).map_err(|_| CryptoError::Sealed)?;
    match plain.split_first() {
        Some((&PLAIN, rest)) if rest.len() <= bytes_max => Ok(rest.to_vec()),
        Some((&PLAIN, _)) => Err(CryptoError::TooLarge),
        Some((&ZSTD, rest)) => inflate(rest, bytes_max),
        _ => Err(CryptoError::Sealed),
    }
}

fn inflate(squeezed: &[u8], bytes_max: usize) -> Result<Vec<u8>, CryptoError> {
    let mut decoder = zstd::Decoder::with_buffer(squeezed).map_err(|_| CryptoError::Sealed)?;
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(|_| CryptoError::Sealed)?;
    let mut out = Vec::new();
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(limit).read_to_end(&mut out).map_err(|_| CryptoError::Sealed)?;
    if out.len() > bytes_max { Err(CryptoError::TooLarge) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    fn random() -> impl FnMut(&mut [u8]) -> std::io::Result<()> {
        |bytes| {
            bytes.fill(7);
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_nothing_else_does(
            bytes in prop::collection::vec(any::<u8>(), 0..2_000), key in any::<[u8; 32]>(), flip in any::<prop::sample::Index>()
        ) {
            let mut sealed = seal(&key, b"about", &bytes, &mut random()).unwrap();
            prop_assert_eq!(&open(&key, b"about", &sealed, 2_000).unwrap(), &bytes);
            prop_assert!(open(&key, b"other", &sealed, 2_000).is_err());
            let at = flip.index(sealed.len());
            sealed[at] ^= 1;
            prop_assert!(open(&key, b"about", &sealed, 2_000).is_err());
            sealed.truncate(at);
            prop_assert!(open(&key, b"about", &sealed, 2_000).is_err());
        }
    }

    #[test]
    fn a_body_that_inflates_without_end_is_stopped_at_its_bound() {
        let bomb = seal(&[1; 32], b"", &vec![0; 64 << 20], &mut random()).unwrap();
        assert!(bomb.len() < 64 << 10, "{}", bomb.len());
        assert_eq!(open(&[1; 32], b"", &bomb, 32 << 20), Err(CryptoError::TooLarge));
    }
}
