import { afterEach, describe, expect, it } from 'vitest';
import { catalogue, collator, fmtDate, fmtDateTime, fmtNumber, fmtPercent, t, tn } from './i18n';
import { locale } from './lang.svelte';
import { otherReasons, reasonSentence, valueWord } from './words';
import '../features/deling/words';
import '../features/netvaerk/words';

afterEach(() => (locale.lang = 'da'));

const PARAM = /\{(\w+)\}/g;
const params = (text: string): string[] =>
  [...new Set([...text.matchAll(PARAM)].map((match) => match[1] ?? ''))].sort();

describe('the catalogue', () => {
  it('has the same areas, keys and parameters in both languages', () => {
    expect(Object.keys(catalogue.en).sort()).toEqual(Object.keys(catalogue.da).sort());
    for (const [area, texts] of Object.entries(catalogue.da)) {
      const english = catalogue.en[area] ?? {};
      expect(Object.keys(english).sort(), area).toEqual(Object.keys(texts).sort());
      for (const [key, text] of Object.entries(texts))
        expect(params(english[key] ?? ''), `${area}.${key}`).toEqual(params(text));
    }
  });

  it('shouts at nobody', () => {
    for (const areas of Object.values(catalogue))
      for (const texts of Object.values(areas))
        for (const text of Object.values(texts)) expect(text).not.toMatch(/!|venligst/i);
  });
});

describe('sentences', () => {
  it('fills parameters in, counts, and switches language while running', () => {
    expect(t('opgaver.shown', { n: 21, all: 3000 })).toBe('21 af 3.000 vises');
    expect(tn('opgaver.count', 1)).toBe('1 opgave');
    locale.lang = 'en';
    expect(tn('opgaver.count', 3000)).toBe('3,000 tasks');
  });

  it('shows the key of a sentence that nobody has written', () => {
    expect(t('opgaver.nothing.here')).toBe('opgaver.nothing.here');
  });

  it('puts a parameter in as it is, whatever stands in it', () => {
    expect(t('parts.remove', { what: '{what} $& <b>' })).toBe('Fjern {what} $& <b>');
  });
});

describe('formats', () => {
  it('writes days, moments and numbers as Danes do', () => {
    expect(fmtDate('2018-06-14')).toBe('14.06.2018');
    expect(fmtDate(null)).toBe('');
    expect(fmtDateTime('2018-06-13T07:05:00Z')).toBe('13.06.2018 kl. 09.05');
    expect(fmtDateTime('2018-12-13T23:05:00Z')).toBe('14.12.2018 kl. 00.05');
    expect(fmtNumber(-8)).toBe('\u22128');
    expect(fmtPercent(50)).toBe('50\u00a0%');
  });

  it('orders æ, ø, å after z in either language', () => {
    for (const lang of ['da', 'en'] as const) {
      locale.lang = lang;
      expect(['Å', 'Z', 'Ø', 'A', 'Æ'].sort(collator().compare)).toEqual(['A', 'Z', 'Æ', 'Ø', 'Å']);
    }
  });
});

describe('reasons', () => {
  it('read as the design writes them', () => {
    const row = {
      colour: 'red' as const,
      reasons: [
        { code: 'deadline_passed' as const, days: 8, deadline: '2018-06-06' },
        { code: 'no_performer' as const },
        { code: 'deadline_near' as const, days: 1, deadline: '2018-06-15' }
      ]
    };
    expect(reasonSentence(row)).toBe('Rød: fristen er overskredet med 8 dage.');
    expect(otherReasons(row)).toEqual([
      'Udfører mangler også.',
      'Der er også kun 1 dag til fristen, og opgaven er ikke begyndt.'
    ]);
  });

  it('say values in words', () => {
    expect(valueWord('status', 'in_progress', '')).toBe('I gang');
    expect(valueWord('deadline', '2018-06-06', '')).toBe('06.06.2018');
    expect(valueWord('percent', 50, '50')).toBe('50\u00a0%');
    expect(valueWord('action_needed', true, '')).toBe('Ja');
    expect(valueWord('responsible', 'p1', 'Åse Juul')).toBe('Åse Juul');
    expect(valueWord('status', 'paused', '')).toBe('paused');
    expect(valueWord('note', '', '')).toBe('');
  });
});
