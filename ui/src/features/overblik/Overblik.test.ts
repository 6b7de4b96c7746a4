import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Overview } from '$generated/Overview';
import type { TaskRow } from '$generated/TaskRow';
import { useBackend, type Calls } from '$lib/backend';
import { t } from '$lib/i18n';
import { session } from '$lib/session.svelte';
import Overblik from './Overblik.svelte';

function task(id: string): TaskRow {
  return {
    id,
    project: 'BBR',
    title: `Opgave ${id}`,
    kind: 'basic',
    theme: '',
    role: '',
    role_id: null,
    start: null,
    deadline: '2018-05-11',
    earlier_deadlines: [],
    responsible: null,
    performer: null,
    status: 'not_started' as TaskRow['status'],
    percent: 0,
    action_needed: false,
    note: '',
    colour: 'red',
    reasons: [{ code: 'deadline_passed', days: 34, deadline: '2018-05-11' }],
    gone: false,
    archived: false,
    conflicts: [],
    klik_differs: [],
    comments: 0,
    changed: null
  };
}
function overview(rows: TaskRow[]): Overview {
  return {
    on: '2018-06-14',
    today: '2018-06-14',
    cursor: 7,
    totals: { red: rows.length, yellow: 0, green: 0, grey: 0, done: 0 },
    tasks: rows.length,
    attention: rows,
    projects: [],
    empty_roles: [],
    upcoming: [],
    findings: [],
    conflicts: 0,
    klik_differs: 0
  };
}

let edits: unknown[] = [];

async function show(rows: TaskRow[]): Promise<void> {
  edits = [];
  const answers: Partial<Record<keyof Calls, (args: never) => unknown>> = {
    overview: () => overview(rows),
    task: ({ id }: { id: string }) => ({
      on: '2018-06-14',
      cursor: 7,
      row: rows.find((row) => row.id === id),
      entity: `task/${id}`,
      fields: [],
      prerequisites: [],
      comments: [],
      findings: []
    }),
    edit: (args) => {
      edits.push(args);
      return { written: 1, conflicts: [], cursor: 8, id: null };
    },
    people: () => ({ on: '2018-06-14', cursor: 7, persons: [] }),
    preference: () => ({ value: null }),
    status: () => ({ cursor: 8 })
  };
  useBackend({
    async call(name, args) {
      return (await answers[name]?.(args as never)) as never;
    }
  });
  render(Overblik);
  await waitFor(() => expect(screen.getByText(/14\.06\.2018/)).toBeTruthy());
}

beforeEach(() => {
  session.letters = true;
});
afterEach(cleanup);

describe('the overview', () => {
  it('walks the list with G, to the end and out again', async () => {
    await show([task('K1'), task('K2')]);
    await fireEvent.keyDown(window, { key: 'g' });
    await waitFor(() => screen.getByRole('heading', { name: 'Opgave K1' }));
    await fireEvent.keyDown(window, { key: 'g' });
    await waitFor(() => screen.getByRole('heading', { name: 'Opgave K2' }));
    await fireEvent.keyDown(window, { key: 'g' });
    await waitFor(() => screen.getByRole('heading', { name: t('overblik.walk.done', { n: 2 }) }));
    await fireEvent.keyDown(window, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('heading', { name: t('overblik.walk.done', { n: 2 }) })).toBeNull());
  });

  it('writes what is chosen on the way, from what the screen showed', async () => {
    await show([task('K1')]);
    await fireEvent.keyDown(window, { key: 'g' });
    const status = await waitFor(() => screen.getByLabelText(t('field.status')));
    await fireEvent.change(status, { target: { value: 'in_progress' } });
    await waitFor(() => expect(edits).toHaveLength(1));
    expect(edits[0]).toEqual({ edits: [{ entity: 'task/K1', field: 'status', value: 'in_progress' }], cursor: 7 });
  });

  it('leaves G alone when single letters are switched off', async () => {
    await show([task('K1')]);
    session.letters = false;
    await fireEvent.keyDown(window, { key: 'g' });
    expect(screen.queryByRole('heading', { name: 'Opgave K1' })).toBeNull();
  });

  it('offers one way on when there is nothing', async () => {
    await show([]);
    expect(screen.getByText(t('overblik.empty'))).toBeTruthy();
    expect(document.querySelectorAll('.button-primary')).toHaveLength(1);
  });
});
