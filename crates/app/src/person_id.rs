//! Ids of persons who come by name or mail.
//!
//! The id is an HMAC under the municipality's secret of the mail, else of the name: two laptops that import the same export
//! apart make the same person, and the id tells nobody outside the name.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of the MAC that make the id.
const ID_BYTES: usize = 16;

/// A name as it came, with a mail when one stood beside it: `Anne Eskildsen <ae@ringsted.dk>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub name: String,
    pub mail: String,
}

/// Reads a person from text.
pub(crate) fn named(text: &str) -> Named {
    let is_mail = |word: &&str| word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    let trimmed = |word: &str| word.trim_matches(|c: char| "<>()[],;\"".contains(c)).to_owned();
    let mail = text.split_whitespace().find(is_mail).map(trimmed).unwrap_or_default();
    let name: Vec<&str> = text.split_whitespace().filter(|word| !is_mail(word)).collect();
    let name = if name.is_empty() { mail.clone() } else { name.join(" ") };
    Named { name, mail }
}

/// The id of a person with this mail, else this name; case and blanks do not count.
pub(crate) fn person_id(secret: &[u8], named: &Named) -> String {
    let (kind, text) = if named.mail.is_empty() { ("name", &named.name) } else { ("mail", &named.mail) };
    let normal = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    // HMAC takes a key of any length, so this cannot fail; an empty id would be refused by every caller's check.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("person\0{kind}\0{normal}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    hex::encode(bytes.get(..ID_BYTES).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_any_case_is_one_person_and_a_mail_decides() {
        let id = |text| person_id(b"secret", &named(text));
        assert_eq!(id("Anne Eskildsen"), id(" anne  ESKILDSEN "));
        assert_ne!(id("Anne Eskildsen"), id("Anne Eskilsen"));
        assert_eq!(id("Anne E. <ae@ringsted.dk>"), id("Anne Eskildsen (AE@ringsted.dk)"));
        assert_ne!(person_id(b"another", &named("Anne Eskildsen")), id("Anne Eskildsen"));
        assert_eq!(named("Bo Hansen <bo@x.dk>"), Named { name: "Bo Hansen".into(), mail: "bo@x.dk".into() });
    }
}
