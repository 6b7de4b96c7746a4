import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet, tick } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { session } from '$lib/session.svelte';
import Combobox from './Combobox.svelte';
import DateInput from './DateInput.svelte';
import { narrow } from './options';
import { windowOf, type Item } from './table';
import VirtualTable from './VirtualTable.svelte';

afterEach(() => {
  cleanup();
  session.letters = true;
});

const places = ['Samsø', 'Silkeborg', 'Svendborg', 'Aarhus', 'Ærø'].map((text, i) => ({ id: String(i), text }));

describe('narrow', () => {
  it('takes beginnings of words first, anything within only when nothing begins so', () => {
    expect(narrow(places, 's').map((each) => each.text)).toEqual(['Samsø', 'Silkeborg', 'Svendborg']);
    expect(narrow(places, 'borg').map((each) => each.text)).toEqual(['Silkeborg', 'Svendborg']);
    expect(narrow(places, 'ær').map((each) => each.text)).toEqual(['Ærø']);
    expect(narrow(places, '')).toHaveLength(5);
  });
});

describe('Combobox', () => {
  it('is chosen from with the keyboard', async () => {
    const onpick = vi.fn();
    render(Combobox, { label: 'Kommune', options: places, onpick });
    const field = screen.getByRole('combobox');
    await fireEvent.input(field, { target: { value: 's' } });
    await fireEvent.keyDown(field, { key: 'ArrowDown' });
    const id = field.getAttribute('aria-activedescendant');
    expect(document.getElementById(id ?? '')?.textContent).toContain('Silkeborg');
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(onpick).toHaveBeenCalledWith(places[1]);
    expect(field.getAttribute('aria-expanded')).toBe('false');
  });

  it('offers what is typed as a new one, last', async () => {
    const oncreate = vi.fn();
    render(Combobox, {
      label: 'Person',
      options: places,
      create: (typed: string) => `Opret »${typed}«`,
      onpick: vi.fn(),
      oncreate
    });
    const field = screen.getByRole('combobox');
    await fireEvent.input(field, { target: { value: 'Ny Person' } });
    await fireEvent.keyDown(field, { key: 'Enter' });
    expect(oncreate).toHaveBeenCalledWith('Ny Person');
  });

  it('does not keep a half-typed name that several could be', async () => {
    const onclear = vi.fn();
    const onpick = vi.fn();
    render(Combobox, { label: 'Person', options: places, create: (typed: string) => typed, onpick, onclear });
    const field = screen.getByRole<HTMLInputElement>('combobox');
    await fireEvent.input(field, { target: { value: 's' } });
    await fireEvent.blur(field);
    await tick();
    expect(field.value).toBe('');
    expect(onclear).toHaveBeenCalled();
    expect(onpick).not.toHaveBeenCalled();
  });
});

describe('DateInput', () => {
  it('takes a short day and shows it whole', async () => {
    const onchange = vi.fn();
    render(DateInput, { label: 'Frist', value: null, onchange });
    const field = screen.getByLabelText<HTMLInputElement>('Frist');
    await fireEvent.input(field, { target: { value: '1.7.2018' } });
    await fireEvent.blur(field);
    expect(onchange).toHaveBeenCalledWith('2018-07-01');
    expect(field.value).toBe('01.07.2018');
  });

  it('keeps what was typed and says what is wrong with it', async () => {
    const onchange = vi.fn();
    render(DateInput, { label: 'Frist', value: null, onchange });
    const field = screen.getByLabelText<HTMLInputElement>('Frist');
    await fireEvent.input(field, { target: { value: '31.06.2018' } });
    await fireEvent.blur(field);
    expect(onchange).not.toHaveBeenCalled();
    expect(field.value).toBe('31.06.2018');
    expect(screen.getByRole('alert').textContent).toContain('31.06.2018');
    expect(field.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('windowOf', () => {
  it('holds what is seen and a little more, and never reaches outside', () => {
    expect(windowOf(0, 280, 28, 3000, 2)).toEqual([0, 12]);
    expect(windowOf(28_000, 280, 28, 3000, 2)).toEqual([998, 1012]);
    expect(windowOf(1e9, 280, 28, 10, 2)).toEqual([9, 10]);
    expect(windowOf(0, 280, 28, 0, 2)).toEqual([0, 0]);
  });
});

describe('VirtualTable', () => {
  const items: Item<string>[] = [
    { kind: 'group', key: 'g', title: 'Gruppe', open: true, size: 2000 },
    ...Array.from({ length: 2000 }, (_, i): Item<string> => ({ kind: 'row', key: `r${i}`, row: `række ${i}` }))
  ];
  const columns = [
    { id: 'name', title: 'Navn', width: '1fr', sortable: true },
    { id: 'status', title: 'Status', width: '90px', editable: true }
  ];
  const cell = createRawSnippet<[string, unknown]>((row) => ({ render: () => `<span>${row()}</span>` }));

  function table(more: Record<string, unknown> = {}) {
    const props = { label: 'Opgaver', columns, items, cell, current: 'r0', ...more };
    render(VirtualTable, props as never);
    return screen.getByRole('treegrid');
  }

  it('says how long it is and puts few rows in the page', () => {
    const grid = table();
    expect(grid.getAttribute('aria-rowcount')).toBe('2002');
    expect(screen.getAllByRole('row').length).toBeLessThan(80);
  });

  it('goes from row to row with J and K, past headings, unless letters are switched off', async () => {
    const oncurrent = vi.fn();
    const grid = table({ oncurrent });
    await fireEvent.keyDown(grid, { key: 'j' });
    expect(oncurrent).toHaveBeenLastCalledWith('r1');
    await fireEvent.keyDown(grid, { key: 'k' });
    expect(oncurrent).toHaveBeenLastCalledWith('r0');
    session.letters = false;
    await fireEvent.keyDown(grid, { key: 'j' });
    expect(oncurrent).toHaveBeenCalledTimes(2);
  });

  it('edits a cell that can be edited and opens the row elsewhere', async () => {
    const onedit = vi.fn();
    const onopen = vi.fn();
    const grid = table({ onedit, onopen });
    await fireEvent.keyDown(grid, { key: 'Enter' });
    expect(onopen).toHaveBeenCalledWith('række 0');
    await fireEvent.keyDown(grid, { key: 'ArrowRight' });
    await fireEvent.keyDown(grid, { key: 'F2' });
    expect(onedit).toHaveBeenCalledWith('række 0', columns[1]);
  });

  it('selects with the space bar, and up to a row with Shift', async () => {
    const onselect = vi.fn();
    const grid = table({ selected: new Set<string>(), onselect });
    await fireEvent.keyDown(grid, { key: ' ' });
    expect(onselect).toHaveBeenLastCalledWith(new Set(['r0']));
    await fireEvent.keyDown(grid, { key: 'ArrowDown' });
    await fireEvent.keyDown(grid, { key: 'ArrowDown' });
    await fireEvent.keyDown(grid, { key: ' ', shiftKey: true });
    expect(onselect).toHaveBeenLastCalledWith(new Set(['r0', 'r1', 'r2']));
  });

  it('tells which way it is sorted', () => {
    table({ sort: { column: 'name', descending: true }, onsort: vi.fn() });
    expect(screen.getAllByRole('columnheader')[0]?.getAttribute('aria-sort')).toBe('descending');
  });
});
