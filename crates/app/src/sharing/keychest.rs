//! Where a device's secret is kept: in the operating system's keyring, else in a file beside the database.
//!
//! The keyring is macOS's keychain, Windows' credential store, or the Secret Service of a Linux desktop. The file
//! (`device.key`, readable by its owner alone) is the documented fallback where there is none: a server, a terminal without
//! a session. `TOVHOLDER_KEYRING=file` asks for it. A file that is there goes first, so that a laptop that began without a
//! keyring stays the device that it is.
//!
//! A database without its secret (a backup brought to another laptop) is no device of the space: it gets a secret of its
//! own, and is let in by a new invitation like any other. A keyring that cannot be asked just now (locked, not running) is
//! an error, and never the reason for a new secret.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use tovholder_crypto::DeviceSecret;

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::place::write_whole;

/// The fallback's file name in the data directory.
pub(crate) const KEY_FILE: &str = "device.key";
/// Which secret of the keyring is this data directory's.
const ENTRY: &str = "device.entry";

/// A place for secrets that the operating system guards.
pub trait Keyring: Send + Sync {
    /// The secret of this name; none when the keyring has no such.
    ///
    /// # Errors
    /// Why the keyring cannot be asked.
    fn secret(&self, name: &str) -> Result<Option<String>, String>;

    /// Keeps a secret under this name.
    ///
    /// # Errors
    /// Why it cannot.
    fn keep(&self, name: &str, secret: &str) -> Result<(), String>;

    /// Forgets the secret of this name; nothing when there is none.
    ///
    /// # Errors
    /// Why it cannot.
    fn forget(&self, name: &str) -> Result<(), String>;
}

/// Where this device's secret lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// In the operating system's keyring.
    Keyring,
    /// In `device.key`.
    File,
    /// This laptop is no device yet.
    Nowhere,
}

impl Kept {
    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::Nowhere => "none",
        }
    }
}

impl App {
    /// This device's secret; none when it has none yet, or the one it had is not on this machine.
    pub(crate) fn device_secret(&self) -> AppResult<Option<DeviceSecret>> {
        if let Some(text) = read_file(&self.dir.join(KEY_FILE))? {
            return parse(&text).map(Some);
        }
        let Some(entry) = self.entry() else { return Ok(None) };
        // A program without a keyring is on a machine that has none, or was asked to use none.
        let Some(keyring) = &self.ground.keyring else {
            return Err(AppError::new(Code::DeviceKey).with("no keyring"));
        };
        let text = keyring.secret(&entry).map_err(|why| AppError::new(Code::DeviceKey).with(why))?;
        text.as_deref().map(parse).transpose()
    }

    /// This device's secret, drawn and kept when it has none yet.
    pub(crate) fn device_secret_or_new(&self) -> AppResult<DeviceSecret> {
        if let Some(secret) = self.device_secret()? {
            return Ok(secret);
        }
        let secret = DeviceSecret::draw(&mut |bytes| (self.ground.random)(bytes)).map_err(super::of_crypto)?;
        let text = hex::encode(secret.to_bytes());
        let entry = secret.key().to_string();
        // What cannot be read back was not kept.
        let kept = self.ground.keyring.as_ref().is_some_and(|keyring| {
            keyring.keep(&entry, &text).is_ok() && keyring.secret(&entry).is_ok_and(|back| back.as_ref() == Some(&text))
        });
        if kept {
            self.set_setting(ENTRY, &entry)?;
        } else {
            self.set_setting(ENTRY, "")?;
            // A torn key would be a lost device.
            write_whole(&self.dir.join(KEY_FILE), format!("{text}\n").as_bytes(), true)
                .map_err(|error| AppError::new(Code::DeviceKey).at(KEY_FILE).with(error))?;
        }
        Ok(secret)
    }

    /// Puts this device's secret aside, so that the next one is new: a device that is out never comes back as the same.
    pub(crate) fn put_device_key_away(&self) -> AppResult<()> {
        if let (Some(entry), Some(keyring)) = (self.entry(), &self.ground.keyring) {
            // What stays in the keyring opens nothing any more.
            let _ = keyring.forget(&entry);
        }
        self.set_setting(ENTRY, "")?;
        let file = self.dir.join(KEY_FILE);
        match fs::rename(&file, file.with_extension("key.old")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(AppError::new(Code::DeviceKey).at(KEY_FILE).with(error))
            }
            _ => {
                self.forget_space();
                Ok(())
            }
        }
    }

    /// Where this device's secret lies.
    pub(crate) fn device_secret_kept(&self) -> Kept {
        if self.dir.join(KEY_FILE).exists() {
            Kept::File
        } else if self.entry().is_some() {
            Kept::Keyring
        } else {
            Kept::Nowhere
        }
    }

    fn entry(&self) -> Option<String> {
        self.setting(ENTRY).filter(|entry| !entry.is_empty())
    }
}

