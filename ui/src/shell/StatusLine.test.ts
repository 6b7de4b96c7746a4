import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SyncStatus } from '$generated/SyncStatus';
import { DoorError, useBackend, type Backend } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import { syncStates } from '$lib/backend/fixture/sync';
import { begin, session } from '$lib/session.svelte';
import { askSync, BUSY_MS, CALM_MS, pauseMs, sync } from '$lib/sync.svelte';
import StatusLine from './StatusLine.svelte';

let asked: string[] = [];

/** The status line over a state, and the backend's own answers where a test gives some. */
async function show(name: string, own: Record<string, () => unknown> = {}): Promise<SyncStatus> {
  const state = { ...syncStates[name] } as SyncStatus;
  const fixture = fixtureBackend({ sync: state, wait: 50 });
  asked = [];
  const backend: Backend = {
    async call(called, args) {
      asked.push(called);
      const answer = own[called];
      return (answer ? answer() : await fixture.call(called, args)) as never;
    }
  };
  useBackend(backend);
  session.error = null;
  session.page = 'overblik';
  await begin();
  render(StatusLine);
  return state;
}
const button = (): Promise<HTMLElement> => screen.findByTestId('sync-status');
async function says(text: string): Promise<void> {
  await waitFor(async () => expect((await button()).textContent.replace(/\s+/g, ' ').trim()).toBe(text));
}

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  sync.status = null;
  session.status = null;
});

describe('the status line', () => {
  it('says where the laptop stands, and follows when that changes', async () => {
    const state = await show('offline');
    await says(
      'Gemt lokalt · 12 ændringer venter Ingen forbindelse siden kl. 09.17. Sendes, når du er på nettet igen.'
    );
    Object.assign(state, syncStates['synced'], { synced_at: '2018-06-14T12:40:00Z' });
    session.cursor += 1;
    await says('Synkroniseret 14.40');
  });

  it('has no alert and nothing to look at without a network', async () => {
    await show('offline');
    await says(
      'Gemt lokalt · 12 ændringer venter Ingen forbindelse siden kl. 09.17. Sendes, når du er på nettet igen.'
    );
    expect(screen.queryByRole('alert')).toBeNull();
    expect((await button()).classList.contains('look')).toBe(false);
  });

  it('says only what it knows when the question fails, and shows no error', async () => {
    let broken = false;
    await show('synced', {
      sync_status: () => {
        if (broken) throw new DoorError('internal');
        return syncStates['synced'];
      }
    });
    await says('Synkroniseret 14.32');
    broken = true;
    await askSync();
    await says('Gemt lokalt på denne pc kl. 09.17');
    expect(session.error).toBeNull();
  });

  it('notes quietly that a snapshot is still being checked', async () => {
    await show('unverified');
    await says('Synkroniseret 14.32 · øjebliksbillede efterprøves');
  });

  it('reads aloud only what a person must look at', async () => {
    await show('alarm');
    await waitFor(() =>
      expect(screen.getAllByRole('status').map((one) => one.textContent)).toContain('Se på synkroniseringen')
    );
  });

  it('asks nothing before first start', async () => {
    useBackend(fixtureBackend({ founded: false }));
    await begin();
    render(StatusLine);
    expect((await screen.findByTestId('status-line')).textContent).toContain('Intet at gemme endnu');
    expect(screen.queryByTestId('sync-status')).toBeNull();
  });
});

