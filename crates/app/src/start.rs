//! First start, the state of the laptop, its settings.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tovholder_store::Direction;

use crate::error::{AppError, AppResult, Code};
use crate::view::{
    Done, FoundArgs, Laptop, MeArgs, Municipality, NoArgs, Preference, PreferenceArgs, WaitArgs, Waited,
};
use crate::world::World;
use crate::{App, lock, municipality};

/// How long a wait lasts when nothing changes.
const WAIT_MS_MAX: u64 = 20_000;
/// How often a wait looks.
const WAIT_STEP_MS: u64 = 150;
/// Bytes of a municipality's secret.
const SECRET_BYTES: usize = 32;
/// Characters of a setting at most; saved views are far below.
const PREFERENCE_CHARS_MAX: usize = 1_000_000;

/// What the state of a laptop counts in its data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Counted {
    cursor: i64,
    departments: Vec<String>,
    conflicts: u32,
    tasks: u32,
}

impl Counted {
    pub fn of(world: &World) -> Self {
        let mut departments: Vec<String> = world.authors.values().map(|author| author.department.clone()).collect();
        departments.extend(world.persons.values().map(|person| person.record.text("department").to_owned()));
        departments.retain(|department| !department.is_empty());
        departments.sort();
        departments.dedup();
        let tasks = world.tasks.values().filter(|task| !task.record.flag("archived")).count();
        Self {
            cursor: world.cursor,
            departments,
            conflicts: crate::conflict::count(world),
            tasks: u32::try_from(tasks).unwrap_or(u32::MAX),
        }
    }
}

/// The day that screens show at first, when the program was started with one.
pub(crate) fn shown_first() -> Option<chrono::NaiveDate> {
    std::env::var("TOVHOLDER_ON").ok().and_then(|day| day.parse().ok())
}

impl App {
    /// Who, where, what is saved, what can be undone.
    pub fn status(&self, _: NoArgs) -> AppResult<Laptop> {
        self.laptop(Counted::of(self.world()?.as_ref()))
    }

    /// The state of the laptop, given what was counted.
    pub(crate) fn laptop(&self, counted: Counted) -> AppResult<Laptop> {
        let (waiting, saved) = self.read(tovholder_store::Reader::waiting)?;
        let code = self.read(|reader| reader.setting("municipality"))?;
        let lang = self.lang();
        let step = |direction| {
            self.read(|reader| reader.next_step(direction))
                .map(|label| label.map(|label| crate::undo::label_text(lang, &label)))
        };
        let me = self.me()?;
        Ok(Laptop {
            founded: me.is_some(),
            municipality: code.and_then(|code| municipality::by_code(&code).cloned()),
            me,
            departments: counted.departments,
            today: self.today(),
            on: shown_first(),
            waiting,
            saved_at: saved.map(crate::history::rfc3339),
            cursor: counted.cursor,
            conflicts: counted.conflicts,
            tasks: counted.tasks,
            undo: step(Direction::Undo)?,
            redo: step(Direction::Redo)?,
            notices: self.notices(),
            data_dir: self.dir.display().to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// Waits until something changed, or some seconds.
    pub fn wait(&self, args: WaitArgs) -> AppResult<Waited> {
        // A reader of its own: a wait must not hold up the reads of a screen.
        let reader = lock(&self.store).reader().map_err(|error| self.fail(&error))?;
        let mut waited_ms = 0;
        loop {
            let cursor = reader.cursor().map_err(|error| self.fail(&error))?;
            if cursor != args.cursor || waited_ms >= WAIT_MS_MAX {
                return Ok(Waited { cursor });
            }
            std::thread::sleep(Duration::from_millis(WAIT_STEP_MS));
            waited_ms += WAIT_STEP_MS;
        }
    }

    /// The 98 municipalities.
    pub fn municipalities(&self, _: NoArgs) -> AppResult<Vec<Municipality>> {
        Ok(municipality::all().to_vec())
    }

    /// First start: municipality, department and name, no account.
    pub fn found(&self, args: FoundArgs) -> AppResult<Done> {
        if self.me()?.is_some() {
            return Err(AppError::new(Code::AlreadyFounded));
        }
        let municipality = municipality::by_code(&args.municipality)
            .ok_or_else(|| AppError::new(Code::UnknownMunicipality).at(&args.municipality))?;
        if args.name.trim().is_empty() {
            return Err(AppError::new(Code::NameMissing).at("name"));
        }
        if args.department.trim().is_empty() {
            return Err(AppError::new(Code::NameMissing).at("department"));
        }
        if self.read(|reader| reader.setting("space_secret"))?.is_none() {
            let mut secret = [0; SECRET_BYTES];
            (self.ground.random)(&mut secret).map_err(|error| AppError::new(Code::Io).with(error))?;
            self.set_setting("space_secret", &hex::encode(secret))?;
        }
        self.set_setting("municipality", &municipality.code)?;
        Ok(Done { cursor: self.become_author(&args.name, &args.department)? })
    }

    /// Changes who works here.
    pub fn set_me(&self, args: MeArgs) -> AppResult<Done> {
        self.founded()?;
        Ok(Done { cursor: self.become_author(&args.name, &args.department)? })
    }

    /// Reads or writes a setting of this laptop.
    pub fn preference(&self, args: PreferenceArgs) -> AppResult<Preference> {
        let key = format!("preference.{}", args.key);
        if let Some(value) = args.value {
            let text = value.to_string();
            if text.chars().count() > PREFERENCE_CHARS_MAX {
                return Err(AppError::new(Code::TooLong).at(args.key).with(PREFERENCE_CHARS_MAX));
            }
            self.set_setting(&key, &text)?;
            return Ok(Preference { value: Some(value) });
        }
        let kept = self.read(|reader| reader.setting(&key))?;
        Ok(Preference { value: kept.and_then(|text| serde_json::from_str(&text).ok()) })
    }

    pub(crate) fn set_setting(&self, key: &str, value: &str) -> AppResult<()> {
        lock(&self.store).set_setting(key, value).map_err(|error| self.fail(&error))
    }

    /// Whether first start is done.
    ///
    /// # Errors
    /// [`Code::NotFounded`] when it is not.
    pub fn founded(&self) -> AppResult<()> {
        if self.me()?.is_some() { Ok(()) } else { Err(AppError::new(Code::NotFounded)) }
    }
}
