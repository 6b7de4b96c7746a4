import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { useBackend } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import type { SharingState } from '$lib/backend/fixture/sharing';
import { t } from '$lib/i18n';
import { refresh, session } from '$lib/session.svelte';
import { askSync, sync } from '$lib/sync.svelte';
import TopBar from './TopBar.svelte';

afterEach(() => {
  cleanup();
  sync.status = null;
});

async function show(sharing: SharingState): Promise<void> {
  useBackend(fixtureBackend({ sharing }));
  session.page = 'opgaver';
  await refresh();
  await askSync();
  render(TopBar);
}

describe('the bar of a laptop that reads only', () => {
  it('says so once, with the way to who can change it', async () => {
    await show('reader');
    const said = screen.getByRole('button', { name: t('shell.reader') });
    expect(said.title).toBe(t('shell.reader.what'));
    await fireEvent.click(said);
    await waitFor(() => expect(session.page).toBe('deling'));
  });

  it.each(['alone', 'editor', 'admin'] as const)('says nothing to %s', async (sharing) => {
    await show(sharing);
    expect(screen.queryByTestId('reader')).toBeNull();
  });
});