describe('how often it is asked', () => {
  it('is more often while something happens', () => {
    for (const name of ['connecting', 'syncing']) expect(pauseMs(syncStates[name] ?? null)).toBe(BUSY_MS);
    for (const name of ['alone', 'offline', 'synced', 'incomplete', 'alarm', 'revoked'])
      expect(pauseMs(syncStates[name] ?? null)).toBe(CALM_MS);
  });

  it('follows the clock, and stops with the line', async () => {
    vi.useFakeTimers();
    const count = (): number => asked.filter((name) => name === 'sync_status').length;
    const state = await show('syncing');
    await vi.advanceTimersByTimeAsync(100);
    const before = count();
    await vi.advanceTimersByTimeAsync(BUSY_MS * 3);
    expect(count() - before).toBe(3);
    Object.assign(state, syncStates['synced']);
    await vi.advanceTimersByTimeAsync(BUSY_MS);
    const calm = count();
    await vi.advanceTimersByTimeAsync(CALM_MS * 2);
    expect(count() - calm).toBe(2);
    cleanup();
    const over = count();
    await vi.advanceTimersByTimeAsync(CALM_MS * 3);
    expect(count()).toBe(over);
  });

  it('is not at all while nobody looks', async () => {
    vi.useFakeTimers();
    await show('syncing');
    await vi.advanceTimersByTimeAsync(100);
    const seen = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    const before = asked.length;
    await vi.advanceTimersByTimeAsync(BUSY_MS * 3);
    expect(asked.length).toBe(before);
    seen.mockRestore();
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(10);
    expect(asked.length).toBe(before + 1);
  });
});

describe('the details', () => {
  async function open(name: string, own: Record<string, () => unknown> = {}): Promise<HTMLElement> {
    await show(name, own);
    await waitFor(() => expect(sync.status).not.toBeNull());
    await fireEvent.click(await button());
    return screen.findByRole('dialog', { name: 'Synkronisering' });
  }

  it('tell the relay, the times, and when the others were last heard from', async () => {
    const box = await open('synced');
    expect((await button()).getAttribute('aria-expanded')).toBe('true');
    expect(box.textContent).toContain('wss://relay.eksempel.dk');
    expect(within(box).getByText('Intet')).toBeTruthy();
    const rows = within(box).getAllByRole('listitem');
    const row = (i: number): string => (rows[i]?.textContent ?? '').replace(/\s+/g, ' ').trim();
    expect(row(0)).toBe('Karsten Berg Social og Sundhed på nettet nu');
    expect(row(2)).toContain('13.06.2018 kl. 16.02');
    expect(row(4)).toBe('Nyt medlem intet endnu');
  });

  it('say each thing that is missing, and what to do about it', async () => {
    const box = await open('incomplete');
    expect(within(box).getByText(/2 ændringer venter på andre, der ikke er kommet endnu: »Karsten Berg«/)).toBeTruthy();
    expect(within(box).getByText(/Bed dem, der driver relæserveren, om mere plads/)).toBeTruthy();
    expect(within(box).getByText('3 ændringer')).toBeTruthy();
  });

  it('take the keyboard, and give it back on Esc', async () => {
    const box = await open('offline');
    expect(document.activeElement).toBe(box);
    await fireEvent.keyDown(box, { key: 'Escape' });
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(document.activeElement).toBe(await button());
  });

  it('close when elsewhere is pressed', async () => {
    await open('offline');
    await fireEvent.pointerDown(document.body);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('synchronise now, and show what came of it', async () => {
    const box = await open('connecting');
    await fireEvent.click(within(box).getByTestId('sync-now'));
    await says('Synkroniseret 14.33');
    expect(asked).toContain('sync_now');
  });

  it('say quietly that there is still no connection', async () => {
    const box = await open('offline');
    await fireEvent.click(within(box).getByTestId('sync-now'));
    await within(box).findByText(/^Forsøgt kl\. .*ingen forbindelse/);
    expect(session.error).toBeNull();
  });

  it('say why it failed beside the button and nowhere else', async () => {
    const box = await open('offline', {
      sync_now: () => {
        throw new DoorError('relay_unreachable', 'relay.eksempel.dk');
      }
    });
    await fireEvent.click(within(box).getByTestId('sync-now'));
    await within(box).findByText(/Relæserveren »relay.eksempel.dk« svarer ikke/);
    expect(session.error).toBeNull();
  });

  it('give a reason where there is nothing to synchronise with', async () => {
    for (const [name, why] of [
      ['alone', 'Der er ingen relæserver at synkronisere med'],
      ['revoked', 'Ingen adgang, så intet kan sendes herfra']
    ] as const) {
      const box = await open(name);
      const now = within(box).getByTestId('sync-now');
      expect(now.getAttribute('aria-disabled')).toBe('true');
      expect(now.title).toBe(why);
      await fireEvent.click(now);
      expect(asked).not.toContain('sync_now');
      cleanup();
    }
  });
});
