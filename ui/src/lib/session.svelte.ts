/** What every page shares: the laptop's state, the day that is shown, language, theme, where we are, what went wrong. */
import type { Overview } from '$generated/Overview';
import { backend, DoorError, type Laptop } from './backend';
import { showDensity, type Density } from './density.svelte';
import { fetchWords, has, t } from './i18n';
import { locale, type Lang } from './lang.svelte';

export type Page =
  | 'start'
  | 'overblik'
  | 'mine'
  | 'opgaver'
  | 'projekter'
  | 'roller'
  | 'snitflader'
  | 'netvaerk'
  | 'personer'
  | 'konflikter'
  | 'import'
  | 'eksport'
  | 'deling'
  | 'indstillinger';
export type PageParams = Record<string, string>;
export type Theme = 'system' | 'light' | 'dark';

/** An error as the alert above the content shows it. */
export interface Shown {
  code: string;
  text: string;
  what: string;
}

/** A fact told in the status line and to screen readers; never an error. */
export interface Told {
  text: string;
  /** A list to show with it: cells that undo left alone. */
  items: string[];
}

interface Session {
  status: Laptop | null;
  /** The day that colours are of; null is today. */
  on: string | null;
  theme: Theme;
  /** Single letters act outside text fields. */
  letters: boolean;
  page: Page;
  params: PageParams;
  /** Grows with every change from any window or terminal; pages reload on it. */
  cursor: number;
  error: Shown | null;
  told: Told | null;
  /** The browser's address has been used or is too old. */
  locked: boolean;
  /** Something has been under way for more than 300 ms. */
  busy: boolean;
}

export const session = $state<Session>({
  status: null,
  on: null,
  theme: 'system',
  letters: true,
  page: 'start',
  params: {},
  cursor: 0,
  error: null,
  told: null,
  locked: false,
  busy: false
});

/** Today in Copenhagen, as the laptop says. */
export function today(): string {
  return session.status?.today ?? new Date().toISOString().slice(0, 10);
}

/** The day shown, for commands that take `on`; nothing when it is today. */
export function onDay(): { on?: string } {
  return session.on ? { on: session.on } : {};
}

function words(error: DoorError): Shown {
  const params = { where: fieldName(error.where), detail: detailOf(error) };
  // The door's own two errors are the screen's words; the rest are the use cases'.
  const key = error.code === 'locked' || error.code === 'unreachable' ? `shell.${error.code}` : `error.${error.code}`;
  if (!has(key)) return { code: error.code, text: t('error.internal', params), what: t('error.internal.do', params) };
  return { code: error.code, text: t(key, params), what: has(`${key}.do`) ? t(`${key}.do`, params) : '' };
}

/** What is wrong with a file comes as a code word, and is said as a sentence of its own; anything else as it is. */
function detailOf({ code, detail }: DoorError): string {
  if (code !== 'file_unreadable' && code !== 'file_too_large') return detail;
  const key = `error.file_detail.${detail}`;
  return has(key) ? t(key) : '';
}

/** `deadline` is said as *Frist*; anything else stays as it is. */
function fieldName(place: string): string {
  return place && has(`field.${place}`) ? t(`field.${place}`) : place;
}

/** Shows an error as an alert above the content. */
export function fail(error: unknown): void {
  const door = DoorError.from(error);
  if (door.code === 'locked') session.locked = true;
  else session.error = words(door);
}

/** The same sentence, for a form that shows it beside the field. */
export function sentence(error: unknown): Shown {
  return words(DoorError.from(error));
}

let fading: ReturnType<typeof setTimeout> | undefined;

/** Tells that something was done. */
export function tell(text: string, items: string[] = []): void {
  clearTimeout(fading);
  session.told = { text, items };
  // What was done is old news soon; a list stays until it is closed.
  if (items.length === 0) fading = setTimeout(() => (session.told = null), 12_000);
}

/**
 * Runs an action. Answers its result, or nothing when it failed: then the alert above the content says what is wrong and
 * what to do. What was typed is the caller's and stays.
 */
export async function run<T>(action: () => Promise<T>): Promise<T | undefined> {
  const slow = setTimeout(() => (session.busy = true), 300);
  try {
    const result = await action();
    session.error = null;
    return result;
  } catch (error) {
    fail(error);
    return undefined;
  } finally {
    clearTimeout(slow);
    session.busy = false;
  }
}

