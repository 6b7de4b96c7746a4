import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend, type Calls } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import { t } from '$lib/i18n';
import { refresh, session } from '$lib/session.svelte';
import Snitflader from './Snitflader.svelte';

let asked: [keyof Calls, unknown][] = [];
const called = (name: keyof Calls): unknown[] => asked.filter(([each]) => each === name).map(([, args]) => args);

async function show(params: Record<string, string> = {}): Promise<void> {
  const fixture = fixtureBackend({});
  asked = [];
  useBackend({
    call: (name, args) => {
      asked.push([name, args]);
      return fixture.call(name, args);
    }
  });
  session.params = params;
  await refresh();
  render(Snitflader);
  if (!params['view']) await screen.findByTestId('matrix');
}
const press = (testid: string): Promise<boolean> => fireEvent.click(screen.getByTestId(testid));

beforeEach(() => {
  session.error = null;
  session.told = null;
  session.page = 'snitflader';
});
afterEach(cleanup);

describe('the implementation overview', () => {
  it('shows the slides table, and all interfaces when asked', async () => {
    await show();
    expect(screen.getAllByTestId(/^interface-/).map((row) => row.dataset['testid'])).toEqual([
      'interface-SF1511',
      'interface-SF1515',
      'interface-SF1512',
      'interface-SF1514'
    ]);
    expect(screen.getByTestId('use-SF1511-DAR').textContent).toContain(t('word.state.done'));
    expect(screen.getByTestId('use-SF1514-DUBU').textContent).toContain('2019');
    await press('all');
    await waitFor(() => expect(screen.getAllByTestId(/^interface-/).length).toBe(41));
    expect(called('interfaces').at(-1)).toEqual({ all: true });
  });

  it('is narrowed to a støttesystem', async () => {
    await show();
    await fireEvent.change(screen.getByTestId('system'), { target: { value: 'Adgangsstyring (systemer)' } });
    await waitFor(() => expect(screen.getAllByTestId(/^interface-/).length).toBe(2));
  });

  it('is walked with arrows as one tab stop', async () => {
    await show({ interface: 'SF1511' });
    const matrix = screen.getByTestId('matrix');
    const stops = (): HTMLElement[] =>
      within(matrix)
        .getAllByRole('button')
        .filter((one) => one.tabIndex === 0);
    expect(stops().length).toBe(1);
    stops()[0]?.focus();
    await fireEvent.keyDown(stops()[0] as HTMLElement, { key: 'ArrowRight' });
    expect(session.params).toEqual({ interface: 'SF1511', project: 'DAR' });
    await fireEvent.keyDown(stops()[0] as HTMLElement, { key: 'ArrowDown' });
    expect(session.params).toEqual({ interface: 'SF1515', project: 'DAR' });
    expect(document.activeElement?.getAttribute('data-testid')).toBe('use-SF1515-DAR');
    await fireEvent.keyDown(stops()[0] as HTMLElement, { key: 'End' });
    expect(session.params['project']).toBe('YR');
  });

  it('lets the municipality say it itself, and follow the catalogue again', async () => {
    await show({ interface: 'SF1511', project: 'KY' });
    const select = await screen.findByTestId<HTMLSelectElement>('use-state');
    expect(select.value).toBe('');
    await fireEvent.change(select, { target: { value: 'under_way' } });
    await waitFor(() => expect(screen.getByTestId('use-SF1511-KY').textContent).toContain(t('word.state.under_way')));
    expect(called('edit').at(-1)).toMatchObject({
      edits: [{ entity: 'use/KY:SF1511', field: 'state', value: 'under_way' }]
    });
    await fireEvent.change(await screen.findByTestId('use-state'), { target: { value: '' } });
    await waitFor(() => expect(screen.getByTestId('use-SF1511-KY').textContent).toContain('2019'));
    expect(called('edit').at(-1)).toMatchObject({ edits: [{ value: null }] });
  });

  it('takes an attention point, and refuses one that holds a CPR number', async () => {
    await show({ interface: 'SF1515', project: 'DUBU' });
    await screen.findByTestId('use-panel');
    await press('add-point');
    const text = await screen.findByTestId('point-text');
    expect(screen.getByTestId<HTMLSelectElement>('point-project').value).toBe('DUBU');
    await fireEvent.input(text, { target: { value: 'Ring til 070761-4285' } });
    await press('point-run');
    expect(await screen.findByRole('alert')).toBeTruthy();
    await fireEvent.input(text, { target: { value: 'Test i god tid.' } });
    await press('point-run');
    await waitFor(() => expect(screen.queryByTestId('point-text')).toBeNull());
    expect((await screen.findByTestId('point')).textContent).toContain('Test i god tid.');
    expect(called('add_attention').at(-1)).toEqual({ interface: 'SF1515', project: 'DUBU', text: 'Test i god tid.' });
    // Another project that is to begin sees that something was learned.
    expect(screen.getByTestId('use-SF1515-Valg').getAttribute('aria-label')).toContain('1 opmærksomhedspunkt');
  });

  it('ties a task by its id, and takes it off again', async () => {
    await show({ interface: 'SF1512' });
    const field = await screen.findByTestId('tie-task');
    await fireEvent.input(field, { target: { value: 'KLIK-1001' } });
    await press('tie-run');
    await waitFor(() =>
      expect(called('edit').at(-1)).toMatchObject({
        edits: [{ entity: 'task/KLIK-1001', field: 'interface/SF1512', value: true }]
      })
    );
    const off = await screen.findByRole('button', { name: /^Tag .* af snitfladen$/ });
    await fireEvent.click(off);
    await waitFor(() => expect(called('edit').at(-1)).toMatchObject({ edits: [{ value: false }] }));
    await waitFor(() => expect(screen.queryByRole('button', { name: /^Tag .* af snitfladen$/ })).toBeNull());
  });

  it('tells it by project, and leads from there to the cell', async () => {
    await show({ view: 'projects' });
    const flis = await screen.findByTestId('row-FLIS');
    expect(flis.textContent).toContain('deadline den 31/5');
    await fireEvent.click(within(flis).getByRole('button', { name: 'SF1511 i gang' }));
    expect(session.params).toEqual({ interface: 'SF1511', project: 'FLIS' });
    await screen.findByTestId('use-panel');
  });

  it('tells it by time: months, roles that will be empty, and who is wanted twice', async () => {
    await show({ view: 'horizon' });
    const table = await screen.findByTestId('horizon');
    expect(within(table).getAllByTestId(/^month-/).length).toBe(8);
    const month = within(table).getAllByRole('button', { expanded: false })[0] as HTMLElement;
    await fireEvent.click(month);
    expect(month.getAttribute('aria-expanded')).toBe('true');
    expect((await screen.findByTestId('needs')).textContent).toContain('ubesat');
    await fireEvent.change(screen.getByTestId('horizon-months'), { target: { value: '3' } });
    await waitFor(() => expect(screen.getAllByTestId(/^month-/).length).toBe(3));
    expect(called('horizon').at(-1)).toEqual({ months: 3 });
  });
});

describe('the timeline', () => {
  it('shows projects over time, zooms, and lists what falls due', async () => {
    await show({ view: 'timeline' });
    const columns = (): number => within(screen.getByTestId('timeline')).getAllByRole('columnheader').length;
    await screen.findByTestId('line-BBR');
    const quarters = columns();
    await fireEvent.change(screen.getByTestId('timeline-unit'), { target: { value: 'month' } });
    await waitFor(() => expect(columns()).toBeGreaterThan(quarters));
    const [due] = within(screen.getByTestId('line-BBR'))
      .getAllByRole('button')
      .filter((one) => one.hasAttribute('aria-expanded'));
    await fireEvent.click(due as HTMLElement);
    const tasks = await screen.findByTestId('timeline-tasks');
    const count = Number((due as HTMLElement).textContent.trim());
    expect(within(tasks).getAllByRole('listitem').length).toBe(count);
  });
});
