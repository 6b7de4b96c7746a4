import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PresentRow } from '$generated/PresentRow';
import type { SyncState } from '$generated/SyncState';
import { useBackend } from '$lib/backend';
import { ALONE } from '$lib/backend/fixture/sharing';
import { locale } from '$lib/lang.svelte';
import { sync } from '$lib/sync.svelte';
import Present from './Present.svelte';

const NANNA: PresentRow = { name: 'Nanna Dahl', department: 'Teknik og Miljø', project: 'BBR' };
const KARSTEN: PresentRow = { name: 'Karsten Berg', department: '', project: 'BBR' };
const ELSEWHERE: PresentRow = { name: 'Bo Andersen', department: 'Borgerservice', project: 'FLIS' };

let said: (string | null)[] = [];
let others: PresentRow[] = [];
let broken = false;

function together(state: SyncState): void {
  sync.status = { ...ALONE, state, relay: 'wss://relay.eksempel.dk' };
}

beforeEach(() => {
  said = [];
  broken = false;
  others = [NANNA, ELSEWHERE];
  useBackend({
    call(name, args) {
      if (name !== 'present') throw new Error(name);
      said.push((args as { project?: string }).project ?? null);
      return broken ? Promise.reject(new Error('gone')) : (Promise.resolve(others) as never);
    }
  });
  together('synced');
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  sync.status = null;
  locale.lang = 'da';
});

const row = async (): Promise<string> =>
  ((await screen.findByTestId('present')).textContent ?? '').replace(/\s+/g, ' ').trim();

describe('who else is here', () => {
  it('is told with the department, and only those who look at the same project', async () => {
    render(Present, { project: 'BBR' });
    expect(await row()).toBe('Også her: Nanna Dahl (Teknik og Miljø)');
    expect(said).toEqual(['BBR']);
  });

  it('names several, and one whose name has not come yet', async () => {
    others = [NANNA, KARSTEN, { name: '', department: 'Borgerservice', project: 'BBR' }];
    render(Present, { project: 'BBR' });
    expect(await row()).toBe('Også her: Nanna Dahl (Teknik og Miljø), Karsten Berg, en kollega (Borgerservice)');
  });

  it('is nothing when nobody is, or it cannot be asked', async () => {
    others = [ELSEWHERE];
    render(Present, { project: 'BBR' });
    await waitFor(() => expect(said).toEqual(['BBR']));
    expect(screen.queryByTestId('present')).toBeNull();
    cleanup();
    broken = true;
    render(Present, { project: 'BBR' });
    await waitFor(() => expect(said.length).toBeGreaterThan(2));
    expect(screen.queryByTestId('present')).toBeNull();
  });

  it.each(['alone', 'revoked'] as const)('is neither asked nor told when the laptop is %s', async (state) => {
    together(state);
    render(Present, { project: 'BBR' });
    await Promise.resolve();
    expect(said).toEqual([]);
    sync.status = null;
    await Promise.resolve();
    expect(said).toEqual([]);
  });

  it('is asked again every half minute, and it is said when one leaves', async () => {
    vi.useFakeTimers();
    const { unmount } = render(Present, { project: 'BBR' });
    await vi.advanceTimersByTimeAsync(61_000);
    expect(said).toEqual(['BBR', 'BBR', 'BBR']);
    unmount();
    await vi.advanceTimersByTimeAsync(61_000);
    expect(said).toEqual(['BBR', 'BBR', 'BBR', null]);
  });

  it('says the new project last when one goes from one to another', async () => {
    const { rerender } = render(Present, { project: 'BBR' });
    await row();
    await rerender({ project: 'FLIS' });
    await waitFor(() => expect(said).toEqual(['BBR', null, 'FLIS']));
    expect(await row()).toBe('Også her: Bo Andersen (Borgerservice)');
  });

  it('is nowhere while the window is hidden', async () => {
    render(Present, { project: 'BBR' });
    await row();
    const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    await waitFor(() => expect(said).toEqual(['BBR', null]));
    hidden.mockRestore();
    document.dispatchEvent(new Event('visibilitychange'));
    await waitFor(() => expect(said).toEqual(['BBR', null, 'BBR']));
  });

  it('speaks English too', async () => {
    locale.lang = 'en';
    render(Present, { project: 'BBR' });
    expect(await row()).toBe('Also here: Nanna Dahl (Teknik og Miljø)');
  });
});
