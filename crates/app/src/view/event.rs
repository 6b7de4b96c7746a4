//! Events of the network, and who meets whom: the directory.
use serde::{Deserialize, Serialize};

/// An event that the network's host publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EventRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// When it begins, in Danish time, `YYYY-MM-DDTHH:MM`.
    pub begins: String,
    /// When it ends; empty when nobody said.
    pub ends: String,
    /// Where: a place, or an address of a webinar.
    pub place: String,
    /// A link.
    pub link: String,
    /// What it is about.
    pub text: String,
    /// The host marked it as public.
    pub public: bool,
    /// It is over.
    pub past: bool,
    /// Seats that this municipality has signed up for.
    pub ours: u32,
    /// Seats of all municipalities.
    pub seats: u32,
    /// Municipalities that come.
    pub municipalities: u32,
}

/// The events, soonest first; those that are over last.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct EventList {
    /// The events.
    pub events: Vec<EventRow>,
    /// Where any calendar can subscribe to those that the host marked as public; empty when there are none.
    pub subscription: String,
    /// Changes up to here are in it; of the network's own data.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Signs the municipality up, or off.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct SignUpArgs {
    /// The event's id.
    pub id: String,
    /// Seats, at most 99; none signs off.
    pub seats: u32,
}

/// A calendar as text.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct CalendarArgs {
    /// iCalendar (RFC 5545).
    pub text: String,
}

/// A person who wants to be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct ContactRow {
    /// The municipality's code; empty when it is not known.
    pub code: String,
    /// The municipality.
    pub municipality: String,
    /// Its region.
    pub region: String,
    /// The person's name.
    pub name: String,
    /// Their mail.
    pub mail: String,
    /// Their phone.
    pub phone: String,
    /// What they do, in their own words.
    pub role: String,
    /// It is this laptop's user.
    pub me: bool,
}

/// Who wants to be found, by municipality, then name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export))]
pub struct Directory {
    /// The people.
    pub people: Vec<ContactRow>,
    /// Changes up to here are in it; of the network's own data.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub cursor: i64,
}

/// Puts this laptop's user into the directory, under their own name, or out of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, optional_fields))]
pub struct ContactArgs {
    /// Their mail.
    pub mail: String,
    /// Their phone.
    pub phone: String,
    /// What they do.
    pub role: String,
    /// Out of it.
    pub leave: bool,
}
