//! Roles: the gallery with the municipality's own words, fitted to projects, and who holds what.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use tovholder_model::{Colour, Scalar, key};
use tovholder_store::CellEdit;

use crate::edit::Planned;
use crate::error::{AppError, AppResult, Code};
use crate::people::Persons;
use crate::task::Colours;
use crate::undo::Label;
use crate::view::{
    AssignArgs, AssignmentRow, CreateRoleArgs, EditDone, GalleryRole, GalleryView, Needed, OnQuery, RoleCategory,
    RoleRow, RoleText, RolesQuery, RolesView, TaskRow,
};
use crate::world::{Entry, World};
use crate::{App, gallery};

/// A role as the municipality knows it.
struct Known {
    id: String,
    name: String,
    category: RoleCategory,
    themes: Vec<String>,
    text: RoleText,
    original: RoleText,
    own: bool,
    archived: bool,
}

const TEXTS: [&str; 3] = ["responsibility", "duties", "competences"];

/// Every role: the gallery's, then the municipality's own, each category in order.
fn known(world: &World) -> Vec<Known> {
    let mut roles: Vec<Known> = gallery::standing(world)
        .into_iter()
        .map(|(role, put_away)| {
            let original =
                RoleText { responsibility: role.responsibility, duties: role.duties, competences: role.competences };
            let own_words = world.gallery.get(&role.id);
            let name = own_words.map(|entry| entry.record.text("name")).filter(|name| !name.is_empty());
            Known {
                name: name.map_or(role.name, str::to_owned),
                category: role.category,
                themes: role.themes,
                text: layered(own_words, &original),
                original,
                own: false,
                archived: put_away || own_words.is_some_and(|entry| entry.record.flag("archived")),
                id: role.id,
            }
        })
        .collect();
    let of_gallery: BTreeSet<String> = roles.iter().map(|role| role.id.clone()).collect();
    for (id, entry) in world.gallery.iter().filter(|(id, _)| !of_gallery.contains(*id)) {
        let original = RoleText { responsibility: String::new(), duties: String::new(), competences: String::new() };
        roles.push(Known {
            id: id.clone(),
            name: entry.record.text("name").to_owned(),
            category: gallery::category_of(entry.record.text("category")),
            themes: Vec::new(),
            text: layered(Some(entry), &original),
            original,
            own: true,
            archived: entry.record.flag("archived"),
        });
    }
    roles.sort_by_key(|role| role.category as u8);
    roles
}

/// The text that holds: an own value where there is one (empty on purpose too), else what lies below.
fn layered(own: Option<&Entry>, below: &RoleText) -> RoleText {
    let pick = |field: &str, below: &str| {
        own.and_then(|entry| entry.record.local.get(field)).and_then(Scalar::as_str).unwrap_or(below).to_owned()
    };
    RoleText {
        responsibility: pick("responsibility", &below.responsibility),
        duties: pick("duties", &below.duties),
        competences: pick("competences", &below.competences),
    }
}

fn category_code(category: RoleCategory) -> &'static str {
    match category {
        RoleCategory::Organisational => "organisational",
        RoleCategory::Project => "project",
        RoleCategory::Technical => "technical",
    }
}

/// A role's name; its id when it is not known here.
pub(crate) fn name_of(world: &World, id: &str) -> String {
    let own = world.gallery.get(id).map(|entry| entry.record.text("name")).filter(|name| !name.is_empty());
    own.or_else(|| gallery::name_here(world, id)).unwrap_or(id).to_owned()
}

/// A role by id or name.
fn find(world: &World, text: &str) -> AppResult<String> {
    let text = text.trim();
    let roles = known(world);
    let found = roles.iter().find(|role| role.id == text).or_else(|| {
        let slug = gallery::slug(text);
        roles
            .iter()
            .find(|role| role.name.eq_ignore_ascii_case(text) || role.id == slug || gallery::slug(&role.name) == slug)
    });
    found.map(|role| role.id.clone()).ok_or_else(|| AppError::new(Code::UnknownRole).at(text))
}

/// A project's roles in numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct RoleCounts {
    /// How many are needed.
    pub needed: usize,
    /// Names of the needed ones that nobody holds on the day.
    pub empty: Vec<String>,
    /// How many nobody has assessed.
    pub unassessed: usize,
}

