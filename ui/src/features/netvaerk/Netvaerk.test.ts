import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import type { NetworkState } from '$lib/backend/fixture/network';
import { t, tn } from '$lib/i18n';
import { refresh, session } from '$lib/session.svelte';
import Netvaerk from './Netvaerk.svelte';

let asked: [string, unknown][] = [];
const called = (name: string): unknown[] => asked.filter(([each]) => each === name).map(([, args]) => args);

async function show(network: NetworkState, params: Record<string, string> = {}): Promise<void> {
  const fixture = fixtureBackend({ network });
  asked = [];
  useBackend({
    call: (name, args) => {
      asked.push([name, args]);
      return fixture.call(name, args);
    }
  });
  session.params = params;
  await refresh();
  render(Netvaerk);
  await waitFor(() => expect(called('network_status').length).toBeGreaterThan(0));
}
const press = (testid: string): Promise<boolean> => fireEvent.click(screen.getByTestId(testid));

beforeEach(() => {
  session.error = null;
  session.told = null;
  session.page = 'netvaerk';
});
afterEach(cleanup);

describe('the network', () => {
  it('is joined by an invitation, and a bad one is told', async () => {
    await show('alone');
    const field = await screen.findByTestId('network-link');
    await press('network-join');
    expect(screen.getByText(t('netvaerk.join.link.missing'))).toBeTruthy();
    await fireEvent.input(field, { target: { value: 'noget andet' } });
    await press('network-join');
    await waitFor(() => expect(session.error?.code).toBe('invitation_bad'));
    await fireEvent.input(field, { target: { value: 'tovholder:invite:abc' } });
    await press('network-join');
    await screen.findByTestId('news-use');
    expect(screen.queryByRole('tab', { name: t('netvaerk.view.publish') })).toBeNull();
  });

  it('is founded, and its key is shown until somebody says that it is kept', async () => {
    await show('alone');
    await fireEvent.input(await screen.findByTestId('network-url'), {
      target: { value: 'wss://netvaerk.eksempel.dk' }
    });
    await press('network-found');
    expect((await screen.findByTestId('network-key')).textContent).toContain('GENDAN-');
    await press('network-kept');
    await screen.findByText(t('netvaerk.news.unpublished'));
    await fireEvent.click(screen.getByRole('tab', { name: t('netvaerk.view.publish') }));
    session.params = { view: 'publish' };
    await fireEvent.click(await screen.findByTestId('publish-built-in'));
    await waitFor(() => expect(called('publish')).toEqual([{ cells: [], built_in: true }]));
  });

  it('says that a computer follows by itself', async () => {
    await show('follows');
    await screen.findByText(t('netvaerk.follows'));
    expect(screen.queryByTestId('network-link')).toBeNull();
  });
});

describe('the catalogue', () => {
  it('shows what is new, with what stands here and what is our own, and takes in what is ticked', async () => {
    await show('participant');
    const ky = await screen.findByTestId('change-use/KY:SF1511');
    expect(ky.textContent).toContain('2019');
    expect(ky.textContent).toContain('2020');
    expect(ky.textContent).toContain(t('netvaerk.own', { value: t('word.state.under_way') }));
    expect(screen.getByTestId('accept').textContent.trim()).toBe(tn('netvaerk.accept', 5));
    await fireEvent.click(within(screen.getByTestId('change-project/DAR')).getByRole('checkbox'));
    expect(screen.getByTestId('accept').textContent.trim()).toBe(tn('netvaerk.accept', 4));
    await press('accept');
    await waitFor(() => expect(session.told?.text).toBe(tn('netvaerk.accepted', 4)));
    expect(called('catalogue_accept')).toEqual([{ leave: ['project/DAR'], shrink: false }]);
    await waitFor(() => expect(screen.queryByTestId('news-use')).toBeNull());
    expect(screen.getByTestId('change-project/DAR')).toBeTruthy();
  });

  it('is held back when half of it would go, until that is said', async () => {
    await show('shrinks');
    await screen.findByText(t('netvaerk.shrinks'));
    await press('accept');
    expect(called('catalogue_accept')).toEqual([]);
    await press('shrink');
    await press('accept');
    await waitFor(() => expect(called('catalogue_accept')).toEqual([{ leave: [], shrink: true }]));
    await screen.findByText(t('netvaerk.news.none'));
  });
});

