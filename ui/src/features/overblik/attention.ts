import type { ColourCounts } from '$generated/ColourCounts';
import type { Finding } from '$generated/Finding';
import type { Reason } from '$generated/Reason';
import type { TaskRow } from '$generated/TaskRow';
import { daysBetween } from '$lib/dates';

/** What the user can do about a task at once, from the list. */
export type Step = 'responsible' | 'performer' | 'role' | 'prerequisite' | 'follow_up' | 'open';

function has(row: TaskRow, code: Reason['code']): boolean {
  return row.reasons.some((reason) => reason.code === code);
}

/** The next step, the one that most often unlocks the others first: somebody must own the task before it can move. */
export function nextStep(row: TaskRow): Step {
  if (row.conflicts.length > 0) return 'open';
  if (row.responsible === null) return 'responsible';
  if (has(row, 'role_empty')) return 'role';
  if (row.performer === null) return 'performer';
  if (has(row, 'prerequisite_late')) return 'prerequisite';
  if (row.colour === 'red' || has(row, 'action_needed')) return 'follow_up';
  return 'open';
}

/** One piece of the sentence that says why a task needs someone. */
export type WhyPart = { key: string; params: Record<string, string | number> };

/**
 * Why a task needs someone, shortest words first: the deadline, then what is missing. At most `most` parts, so that the
 * line is read and not cut; the whole list of reasons stands in the task's panel.
 */
export function why(row: TaskRow, most = 3): WhyPart[] {
  const parts: WhyPart[] = [];
  for (const reason of row.reasons) {
    switch (reason.code) {
      case 'deadline_passed':
        parts.push({ key: 'overblik.why.deadline_passed', params: { n: reason.days } });
        break;
      case 'deadline_near':
        parts.push({
          key: reason.days === 0 ? 'overblik.why.deadline_today' : 'overblik.why.deadline_near',
          params: { n: reason.days }
        });
        break;
      case 'role_empty':
        parts.push({ key: 'overblik.why.role_empty', params: { role: reason.role } });
        break;
      case 'prerequisite_late':
        parts.push({ key: 'overblik.why.prerequisite_late', params: { task: reason.task } });
        break;
      case 'no_responsible':
      case 'no_performer':
      case 'action_needed':
      case 'cannot_meet_deadline':
      case 'conflict':
        parts.push({ key: `overblik.why.${reason.code}`, params: {} });
        break;
      default:
        break;
    }
  }
  if (row.status === 'in_progress') parts.push({ key: 'overblik.why.in_progress', params: { percent: row.percent } });
  // A red task names only why it is red; who is missing is what the next step is about, so it is added here.
  if (row.colour === 'red' && !has(row, 'no_responsible') && row.responsible === null) {
    parts.push({ key: 'overblik.why.no_responsible', params: {} });
  } else if (row.colour === 'red' && !has(row, 'no_performer') && row.responsible !== null && row.performer === null) {
    parts.push({ key: 'overblik.why.no_performer', params: {} });
  }
  if (row.gone) parts.push({ key: 'overblik.why.gone', params: {} });
  return parts.slice(0, most);
}

/** Three windows of upcoming deadlines. */
export type Windows = { d30: TaskRow[]; d60: TaskRow[]; d90: TaskRow[] };

/** Sorts upcoming tasks into 0–30, 31–60 and 61–90 days from `on`. */
export function windows(upcoming: readonly TaskRow[], on: string): Windows {
  const out: Windows = { d30: [], d60: [], d90: [] };
  for (const row of upcoming) {
    if (row.deadline === null) continue;
    const days = daysBetween(on, row.deadline);
    if (days < 0 || days > 90) continue;
    (days <= 30 ? out.d30 : days <= 60 ? out.d60 : out.d90).push(row);
  }
  return out;
}

/** Tasks in all. */
export function total(counts: ColourCounts): number {
  return counts.red + counts.yellow + counts.green + counts.grey + counts.done;
}

/** The task a finding is about; undefined when it is about a role. */
export function findingTask(finding: Finding): string | undefined {
  return 'task' in finding ? finding.task : undefined;
}
