import type { Municipality } from '$generated/Municipality';

/** The municipality that is typed: its whole name, with or without *Kommune* behind it, or its four digits. */
export function match(all: Municipality[], typed: string): Municipality | undefined {
  const wanted = typed
    .trim()
    .toLocaleLowerCase('da')
    .replace(/\s+kommune$/, '');
  if (!wanted) return undefined;
  return all.find((each) => each.name.toLocaleLowerCase('da') === wanted || each.code === wanted.padStart(4, '0'));
}
