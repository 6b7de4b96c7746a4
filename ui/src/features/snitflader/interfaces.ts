/** What the matrix says in a cell, and how it is walked. */
import type { InterfaceRow } from '$generated/InterfaceRow';
import type { InterfaceUse } from '$generated/InterfaceUse';
import type { UseState } from '$generated/UseState';
import { fmtNumber, t, tn } from '$lib/i18n';

/** What can be chosen beside a year. */
export const STATES = ['done', 'under_way', 'new', 'none'] as const;

/** Rows of one støttesystem. */
export interface System {
  name: string;
  rows: InterfaceRow[];
}

/** Rows by støttesystem, in their order. */
export function systems(rows: readonly InterfaceRow[]): System[] {
  const out: System[] = [];
  for (const row of rows) {
    const last = out.at(-1);
    if (last?.name === row.system) last.rows.push(row);
    else out.push({ name: row.system, rows: [row] });
  }
  return out;
}

/** The cell's `state` as it is written: a word or a year. */
export function written(use: Pick<InterfaceUse, 'state' | 'year'>): string {
  return use.state === 'planned' ? String(use.year ?? '') : use.state;
}

/** »I gang«, »2019«. */
export function stateWord(use: Pick<InterfaceUse, 'state' | 'year'>): string {
  return use.state === 'planned' && use.year !== null ? String(use.year) : t(`word.state.${use.state}`);
}

/** What is written in `state`, in words: the catalogue's. */
export function writtenWord(text: string): string {
  if (text === '') return t('word.state.none');
  return /^\d{4}$/.test(text) ? text : t(`word.state.${text as UseState}`);
}

/** How many tasks have the gravest colour. */
export function gravestCount(use: InterfaceUse): number {
  return use.gravest ? use.counts[use.gravest] : 0;
}

/** Nothing is said and nothing hangs on it. */
export function isQuiet(use: InterfaceUse): boolean {
  return use.state === 'none' && use.gravest === null && use.conflicts.length === 0;
}

/** What a screen reader says of a cell. */
export function cellSaid(row: InterfaceRow, use: InterfaceUse): string {
  const parts = [t('snitflader.cell', { interface: row.id, project: use.project, state: stateWord(use) })];
  if (use.gravest) parts.push(`${t(`word.colour.${use.gravest}`)} ${fmtNumber(gravestCount(use))}`);
  if (use.learned > 0) parts.push(tn('snitflader.learned', use.learned));
  if (use.conflicts.length > 0) parts.push(tn('shell.conflicts', use.conflicts.length));
  return parts.join(', ');
}

/** »Bruges af 10 projekter: 1 færdig, 2 i gang, 6 planlagt, 1 ny.« */
export function usedBy(row: InterfaceRow): string {
  const used = row.uses.filter((use) => use.state !== 'none');
  if (used.length === 0) return t('snitflader.used.zero');
  const count = (state: UseState): number => used.filter((use) => use.state === state).length;
  const parts = (['done', 'under_way', 'planned', 'new'] as const)
    .map((state) => ({ state, n: count(state) }))
    .filter(({ n }) => n > 0)
    .map(({ state, n }) => `${fmtNumber(n)} ${t(`word.state.${state}`).toLowerCase()}`);
  return `${tn('snitflader.used', used.length)}: ${parts.join(', ')}.`;
}

/** The place that a key leads to in a table of so many rows and columns; nothing for another key. */
export function step(key: string, at: { row: number; col: number }, rows: number, cols: number): typeof at | undefined {
  if (rows === 0 || cols === 0) return undefined;
  const clamp = (n: number, most: number): number => Math.max(0, Math.min(n, most - 1));
  switch (key) {
    case 'ArrowDown':
      return { row: clamp(at.row + 1, rows), col: at.col };
    case 'ArrowUp':
      return { row: clamp(at.row - 1, rows), col: at.col };
    case 'ArrowRight':
      return { row: at.row, col: clamp(at.col + 1, cols) };
    case 'ArrowLeft':
      return { row: at.row, col: clamp(at.col - 1, cols) };
    case 'Home':
      return { row: at.row, col: 0 };
    case 'End':
      return { row: at.row, col: cols - 1 };
    default:
      return undefined;
  }
}

/** Lines of a text that are addresses, each with whether it may be opened: https alone. */
export function links(text: string): { line: string; open: boolean }[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter(Boolean).map((line) => ({ line, open: /^https:\/\/[^\s<>"]+$/.test(line) }));
}

/** »juli 2018«. */
export function monthWord(first: string): string {
  const [year = '', month = ''] = first.split('-');
  return `${t(`word.month.${Number(month)}`)} ${year}`;
}
