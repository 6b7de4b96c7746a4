/** The elements that arrow keys walk between, in the order they stand. */
const STOP = '[data-stop]';

/** The stop to go to from `at` of `n` with this key; nothing when the key is not one of ours. */
export function nextStop(key: string, at: number, n: number): number | undefined {
  if (n === 0) return undefined;
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, n - 1);
    case 'ArrowUp':
      return Math.max(at - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return n - 1;
    default:
      return undefined;
  }
}

/**
 * Makes the elements marked `data-stop` inside `node` one tab stop: arrows, Home and End walk between them, so a list of
 * a hundred rows costs one press of Tab.
 */
export function rowKeys(node: HTMLElement): { destroy: () => void } {
  let current: HTMLElement | null = null;
  const stops = (): HTMLElement[] => [...node.querySelectorAll<HTMLElement>(STOP)];

  function settle(): void {
    const all = stops();
    if (current === null || !all.includes(current))
      current = all.find((stop) => stop.dataset['stop'] === 'current') ?? all[0] ?? null;
    for (const stop of all) stop.tabIndex = stop === current ? 0 : -1;
  }

  function onFocus(event: FocusEvent): void {
    const stop = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>(STOP) : null;
    if (stop === null || stop === current) return;
    current = stop;
    settle();
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
    if (!(event.target instanceof HTMLElement) || event.target.closest(STOP) === null) return;
    const all = stops();
    const at = all.indexOf(event.target.closest<HTMLElement>(STOP) as HTMLElement);
    const next = nextStop(event.key, at, all.length);
    if (next === undefined) return;
    event.preventDefault();
    all[next]?.focus();
  }

  const watcher = new MutationObserver(settle);
  watcher.observe(node, { childList: true, subtree: true });
  node.addEventListener('focusin', onFocus);
  node.addEventListener('keydown', onKey);
  settle();
  return {
    destroy() {
      watcher.disconnect();
      node.removeEventListener('focusin', onFocus);
      node.removeEventListener('keydown', onKey);
    }
  };
}
