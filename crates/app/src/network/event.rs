//! Events and webinars: published in the catalogue, signed up for in a municipality's own document.

use std::collections::BTreeMap;

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Europe::Copenhagen;
use tovholder_model::{Record, key};

use super::count;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::view::{EventList, EventRow, NoArgs, ShareCell, Shared, SignUpArgs};
use crate::voices::SIGN_UP;

/// How a moment is written: Danish time, for that is what an invitation says.
pub(super) const MOMENT: &str = "%Y-%m-%dT%H:%M";
/// Seats of one municipality at most.
const SEATS_MAX: u32 = 99;

/// Reads a moment: one that exists, of 2000 or later.
pub(super) fn moment(text: &str) -> Option<NaiveDateTime> {
    let read = NaiveDateTime::parse_from_str(text, MOMENT).ok()?;
    (text.len() == 16 && text >= "2000").then_some(read)
}

/// A moment of Danish time in UTC. An hour that does not exist in spring is taken as the one after, a double one as the first.
pub(super) fn in_utc(at: NaiveDateTime) -> DateTime<Utc> {
    match Copenhagen.from_local_datetime(&at) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
        LocalResult::None => Copenhagen.from_utc_datetime(&(at - chrono::Duration::hours(1))).to_utc(),
    }
}

fn seats_of(record: &Record) -> u32 {
    record.text("seats").parse().ok().filter(|seats| *seats <= SEATS_MAX).unwrap_or(0)
}

impl App {
    /// The events that the network's host publishes.
    pub fn events(&self, _: NoArgs) -> AppResult<EventList> {
        let network = self.network()?;
        let (space, world) = (network.shared_space()?, network.world()?);
        let ours = space.member().map(|member| member.to_string()).unwrap_or_default();
        let now = (self.ground.now)();
        let mut signed: BTreeMap<&str, Vec<(bool, u32)>> = BTreeMap::new();
        let inside: Vec<String> = super::municipalities_in(&space).map(ToString::to_string).collect();
        for (member, event, entry) in world.voices.of(SIGN_UP) {
            let seats = seats_of(&entry.record);
            if seats > 0 && inside.iter().any(|known| known == member) {
                signed.entry(event).or_default().push((member == ours, seats));
            }
        }
        let mut events: Vec<EventRow> = crate::interface::numbered(&world.catalogue, "event")
            .into_iter()
            .filter_map(|(id, record)| {
                let begins = moment(record.text("begins"))?;
                let ends = moment(record.text("ends"));
                let of_it = signed.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
                let text = |field: &str| record.text(field).to_owned();
                Some(EventRow {
                    title: text("title"),
                    begins: text("begins"),
                    ends: if ends.is_some() { text("ends") } else { String::new() },
                    place: text("place"),
                    link: text("link"),
                    text: text("text"),
                    public: record.flag("public"),
                    past: in_utc(ends.unwrap_or(begins)) < now,
                    ours: of_it.iter().filter(|(ours, _)| *ours).map(|(_, seats)| seats).sum(),
                    seats: of_it.iter().map(|(_, seats)| seats).sum(),
                    municipalities: count(of_it.len()),
                    id,
                })
            })
            .collect();
        events.sort_by(|a, b| (a.past, &a.begins, &a.id).cmp(&(b.past, &b.begins, &b.id)));
        let subscription = if events.iter().any(|event| event.public) { network.subscription()? } else { None };
        Ok(EventList { events, subscription: subscription.unwrap_or_default(), cursor: world.cursor })
    }

    /// Signs this municipality up for an event, or off.
    pub fn sign_up(&self, args: SignUpArgs) -> AppResult<Shared> {
        self.may_edit()?;
        if args.seats > SEATS_MAX {
            return Err(AppError::new(Code::BadValue).at("seats").with(args.seats));
        }
        if !self.events(NoArgs {})?.events.iter().any(|event| event.id == args.id) {
            return Err(AppError::new(Code::UnknownEvent).at(&args.id));
        }
        let value = if args.seats == 0 { String::new() } else { args.seats.to_string() };
        let entity = key::entity(SIGN_UP, &args.id);
        self.speak_of(&[ShareCell { entity, field: "seats".to_owned(), value }])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn moments_are_of_this_century_and_exist() {
        assert!(moment("2018-06-20T09:00").is_some());
        for wrong in ["2018-06-20", "2018-02-31T09:00", "1999-12-31T23:59", "2018-06-20T24:01", "2018-6-20T09:00", ""] {
            assert!(moment(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn danish_time_is_an_hour_or_two_before_utc_and_never_lost() {
        let utc = |text: &str| in_utc(moment(text).unwrap()).format("%H:%M").to_string();
        assert_eq!(utc("2018-06-20T09:00"), "07:00");
        assert_eq!(utc("2018-12-20T09:00"), "08:00");
        // The hour that does not exist, and the one there is twice.
        assert_eq!(utc("2018-03-25T02:30"), "01:30");
        assert_eq!(utc("2018-10-28T02:30"), "00:30");
    }
}
