import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend, type Calls } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import { t } from '$lib/i18n';
import { session } from '$lib/session.svelte';
import Start from './Start.svelte';

let asked: [keyof Calls, unknown][] = [];
const called = (name: keyof Calls): unknown[] => asked.filter(([each]) => each === name).map(([, args]) => args);
const type = (testid: string, value: string): Promise<boolean> =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } });
const press = (testid: string): Promise<boolean> => fireEvent.click(screen.getByTestId(testid));

beforeEach(async () => {
  const fixture = fixtureBackend({ founded: false });
  asked = [];
  session.status = null;
  session.error = null;
  useBackend({
    call: (name, args) => {
      asked.push([name, args]);
      return fixture.call(name, args);
    }
  });
  render(Start);
  await waitFor(() => expect(screen.getByText('98 af 98 kommuner')).toBeTruthy());
});
afterEach(cleanup);

describe('first start', () => {
  it('founds, with the cursor in the first of three fields', async () => {
    expect(screen.getByTestId<HTMLInputElement>('way-found').checked).toBe(true);
    expect(document.activeElement).toBe(screen.getByTestId('start-municipality'));
    await type('start-municipality', 'svendborg');
    await type('start-name', 'Dorte Ørsted');
    await type('start-department', 'It');
    await press('start-open');
    await waitFor(() => expect(session.status?.founded).toBe(true));
    expect(called('found')).toEqual([{ municipality: '0479', name: 'Dorte Ørsted', department: 'It' }]);
  });

  it('joins by an invitation', async () => {
    await press('way-join');
    await type('start-invite', ' tovholder:invite:abc ');
    await type('start-name', 'Karsten Berg');
    await type('start-department', 'Borgerservice');
    await press('start-open');
    await waitFor(() => expect(session.status?.founded).toBe(true));
    const args = { invite: 'tovholder:invite:abc', name: 'Karsten Berg', department: 'Borgerservice' };
    expect(called('join')).toEqual([{ ...args, adopt: false, dry_run: false }]);
    expect(session.told?.text).toContain('Svendborg Kommune');
  });

  it('says what is missing, and goes there', async () => {
    await press('way-join');
    await type('start-name', 'Karsten Berg');
    await press('start-open');
    expect(screen.getByText(t('start.join.link.missing'))).toBeTruthy();
    expect(screen.getByText(t('start.department.missing'))).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('start-invite')));
    expect(called('join')).toEqual([]);
  });

  it('says what is wrong with an invitation, and keeps it', async () => {
    await press('way-join');
    await type('start-invite', 'hej');
    await type('start-name', 'Karsten Berg');
    await type('start-department', 'Borgerservice');
    await press('start-open');
    await waitFor(() => expect(session.error?.code).toBe('invitation_bad'));
    expect(screen.getByTestId<HTMLTextAreaElement>('start-invite').value).toBe('hej');
    // Another way is another question: what was wrong with this one is not said above it.
    await press('way-recover');
    expect(session.error).toBeNull();
  });

  it('comes back with the recovery key', async () => {
    await press('way-recover');
    await type('start-relay', 'wss://relay.eksempel.dk');
    await type('start-key', 'K7QM-2XWD');
    await type('start-name', 'Dorte Ørsted');
    await type('start-department', 'It');
    await press('start-open');
    await waitFor(() => expect(session.error?.code).toBe('recovery_key_wrong'));
    await type('start-key', 'k7qm 2xwd 9hfa tt4c vb3e 8rny 5pj6 gwzk m4cd x2qh 7afb try9');
    await press('start-open');
    await waitFor(() => expect(session.status?.founded).toBe(true));
    expect(called('recover')[1]).toMatchObject({ url: 'wss://relay.eksempel.dk', department: 'It' });
  });

  it('takes name and department along to another way, and leaves the focus among the ways', async () => {
    await type('start-name', 'Dorte Ørsted');
    screen.getByTestId('way-join').focus();
    await press('way-join');
    expect(screen.getByTestId<HTMLInputElement>('start-name').value).toBe('Dorte Ørsted');
    await press('way-found');
    expect(document.activeElement).toBe(screen.getByTestId('way-join'));
  });
});
