/** What the network's page shows of a catalogue: names of kinds, fields and values in words. */
import type { CatalogueChange } from '$generated/CatalogueChange';
import type { CatalogueDiff } from '$generated/CatalogueDiff';
import { fmtDate, has, t } from '$lib/i18n';
import { fieldWord } from '$lib/words';

/** Kinds in the order in which they are shown. */
export const KINDS = ['about', 'project', 'interface', 'use', 'template', 'gallery', 'link'] as const;

/** A field's name in words. */
export function catalogueField(field: string): string {
  return has(`netvaerk.field.${field}`) ? t(`netvaerk.field.${field}`) : fieldWord(field);
}

/** A value in words: a state, a day, a text. */
export function catalogueValue(field: string, value: string): string {
  if (value === '') return t('netvaerk.nothing');
  if (has(`word.${field}.${value}`)) return t(`word.${field}.${value}`);
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? fmtDate(value) : value;
}

/** What a change is of: its id and, where that says more, its name. */
export function changeName(change: CatalogueChange): string {
  if (change.kind === 'about') return t('netvaerk.kind.about');
  return change.name === change.id ? change.id : `${change.id} ${change.name}`;
}

/** The changes by kind, in the order of the kinds. */
export function byKind(diff: CatalogueDiff): { kind: string; changes: CatalogueChange[] }[] {
  const kinds = [...KINDS, ...new Set(diff.changes.map((change) => change.kind))];
  return [...new Set<string>(kinds)]
    .map((kind) => ({ kind, changes: diff.changes.filter((change) => change.kind === kind) }))
    .filter((group) => group.changes.length > 0);
}
