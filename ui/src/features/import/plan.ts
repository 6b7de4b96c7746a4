import type { ImportChange } from '$generated/ImportChange';
import type { ImportColumn } from '$generated/ImportColumn';
import type { ImportDraft } from '$generated/ImportDraft';
import type { ImportOutcome } from '$generated/ImportOutcome';
import type { ImportPreview } from '$generated/ImportPreview';
import type { ImportRunArgs } from '$generated/ImportRunArgs';
import type { Rejection } from '$generated/Rejection';

/** Column index to field; null leaves the column out. */
export type Mapping = Record<number, string | null>;

/** The mapping that the draft proposes. */
export function mappingOf(columns: readonly ImportColumn[]): Mapping {
  return Object.fromEntries(columns.map((column) => [column.index, column.field]));
}

/** Required fields that no column maps to. */
export function missingFields(draft: ImportDraft, mapping: Mapping): string[] {
  const used = new Set(Object.values(mapping));
  return draft.fields.filter((field) => field.required && !used.has(field.field)).map((field) => field.field);
}

/** Fields that two columns map to. */
export function doubledFields(mapping: Mapping): string[] {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const field of Object.values(mapping)) {
    if (field === null) continue;
    if (seen.has(field)) doubled.add(field);
    seen.add(field);
  }
  return [...doubled];
}

/** Columns with values that map to nothing: they may be meant to. */
export function unmapped(draft: ImportDraft, mapping: Mapping): ImportColumn[] {
  return draft.columns.filter(
    (column) => (mapping[column.index] ?? null) === null && column.samples.some((sample) => sample.trim() !== '')
  );
}

/** Whether a person must look at the mapping before anything can be previewed. */
export function needsLook(draft: ImportDraft): boolean {
  return draft.missing.length > 0 || draft.export_date === null || doubledFields(mappingOf(draft.columns)).length > 0;
}

const DOUBT: Record<ImportOutcome, number> = { back_from_completed: 0, choose: 1, keeps_yours: 2, updates: 3 };

/** How the change table is sorted. */
export type Order = 'doubt' | 'row' | 'field';

/** The changes of the columns that are on, in the order asked for; the file's own order within. */
export function ordered(changes: readonly ImportChange[], off: ReadonlySet<string>, order: Order): ImportChange[] {
  const rows = changes.filter((change) => !off.has(change.field));
  const byRow = (a: ImportChange, b: ImportChange): number => a.row - b.row || a.field.localeCompare(b.field);
  switch (order) {
    case 'doubt':
      return rows.sort((a, b) => DOUBT[a.outcome] - DOUBT[b.outcome] || byRow(a, b));
    case 'row':
      return rows.sort(byRow);
    case 'field':
      return rows.sort((a, b) => a.field.localeCompare(b.field) || a.row - b.row);
  }
}

/** What the user has said about a preview. */
export type Decisions = {
  off: ReadonlySet<string>;
  flipped: ReadonlySet<string>;
  choices: ReadonlyMap<string, boolean>;
  archiveGone: boolean;
};

/** Whether the box of a change is ticked now. */
export function isTicked(change: ImportChange, flipped: ReadonlySet<string>): boolean {
  return flipped.has(change.key) ? !change.ticked : change.ticked;
}

/** A change that has a box; `choose` has a choice instead, and what keeps the municipality's value needs no answer. */
export function hasBox(change: ImportChange): boolean {
  return change.outcome === 'updates' || change.outcome === 'back_from_completed';
}

/** Cells and tasks that the import will change, with the user's decisions. */
export function taken(preview: ImportPreview, decisions: Decisions): { cells: number; tasks: number } {
  const tasks = new Set<string>();
  let cells = 0;
  for (const change of preview.changes) {
    if (decisions.off.has(change.field)) continue;
    const takes = hasBox(change)
      ? isTicked(change, decisions.flipped)
      : change.outcome === 'choose' && decisions.choices.get(change.key) === true;
    if (!takes) continue;
    cells += 1;
    tasks.add(change.task);
  }
  return { cells, tasks: tasks.size };
}

/** Choices that nobody has made yet; both values are kept until somebody does. */
export function openChoices(preview: ImportPreview, decisions: Decisions): number {
  return preview.changes.filter(
    (change) => change.outcome === 'choose' && !decisions.off.has(change.field) && !decisions.choices.has(change.key)
  ).length;
}

/** The arguments that carry the decisions. */
export function runArgs(preview: ImportPreview, decisions: Decisions): ImportRunArgs {
  const boxes = preview.changes.filter((change) => hasBox(change) && decisions.flipped.has(change.key));
  return {
    id: preview.id,
    off: [...decisions.off].sort(),
    unticked: boxes.filter((change) => change.ticked).map((change) => change.key),
    ticked: boxes.filter((change) => !change.ticked).map((change) => change.key),
    choices: Object.fromEntries(decisions.choices),
    archive_gone: decisions.archiveGone
  };
}

/** A leading =, +, - or @ would be run as a formula by a spreadsheet, so it is quoted away. */
function plain(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

/** A cell of a `;` CSV. */
function csvCell(text: string): string {
  const safe = plain(text);
  return /[;"\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Why a row is rejected, in two: what is wrong, and its last sentence, what to do. What the user wrote stands only in what
 * is wrong, and may have full stops of its own (»15. juni«, a column »Pct. løst«).
 */
export function wrongAndDo(reason: string): [wrong: string, todo: string] {
  const end = reason.lastIndexOf('. ');
  return end < 0 ? [reason, ''] : [reason.slice(0, end + 1), reason.slice(end + 2)];
}

function rejectedLines(rejected: readonly Rejection[], headings: readonly string[]): (readonly string[])[] {
  return [headings, ...rejected.map((one) => [String(one.row), one.cell, one.column, one.value, one.reason])];
}

/** The rejected rows as a CSV that Danish Excel opens: byte order mark, semicolons. */
export function rejectedCsv(rejected: readonly Rejection[], headings: readonly string[]): string {
  const lines = rejectedLines(rejected, headings).map((line) => line.map(csvCell).join(';'));
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** The same for the clipboard: tabs between cells, as a spreadsheet takes what is pasted. */
export function rejectedTsv(rejected: readonly Rejection[], headings: readonly string[]): string {
  const cell = (text: string): string => plain(text.replace(/\s+/g, ' '));
  return rejectedLines(rejected, headings)
    .map((line) => line.map(cell).join('\t'))
    .join('\n');
}