/// The roles of these projects in numbers, all in one pass: a list of projects asks for every one of them.
pub(crate) fn counts<'p>(
    world: &World,
    projects: impl IntoIterator<Item = &'p String>,
    on: NaiveDate,
) -> BTreeMap<&'p str, RoleCounts> {
    let roles: Vec<String> = known(world).into_iter().filter(|role| !role.archived).map(|role| role.id).collect();
    let mut counts: BTreeMap<&str, RoleCounts> = projects
        .into_iter()
        .map(|project| {
            let open = roles.iter().filter(|role| needed(world, project, role) == Needed::Unassessed).count();
            (project.as_str(), RoleCounts { unassessed: open, ..RoleCounts::default() })
        })
        .collect();
    for (project, _) in needed_roles(world) {
        if let Some(of) = counts.get_mut(project.as_str()) {
            of.needed += 1;
        }
    }
    for (project, role) in empty_roles(world, on) {
        if let Some(of) = counts.get_mut(project.as_str()) {
            of.empty.push(name_of(world, &role));
        }
    }
    counts
}

/// Whether a project needs a role, as the municipality said.
pub(crate) fn needed(world: &World, project: &str, role: &str) -> Needed {
    let cell = world.roles.get(&(project.to_owned(), role.to_owned())).map(|entry| entry.record.shown("needed"));
    match cell.and_then(Scalar::as_bool) {
        Some(true) => Needed::Yes,
        Some(false) => Needed::No,
        None => Needed::Unassessed,
    }
}

/// (project, role) pairs said to be needed, in conflict about it too: the graver reading holds until someone chooses.
pub(crate) fn needed_roles(world: &World) -> impl Iterator<Item = (&String, &String)> {
    world.roles.iter().filter_map(|((project, role), entry)| {
        let said = entry.record.shown("needed").as_bool() == Some(true);
        let disputed = entry.record.conflicts.get("needed").is_some_and(|values| values.contains(&Scalar::Bool(true)));
        (said || disputed).then_some((project, role))
    })
}

/// (project, role) pairs that are needed and that nobody holds on the day: risks.
pub(crate) fn empty_roles(world: &World, on: NaiveDate) -> BTreeSet<(String, String)> {
    let held: BTreeSet<(&str, &str)> = world
        .assignments
        .values()
        .filter(|entry| holds(entry, on))
        .map(|entry| (entry.project.as_str(), entry.record.text("role")))
        .collect();
    needed_roles(world)
        .filter(|(project, role)| !held.contains(&(project.as_str(), role.as_str())))
        .map(|(project, role)| (project.clone(), role.clone()))
        .collect()
}

/// Whether an assignment puts a person in the role on the day; both days are included.
fn holds(entry: &Entry, on: NaiveDate) -> bool {
    let record = &entry.record;
    !record.flag("archived")
        && !record.text("person").is_empty()
        && record.date("from").is_none_or(|from| from <= on)
        && record.date("to").is_none_or(|to| on <= to)
}

