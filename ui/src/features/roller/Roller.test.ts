import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProjectSummary } from '$generated/ProjectSummary';
import type { RoleRow } from '$generated/RoleRow';
import { useBackend, type Calls } from '$lib/backend';
import { t, tn } from '$lib/i18n';
import { session } from '$lib/session.svelte';
import Roller from './Roller.svelte';

const empty = { responsibility: '', duties: '', competences: '' };

function role(id: string, over: Partial<RoleRow> = {}): RoleRow {
  return {
    id,
    entity: `role/BBR:${id}`,
    name: id,
    category: 'project',
    themes: [],
    needed: 'unassessed',
    text: empty,
    gallery: empty,
    tailored: false,
    own: false,
    note: '',
    assignments: [],
    filled: false,
    risk: false,
    open_tasks: 0,
    red: 0,
    yellow: 0,
    waiting: [],
    conflicts: [],
    ...over
  };
}

/** The table: a tree while it has headings. */
const grid = (): HTMLElement => screen.getByRole('treegrid');

let asked: [string, unknown][] = [];
const edits = (): unknown[] => asked.filter(([name]) => name === 'edit').map(([, args]) => args);

async function show(roles: RoleRow[]): Promise<void> {
  asked = [];
  const project = { id: 'BBR', name: 'Bygnings- og Boligregistret', archived: false, roles_empty: [] as string[] };
  const answers: Partial<Record<keyof Calls, () => unknown>> = {
    projects: () => ({ on: '2018-06-14', cursor: 5, projects: [project as unknown as ProjectSummary] }),
    roles: () => ({ project: 'BBR', gallery: '2018', on: '2018-06-14', cursor: 5, roles }),
    edit: () => ({ written: 1, conflicts: [], cursor: 6, id: null }),
    assign: () => ({ written: 1, conflicts: [], cursor: 6, id: 'a1' }),
    people: () => ({ on: '2018-06-14', cursor: 5, persons: [] }),
    history: () => [],
    preference: () => ({ value: null }),
    status: () => ({ cursor: 6 })
  };
  useBackend({
    async call(name, args) {
      asked.push([name, args]);
      return answers[name]?.() as never;
    }
  });
  render(Roller);
  await waitFor(grid);
}

beforeEach(() => {
  session.letters = true;
  session.params = {};
});
afterEach(cleanup);

describe('the roles of a project', () => {
  it('answers »needed?« with the space bar, from what the screen showed', async () => {
    await show([role('Projektejer')]);
    await fireEvent.keyDown(grid(), { key: ' ' });
    await waitFor(() => expect(edits()).toHaveLength(1));
    expect(edits()[0]).toEqual({
      edits: [{ entity: 'role/BBR:Projektejer', field: 'needed', value: true }],
      cursor: 5
    });
  });

  it('shows a gap in the gallery as a gap', async () => {
    await show([role('Projektejer', { text: { ...empty, duties: 'Godkender' } })]);
    expect(await screen.findAllByText(t('roller.text.gap', { gallery: '2018' }))).toHaveLength(2);
    expect(screen.getByText('Godkender')).toBeTruthy();
  });

  it('opens with the risk, and says that it is one', async () => {
    await show([role('Superbruger'), role('Projektejer', { needed: 'yes', risk: true, open_tasks: 3 })]);
    expect(await screen.findByRole('heading', { name: 'Projektejer' })).toBeTruthy();
    expect(screen.getByText(t('roller.risk'))).toBeTruthy();
    expect(screen.getByText(tn('roller.risk.waiting', 3))).toBeTruthy();
  });

  it('marks the roles that open tasks name in one edit, and leaves the decided ones', async () => {
    await show([
      role('A', { open_tasks: 2 }),
      role('B', { open_tasks: 1, needed: 'no' }),
      role('C', { open_tasks: 1 })
    ]);
    await fireEvent.click(screen.getByRole('button', { name: tn('roller.assess.tasks', 2) }));
    await waitFor(() => expect(edits()).toHaveLength(1));
    expect(edits()[0]).toMatchObject({ edits: [{ entity: 'role/BBR:A' }, { entity: 'role/BBR:C' }] });
  });

  it('asks for a person before it fills a role', async () => {
    await show([role('Projektejer')]);
    await fireEvent.click(screen.getByTestId('assign-run'));
    expect(screen.getByText(t('roller.assign.missing'))).toBeTruthy();
    expect(asked.map(([name]) => name)).not.toContain('assign');
  });
});
