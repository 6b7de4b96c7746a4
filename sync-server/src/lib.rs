//! The relay: an ordered log of sealed envelopes, per municipality, that it cannot read.
//!
//! It depends on neither `model` nor `automerge`: what it cannot parse it cannot leak, and cannot be blown up by. It checks
//! who may write; what is written the laptops check. `core` is the logic, `log` the storage behind one trait, `door` the
//! sockets around them, `config` every setting with its default, `admin` the host's commands.

pub mod admin;
pub mod config;
pub mod core;
pub mod door;
pub mod log;
