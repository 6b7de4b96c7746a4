/** Filtering, sorting and grouping of tasks: plain arrays, with the text that is searched made ready once. */
import type { Colour } from '$generated/Colour';
import type { ColourCounts } from '$generated/ColourCounts';
import type { TaskRow } from '$generated/TaskRow';
import { daysBetween } from '$lib/dates';
import type { Item, Sort } from '$lib/components/table';

/** A task made ready for the table. */
export interface Row {
  task: TaskRow;
  /** Everything that the filter's text looks through, in lower case. */
  text: string;
  /** Days to the deadline on the list's day; null without one. */
  days: number | null;
}

export const GRAVITY: Record<Colour, number> = { red: 0, yellow: 1, green: 2, grey: 3, done: 4 };
const STATUS_ORDER = ['not_started', 'in_progress', 'cannot_meet_deadline', 'completed', 'not_relevant'];

/** A task's id as it is said: KLIK's own, or that it is local (whose id is long and says nothing). */
export function idWord(task: Pick<TaskRow, 'id'>, local: string): string {
  return task.id.startsWith('L-') ? local : task.id;
}

/** Filters. Within one list any value will do; between filters all must hold. */
export interface Filter {
  text?: string;
  colour?: string[];
  project?: string[];
  responsible?: string[];
  performer?: string[];
  status?: string[];
  theme?: string[];
  kind?: string[];
  role?: string[];
  /** At most so many days to the deadline, today included; a negative number means that it has passed. */
  within?: number;
  noPerformer?: boolean;
  noResponsible?: boolean;
  conflict?: boolean;
  differs?: boolean;
  gone?: boolean;
  /** Archived tasks instead of the others. */
  archived?: boolean;
  /** Responsible or performer is this person. */
  person?: string;
  /** Has begun by the list's day. */
  started?: boolean;
}

export type GroupBy = 'none' | 'project' | 'responsible' | 'status' | 'colour' | 'theme' | 'role';

const lower = (text: string): string => text.toLocaleLowerCase('da');

export function prepare(tasks: TaskRow[], on: string): Row[] {
  return tasks.map((task) => ({
    task,
    text: lower(
      [
        task.id,
        task.title,
        task.project,
        task.theme,
        task.role,
        task.responsible?.name ?? '',
        task.performer?.name ?? '',
        task.note
      ].join('\n')
    ),
    days: task.deadline ? daysBetween(on, task.deadline) : null
  }));
}

type Test = (row: Row, on: string) => boolean;

function tests(filter: Filter): Test[] {
  const all: Test[] = [];
  const oneOf = (values: string[] | undefined, of: (task: TaskRow) => string) => {
    if (!values?.length) return;
    const wanted = new Set(values);
    all.push((row) => wanted.has(of(row.task)));
  };
  all.push((row) => row.task.archived === (filter.archived ?? false));
  oneOf(filter.colour, (task) => task.colour);
  oneOf(filter.project, (task) => task.project);
  oneOf(filter.responsible, (task) => task.responsible?.id ?? '');
  oneOf(filter.performer, (task) => task.performer?.id ?? '');
  oneOf(filter.status, (task) => task.status);
  oneOf(filter.theme, (task) => task.theme);
  oneOf(filter.kind, (task) => task.kind);
  oneOf(filter.role, (task) => task.role);
  const { within, person } = filter;
  if (within !== undefined)
    all.push(({ days, task }) => {
      if (days === null || task.colour === 'done') return false;
      return within < 0 ? days < 0 : days >= 0 && days <= within;
    });
  // A cell with two values is not missing: it waits for a choice.
  if (filter.noPerformer)
    all.push(({ task }) => !task.performer && task.colour !== 'done' && !task.conflicts.includes('performer'));
  if (filter.noResponsible)
    all.push(({ task }) => !task.responsible && task.colour !== 'done' && !task.conflicts.includes('responsible'));
  if (filter.conflict) all.push(({ task }) => task.conflicts.length > 0);
  if (filter.differs) all.push(({ task }) => task.klik_differs.length > 0);
  if (filter.gone) all.push(({ task }) => task.gone);
  if (person !== undefined) all.push(({ task }) => task.responsible?.id === person || task.performer?.id === person);
  if (filter.started) all.push(({ task }, on) => task.start === null || task.start <= on);
  for (const word of lower(filter.text ?? '').split(/\s+/)) if (word) all.push((row) => row.text.includes(word));
  return all;
}

export function filterRows(rows: Row[], filter: Filter, on: string): Row[] {
  const all = tests(filter);
  return rows.filter((row) => all.every((test) => test(row, on)));
}

/** What a column is sorted by: numbers before text, nothing last. */
function keyOf(column: string): (row: Row) => string | number | null {
  switch (column) {
    case 'colour':
      // Within a colour the nearest deadline first: that is what the colours are for.
      return (row) => GRAVITY[row.task.colour] * 100_000 + Math.min(Math.max(row.days ?? 49_000, -49_000), 49_000);
    case 'days':
    case 'deadline':
      return (row) => row.days;
    case 'start':
      return (row) => row.task.start;
    case 'percent':
      return (row) => row.task.percent;
    case 'status':
      return (row) => STATUS_ORDER.indexOf(row.task.status);
    case 'responsible':
      return (row) => row.task.responsible?.name ?? null;
    case 'performer':
      return (row) => row.task.performer?.name ?? null;
    case 'comments':
      return (row) => row.task.comments;
    case 'changed':
      return (row) => row.task.changed;
    case 'title':
      return (row) => row.task.title;
    case 'project':
      return (row) => row.task.project;
    case 'theme':
      return (row) => row.task.theme || null;
    case 'role':
      return (row) => row.task.role || null;
    case 'kind':
      return (row) => row.task.kind;
    case 'note':
      return (row) => row.task.note || null;
    default:
      return (row) => row.task.id;
  }
}

