/** The tasks of the table, and what the table shows of them. It lives beside the page, so that coming back finds it as left. */
import { backend } from '$lib/backend';
import type { Sort } from '$lib/components/table';
import { collator, t, tn } from '$lib/i18n';
import { onDay, refresh, run, session, tell } from '$lib/session.svelte';
import type { Edit } from '$generated/Edit';
import type { ProjectSummary } from '$generated/ProjectSummary';
import type { TaskList } from '$generated/TaskList';
import { filterRows, prepare, type Filter, type GroupBy, type Row } from './rows';
import { builtIn, keptViews, readViews, type View } from './views';

class Tasks {
  list = $state.raw<TaskList | null>(null);
  rows = $state.raw<Row[]>([]);
  projects = $state.raw<ReadonlyMap<string, ProjectSummary>>(new Map());
  own = $state.raw<View[]>([]);
  viewId = $state('active');
  filter = $state.raw<Filter>({});
  sort = $state.raw<Sort | null>(null);
  group = $state<GroupBy>('project');
  /** Columns the user chose for every view that has none of its own. */
  columns = $state.raw<string[] | null>(null);
  selected = $state.raw<ReadonlySet<string>>(new Set());
  closed = $state.raw<ReadonlySet<string>>(new Set());
  current = $state<string | null>(null);
  /** The task in the side panel. */
  open = $state<string | null>(null);
  #started = false;
  /** What the list is of, or is being asked for: the same is not asked for twice. */
  #asked = '';
  #answer: Promise<void> = Promise.resolve();

  get views(): View[] {
    return [...builtIn(session.status?.me?.person), ...this.own];
  }

  get view(): View | undefined {
    return this.views.find((view) => view.id === this.viewId);
  }

  /** What was set here differs from the view that its tab names. */
  get changed(): boolean {
    const view = this.view;
    if (!view) return true;
    const shape = (filter: Filter, sort: Sort | null, group: GroupBy) =>
      JSON.stringify([Object.entries(filter).sort(), sort, group]);
    return shape(this.filter, this.sort, this.group) !== shape(view.filter, view.sort, view.group);
  }

  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    this.show('active');
    await run(async () => {
      const [views, columns] = await Promise.all([
        backend.call('preference', { key: 'views.tasks' }),
        backend.call('preference', { key: 'columns.tasks' })
      ]);
      this.own = readViews(views.value);
      if (Array.isArray(columns.value)) this.columns = columns.value.filter((id) => typeof id === 'string');
    });
  }

  /** Asks for the tasks as they are now, on the day that is shown. */
  load(): Promise<void> {
    const asked = `${session.cursor} ${session.on ?? ''}`;
    if (asked !== this.#asked) {
      this.#asked = asked;
      this.#answer = this.#load(asked);
    }
    return this.#answer;
  }

  async #load(asked: string): Promise<void> {
    const list = await run(() => backend.call('tasks', onDay()));
    if (!list) {
      if (this.#asked === asked) this.#asked = '';
      return;
    }
    if (this.#asked !== asked) return;
    this.rows = prepare(list.rows, list.on);
    this.list = list;
    const ids = new Set(list.rows.map((row) => row.id));
    if ([...this.selected].some((id) => !ids.has(id)))
      this.selected = new Set([...this.selected].filter((id) => ids.has(id)));
    // The projects' full names are only for the headings; the rows do not wait for them.
    void backend
      .call('projects', onDay())
      .then(({ projects }) => (this.projects = new Map(projects.map((each) => [each.id, each]))))
      .catch(() => undefined);
  }

  show(id: string): void {
    const view = this.views.find((each) => each.id === id);
    if (!view) return;
    this.viewId = id;
    this.filter = view.filter;
    this.sort = view.sort;
    this.group = view.group;
    this.selected = new Set();
  }

  count(view: View): number {
    return filterRows(this.rows, view.filter, this.list?.on ?? '').length;
  }

  keepViews(): void {
    void run(() => backend.call('preference', { key: 'views.tasks', value: keptViews(this.own) }));
  }

  keepColumns(columns: string[] | null): void {
    this.columns = columns;
    void run(() => backend.call('preference', { key: 'columns.tasks', value: columns }));
  }

  addView(name: string): void {
    const id = `own-${Date.now().toString(36)}`;
    const view: View = {
      id,
      name,
      own: true,
      filter: this.filter,
      sort: this.sort,
      group: this.group,
      columns: this.columns
    };
    this.own = [...this.own, view];
    this.viewId = id;
    this.keepViews();
  }

  saveView(): void {
    this.own = this.own.map((view) =>
      view.id === this.viewId ? { ...view, filter: this.filter, sort: this.sort, group: this.group } : view
    );
    this.keepViews();
  }

  removeView(): void {
    const gone = this.viewId;
    this.own = this.own.filter((view) => view.id !== gone);
    this.show('active');
    this.keepViews();
  }
}

export const tasks = new Tasks();

/**
 * Writes cells as one step, from what a list or panel with `cursor` showed. Answers whether it was done; when not, the
 * alert above the content says why and what was typed stays.
 */
export async function write(edits: Edit[], cursor: number | null): Promise<boolean> {
  if (edits.length === 0) return true;
  const done = await run(() => backend.call('edit', { edits, cursor }));
  if (!done) return false;
  if (done.conflicts.length > 0) tell(tn('opgaver.conflicted', done.conflicts.length));
  else if (done.written === 0) tell(t('opgaver.written.none'));
  else tell(edits.length === 1 ? t('opgaver.written') : tn('opgaver.written', edits.length));
  await run(refresh);
  // The next edit is made from what this one left, so the list has to show it first: a cursor from before would make the
  // user's own two edits stand against each other.
  if (tasks.list) await tasks.load();
  return true;
}

export function compare(a: string, b: string): number {
  return collator().compare(a, b);
}
