//! The operating system's keyring, asked aside and with patience: it may show a dialogue, and it may hang.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::keychest::Keyring;

/// The name under which a desktop's keyring shows the secret.
const SERVICE: &str = "dk.tovholder.device";
/// How long somebody may take to open the keyring.
const PATIENCE: Duration = Duration::from_secs(60);

/// The operating system's keyring.
pub(crate) struct OsKeyring;

impl OsKeyring {
    /// The machine's keyring, unless a file was asked for.
    pub fn unless_file_was_asked_for() -> Option<Box<dyn Keyring>> {
        let wants_file = std::env::var_os("TOVHOLDER_KEYRING").is_some_and(|word| word == "file");
        (!wants_file).then(|| Box::new(Self) as Box<dyn Keyring>)
    }
}

/// Asks on a thread of its own: the keyring's own client may run something that cannot run inside ours.
fn ask<T: Send + 'static>(
    name: &str,
    question: impl FnOnce(&keyring::Entry) -> keyring::Result<T> + Send + 'static,
) -> Result<Option<T>, String> {
    let name = name.to_owned();
    let (answer, heard) = mpsc::channel();
    let asked = thread::Builder::new().name("keyring".to_owned()).spawn(move || {
        let said = match keyring::Entry::new(SERVICE, &name).and_then(|entry| question(&entry)) {
            Ok(found) => Ok(Some(found)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        };
        let _ = answer.send(said);
    });
    asked.map_err(|error| error.to_string())?;
    heard.recv_timeout(PATIENCE).unwrap_or_else(|_| Err("the keyring does not answer".to_owned()))
}

impl Keyring for OsKeyring {
    fn secret(&self, name: &str) -> Result<Option<String>, String> {
        ask(name, keyring::Entry::get_password)
    }

    fn keep(&self, name: &str, secret: &str) -> Result<(), String> {
        let secret = secret.to_owned();
        ask(name, move |entry| entry.set_password(&secret)).map(drop)
    }

    fn forget(&self, name: &str) -> Result<(), String> {
        ask(name, keyring::Entry::delete_credential).map(drop)
    }
}
