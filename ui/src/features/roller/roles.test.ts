import { describe, expect, it } from 'vitest';
import type { AssignmentRow } from '$generated/AssignmentRow';
import type { RoleRow } from '$generated/RoleRow';
import {
  byPerson,
  copyAssigns,
  copyPlan,
  groups,
  markEdits,
  namedByTasks,
  nextNeeded,
  tabCounts,
  textEdits
} from './roles';

const empty = { responsibility: '', duties: '', competences: '' };

function held(id: string, name: string, active = true): AssignmentRow {
  return {
    id: `a-${id}`,
    entity: `assignment/a-${id}`,
    project: 'BBR',
    role: 'r',
    role_name: 'R',
    person: { id, name },
    from: null,
    to: null,
    active,
    conflicts: []
  };
}

function role(id: string, over: Partial<RoleRow> = {}): RoleRow {
  return {
    id,
    entity: `role/BBR:${id}`,
    name: id,
    category: 'project',
    themes: [],
    needed: 'unassessed',
    text: empty,
    gallery: empty,
    tailored: false,
    own: false,
    note: '',
    assignments: [],
    filled: false,
    risk: false,
    open_tasks: 0,
    red: 0,
    yellow: 0,
    waiting: [],
    conflicts: [],
    ...over
  };
}

describe('tabs', () => {
  it('counts persons once, however many roles they hold', () => {
    const roles = [
      role('a', { assignments: [held('1', 'Åse')] }),
      role('b', { assignments: [held('1', 'Åse'), held('2', 'Bo')] }),
      role('c', { assignments: [held('3', 'Ib', false)] })
    ];
    expect(tabCounts(roles).person).toBe(2);
    expect(tabCounts(roles).unassessed).toBe(3);
  });
  it('keeps the category counts whole when a tab narrows the rows', () => {
    const roles = [
      role('a', { needed: 'yes', risk: true }),
      role('b', { needed: 'yes', filled: true }),
      role('c', { category: 'technical' })
    ];
    expect(groups(roles, 'empty')).toMatchObject([{ category: 'project', needed: 2, empty: 1, roles: [{ id: 'a' }] }]);
  });
  it('sorts persons the Danish way', () => {
    const roles = [role('a', { assignments: [held('1', 'Åse'), held('2', 'Bo'), held('3', 'Ørn')] })];
    expect(byPerson(roles).map((holder) => holder.name)).toEqual(['Bo', 'Ørn', 'Åse']);
  });
});

describe('needed', () => {
  it('walks between yes and no, and never back to no answer', () => {
    expect(nextNeeded('unassessed')).toBe('yes');
    expect(nextNeeded('yes')).toBe('no');
    expect(nextNeeded('no')).toBe('yes');
  });
  it('marks only what tasks name and nobody has assessed', () => {
    const roles = [role('a', { open_tasks: 2 }), role('b', { open_tasks: 1, needed: 'no' }), role('c')];
    expect(markEdits(namedByTasks(roles), 'yes')).toEqual([{ entity: 'role/BBR:a', field: 'needed', value: true }]);
  });
});

describe('copyPlan', () => {
  it('leaves alone what this project has decided', () => {
    const here = [
      role('a', { needed: 'no' }),
      role('b', { needed: 'yes', filled: true, assignments: [held('9', 'Ib')] }),
      role('c')
    ];
    const there = ['a', 'b', 'c'].map((id) =>
      role(id, { needed: 'yes', filled: true, assignments: [held('1', 'Åse'), held('2', 'Bo', false)] })
    );
    const plan = copyPlan(here, there);
    expect(plan.marks.map((mark) => [mark.role.id, mark.needed])).toEqual([['c', 'yes']]);
    expect(copyAssigns(plan, 'BBR', '2018-06-15')).toEqual([
      { project: 'BBR', role: 'c', person: '1', from: '2018-06-15' }
    ]);
  });
});

describe('textEdits', () => {
  it('writes only what differs, and Null where it is the gallery again', () => {
    const now = { responsibility: 'Vores', duties: 'Ens', competences: '' };
    const gallery = { responsibility: 'Galleriets', duties: 'Ens', competences: '' };
    expect(
      textEdits('role/BBR:a', now, gallery, { responsibility: 'Galleriets', duties: 'Ens ', competences: 'Ny' })
    ).toEqual([
      { entity: 'role/BBR:a', field: 'responsibility', value: null },
      { entity: 'role/BBR:a', field: 'competences', value: 'Ny' }
    ]);
  });
});
