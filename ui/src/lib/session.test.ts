import { beforeEach, describe, expect, it } from 'vitest';
import { DoorError, useBackend, type Backend } from './backend';
import { fixtureBackend } from './backend/fixture/index';
import { step } from '../shell/shell.svelte';
import { tasks, write } from '../features/opgaver/tasks.svelte';
import { rowHeight } from './density.svelte';
import { begin, firstPage, go, onHistory, refresh, run, sentence, session, setOn } from './session.svelte';

/** A backend that answers some commands itself, and writes down what it was asked. */
function over(base: Backend, own: Record<string, (args: never) => unknown>): { backend: Backend; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    backend: {
      async call(name, args) {
        asked.push(name);
        const answer = own[name];
        return (answer ? await answer(args as never) : await base.call(name, args)) as never;
      }
    }
  };
}

beforeEach(async () => {
  useBackend(fixtureBackend({ wait: 1 }));
  session.error = null;
  session.told = null;
  session.on = null;
  await begin();
  firstPage();
});

describe('run', () => {
  it('says what is wrong and what to do, and takes it away when something works', async () => {
    const answer = await run(() => Promise.reject(new DoorError('disk_full', '', '')));
    expect(answer).toBeUndefined();
    expect(session.error?.code).toBe('disk_full');
    expect(session.error?.text).toBeTruthy();
    expect(session.error?.what).toBeTruthy();
    await run(() => Promise.resolve(1));
    expect(session.error).toBeNull();
  });

  it('names the field in the user’s words', () => {
    expect(sentence(new DoorError('looks_like_cpr', 'note')).text).toContain('Bemærkning');
  });

  it('has words for an error it does not know', () => {
    expect(sentence(new Error('boom')).text).toContain('boom');
  });
});

describe('undo', () => {
  it('lists the cells that were left alone, in words', async () => {
    useBackend(
      over(fixtureBackend(), {
        undo: () => ({
          label: 'Ret 2 felter',
          undone: 1,
          kept: [{ entity: 'task/KLIK-1001', title: 'Udpeg projektleder', field: 'deadline', now: '01.07.2018' }],
          cursor: 9
        })
      }).backend
    );
    await step('undo');
    expect(session.told?.text).toContain('Ret 2 felter');
    expect(session.told?.items).toEqual(['Udpeg projektleder, Frist: 01.07.2018']);
  });

  it('says so when there is nothing to undo', async () => {
    await step('undo');
    expect(session.error?.code).toBe('nothing_to_undo');
  });
});

describe('pages', () => {
  it('come back with the browser’s back button, and only known ones', () => {
    go('roller', { project: 'BBR' });
    expect([session.page, session.params['project']]).toEqual(['roller', 'BBR']);
    onHistory({ page: 'overblik' });
    expect([session.page, session.params]).toEqual(['overblik', {}]);
    onHistory({ page: 'evil' });
    onHistory(null);
    expect(session.page).toBe('overblik');
  });

  it('begin with first start when there is nothing yet', async () => {
    useBackend(fixtureBackend({ founded: false }));
    await refresh();
    firstPage();
    expect(session.page).toBe('start');
  });

  it('have rows as high as was chosen', async () => {
    const fixture = fixtureBackend();
    useBackend(fixture);
    await fixture.call('preference', { key: 'density', value: 'comfort' });
    await begin();
    expect(rowHeight()).toBe(32);
    expect(document.documentElement.style.getPropertyValue('--row')).toBe('32px');
    await fixture.call('preference', { key: 'density', value: null });
    await begin();
    expect(rowHeight()).toBe(28);
    expect(document.documentElement.style.getPropertyValue('--row')).toBe('');
  });

  it('call today’s date no other day', () => {
    setOn('2018-09-01');
    expect(session.on).toBe('2018-09-01');
    setOn('2018-06-14');
    expect(session.on).toBeNull();
  });
});

describe('write', () => {
  it('shows what it wrote before it is done, so that the next edit has seen it', async () => {
    const { backend, asked } = over(fixtureBackend(), {});
    useBackend(backend);
    await refresh();
    await tasks.load();
    const before = tasks.list?.cursor ?? 0;
    const done = await write([{ entity: 'task/KLIK-1001', field: 'percent', value: 70 }], before);
    expect(done).toBe(true);
    expect(tasks.list?.cursor).toBeGreaterThan(before);
    expect(tasks.rows.find((row) => row.task.id === 'KLIK-1001')?.task.percent).toBe(70);
    expect(asked.filter((name) => name === 'edit')).toHaveLength(1);
  });

  it('answers no when it was refused, and leaves the rows', async () => {
    await refresh();
    await tasks.load();
    const done = await write([{ entity: 'task/KLIK-1001', field: 'note', value: 'cpr 010190-1234' }], 1);
    expect(done).toBe(false);
    expect(session.error?.code).toBe('looks_like_cpr');
  });

  it('tells when the cell got two values', async () => {
    const conflicts = ['task/KLIK-1001 percent'];
    useBackend(over(fixtureBackend(), { edit: () => ({ written: 1, conflicts, cursor: 3, id: null }) }).backend);
    await write([{ entity: 'task/KLIK-1001', field: 'percent', value: 70 }], 1);
    expect(session.told?.text).toContain('to værdier');
  });
});
