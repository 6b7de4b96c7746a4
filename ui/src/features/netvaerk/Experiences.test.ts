import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SyncStatus } from '$generated/SyncStatus';
import { useBackend, type Backend } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import type { NetworkState } from '$lib/backend/fixture/network';
import { t, tn } from '$lib/i18n';
import { refresh, session } from '$lib/session.svelte';
import { sync } from '$lib/sync.svelte';
import Learned from '../shared/Learned.svelte';
import Material from '../shared/Material.svelte';
import TaskPanel from '../opgaver/TaskPanel.svelte';
import Netvaerk from './Netvaerk.svelte';

let asked: [string, unknown][] = [];
let fixture: Backend;
const called = (name: string): unknown[] => asked.filter(([each]) => each === name).map(([, args]) => args);

function door(network: NetworkState): void {
  fixture = fixtureBackend({ network });
  asked = [];
  useBackend({
    call: (name, args) => {
      asked.push([name, args]);
      return fixture.call(name, args);
    }
  });
}
async function show(params: Record<string, string>, network: NetworkState = 'participant'): Promise<void> {
  door(network);
  session.params = params;
  await refresh();
  render(Netvaerk);
  await waitFor(() => expect(called('network_status').length).toBeGreaterThan(0));
}
const press = (testid: string): Promise<boolean> => fireEvent.click(screen.getByTestId(testid));
const type = (testid: string, value: string): Promise<boolean> =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } });
const learned = (): string[] =>
  screen
    .queryAllByTestId(/^experience-\w+:\d+$/)
    .map((row) => row.dataset['testid']?.slice('experience-'.length) ?? '');
const row = (id: string): HTMLElement => screen.getByTestId(`experience-${id}`);
async function open(id: string): Promise<HTMLElement> {
  await screen.findByTestId(`experience-${id}`);
  const button = within(row(id)).getByRole('button', { expanded: false });
  await fireEvent.click(button);
  expect(button.getAttribute('aria-expanded')).toBe('true');
  return row(id);
}

beforeEach(() => {
  session.error = null;
  session.told = null;
  session.page = 'netvaerk';
  sync.status = null;
});
afterEach(cleanup);

