//! What a chore stands on: system packages, Node, rustfmt and clippy. What is missing is installed where we can, else named.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::process::Command;

use crate::command::{Chore, Outcome, on_path, read, run, works};

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Build the window and the terminal program.
    Build,
    /// And run every test, in a real window and a real browser.
    Test,
}

struct Need {
    /// Debian's name of it.
    package: &'static str,
    /// A program that shows it is there, where there is no dpkg; empty when `pkg_config` tells.
    program: &'static str,
    /// Its name to pkg-config; empty when it has none.
    pkg_config: &'static str,
    /// What for, in words.
    why: &'static str,
    purpose: Purpose,
}

/// The smallest set that builds and tests on Debian 12.
const NEEDS: &[Need] = &[
    Need { package: "build-essential", program: "cc", pkg_config: "", why: "a C compiler", purpose: Purpose::Build },
    Need { package: "pkg-config", program: "pkg-config", pkg_config: "", why: "pkg-config", purpose: Purpose::Build },
    Need {
        package: "libwebkit2gtk-4.1-dev",
        program: "",
        pkg_config: "webkit2gtk-4.1",
        why: "WebKitGTK 4.1 with its headers",
        purpose: Purpose::Build,
    },
    Need {
        package: "webkit2gtk-driver",
        program: "WebKitWebDriver",
        pkg_config: "",
        why: "WebKit's driver, which operates the window in tests",
        purpose: Purpose::Test,
    },
    Need { package: "xvfb", program: "Xvfb", pkg_config: "", why: "a display in memory", purpose: Purpose::Test },
    Need { package: "chromium", program: "chromium", pkg_config: "", why: "Chromium", purpose: Purpose::Test },
];

/// The oldest Node that the screen's tools run on.
const NODE_MAJOR_MIN: u32 = 20;

/// Makes sure that what `purpose` needs is here.
pub fn prepare(purpose: Purpose) -> Outcome {
    node()?;
    if purpose == Purpose::Test {
        rust_components()?;
    }
    if cfg!(target_os = "linux") { packages(purpose) } else { Ok(()) }
}

/// Whether the window can be operated by tests here.
pub fn window_tests_possible() -> Result<(), &'static str> {
    if cfg!(target_os = "linux") { Ok(()) } else { Err("the window is tested on Linux, with WebKitWebDriver and Xvfb") }
}

fn needs(purpose: Purpose) -> impl Iterator<Item = &'static Need> {
    NEEDS.iter().filter(move |need| purpose == Purpose::Test || need.purpose == Purpose::Build)
}

fn packages(purpose: Purpose) -> Outcome {
    let debian = on_path("dpkg-query").is_some() && on_path("apt-get").is_some();
    let missing: Vec<&Need> = if debian {
        let said = Command::new("dpkg-query")
            .args(["-W", "-f", "${Package} ${db:Status-Status}\n"])
            .args(needs(purpose).map(|need| need.package))
            .output()
            .map_err(|error| Chore::failed(format!("dpkg-query cannot be started: {error}")))?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        needs(purpose).filter(|need| !dpkg_has(&said, need.package)).collect()
    } else {
        needs(purpose).filter(|need| !found(need)).collect()
    };
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if !debian {
        let mut why =
            String::from("Missing on this machine; install it with your system's package manager, then run again:");
        for need in missing {
            let _ = write!(why, "\n  - {} (Debian calls it {})", need.why, need.package);
        }
        return Err(Chore::Failed(why));
    }
    let Some(prefix) = privilege() else {
        return Err(Chore::failed(format!(
            "Missing on this machine: {0}.\nInstalling needs root or sudo, and neither is here. Ask an administrator to run:\n  \
             apt-get update && apt-get install --no-install-recommends {0}",
            names.join(" ")
        )));
    };
    println!("Installing with apt, because it is missing: {}", names.join(", "));
    let apt = |words: &[&str]| {
        let mut line = prefix.clone();
        line.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"].map(String::from));
        line.extend(words.iter().map(ToString::to_string));
        let program = line.remove(0);
        run(Command::new(program).args(line))
    };
    apt(&["update"])?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(names);
    apt(&install)?;
    Ok(())
}

/// Whether dpkg-query's answer lists the package as installed (it may be listed and not be).
fn dpkg_has(said: &str, package: &str) -> bool {
    said.lines().any(|line| line.split_once(' ') == Some((package, "installed")))
}

fn found(need: &Need) -> bool {
    if need.pkg_config.is_empty() {
        on_path(need.program).is_some()
    } else {
        works(Command::new("pkg-config").args(["--exists", need.pkg_config]))
    }
}

/// The words to put before a command that needs root: none when we are root, none at all when we cannot become it.
fn privilege() -> Option<Vec<String>> {
    if read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0") {
        return Some(Vec::new());
    }
    on_path("sudo")?;
    // Without a terminal nobody can type a password.
    let may_ask = std::io::stdin().is_terminal();
    (may_ask || works(Command::new("sudo").args(["-n", "true"]))).then(|| vec![String::from("sudo")])
}

fn node() -> Outcome {
    let sentence =
        "Node 20 or newer with npm is needed to build the screen; install it from your system or from Node's own site.";
    let version = read(Command::new("node").arg("--version")).map_err(|_| Chore::failed(sentence))?;
    if major(&version).is_none_or(|major| major < NODE_MAJOR_MIN)
        || on_path(if cfg!(windows) { "npm.cmd" } else { "npm" }).is_none()
    {
        return Err(Chore::failed(format!("{sentence} Here is {}.", version.trim())));
    }
    Ok(())
}

fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

fn rust_components() -> Outcome {
    let missing: Vec<&str> = [("rustfmt", "fmt"), ("clippy", "clippy")]
        .iter()
        .filter(|(_, word)| !works(Command::new("cargo").args([word, "--version"])))
        .map(|(component, _)| *component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing with rustup, because it is missing: {}", missing.join(", "));
    run(Command::new("rustup").args(["component", "add"]).args(&missing)).map_err(|_| {
        Chore::failed(format!("{} must be installed with the Rust toolchain that is used here.", missing.join(" and ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dpkg_lists_removed_packages_too() {
        let said = "xvfb installed\nchromium config-files\nxvfb-extra installed\n";
        assert!(dpkg_has(said, "xvfb"));
        assert!(!dpkg_has(said, "chromium"));
        assert!(!dpkg_has(said, "webkit2gtk-driver"));
    }

    #[test]
    fn node_versions() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("18.0.0"), Some(18));
        assert_eq!(major("what"), None);
    }

    #[test]
    fn building_needs_less_than_testing() {
        assert!(needs(Purpose::Build).all(|need| need.purpose == Purpose::Build));
        assert!(needs(Purpose::Test).count() > needs(Purpose::Build).count());
    }
}
