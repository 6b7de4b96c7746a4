/** The cells that have several values, as the page shows them. */
import type { CellValue } from '$generated/CellValue';
import type { ConflictView } from '$generated/ConflictView';

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
