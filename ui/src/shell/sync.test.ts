import { afterEach, describe, expect, it } from 'vitest';
import type { SyncStatus } from '$generated/SyncStatus';
import { syncStates } from '$lib/backend/fixture/sync';
import { catalogue } from '$lib/i18n';
import { locale, type Lang } from '$lib/lang.svelte';
import { missingDo, missingText } from '$lib/missing';
import { missingSaid, stateSaid, syncSentence } from './sync';

const TODAY = '2018-06-14';
const SAVED = '2018-06-14T07:17:00Z';
const LANGS: Lang[] = ['da', 'en'];

function status(name: string, over: Partial<SyncStatus> = {}): SyncStatus {
  const found = syncStates[name];
  if (!found) throw new Error(name);
  return { ...found, ...over };
}
function said(name: string, over: Partial<SyncStatus> = {}, saved: string | null = SAVED): string {
  const { head, more } = syncSentence(status(name, over), saved, TODAY);
  return [head, more].filter(Boolean).join(' | ');
}

afterEach(() => {
  locale.lang = 'da';
});

describe('the status line’s sentence', () => {
  it('says that all is saved here when there is nobody to send to, and counts nothing', () => {
    expect(said('alone')).toBe('Gemt lokalt | på denne pc kl. 09.17');
    expect(said('alone', { waiting: 12 })).toBe('Gemt lokalt | på denne pc kl. 09.17');
    expect(said('alone', {}, '2018-06-13T07:17:00Z')).toBe('Gemt lokalt | på denne pc 13.06.2018 kl. 09.17');
    expect(said('alone', {}, null)).toBe('Gemt lokalt');
  });

  it('says the same while nothing is known', () => {
    expect(syncSentence(null, SAVED, TODAY).head).toBe('Gemt lokalt');
  });

  it('counts what waits without a network, and since when', () => {
    expect(said('offline')).toBe(
      'Gemt lokalt · 12 ændringer venter | Ingen forbindelse siden kl. 09.17. Sendes, når du er på nettet igen.'
    );
    expect(said('offline', { waiting: 1 })).toContain('Gemt lokalt · 1 ændring venter |');
    expect(said('offline', { waiting: 0 })).toBe('Gemt lokalt | Ingen forbindelse siden kl. 09.17.');
    expect(said('offline', { waiting: 1234, connected_at: null })).toBe(
      'Gemt lokalt · 1.234 ændringer venter | Ingen forbindelse endnu. Sendes, når du er på nettet igen.'
    );
    expect(said('offline', { connected_at: '2018-06-12T07:17:00Z' })).toContain('siden 12.06.2018 kl. 09.17.');
    expect(said('connecting')).toBe('Gemt lokalt · 12 ændringer venter | Forbinder …');
  });

  it('never calls a missing connection something to look at', () => {
    for (const name of ['alone', 'offline', 'connecting', 'syncing', 'synced', 'incomplete'])
      expect(syncSentence(status(name), SAVED, TODAY).look).toBe(false);
    for (const name of ['alarm', 'revoked']) expect(syncSentence(status(name), SAVED, TODAY).look).toBe(true);
  });

  it('says how far it is', () => {
    expect(said('syncing')).toBe('Synkroniserer 340 af 1.200');
    expect(said('syncing', { done: 0, total: 0 })).toBe('Synkroniserer …');
  });

  it('says when it was proven in sync', () => {
    expect(said('synced')).toBe('Synkroniseret 14.32');
    expect(said('synced', { synced_at: '2018-06-13T12:32:00Z' })).toBe('Synkroniseret 13.06.2018 kl. 14.32');
  });

  it('never says in sync while something is missing on either side', () => {
    const missing = [{ code: 'parked', count: 1, detail: '' }];
    for (const over of [{ waiting: 1 }, { missing }, { synced_at: null }]) {
      expect(stateSaid(status('synced', over))).toBe('incomplete');
      expect(said('synced', over)).toMatch(/^Ikke synkroniseret/);
    }
  });

  it('says beside the proof what takes nothing from it', () => {
    const missing = [{ code: 'refused_change', count: 1, detail: 'Bo Andersen' }];
    expect(stateSaid(status('synced', { missing }))).toBe('synced');
    expect(said('synced', { missing })).toBe(
      'Synkroniseret 14.32 | 1 ændring er ikke gyldig og er ikke taget med: »Bo Andersen«.'
    );
  });

  it.each(['fork', 'log_differs', 'membership_fork', 'snapshot_differs'])(
    'puts %s before everything else, whatever happens meanwhile',
    (code) => {
      const missing = [
        { code: 'waiting', count: 12, detail: '' },
        { code, count: 1, detail: '' }
      ];
      for (const name of ['offline', 'connecting', 'syncing', 'synced', 'incomplete']) {
        const { head, more, look } = syncSentence(status(name, { missing, waiting: 12 }), SAVED, TODAY);
        expect([head, look]).toEqual(['Se på synkroniseringen · 12 ændringer venter', true]);
        expect(more).toBe(`${missingText({ code, count: 1, detail: '' })} (og 1 ting til)`);
      }
      expect(stateSaid(status('revoked', { missing }))).toBe('revoked');
    }
  );

  it('does not call it news without a network that something waits, and names what stands in the way', () => {
    const routine = [
      { code: 'waiting', count: 12, detail: '' },
      { code: 'unreachable', count: 1, detail: '' }
    ];
    expect(missingSaid(status('offline', { missing: routine }))).toEqual([]);
    expect(said('offline', { missing: routine })).toBe(said('offline'));
    expect(said('offline', { missing: [...routine, { code: 'captive_portal', count: 1, detail: '' }] })).toBe(
      'Gemt lokalt · 12 ændringer venter | Netværket vil have dig til at logge på, før det lukker noget igennem.'
    );
  });

  it('says what is missing and why, and how much more there is', () => {
    expect(said('incomplete')).toBe(
      'Ikke synkroniseret · 3 ændringer venter | 2 ændringer venter på andre, der ikke er kommet endnu: »Karsten Berg«. (og 1 ting til)'
    );
    expect(said('incomplete', { waiting: 0, missing: [{ code: 'quota', count: 0, detail: '' }] })).toBe(
      'Ikke synkroniseret | Relæserveren har ikke plads til mere fra jeres kommune.'
    );
    expect(said('incomplete', { waiting: 1 })).toContain('Ikke synkroniseret · 1 ændring venter');
    expect(said('alarm')).toBe(
      'Se på synkroniseringen | Relæserverens historik er ikke den, denne computer har set før.'
    );
    expect(said('revoked')).toBe(
      'Ingen adgang · 3 ændringer er ikke sendt | Det, der ikke nåede at blive sendt, står her stadig og kan eksporteres. Bed en administrator om en ny invitation.'
    );
    expect(said('revoked', { waiting: 1 })).toContain('1 ændring er ikke sendt');
    expect(said('revoked', { waiting: 0, missing: [] })).toBe('Ingen adgang');
  });

  it('speaks English too', () => {
    locale.lang = 'en';
    expect(said('offline')).toBe(
      'Saved locally · 12 changes wait | No connection, last one at 09.17. Sent when you are online again.'
    );
    expect(said('syncing')).toBe('Synchronising 340 of 1,200');
    expect(said('synced')).toBe('Synchronised 14.32');
  });
});