/** Asks for the laptop's state again. */
export async function refresh(): Promise<void> {
  const status = await backend.call('status', {});
  session.status = status;
  if (status.cursor !== session.cursor) session.cursor = status.cursor;
}

let watching = false;

/** Listens for changes from other windows and terminals, as long as the page lives. */
export async function watch(): Promise<void> {
  if (watching) return;
  watching = true;
  let pause = 1000;
  while (!session.locked) {
    try {
      const { cursor } = await backend.call('wait', { cursor: session.cursor });
      pause = 1000;
      if (cursor !== session.cursor) await refresh();
    } catch (error) {
      if (DoorError.from(error).code === 'locked') {
        session.locked = true;
        break;
      }
      // The program behind the page may be restarting; asking again soon costs nothing.
      await new Promise((done) => setTimeout(done, pause));
      pause = Math.min(pause * 2, 15_000);
    }
  }
  watching = false;
}

/** Writes a setting of this laptop; the screen has it already. */
export function keep(key: string, value: string | boolean): void {
  void run(() => backend.call('preference', { key, value }));
}

/** Speaks a language, once its words are here. */
async function speak(lang: Lang): Promise<void> {
  await fetchWords(lang);
  locale.lang = lang;
  document.documentElement.lang = lang;
}

export function setLang(lang: Lang): void {
  void run(() => speak(lang));
  keep('lang', lang);
}

export function setTheme(theme: Theme): void {
  showTheme(theme);
  keep('theme', theme);
}

/** Chooses how high rows and controls are. */
export function setDensity(now: Density): void {
  showDensity(now);
  keep('density', now);
}

export function setLetters(on: boolean): void {
  session.letters = on;
  keep('letters', on);
}

function showTheme(theme: Theme): void {
  session.theme = theme;
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** What came with the first reading, for the first page that asks. */
let opened: Overview | null = null;

/** The overview that came with the first reading, once, if it is still of the day and the data that are shown. */
export function firstOverview(): Overview | null {
  const first = opened;
  opened = null;
  return first?.on === (session.on ?? today()) && first.cursor === session.cursor ? first : null;
}

/** The first reading: state, settings and what the first page shows, in one answer. */
export async function begin(): Promise<void> {
  const { laptop, preferences, overview } = await backend.call('opening', {});
  const { lang, theme, letters, density } = preferences;
  await speak(lang === 'en' ? 'en' : 'da');
  session.status = laptop;
  session.cursor = laptop.cursor;
  opened = overview;
  if (theme === 'light' || theme === 'dark') showTheme(theme);
  if (letters === false) session.letters = false;
  showDensity(density === 'comfort' ? 'comfort' : 'compact');
  // The demo's workbooks are from 2018: the program was started with a day to show.
  if (laptop.on) setOn(laptop.on);
}

/** Shows colours and overviews as of another day; null is today. */
export function setOn(day: string | null): void {
  session.on = day === today() ? null : day;
}

const PAGES: readonly string[] = [
  'start',
  'overblik',
  'mine',
  'opgaver',
  'projekter',
  'roller',
  'snitflader',
  'netvaerk',
  'personer',
  'konflikter',
  'import',
  'eksport',
  'deling',
  'indstillinger'
];

/** Goes to a page. The browser's back button comes back from it. */
export function go(page: Page, params: PageParams = {}): void {
  if (page === session.page && JSON.stringify(params) === JSON.stringify(session.params)) return;
  session.page = page;
  session.params = params;
  session.error = null;
  history.pushState({ page, params }, '');
}

/** Says where we are without a step in the browser's history, for example which row is open. */
export function here(params: PageParams): void {
  session.params = params;
  history.replaceState({ page: session.page, params }, '');
}

/** The page that the browser's back or forward button asks for. */
export function onHistory(state: unknown): void {
  if (typeof state !== 'object' || state === null || !('page' in state)) return;
  const { page, params } = state as { page: string; params?: PageParams };
  if (!PAGES.includes(page)) return;
  session.page = page as Page;
  session.params = params ?? {};
}

/** The page to open with: where the history says, else Overblik, or first start before there is anything. */
export function firstPage(): void {
  onHistory(history.state);
  if (!session.status?.founded) session.page = 'start';
  else if (session.page === 'start') session.page = 'overblik';
  history.replaceState({ page: session.page, params: { ...session.params } }, '');
}
