import { describe, expect, it } from 'vitest';
import type { ImportChange } from '$generated/ImportChange';
import type { ImportDraft } from '$generated/ImportDraft';
import type { ImportPreview } from '$generated/ImportPreview';
import {
  doubledFields,
  isTicked,
  mappingOf,
  missingFields,
  needsLook,
  openChoices,
  ordered,
  rejectedCsv,
  rejectedTsv,
  runArgs,
  taken,
  unmapped,
  wrongAndDo,
  type Decisions
} from './plan';

function change(key: string, over: Partial<ImportChange> = {}): ImportChange {
  const [task = '', field = ''] = key.split('/');
  return {
    key,
    row: 7,
    task,
    project: 'BBR',
    title: 'T',
    field,
    last_import: 'a',
    now: 'a',
    file: 'b',
    outcome: 'updates',
    ticked: true,
    ...over
  };
}

function preview(changes: ImportChange[]): ImportPreview {
  return {
    id: 'd1',
    file_name: 'f.xlsx',
    stamp: '2018-06-15.1a2b3c4d',
    export_date: '2018-06-15',
    already: false,
    older: false,
    counts: { rows: 0, created: 0, updated: 0, cells: 0, unchanged: 0, gone: 0, conflicts: 0, rejected: 0 },
    created: [],
    gone: [],
    changes,
    rejected: [],
    columns: []
  };
}

function decisions(over: Partial<Decisions> = {}): Decisions {
  return { off: new Set(), flipped: new Set(), choices: new Map(), archiveGone: false, ...over };
}

const draft: ImportDraft = {
  id: 'd1',
  file_name: 'f.csv',
  sheets: [],
  sheet: '',
  heading_row: 1,
  rows: 3,
  missing: ['title'],
  export_date: '2018-06-15',
  date_source: 'file_name',
  columns: [
    { index: 0, letter: 'A', heading: 'Id', samples: ['1'], field: 'id', remembered: false },
    { index: 1, letter: 'B', heading: 'Navn', samples: ['Godkend'], field: null, remembered: false },
    { index: 2, letter: 'C', heading: '', samples: ['', ' '], field: null, remembered: false }
  ],
  fields: [
    { field: 'id', required: true },
    { field: 'title', required: true },
    { field: 'status', required: false }
  ]
};

describe('mapping', () => {
  it('names what is missing until a column has it', () => {
    expect(needsLook(draft)).toBe(true);
    expect(missingFields(draft, mappingOf(draft.columns))).toEqual(['title']);
    expect(missingFields(draft, { 0: 'id', 1: 'title', 2: null })).toEqual([]);
  });
  it('asks when the date is not known, though every field is', () => {
    expect(needsLook({ ...draft, missing: [], export_date: null })).toBe(true);
    expect(needsLook({ ...draft, missing: [] })).toBe(false);
  });
  it('names a field given twice', () => {
    expect(doubledFields({ 0: 'id', 1: 'id', 2: null })).toEqual(['id']);
    expect(doubledFields({ 0: 'id', 1: null, 2: null })).toEqual([]);
  });
  it('leaves empty columns out of what may be forgotten', () => {
    expect(unmapped(draft, mappingOf(draft.columns)).map((column) => column.letter)).toEqual(['B']);
  });
});

describe('changes', () => {
  const changes = [
    change('K1/deadline', { row: 3 }),
    change('K2/responsible', { row: 2, outcome: 'keeps_yours', ticked: false }),
    change('K3/status', { row: 9, outcome: 'back_from_completed', ticked: false }),
    change('K4/title', { row: 4, outcome: 'choose', ticked: false })
  ];
  it('puts doubt first', () => {
    expect(ordered(changes, new Set(), 'doubt').map((one) => one.key)).toEqual([
      'K3/status',
      'K4/title',
      'K2/responsible',
      'K1/deadline'
    ]);
    expect(ordered(changes, new Set(['status']), 'row').map((one) => one.row)).toEqual([2, 3, 4]);
  });
  it('does not sort the list it was given', () => {
    ordered(changes, new Set(), 'doubt');
    expect(changes[0]?.key).toBe('K1/deadline');
  });
  it('counts what will be taken, and a choice only when KLIK is chosen', () => {
    const p = preview([...changes, change('K1/title')]);
    expect(taken(p, decisions())).toEqual({ cells: 2, tasks: 1 });
    expect(taken(p, decisions({ flipped: new Set(['K3/status']), choices: new Map([['K4/title', true]]) }))).toEqual({
      cells: 4,
      tasks: 3
    });
    expect(taken(p, decisions({ off: new Set(['deadline', 'title']) }))).toEqual({ cells: 0, tasks: 0 });
    expect(openChoices(p, decisions())).toBe(1);
    expect(openChoices(p, decisions({ choices: new Map([['K4/title', false]]) }))).toBe(0);
  });
  it('carries only what was flipped', () => {
    const args = runArgs(
      preview(changes),
      decisions({
        flipped: new Set(['K1/deadline', 'K3/status']),
        off: new Set(['description']),
        choices: new Map([['K4/title', false]])
      })
    );
    expect(args).toEqual({
      id: 'd1',
      off: ['description'],
      unticked: ['K1/deadline'],
      ticked: ['K3/status'],
      choices: { 'K4/title': false },
      archive_gone: false
    });
    expect(isTicked(changes[2] as ImportChange, new Set(['K3/status']))).toBe(true);
  });
});

describe('wrongAndDo', () => {
  it('parts the sentences where the doing begins, not at a full stop in the cell', () => {
    const todo = 'Skriv den som dd-mm-åååå i cellen F12 i Excel, og vælg filen igen.';
    const wrong = 'Række 12: Slutdato »15. juni« er ikke en dato.';
    expect(wrongAndDo(`${wrong} ${todo}`)).toEqual([wrong, todo]);
  });

  it('lets every sentence of what is wrong stand together', () => {
    const wrong = 'Række 9: Pct. løst ligner et cpr-nummer. Det gemmes ikke.';
    expect(wrongAndDo(`${wrong} Fjern tallet i cellen G9 i Excel, og vælg filen igen.`)[0]).toBe(wrong);
    expect(wrongAndDo('Kun én sætning.')).toEqual(['Kun én sætning.', '']);
  });
});

describe('rejectedCsv', () => {
  it('quotes, and defuses what a spreadsheet would run', () => {
    const csv = rejectedCsv(
      [{ row: 5, column: 'Titel', cell: 'B5', code: 'x', value: '=HYPERLINK("a";1)', detail: '', reason: 'Forkert' }],
      ['Række', 'Celle', 'Kolonne', 'Værdi', 'Grund']
    );
    expect(csv).toBe('\uFEFFRække;Celle;Kolonne;Værdi;Grund\r\n5;B5;Titel;"\'=HYPERLINK(""a"";1)";Forkert\r\n');
  });
});

describe('rejectedTsv', () => {
  it('keeps a cell one cell when it is pasted', () => {
    const tsv = rejectedTsv(
      [{ row: 5, column: 'Titel', cell: 'B5', code: 'x', value: 'a\tb\nc', detail: '', reason: '=1' }],
      ['R', 'C', 'K', 'V', 'G']
    );
    expect(tsv).toBe("R\tC\tK\tV\tG\n5\tB5\tTitel\ta b c\t'=1");
  });
});
