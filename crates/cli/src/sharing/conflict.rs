//! `conflict choose`, `conflict rule`.

use clap::{Subcommand, ValueEnum};
use tovholder_app::error::{AppError, Code};
use tovholder_app::view::{ConflictRuleArgs, Edit, EditArgs, NoArgs, RulePick};

use crate::failure::Outcome;
use crate::json::EditJson;
use crate::session::Session;
use crate::values;

/// Choosing.
#[derive(Debug, Subcommand)]
pub enum ConflictCommand {
    /// Choose a value in one conflict: one of those that stand there, or a third
    Choose {
        /// The cell as `conflicts` names it, for example task/KLIK-1001/status
        id: String,
        /// The value
        value: String,
    },
    /// Choose in many at once; tells what it would choose unless --run is given
    Rule {
        /// Only this field
        #[arg(long)]
        field: Option<String>,
        /// Only this project
        #[arg(long)]
        project: Option<String>,
        /// What to take
        #[arg(long, value_enum, default_value = "latest-import")]
        pick: Pick,
        /// With --pick department: whose
        #[arg(long)]
        department: Option<String>,
        /// Do it
        #[arg(long)]
        run: bool,
    },
}

/// Which value a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Pick {
    /// The one that the table shows
    Latest,
    /// The one from --department
    Department,
    /// One's own
    Mine,
    /// KLIK's, as of the newest import
    LatestImport,
}

impl From<Pick> for RulePick {
    fn from(pick: Pick) -> Self {
        match pick {
            Pick::Latest => Self::Latest,
            Pick::Department => Self::Department,
            Pick::Mine => Self::Mine,
            Pick::LatestImport => Self::LatestImport,
        }
    }
}

/// `conflict …`.
pub fn conflict(session: &mut Session, command: ConflictCommand) -> Outcome<()> {
    match command {
        ConflictCommand::Choose { id, value } => choose(session, &id, &value),
        ConflictCommand::Rule { field, project, pick, department, run } => {
            let args = ConflictRuleArgs { field, project, pick: pick.into(), department, run, seen: None };
            let choices = session.app.conflict_rule(args)?;
            if session.json {
                return session.out.json(&choices);
            }
            let (n, of) = (choices.choices.len().to_string(), choices.of.to_string());
            let key = if choices.done { "conflict.rule_done" } else { "conflict.rule_would" };
            session.out.line(&session.texts.fill(key, &[("n", &n), ("of", &of)]))?;
            for choice in &choices.choices {
                let field = session.texts.field(&choice.field);
                let others = choice.others.join(", ");
                let parameters =
                    [("title", choice.title.as_str()), ("field", &field), ("value", &choice.text), ("others", &others)];
                session.out.line(&session.texts.fill("conflict.rule_line", &parameters))?;
            }
            Ok(())
        }
    }
}

/// A third value, read as `task set` reads it.
fn third(entity: &str, field: &str, value: &str) -> Outcome<Option<tovholder_model::Scalar>> {
    let edits = values::edits(entity, &[format!("{field}={value}")], &[])?;
    Ok(edits.into_iter().next().and_then(|edit| edit.value))
}

fn choose(session: &mut Session, id: &str, value: &str) -> Outcome<()> {
    let conflicts = session.app.conflicts(NoArgs {})?;
    let conflict = conflicts
        .into_iter()
        .find(|conflict| conflict.id == id)
        .ok_or_else(|| AppError::new(Code::UnknownConflict).at(id))?;
    // One of those that stand there, by what it is or by how it reads; else a third.
    let standing = conflict
        .values
        .iter()
        .find(|standing| standing.text.eq_ignore_ascii_case(value) || standing.value.as_str() == Some(value))
        .map(|standing| standing.value.clone());
    let value = match standing {
        Some(value) => Some(value),
        None => third(&conflict.entity, &conflict.field, value)?,
    };
    let seen = conflict.values.iter().map(|standing| standing.op.clone()).collect();
    let edit = Edit { entity: conflict.entity, field: conflict.field, value, seen: Some(seen) };
    let done = session.app.edit(EditArgs { edits: vec![edit], cursor: None })?;
    if session.json {
        return session.out.json(&EditJson::from(&done));
    }
    session.out.line(&session.texts.get("conflict.chosen"))
}
