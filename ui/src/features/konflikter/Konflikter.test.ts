import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConflictView } from '$generated/ConflictView';
import { useBackend, type Backend } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import { begin, session } from '$lib/session.svelte';
import { shell, step } from '../../shell/shell.svelte';
import { cellsOf, sawTheSame, valueText } from './cells';
import Konflikter from './Konflikter.svelte';
import { forgetSettled } from './settled.svelte';

let asked: [string, unknown][] = [];
const edits = (): unknown[] => asked.filter(([name]) => name === 'edit').map(([, args]) => args);
const rules = (): unknown[] => asked.filter(([name]) => name === 'conflict_rule').map(([, args]) => args);

async function show(conflicts: number, own: Partial<Record<string, () => unknown>> = {}): Promise<void> {
  const fixture = fixtureBackend({ conflicts, wait: 50 });
  asked = [];
  const backend: Backend = {
    async call(name, args) {
      asked.push([name, args]);
      return (own[name] ? own[name]() : await fixture.call(name, args)) as never;
    }
  };
  useBackend(backend);
  await begin();
  render(Konflikter);
  if (conflicts > 0) await screen.findByRole('heading', { level: 2, name: 'Hvem er udfører?' });
}
const list = (): HTMLElement => screen.getByRole('list', { name: 'Konflikter' });
const rows = (): HTMLElement[] => within(list()).getAllByRole('button');
const current = (): string => list().querySelector('[aria-current]')?.textContent ?? '';
const press = (key: string): Promise<boolean> => fireEvent.keyDown(document.activeElement ?? document.body, { key });
const frame = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(done));

beforeEach(() => {
  session.letters = true;
  session.error = null;
  session.told = null;
  session.params = {};
  forgetSettled();
});
afterEach(cleanup);

describe('the inbox', () => {
  it('lists every cell with where it is, what it is, all its values and the day of the newest', async () => {
    await show(7);
    expect(rows()).toHaveLength(7);
    const text = (rows()[0]?.textContent ?? '').replace(/\s+/g, ' ').trim();
    expect(text).toContain('Udfører');
    expect(text).toContain('BBR · KLIK-1001');
    expect(text).toContain('13.06.2018');
    expect(text).toMatch(/Åse Juul eller ?Åse Nørgaard/);
    expect(screen.getByText('1 af 7')).toBeTruthy();
  });

  it('says that nothing was chosen for anybody, and what the colour does meanwhile', async () => {
    await show(3);
    expect(
      screen.getByText('3 celler har to værdier. Begge er gemt, indtil nogen vælger. Farven følger den alvorligste.')
    ).toBeTruthy();
    cleanup();
    await show(7);
    expect(screen.getByText(/^7 celler har flere værdier\. Alle er gemt, indtil nogen vælger\./)).toBeTruthy();
  });

  it('tells how the cell came to have two values', async () => {
    await show(7);
    await screen.findByText('Import, række 6');
    expect(screen.getByText('Bo Andersen → Åse Juul')).toBeTruthy();
    expect(screen.getByText('Begge kendte kun Bo Andersen. Derfor står værdierne side om side.')).toBeTruthy();
  });

  it('says what it is for when there is nothing in it', async () => {
    await show(0);
    await screen.findByRole('heading', { name: 'Ingen konflikter' });
    expect(screen.getByText(/står begge værdier her, til nogen vælger/)).toBeTruthy();
    expect(screen.queryByText('Regel for flere')).toBeNull();
  });

  it('has no rule for several while there is one', async () => {
    await show(2);
    expect(screen.getByText('Regel for flere')).toBeTruthy();
    cleanup();
    await show(7, {
      conflicts: () =>
        fixtureBackend({ conflicts: 2 })
          .call('conflicts', {})
          .then((all) => all.slice(0, 1))
    });
    expect(screen.queryByText('Regel for flere')).toBeNull();
  });
});

