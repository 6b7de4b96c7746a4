//! Events as iCalendar (RFC 5545): handed out as a file, read from one, and at the relay for calendars to subscribe to.
//!
//! At the relay stands what the host marks as public and nothing else: title, time, place, link, text. It is the one thing
//! that a relay is given to read, and it is handed in by whoever may publish.

use chrono::{DateTime, TimeZone as _};
use chrono_tz::Europe::Copenhagen;
use icalendar::{
    Calendar, CalendarComponent, CalendarDateTime, Component as _, DatePerhapsTime, Event, EventLike as _,
};
use tovholder_model::{Record, key};
use tovholder_protocol::limits::CALENDAR_BYTES_MAX as PUBLIC_BYTES_MAX;
use tovholder_protocol::{Role, SpaceId};

use super::count;
use super::event::{MOMENT, in_utc, moment};
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::interface::numbered;
use crate::view::{CalendarArgs, PublishArgs, PublishCell, Published};
use crate::words::Lang;
use crate::world::World;

/// Bytes of a calendar that is read, at most.
const CALENDAR_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Events of one calendar at most.
const CALENDAR_EVENTS_MAX: usize = 1_000;

/// An event for a calendar; none without a beginning.
fn event(space: &SpaceId, id: &str, record: &Record, changed: i64) -> Option<Event> {
    let begins = moment(record.text("begins"))?;
    let changed = DateTime::from_timestamp(changed, 0).unwrap_or_default();
    let mut event = Event::new();
    event.uid(&format!("{id}@{space}")).timestamp(changed).summary(record.text("title")).starts(in_utc(begins));
    // RFC 5545 wants an end that is not before the beginning.
    let ends = moment(record.text("ends")).filter(|ends| *ends > begins);
    event.ends(in_utc(ends.unwrap_or(begins + chrono::Duration::hours(1))));
    for (field, set) in [("place", "LOCATION"), ("text", "DESCRIPTION")] {
        if !record.text(field).is_empty() {
            event.add_property(set, record.text(field));
        }
    }
    if !record.text("link").is_empty() {
        event.url(record.text("link"));
    }
    Some(event.done())
}

/// The events for a calendar, soonest first, as many as fit: where there is no room the oldest are left out.
fn calendar(
    world: &World,
    space: &SpaceId,
    lang: Lang,
    bytes_max: usize,
    wanted: &dyn Fn(&Record) -> bool,
) -> (String, u32) {
    let all = numbered(&world.catalogue, "event").into_iter().filter(|(_, record)| wanted(record));
    let mut events: Vec<(String, Event)> = all
        .filter_map(|(id, record)| {
            let entry = world.catalogue.get(&key::entity("event", &id));
            let event = event(space, &id, record, entry.map(|entry| entry.changed).unwrap_or_default())?;
            Some((record.text("begins").to_owned(), event))
        })
        .collect();
    events.sort_by(|a, b| a.0.cmp(&b.0));
    let mut room = bytes_max.saturating_sub(1_024);
    let fits = events.iter().rev().take_while(|(_, event)| {
        let bytes = event.to_string().len();
        let fits = bytes <= room;
        room = room.saturating_sub(bytes);
        fits
    });
    let left_out = events.len() - fits.count();
    let mut calendar = Calendar::new();
    calendar.name(&crate::words::text(lang, "word", "calendar", &[]));
    let handed_out = count(events.len() - left_out);
    for (_, event) in events.into_iter().skip(left_out) {
        calendar.push(event);
    }
    (calendar.to_string(), handed_out)
}

impl App {
    /// The events for any calendar program, and how many.
    pub(crate) fn calendar(&self) -> AppResult<(String, u32)> {
        let network = self.network()?;
        let space = network.shared_space()?.id();
        Ok(calendar(network.world()?.as_ref(), &space, self.lang(), usize::MAX, &|_| true))
    }

    /// Of the network's data: what is to stand at the relay for everybody, in Danish; empty where nothing is public. None
    /// for who may not publish.
    pub(crate) fn public_calendar(&self) -> AppResult<Option<String>> {
        let space = self.shared_space()?;
        if !self.is_network() || space.role() < Some(Role::Editor) {
            return Ok(None);
        }
        let is_public = |record: &Record| record.flag("public");
        let (text, events) = calendar(self.world()?.as_ref(), &space.id(), Lang::Da, PUBLIC_BYTES_MAX, &is_public);
        Ok(Some(if events == 0 { String::new() } else { text }))
    }

    /// Of the network's data: where calendars subscribe to what is public; none without a relay.
    pub(super) fn subscription(&self) -> AppResult<Option<String>> {
        let space = self.shared_space()?.id();
        Ok(self.relay_address()?.map(|address| address.page(&tovholder_protocol::calendar_path(&space))))
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
