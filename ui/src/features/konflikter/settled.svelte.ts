/** The cells that were decided here today. It lives beside the page, so that coming back finds it as left. */
import { today } from '$lib/session.svelte';

let day = '';
const keys = $state<{ of: ReadonlySet<string> }>({ of: new Set() });

/** Remembers that these cells were decided. */
export function settle(cells: string[]): void {
  const before = day === today() ? keys.of : [];
  day = today();
  keys.of = new Set([...before, ...cells]);
}

/** How many of them still are: a choice that was taken back stands among the conflicts again. */
export function settledToday(open: readonly { key: string }[]): number {
  if (keys.of.size === 0 || day !== today()) return 0;
  const again = new Set(open.map((cell) => cell.key));
  return [...keys.of].filter((key) => !again.has(key)).length;
}

/** Begins anew, for tests. */
export function forgetSettled(): void {
  keys.of = new Set();
}
