import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { DoorError, useBackend, type Backend } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import { locale } from '$lib/lang.svelte';
import { session } from '$lib/session.svelte';
import App from './App.svelte';

afterEach(() => {
  cleanup();
  // Ends the watch that the page began.
  session.locked = true;
  locale.lang = 'da';
});

function begins(backend: Backend): void {
  session.locked = false;
  session.status = null;
  session.error = null;
  session.page = 'start';
  history.replaceState(null, '');
  useBackend(backend);
  render(App);
}

describe('a start that is refused', () => {
  it('says why and shows no form to fill in, until it goes well', async () => {
    let refused = true;
    const fixture = fixtureBackend({ founded: false, wait: 50 });
    begins({
      call: (name, args) =>
        refused ? Promise.reject(new DoorError('newer_version', '/data', '9999')) : fixture.call(name, args)
    });
    await screen.findByText(/nyere Tovholder/);
    expect(screen.queryByTestId('start-open')).toBeNull();
    expect(screen.getAllByRole('button')).toHaveLength(1);
    refused = false;
    await fireEvent.click(screen.getByRole('button', { name: 'Prøv igen' }));
    await screen.findByTestId('start-open');
    expect(screen.queryByText(/nyere Tovholder/)).toBeNull();
  });

  it('shows the overview that came with the first answer, and asks for none', async () => {
    const fixture = fixtureBackend({ wait: 50 });
    const asked: string[] = [];
    begins({
      call: (name, args) => {
        asked.push(name);
        return fixture.call(name, args);
      }
    });
    await screen.findByRole('heading', { name: 'Overblik' });
    await waitFor(() => expect(document.querySelector('main tbody tr')).not.toBeNull());
    expect(asked[0]).toBe('opening');
    expect(asked).not.toContain('overview');
  });
});

describe('first start', () => {
  it('says its keys in the language that is chosen there', async () => {
    begins(fixtureBackend({ founded: false, wait: 50 }));
    await screen.findByTestId('start-open');
    const line = await screen.findByTestId('status-line');
    expect(line.textContent).toContain('næste felt');
    await fireEvent.change(screen.getByLabelText('Sprog'), { target: { value: 'en' } });
    await waitFor(() => expect(line.textContent).toContain('next field'));
    expect(line.textContent).not.toContain('næste felt');
  });
});