describe('experiences', () => {
  it('are listed newest first, and the tab tells how many of ours wait for an answer', async () => {
    await show({ view: 'experiences' });
    await waitFor(() => expect(learned()).toEqual(['o:1', 's:1', 'a:1']));
    const waiting = t('netvaerk.view.experiences.waiting', { n: '1' });
    expect(screen.getByRole('tab', { selected: true }).textContent).toContain(waiting);
    expect(row('s:1').textContent).toContain(t('netvaerk.learn.kind.template'));
    expect(row('s:1').textContent).toContain(t('netvaerk.learn.waits'));
    expect(row('o:1').textContent).toContain(tn('netvaerk.learn.thanks', 7));
    expect(row('o:1').textContent).not.toContain('fem uger');
    await open('o:1');
    expect(row('o:1').textContent).toContain('fem uger');
    const said = within(row('o:1')).getAllByTestId(/^remark-\w+:\d+$/);
    expect(said.map((one) => one.textContent.includes(t('netvaerk.learn.answer')))).toEqual([false, true]);
  });

  it('open only addresses of the web', async () => {
    await show({ view: 'experiences' });
    await open('o:1');
    await open('a:1');
    expect(within(row('o:1')).getByRole('link').getAttribute('href')).toBe('https://eksempel.dk/certifikat');
    expect(within(row('a:1')).queryByRole('link')).toBeNull();
    expect(row('a:1').textContent).toContain('se mappen på fællesdrevet');
  });

  it('are found by words and by what they are about', async () => {
    await show({ view: 'experiences' });
    await screen.findByTestId('experience-o:1');
    await type('experience-search', 'odense certifikat');
    expect(learned()).toEqual(['o:1']);
    await type('experience-search', 'findes ikke');
    expect(screen.getByText(t('netvaerk.learn.no_hits'))).toBeTruthy();
    await type('experience-search', '');
    const options = within(screen.getByTestId('experience-about')).getAllByRole('option');
    expect(options.map((one) => one.textContent)).toEqual([t('netvaerk.learn.about.all'), 'SF1511', 'SF1514', 'BBR']);
    await fireEvent.change(screen.getByTestId('experience-about'), { target: { value: 'project/BBR' } });
    await waitFor(() => expect(learned()).toEqual(['s:1']));
    expect(session.params).toEqual({ view: 'experiences', about: 'project/BBR' });
  });

  it('are thanked for, and the thanks are taken back; never our own', async () => {
    await show({ view: 'experiences' });
    await open('o:1');
    await open('s:1');
    expect(within(row('s:1')).queryByTestId('experience-thank')).toBeNull();
    const thank = (): HTMLElement => within(row('o:1')).getByTestId('experience-thank');
    expect(thank().getAttribute('aria-pressed')).toBe('false');
    await fireEvent.click(thank());
    await waitFor(() => expect(thank().getAttribute('aria-pressed')).toBe('true'));
    expect(row('o:1').textContent).toContain(tn('netvaerk.learn.thanks', 8));
    await fireEvent.click(thank());
    await waitFor(() => expect(row('o:1').textContent).toContain(tn('netvaerk.learn.thanks', 7)));
    expect(called('thank')).toEqual([
      { id: 'o:1', take_back: false },
      { id: 'o:1', take_back: true }
    ]);
  });

  it('are answered, which takes the number off the tab, and a word of our own is taken away', async () => {
    await show({ view: 'experiences' });
    await open('s:1');
    await press('remark-send');
    expect(screen.getByText(t('netvaerk.learn.remark.missing'))).toBeTruthy();
    expect(called('remark')).toEqual([]);
    await type('remark-text', 'Tre uger.');
    await press('remark-send');
    await waitFor(() => expect(row('s:1').textContent).toContain('Tre uger.'));
    expect(called('remark')).toEqual([{ id: 's:1', text: 'Tre uger.' }]);
    expect(screen.getByRole('tab', { selected: true }).textContent.trim()).toBe(t('netvaerk.view.experiences'));
    expect(screen.getAllByTestId('remark-remove').length).toBe(1);
    await press('remark-remove');
    expect(called('remark').length).toBe(1);
    await press('remark-remove-yes');
    await waitFor(() => expect(row('s:1').textContent).not.toContain('Tre uger.'));
    expect(called('remark').at(-1)).toMatchObject({ id: 's:1', text: '' });
  });

  it('are written, and what is missing is said first', async () => {
    await show({ view: 'experiences', about: 'interface/SF1514' });
    await screen.findByTestId('experience-a:1');
    await press('experience-new');
    const dialog = screen.getByRole('dialog');
    expect(dialog.textContent).toContain(t('netvaerk.learn.form.hint'));
    expect((screen.getByTestId('experience-name') as HTMLInputElement).value).toBe('SF1514');
    await press('experience-send');
    expect(screen.getByText(t('netvaerk.learn.form.title.missing'))).toBeTruthy();
    expect(called('write_experience')).toEqual([]);
    await type('experience-title', 'Sådan gik det');
    await type('experience-text', 'Godt. 010203-1234');
    await press('experience-send');
    await waitFor(() =>
      expect(within(dialog).getByText(t('error.looks_like_cpr', { where: t('field.text') }))).toBeTruthy()
    );
    await type('experience-text', 'Godt.');
    await fireEvent.change(screen.getByTestId('experience-kind'), { target: { value: 'template' } });
    await press('experience-send');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(called('write_experience').at(-1)).toEqual({
      about: 'interface/SF1514',
      title: 'Sådan gik det',
      text: 'Godt.',
      link: '',
      kind: 'template',
      remove: false
    });
    await screen.findByText('Sådan gik det');
  });

  it('of our own are changed and removed', async () => {
    await show({ view: 'experiences' });
    await open('s:1');
    await press('experience-edit');
    expect((screen.getByTestId('experience-of') as HTMLSelectElement).value).toBe('project');
    await type('experience-title', 'Drejebog, anden udgave');
    await press('experience-send');
    await screen.findByText('Drejebog, anden udgave');
    expect(called('write_experience').at(-1)).toMatchObject({ id: 's:1', about: 'project/BBR', kind: 'template' });
    await press('experience-remove');
    await press('experience-remove-yes');
    await waitFor(() => expect(learned()).toEqual(['o:1', 'a:1']));
    expect(called('write_experience').at(-1)).toMatchObject({ id: 's:1', remove: true });
  });

  it('are read, and no more, by a reader', async () => {
    sync.status = { role: 'reader', relay: 'wss://relay.eksempel.dk' } as SyncStatus;
    await show({ view: 'experiences' });
    await open('s:1');
    for (const id of ['experience-new', 'experience-edit', 'experience-remove', 'remark-text'])
      expect(screen.queryByTestId(id)).toBeNull();
    expect(row('s:1').textContent).toContain('Hvor lang tid brugte I på adresserne?');
    await open('o:1');
    expect(within(row('o:1')).queryByTestId('experience-thank')).toBeNull();
  });

  it('are told of on the page of what they are about, and silently not when there is no network', async () => {
    door('participant');
    const { unmount } = render(Learned, { about: 'interface/SF1511' });
    const link = await screen.findByTestId('learned');
    expect(link.textContent).toBe(tn('snitflader.experiences', 1));
    session.page = 'snitflader';
    await fireEvent.click(link);
    expect([session.page, session.params]).toEqual(['netvaerk', { view: 'experiences', about: 'interface/SF1511' }]);
    unmount();
    door('alone');
    render(Learned, { about: 'interface/SF1511' });
    await waitFor(() => expect(called('experiences').length).toBe(1));
    expect(screen.queryByTestId('learned')).toBeNull();
    expect(session.error).toBeNull();
  });
});