/// Every assignment that was not taken away, by project, role and first day.
pub(crate) fn assignments(world: &World, on: NaiveDate) -> Vec<AssignmentRow> {
    let mut rows: Vec<AssignmentRow> = world
        .assignments
        .iter()
        .filter(|(_, entry)| !entry.record.flag("archived"))
        .filter_map(|(id, entry)| {
            let record = &entry.record;
            Some(AssignmentRow {
                id: id.clone(),
                entity: key::entity("assignment", id),
                project: world.project_code(&entry.project),
                role: record.text("role").to_owned(),
                role_name: name_of(world, record.text("role")),
                person: world.person_ref(record.text("person"))?,
                from: record.date("from"),
                to: record.date("to"),
                active: holds(entry, on),
                conflicts: record.conflicts.keys().cloned().collect(),
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        (&a.project, &a.role, a.from, &a.person.name, &a.id).cmp(&(&b.project, &b.role, b.from, &b.person.name, &b.id))
    });
    rows
}

/// Plans that a successor takes an assignment over from a day: the old period ends the day before.
pub(crate) fn succeed(
    app: &App,
    world: &World,
    planned: &mut Planned,
    id: &str,
    successor: &str,
    first_day: NaiveDate,
) -> AppResult<()> {
    let entry = world.assignments.get(id).ok_or_else(|| AppError::new(Code::UnknownEntity).at(id))?;
    let old = key::entity("assignment", id);
    let record = &entry.record;
    if record.date("from").is_some_and(|from| from >= first_day) {
        // It had not begun: the successor simply has it instead.
        planned.cell(&entry.document, CellEdit::now(&old, "person", successor));
        return Ok(());
    }
    let last_day = first_day.pred_opt().unwrap_or(first_day);
    planned.cell(&entry.document, CellEdit::now(&old, "to", last_day));
    let new = key::entity("assignment", &app.new_id()?);
    let mut cells = vec![
        CellEdit::now(&new, "created", true),
        CellEdit::now(&new, "role", record.text("role")),
        CellEdit::now(&new, "person", successor),
        CellEdit::now(&new, "from", first_day),
    ];
    if let Some(to) = record.date("to").filter(|to| *to >= first_day) {
        cells.push(CellEdit::now(&new, "to", to));
    }
    let id = new.strip_prefix("assignment/").unwrap_or_default();
    cells.push(crate::seen::beside_assignment(world, id, &entry.project, record.text("role")));
    for cell in cells {
        planned.cell(&entry.document, cell);
    }
    Ok(())
}

impl App {
    /// The gallery, with the municipality's own words.
    pub fn gallery(&self, args: OnQuery) -> AppResult<GalleryView> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let mut needed_in: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, role) in needed_roles(&world) {
            *needed_in.entry(role.as_str()).or_default() += 1;
        }
        let mut empty_in: BTreeMap<String, u32> = BTreeMap::new();
        for (_, role) in empty_roles(&world, on) {
            *empty_in.entry(role).or_default() += 1;
        }
        let roles = known(&world)
            .into_iter()
            .filter(|role| !role.archived)
            .map(|role| {
                let needed_in = needed_in.get(role.id.as_str()).copied().unwrap_or(0);
                GalleryRole {
                    entity: key::entity("gallery", &role.id),
                    filled_in: needed_in - empty_in.get(&role.id).copied().unwrap_or(0),
                    needed_in,
                    id: role.id,
                    name: role.name,
                    category: role.category,
                    themes: role.themes,
                    text: role.text,
                    original: role.original,
                    own: role.own,
                }
            })
            .collect();
        let (version, source) = gallery::edition(&world);
        Ok(GalleryView { version, source, cursor: world.cursor, roles })
    }

    /// A project's roles.
    pub fn roles(&self, args: RolesQuery) -> AppResult<RolesView> {
        let world = self.world()?;
        let on = args.on.unwrap_or_else(|| self.today());
        let project =
            world.project_id(&args.project).ok_or_else(|| AppError::new(Code::UnknownProject).at(&args.project))?;
        let code = world.project_code(&project);
        let tasks: Vec<TaskRow> = Colours::on(&world, on)
            .rows()
            .into_iter()
            .filter(|row| row.project == code && !row.archived && row.colour != Colour::Done)
            .collect();
        let held: Vec<AssignmentRow> = assignments(&world, on).into_iter().filter(|row| row.project == code).collect();
        let roles = known(&world)
            .into_iter()
            .filter(|role| !role.archived || held.iter().any(|row| row.role == role.id))
            .map(|role| role_row(&world, &project, role, &tasks, &held))
            .collect();
        Ok(RolesView { project: code, gallery: gallery::edition(&world).0, on, cursor: world.cursor, roles })
    }

    /// Adds a role of the municipality's own.
    pub fn create_role(&self, args: CreateRoleArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        let name = args.name.trim();
        if name.is_empty() {
            return Err(AppError::new(Code::NameMissing).at("name"));
        }
        crate::entity::check_short_text("name", name)?;
        let world = self.world()?;
        let id = gallery::slug(name);
        if id.is_empty() || find(&world, name).is_ok() {
            return Err(AppError::new(Code::BadValue).at("name").with(name));
        }
        let entity = key::entity("gallery", &id);
        let category = category_code(args.category.unwrap_or(RoleCategory::Organisational));
        let cells = [
            CellEdit::now(&entity, "created", true),
            CellEdit::now(&entity, "name", name),
            CellEdit::now(&entity, "category", category),
        ];
        let label = Label::new("create_role", &[("role", name)]);
        let ((), cursor) = self.write(|write| {
            write.edit(key::ORGANISATION, &cells).map_err(|error| self.fail(&error))?;
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(EditDone { written: 1, conflicts: Vec::new(), cursor, id: Some(id) })
    }

    /// Gives a person a role, for a period of its own: one role may be shared, one person may hold many. A role that is
    /// given to someone is needed, unless the project has said otherwise.
    pub fn assign(&self, args: AssignArgs) -> AppResult<EditDone> {
        self.may_edit()?;
        let world = self.world()?;
        let project =
            world.project_id(&args.project).ok_or_else(|| AppError::new(Code::UnknownProject).at(&args.project))?;
        let role = find(&world, &args.role)?;
        let from = args.from.unwrap_or_else(|| self.today());
        for (field, date) in [("from", Some(from)), ("to", args.to)] {
            if let Some(date) = date {
                crate::entity::check_value(field, tovholder_model::FieldKind::Date, &date.into())?;
            }
        }
        if args.to.is_some_and(|to| to < from) {
            return Err(AppError::new(Code::PeriodBackwards).at("to"));
        }
        if args.person.trim().is_empty() {
            return Err(AppError::new(Code::NameMissing).at("person"));
        }
        let secret = self.secret()?;
        let id = self.new_id()?;
        let entity = key::entity("assignment", &id);
        let document = key::project_document(&project);
        let (done, cursor) = self.write(|write| {
            let mut persons = Persons::new(&world, &secret);
            let person = persons.find_or_make(write, &args.person)?;
            let mut cells = vec![
                CellEdit::now(&entity, "created", true),
                CellEdit::now(&entity, "role", role.as_str()),
                CellEdit::now(&entity, "person", person.as_str()),
                CellEdit::now(&entity, "from", from),
            ];
            cells.extend(args.to.map(|to| CellEdit::now(&entity, "to", to)));
            cells.push(crate::seen::beside_assignment(&world, &id, &project, &role));
            if needed(&world, &project, &role) == Needed::Unassessed {
                cells.push(CellEdit::now(key::role_entity(&project, &role), "needed", true));
            }
            write.edit(&document, &cells).map_err(|error| self.fail(&error))?;
            let (code, name, who) = (world.project_code(&project), name_of(&world, &role), persons.name_of(&person));
            let label = Label::new("assign", &[("role", &name), ("project", &code), ("person", &who)]);
            let done = crate::edit::outcome(write);
            write.step(&label.json()).map_err(|error| self.fail(&error))?;
            Ok(done)
        })?;
        Ok(EditDone { cursor, id: Some(id), ..done })
    }
}

fn role_row(world: &World, project: &str, role: Known, tasks: &[TaskRow], held: &[AssignmentRow]) -> RoleRow {
    let entry = world.roles.get(&(project.to_owned(), role.id.clone()));
    let waiting: Vec<TaskRow> = tasks.iter().filter(|row| row.role_id.as_deref() == Some(&role.id)).cloned().collect();
    let assignments: Vec<AssignmentRow> = held.iter().filter(|row| row.role == role.id).cloned().collect();
    let filled = assignments.iter().any(|row| row.active);
    let disputed = entry.is_some_and(|entry| {
        entry.record.conflicts.get("needed").is_some_and(|values| values.contains(&Scalar::Bool(true)))
    });
    let needed = needed(world, project, &role.id);
    let count = |colour| u32::try_from(waiting.iter().filter(|row| row.colour == colour).count()).unwrap_or(u32::MAX);
    RoleRow {
        entity: key::role_entity(project, &role.id),
        name: role.name,
        category: role.category,
        themes: role.themes,
        needed,
        text: layered(entry, &role.text),
        gallery: role.original,
        tailored: entry.is_some_and(|entry| TEXTS.iter().any(|field| entry.record.local.contains_key(*field))),
        own: role.own,
        note: entry.map(|entry| entry.record.text("note").to_owned()).unwrap_or_default(),
        filled,
        risk: (needed == Needed::Yes || disputed) && !filled,
        open_tasks: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
        red: count(Colour::Red),
        yellow: count(Colour::Yellow),
        assignments,
        waiting,
        conflicts: entry.map(|entry| entry.record.conflicts.keys().cloned().collect()).unwrap_or_default(),
        id: role.id,
    }
}