fn parse(text: &str) -> AppResult<DeviceSecret> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| AppError::new(Code::DeviceKey).at(KEY_FILE))?;
    Ok(DeviceSecret::from_bytes(bytes))
}

fn read_file(path: &Path) -> AppResult<Option<String>> {
    match fs::File::open(path) {
        Ok(file) => {
            let mut text = String::new();
            file.take(1_024)
                .read_to_string(&mut text)
                .map_err(|error| AppError::new(Code::DeviceKey).at(KEY_FILE).with(error))?;
            Ok(Some(text))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(AppError::new(Code::DeviceKey).at(KEY_FILE).with(error)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]

    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex, MutexGuard};

    use super::*;
    use crate::Ground;

    /// A keyring as tests want it.
    #[derive(Clone, Default)]
    struct Pretended {
        secrets: Arc<Mutex<BTreeMap<String, String>>>,
        locked: bool,
        loses: bool,
    }

    impl Pretended {
        fn open(&self) -> Result<MutexGuard<'_, BTreeMap<String, String>>, String> {
            if self.locked { Err("locked".to_owned()) } else { Ok(self.secrets.lock().unwrap()) }
        }
    }

    impl Keyring for Pretended {
        fn secret(&self, name: &str) -> Result<Option<String>, String> {
            Ok(self.open()?.get(name).cloned())
        }

        fn keep(&self, name: &str, secret: &str) -> Result<(), String> {
            let mut secrets = self.open()?;
            if !self.loses {
                secrets.insert(name.to_owned(), secret.to_owned());
            }
            Ok(())
        }

        fn forget(&self, name: &str) -> Result<(), String> {
            self.open()?.remove(name);
            Ok(())
        }
    }

    fn on(dir: &Path, keyring: &Pretended) -> App {
        App::open_on(dir, Ground { keyring: Some(Box::new(keyring.clone())), ..Ground::real() }).unwrap()
    }

    fn folder(name: &str) -> std::path::PathBuf {
        let dir = std::env::temp_dir().join(format!("tovholder-key-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        dir
    }

    #[test]
    fn the_keyring_has_the_secret_and_the_folder_has_none() {
        let (dir, keyring) = (folder("ring"), Pretended::default());
        let app = on(&dir, &keyring);
        assert_eq!(app.device_secret_kept(), Kept::Nowhere);
        let secret = app.device_secret_or_new().unwrap();
        assert_eq!(app.device_secret_kept(), Kept::Keyring);
        assert!(!dir.join(KEY_FILE).exists());
        drop(app);
        let app = on(&dir, &keyring);
        assert_eq!(app.device_secret_or_new().unwrap().key(), secret.key(), "the same device after a restart");
        app.put_device_key_away().unwrap();
        assert!(keyring.secrets.lock().unwrap().is_empty());
        assert_ne!(app.device_secret_or_new().unwrap().key(), secret.key());
        let _ = fs::remove_dir_all(&dir);
    }

    #[test]
    fn on_another_machine_it_is_another_device() {
        let dir = folder("elsewhere");
        let app = on(&dir, &Pretended::default());
        let secret = app.device_secret_or_new().unwrap();
        drop(app);
        let app = on(&dir, &Pretended::default());
        assert!(app.device_secret().unwrap().is_none());
        assert_ne!(app.device_secret_or_new().unwrap().key(), secret.key());
        let _ = fs::remove_dir_all(&dir);
    }

    #[test]
    fn a_keyring_that_cannot_be_asked_is_no_reason_for_a_new_secret() {
        let (dir, keyring) = (folder("locked"), Pretended::default());
        let app = on(&dir, &keyring);
        let secret = app.device_secret_or_new().unwrap();
        drop(app);
        let locked = on(&dir, &Pretended { locked: true, ..keyring.clone() });
        assert_eq!(locked.device_secret_or_new().unwrap_err().code, Code::DeviceKey);
        drop(locked);
        let none = App::open_on(&dir, Ground { keyring: None, ..Ground::real() }).unwrap();
        assert_eq!(none.device_secret_or_new().unwrap_err().code, Code::DeviceKey);
        drop(none);
        assert_eq!(on(&dir, &keyring).device_secret_or_new().unwrap().key(), secret.key());
        let _ = fs::remove_dir_all(&dir);
    }

    #[test]
    fn without_a_keyring_that_keeps_it_the_secret_lies_in_a_file() {
        for (name, keyring) in [
            ("refuses", Pretended { locked: true, ..Pretended::default() }),
            ("loses", Pretended { loses: true, ..Pretended::default() }),
        ] {
            let dir = folder(name);
            let secret = on(&dir, &keyring).device_secret_or_new().unwrap();
            let app = on(&dir, &Pretended::default());
            assert_eq!(app.device_secret_kept(), Kept::File);
            assert_eq!(app.device_secret_or_new().unwrap().key(), secret.key());
            let _ = fs::remove_dir_all(&dir);
        }
    }
}