describe('reference groups', () => {
  it('are joined and left', async () => {
    await show({ view: 'directory' });
    const group = (): HTMLElement => screen.getByTestId('group-bbr');
    await screen.findByTestId('group-bbr');
    expect(group().textContent).toContain(t('netvaerk.groups.nobody'));
    await press('group-join-bbr');
    await waitFor(() => expect(group().textContent).toContain('Svendborg'));
    await press('group-join-bbr');
    await waitFor(() => expect(group().textContent).toContain(t('netvaerk.groups.nobody')));
    expect(called('join_group')).toEqual([
      { id: 'bbr', leave: false },
      { id: 'bbr', leave: true }
    ]);
  });
});

describe('task templates', () => {
  it('become tasks, one or all that are left, and follow the network', async () => {
    await show({});
    const project = await screen.findByTestId('templates-BBR');
    expect(screen.getByTestId('templates-DUBU').textContent).toContain(t('netvaerk.templates.new_project'));
    await fireEvent.click(within(project).getByRole('button', { expanded: false }));
    await fireEvent.click(within(screen.getByTestId('template-NET-101')).getByTestId('template-take'));
    await waitFor(() => expect(session.told?.text).toBe(tn('netvaerk.templates.taken', 1, { project: 'BBR' })));
    expect(called('take_templates')).toEqual([{ project: 'BBR', ids: ['NET-101'] }]);
    const all = within(project).getByTestId('templates-take');
    await waitFor(() => expect(all.textContent.trim()).toBe(tn('netvaerk.templates.take', 1)));
    await fireEvent.click(all);
    await waitFor(() => expect(within(project).queryByTestId('templates-take')).toBeNull());
    expect(called('take_templates').at(-1)).toEqual({ project: 'BBR', ids: [] });

    cleanup();
    render(TaskPanel, { id: 'NET-101', onclose: () => undefined, onopen: () => undefined });
    const theme = await screen.findByTestId('field-theme');
    expect(within(theme).getByTitle(t('opgaver.source.network.hint'))).toBeTruthy();
    expect(screen.queryByText('KLIK')).toBeNull();
  });

  it('are not spoken of outside a network', async () => {
    await show({}, 'alone');
    await screen.findByTestId('network-link');
    expect(called('templates')).toEqual([]);
    expect(called('experiences')).toEqual([]);
  });
});

describe('the calendar of events', () => {
  it('can be subscribed to, and its address is copied', async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    await show({ view: 'events' });
    const address = (await screen.findByTestId('subscription')) as HTMLInputElement;
    expect(address.readOnly).toBe(true);
    await press('subscription-copy');
    await waitFor(() => expect(session.told?.text).toBe(t('netvaerk.event.copied')));
    expect(writeText).toHaveBeenCalledWith(address.value);
    vi.unstubAllGlobals();
  });
});

describe('publishing', () => {
  it('says of an event that it is public, and where a group belongs', async () => {
    await show({ view: 'publish' }, 'host');
    await screen.findByTestId('publish-kind');
    await fireEvent.change(screen.getByTestId('publish-kind'), { target: { value: 'event' } });
    await type('publish-id', 'temadag');
    await fireEvent.change(screen.getByTestId('publish-field'), { target: { value: 'public' } });
    await press('publish-send');
    expect(screen.getByText(t('netvaerk.publish.incomplete'))).toBeTruthy();
    await fireEvent.change(screen.getByTestId('publish-value'), { target: { value: 'true' } });
    await press('publish-send');
    const cell = { entity: 'event/temadag', field: 'public', value: 'true' };
    await waitFor(() => expect(called('publish')).toEqual([{ cells: [cell], built_in: false }]));
    await waitFor(() => expect(session.told?.text).toBe(tn('netvaerk.published', 1)));
    await fireEvent.change(screen.getByTestId('publish-kind'), { target: { value: 'group' } });
    await fireEvent.change(screen.getByTestId('publish-field'), { target: { value: 'about' } });
    expect(screen.getByText(t('netvaerk.publish.about.hint'))).toBeTruthy();
  });
});

describe('material', () => {
  it('stands where it belongs, also twice with one address', async () => {
    door('participant');
    render(Material, { about: 'interface/SF1511' });
    expect(within(await screen.findByTestId('material')).getAllByRole('link')).toHaveLength(2);
  });

  it('is opened where it is an address of the web, and only there', async () => {
    await show({ view: 'news' });
    const list = await screen.findByTestId('material');
    const links = within(list).getAllByRole('link');
    const guide = 'https://eksempel.dk/vejledning';
    // The same address for two things is nothing unusual.
    expect(links.map((one) => one.getAttribute('href'))).toEqual([guide, guide]);
    expect(list.textContent).toContain('fællesdrevet, mappen Drejebog');
  });

  it('stands beside what the role is for, on the directory', async () => {
    await show({ view: 'directory' });
    expect((await screen.findByTestId('role-words')).textContent).toContain(t('field.duties'));
  });
});
