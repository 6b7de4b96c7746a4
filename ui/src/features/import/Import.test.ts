import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImportDraft } from '$generated/ImportDraft';
import type { ImportPreview } from '$generated/ImportPreview';
import { DoorError, useBackend, type Calls } from '$lib/backend';
import { session } from '$lib/session.svelte';
import Import from './Import.svelte';

const column = (index: number, heading: string, field: string | null) => ({
  index,
  letter: 'ABC'.charAt(index),
  heading,
  samples: ['x'],
  field,
  remembered: false
});
const draft: ImportDraft = {
  id: 'd1',
  file_name: 'klik.xlsx',
  sheets: ['Opgaver'],
  sheet: 'Opgaver',
  heading_row: 1,
  rows: 3,
  columns: [column(0, 'Id', 'id'), column(1, 'Projekt', 'project'), column(2, 'Navn', 'title')],
  fields: [
    { field: 'id', required: true },
    { field: 'project', required: true },
    { field: 'title', required: true }
  ],
  missing: [],
  export_date: '2018-06-15',
  date_source: 'file_name'
};
const preview: ImportPreview = {
  id: 'd1',
  file_name: 'klik.xlsx',
  stamp: '2018-06-15.1a2b3c4d',
  export_date: '2018-06-15',
  already: false,
  older: false,
  counts: { rows: 3, created: 1, updated: 1, cells: 1, unchanged: 0, gone: 1, conflicts: 0, rejected: 0 },
  created: [{ row: 2, id: 'KLIK-1', project: 'BBR', title: 'Ny' }],
  gone: [{ row: null, id: 'KLIK-9', project: 'BBR', title: 'Væk' }],
  changes: [
    {
      key: 'KLIK-2/title',
      row: 3,
      task: 'KLIK-2',
      project: 'BBR',
      title: 'Gammel',
      field: 'title',
      last_import: 'Gammel',
      now: 'Gammel',
      file: 'Nyere',
      outcome: 'updates',
      ticked: true
    }
  ],
  rejected: [],
  columns: [{ field: 'title', changes: 1, on: true }]
};

let asked: [string, unknown][] = [];

/** A door that answers as the program would, with answers put in their place, and remembers what it was asked. */
function door(over: Partial<Record<keyof Calls, () => unknown>> = {}): void {
  asked = [];
  const answers: Partial<Record<keyof Calls, () => unknown>> = {
    import_open: () => draft,
    import_preview: () => preview,
    import_run: () => ({
      stamp: preview.stamp,
      created: 1,
      updated: 1,
      unchanged: 0,
      gone: 1,
      conflicts: 0,
      rejected: [],
      cursor: 2
    }),
    import_progress: () => ({ done: 1, total: 3, running: true }),
    imports: () => ({ imports: [] }),
    preference: () => ({ value: null }),
    status: () => ({ cursor: 2 }),
    ...over
  };
  useBackend({
    async call(name, args) {
      asked.push([name, args]);
      return (await answers[name]?.()) as never;
    }
  });
}
const names = (): string[] => asked.map(([name]) => name);
const argsOf = (name: string): unknown => asked.find(([one]) => one === name)?.[1];

async function choose(content = 'abc'): Promise<void> {
  const input = screen.getByTestId<HTMLInputElement>('import-file');
  Object.defineProperty(input, 'files', { value: [new File([content], 'klik.xlsx')], configurable: true });
  await fireEvent.change(input);
}

beforeEach(() => {
  session.error = null;
  session.told = null;
});
afterEach(cleanup);

describe('the import page', () => {
  it('shows everything before anything is written, and then writes with the answers given', async () => {
    door();
    render(Import);
    await choose();
    await waitFor(() => screen.getByTestId('import-run'));
    expect(argsOf('import_open')).toEqual({ name: 'klik.xlsx', bytes: btoa('abc') });
    expect(argsOf('import_preview')).toMatchObject({ id: 'd1', mapping: { 0: 'id', 1: 'project', 2: 'title' } });
    expect(names()).not.toContain('import_run');
    expect(screen.getByTestId('import-run').textContent).toContain('2');

    // The title column is switched off: one task is left, the new one.
    await fireEvent.click(screen.getByRole('checkbox', { name: /Titel 1/ }));
    expect(screen.getByTestId('import-run').textContent).toMatch(/1 opgave\b/);
    await fireEvent.keyDown(window, { key: 'Enter', ctrlKey: true });
    await waitFor(() => screen.getByTestId('import-done'));
    expect(argsOf('import_run')).toEqual({
      id: 'd1',
      off: ['title'],
      unticked: [],
      ticked: [],
      choices: {},
      archive_gone: false
    });
  });

  it('asks about the columns when a needed one is missing, and sends the answer', async () => {
    const columns = [column(0, 'Id', 'id'), column(1, 'Projekt', 'project'), column(2, 'Navn', null)];
    door({ import_open: () => ({ ...draft, columns, missing: ['title'] }) });
    render(Import);
    await choose();
    const next = await waitFor(() => screen.getByTestId('import-next'));
    expect(next.getAttribute('aria-disabled')).toBe('true');
    await fireEvent.click(next);
    expect(names()).not.toContain('import_preview');
    await fireEvent.change(screen.getByLabelText(/C, Navn/), { target: { value: 'title' } });
    await fireEvent.click(next);
    await waitFor(() => screen.getByTestId('import-run'));
    expect(argsOf('import_preview')).toMatchObject({ mapping: { 2: 'title' } });
  });

  it('goes back to the preview when the import was cancelled, and shows no error', async () => {
    door({
      import_run: () => {
        throw new DoorError('import_cancelled');
      }
    });
    render(Import);
    await choose();
    await waitFor(() => screen.getByTestId('import-run'));
    await fireEvent.click(screen.getByRole('checkbox', { name: /Titel 1/ }));
    await fireEvent.click(screen.getByTestId('import-run'));
    await waitFor(() => expect(session.told?.text).toBeTruthy());
    // The answers given before stand.
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: /Titel 1/ }).checked).toBe(false);
    expect(screen.getByTestId('import-run')).toBeTruthy();
    expect(session.error).toBeNull();
  });

  it('says what is wrong with the file and stays where it was', async () => {
    door({
      import_open: () => {
        throw new DoorError('file_password', 'klik.xlsx');
      }
    });
    render(Import);
    await choose();
    await waitFor(() => expect(session.error?.code).toBe('file_password'));
    expect(screen.queryByTestId('import-run')).toBeNull();
  });
});
