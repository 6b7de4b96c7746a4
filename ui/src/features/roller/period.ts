import { fmtDate, t } from '$lib/i18n';

/** A period in words: »fra 01.05.2018«, »til 31.08.2018«, »01.05.2018 til 31.08.2018«. */
export function period({ from, to }: { from: string | null; to: string | null }): string {
  if (from && to) return t('roller.from_to', { from: fmtDate(from), to: fmtDate(to) });
  if (from) return t('roller.from', { date: fmtDate(from) });
  if (to) return t('roller.to', { date: fmtDate(to) });
  return t('roller.always');
}
