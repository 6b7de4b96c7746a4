/** The shell's own state: what is open above the page, and the keys that the page's hints show. */
import { backend } from '$lib/backend';
import { has, t, tn } from '$lib/i18n';
import { refresh, run, tell } from '$lib/session.svelte';

export interface Hint {
  keys: string;
  text: string;
}

export const shell = $state<{ palette: boolean; shortcuts: boolean; hints: Hint[] }>({
  palette: false,
  shortcuts: false,
  hints: []
});

/** Takes the last step back, or brings it back again, and tells which cells were left alone and why. */
export async function step(which: 'undo' | 'redo'): Promise<void> {
  const done = await run(() => backend.call(which, {}));
  if (!done) return;
  const items = done.kept.map((cell) =>
    t('shell.kept.cell', {
      title: cell.title,
      field: has(`field.${cell.field}`) ? t(`field.${cell.field}`) : cell.field,
      now: cell.now || t('word.nothing')
    })
  );
  const text = t(`shell.${which}.done`, { label: done.label });
  tell(items.length > 0 ? `${text} ${tn('shell.kept', items.length)}` : text, items);
  await run(refresh);
}