const ranks = new WeakMap<Row[], Map<string, Map<Row, number>>>();

/**
 * The place of each row's text in a column among all texts. Worked out once per list and column: a Danish comparison
 * costs far more than one of numbers, and 3,000 titles are sorted at every letter of a filter.
 */
function ranksOf(all: Row[], column: string, compare: (a: string, b: string) => number): Map<Row, number> {
  const kept = ranks.get(all) ?? new Map<string, Map<Row, number>>();
  ranks.set(all, kept);
  const known = kept.get(column);
  if (known) return known;
  const key = keyOf(column);
  const texts = [...new Set(all.map((row) => String(key(row) ?? '')))].sort(compare);
  const places = new Map(texts.map((text, place) => [text, place]));
  const made = new Map(all.map((row) => [row, places.get(String(key(row) ?? '')) ?? 0]));
  kept.set(column, made);
  return made;
}

/**
 * Sorts a copy of `rows`, which are some of `all`. Rows without a value come last whichever way; equals keep their order.
 */
export function sortRows(rows: Row[], all: Row[], sort: Sort | null, compare: (a: string, b: string) => number): Row[] {
  if (!sort) return rows;
  const key = keyOf(sort.column);
  const sign = sort.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: key(row) }));
  const textual = keyed.some((each) => typeof each.key === 'string');
  const places = textual ? ranksOf(all, sort.column, compare) : null;
  const ranked = keyed.map(({ row, key }) => ({
    row,
    empty: key === null,
    rank: places ? (places.get(row) ?? 0) : typeof key === 'number' ? key : 0
  }));
  ranked.sort((a, b) => {
    if (a.empty || b.empty) return a.empty === b.empty ? 0 : a.empty ? 1 : -1;
    return (a.rank - b.rank) * sign;
  });
  return ranked.map((each) => each.row);
}

/** A group with its rows, and how many of its tasks the filter hides. */
export interface Group {
  key: string;
  title: string;
  rows: Row[];
  counts: ColourCounts;
  hidden: number;
}

export function countColours(rows: Row[]): ColourCounts {
  const counts: ColourCounts = { red: 0, yellow: 0, green: 0, grey: 0, done: 0 };
  for (const row of rows) counts[row.task.colour] += 1;
  return counts;
}

function groupKey(by: GroupBy, task: TaskRow): string {
  switch (by) {
    case 'project':
      return task.project;
    case 'responsible':
      return task.responsible?.id ?? '';
    case 'status':
      return task.status;
    case 'colour':
      return task.colour;
    case 'theme':
      return task.theme;
    case 'role':
      return task.role;
    default:
      return '';
  }
}

/** Groups sorted rows. `all` are the rows before the filter, for what it hides. */
export function groupRows(
  rows: Row[],
  all: Row[],
  by: GroupBy,
  title: (key: string, task: TaskRow) => string,
  compare: (a: string, b: string) => number
): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const key = groupKey(by, row.task);
    let group = groups.get(key);
    if (!group) {
      group = { key, title: title(key, row.task), rows: [], counts: countColours([]), hidden: 0 };
      groups.set(key, group);
    }
    group.rows.push(row);
    group.counts[row.task.colour] += 1;
  }
  for (const row of all) {
    const group = groups.get(groupKey(by, row.task));
    if (group && !row.task.archived) group.hidden += 1;
  }
  for (const group of groups.values()) group.hidden = Math.max(0, group.hidden - group.rows.length);
  return [...groups.values()].sort((a, b) => orderOf(by, a, b, compare));
}

function orderOf(by: GroupBy, a: Group, b: Group, compare: (a: string, b: string) => number): number {
  if (by === 'colour') return GRAVITY[a.key as Colour] - GRAVITY[b.key as Colour];
  if (by === 'status') return STATUS_ORDER.indexOf(a.key) - STATUS_ORDER.indexOf(b.key);
  // The graver project first; people and themes by name, nobody and nothing last.
  if (by === 'project')
    return b.counts.red - a.counts.red || b.counts.yellow - a.counts.yellow || compare(a.title, b.title);
  if (!a.key || !b.key) return a.key === b.key ? 0 : a.key ? -1 : 1;
  return compare(a.title, b.title);
}

/** The table's list: headings and the rows of open groups. */
export function itemsOf(groups: Group[], by: GroupBy, closed: ReadonlySet<string>): Item<Row>[] {
  const items: Item<Row>[] = [];
  for (const group of groups) {
    const key = `group:${group.key}`;
    const open = !closed.has(key);
    if (by !== 'none') items.push({ kind: 'group', key, title: group.title, open, size: group.rows.length });
    if (open || by === 'none') for (const row of group.rows) items.push({ kind: 'row', key: row.task.id, row });
  }
  return items;
}
