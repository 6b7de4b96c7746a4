//! The country: what every municipality shows, by project; averages only where five or more stand behind them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate};
use tovholder_model::key;

use super::share::{NOW, Told, done_percent};
use super::{count, municipalities_in};
use crate::App;
use crate::error::{AppError, AppResult, Code};
use crate::municipality;
use crate::sharing::{Space, card_name};
use crate::view::{Country, CountryCell, CountryProject, CountryRow, NoArgs, TrendPoint, TrendQuery};
use crate::voices::SHARED;
use crate::world::World;

/// An average of fewer municipalities would say what one of them is like.
const AVERAGE_MIN: usize = 5;

/// Which member speaks for which municipality, by code: whoever of those that are in joined first.
pub(super) fn speakers(space: &Space, world: &World) -> BTreeMap<String, String> {
    let mut by_age: Vec<(i64, String)> = municipalities_in(space)
        .filter_map(|id| Some((space.chain.members().get(id)?.joined, id.to_string())))
        .collect();
    by_age.sort();
    let mut speakers = BTreeMap::new();
    for (_, member) in by_age {
        let code = world.cards.get(&member).map(|card| card.record.text("municipality")).unwrap_or_default();
        if municipality::by_code(code).is_some() {
            speakers.entry(code.to_owned()).or_insert(member);
        }
    }
    speakers
}

fn average(percents: &[u32]) -> Option<u32> {
    let sum: u64 = percents.iter().map(|percent| u64::from(*percent)).sum();
    let n = u64::try_from(percents.len()).ok().filter(|_| percents.len() >= AVERAGE_MIN)?;
    u32::try_from((sum * 2 + n) / (n * 2)).ok()
}

fn cells(world: &World, member: &str) -> Vec<CountryCell> {
    world
        .voices
        .by(SHARED, member)
        .filter_map(|(project, entry)| {
            let told = Told::of(&entry.record)?;
            let code = entry.record.text("code");
            Some(CountryCell {
                // Another way of writing the same short name, and nothing else.
                project: if key::project_id(code) == project { code.to_owned() } else { project.to_owned() },
                counts: told.counts,
                phase: Some(entry.record.text("phase"))
                    .filter(|phase| crate::words::is_phase(phase))
                    .unwrap_or_default()
                    .to_owned(),
                go_live: entry.record.date("go_live"),
                on: told.on,
            })
        })
        .collect()
}

fn project(rows: &[CountryRow], regions: &[String], world: &World, id: &str) -> CountryProject {
    let shown: Vec<(&CountryRow, &CountryCell)> = rows
        .iter()
        .filter_map(|row| Some((row, row.cells.iter().find(|cell| key::project_id(&cell.project) == id)?)))
        .collect();
    let percents = |wanted: Option<&String>| -> Vec<u32> {
        let of_it = shown.iter().filter(|(row, _)| wanted.is_none_or(|region| row.region == *region));
        of_it.filter_map(|(_, cell)| done_percent(&cell.counts)).collect()
    };
    let told = world.told().project(id);
    CountryProject {
        id: told.map_or_else(
            || shown.first().map(|(_, cell)| cell.project.clone()).unwrap_or_default(),
            |one| one.id.clone(),
        ),
        name: told.map(|one| one.name.clone()).unwrap_or_default(),
        municipalities: count(shown.len()),
        red: count(shown.iter().filter(|(_, cell)| cell.counts.red > 0).count()),
        done_percent: average(&percents(None)),
        by_region: regions.iter().map(|region| average(&percents(Some(region)))).collect(),
    }
}

impl App {
    /// The country.
    pub fn country(&self, _: NoArgs) -> AppResult<Country> {
        let network = self.network()?;
        let (space, world) = (network.shared_space()?, network.world()?);
        let speakers = speakers(&space, &world);
        let municipalities: Vec<CountryRow> = municipality::all()
            .iter()
            .map(|one| {
                let member = speakers.get(&one.code);
                CountryRow {
                    code: one.code.clone(),
                    name: one.name.clone(),
                    region: one.region.clone(),
                    inside: member.is_some(),
                    cells: member.map(|member| cells(&world, member)).unwrap_or_default(),
                }
            })
            .collect();
        let regions: BTreeSet<&String> = municipalities.iter().map(|row| &row.region).collect();
        let regions: Vec<String> = regions.into_iter().cloned().collect();
        let ids: BTreeSet<String> =
            municipalities.iter().flat_map(|row| &row.cells).map(|cell| key::project_id(&cell.project)).collect();
        Ok(Country {
            projects: ids.iter().map(|id| project(&municipalities, &regions, &world, id)).collect(),
            sharing: count(municipalities.iter().filter(|row| !row.cells.is_empty()).count()),
            municipalities,
            regions,
            cursor: world.cursor,
        })
    }

    /// How a project went, month by month.
    pub fn country_trend(&self, args: TrendQuery) -> AppResult<Vec<TrendPoint>> {
        let network = self.network()?;
        let (space, world) = (network.shared_space()?, network.world()?);
        let speakers = speakers(&space, &world);
        let wanted: Option<String> = match args.municipality.as_deref() {
            None => None,
            Some(code) => {
                let known =
                    municipality::by_code(code).ok_or_else(|| AppError::new(Code::UnknownMunicipality).at(code))?;
                Some(speakers.get(&known.code).map(|member| document_of(member)).unwrap_or_default())
            }
        };
        let documents: BTreeSet<String> = speakers.values().map(|member| document_of(member)).collect();
        let entity = key::entity("shared", &key::project_id(&args.project));
        let history = network.read(|reader| reader.history(&entity, Some(NOW)))?;
        // What each said last in each month; saying nothing any more counts from that month on.
        let mut said: BTreeMap<(i32, u32), BTreeMap<String, Option<Told>>> = BTreeMap::new();
        for row in history {
            let one = wanted.as_ref().is_none_or(|document| *document == row.document);
            if !one || !documents.contains(&row.document) {
                continue;
            }
            let told = row.value.as_str().and_then(Told::parse);
            let on = told.as_ref().map_or_else(|| day_of(row.time), |told| told.on);
            said.entry((on.year(), on.month())).or_default().insert(row.document, told);
        }
        let mut standing: BTreeMap<String, Option<Told>> = BTreeMap::new();
        let mut points = Vec::new();
        for ((year, month), of_it) in said {
            standing.extend(of_it);
            let told: Vec<&Told> = standing.values().flatten().collect();
            let percents: Vec<u32> = told.iter().filter_map(|told| done_percent(&told.counts)).collect();
            points.push(TrendPoint {
                month: format!("{year:04}-{month:02}"),
                municipalities: count(told.len()),
                red: count(told.iter().filter(|told| told.counts.red > 0).count()),
                done_percent: if wanted.is_some() { percents.first().copied() } else { average(&percents) },
            });
        }
        Ok(points)
    }
}

fn document_of(member: &str) -> String {
    tovholder_protocol::MemberId::from_hex(member).map(|member| card_name(&member)).unwrap_or_default()
}

fn day_of(time: i64) -> NaiveDate {
    DateTime::from_timestamp(time, 0).unwrap_or_default().date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_average_of_fewer_than_five() {
        assert_eq!(average(&[10, 20, 30, 40]), None);
        assert_eq!(average(&[10, 20, 30, 40, 51]), Some(30));
        assert_eq!(average(&[0, 0, 0, 0, 3]), Some(1));
    }
}
