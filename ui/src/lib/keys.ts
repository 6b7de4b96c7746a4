/** The keyboard. Single letters act only outside text fields, and can be switched off (WCAG 2.1.4). */
import { session } from './session.svelte';

/** True where letters are typed. */
export function inText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(target.type)
  );
}

/** The letter pressed alone, upper case; nothing when it is typed, held with another key, or switched off. */
export function letter(event: KeyboardEvent): string | null {
  if (!session.letters || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
  if (inText(event.target) || document.querySelector('[role="dialog"]')) return null;
  return event.key.length === 1 ? event.key.toUpperCase() : null;
}

/** A key chord such as `ctrl+shift+z`. Command counts as Ctrl. */
export function chord(event: KeyboardEvent): string {
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push('ctrl');
  if (event.altKey) parts.push('alt');
  if (event.shiftKey) parts.push('shift');
  parts.push(event.key.toLowerCase());
  return parts.join('+');
}

let serial = 0;

/** An id for this page, to tie a label to its field. */
export function newId(stem: string): string {
  serial += 1;
  return `${stem}-${serial}`;
}
