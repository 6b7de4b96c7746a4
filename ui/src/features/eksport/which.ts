import type { TaskRow } from '$generated/TaskRow';

/** Which tasks go into the file. */
export type Which = 'all' | 'view' | 'attention' | 'project';

/** The chosen tasks' ids in the list's order; null means all that are not archived. */
export function chosenIds(
  which: Which,
  rows: readonly TaskRow[],
  view: readonly string[] | null,
  project: string
): string[] | null {
  switch (which) {
    case 'all':
      return null;
    case 'view':
      return view === null ? null : [...view];
    case 'attention':
      return rows.filter((row) => row.colour === 'red' || row.colour === 'yellow').map((row) => row.id);
    case 'project':
      return rows.filter((row) => row.project === project).map((row) => row.id);
  }
}
