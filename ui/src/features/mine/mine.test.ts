import { describe, expect, it } from 'vitest';
import { tasks } from '$lib/backend/fixture/data';
import type { TaskRow } from '$generated/TaskRow';
import { prepare } from '../opgaver/rows';
import { byStep } from './mine';

const base = tasks(1)[0] as TaskRow;
const me = { id: 'me', name: 'Dorte' };

function make(id: string, more: Partial<TaskRow>): TaskRow {
  return { ...base, id, responsible: me, performer: null, colour: 'green', deadline: null, archived: false, ...more };
}

describe('byStep', () => {
  it('orders by what must be done first and leaves others’ tasks out', () => {
    const rows = prepare(
      [
        make('later', { colour: 'grey', deadline: '2018-12-01' }),
        make('soon', { colour: 'yellow', deadline: '2018-06-20' }),
        make('overdue', { colour: 'red', deadline: '2018-06-01' }),
        make('more overdue', { colour: 'red', deadline: '2018-05-01' }),
        make('cannot', { colour: 'red', deadline: '2018-06-16' }),
        make('act', { colour: 'yellow' }),
        make('solved', { colour: 'done', deadline: '2018-06-01' }),
        make('performs', { responsible: null, performer: me }),
        make('not mine', { responsible: null }),
        make('archived', { archived: true })
      ],
      '2018-06-14'
    );
    expect(byStep(rows, 'me').map((group) => [group.step, group.rows.map((row) => row.task.id)])).toEqual([
      ['overdue', ['more overdue', 'overdue']],
      ['cannot', ['cannot']],
      ['soon', ['soon']],
      ['act', ['act']],
      ['going', ['performs']],
      ['later', ['later']],
      ['done', ['solved']]
    ]);
  });
});
