/** The timeline's columns in words. */
import type { TimelineUnit } from '$generated/TimelineUnit';
import { t } from '$lib/i18n';

/** A column by its first day: »jun«, »2. kvt.«, »2018«. */
export function columnWord(first: string, unit: TimelineUnit): string {
  const [year = '', month = ''] = first.split('-');
  if (unit === 'year') return year;
  if (unit === 'quarter') return t('snitflader.timeline.quarter', { n: Math.floor((Number(month) - 1) / 3) + 1 });
  return t(`word.month.${Number(month)}`).slice(0, 3);
}

/** The same with its year, to stand alone. */
export function columnInFull(first: string, unit: TimelineUnit): string {
  return unit === 'year' ? columnWord(first, unit) : `${columnWord(first, unit)} ${first.slice(0, 4)}`;
}

/** The years that the columns lie in, with how many columns each has. */
export function yearsOf(columns: readonly string[]): { year: string; columns: number }[] {
  const years: { year: string; columns: number }[] = [];
  for (const first of columns) {
    const year = first.slice(0, 4);
    const last = years.at(-1);
    if (last?.year === year) last.columns += 1;
    else years.push({ year, columns: 1 });
  }
  return years;
}
