//! Events and webinars: published in the catalogue, signed up for in a municipality's own document, handed out as iCalendar.

use std::collections::BTreeMap;

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeZone as _, Utc};
use chrono_tz::Europe::Copenhagen;
use icalendar::{
    Calendar, CalendarComponent, CalendarDateTime, Component as _, DatePerhapsTime, Event, EventLike as _,
};
use tovholder_model::{Record, key};

use super::count;
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::view::{
    CalendarArgs, EventList, EventRow, NoArgs, PublishArgs, PublishCell, Published, ShareCell, Shared, SignUpArgs,
};

/// How a moment is written: Danish time, for that is what an invitation says.
pub(super) const MOMENT: &str = "%Y-%m-%dT%H:%M";
/// Bytes of a calendar at most.
const CALENDAR_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Events of one calendar at most.
const CALENDAR_EVENTS_MAX: usize = 1_000;
/// Seats of one municipality at most.
const SEATS_MAX: u32 = 99;

/// Reads a moment: one that exists, of 2000 or later.
pub(super) fn moment(text: &str) -> Option<NaiveDateTime> {
    let read = NaiveDateTime::parse_from_str(text, MOMENT).ok()?;
    (text.len() == 16 && text >= "2000").then_some(read)
}

/// A moment of Danish time in UTC. An hour that does not exist in spring is taken as the one after, a double one as the first.
fn in_utc(at: NaiveDateTime) -> DateTime<Utc> {
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
        for ((member, event), entry) in world.signups.iter().filter(|((member, _), _)| inside.contains(member)) {
            let seats = seats_of(&entry.record);
            if seats > 0 {
                signed.entry(event).or_default().push((*member == ours, seats));
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
        Ok(EventList { events, cursor: world.cursor })
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
        let entity = key::entity("signup", &args.id);
        self.speak_of(&[ShareCell { entity, field: "seats".to_owned(), value }])
    }

    /// The events as iCalendar (RFC 5545), for any calendar program, and how many.
    pub(crate) fn calendar(&self) -> AppResult<(String, u32)> {
        let network = self.network()?;
        let space = network.shared_space()?.id();
        let world = network.world()?;
        let events = self.events(NoArgs {})?.events;
        let mut calendar = Calendar::new();
        calendar.name(&crate::words::text(self.lang(), "word", "calendar", &[]));
        for row in &events {
            let Some(begins) = moment(&row.begins) else { continue };
            let entry = world.catalogue.get(&key::entity("event", &row.id));
            let changed = entry.and_then(|entry| DateTime::from_timestamp(entry.changed, 0)).unwrap_or_default();
            let mut event = Event::new();
            event.uid(&format!("{}@{space}", row.id)).timestamp(changed).summary(&row.title).starts(in_utc(begins));
            // RFC 5545 wants an end that is not before the beginning.
            event.ends(in_utc(
                moment(&row.ends).filter(|ends| *ends > begins).unwrap_or(begins + chrono::Duration::hours(1)),
            ));
            for (text, set) in [(&row.place, "LOCATION"), (&row.text, "DESCRIPTION")] {
                if !text.is_empty() {
                    event.add_property(set, text);
                }
            }
            if !row.link.is_empty() {
                event.url(&row.link);
            }
            calendar.push(event.done());
        }
        Ok((calendar.to_string(), count(events.len())))
    }

    /// Publishes the events of a calendar; one that is known by its UID is written anew.
    pub fn publish_calendar(&self, args: CalendarArgs) -> AppResult<Published> {
        let bad = |why: &str| AppError::new(Code::CalendarUnreadable).with(why);
        if args.text.len() > CALENDAR_BYTES_MAX {
            return Err(AppError::new(Code::FileTooLarge).with(CALENDAR_BYTES_MAX / 1024 / 1024));
        }
        let calendar: Calendar =
            args.text.parse().map_err(|why: String| bad(why.lines().next().unwrap_or_default()))?;
        let events: Vec<&Event> = calendar
            .components
            .iter()
            .filter_map(|component| match component {
                CalendarComponent::Event(event) => Some(event),
                _ => None,
            })
            .collect();
        if events.is_empty() || events.len() > CALENDAR_EVENTS_MAX {
            return Err(bad("VEVENT"));
        }
        let mut cells = Vec::new();
        for event in events {
            let title = event.get_summary().unwrap_or_default();
            let begins = event.get_start().and_then(written).ok_or_else(|| bad(&format!("DTSTART {title}")))?;
            let id = event.get_uid().unwrap_or(title).split('@').next().unwrap_or_default();
            let entity = key::entity("event", id);
            let ends = event.get_end().and_then(written).unwrap_or_default();
            for (field, value) in [
                ("title", title.to_owned()),
                ("begins", begins),
                ("ends", ends),
                ("place", event.get_location().unwrap_or_default().to_owned()),
                ("link", event.get_url().unwrap_or_default().to_owned()),
                ("text", event.get_description().unwrap_or_default().to_owned()),
            ] {
                cells.push(PublishCell { entity: entity.clone(), field: field.to_owned(), value });
            }
        }
        self.publish(PublishArgs { cells, built_in: false })
    }
}

/// A calendar's moment as we write it; a whole day begins at midnight.
fn written(at: DatePerhapsTime) -> Option<String> {
    let local = match at {
        DatePerhapsTime::Date(day) => day.and_hms_opt(0, 0, 0)?,
        DatePerhapsTime::DateTime(CalendarDateTime::Floating(at)) => at,
        DatePerhapsTime::DateTime(CalendarDateTime::Utc(at)) => at.with_timezone(&Copenhagen).naive_local(),
        DatePerhapsTime::DateTime(CalendarDateTime::WithTimezone { date_time, tzid }) => {
            let zone: chrono_tz::Tz = tzid.parse().unwrap_or(Copenhagen);
            zone.from_local_datetime(&date_time).earliest()?.with_timezone(&Copenhagen).naive_local()
        }
    };
    let text = local.format(MOMENT).to_string();
    moment(&text).map(|_| text)
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
