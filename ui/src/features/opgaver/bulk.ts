import { addDays } from '$lib/dates';
import type { Edit } from '$generated/Edit';
import type { Row } from './rows';

/** Edits that move deadlines by some days; tasks without a deadline have none to move. */
export function moved(rows: Row[], days: number): Edit[] {
  return rows.flatMap(({ task }) =>
    task.deadline ? [{ entity: `task/${task.id}`, field: 'deadline', value: addDays(task.deadline, days) }] : []
  );
}
