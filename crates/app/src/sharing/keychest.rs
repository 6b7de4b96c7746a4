//! Where a device's secret is kept: in the operating system's keyring, else in a file beside the database.
//!
//! The file (`device.key`, readable by its owner alone) is the documented fallback where there is no keyring: a server, a
//! terminal without a session. `TOVHOLDER_KEYRING=file` asks for it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use tovholder_crypto::DeviceSecret;

use crate::App;
use crate::error::{AppError, AppResult, Code};

/// The fallback's file name in the data directory.
pub(crate) const KEY_FILE: &str = "device.key";
/// The name under which the keyring keeps it.
const SERVICE: &str = "dk.tovholder.device";
/// Which secret of the keyring is this data directory's.
const ENTRY: &str = "device.entry";

impl App {
    /// This device's secret; none when it has none yet.
    pub(crate) fn device_secret(&self) -> AppResult<Option<DeviceSecret>> {
        if let Some(text) = read_file(&self.dir.join(KEY_FILE))? {
            return parse(&text).map(Some);
        }
        let Some(entry) = self.setting(ENTRY).filter(|entry| !entry.is_empty()) else { return Ok(None) };
        let text = keyring(&entry)
            .and_then(|entry| entry.get_password().ok())
            .ok_or_else(|| AppError::new(Code::DeviceKey).at(SERVICE))?;
        parse(&text).map(Some)
    }

    /// This device's secret, drawn and kept when it has none yet.
    pub(crate) fn device_secret_or_new(&self) -> AppResult<DeviceSecret> {
        if let Some(secret) = self.device_secret()? {
            return Ok(secret);
        }
        let secret = DeviceSecret::draw(&mut |bytes| (self.ground.random)(bytes)).map_err(super::of_crypto)?;
        let text = hex::encode(secret.to_bytes());
        let wants_file = std::env::var_os("TOVHOLDER_KEYRING").is_some_and(|word| word == "file");
        let entry = secret.key().to_string();
        let kept = !wants_file && keyring(&entry).is_some_and(|keyring| keyring.set_password(&text).is_ok());
        if kept {
            self.set_setting(ENTRY, &entry)?;
        } else {
            write_file(&self.dir.join(KEY_FILE), &text)
                .map_err(|error| AppError::new(Code::DeviceKey).at(KEY_FILE).with(error))?;
        }
        Ok(secret)
    }
}

impl App {
    /// Puts this device's secret aside, so that the next one is new: a device that is out never comes back as the same.
    pub(crate) fn put_device_key_away(&self) -> AppResult<()> {
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
}

#[cfg(feature = "keyring")]
fn keyring(entry: &str) -> Option<keyring::Entry> {
    keyring::Entry::new(SERVICE, entry).ok()
}

/// A stand-in where the program is built without a keyring.
#[cfg(not(feature = "keyring"))]
fn keyring(_: &str) -> Option<NoKeyring> {
    None
}

#[cfg(not(feature = "keyring"))]
struct NoKeyring;

#[cfg(not(feature = "keyring"))]
impl NoKeyring {
    #[allow(clippy::unused_self)]
    fn get_password(&self) -> Result<String, ()> {
        Err(())
    }

    #[allow(clippy::unused_self)]
    fn set_password(&self, _: &str) -> Result<(), ()> {
        Err(())
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

/// Written whole beside, then given its name: a torn key would be a lost device.
fn write_file(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let _ = fs::remove_file(&beside);
    let mut file = options.open(&beside)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