describe('the keyboard', () => {
  it('saves nothing until a value is chosen', async () => {
    await show(7);
    await press('Enter');
    expect(screen.getByRole('button', { name: 'Gem, og gå til næste' }).getAttribute('aria-disabled')).toBe('true');
    expect(edits()).toEqual([]);
  });

  it('chooses with a number, saves with Enter and goes on to the next, having seen all values', async () => {
    await show(7);
    await press('2');
    await frame();
    await screen.findByRole('button', { name: 'Gem Åse Nørgaard, og gå til næste' });
    await press('Enter');
    await screen.findByRole('heading', { level: 2, name: 'Hvem er ansvarlig?' });
    expect(edits()).toEqual([
      {
        edits: [{ entity: 'task/KLIK-1001', field: 'performer', value: 'p2', seen: ['41@a', '41@b'] }],
        cursor: null
      }
    ]);
    await waitFor(() => expect(rows()).toHaveLength(6));
    // The keyboard stays with what is to be decided: the next number chooses there.
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Hvem er ansvarlig?');
    await press('1');
    await screen.findByRole('button', { name: 'Gem Åse Juul, og gå til næste' });
  });

  it('leaves a cell as it is with J, and comes back with K', async () => {
    await show(7);
    await press('j');
    await waitFor(() => expect(current()).toContain('KLIK-1004'));
    expect(screen.getByText('2 af 7')).toBeTruthy();
    await press('k');
    await waitFor(() => expect(current()).toContain('KLIK-1001'));
    await press('k');
    expect(current()).toContain('KLIK-1001');
    expect(edits()).toEqual([]);
    // From the last, J begins anew.
    for (let i = 0; i < 7; i += 1) await press('j');
    await waitFor(() => expect(current()).toContain('KLIK-1001'));
  });

  it('stays in the list when it was there', async () => {
    await show(7);
    rows()[0]?.focus();
    await press('j');
    await frame();
    await waitFor(() => expect(document.activeElement).toBe(rows()[1]));
  });

  it('is quiet when single letters are switched off', async () => {
    await show(7);
    session.letters = false;
    await press('j');
    await press('2');
    expect(current()).toContain('KLIK-1001');
    expect(screen.getByRole('button', { name: 'Gem, og gå til næste' })).toBeTruthy();
  });

  it('tells its keys for the cell that is shown: three values have a fourth of one’s own', async () => {
    await show(7);
    expect(shell.hints.map((hint) => hint.keys)).toEqual(['1+2', '3', 'J+K', 'Ctrl+Z']);
    const last = rows()[6];
    if (last) await fireEvent.click(last);
    await waitFor(() => expect(shell.hints.map((hint) => hint.keys)).toEqual(['1+2+3', '4', 'J+K', 'Ctrl+Z']));
    expect(screen.getAllByText('Skriv en anden værdi').length).toBeGreaterThan(0);
  });
});

describe('a value that comes meanwhile', () => {
  it('takes the choice back: nobody chooses without having seen all', async () => {
    const all = await fixtureBackend({ conflicts: 2 }).call('conflicts', {});
    const first = all.find((each) => each.field === 'performer');
    await show(2, { conflicts: () => structuredClone(all) });
    await press('2');
    await screen.findByRole('button', { name: 'Gem Åse Nørgaard, og gå til næste' });
    const [written] = first?.values ?? [];
    if (written) first?.values.unshift({ ...written, value: 'p4', text: 'Bo Andersen', op: '40@c' });
    session.cursor += 1;
    await screen.findByRole('radio', { name: /^Bo Andersen/ });
    expect(screen.getByRole('button', { name: 'Gem, og gå til næste' }).getAttribute('aria-disabled')).toBe('true');
    await press('Enter');
    expect(edits()).toEqual([]);
  });
});

