import type { HandOverArgs } from '$generated/HandOverArgs';
import type { HandOverItem } from '$generated/HandOverItem';
import type { HandOverKind } from '$generated/HandOverKind';
import type { PersonPage } from '$generated/PersonPage';
import type { PersonRow } from '$generated/PersonRow';
import type { TaskRow } from '$generated/TaskRow';

/** One thing that can be handed over, with what a list shows of it. */
export type Carried = {
  key: string;
  kind: HandOverKind;
  id: string;
  project: string;
  title: string;
  deadline: string | null;
  task: TaskRow | null;
};

function open(row: TaskRow): boolean {
  return !row.archived && row.status !== 'completed' && row.status !== 'not_relevant';
}

function carriedTask(kind: 'responsible' | 'performer') {
  return (row: TaskRow): Carried => ({
    key: `${kind}/${row.id}`,
    kind,
    id: row.id,
    project: row.project,
    title: row.title,
    deadline: row.deadline,
    task: row
  });
}

/** Everything a person carries that is not done: roles that are not over, then tasks as ansvarlig, then as udfører. */
export function carried(page: PersonPage): Carried[] {
  return [
    ...page.roles
      .filter((role) => role.to === null || role.to >= page.on)
      .map((role): Carried => ({
        key: `role/${role.id}`,
        kind: 'role',
        id: role.id,
        project: role.project,
        title: role.role_name,
        deadline: role.to,
        task: null
      })),
    ...page.responsible.filter(open).map(carriedTask('responsible')),
    ...page.performs.filter(open).map(carriedTask('performer'))
  ];
}

/** The arguments: everything when nothing was left out, so that what arrives meanwhile moves too. */
export function handOverArgs(page: PersonPage, chosen: ReadonlySet<string>, to: string, on: string): HandOverArgs {
  const all = carried(page);
  const items: HandOverItem[] = all
    .filter((item) => chosen.has(item.key))
    .map((item) => ({ kind: item.kind, id: item.id }));
  const args: HandOverArgs = { from: page.person.id, to, on, cursor: page.cursor };
  return items.length === all.length ? args : { ...args, items };
}

/** How the list of persons is sorted. */
export type PersonOrder = 'name' | 'department' | 'roles' | 'open' | 'red';

/** Persons that match every word of `filter`, in order; archived ones only when asked for. */
export function listed(
  persons: readonly PersonRow[],
  filter: string,
  order: PersonOrder,
  archived: boolean
): PersonRow[] {
  const words = filter.toLocaleLowerCase('da').split(/\s+/).filter(Boolean);
  const byName = (a: PersonRow, b: PersonRow): number => a.name.localeCompare(b.name, 'da');
  const rows = persons.filter((person) => {
    if (person.archived && !archived) return false;
    const text = `${person.name} ${person.department} ${person.title} ${person.mail} ${person.phone}`.toLocaleLowerCase(
      'da'
    );
    return words.every((word) => text.includes(word));
  });
  switch (order) {
    case 'name':
      return rows.sort(byName);
    case 'department':
      return rows.sort((a, b) => a.department.localeCompare(b.department, 'da') || byName(a, b));
    case 'roles':
      return rows.sort((a, b) => b.roles - a.roles || byName(a, b));
    case 'open':
      return rows.sort((a, b) => b.open_tasks - a.open_tasks || byName(a, b));
    case 'red':
      return rows.sort((a, b) => b.red - a.red || b.yellow - a.yellow || byName(a, b));
  }
}

/** Persons who already have that name: said before a second one is made. */
export function sameName(persons: readonly PersonRow[], name: string): PersonRow[] {
  const wanted = name.trim().toLocaleLowerCase('da');
  return wanted === ''
    ? []
    : persons.filter((person) => !person.archived && person.name.trim().toLocaleLowerCase('da') === wanted);
}

/** A task, and in what capacity the person has it. */
export type Held = { row: TaskRow; as: 'responsible' | 'performer' | 'both' };

const GRAVITY = { red: 0, yellow: 1, green: 2, grey: 3, done: 4 } as const;

/** Every task of a person once, gravest first, then by deadline. */
export function tasksOf(page: PersonPage): Held[] {
  const found = new Map<string, Held>();
  for (const row of page.responsible) found.set(row.id, { row, as: 'responsible' });
  for (const row of page.performs) found.set(row.id, { row, as: found.has(row.id) ? 'both' : 'performer' });
  return [...found.values()]
    .filter(({ row }) => !row.archived)
    .sort(
      (a, b) =>
        GRAVITY[a.row.colour] - GRAVITY[b.row.colour] ||
        (a.row.deadline ?? '9999').localeCompare(b.row.deadline ?? '9999') ||
        a.row.id.localeCompare(b.row.id)
    );
}
