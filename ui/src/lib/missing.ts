/** Why this laptop is not in sync, in words: what is wrong, and what to do about it. */
import type { Missing } from '$generated/Missing';
import { has, t } from './i18n';

/** The sentence's key: by number where it has one, and the general one for a code that this version does not know. */
function stem({ code, count }: Missing): string {
  const key = `missing.${code}`;
  if (count > 0 && has(`${key}.many`)) return `${key}.${count === 1 ? 'one' : 'many'}`;
  if (has(key)) return key;
  return has(`${key}.many`) ? `${key}.many` : 'missing.other';
}

/** A fact that is not known is left out, with its quotation marks and a colon before them, as Rust does it. */
function without(text: string): string {
  return text.replace(/:? ?(?:»«|“”)/g, '');
}

/** A key or an incarnation that nobody has a name for: its beginning, as Deling shows a computer's, says as much as all. */
function short(detail: string): string {
  const id = /^[0-9a-f]{16,}/.exec(detail)?.[0];
  return id ? id.slice(0, 8) : detail;
}

/** What is missing. */
export function missingText(missing: Missing): string {
  const { count, code } = missing;
  const key = stem(missing);
  const detail = short(missing.detail) || (key === 'missing.other' ? code : '');
  return without(t(key, { count, detail }));
}

/** What to do about it. */
export function missingDo({ code, count, detail }: Missing): string {
  const key = `missing.${code}.do`;
  return without(t(has(key) ? key : 'missing.other.do', { count, detail }));
}
