//! The window's few words on the command line: the same `--data-dir` as the terminal's.

use std::ffi::OsString;
use std::path::PathBuf;

/// The folder with the data: `--data-dir DIR`, else `TOVHOLDER_DATA_DIR`, else the platform's.
///
/// # Errors
/// A sentence for standard error when the words are off, or when there is no folder to choose.
pub fn data_dir(words: impl IntoIterator<Item = OsString>) -> Result<PathBuf, String> {
    let named = named(words)?;
    let from_environment = || std::env::var_os("TOVHOLDER_DATA_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let dir = named
        .or_else(from_environment)
        .or_else(tovholder_app::default_data_dir)
        .ok_or("tovholder-desktop: no folder for program data was found; name one with --data-dir DIR")?;
    std::path::absolute(&dir).map_err(|error| format!("tovholder-desktop: {}: {error}", dir.display()))
}

fn named(words: impl IntoIterator<Item = OsString>) -> Result<Option<PathBuf>, String> {
    let mut words = words.into_iter();
    let mut dir = None;
    while let Some(word) = words.next() {
        let value = if word == "--data-dir" {
            words.next()
        } else {
            word.to_str().and_then(|word| word.strip_prefix("--data-dir=")).map(OsString::from)
        };
        match value.filter(|value| !value.is_empty()) {
            Some(value) => dir = Some(PathBuf::from(value)),
            None => return Err(format!("tovholder-desktop: {}: use --data-dir DIR", word.to_string_lossy())),
        }
    }
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Option<PathBuf>, String> {
        named(words.iter().map(OsString::from))
    }

    #[test]
    fn the_folder_may_be_named_in_two_ways() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["--data-dir", "/tmp/a"]), Ok(Some(PathBuf::from("/tmp/a"))));
        assert_eq!(read(&["--data-dir=/tmp/b"]), Ok(Some(PathBuf::from("/tmp/b"))));
    }

    #[test]
    fn other_words_are_refused() {
        for words in [vec!["--data-dir"], vec!["--data-dir="], vec!["/tmp/a"], vec!["--help"]] {
            assert!(read(&words).is_err(), "{words:?}");
        }
    }
}
