/** Stored values and the colour's reasons in words. The sentences are the same catalogue that Rust uses for its files. */
import type { Reason } from '$generated/Reason';
import type { Scalar } from '$generated/Scalar';
import type { TaskRow } from '$generated/TaskRow';
import { fmtDate, fmtPercent, has, t, type Params } from './i18n';

/** A field's column name. */
export function fieldWord(field: string): string {
  if (field.startsWith('interface/')) return t('opgaver.field.interface', { id: field.slice(10) });
  if (field.startsWith('needs/')) return t('opgaver.field.needs', { id: field.slice(6) });
  return has(`field.${field}`) ? t(`field.${field}`) : field;
}

const DAYS = new Set(['start', 'deadline', 'published', 'go_live', 'from', 'to']);

/** A stored value in words; `text` is what the backend says of it. */
export function valueWord(field: string, value: Scalar, text: string): string {
  if (value === null || value === '') return '';
  if (typeof value === 'boolean') return t(value ? 'word.yes' : 'word.no');
  if (
    field === 'status' ||
    field === 'kind' ||
    field === 'phase' ||
    field === 'rollout' ||
    field === 'needed' ||
    field === 'state'
  ) {
    const key = `word.${field}.${value}`;
    return has(key) ? t(key) : String(value);
  }
  // The history tells values in words already.
  if (field === 'percent') return typeof value === 'number' ? fmtPercent(value) : text || value;
  if (DAYS.has(field) && /^\d{4}-\d{2}-\d{2}$/.test(String(value))) return fmtDate(String(value));
  return text || String(value);
}

function reasonParams(reason: Reason): Params {
  const params: Params = {};
  for (const [name, value] of Object.entries(reason) as [string, string | number][]) {
    if (name === 'code') continue;
    if (name === 'field') params[name] = fieldWord(String(value));
    else params[name] = name === 'deadline' || name === 'start' ? fmtDate(String(value)) : value;
  }
  return params;
}

/** The key of a reason, with its number's form where it has one. */
function reasonKey(reason: Reason, also: boolean): string {
  const stem = `reason.${reason.code}${also ? '.also' : ''}`;
  if (!('days' in reason)) return stem;
  const form = reason.days === 0 ? 'zero' : reason.days === 1 ? 'one' : 'many';
  return has(`${stem}.${form}`) ? `${stem}.${form}` : `${stem}.many`;
}

/** The deciding reason, with its colour: »Rød: fristen er overskredet med 8 dage.« */
export function reasonSentence(row: Pick<TaskRow, 'colour' | 'reasons'>): string {
  const first = row.reasons[0];
  const colour = t(`word.colour.${row.colour}`);
  return first ? t('reason.sentence', { colour, reason: t(reasonKey(first, false), reasonParams(first)) }) : colour;
}

/** The other reasons, a sentence each. */
export function otherReasons(row: Pick<TaskRow, 'reasons'>): string[] {
  return row.reasons.slice(1).map((reason) => t(reasonKey(reason, true), reasonParams(reason)));
}

/** All reasons in one text, for a tooltip and for screen readers. */
export function reasonText(row: Pick<TaskRow, 'colour' | 'reasons'>): string {
  return [reasonSentence(row), ...otherReasons(row)].join(' ');
}