describe('a third value', () => {
  it('is written, saved with Enter, and nothing is saved while it is empty', async () => {
    await show(7);
    const percent = rows().find((row) => row.textContent.includes('KLIK-1015'));
    if (percent) await fireEvent.click(percent);
    const field = await screen.findByRole('spinbutton');
    field.focus();
    await fireEvent.focusIn(field);
    await press('Enter');
    expect(edits()).toEqual([]);
    await fireEvent.input(field, { target: { value: '80' } });
    await press('Enter');
    await waitFor(() => expect(edits()).toHaveLength(1));
    expect(edits()[0]).toMatchObject({ edits: [{ entity: 'task/KLIK-1015', field: 'percent', value: 80 }] });
  });
});

describe('what was settled', () => {
  it('is counted, and is back as a conflict when it is undone', async () => {
    await show(7);
    await press('1');
    await frame();
    await press('Enter');
    await screen.findByText(/Afgjort her i dag: 1/);
    await fireEvent.click(screen.getByRole('button', { name: 'Fortryd det seneste' }));
    await waitFor(() => expect(rows()).toHaveLength(7));
    expect(screen.queryByText(/Afgjort her i dag/)).toBeNull();
  });
});

describe('a rule for several', () => {
  const hits = (text: string): Promise<void> =>
    waitFor(() => expect(screen.getByTestId('rule-hits').textContent).toBe(text));
  const choose = (id: string, value: string): Promise<boolean> =>
    fireEvent.change(screen.getByTestId(id), { target: { value } });

  it('says how many it would hit, and changes nothing', async () => {
    await show(7);
    await hits('Rammer 7 af 7 konflikter');
    await choose('rule-field', 'performer');
    await hits('Rammer 2 af 7 konflikter');
    await choose('rule-pick', 'from:It og Digitalisering');
    await hits('Rammer 1 af 7 konflikter');
    expect(rules().at(-1)).toEqual({
      field: 'performer',
      pick: 'department',
      department: 'It og Digitalisering',
      run: false
    });
    await choose('rule-pick', 'latest_import');
    await hits('Rammer ingen af 7 konflikter');
    const none = screen.getByTestId('rule-show');
    expect(none.getAttribute('aria-disabled')).toBe('true');
    await fireEvent.click(none);
    expect(screen.queryByTestId('rule-list')).toBeNull();
    expect(rules().every((args) => !(args as { run: boolean }).run)).toBe(true);
  });

  it('offers the fields, projects and departments that the conflicts have', async () => {
    await show(7);
    const words = (id: string): string[] =>
      [...screen.getByTestId(id).querySelectorAll('option')].map((option) => option.textContent.trim());
    expect(words('rule-field')).toEqual(['alle felter', 'Udfører', 'Ansvarlig', 'Frist', 'Status', 'Udført']);
    expect(words('rule-project')).toEqual(['alle projekter', 'BBR', 'FLIS', 'SAPA']);
    expect(words('rule-pick')).toEqual([
      'den nyeste værdi',
      'min egen værdi',
      'værdien fra KLIKs nyeste import',
      'værdien fra It og Digitalisering',
      'værdien fra Social og Sundhed',
      'værdien fra Teknik og Miljø'
    ]);
  });

  it('shows exactly what it would choose, saves that, and is undone as one', async () => {
    await show(7);
    await choose('rule-field', 'performer');
    await choose('rule-project', 'BBR');
    await choose('rule-pick', 'from:Social og Sundhed');
    await hits('Rammer 2 af 7 konflikter');
    await fireEvent.click(screen.getByRole('button', { name: 'Vis de 2 først' }));
    const lines = within(screen.getByTestId('rule-list')).getAllByRole('row').slice(1);
    const cells = (line: HTMLElement): string[] =>
      within(line)
        .getAllByRole('cell')
        .map((cell) => cell.textContent.replace(/\s+/g, ' ').trim());
    expect(lines.map((line) => cells(line).join(' | '))).toEqual([
      'Udfører BBR · KLIK-1001 Udpeg projektleder og meld kontaktoplysninger ind til KOMBIT | Åse Nørgaard | Åse Juul',
      'Udfører BBR · KLIK-1010 Planlæg og gennemfør uddannelse af superbrugere | Mads Mølgaard | Lone Greve'
    ]);
    await fireEvent.click(screen.getByRole('button', { name: 'Gem 2 valg' }));
    await waitFor(() => expect(rows()).toHaveLength(5));
    const seen: unknown = expect.arrayContaining([
      expect.objectContaining({ id: 'task/KLIK-1001/performer', ops: [expect.any(String), expect.any(String)] })
    ]);
    expect(rules().filter((args) => (args as { run: boolean }).run)).toEqual([
      { field: 'performer', project: 'BBR', pick: 'department', department: 'Social og Sundhed', run: true, seen }
    ]);
    expect(session.told?.text).toBe('2 valg er gemt. Ctrl+Z fortryder.');
    expect(screen.queryByTestId('rule-list')).toBeNull();
    expect(screen.getByText(/Afgjort her i dag: 2/)).toBeTruthy();
    // The field has left with its conflicts; the rule asks for no field that nobody can see.
    await waitFor(() => expect((screen.getByTestId('rule-field') as HTMLSelectElement).value).toBe(''));
    await step('undo');
    await waitFor(() => expect(rows()).toHaveLength(7));
  });

  it('takes the list away when the rule becomes another', async () => {
    await show(7);
    await hits('Rammer 7 af 7 konflikter');
    await fireEvent.click(screen.getByTestId('rule-show'));
    expect(screen.getByTestId('rule-list')).toBeTruthy();
    await choose('rule-pick', 'mine');
    await hits('Rammer 4 af 7 konflikter');
    expect(screen.queryByTestId('rule-list')).toBeNull();
  });

  it('leaves everything when it is refused, and says why', async () => {
    await show(3, {
      conflict_rule: () => {
        if ((rules().at(-1) as { run: boolean }).run) throw Object.assign(new Error(), { code: 'read_only_role' });
        const one = {
          id: 'task/KLIK-1001/performer',
          title: 'Udpeg',
          field: 'performer',
          value: 'p2',
          text: 'Åse',
          others: ['Bo'],
          ops: ['1@a', '1@b']
        };
        return { choices: [one], of: 3, done: false };
      }
    });
    await hits('Rammer 1 af 3 konflikter');
    await fireEvent.click(screen.getByRole('button', { name: 'Vis den først' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Gem 1 valg' }));
    await waitFor(() => expect(session.error?.code).toBe('read_only_role'));
    expect(screen.getByTestId('rule-list')).toBeTruthy();
    expect(rows()).toHaveLength(3);
  });
});

describe('cells', () => {
  const value = (text: string, saw: string | null, when = '2018-06-12T12:20:00Z') => ({
    value: text,
    text,
    who: 'Nanna Dahl',
    department: '',
    when,
    saw,
    op: text
  });
  const view = (id: string, when: string): ConflictView => ({
    id,
    entity: id.slice(0, id.lastIndexOf('/')),
    task: '',
    project: '',
    title: '',
    field: 'note',
    values: [value('a', null), value('b', null, when)]
  });

  it('are shown by the newest value, and only where there are several', () => {
    const single = { ...view('role/x/note', '2018-06-20T00:00:00Z'), values: [value('a', null)] };
    const cells = cellsOf([
      view('task/1/note', '2018-06-13T00:00:00Z'),
      single,
      view('task/2/note', '2018-06-14T00:00:00Z')
    ]);
    expect(cells.map((cell) => cell.key)).toEqual(['task/2/note', 'task/1/note']);
  });

  it('know whether all began from the same', () => {
    expect(sawTheSame({ values: [value('a', 'x'), value('b', 'x')] })).toBe('x');
    expect(sawTheSame({ values: [value('a', null), value('b', null)] })).toBe('');
    expect(sawTheSame({ values: [value('a', 'x'), value('b', null)] })).toBeNull();
    expect(valueText('deadline', '2018-07-01')).toBe('01.07.2018');
    expect(valueText('deadline', null)).toBe(valueText('deadline', ''));
  });
});
