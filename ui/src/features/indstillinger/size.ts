import { fmtNumber } from '$lib/i18n';

/** A size as people say it: `312 KB`, `4,2 MB`. */
export function fmtSize(bytes: number): string {
  if (bytes < 1000) return `${fmtNumber(bytes)} B`;
  if (bytes < 1_000_000) return `${fmtNumber(Math.round(bytes / 1000))} KB`;
  return `${fmtNumber(Math.round(bytes / 100_000) / 10)} MB`;
}
