//! What a `Cargo.toml` depends on. Only the few shapes that manifests have, so that xtask needs no TOML library.

/// A dependency as a manifest names it.
#[derive(Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name (`package = "…"` when it is renamed).
    pub name: String,
    /// Only tests, benches and examples see it.
    pub dev: bool,
}

/// The package's name; none in a workspace's own manifest.
pub fn package(text: &str) -> Option<&str> {
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[package]";
        } else if inside && let Some(("name", value)) = key_value(line) {
            return Some(value.trim_matches('"'));
        }
    }
    None
}

/// Everything it depends on, for every target.
pub fn dependencies(text: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    // Inside `[dependencies]`: some(dev). Inside `[dependencies.name]`: the name is in the heading.
    let mut table: Option<bool> = None;
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some(heading) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            table = None;
            // `target.'cfg(windows)'.dependencies` holds dots in its quotes.
            let heading = heading
                .strip_prefix("target.")
                .and_then(|rest| rest.rsplit_once("'."))
                .map_or(heading, |(_, rest)| rest);
            let (kind, name) = heading.split_once('.').map_or((heading, None), |(kind, name)| (kind, Some(name)));
            let dev = match kind {
                "dependencies" | "build-dependencies" => false,
                "dev-dependencies" => true,
                _ => continue,
            };
            match name {
                Some(name) => found.push(Dependency { name: name.to_owned(), dev }),
                None => table = Some(dev),
            }
        } else if let (Some(dev), Some((key, value))) = (table, key_value(line)) {
            let renamed = value.split_once("package").and_then(|(_, rest)| rest.split('"').nth(1));
            let name = renamed.unwrap_or_else(|| key.split('.').next().unwrap_or(key));
            found.push(Dependency { name: name.to_owned(), dev });
        }
    }
    found
}

fn key_value(line: &str) -> Option<(&str, &str)> {
    line.split_once('=').map(|(key, value)| (key.trim(), value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_dependency() {
        let text = r#"
[package]
name = "tovholder-app"
description = "a = b"

[features]
ts = ["dep:ts-rs"]

[dependencies]
chrono.workspace = true
# why
serde = { version = "1", features = ["derive"] }
other = { package = "real", version = "1" }

[dependencies.long]
version = "1"

[target.'cfg(target_os = "linux")'.dependencies]
libc = "0.2"

[build-dependencies]
tauri-build.workspace = true

[dev-dependencies]
proptest.workspace = true
"#;
        assert_eq!(package(text), Some("tovholder-app"));
        let found = dependencies(text);
        let named =
            |dev: bool| found.iter().filter(move |one| one.dev == dev).map(|one| one.name.as_str()).collect::<Vec<_>>();
        assert_eq!(named(false), ["chrono", "serde", "real", "long", "libc", "tauri-build"]);
        assert_eq!(named(true), ["proptest"]);
    }
}
