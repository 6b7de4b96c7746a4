/** What a combobox offers, and which of it fits what is typed. */

export interface Option {
  id: string;
  text: string;
  /** To the right of the text. */
  sub?: string;
  /** Further right. */
  note?: string;
  /** What typing is matched against, when not `text`. */
  match?: string;
}

/** Options with a word that begins as typed, those whose text begins so first; when there are none, those that have it anywhere. */
export function narrow(options: Option[], typed: string): Option[] {
  const wanted = typed.trim().toLocaleLowerCase('da');
  if (!wanted) return options;
  const first: Option[] = [];
  const word: Option[] = [];
  const within: Option[] = [];
  for (const option of options) {
    const match = (option.match ?? option.text).toLocaleLowerCase('da');
    const at = match.indexOf(wanted);
    if (at === 0) first.push(option);
    else if (match.includes(` ${wanted}`) || match.includes(`-${wanted}`)) word.push(option);
    else if (at > 0) within.push(option);
  }
  return first.length + word.length > 0 ? [...first, ...word] : within;
}
