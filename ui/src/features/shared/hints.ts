import { shell, type Hint } from '../../shell/shell.svelte';

/** Shows the page's keys in the status line; call it inside an effect and hand its answer back, so they leave with the page. */
export function showHints(hints: Hint[]): () => void {
  shell.hints = hints;
  return () => {
    shell.hints = [];
  };
}
