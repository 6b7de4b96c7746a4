import { afterEach, describe, expect, it } from 'vitest';
import { locale } from '$lib/lang.svelte';
import type { InterfaceRow } from '$generated/InterfaceRow';
import type { InterfaceUse } from '$generated/InterfaceUse';
import {
  cellSaid,
  gravestCount,
  isQuiet,
  links,
  stateWord,
  step,
  systems,
  usedBy,
  written,
  writtenWord
} from './interfaces';

const none: InterfaceUse = {
  project: 'BBR',
  entity: 'use/BBR:SF1511',
  state: 'none',
  year: null,
  own: false,
  catalogue: '',
  counts: { red: 0, yellow: 0, green: 0, grey: 0, done: 0 },
  gravest: null,
  learned: 0,
  conflicts: []
};
const row = (id: string, system: string, uses: InterfaceUse[] = []): InterfaceRow => ({
  id,
  entity: `interface/${id}`,
  name: 'Navn',
  system,
  status: '',
  source: '',
  hint: '',
  preparation: '',
  links: '',
  note: '',
  own: false,
  archived: false,
  uses,
  points: 0,
  conflicts: []
});

afterEach(() => {
  locale.lang = 'da';
});

describe('a cell of the matrix', () => {
  it('is said as it is written', () => {
    expect(written({ state: 'planned', year: 2019 })).toBe('2019');
    expect(written({ state: 'under_way', year: null })).toBe('under_way');
    expect(stateWord({ state: 'planned', year: 2019 })).toBe('2019');
    expect(stateWord({ state: 'done', year: null })).toBe('Færdig');
    expect([writtenWord(''), writtenWord('2020'), writtenWord('new')]).toEqual(['Bruges ikke', '2020', 'Ny']);
    locale.lang = 'en';
    expect(stateWord({ state: 'under_way', year: null })).toBe('Under way');
  });

  it('tells a screen reader the state, the gravest tasks and what others learned', () => {
    const use: InterfaceUse = {
      ...none,
      state: 'under_way',
      counts: { ...none.counts, yellow: 3, done: 1 },
      gravest: 'yellow',
      learned: 1,
      conflicts: ['state']
    };
    expect(gravestCount(use)).toBe(3);
    expect(cellSaid(row('SF1511', 'x'), use)).toBe(
      'SF1511 i BBR: I gang, Gul 3, 1 opmærksomhedspunkt fra andre projekter, 1 konflikt'
    );
    expect([isQuiet(use), isQuiet(none), isQuiet({ ...none, conflicts: ['state'] })]).toEqual([false, true, false]);
  });
});

describe('rows', () => {
  it('stand by støttesystem', () => {
    const found = systems([row('SF1', 'A'), row('SF2', 'A'), row('SF3', 'B')]);
    expect(found.map((one) => [one.name, one.rows.length])).toEqual([
      ['A', 2],
      ['B', 1]
    ]);
  });

  it('say who uses them', () => {
    const used = (state: InterfaceUse['state'], year: number | null = null): InterfaceUse => ({ ...none, state, year });
    expect(usedBy(row('SF1', 'A', [none]))).toBe('Ingen projekter er kendt for at bruge den.');
    expect(usedBy(row('SF1', 'A', [used('done'), used('planned', 2019), used('planned', 2020), none]))).toBe(
      'Bruges af 3 projekter: 1 færdig, 2 planlagt.'
    );
  });
});

describe('keys', () => {
  it('walk in both directions and stop at the edge', () => {
    const at = { row: 0, col: 0 };
    expect(step('ArrowUp', at, 3, 4)).toEqual({ row: 0, col: 0 });
    expect(step('ArrowDown', at, 3, 4)).toEqual({ row: 1, col: 0 });
    expect(step('ArrowRight', { row: 2, col: 3 }, 3, 4)).toEqual({ row: 2, col: 3 });
    expect(step('End', at, 3, 4)).toEqual({ row: 0, col: 3 });
    expect(step('Home', { row: 1, col: 2 }, 3, 4)).toEqual({ row: 1, col: 0 });
    expect([step('a', at, 3, 4), step('ArrowDown', at, 0, 4)]).toEqual([undefined, undefined]);
  });
});

describe('links', () => {
  it('are opened over https alone', () => {
    expect(links('https://a.dk/x\n javascript:alert(1) \n\nhttp://b.dk\nse https://c.dk')).toEqual([
      { line: 'https://a.dk/x', open: true },
      { line: 'javascript:alert(1)', open: false },
      { line: 'http://b.dk', open: false },
      { line: 'se https://c.dk', open: false }
    ]);
  });
});
