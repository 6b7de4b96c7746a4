import { describe, expect, it } from 'vitest';
import { catalogue } from '$lib/i18n';
import '../deling/words';
import '../netvaerk/words';

const AREAS = [
  'overblik',
  'projekter',
  'roller',
  'personer',
  'import',
  'eksport',
  'deling',
  'access',
  'start',
  'indstillinger',
  'netvaerk',
  'eskalering'
];
const sources = import.meta.glob<string>('../**/*.{svelte,ts}', { eager: true, query: '?raw', import: 'default' });

function params(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
}
function known(key: string): boolean {
  const dot = key.indexOf('.');
  const area = catalogue.da[key.slice(0, dot)] ?? {};
  const rest = key.slice(dot + 1);
  return rest in area || (`${rest}.one` in area && `${rest}.many` in area);
}

describe('the catalogue', () => {
  it.each(AREAS)('%s is complete in English, with the same parameters', (area) => {
    const da = catalogue.da[area] ?? {};
    const en = catalogue.en[area] ?? {};
    expect(Object.keys(en).sort()).toEqual(Object.keys(da).sort());
    expect(Object.keys(da).length).toBeGreaterThan(10);
    for (const [key, text] of Object.entries(da)) expect([key, params(en[key] ?? '')]).toEqual([key, params(text)]);
  });

  it('has every sentence that a page of these areas asks for', () => {
    const missing: string[] = [];
    let asked = 0;
    for (const [path, source] of Object.entries(sources)) {
      if (path.endsWith('.test.ts')) continue;
      for (const match of source.matchAll(
        /'((?:overblik|projekter|roller|personer|import|eksport|deling|access|start|indstillinger|netvaerk|eskalering)\.[\w.]+)'/g
      )) {
        asked += 1;
        const key = match[1] ?? '';
        if (!known(key)) missing.push(`${path}: ${key}`);
      }
    }
    expect(missing).toEqual([]);
    expect(asked).toBeGreaterThan(200);
  });

  it('says nothing that no page asks for', () => {
    const all = Object.values(sources).join('\n');
    // Keys that are put together, `area.${part}.text`, as the pattern they make.
    const made = [...all.matchAll(/`([a-z]+\.[^`]*\$\{[^`]*)`/g)].map(
      (match) => new RegExp(`^${(match[1] ?? '').replace(/\./g, '\\.').replace(/\$\{[^}]*\}/g, '[\\w.]+')}$`)
    );
    const unused: string[] = [];
    for (const area of AREAS) {
      for (const key of Object.keys(catalogue.da[area] ?? {})) {
        const stem = `${area}.${key}`.replace(/\.(zero|one|many)$/, '');
        const literal = all.includes(`'${stem}'`) || all.includes(`'${area}.${key}'`);
        if (!literal && !made.some((pattern) => pattern.test(stem))) unused.push(`${area}.${key}`);
      }
    }
    expect(unused).toEqual([]);
  });
});
