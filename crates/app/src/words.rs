//! The message catalogue for the terminal, the exports and the import's sentences.
//!
//! One catalogue serves the screen and Rust: `ui/messages/<lang>/<area>.json`, flat objects of `"key": "text with {param}"`.
//! A fact that may be missing stands in quotation marks, so that it can be left out together with them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tovholder_model::{Colour, Reason, Scalar, Status, TaskKind};

use crate::error::{AppError, Code};
use crate::view::{Finding, RoleCategory};

mod rejection;

pub use rejection::rejection;

/// A language of the catalogue. Danish is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Dansk.
    #[default]
    Da,
    /// English.
    En,
}

impl Lang {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::Da, Self::En];

    /// `da` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Da => "da",
            Self::En => "en",
        }
    }

    /// The language with this code, also `en-GB` and `EN`; Danish for anything else.
    pub fn from_code(code: &str) -> Self {
        let head = code.get(..2).unwrap_or_default();
        if head.eq_ignore_ascii_case("en") { Self::En } else { Self::Da }
    }
}

type Area = BTreeMap<String, String>;
type Catalogue = BTreeMap<&'static str, Area>;

macro_rules! catalogue {
    ($lang:literal) => {
        [
            ("error", include_str!(concat!("../../../ui/messages/", $lang, "/error.json"))),
            ("reason", include_str!(concat!("../../../ui/messages/", $lang, "/reason.json"))),
            ("reject", include_str!(concat!("../../../ui/messages/", $lang, "/reject.json"))),
            ("field", include_str!(concat!("../../../ui/messages/", $lang, "/field.json"))),
            ("word", include_str!(concat!("../../../ui/messages/", $lang, "/word.json"))),
            ("missing", include_str!(concat!("../../../ui/messages/", $lang, "/missing.json"))),
            ("notice", include_str!(concat!("../../../ui/messages/", $lang, "/notice.json"))),
            ("finding", include_str!(concat!("../../../ui/messages/", $lang, "/finding.json"))),
            ("undo", include_str!(concat!("../../../ui/messages/", $lang, "/undo.json"))),
        ]
    };
}

static DANISH: LazyLock<Catalogue> = LazyLock::new(|| parse(&catalogue!("da")));
static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| parse(&catalogue!("en")));

/// A file that does not parse gives an empty area (keys are shown instead of words); a test parses every one.
fn parse(files: &[(&'static str, &str)]) -> Catalogue {
    files.iter().map(|(area, json)| (*area, serde_json::from_str(json).unwrap_or_default())).collect()
}

fn template(lang: Lang, area: &str, key: &str) -> Option<&'static str> {
    let catalogue: &'static Catalogue = match lang {
        Lang::Da => &DANISH,
        Lang::En => &ENGLISH,
    };
    catalogue.get(area)?.get(key).map(String::as_str)
}

/// The text of `key` in `area`, its `{param}`s filled in; the key itself when the catalogue lacks it.
///
/// A parameter that is empty takes the quotation marks around it away, and a colon before them.
pub fn text(lang: Lang, area: &str, key: &str, params: &[(&str, &str)]) -> String {
    match template(lang, area, key) {
        Some(template) => tidy(&fill(template, params)),
        None => key.to_owned(),
    }
}

/// The text of `key.zero`, `key.one` or `key.many` for `count`, which is also the parameter named `name`.
pub fn counted(lang: Lang, area: &str, key: &str, name: &str, count: i64, params: &[(&str, &str)]) -> String {
    let zero = format!("{key}.zero");
    let key = match count {
        0 if template(lang, area, &zero).is_some() => zero,
        1 => format!("{key}.one"),
        _ => format!("{key}.many"),
    };
    let count = count.to_string();
    let mut all = vec![(name, count.as_str())];
    all.extend_from_slice(params);
    text(lang, area, &key, &all)
}

