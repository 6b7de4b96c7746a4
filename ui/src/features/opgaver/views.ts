/** Saved views: built in, and the user's own, kept on this laptop. */
import type { JsonValue } from '$generated/serde_json/JsonValue';
import type { Sort } from '$lib/components/table';
import type { Filter, GroupBy } from './rows';

export interface View {
  id: string;
  /** The user's own name for it; built-in views have theirs in the catalogue. */
  name: string;
  own: boolean;
  filter: Filter;
  sort: Sort | null;
  group: GroupBy;
  /** Columns in order; none is the usual ones. */
  columns: string[] | null;
}

const built = (id: string, filter: Filter, group: GroupBy, sort: Sort): View => ({
  id,
  name: '',
  own: false,
  filter,
  sort,
  group,
  columns: null
});

const byDeadline: Sort = { column: 'deadline', descending: false };

/** KLIK's themes about the shared infrastructure, whichever project they are met in. */
const INFRASTRUCTURE = ['Infrastruktur', 'Adgangsstyring', 'Organisation', 'Serviceplatformen'];

export function builtIn(me: string | undefined): View[] {
  return [
    built('active', { colour: ['red', 'yellow', 'green'], started: true }, 'project', byDeadline),
    built('noPerformer', { noPerformer: true }, 'project', byDeadline),
    built('mine', { person: me ?? '' }, 'none', { column: 'colour', descending: false }),
    built('infrastructure', { theme: INFRASTRUCTURE }, 'theme', byDeadline),
    built('soon', { within: 30 }, 'none', byDeadline),
    built('all', {}, 'project', byDeadline)
  ];
}

/** Reads what was kept; anything that does not look like a view is left out. */
export function readViews(kept: JsonValue | null): View[] {
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((each) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return [];
    const { id, name, filter, sort, group, columns } = each;
    if (typeof id !== 'string' || typeof name !== 'string') return [];
    if (typeof filter !== 'object' || filter === null) return [];
    const view: View = {
      id,
      name,
      own: true,
      filter: filter as Filter,
      sort: (sort as Sort | null | undefined) ?? null,
      group: typeof group === 'string' ? (group as GroupBy) : 'none',
      columns: Array.isArray(columns) ? columns.filter((column) => typeof column === 'string') : null
    };
    return [view];
  });
}

export function keptViews(views: View[]): JsonValue {
  return JSON.parse(JSON.stringify(views.filter((view) => view.own))) as JsonValue;
}
