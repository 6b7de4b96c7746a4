/** Says which project is looked at, and hears who else is connected. */
import type { PresentRow } from '$generated/PresentRow';
import { backend } from '$lib/backend';

let last: Promise<unknown> = Promise.resolve();

/**
 * Says that `project` is looked at, null when none is any more. One after the other: what was said last must be what
 * stands. Nobody is there when it goes wrong.
 */
export function sayPresent(project: string | null): Promise<PresentRow[]> {
  const answer = last.then(() => backend.call('present', project === null ? {} : { project })).catch(() => []);
  last = answer;
  return answer;
}