/** The codes that `Missing.code` names in crates/app/src/view/sharing.rs, and those that alarms have. */
const CODES = [
  'unreachable',
  'captive_portal',
  'clock',
  'tls',
  'waiting',
  'behind',
  'parked',
  'refused_change',
  'set_aside',
  'fork',
  'log_differs',
  'read_only',
  'revoked',
  'quota',
  'version',
  'unknown_space',
  'unknown_key',
  'unchecked',
  'device_key',
  'unverified_snapshot',
  'membership_fork',
  'snapshot_differs',
  'sealed'
];

describe('what is missing', () => {
  it.each(CODES)('%s is said, and what to do about it, in both languages and every number', (code) => {
    for (const lang of LANGS) {
      locale.lang = lang;
      const sentences = [0, 1, 2].flatMap((count) =>
        ['', 'Karsten Berg'].map((detail) => missingText({ code, count, detail }))
      );
      for (const text of [...sentences, missingDo({ code, count: 2, detail: '' })]) {
        expect(text).toMatch(/\S.*\.$/);
        expect(text).not.toMatch(/missing\.|[{}]|»«|“”|: ?\.|\s\.| {2}/);
      }
      expect(missingText({ code, count: 2, detail: 'x' })).not.toBe(
        missingText({ code: 'other', count: 2, detail: 'x' })
      );
    }
  });

  it('leaves out what it does not know, and keeps the sentence whole', () => {
    expect(missingText({ code: 'parked', count: 1, detail: '' })).toBe(
      '1 ændring venter på en anden, der ikke er kommet endnu.'
    );
    expect(missingText({ code: 'fork', count: 0, detail: '' })).toBe('To computere skriver i samme navn.');
    const device = '1c9e77b0'.repeat(8);
    expect(missingText({ code: 'refused_change', count: 1, detail: `${device} too long` })).toBe(
      '1 ændring er ikke gyldig og er ikke taget med: »1c9e77b0«.'
    );
    expect(missingText({ code: 'unreachable', count: 0, detail: '' })).toBe('Relæserveren svarer ikke.');
  });

  it('has words for a code that came after it', () => {
    expect(missingText({ code: 'solar_flare', count: 2, detail: '' })).toBe(
      'Noget er ikke synkroniseret: »solar_flare«.'
    );
    expect(missingDo({ code: 'solar_flare', count: 2, detail: '' })).toContain('Synkronisér igen');
  });
});

describe('the catalogue', () => {
  const params = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
  it.each(['sync', 'missing', 'konflikter'])('%s is complete in English, with the same parameters', (area) => {
    const [da, en] = [catalogue.da[area] ?? {}, catalogue.en[area] ?? {}];
    expect(Object.keys(da).length).toBeGreaterThan(30);
    expect(Object.keys(en).sort()).toEqual(Object.keys(da).sort());
    for (const [key, text] of Object.entries(da)) expect([key, params(en[key] ?? '')]).toEqual([key, params(text)]);
  });
});
