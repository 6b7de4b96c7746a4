/** The message catalogue: `ui/messages/<lang>/<area>.json`, flat, Danish first and English complete beside it. */
import { locale, type Lang } from './lang.svelte';

export type Params = Record<string, string | number>;
type Area = Record<string, string>;

// What only one large page says comes with that page (`features/deling/words.ts`).
const danish = import.meta.glob<Area>(
  ['../../messages/da/*.json', '!../../messages/da/{access,deling,netvaerk}.json'],
  {
    eager: true,
    import: 'default'
  }
);

function collect(files: Record<string, Area>): Record<string, Area> {
  const areas: Record<string, Area> = {};
  for (const [path, area] of Object.entries(files)) {
    const name = /\/([^/]+)\.json$/.exec(path)?.[1];
    if (name) areas[name] = area;
  }
  return areas;
}

/** Every area. Danish is here from the start; English comes when it is wanted, so that nobody waits for both. */
export const catalogue: Record<Lang, Record<string, Area>> = { da: collect(danish), en: {} };

/** Adds Danish areas that a page has brought along. */
export function addWords(areas: Record<string, Area>): void {
  Object.assign(catalogue.da, areas);
}

/** Fetches the words of a language, if they are not here yet. */
export async function fetchWords(lang: Lang): Promise<void> {
  if (lang === 'da' || 'shell' in catalogue.en) return;
  catalogue.en = collect((await import('./english')).default);
}

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

/** A number with the language's thousands sign. By hand: the browser's own formats take longer to wake than a page. */
export function fmtNumber(n: number): string {
  const [whole = '', part] = String(Math.abs(n)).split('.');
  const [thousands, decimal] = locale.lang === 'da' ? ['.', ','] : [',', '.'];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
  // A true minus sign, as wide as a plus: it is not mistaken for a hyphen.
  return `${n < 0 ? '\u2212' : ''}${grouped}${part === undefined ? '' : decimal + part}`;
}

/** A day, `dd.mm.åååå`, from `YYYY-MM-DD` or an RFC 3339 moment; empty for nothing. */
export function fmtDate(iso: string | null | undefined): string {
  if (!iso) return '';
  if (iso.length > 10) return fmtMoment(iso).date;
  const [y, m, d] = iso.split('-');
  return y && m && d ? `${d}.${m}.${y}` : iso;
}

let moments: Intl.DateTimeFormat | undefined;
const clock = (): Intl.DateTimeFormat =>
  (moments ??= new Intl.DateTimeFormat('da-DK', {
    timeZone: 'Europe/Copenhagen',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23'
  }));

function fmtMoment(iso: string): { date: string; time: string } {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return { date: iso, time: '' };
  const part: Record<string, string> = {};
  for (const { type, value } of clock().formatToParts(at)) part[type] = value;
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

/** The day of the week of a `YYYY-MM-DD`, as a word. */
export function fmtWeekday(iso: string): string {
  return t(`word.weekday.${new Date(iso).getUTCDay()}`);
}

/** Percent as Danes write it, with a space. */
export function fmtPercent(n: number): string {
  return locale.lang === 'da' ? `${n}\u00a0%` : `${n}%`;
}

let names: Intl.Collator | undefined;

/** The order of names: Danish letters at the end in either language, numbers by value. */
export function collator(): Intl.Collator {
  return (names ??= new Intl.Collator('da', { numeric: true, sensitivity: 'base' }));
}
