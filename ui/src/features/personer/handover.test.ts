import { describe, expect, it } from 'vitest';
import type { PersonPage } from '$generated/PersonPage';
import type { PersonRow } from '$generated/PersonRow';
import type { TaskRow } from '$generated/TaskRow';
import { carried, handOverArgs, listed, sameName, tasksOf } from './handover';

function person(name: string, over: Partial<PersonRow> = {}): PersonRow {
  return {
    id: name,
    entity: `person/${name}`,
    name,
    mail: '',
    phone: '',
    department: '',
    title: '',
    archived: false,
    roles: 0,
    open_tasks: 0,
    red: 0,
    yellow: 0,
    conflicts: [],
    ...over
  };
}

function task(id: string, over: Partial<TaskRow> = {}): TaskRow {
  return {
    id,
    project: 'BBR',
    title: id,
    kind: 'basic',
    theme: '',
    role: '',
    role_id: null,
    start: null,
    deadline: null,
    earlier_deadlines: [],
    responsible: null,
    performer: null,
    status: 'not_started',
    percent: 0,
    action_needed: false,
    note: '',
    colour: 'green',
    reasons: [{ code: 'on_track' }],
    gone: false,
    archived: false,
    conflicts: [],
    klik_differs: [],
    comments: 0,
    changed: null,
    ...over
  };
}

function page(): PersonPage {
  const role = (id: string, to: string | null) => ({
    id,
    entity: `assignment/${id}`,
    project: 'BBR',
    role: 'r',
    role_name: 'Projektejer',
    person: { id: 'Bo', name: 'Bo' },
    from: null,
    to,
    active: true,
    conflicts: []
  });
  return {
    on: '2018-06-15',
    cursor: 9,
    person: person('Bo'),
    roles: [role('a1', null), role('a2', '2018-06-14'), role('a3', '2018-06-15')],
    responsible: [task('K1'), task('K2', { status: 'completed' })],
    performs: [task('K1'), task('K3', { archived: true }), task('K4', { status: 'not_relevant' })]
  };
}

describe('carried', () => {
  it('leaves out what is done, archived or over', () => {
    expect(carried(page()).map((item) => item.key)).toEqual(['role/a1', 'role/a3', 'responsible/K1', 'performer/K1']);
  });
});

describe('handOverArgs', () => {
  it('names no items when everything goes', () => {
    const all = new Set(carried(page()).map((item) => item.key));
    expect(handOverArgs(page(), all, 'Åse', '2018-07-01')).toEqual({
      from: 'Bo',
      to: 'Åse',
      on: '2018-07-01',
      cursor: 9
    });
  });
  it('tells a task as ansvarlig from the same task as udfører', () => {
    expect(handOverArgs(page(), new Set(['performer/K1']), 'Åse', '2018-07-01').items).toEqual([
      { kind: 'performer', id: 'K1' }
    ]);
  });
});

describe('listed', () => {
  const persons = [
    person('Åse Juul', { department: 'Teknik' }),
    person('Bo Ås', { red: 2, archived: true }),
    person('Ørn', { red: 1 })
  ];
  it('finds by every word, in any field', () => {
    expect(listed(persons, 'juul tek', 'name', false).map((one) => one.name)).toEqual(['Åse Juul']);
    expect(listed(persons, '', 'name', false).map((one) => one.name)).toEqual(['Ørn', 'Åse Juul']);
    expect(listed(persons, '', 'red', true).map((one) => one.name)).toEqual(['Bo Ås', 'Ørn', 'Åse Juul']);
  });
  it('warns of the same name, whatever its case', () => {
    expect(sameName(persons, ' åse juul ')).toHaveLength(1);
    expect(sameName(persons, 'bo ås')).toHaveLength(0);
    expect(sameName(persons, '')).toHaveLength(0);
  });
});

describe('tasksOf', () => {
  it('names a task once, in both capacities, gravest first', () => {
    const both = task('K9', { colour: 'yellow' });
    const held = tasksOf({
      ...page(),
      responsible: [task('K1'), both],
      performs: [both, task('K2', { colour: 'red' }), task('K3', { archived: true })]
    });
    expect(held.map(({ row, as }) => `${row.id} ${as}`)).toEqual(['K2 performer', 'K9 both', 'K1 responsible']);
  });
});
