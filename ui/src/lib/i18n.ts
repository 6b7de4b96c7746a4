/** The message catalogue: `ui/messages/<lang>/<area>.json`, flat, Danish first and English complete beside it. */
import { locale, type Lang } from './lang.svelte';

export type Params = Record<string, string | number>;
type Area = Record<string, string>;

const files = import.meta.glob<Area>('../../messages/*/*.json', { eager: true, import: 'default' });

function collect(): Record<Lang, Record<string, Area>> {
  const all: Record<Lang, Record<string, Area>> = { da: {}, en: {} };
  for (const [path, area] of Object.entries(files)) {
    const [, lang, name] = /\/(da|en)\/([^/]+)\.json$/.exec(path) ?? [];
    if ((lang === 'da' || lang === 'en') && name) all[lang][name] = area;
  }
  return all;
}

/** Every area in both languages. */
export const catalogue = collect();

function find(lang: Lang, key: string): string | undefined {
  const dot = key.indexOf('.');
  return catalogue[lang][key.slice(0, dot)]?.[key.slice(dot + 1)];
}

function fill(text: string, params?: Params): string {
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? fmtNumber(value) : value;
  });
}

/** True when the catalogue has the sentence. */
export function has(key: string): boolean {
  return find(locale.lang, key) !== undefined || find('da', key) !== undefined;
}

/** The sentence `area.key`, its `{parameters}` filled in; the key itself when the catalogue lacks it. */
export function t(key: string, params?: Params): string {
  return fill(find(locale.lang, key) ?? find('da', key) ?? key, params);
}

/** Like `t` for a counted thing: `area.key.one` or `area.key.many`, with `{n}` filled in. */
export function tn(key: string, n: number, params?: Params): string {
  return t(`${key}.${n === 1 ? 'one' : 'many'}`, { n, ...params });
}

const numbers: Record<Lang, Intl.NumberFormat> = {
  da: new Intl.NumberFormat('da-DK'),
  en: new Intl.NumberFormat('en-GB')
};

/** A number with the language's thousands sign. */
export function fmtNumber(n: number): string {
  // A true minus sign, as wide as a plus: it is not mistaken for a hyphen.
  return numbers[locale.lang].format(n).replace('-', '\u2212');
}

/** A day, `dd.mm.åååå`, from `YYYY-MM-DD` or an RFC 3339 moment; empty for nothing. */
export function fmtDate(iso: string | null | undefined): string {
  if (!iso) return '';
  if (iso.length > 10) return fmtMoment(iso).date;
  const [y, m, d] = iso.split('-');
  return y && m && d ? `${d}.${m}.${y}` : iso;
}

const moments = new Intl.DateTimeFormat('da-DK', {
  timeZone: 'Europe/Copenhagen',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23'
});

function fmtMoment(iso: string): { date: string; time: string } {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return { date: iso, time: '' };
  const part: Record<string, string> = {};
  for (const { type, value } of moments.formatToParts(at)) part[type] = value;
  return {
    date: `${part['day']}.${part['month']}.${part['year']}`,
    time: `${part['hour']}.${part['minute']}`
  };
}

/** The time of day of a moment in Copenhagen: `kl. 09.17`, in English `at 09.17`. */
export function fmtTime(iso: string | null | undefined): string {
  if (!iso) return '';
  const { time } = fmtMoment(iso);
  return time && t('shell.clock', { time });
}

/** Day and time in Copenhagen: `13.06.2018 kl. 09.05`. */
export function fmtDateTime(iso: string | null | undefined): string {
  if (!iso) return '';
  const { date, time } = fmtMoment(iso);
  return time ? `${date} ${t('shell.clock', { time })}` : date;
}

/** Percent as Danes write it, with a space. */
export function fmtPercent(n: number): string {
  return locale.lang === 'da' ? `${n}\u00a0%` : `${n}%`;
}

const collators: Record<Lang, Intl.Collator> = {
  da: new Intl.Collator('da', { numeric: true, sensitivity: 'base' }),
  en: new Intl.Collator('da', { numeric: true, sensitivity: 'base' })
};

/** The order of names: Danish letters at the end in either language, numbers by value. */
export function collator(): Intl.Collator {
  return collators[locale.lang];
}
