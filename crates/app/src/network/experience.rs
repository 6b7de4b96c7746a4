//! Experiences: what a municipality learned of an interface or a project, or a template that others can go by; with thanks
//! and questions.
//!
//! Each stands in the document of whoever wrote it, so nobody can change another's words. Thanks and questions stand in the
//! documents of those who give and ask them, and name the experience by its writer and its id.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tovholder_model::{FieldKind, Record, Scalar, key};

use super::count;
use super::country::speakers;
use crate::App;
use crate::entity::{check_long_text, check_short_text, check_value};
use crate::error::{AppError, AppResult, Code};
use crate::municipality;
use crate::view::{
    ExperienceArgs, ExperienceKind, ExperienceList, ExperienceQuery, ExperienceRow, Municipality, Remark, RemarkArgs,
    ShareCell, Shared, ThankArgs,
};
use crate::voices::{EXPERIENCE, REMARK, THANKS, Voice};
use crate::world::World;

/// What an experience says.
const FIELDS: [&str; 6] = ["about", "title", "text", "link", "kind", "on"];
/// Between the writer and the id.
const OF: char = ':';

/// An experience's name for a screen or a terminal: who wrote it, and its id.
fn name(member: &str, id: &str) -> String {
    format!("{member}{OF}{id}")
}

/// What an experience may be about, as it is kept: `interface/SF1511`, `project/BBR`.
pub(super) fn subject(text: &str) -> AppResult<String> {
    let unknown = || AppError::new(Code::UnknownEntity).at(text);
    match key::kind_and_id(text.trim()) {
        Some(("project", id)) if !id.is_empty() => Ok(key::project_document(&key::project_id(&key::plain(id)))),
        Some(("interface", id)) => Ok(key::entity("interface", &super::publish::number(&key::plain(id))?)),
        _ => Err(unknown()),
    }
}

/// What is shown of a subject: its kind, and its id as people write it.
pub(super) fn shown_subject(world: &World, about: &str) -> (String, String) {
    let Some((kind, raw)) = key::kind_and_id(about) else { return Default::default() };
    let id = key::plain(raw);
    let code = if kind == "project" { world.told().project(&id).map(|one| one.id.clone()) } else { None };
    (kind.to_owned(), code.unwrap_or(id))
}

/// The municipalities that speak, by member.
struct Speakers(BTreeMap<String, &'static Municipality>);

impl Speakers {
    fn of(network: &App, world: &World) -> AppResult<Self> {
        let space = network.shared_space()?;
        let known = speakers(&space, world).into_iter();
        Ok(Self(known.filter_map(|(code, member)| Some((member, municipality::by_code(&code)?))).collect()))
    }

    /// Whose voice it is; none for somebody who is out, or says no municipality.
    fn whose(&self, member: &str) -> Option<&'static Municipality> {
        self.0.get(member).copied()
    }
}

/// The day that is said; none for one that has not come: a clock that is ahead must not decide what stands on top.
fn day_of(record: &Record, today: NaiveDate) -> Option<NaiveDate> {
    record.date("on").filter(|day| *day <= today)
}

fn is_template(record: &Record) -> bool {
    record.text("kind") == "template"
}

fn matches(args: &ExperienceQuery, about: Option<&str>, record: &Record, whose: &Municipality) -> bool {
    let text = format!("{} {} {}", record.text("title"), record.text("text"), whose.name).to_lowercase();
    let words = args.q.as_deref().unwrap_or_default().to_lowercase();
    about.is_none_or(|about| record.text("about") == about) && words.split_whitespace().all(|word| text.contains(word))
}

