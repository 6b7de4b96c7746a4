//! Choosing in many conflicts at once, by a rule: shown first, then done in one step.

use tovholder_model::Scalar;
use tovholder_store::{CellEdit, Seen};

use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::undo::Label;
use crate::view::{CellValue, ConflictRuleArgs, ConflictView, NoArgs, RuleChoice, RuleChoices, RulePick, RuleSeen};
use tovholder_model::OpId;

impl App {
    /// Chooses in many conflicts at once by a rule; without `run` only tells what would be chosen.
    pub fn conflict_rule(&self, args: ConflictRuleArgs) -> AppResult<RuleChoices> {
        self.founded()?;
        let all = self.conflicts(NoArgs {})?;
        let me = self.me()?.map(|me| me.name).unwrap_or_default();
        let project =
            args.project.as_deref().filter(|project| !project.is_empty()).map(tovholder_model::key::project_id);
        let meant = |conflict: &&ConflictView| {
            args.field.as_deref().is_none_or(|field| field.is_empty() || field == conflict.field)
                && project.as_deref().is_none_or(|id| tovholder_model::key::project_id(&conflict.project) == id)
        };
        let mut choices = Vec::new();
        let mut chosen = Vec::new();
        for conflict in all.iter().filter(meant) {
            let Some(taken) = pick(&args, &me, conflict).or_else(|| self.of_import(&args, conflict)) else { continue };
            let ops: Vec<String> = conflict.values.iter().map(|value| value.op.clone()).collect();
            // Another laptop's word may have come since the list was shown: it stays, and nobody chose over it.
            let is_shown = |seen: &RuleSeen| seen.id == conflict.id && seen.value == taken.0 && seen.ops == ops;
            if args.seen.as_ref().is_some_and(|seen| !seen.iter().any(is_shown)) {
                continue;
            }
            let others = conflict.values.iter().filter(|value| value.value != taken.0).map(|value| value.text.clone());
            choices.push(RuleChoice {
                id: conflict.id.clone(),
                title: conflict.title.clone(),
                field: conflict.field.clone(),
                value: taken.0.clone(),
                text: taken.1,
                others: others.collect(),
                ops,
            });
            chosen.push((conflict, taken.2));
        }
        let of = u32::try_from(all.len()).unwrap_or(u32::MAX);
        if args.run && !chosen.is_empty() {
            self.may_write()?;
            self.write_choices(&chosen)?;
        }
        Ok(RuleChoices { choices, of, done: args.run })
    }

    /// KLIK's value as of the newest import: written as "follow KLIK".
    fn of_import(&self, args: &ConflictRuleArgs, conflict: &ConflictView) -> Option<(Scalar, String, Scalar)> {
        if args.pick != RulePick::LatestImport || conflict.task.is_empty() {
            return None;
        }
        let world = self.world().ok()?;
        let klik = world.tasks.get(&conflict.task)?.record.klik.get(&conflict.field)?.clone();
        let lang = self.lang();
        let is_person = crate::entity::field_kind(&conflict.entity, &conflict.field)
            .is_ok_and(|kind| kind == tovholder_model::FieldKind::Person);
        let text = if is_person {
            crate::people::person_text(&world, &klik)
        } else {
            crate::words::scalar(lang, &conflict.field, &klik)
        };
        Some((klik, text, Scalar::Null))
    }

    fn write_choices(&self, chosen: &[(&ConflictView, Scalar)]) -> AppResult<()> {
        let label = Label::counted("conflict_rule", chosen.len(), &[]);
        self.write(|write| {
            for (conflict, value) in chosen {
                let home = write.record(&conflict.entity).map_err(|error| self.fail(&error))?;
                let (document, _) = home.ok_or_else(|| AppError::new(Code::UnknownConflict).at(&conflict.id))?;
                let seen = conflict.values.iter().filter_map(|value| OpId::parse(&value.op)).collect();
                let cell = CellEdit {
                    entity: conflict.entity.clone(),
                    field: conflict.field.clone(),
                    value: value.clone(),
                    seen: Seen::Ops(seen),
                };
                write.edit(&document, &[cell]).map_err(|error| self.fail(&error))?;
            }
            write.step(&label.json()).map_err(|error| self.fail(&error))
        })?;
        Ok(())
    }
}

/// The value that the rule takes, in words, and what is written for it. None where the rule says nothing.
fn pick(args: &ConflictRuleArgs, me: &str, conflict: &ConflictView) -> Option<(Scalar, String, Scalar)> {
    let mut fitting: Vec<&CellValue> = conflict
        .values
        .iter()
        .filter(|value| match args.pick {
            RulePick::Latest => true,
            RulePick::Department => args.department.as_deref() == Some(value.department.as_str()),
            RulePick::Mine => !me.is_empty() && value.who == me,
            RulePick::LatestImport => false,
        })
        .collect();
    // No rule trusts clocks: of several, the one that knew of most writes, which is the one that the table shows.
    fitting.sort_by_key(|value| OpId::parse(&value.op));
    fitting.last().map(|value| (value.value.clone(), value.text.clone(), value.value.clone()))
}
