import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backend, useBackend, type Calls } from '$lib/backend';
import { fixtureBackend } from '$lib/backend/fixture/index';
import type { SharingState } from '$lib/backend/fixture/sharing';
import { t } from '$lib/i18n';
import { refresh, session } from '$lib/session.svelte';
import Deling from './Deling.svelte';
import { made } from './key.svelte';

let asked: [keyof Calls, unknown][] = [];
const called = (name: keyof Calls): unknown[] => asked.filter(([each]) => each === name).map(([, args]) => args);

async function show(sharing: SharingState): Promise<void> {
  const fixture = fixtureBackend({ sharing });
  asked = [];
  useBackend({
    call: (name, args) => {
      asked.push([name, args]);
      return fixture.call(name, args);
    }
  });
  await refresh();
  render(Deling);
  await screen.findByRole('heading', { level: 2, name: t(sharing === 'alone' ? 'deling.connect' : 'deling.relay') });
}
const type = (testid: string, value: string): Promise<boolean> =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } });
const press = (testid: string): Promise<boolean> => fireEvent.click(screen.getByTestId(testid));

beforeEach(() => {
  session.error = null;
  session.told = null;
  session.params = {};
  made.key = null;
});
afterEach(cleanup);

describe('before a relay', () => {
  it('says in two sentences what sharing does, and asks for no members', async () => {
    await show('alone');
    expect(screen.getByText(t('deling.connect.text')).textContent?.match(/[.:] ?/g)?.length).toBeGreaterThan(1);
    expect(called('members')).toEqual([]);
  });

  it('asks for an address before it connects', async () => {
    await show('alone');
    await press('relay-connect');
    expect(screen.getByText(t('deling.connect.url.missing'))).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByTestId('relay-url'));
    expect(called('relay_connect')).toEqual([]);
  });

  it('says why a relay was not reached, and keeps what was typed', async () => {
    await show('alone');
    await type('relay-url', 'https://relay.eksempel.dk');
    await press('relay-connect');
    await waitFor(() => expect(session.error?.code).toBe('relay_address'));
    expect(screen.getByTestId<HTMLInputElement>('relay-url').value).toBe('https://relay.eksempel.dk');
  });

  it('gives a reason for a package that cannot be written yet', async () => {
    await show('alone');
    expect(screen.getByTestId('bundle-write').getAttribute('aria-disabled')).toBe('true');
    await press('bundle-write');
    expect(called('bundle_write')).toEqual([]);
    expect(screen.getByText(t('deling.bundle.alone'))).toBeTruthy();
  });
});

describe('the recovery key', () => {
  async function connect(): Promise<void> {
    await show('alone');
    await type('relay-url', ' wss://relay.eksempel.dk ');
    await type('relay-code', 'SVENDBORG-2018');
    await press('relay-connect');
    await screen.findByTestId('recovery-key');
  }

  it('is shown once the relay is connected, in groups, and says that it is kept nowhere', async () => {
    await connect();
    expect(called('relay_connect')).toEqual([{ url: 'wss://relay.eksempel.dk', code: 'SVENDBORG-2018' }]);
    expect(screen.getByTestId('recovery-key').querySelectorAll('span')).toHaveLength(12);
    expect(screen.getByText(t('deling.key.nowhere'))).toBeTruthy();
    // What is printed says whose it is and where it is used.
    expect(document.querySelector('.sheet')?.textContent).toContain('wss://relay.eksempel.dk');
  });

  it('is not closed by Escape, the cross or the button before it is in the safe', async () => {
    await connect();
    const dialog = screen.getByRole('dialog');
    await fireEvent.keyDown(dialog, { key: 'Escape' });
    await fireEvent.click(within(dialog).getByRole('button', { name: t('parts.close') }));
    await press('recovery-done');
    expect(screen.getByTestId('recovery-key')).toBeTruthy();
    expect(within(dialog).getByRole('alert').textContent).toContain(t('deling.key.kept.missing'));
    await press('recovery-kept');
    await press('recovery-done');
    await waitFor(() => expect(screen.queryByTestId('recovery-key')).toBeNull());
    expect(screen.getByTestId('members')).toBeTruthy();
  });

  it('is still there when the page was left and opened again', async () => {
    await connect();
    const key = screen.getByTestId('recovery-key').textContent;
    cleanup();
    render(Deling);
    expect((await screen.findByTestId('recovery-key')).textContent).toBe(key);
  });

  it('is renewed only after a warning that the old one is void', async () => {
    await show('admin');
    await press('renew-key');
    expect(called('renew_recovery_key')).toEqual([]);
    expect(screen.getByText(t('deling.key.renew.text'))).toBeTruthy();
    await press('renew-run');
    await screen.findByTestId('recovery-key');
    expect(screen.getByText(t('deling.key.text.new'))).toBeTruthy();
  });
});