describe('the municipalities', () => {
  it('are listed, and a participant changes nothing', async () => {
    await show('participant', { view: 'members' });
    const row = await screen.findByTestId('municipality-Køge');
    expect(row.textContent).toContain(t('netvaerk.role.admin'));
    expect(within(row).queryByRole('combobox')).toBeNull();
    expect(screen.queryByTestId('network-invite')).toBeNull();
    expect(screen.getByTestId(`municipality-${t('netvaerk.unnamed')}`)).toBeTruthy();
  });

  it('are invited, named publisher and put out by the host', async () => {
    await show('host', { view: 'members' });
    await fireEvent.change(await screen.findByTestId('network-role'), { target: { value: 'editor' } });
    await press('network-invite');
    const link = await screen.findByTestId('network-invitation');
    expect((link as HTMLTextAreaElement).value).toContain('tovholder:invite:');
    expect(called('network.invite')).toEqual([{ role: 'editor', own_device: false }]);
    const row = (): HTMLElement => screen.getByTestId('municipality-Aabenraa');
    await fireEvent.change(within(row()).getByRole('combobox'), { target: { value: 'editor' } });
    await press('network-save');
    await waitFor(() => expect(called('network.set_member_role')).toEqual([{ id: 'n4', role: 'editor' }]));
    await fireEvent.click(
      await within(row()).findByRole('button', { name: t('netvaerk.out.for', { name: 'Aabenraa' }) })
    );
    expect(called('network.revoke')).toEqual([]);
    await press('network-out');
    await waitFor(() => expect(called('network.revoke')).toEqual([{ id: 'n4' }]));
    await waitFor(() => expect(row().textContent).toContain(t('netvaerk.out.already')));
  });
});

describe('publishing', () => {
  it('writes a field, and asks for what it is about first', async () => {
    await show('host', { view: 'publish' });
    await screen.findByTestId('publish-send');
    await press('publish-send');
    expect(screen.getByText(t('netvaerk.publish.incomplete'))).toBeTruthy();
    expect(called('publish')).toEqual([]);
    await fireEvent.input(screen.getByTestId('publish-id'), { target: { value: 'SF1511' } });
    await fireEvent.input(screen.getByTestId('publish-project'), { target: { value: 'BBR' } });
    await fireEvent.change(screen.getByTestId('publish-value'), { target: { value: 'done' } });
    await press('publish-send');
    const cell = { entity: 'use/BBR:SF1511', field: 'state', value: 'done' };
    await waitFor(() => expect(called('publish')).toEqual([{ cells: [cell], built_in: false }]));
    await waitFor(() => expect(session.told?.text).toBe(tn('netvaerk.published', 1)));
  });

  it('shows what two publishers wrote differently, and chooses', async () => {
    await show('publisher', { view: 'publish' });
    const conflict = await screen.findByTestId('conflict-use/BBR:SF1511/state');
    expect(conflict.textContent).toContain('Køge');
    expect(conflict.textContent).toContain('Svendborg');
    const [, second] = within(conflict).getAllByRole('button', { name: t('netvaerk.conflicts.choose') });
    await fireEvent.click(second as HTMLElement);
    const cell = { entity: 'use/BBR:SF1511', field: 'state', value: '2020' };
    await waitFor(() => expect(called('publish')).toEqual([{ cells: [cell], built_in: false }]));
    await waitFor(() => expect(screen.queryByTestId('conflict-use/BBR:SF1511/state')).toBeNull());
  });
});

