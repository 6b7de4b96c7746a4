/** The filter's words: which filters there are, what they can be set to, and how a set one reads on its chip. */
import { collator, t } from '$lib/i18n';
import type { Filter, Row } from './rows';

export const LISTS = ['colour', 'project', 'responsible', 'performer', 'status', 'theme', 'kind', 'role'] as const;
export const FLAGS = ['noPerformer', 'noResponsible', 'conflict', 'differs', 'gone', 'started', 'archived'] as const;
export type List = (typeof LISTS)[number];
export type Flag = (typeof FLAGS)[number];
export const WITHIN = [-1, 7, 14, 30, 60, 90];

export interface Choice {
  id: string;
  text: string;
  n: number;
}

const COLOURS = ['red', 'yellow', 'green', 'grey', 'done'];
const STATUSES = ['not_started', 'in_progress', 'cannot_meet_deadline', 'completed', 'not_relevant'];

function valueOf(list: List, row: Row): [string, string] {
  const { task } = row;
  switch (list) {
    case 'responsible':
    case 'performer':
      return [task[list]?.id ?? '', task[list]?.name ?? ''];
    default:
      return [task[list], task[list]];
  }
}

export function word(list: List, id: string, name: string): string {
  if (list === 'colour' || list === 'status' || list === 'kind') return t(`word.${list}.${id}`);
  if (!id) return t(`opgaver.none.${list}`);
  return name || id;
}

/** What a list filter can be set to: the values that the rows have, with how many have them. */
export function choices(list: List, rows: Row[]): Choice[] {
  const found = new Map<string, Choice>();
  for (const row of rows) {
    if (row.task.archived) continue;
    const [id, name] = valueOf(list, row);
    const choice = found.get(id);
    if (choice) choice.n += 1;
    else found.set(id, { id, text: word(list, id, name), n: 1 });
  }
  const all = [...found.values()];
  const order = list === 'colour' ? COLOURS : list === 'status' ? STATUSES : null;
  if (order) return all.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
  const { compare } = collator();
  return all.sort((a, b) => (a.id ? 0 : 1) - (b.id ? 0 : 1) || compare(a.text, b.text));
}

export interface SetFilter {
  key: List | Flag | 'within' | 'person';
  text: string;
}

/** The filters that are set, as their chips read. */
export function setFilters(filter: Filter, rows: Row[], me: string | undefined): SetFilter[] {
  const all: SetFilter[] = [];
  for (const list of LISTS) {
    const ids = filter[list];
    if (!ids?.length) continue;
    const names = new Map(choices(list, rows).map((choice) => [choice.id, choice.text]));
    const shown = ids.map((id) => names.get(id) ?? word(list, id, ''));
    const values =
      shown.length > 3 ? t('opgaver.chip.several', { first: shown[0] ?? '', n: shown.length - 1 }) : shown.join(', ');
    all.push({ key: list, text: t('opgaver.chip', { field: t(`opgaver.column.${list}`), values }) });
  }
  if (filter.within !== undefined) all.push({ key: 'within', text: withinWord(filter.within) });
  if (filter.person !== undefined) {
    const mine = filter.person === me;
    const name = rows
      .flatMap(({ task }) => [task.responsible, task.performer])
      .find((each) => each?.id === filter.person)?.name;
    all.push({ key: 'person', text: mine ? t('opgaver.chip.mine') : t('opgaver.chip.person', { name: name ?? '' }) });
  }
  for (const flag of FLAGS) if (filter[flag]) all.push({ key: flag, text: t(`opgaver.flag.${flag}`) });
  return all;
}

export function withinWord(days: number): string {
  return days < 0 ? t('opgaver.within.passed') : t('opgaver.within', { n: days });
}

/** The filter without one of its parts. */
export function without(filter: Filter, key: SetFilter['key']): Filter {
  return Object.fromEntries(Object.entries(filter).filter(([each]) => each !== key));
}
