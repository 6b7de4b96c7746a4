/** Experiences as the page shows them: what they are about, which are asked for, and which wait for an answer. */
import type { ExperienceRow } from '$generated/ExperienceRow';
import { collator } from '$lib/i18n';

/** As it is asked for and kept: `interface/SF1511`, `project/BBR`. */
export function subjectOf(row: Pick<ExperienceRow, 'about_kind' | 'about'>): string {
  return `${row.about_kind}/${row.about}`;
}

/** The kind and the id of a subject. */
export function parted(subject: string): { kind: string; id: string } {
  const at = subject.indexOf('/');
  return { kind: subject.slice(0, at), id: subject.slice(at + 1) };
}

/** Subjects that occur, and the one that is asked for, by kind and id. */
export function subjects(rows: readonly ExperienceRow[], asked: string): { kind: string; ids: string[] }[] {
  const all = [...new Set([...rows.map(subjectOf), ...(asked.includes('/') ? [asked] : [])])].map(parted);
  return ['interface', 'project']
    .map((kind) => ({
      kind,
      ids: all
        .filter((one) => one.kind === kind)
        .map((one) => one.id)
        .sort(collator().compare)
    }))
    .filter((group) => group.ids.length > 0);
}

/** Those about a subject that have all words in title, text or municipality. */
export function matching(rows: readonly ExperienceRow[], subject: string, text: string): ExperienceRow[] {
  const words = text.toLowerCase().split(/\s+/);
  return rows.filter((row) => {
    const all = `${row.title} ${row.text} ${row.municipality}`.toLowerCase();
    return (subject === '' || subjectOf(row) === subject) && words.every((word) => all.includes(word));
  });
}

/** Our own, and the last word is another's. */
export function waits(row: ExperienceRow): boolean {
  return row.ours && row.remarks.at(-1)?.ours === false;
}