describe('the members', () => {
  it('shows who is me, who is new and who has lost access', async () => {
    await show('admin');
    expect(screen.getByTestId('member-m0').textContent).toContain(t('deling.member.me'));
    expect(screen.getByTestId('member-m4').textContent).toContain(t('deling.member.unnamed'));
    const gone = screen.getByTestId('member-m5');
    expect(gone.textContent).toContain(t('deling.member.revoked'));
    expect(within(gone).queryByRole('combobox')).toBeNull();
    expect(screen.queryByTestId('revoke-m0')).toBeNull();
    expect(screen.queryByTestId('revoke-m5')).toBeNull();
  });

  it('saves a role when it is said, and not as the list is walked', async () => {
    await show('admin');
    await fireEvent.change(screen.getByTestId('role-m2'), { target: { value: 'reader' } });
    expect(called('set_member_role')).toEqual([]);
    await press('role-save-m2');
    await waitFor(() => expect(called('set_member_role')).toEqual([{ id: 'm2', role: 'reader' }]));
    await waitFor(() => expect(screen.queryByTestId('role-save-m2')).toBeNull());
    expect(screen.getByTestId<HTMLSelectElement>('role-m2').value).toBe('reader');
    expect(screen.getByTestId('access-log').textContent).toContain('til læser');
  });

  it('warns before somebody gives up being administrator, and can be cancelled', async () => {
    await show('admin');
    await fireEvent.change(screen.getByTestId('role-m0'), { target: { value: 'editor' } });
    expect(screen.getByText(t('deling.role.own'))).toBeTruthy();
    await fireEvent.click(within(screen.getByTestId('member-m0')).getByRole('button', { name: t('parts.cancel') }));
    expect(screen.queryByText(t('deling.role.own'))).toBeNull();
    expect(screen.getByTestId<HTMLSelectElement>('role-m0').value).toBe('admin');
  });

  it('shows the old role again when the new one is refused', async () => {
    await show('admin');
    await fireEvent.change(screen.getByTestId('role-m1'), { target: { value: 'reader' } });
    await press('role-save-m1');
    await waitFor(() => expect(screen.queryByTestId('role-save-m1')).toBeNull());
    await fireEvent.change(screen.getByTestId('role-m0'), { target: { value: 'reader' } });
    await press('role-save-m0');
    await waitFor(() => expect(session.error?.code).toBe('last_admin'));
    await waitFor(() => expect(screen.getByTestId<HTMLSelectElement>('role-m0').value).toBe('admin'));
  });

  it('says what revoking does before it revokes', async () => {
    await show('admin');
    await press('revoke-m2');
    for (const what of ['closed', 'key', 'read', 'unsent', 'back'])
      expect(screen.getByText(t(`deling.revoke.${what}`))).toBeTruthy();
    expect(called('revoke')).toEqual([]);
    await press('revoke-run');
    await waitFor(() => expect(called('revoke')).toEqual([{ id: 'm2' }]));
    await waitFor(() => expect(screen.getByTestId('member-m2').textContent).toContain(t('deling.member.revoked')));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('revokes one computer of several, and not this one', async () => {
    await show('admin');
    const mine = screen.getByTestId('member-m0');
    const more = within(mine).getByRole('button', { expanded: false });
    await fireEvent.click(more);
    expect(more.getAttribute('aria-expanded')).toBe('true');
    expect(screen.queryByTestId('revoke-device-1c9e1c9e')).toBeNull();
    await press('revoke-device-77b077b0');
    await press('revoke-run');
    await waitFor(() => expect(called('revoke')).toEqual([{ id: '77b0'.repeat(8) }]));
    await waitFor(() => expect(screen.queryByTestId('revoke-device-77b077b0')).toBeNull());
    expect(mine.textContent).not.toContain(t('deling.revoke'));
  });

  it.each(['editor', 'reader'] as const)(
    "lets an %s revoke a lost computer of their own, and nobody else's",
    async (role) => {
      await show(role);
      const offered: (string | null)[] = [];
      for (const row of ['member-m1', 'member-m0']) {
        await fireEvent.click(within(screen.getByTestId(row)).getByRole('button', { expanded: false }));
        const links = within(screen.getByTestId('members')).queryAllByText(t('deling.revoke'));
        offered.push(...links.map((link) => link.getAttribute('data-testid')));
      }
      expect(offered).toEqual(['revoke-device-77b077b0']);
      await press('revoke-device-77b077b0');
      await press('revoke-run');
      await waitFor(() => expect(called('revoke')).toEqual([{ id: '77b0'.repeat(8) }]));
      await waitFor(() => expect(screen.queryByTestId('revoke-device-77b077b0')).toBeNull());
      expect(session.error).toBeNull();
    }
  );

  it.each(['editor', 'reader'] as const)('offers an %s to look, and another computer of their own', async (role) => {
    await show(role);
    const members = screen.getByTestId('members');
    expect(within(members).queryByRole('combobox')).toBeNull();
    expect(within(members).queryByText(t('deling.revoke'))).toBeNull();
    expect(screen.queryByTestId('renew-key')).toBeNull();
    expect(screen.queryByTestId('access-log')).toBeNull();
    expect(screen.queryByTestId('invitations')).toBeNull();
    await press('invite');
    expect(screen.queryByRole('radio')).toBeNull();
    await press('invite-run');
    await screen.findByTestId('invite-qr');
    expect(called('invite')).toEqual([{ own_device: true }]);
  });

  it('offers nothing that a laptop without access cannot do, and the way to its own changes', async () => {
    await show('revoked');
    expect(screen.getByText(t('deling.revoked'))).toBeTruthy();
    expect(screen.getByText(t('deling.revoked.export'))).toBeTruthy();
    expect(screen.queryByTestId('invite')).toBeNull();
    expect(screen.queryByText(t('deling.you.admin'))).toBeNull();
    expect(session.error).toBeNull();
  });

  it('lets a laptop without access in by the recovery key, at the relay that it knew, as who it was', async () => {
    await show('revoked');
    await press('recover-here');
    expect(screen.getByText(t('deling.recover.key.missing'))).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByTestId('recover-key'));
    expect(called('recover')).toEqual([]);
    await type('recover-key', ' GENDAN-ABCD ');
    await press('recover-here');
    const { relay } = await backend.call('sync_status', {});
    expect(relay).not.toBe('');
    await waitFor(() =>
      expect(called('recover')).toEqual([{ url: relay, key: 'GENDAN-ABCD', name: '', department: '' }])
    );
  });
});

describe('an invitation', () => {
  it('is made for a role and shown as link and picture, with its end', async () => {
    await show('admin');
    await press('invite');
    expect(screen.getByTestId<HTMLInputElement>('invite-editor').checked).toBe(true);
    await press('invite-reader');
    await press('invite-run');
    const link = await screen.findByTestId<HTMLTextAreaElement>('invite-link');
    expect(called('invite')).toEqual([{ role: 'reader', own_device: false }]);
    expect(link.value).toMatch(/^tovholder:invite:/);
    expect(link.readOnly).toBe(true);
    const qr = screen.getByTestId<HTMLImageElement>('invite-qr');
    expect(qr.tagName).toBe('IMG');
    expect(qr.getAttribute('src')).toMatch(/^data:image\/svg\+xml,/);
    expect(qr.alt).toBe(t('deling.invite.qr'));
    expect(screen.getByText(t('deling.invite.once'))).toBeTruthy();
    expect(screen.getByText(/15\.06\.2018/, { selector: '[role="dialog"] li' })).toBeTruthy();
  });

  it('is taken back from the list', async () => {
    await show('admin');
    await press('withdraw-i1');
    await waitFor(() => expect(screen.queryByTestId('withdraw-i1')).toBeNull());
    expect(called('withdraw_invitation')).toEqual([{ id: 'i1' }]);
    expect(screen.getByTestId('withdraw-i2')).toBeTruthy();
  });
});

describe('the access log', () => {
  it('shows the newest, and the rest when it is asked for', async () => {
    await show('admin');
    const log = screen.getByTestId('access-log');
    expect(within(log).getAllByRole('row')).toHaveLength(9);
    await fireEvent.click(screen.getByRole('button', { name: t('deling.log.more', { n: 10 }) }));
    expect(within(log).getAllByRole('row')).toHaveLength(11);
    expect(log.textContent).toContain('Dorte Ørsted begyndte delingen.');
  });
});

describe('a package', () => {
  it('tells where it lies and how much is in it', async () => {
    await show('reader');
    await press('bundle-write');
    const told = screen.getByTestId('bundle-told');
    await waitFor(() => expect(told.textContent).toContain('1.284'));
    expect(told.textContent).toContain('svendborg-2018-06-14.tovholder');
  });

  it('is read as bytes, and what became of it is told', async () => {
    await show('admin');
    const file = new File(['TOVHOLDER'], 'a.tovholder');
    await fireEvent.change(screen.getByTestId('bundle-file'), { target: { files: [file] } });
    await waitFor(() => expect(called('bundle_read')).toEqual([{ name: 'a.tovholder', bytes: btoa('TOVHOLDER') }]));
    const told = screen.getByTestId('bundle-told');
    await waitFor(() =>
      expect([...told.querySelectorAll('dd')].map((each) => each.textContent)).toEqual(['22', '1.284', '3', '1'])
    );
    expect(told.textContent).toContain('Poul Friis');
    expect(told.textContent).toContain(t('deling.bundle.waiting.text'));
  });

  it('can be dropped on the page, and one that is none is refused in words', async () => {
    await show('admin');
    const files = [new File(['x'], 'brev.pdf')];
    await fireEvent.drop(screen.getByRole('group', { name: t('deling.bundle') }), { dataTransfer: { files } });
    await waitFor(() => expect(session.error?.code).toBe('bundle_damaged'));
    expect(session.error?.text).toContain('brev.pdf');
  });
});

describe('joining with data', () => {
  it('shows what would happen and writes nothing before it is said', async () => {
    await show('alone');
    await type('join-link', 'tovholder:invite:abc\n');
    await press('join-look');
    const preview = await screen.findByTestId('join-preview');
    expect(called('join')).toEqual([{ invite: 'tovholder:invite:abc', adopt: true, dry_run: true }]);
    expect([...preview.querySelectorAll('dd')].map((each) => each.textContent)).toEqual(['12', '124', '4', '172']);
    const rows = within(preview).getAllByRole('row');
    expect(rows).toHaveLength(4);
    expect(rows[1]?.textContent).toMatch(/I gang.*Fuldført/s);
    expect(preview.textContent).toContain(t('deling.preview.nothing_lost'));
    expect(screen.getByTestId('relay-url')).toBeTruthy();

    await press('join-run');
    await screen.findByTestId('members');
    expect(called('join')[1]).toEqual({ invite: 'tovholder:invite:abc', adopt: true, dry_run: false });
    expect(screen.queryByTestId('join-link')).toBeNull();
  });

  it('asks for a link, and says what is wrong with one', async () => {
    await show('alone');
    await press('join-look');
    expect(screen.getByText(t('deling.join.link.missing'))).toBeTruthy();
    await type('join-link', 'https://eksempel.dk');
    await press('join-look');
    await waitFor(() => expect(session.error?.code).toBe('invitation_bad'));
    expect(screen.queryByTestId('join-preview')).toBeNull();
  });
});
