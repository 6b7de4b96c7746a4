import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import { fmtDate, t } from '$lib/i18n';
import { refresh, session } from '$lib/session.svelte';
import TaskHelp from './TaskHelp.svelte';

let asked: [string, unknown][] = [];
const called = (name: string): unknown[] => asked.filter(([each]) => each === name).map(([, args]) => args);

async function show(task: string): Promise<void> {
  const fixture = fixtureBackend({});
  asked = [];
  useBackend({
    call: (name, args) => {
      asked.push([name, args]);
      return fixture.call(name, args);
    }
  });
  await refresh();
  render(TaskHelp, { task, title: 'En opgave' });
  await waitFor(() => expect(called('escalations').length).toBeGreaterThan(0));
}
const press = (testid: string): Promise<boolean> => fireEvent.click(screen.getByTestId(testid));

beforeEach(() => {
  session.error = null;
  session.told = null;
  session.page = 'opgaver';
});
afterEach(cleanup);

describe('help with a task', () => {
  it('is escalated with what was tried, and not without', async () => {
    await show('KLIK-1001');
    await press('escalate');
    await fireEvent.change(screen.getByTestId('escalate-to'), { target: { value: 'kombit' } });
    await press('escalate-run');
    await screen.findByRole('alert');
    await fireEvent.input(screen.getByTestId('escalate-tried'), { target: { value: 'Ringet to gange' } });
    await press('escalate-run');
    await waitFor(() => expect(session.told?.text).toBe(t('eskalering.done', { to: t('eskalering.to.kombit') })));
    expect(called('escalate').at(-1)).toEqual({ task: 'KLIK-1001', to: 'kombit', tried: 'Ringet to gange' });
    await screen.findByText('Ringet to gange');
  });

  it('shows what is late, takes an answer, and settles', async () => {
    await show('KLIK-1003');
    const row = await screen.findByTestId('escalation-e1');
    expect(row.textContent).toContain(t('eskalering.late', { day: fmtDate('2018-06-11') }));
    expect(row.textContent).toContain('Karsten Berg');
    await fireEvent.click(within(row).getByRole('button', { name: t('eskalering.answer') }));
    await fireEvent.input(screen.getByTestId('escalation-answer'), { target: { value: 'Certifikatet kommer mandag' } });
    await press('escalation-save');
    await waitFor(() =>
      expect(screen.getByTestId('escalation-e1').textContent).toContain('Certifikatet kommer mandag')
    );
    await fireEvent.click(
      within(screen.getByTestId('escalation-e1')).getByRole('button', { name: t('eskalering.close') })
    );
    await waitFor(() => expect(screen.getByTestId('escalation-e1').textContent).toContain(t('eskalering.closed')));
    expect(called('edit').at(-1)).toEqual({
      edits: [{ entity: 'escalation/e1', field: 'closed', value: true }],
      cursor: null
    });
  });

  it('prepares a mail and sends nothing', async () => {
    await show('KLIK-1001');
    await press('task-mail');
    const body = (await screen.findByTestId('mail-body')) as HTMLTextAreaElement;
    expect(body.value).toContain('KLIK-1001');
    expect(screen.getByTestId('mail-open').getAttribute('href')).toMatch(/^mailto:\?subject=KLIK-1001/);
  });
});
