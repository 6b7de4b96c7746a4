//! Whole-product tests read as stories: a [`Laptop`] with its data, the terminal program on it, and its [`Window`].
//!
//! Everything here starts the programs as a user does; nothing reaches into their insides. Everything has a time limit,
//! and everything started is ended when its owner is dropped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "this crate is a test: it fails loudly"
)]

mod display;
mod group;
mod laptop;
mod relay;
mod served;
mod window;
pub mod world;

pub use display::Display;
pub use group::Group;
pub use laptop::{Laptop, Ran, data_file, program};
pub use relay::{Relay, copy};
pub use served::Served;
pub use window::Window;

use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The day of the newer example export; the examples are from 2018.
pub const JUNE: &str = "2018-06-15";

/// The older example export.
pub const MAY_FILE: &str = "klik-eksport-2018-05-15.xlsx";
/// The newer example export.
pub const JUNE_FILE: &str = "klik-eksport-2018-06-15.xlsx";

/// Asks again and again until there is an answer.
///
/// # Panics
/// When there is none within the limit.
pub fn wait_for<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(began.elapsed() < limit, "waited {limit:?} for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A number from the environment, for runs that are longer than CI's.
pub fn number_from_env(name: &str, otherwise: u32) -> u32 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

/// Where pictures and reports for people are kept, made when it is not there.
pub fn artifacts(inside: &str) -> PathBuf {
    let dir = root().join("artifacts").join(inside);
    std::fs::create_dir_all(&dir).expect("the folder of artifacts can be made");
    dir
}

/// The checkout.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the checkout").to_path_buf()
}
