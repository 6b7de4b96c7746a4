//! What goes in and out of the use cases: plain data for the screen, the terminal and `--json`.
//!
//! Nothing here knows a document, a table or a window. The TypeScript declarations in `ui/src/generated` are made from
//! these types by `cargo xtask codegen`; a renamed field is a compile error on the screen.

pub mod country;
pub mod escalation;
pub mod event;
pub mod experience;
pub mod export;
pub mod horizon;
pub mod import;
pub mod interface;
pub mod network;
pub mod overview;
pub mod person;
pub mod project;
pub mod role;
pub mod sharing;
pub mod status;
pub mod task;
pub mod template;
pub mod timeline;

pub use crate::conflict::ConflictView;
pub use country::*;
pub use escalation::*;
pub use event::*;
pub use experience::*;
pub use export::*;
pub use horizon::*;
pub use import::*;
pub use interface::*;
pub use network::*;
pub use overview::*;
pub use person::*;
pub use project::*;
pub use role::*;
pub use sharing::*;
pub use status::*;
pub use task::*;
pub use template::*;
pub use timeline::*;