/// Fills in once, from left to right: a value that looks like a parameter stays as it is.
fn fill(template: &str, params: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        if let Some((_, value)) = params.iter().find(|(known, _)| *known == name) {
            out.push_str(value);
        } else {
            out.push('{');
            out.push_str(name);
            out.push('}');
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn tidy(sentence: &str) -> String {
    let mut out = sentence.to_owned();
    for empty in [": »«", " »«", ": “”", " “”"] {
        if out.contains(empty) {
            out = out.replace(empty, "");
        }
    }
    // A parameter without quotation marks, for example a cell's name in a file without cells.
    let out = if out.contains("  ") { out.replace("  ", " ") } else { out };
    // A closing sentence that is left out.
    if out.ends_with(' ') { out.trim_end().to_owned() } else { out }
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A date as it is shown: `dd.mm.åååå`, in both languages, so that a list reads the same.
pub fn date(_lang: Lang, date: NaiveDate) -> String {
    date.format("%d.%m.%Y").to_string()
}

/// The name of a field, for example `Frist` for `deadline`; the code word when the catalogue lacks it.
pub fn field(lang: Lang, field: &str) -> String {
    text(lang, "field", field, &[])
}

/// The name of a status.
pub fn status(lang: Lang, status: Status) -> String {
    word(lang, "status", status.code())
}

/// The name of a colour.
pub fn colour(lang: Lang, colour: Colour) -> String {
    word(lang, "colour", colour.code())
}

/// The name of a kind of task.
pub fn kind(lang: Lang, kind: TaskKind) -> String {
    word(lang, "kind", kind.code())
}

/// The name of a category of roles.
pub fn category(lang: Lang, category: RoleCategory) -> String {
    let code = match category {
        RoleCategory::Organisational => "organisational",
        RoleCategory::Project => "project",
        RoleCategory::Technical => "technical",
    };
    word(lang, "category", code)
}

/// Ja or nej.
pub fn yes_no(lang: Lang, yes: bool) -> String {
    text(lang, "word", if yes { "yes" } else { "no" }, &[])
}

/// Whether this is a phase of a project by one of its words.
pub fn is_phase(code: &str) -> bool {
    template(Lang::Da, "word", &format!("phase.{code}")).is_some()
}

/// The word `<group>.<code>`; the bare code when the catalogue lacks it, as for a value from a newer version.
fn word(lang: Lang, group: &str, code: &str) -> String {
    template(lang, "word", &format!("{group}.{code}")).unwrap_or(code).to_owned()
}

/// A stored value in words: code words by their names, dates as `dd.mm.åååå`, percent as `50 %`, flags as Ja or Nej,
/// nothing as empty text. A person's id stays an id: names are not known here.
pub fn scalar(lang: Lang, field: &str, value: &Scalar) -> String {
    match value {
        Scalar::Null => String::new(),
        Scalar::Bool(yes) => yes_no(lang, *yes),
        Scalar::Int(number) if field == "percent" => text(lang, "word", "percent", &[("number", &number.to_string())]),
        Scalar::Int(number) => number.to_string(),
        Scalar::Str(code) => match field {
            _ if code.is_empty() => String::new(),
            "status" | "kind" | "needed" | "phase" | "rollout" | "colour" | "category" | "state" => {
                word(lang, field, code)
            }
            "start" | "deadline" | "published" | "from" | "to" | "go_live" | "changed" | "earlier_deadlines" => {
                NaiveDate::parse_from_str(code, "%Y-%m-%d").map_or_else(|_| code.clone(), |day| date(lang, day))
            }
            _ => code.clone(),
        },
    }
}

/// A reason as a sentence without its colour: "Fristen er overskredet med 8 dage."
pub fn reason(lang: Lang, reason: &Reason) -> String {
    let clause = clause(lang, reason, "");
    if clause.is_empty() { clause } else { format!("{}.", sentence_case(&clause)) }
}

/// All reasons with the colour's name first: "Rød: fristen er overskredet med 8 dage. Udfører mangler også."
/// Without reasons only the colour's name.
pub fn reasons(lang: Lang, shade: Colour, reasons: &[Reason]) -> String {
    let name = colour(lang, shade);
    let Some((first, others)) = reasons.split_first() else {
        return name;
    };
    let mut out = text(lang, "reason", "sentence", &[("colour", &name), ("reason", &clause(lang, first, ""))]);
    for other in others {
        out.push(' ');
        out.push_str(&clause(lang, other, ".also"));
    }
    out
}

/// `suffix` is empty for the bare clause, `.also` for the sentence of a second reason.
fn clause(lang: Lang, reason: &Reason, suffix: &str) -> String {
    let key = format!("{}{suffix}", reason_code(reason));
    let plain = |params: &[(&str, &str)]| text(lang, "reason", &key, params);
    match reason {
        Reason::Completed
        | Reason::NotRelevant
        | Reason::CannotMeetDeadline
        | Reason::ActionNeeded
        | Reason::NoResponsible
        | Reason::NoPerformer
        | Reason::OnTrack => plain(&[]),
        Reason::NotStartedYet { start } => plain(&[("start", &date(lang, *start))]),
        Reason::DeadlinePassed { days, deadline } | Reason::DeadlineNear { days, deadline } => {
            counted(lang, "reason", &key, "days", *days, &[("deadline", &date(lang, *deadline))])
        }
        Reason::PrerequisiteLate { task } => plain(&[("task", task)]),
        Reason::RoleEmpty { role } => plain(&[("role", role)]),
        Reason::Conflict { field: name } => plain(&[("field", &field(lang, name))]),
    }
}

/// The catalogue's key of a reason, the `code` of its JSON.
pub fn reason_code(reason: &Reason) -> &'static str {
    match reason {
        Reason::Completed => "completed",
        Reason::NotRelevant => "not_relevant",
        Reason::DeadlinePassed { .. } => "deadline_passed",
        Reason::CannotMeetDeadline => "cannot_meet_deadline",
        Reason::ActionNeeded => "action_needed",
        Reason::NotStartedYet { .. } => "not_started_yet",
        Reason::NoResponsible => "no_responsible",
        Reason::NoPerformer => "no_performer",
        Reason::PrerequisiteLate { .. } => "prerequisite_late",
        Reason::RoleEmpty { .. } => "role_empty",
        Reason::DeadlineNear { .. } => "deadline_near",
        Reason::OnTrack => "on_track",
        Reason::Conflict { .. } => "conflict",
    }
}

/// An error as two sentences: what is wrong and where, and what to do.
pub fn error(lang: Lang, error: &AppError) -> (String, String) {
    let code = error_code(error.code);
    // Where the place is a field, its name is shown, not its code word.
    let place = match error.code {
        Code::UnknownField
        | Code::BadValue
        | Code::LooksLikeCpr
        | Code::TooLong
        | Code::BadDate
        | Code::MappedTwice
        | Code::FieldNotMapped => field(lang, &error.place),
        _ => error.place.clone(),
    };
    let detail = match error.code {
        Code::FileUnreadable | Code::FileTooLarge => rejection::file_detail(lang, &error.detail),
        _ => error.detail.clone(),
    };
    let params = [("where", place.as_str()), ("detail", detail.as_str())];
    (text(lang, "error", &code, &params), text(lang, "error", &format!("{code}.do"), &params))
}

/// The catalogue's key of an error, its code in JSON.
pub fn error_code(code: Code) -> String {
    serde_json::to_value(code).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A notice about this laptop, for example that its disk is not encrypted.
pub fn notice(lang: Lang, code: &str, detail: &str) -> String {
    text(lang, "notice", code, &[("detail", detail)])
}

/// What is missing for being in sync, as one sentence.
pub fn missing(lang: Lang, code: &str, count: u32, detail: &str) -> String {
    let one = text(lang, "missing", &format!("{code}.one"), &[("detail", detail)]);
    if one == format!("{code}.one") {
        return text(lang, "missing", code, &[("detail", detail), ("count", &count.to_string())]);
    }
    counted(lang, "missing", code, "count", i64::from(count), &[("detail", detail)])
}

/// A finding as two sentences: what it is, and what to do.
pub fn finding(lang: Lang, finding: &Finding) -> (String, String) {
    let say = |code: &str, params: &[(&str, &str)]| {
        (text(lang, "finding", code, params), text(lang, "finding", &format!("{code}.do"), params))
    };
    match finding {
        Finding::StartAfterDeadline { task, start, deadline } => {
            let (start, deadline) = (date(lang, *start), date(lang, *deadline));
            say("start_after_deadline", &[("task", task), ("start", &start), ("deadline", &deadline)])
        }
        Finding::ArchivedButEdited { task } => say("archived_but_edited", &[("task", task)]),
        Finding::GoneButOpen { task } => say("gone_but_open", &[("task", task)]),
        Finding::UnknownValue { task, field: name, value } => {
            say("unknown_value", &[("task", task), ("field", &field(lang, name)), ("value", value)])
        }
        Finding::PrerequisiteCircle { task } => say("prerequisite_circle", &[("task", task)]),
        Finding::PeriodBackwards { project, role, person } => {
            say("period_backwards", &[("project", project), ("role", role), ("person", person)])
        }
        Finding::MovedButEdited { task, from } => say("moved_but_edited", &[("task", task), ("from", from)]),
        Finding::PersonArchived { task, person } => say("person_archived", &[("task", task), ("person", person)]),
        Finding::HolderArchived { project, role, person } => {
            say("holder_archived", &[("project", project), ("role", role), ("person", person)])
        }
        Finding::RoleFilledApart { project, role, person, other } => {
            say("role_filled_apart", &[("project", project), ("role", role), ("person", person), ("other", other)])
        }
        Finding::RoleFilledTwice { project, role, person } => {
            say("role_filled_twice", &[("project", project), ("role", role), ("person", person)])
        }
    }
}

#[cfg(test)]
mod tests;
