import { describe, expect, it } from 'vitest';
import type { TaskRow } from '$generated/TaskRow';
import { nextStep, why, windows } from './attention';

function task(over: Partial<TaskRow>): TaskRow {
  return {
    id: 'KLIK-1',
    project: 'BBR',
    title: 'Godkend',
    kind: 'basic',
    theme: '',
    role: '',
    role_id: null,
    start: null,
    deadline: null,
    earlier_deadlines: [],
    responsible: { id: 'p1', name: 'Ib' },
    performer: { id: 'p2', name: 'Åse' },
    status: 'not_started',
    percent: 0,
    action_needed: false,
    note: '',
    colour: 'red',
    reasons: [],
    gone: false,
    archived: false,
    conflicts: [],
    klik_differs: [],
    comments: 0,
    changed: null,
    ...over
  };
}

describe('nextStep', () => {
  it('asks for an owner before anything else', () => {
    expect(nextStep(task({ responsible: null, performer: null }))).toBe('responsible');
    expect(nextStep(task({ performer: null }))).toBe('performer');
  });
  it('opens a task in conflict instead of guessing', () => {
    expect(nextStep(task({ responsible: null, conflicts: ['responsible'] }))).toBe('open');
  });
  it('fills the empty role before it asks for a performer', () => {
    expect(
      nextStep(task({ performer: null, colour: 'yellow', reasons: [{ code: 'role_empty', role: 'Projektejer' }] }))
    ).toBe('role');
  });
  it('follows up on a red task that has everybody', () => {
    expect(nextStep(task({}))).toBe('follow_up');
    expect(nextStep(task({ colour: 'yellow' }))).toBe('open');
  });
});

describe('why', () => {
  it('adds what is missing to a red task, which names only its deadline', () => {
    const parts = why(
      task({ responsible: null, reasons: [{ code: 'deadline_passed', days: 34, deadline: '2018-05-11' }] })
    );
    expect(parts.map((part) => part.key)).toEqual(['overblik.why.deadline_passed', 'overblik.why.no_responsible']);
    expect(parts[0]?.params).toEqual({ n: 34 });
  });
  it('does not say the same thing twice', () => {
    const parts = why(task({ responsible: null, colour: 'yellow', reasons: [{ code: 'no_responsible' }] }));
    expect(parts).toHaveLength(1);
  });
  it('says how far a task is', () => {
    expect(why(task({ status: 'in_progress', percent: 50 }))).toEqual([
      { key: 'overblik.why.in_progress', params: { percent: 50 } }
    ]);
  });
});

describe('windows', () => {
  it('puts the edges where the tabs say', () => {
    const at = (deadline: string): TaskRow => task({ id: deadline, deadline });
    const out = windows(
      [
        '2018-06-15',
        '2018-07-15',
        '2018-07-16',
        '2018-08-14',
        '2018-08-15',
        '2018-09-13',
        '2018-09-14',
        '2018-06-14'
      ].map(at),
      '2018-06-15'
    );
    expect(out.d30.map((row) => row.id)).toEqual(['2018-06-15', '2018-07-15']);
    expect(out.d60.map((row) => row.id)).toEqual(['2018-07-16', '2018-08-14']);
    expect(out.d90.map((row) => row.id)).toEqual(['2018-08-15', '2018-09-13']);
  });
});