describe('our status', () => {
  it('is chosen by project, shown cell by cell before it leaves, and taken back', async () => {
    await show('participant', { view: 'share' });
    const row = (): HTMLElement => screen.getByTestId('share-BBR');
    await waitFor(() => expect(row().textContent).toContain(t('netvaerk.share.not')));
    await press('share-look');
    expect(screen.queryByTestId('share-cells')).toBeNull();
    await fireEvent.click(within(row()).getByRole('checkbox'));
    await press('share-look');
    const cells = await screen.findByTestId('share-cells');
    expect(within(cells).getAllByRole('row').length).toBe(3);
    expect(cells.textContent).toMatch(/2018-06-14 \d+ \d+ \d+ \d+ \d+/);
    expect(called('share_publish')).toEqual([]);
    await press('share-publish');
    await waitFor(() => expect(called('share_publish')).toEqual([{ projects: ['BBR'] }]));
    await waitFor(() => expect(row().textContent).toContain(t('netvaerk.share.same')));
    await fireEvent.click(within(row()).getByRole('button'));
    await waitFor(() => expect(called('share_withdraw')).toEqual([{ projects: ['BBR'] }]));
    await waitFor(() => expect(row().textContent).toContain(t('netvaerk.share.not')));
  });
});

describe('the country', () => {
  it('shows who shows what by region, one municipality whole, and no average below five', async () => {
    await show('participant', { view: 'country' });
    await screen.findByTestId('country-map');
    expect(screen.getAllByTestId(/^tile-/).length).toBe(6);
    await fireEvent.change(screen.getByTestId('country-project'), { target: { value: 'SAPA' } });
    await waitFor(() => expect(screen.getAllByTestId(/^tile-/).length).toBe(4));
    expect(screen.getByTestId('country-sum').textContent).toContain(t('netvaerk.country.few'));
    await fireEvent.change(screen.getByTestId('country-project'), { target: { value: 'BBR' } });
    await waitFor(() => expect(screen.getByTestId('country-sum').textContent).toMatch(/\d+\s%/));
    const trend = await screen.findByTestId('trend');
    expect(trend.textContent).toContain(t('netvaerk.country.few'));
    await press('tile-0461');
    expect((await screen.findByTestId('country-one')).textContent).toContain('SAPA');
    await waitFor(() => expect(called('country_trend').at(-1)).toEqual({ project: 'BBR', municipality: '0461' }));
    await press('country-as');
    expect(within(await screen.findByTestId('country-table')).getAllByRole('row').length).toBe(7);
  });
});

describe('events and the directory', () => {
  it('signs the municipality up and off', async () => {
    await show('participant', { view: 'events' });
    const row = (): HTMLElement => screen.getByTestId('event-webinar-sts');
    await screen.findByTestId('seats-webinar-sts');
    expect(row().textContent).toContain('kl. 13.00–14.30');
    await fireEvent.change(screen.getByTestId('seats-webinar-sts'), { target: { value: '3' } });
    await waitFor(() => expect(called('sign_up')).toEqual([{ id: 'webinar-sts', seats: 3 }]));
    await waitFor(() =>
      expect(row().textContent).toContain(
        t('netvaerk.event.come', { seats: '17', municipalities: tn('netvaerk.municipalities', 10) })
      )
    );
    expect(screen.queryByTestId('seats-dar')).toBeNull();
  });

  it('shows who wants to be found; one puts oneself in and takes oneself out', async () => {
    await show('participant', { view: 'directory' });
    await screen.findByTestId('directory');
    const rows = (): number => within(screen.getByTestId('directory')).getAllByRole('row').length;
    expect(rows()).toBe(4);
    await fireEvent.input(screen.getByTestId('contact-filter'), { target: { value: 'odense' } });
    expect(rows()).toBe(2);
    await fireEvent.input(screen.getByTestId('contact-filter'), { target: { value: '' } });
    await fireEvent.input(screen.getByTestId('contact-role'), { target: { value: 'Programleder' } });
    await press('contact-join');
    await screen.findByTestId('contact-leave');
    expect(called('set_contact')).toEqual([{ mail: '', phone: '', role: 'Programleder', leave: false }]);
    expect(rows()).toBe(5);
    await press('contact-leave');
    await waitFor(() => expect(rows()).toBe(4));
  });
});
