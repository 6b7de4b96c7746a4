/** The cells that have several values, as the page shows them. */
import type { CellValue } from '$generated/CellValue';
import type { ConflictView } from '$generated/ConflictView';
import { t } from '$lib/i18n';
import { valueWord } from '$lib/words';

export interface Cell {
  key: string;
  /** `task/KLIK-1009`. */
  entity: string;
  field: string;
  /** The task's id; empty when the cell is not a task's. */
  task: string;
  project: string;
  title: string;
  values: CellValue[];
  /** When the newest of the values was written. */
  newest: string;
}

/** Cells to decide, the newest first. */
export function cellsOf(conflicts: ConflictView[]): Cell[] {
  return conflicts
    .filter((conflict) => conflict.values.length > 1)
    .map(({ id, entity, field, task, project, title, values }) => ({
      key: id,
      entity,
      field,
      task,
      project,
      title,
      values,
      newest: values.reduce((when, value) => (value.when > when ? value.when : when), '')
    }))
    .sort((a, b) => b.newest.localeCompare(a.newest));
}

/** The operations that a choice settles: those that stand on the screen, and no others that came meanwhile. */
export function seenOf(cell: Cell): string[] {
  return cell.values.map((value) => value.op);
}

/** Project and id, or what the cell belongs to. */
export function placeOf(cell: Cell): string {
  return [cell.project, cell.task].filter(Boolean).join(' · ');
}

/** There is no third value beside yes and no. */
export function yesOrNo(cell: Pick<Cell, 'values'>): boolean {
  return cell.values.every((value) => typeof value.value === 'boolean');
}

/** A value that comes in words only; nothing stands for an emptied cell. */
export function valueText(field: string, text: string | null): string {
  return valueWord(field, text, text ?? '') || t('opgaver.emptied');
}

/** What all who wrote had before them, in words: null when they differed, an empty text when the cell was empty for all. */
export function sawTheSame(cell: Pick<Cell, 'values'>): string | null {
  const [first, ...rest] = cell.values.map((value) => value.saw ?? '');
  return first !== undefined && rest.every((saw) => saw === first) ? first : null;
}