impl App {
    /// What municipalities have learned, newest first.
    pub fn experiences(&self, args: ExperienceQuery) -> AppResult<ExperienceList> {
        let network = self.network()?;
        let world = network.world()?;
        let about = args.about.as_deref().map(subject).transpose()?;
        let ours = member_of(&network)?;
        let speakers = Speakers::of(&network, &world)?;
        let today = self.today();
        let (thanks, remarks) = (thanks_of(&world, &speakers), remarks_of(&world, &speakers, &ours, today));
        let nobody = BTreeSet::new();
        let mut rows: Vec<ExperienceRow> = world
            .voices
            .of(EXPERIENCE)
            .filter_map(|(member, id, entry)| Some((speakers.whose(member)?, member, id, &entry.record)))
            .filter(|(whose, _, _, record)| {
                !record.text("title").is_empty() && matches(&args, about.as_deref(), record, whose)
            })
            .map(|(whose, member, id, record)| {
                let name = name(member, id);
                let thanked = thanks.get(&name).unwrap_or(&nobody);
                let (about_kind, about) = shown_subject(&world, record.text("about"));
                ExperienceRow {
                    about_kind,
                    about,
                    title: record.text("title").to_owned(),
                    text: record.text("text").to_owned(),
                    link: record.text("link").to_owned(),
                    kind: if is_template(record) { ExperienceKind::Template } else { ExperienceKind::Experience },
                    on: day_of(record, today),
                    code: whose.code.clone(),
                    municipality: whose.name.clone(),
                    ours: member == ours,
                    thanks: count(thanked.len()),
                    thanked: thanked.contains(ours.as_str()),
                    remarks: remarks.get(&name).cloned().unwrap_or_default(),
                    id: name,
                }
            })
            .collect();
        rows.sort_by(|a, b| (b.on, &a.municipality, &a.id).cmp(&(a.on, &b.municipality, &b.id)));
        Ok(ExperienceList { unanswered: count(unanswered(&rows)), experiences: rows, cursor: world.cursor })
    }

    /// Writes an experience, changes one of one's own, or takes it away.
    pub fn write_experience(&self, args: ExperienceArgs) -> AppResult<Shared> {
        self.may_edit()?;
        let network = self.network()?;
        let id = match args.id.as_deref().filter(|id| !id.is_empty()) {
            Some(known) => own(&network, EXPERIENCE, known)?,
            None => self.new_id()?,
        };
        let entity = key::entity(EXPERIENCE, &id);
        let cell = |field: &str, value: String| ShareCell { entity: entity.clone(), field: field.to_owned(), value };
        if args.remove {
            return self.speak_of(&FIELDS.map(|field| cell(field, String::new())));
        }
        let (title, text, link) = (args.title.trim(), args.text.trim(), args.link.trim());
        if title.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("title"));
        }
        let about = subject(&args.about)?;
        check_short_text("title", title)?;
        check_long_text("text", text)?;
        check_value("link", FieldKind::Text { chars_max: 300 }, &Scalar::from(link))?;
        let kind = match args.kind {
            ExperienceKind::Experience => "experience",
            ExperienceKind::Template => "template",
        };
        let world = network.world()?;
        let ours = member_of(&network)?;
        let written = world.voices.by(EXPERIENCE, &ours).find(|(known, _)| *known == id);
        let on = written.and_then(|(_, entry)| entry.record.date("on")).unwrap_or_else(|| self.today());
        self.speak_of(&[
            cell("about", about),
            cell("title", title.to_owned()),
            cell("text", text.to_owned()),
            cell("link", link.to_owned()),
            cell("kind", kind.to_owned()),
            cell("on", on.to_string()),
        ])
    }

    /// Thanks for another's experience, or takes the thanks back.
    pub fn thank(&self, args: ThankArgs) -> AppResult<Shared> {
        self.may_edit()?;
        let network = self.network()?;
        let (member, id) = find(&network, EXPERIENCE, &args.id)?;
        if member == member_of(&network)? {
            return Err(AppError::new(Code::OwnExperience).at(&args.id));
        }
        let (entity, value) = (key::entity(THANKS, &id), if args.take_back { String::new() } else { member });
        self.speak_of(&[ShareCell { entity, field: "of".to_owned(), value }])
    }

    /// Asks about an experience, or answers; or takes a word of one's own away.
    pub fn remark(&self, args: RemarkArgs) -> AppResult<Shared> {
        self.may_edit()?;
        let network = self.network()?;
        let said = |id: &str, on: String, text: String, day: String| {
            let entity = key::entity(REMARK, id);
            [("of", on), ("text", text), ("on", day)].map(|(field, value)| ShareCell {
                entity: entity.clone(),
                field: field.to_owned(),
                value,
            })
        };
        if let Some(known) = args.remove.as_deref() {
            let id = own(&network, REMARK, known)?;
            return self.speak_of(&said(&id, String::new(), String::new(), String::new()));
        }
        let (member, of) = find(&network, EXPERIENCE, &args.id)?;
        let text = args.text.trim();
        if text.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("text"));
        }
        check_long_text("text", text)?;
        self.speak_of(&said(&self.new_id()?, name(&member, &of), text.to_owned(), self.today().to_string()))
    }
}

