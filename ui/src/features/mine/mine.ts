/** My tasks, by what must be done first. */
import type { TaskRow } from '$generated/TaskRow';
import type { Row } from '../opgaver/rows';

export const STEPS = ['overdue', 'cannot', 'soon', 'act', 'going', 'later', 'done'] as const;
export type Step = (typeof STEPS)[number];

/** Days that count as soon. */
export const SOON = 14;

export function isMine(task: TaskRow, me: string): boolean {
  return !task.archived && (task.responsible?.id === me || task.performer?.id === me);
}

export function stepOf({ task, days }: Row): Step {
  if (task.colour === 'done') return 'done';
  if (days !== null && days < 0) return 'overdue';
  if (task.colour === 'red') return 'cannot';
  if (days !== null && days <= SOON) return 'soon';
  if (task.colour === 'yellow') return 'act';
  return task.colour === 'grey' ? 'later' : 'going';
}

export interface StepGroup {
  step: Step;
  rows: Row[];
}

/** The groups that have tasks; within a group the nearest deadline first, those without one last. */
export function byStep(rows: Row[], me: string): StepGroup[] {
  const mine = rows.filter((row) => isMine(row.task, me));
  return STEPS.map((step) => ({
    step,
    rows: mine
      .filter((row) => stepOf(row) === step)
      .sort((a, b) => (a.days ?? Number.MAX_SAFE_INTEGER) - (b.days ?? Number.MAX_SAFE_INTEGER))
  })).filter((group) => group.rows.length > 0);
}
