/** Days as they are typed and counted. Data has `YYYY-MM-DD`; people type `dd.mm.åååå` and shorter. */

const DAY = 86_400_000;

function iso(y: number, m: number, d: number): string | null {
  const at = new Date(Date.UTC(y, m - 1, d));
  if (y < 1900 || y > 2200 || at.getUTCMonth() !== m - 1 || at.getUTCDate() !== d) return null;
  return at.toISOString().slice(0, 10);
}

/**
 * A typed day: `14.06.2018`, `14-6-18`, `14/6`, `140618`, `2018-06-14`, `i dag`, `+30` (days from `today`). Null when it
 * is no day that exists.
 */
export function parseDay(typed: string, today: string): string | null {
  const text = typed.trim().toLowerCase();
  if (text === 'i dag' || text === 'today') return today;
  const plus = /^([+-])(\d{1,4})$/.exec(text);
  if (plus) return addDays(today, Number(plus[2]) * (plus[1] === '-' ? -1 : 1));
  const stored = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (stored) return iso(Number(stored[1]), Number(stored[2]), Number(stored[3]));
  const parts =
    /^(\d{1,2})[.\-/ ](\d{1,2})(?:[.\-/ ](\d{4}|\d{2}))?\.?$/.exec(text) ?? /^(\d{2})(\d{2})(\d{4}|\d{2})$/.exec(text);
  if (!parts) return null;
  const year = parts[3] ?? today.slice(0, 4);
  return iso(Number(year.length === 2 ? `20${year}` : year), Number(parts[2]), Number(parts[1]));
}

/** A day some days later. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Whole days from one day to another; negative when `to` is before `from`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}
