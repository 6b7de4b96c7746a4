//! What a screen asks first, and the copy of it that is kept ready, so that the first rows wait for no reading of a whole
//! municipality.
//!
//! The copy is a read table like the others: made from the data, thrown away when in doubt. It holds for one state of the
//! data (the cursor and who writes), one version of the program and one day, and is kept for today and the days to come,
//! for a laptop is opened in the morning.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::error::AppResult;
use crate::start::Counted;
use crate::view::{NoArgs, Opening, Overview, PreferenceArgs};
use crate::world::World;
use crate::{App, lock, overview};

/// Rows of each list of the overview that a screen opens with; as many as *Overblik* shows of the longest one.
const ROWS: u32 = 10;
/// Days that are kept ready: today, and a week of mornings without an edit in between.
const DAYS_READY: u64 = 8;
/// The settings that decide how a screen looks.
const PREFERENCES: [&str; 4] = ["lang", "theme", "letters", "density"];

/// What is kept ready for a day.
#[derive(Serialize, Deserialize)]
struct Ready {
    counted: Counted,
    overview: Overview,
}

impl App {
    /// What a screen asks first, in one answer.
    pub fn opening(&self, _: NoArgs) -> AppResult<Opening> {
        let mut preferences = BTreeMap::new();
        for key in PREFERENCES {
            let kept = self.preference(PreferenceArgs { key: key.to_owned(), value: None })?.value;
            preferences.extend(kept.map(|value| (key.to_owned(), value)));
        }
        if self.founded().is_err() {
            return Ok(Opening { laptop: self.status(NoArgs {})?, preferences, overview: None });
        }
        let today = self.today();
        let on = crate::start::shown_first().unwrap_or(today);
        let ready = match self.ready(on, today)? {
            Some(ready) => ready,
            None => self.make_ready(on, today)?,
        };
        Ok(Opening { laptop: self.laptop(ready.counted)?, preferences, overview: Some(ready.overview) })
    }

    /// Keeps the coming days' openings ready, when the data has moved since and is in memory anyway.
    pub(crate) fn keep_openings(&self) -> AppResult<()> {
        let Some(world) = lock(&self.world).as_ref().map(|(_, world)| std::sync::Arc::clone(world)) else {
            return Ok(());
        };
        let today = self.today();
        let key = self.key_of(&world)?;
        if self.founded().is_err() || self.read(|reader| reader.opening(today))?.is_some_and(|(kept, _)| kept == key) {
            return Ok(());
        }
        let days = (0..DAYS_READY).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
        let openings: Vec<(NaiveDate, String)> = days
            .map(|day| (day, crate::api::answer(&ready(&world, day, day))))
            .map(|(d, v)| v.map(|v| (d, v)))
            .collect::<AppResult<_>>()?;
        lock(&self.store).keep_openings(&key, &openings).map_err(|error| self.fail(&error))
    }

    /// What was kept, if it is of this very state, version and day.
    fn ready(&self, on: NaiveDate, today: NaiveDate) -> AppResult<Option<Ready>> {
        let Some((key, view)) = self.read(|reader| reader.opening(on))? else { return Ok(None) };
        let (cursor, actor) =
            self.read(|reader| Ok((reader.cursor()?, reader.setting("actor")?.unwrap_or_default())))?;
        // What another version wrote may not be readable, or not mean the same.
        let ready: Option<Ready> = serde_json::from_str(&view).ok();
        Ok(ready.filter(|ready| key == key_for(cursor, &actor) && ready.overview.today == today))
    }

    fn make_ready(&self, on: NaiveDate, today: NaiveDate) -> AppResult<Ready> {
        let world = self.world()?;
        let made = ready(&world, on, today);
        let kept = [(on, crate::api::answer(&made)?)];
        // A full disk is said where something is to be saved; here nothing is lost but time.
        let key = self.key_of(&world)?;
        let _ = lock(&self.store).keep_openings(&key, &kept);
        Ok(made)
    }

    fn key_of(&self, world: &World) -> AppResult<String> {
        let actor = self.read(|reader| reader.setting("actor"))?.unwrap_or_default();
        Ok(key_for(world.cursor, &actor))
    }
}

fn key_for(cursor: i64, actor: &str) -> String {
    format!("{cursor} {actor} {}", env!("CARGO_PKG_VERSION"))
}

fn ready(world: &World, on: NaiveDate, today: NaiveDate) -> Ready {
    Ready { counted: Counted::of(world), overview: overview::overview(world, on, today, Some(ROWS)) }
}
