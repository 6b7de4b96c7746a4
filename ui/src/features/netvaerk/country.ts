/** The country in words and shapes. */
import type { Colour } from '$generated/Colour';
import type { ColourCounts } from '$generated/ColourCounts';
import type { Country } from '$generated/Country';
import type { CountryCell } from '$generated/CountryCell';
import type { CountryRow } from '$generated/CountryRow';

const GRAVEST: readonly Colour[] = ['red', 'yellow', 'green', 'grey', 'done'];

/** The gravest colour that there is any of. */
export function gravest(counts: ColourCounts): Colour | null {
  return GRAVEST.find((colour) => counts[colour] > 0) ?? null;
}

/** What a municipality shows of a project, or of all of them together. */
export function shownOf(row: CountryRow, project: string): ColourCounts | null {
  const cells = row.cells.filter((cell) => project === '' || cell.project === project);
  return cells.length > 0 ? sum(cells) : null;
}

function sum(cells: readonly CountryCell[]): ColourCounts {
  const all: ColourCounts = { red: 0, yellow: 0, green: 0, grey: 0, done: 0 };
  for (const cell of cells) for (const colour of GRAVEST) all[colour] += cell.counts[colour];
  return all;
}

/** Region by region: its municipalities, with what they show. */
export function byRegion(country: Country, project: string) {
  return country.regions.map((region, at) => ({
    region,
    average: country.projects.find((one) => one.id === project)?.by_region[at] ?? null,
    rows: country.municipalities
      .filter((row) => row.region === region)
      .map((row) => ({ row, counts: shownOf(row, project) }))
  }));
}
