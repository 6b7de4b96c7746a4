//! What a task is.

pub mod colour;
pub mod field;
pub mod words;