/// This municipality's member in hex.
fn member_of(network: &App) -> AppResult<String> {
    Ok(network.shared_space()?.member().map(|member| member.to_string()).unwrap_or_default())
}

/// Whose an experience or a word is, and its id: by its whole name, or by the id alone where there is but one.
fn find(network: &App, kind: &str, named: &str) -> AppResult<(String, String)> {
    let world = network.world()?;
    let speaks =
        |(_, _, entry): &Voice<'_>| !entry.record.text(if kind == REMARK { "text" } else { "title" }).is_empty();
    let fits = |member: &str, id: &str| id == named || name(member, id) == named;
    let mut found = world.voices.of(kind).filter(speaks).filter(|(member, id, _)| fits(member, id));
    let unknown = || AppError::new(Code::UnknownExperience).at(named);
    let (member, id, _) = found.next().ok_or_else(unknown)?;
    if found.next().is_some() { Err(unknown()) } else { Ok((member.to_owned(), id.to_owned())) }
}

/// The id of one of this municipality's own.
fn own(network: &App, kind: &str, named: &str) -> AppResult<String> {
    let (member, id) = find(network, kind, named)?;
    if member == member_of(network)? { Ok(id) } else { Err(AppError::new(Code::UnknownExperience).at(named)) }
}

/// Who thanks for each experience, by the experience's name.
fn thanks_of<'w>(world: &'w World, speakers: &Speakers) -> BTreeMap<String, BTreeSet<&'w str>> {
    let mut thanks: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (member, id, entry) in world.voices.of(THANKS) {
        let of = entry.record.text("of");
        if !of.is_empty() && of != member && speakers.whose(member).is_some() {
            thanks.entry(name(of, id)).or_default().insert(member);
        }
    }
    thanks
}

/// What is asked and answered about each experience, oldest first.
fn remarks_of(world: &World, speakers: &Speakers, ours: &str, today: NaiveDate) -> BTreeMap<String, Vec<Remark>> {
    let mut remarks: BTreeMap<String, Vec<Remark>> = BTreeMap::new();
    for (member, id, entry) in world.voices.of(REMARK) {
        let (record, Some(whose)) = (&entry.record, speakers.whose(member)) else { continue };
        let of = record.text("of");
        if of.is_empty() || record.text("text").is_empty() {
            continue;
        }
        remarks.entry(of.to_owned()).or_default().push(Remark {
            id: name(member, id),
            code: whose.code.clone(),
            municipality: whose.name.clone(),
            text: record.text("text").to_owned(),
            on: day_of(record, today),
            ours: member == ours,
            by_writer: of.split(OF).next() == Some(member),
        });
    }
    // Ids begin with the time (UUIDv7).
    let time = |remark: &Remark| (remark.on, remark.id.rsplit(OF).next().unwrap_or_default().to_owned());
    for list in remarks.values_mut() {
        list.sort_by_cached_key(time);
    }
    remarks
}

/// Experiences of our own whose last word is another's.
fn unanswered(rows: &[ExperienceRow]) -> usize {
    rows.iter().filter(|row| row.ours && row.remarks.last().is_some_and(|last| !last.ours)).count()
}
