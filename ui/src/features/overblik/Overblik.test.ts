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
    counts: {
      attention: rows.length,
      needs_today: rows.length,
      empty_roles: 0,
      d30: 0,
      d60: 0,
      d90: 0,
      findings: 0,
      escalations: 0
    },
    escalations: [],
    attention: rows,
    needs_today: rows,
    projects: [],
    empty_roles: [],
    upcoming: [],
    findings: [],
    conflicts: 0,
    klik_differs: 0
  };
}

let edits: unknown[] = [];
/** How many rows of each list were asked for. */
let mosts: (number | undefined)[] = [];

async function show(rows: TaskRow[]): Promise<void> {
  edits = [];
  mosts = [];
  const answers: Partial<Record<keyof Calls, (args: never) => unknown>> = {
    overview: ({ most }: { most?: number }) => {
      mosts.push(most);
      const all = overview(rows);
      return { ...all, attention: rows.slice(0, most), needs_today: rows.slice(0, most) };
    },
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

  it('asks for a few rows first, and for all when a list is wanted to its end', async () => {
    const rows = Array.from({ length: 14 }, (_, i) => task(`K${i + 1}`));
    await show(rows);
    expect(mosts).toEqual([10]);
    expect(screen.queryByText('Opgave K11')).toBeNull();
    await fireEvent.click(screen.getByRole('button', { name: t('overblik.attention.more', { n: 4 }) }));
    await waitFor(() => screen.getByText('Opgave K14'));
    expect(mosts).toEqual([10, undefined]);
  });

  it('shows the first rows first, and then the rest of them and of the page', async () => {
    await show(Array.from({ length: 14 }, (_, i) => task(`K${i + 1}`)));
    expect(screen.getByText('Opgave K1')).toBeTruthy();
    await waitFor(() => screen.getByText('Opgave K10'));
    for (const part of ['projects', 'roles', 'upcoming'])
      await waitFor(() => screen.getByRole('heading', { name: new RegExp(t(`overblik.${part}`)) }));
  });

  it('walks through all that needs someone, not only the rows it shows', async () => {
    await show(Array.from({ length: 14 }, (_, i) => task(`K${i + 1}`)));
    await fireEvent.keyDown(window, { key: 'g' });
    await waitFor(() => screen.getByText(new RegExp(t('overblik.walk.at', { at: 1, n: 14 }))));
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
