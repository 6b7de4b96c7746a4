import { describe, expect, it } from 'vitest';
import { collator } from '$lib/i18n';
import { tasks } from '$lib/backend/fixture/data';
import type { TaskRow } from '$generated/TaskRow';
import { moved } from './bulk';
import { filterRows, groupRows, itemsOf, prepare, sortRows, type Row } from './rows';

const ON = '2018-06-14';
const compare = collator().compare;
const base = tasks(1)[0] as TaskRow;

function rows(...made: Partial<TaskRow>[]): Row[] {
  const all = made.map((each, i) => ({
    ...base,
    id: `T${i}`,
    conflicts: [],
    responsible: null,
    performer: null,
    ...each
  }));
  return prepare(all, ON);
}

const ids = (found: Row[]): string[] => found.map((row) => row.task.id);

describe('filterRows', () => {
  it('finds every word, whatever the case, in title, person and note', () => {
    const all = rows(
      { title: 'Læs og godkend', responsible: { id: 'p1', name: 'Åse Ørsted' } },
      { title: 'Læs igen', note: 'aftalt med ÅSE' },
      { title: 'Noget andet' }
    );
    expect(ids(filterRows(all, { text: 'åse læs' }, ON))).toEqual(['T0', 'T1']);
    expect(ids(filterRows(all, { text: 'ØRSTED' }, ON))).toEqual(['T0']);
    expect(filterRows(all, { text: '   ' }, ON)).toHaveLength(3);
  });

  it('takes any value within a filter and all filters together', () => {
    const all = rows(
      { colour: 'red', project: 'BBR' },
      { colour: 'yellow', project: 'BBR' },
      { colour: 'red', project: 'KY' }
    );
    expect(ids(filterRows(all, { colour: ['red', 'yellow'], project: ['BBR'] }, ON))).toEqual(['T0', 'T1']);
  });

  it('shows archived tasks only when they are asked for', () => {
    const all = rows({ archived: true }, {});
    expect(ids(filterRows(all, {}, ON))).toEqual(['T1']);
    expect(ids(filterRows(all, { archived: true }, ON))).toEqual(['T0']);
  });

  it('does not call a cell with two values missing', () => {
    const all = rows({ colour: 'yellow' }, { colour: 'yellow', conflicts: ['performer'] }, { colour: 'done' });
    expect(ids(filterRows(all, { noPerformer: true }, ON))).toEqual(['T0']);
  });

  it('counts days to the deadline on the shown day, passed ones apart, solved ones not', () => {
    const all = rows(
      { deadline: '2018-07-14', colour: 'yellow' },
      { deadline: '2018-07-15', colour: 'yellow' },
      { deadline: '2018-06-01', colour: 'red' },
      { deadline: null, colour: 'green' },
      { deadline: '2018-06-20', colour: 'done' }
    );
    expect(ids(filterRows(all, { within: 30 }, ON))).toEqual(['T0']);
    expect(ids(filterRows(all, { within: -1 }, ON))).toEqual(['T2']);
  });

  it('finds a person as responsible or performer', () => {
    const p = { id: 'p1', name: 'Bo' };
    const all = rows({ responsible: p }, { performer: p }, {});
    expect(ids(filterRows(all, { person: 'p1' }, ON))).toEqual(['T0', 'T1']);
  });
});

