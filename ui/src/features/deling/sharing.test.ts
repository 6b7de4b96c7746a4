import { describe, expect, it } from 'vitest';
import type { AccessRow } from '$generated/AccessRow';
import { catalogue } from '$lib/i18n';
import { accessSentence, groupsOf, imageOf, nameOf } from './sharing';
import './words';

function row(kind: string, over: Partial<AccessRow> = {}): AccessRow {
  return { when: '2018-06-14T07:00:00Z', kind, by: 'Dorte Ørsted', whom: '', detail: '', ...over };
}

describe('a recovery key', () => {
  it('is shown in the groups that it came in', () => {
    expect(groupsOf('K7QM-2XWD-9HFA')).toEqual(['K7QM', '2XWD', '9HFA']);
    expect(groupsOf(' K7QMA 2XWDB\n9HFAC ')).toEqual(['K7QMA', '2XWDB', '9HFAC']);
  });
  it('is cut in fours when it came in one', () => {
    expect(groupsOf('K7QM2XWD9H')).toEqual(['K7QM', '2XWD', '9H']);
    expect(groupsOf('')).toEqual([]);
  });
});

describe('the access log', () => {
  it('has a sentence for everything that can happen', () => {
    const kinds = ['founded', 'invited', 'withdrawn', 'joined', 'device_added', 'role', 'revoked', 'recovery_key'];
    for (const kind of [...kinds, 'recovered', 'exported']) {
      for (const whom of ['', 'Karsten Berg'])
        for (const detail of ['', 'admin', 'x.xlsx']) {
          const sentence = accessSentence(row(kind, { whom, detail }));
          expect(sentence, kind).toMatch(/^[A-ZÆØÅ].*\.$/);
          expect(sentence, kind).not.toMatch(/[{}]|access\.|undefined/);
        }
    }
  });
  it('says who did what to whom', () => {
    expect(accessSentence(row('role', { whom: 'Karsten Berg', detail: 'admin' }))).toBe(
      'Dorte Ørsted gjorde Karsten Berg til administrator.'
    );
    expect(accessSentence(row('revoked', { whom: 'Poul Friis' }))).toBe(
      'Dorte Ørsted fjernede adgangen for Poul Friis.'
    );
    expect(accessSentence(row('joined', { by: '', detail: 'reader' }))).toBe('Et medlem kom med som læser.');
  });
  it('tells what it does not know as it is, and never as nothing', () => {
    expect(accessSentence(row('moved_house'))).toBe('Dorte Ørsted: moved_house.');
  });
});

describe('words about others', () => {
  it('names a member whose name has not come', () => {
    expect(nameOf({ name: '' })).toBe(catalogue.da['deling']?.['member.unnamed']);
    expect(nameOf({ name: 'Karsten Berg' })).toBe('Karsten Berg');
  });
  it('shows a picture as an address, in which nothing can be closed or run', () => {
    const address = imageOf('<svg onload="alert(1)"><path d="M0 0"/></svg>');
    expect(address.startsWith('data:image/svg+xml,')).toBe(true);
    expect(address).not.toMatch(/[<>"]/);
    expect(decodeURIComponent(address.slice('data:image/svg+xml,'.length))).toContain('<path');
  });
});
