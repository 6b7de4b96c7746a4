/** What can be published, and how each field is written. */
import { t } from '$lib/i18n';

/** What can be said of each kind; the same as `publish` takes. */
export const FIELDS = {
  use: ['state'],
  project: ['name', 'owner', 'pilot', 'rollout', 'go_live', 'published', 'link', 'archived'],
  interface: ['name', 'system', 'status', 'points', 'preparation', 'tasks', 'source', 'link', 'archived'],
  template: [
    'project',
    'title',
    'description',
    'kind',
    'theme',
    'prerequisites',
    'result',
    'role',
    'start',
    'deadline',
    'archived'
  ],
  gallery: ['name', 'category', 'responsibility', 'duties', 'competences', 'archived'],
  event: ['title', 'begins', 'ends', 'place', 'link', 'text', 'public', 'archived'],
  group: ['title', 'about', 'text', 'link', 'archived'],
  link: ['title', 'url', 'about', 'archived'],
  about: ['version', 'source']
} as const;
export type Kind = keyof typeof FIELDS;
export const KINDS = Object.keys(FIELDS) as Kind[];

export const DAYS: ReadonlySet<string> = new Set(['go_live', 'start', 'deadline']);
export const MOMENTS: ReadonlySet<string> = new Set(['begins', 'ends']);
export const LONG: ReadonlySet<string> = new Set([
  'pilot',
  'rollout',
  'published',
  'points',
  'preparation',
  'tasks',
  'description',
  'prerequisites',
  'result',
  'responsibility',
  'duties',
  'competences',
  'text'
]);

const STATES = ['done', 'under_way', 'new', 'none'] as const;
const CATEGORIES = ['organisational', 'project', 'technical'] as const;
const TASK_KINDS = ['basic', 'solution_specific', 'programme'] as const;

interface Choice {
  value: string;
  text: string;
}

/** What a field's value is chosen among; nothing for a field that is written. */
export function choices(kind: string, field: string, year: number): Choice[] | null {
  const among = (values: readonly string[], word: (value: string) => string): Choice[] =>
    values.map((value) => ({ value, text: word(value) }));
  if (field === 'state')
    return [
      ...among(STATES, (one) => t(`word.state.${one}`)),
      ...among(
        Array.from({ length: 10 }, (_, n) => String(year - 1 + n)),
        (one) => one
      )
    ];
  if (field === 'category') return among(CATEGORIES, (one) => t(`word.category.${one}`));
  if (kind === 'template' && field === 'kind') return among(TASK_KINDS, (one) => t(`word.kind.${one}`));
  if (field === 'public') return among(['true', 'false'], (one) => t(one === 'true' ? 'word.yes' : 'word.no'));
  return null;
}