describe('sortRows', () => {
  it('sorts Danish letters last and numbers in titles by value', () => {
    const all = rows(
      { title: 'Åben' },
      { title: 'Opgave 10' },
      { title: 'Opgave 9' },
      { title: 'Ændr' },
      { title: 'Øvrigt' }
    );
    expect(sortRows(all, all, { column: 'title', descending: false }, compare).map((row) => row.task.title)).toEqual([
      'Opgave 9',
      'Opgave 10',
      'Ændr',
      'Øvrigt',
      'Åben'
    ]);
  });

  it('puts nothing last whichever way', () => {
    const all = rows({ deadline: null }, { deadline: '2018-07-01' }, { deadline: '2018-06-01' });
    expect(ids(sortRows(all, all, { column: 'deadline', descending: false }, compare))).toEqual(['T2', 'T1', 'T0']);
    expect(ids(sortRows(all, all, { column: 'deadline', descending: true }, compare))).toEqual(['T1', 'T2', 'T0']);
  });

  it('sorts colours by gravity, then by deadline, and keeps the order of equals', () => {
    const all = rows(
      { colour: 'grey', deadline: '2018-06-01' },
      { colour: 'red', deadline: '2018-06-10' },
      { colour: 'red', deadline: '2018-06-01' },
      { colour: 'yellow', deadline: null }
    );
    expect(ids(sortRows(all, all, { column: 'colour', descending: false }, compare))).toEqual(['T2', 'T1', 'T3', 'T0']);
  });

  it('does not touch the list it is given', () => {
    const all = rows({ title: 'b' }, { title: 'a' });
    sortRows(all, all, { column: 'title', descending: false }, compare);
    expect(ids(all)).toEqual(['T0', 'T1']);
  });
});

describe('groupRows', () => {
  it('puts the gravest project first and tells what the filter hides', () => {
    const all = rows(
      { project: 'A', colour: 'green' },
      { project: 'B', colour: 'red' },
      { project: 'B', colour: 'grey' },
      { project: 'B', colour: 'grey', archived: true }
    );
    const shown = filterRows(all, { colour: ['green', 'red'] }, ON);
    const groups = groupRows(shown, all, 'project', (key) => key, compare);
    expect(groups.map((group) => [group.key, group.rows.length, group.hidden])).toEqual([
      ['B', 1, 1],
      ['A', 1, 0]
    ]);
    expect(groups[0]?.counts.red).toBe(1);
  });

  it('puts nobody last', () => {
    const all = rows({}, { responsible: { id: 'p1', name: 'Åse' } }, { responsible: { id: 'p2', name: 'Bo' } });
    const groups = groupRows(all, all, 'responsible', (_, task) => task.responsible?.name ?? '–', compare);
    expect(groups.map((group) => group.title)).toEqual(['Bo', 'Åse', '–']);
  });

  it('lists the rows of open groups only', () => {
    const all = rows({ project: 'A' }, { project: 'B' });
    const groups = groupRows(all, all, 'project', (key) => key, compare);
    const items = itemsOf(groups, 'project', new Set(['group:A']));
    expect(items.map((item) => item.key)).toEqual(['group:A', 'group:B', 'T1']);
    expect(itemsOf(groups, 'none', new Set()).map((item) => item.kind)).toEqual(['row', 'row']);
  });
});

describe('moved', () => {
  it('moves deadlines over a change of month and leaves tasks without one', () => {
    const all = rows({ deadline: '2018-06-28' }, { deadline: null });
    expect(moved(all, 7)).toEqual([{ entity: 'task/T0', field: 'deadline', value: '2018-07-05' }]);
    expect(moved(all, -28)[0]?.value).toBe('2018-05-31');
  });
});

describe('3,000 rows', () => {
  it('are filtered, sorted and grouped without losing one', () => {
    const all = prepare(tasks(3000), ON);
    const shown = filterRows(all, { colour: ['red', 'yellow', 'green'] }, ON);
    const hidden = filterRows(all, { colour: ['grey', 'done'] }, ON);
    expect(shown.length).toBeGreaterThan(100);
    expect(shown.length + hidden.length).toBe(filterRows(all, {}, ON).length);
    const sorted = sortRows(shown, all, { column: 'title', descending: true }, compare);
    const items = itemsOf(
      groupRows(sorted, all, 'project', (key) => key, compare),
      'project',
      new Set()
    );
    expect(
      items
        .filter((item) => item.kind === 'row')
        .map((item) => item.key)
        .sort()
    ).toEqual(shown.map((row) => row.task.id).sort());
  });
});
