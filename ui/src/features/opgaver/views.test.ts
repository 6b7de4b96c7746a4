import { describe, expect, it } from 'vitest';
import { builtIn, keptViews, readViews } from './views';

describe('saved views', () => {
  it('come back as they were kept', () => {
    const own = {
      id: 'own-1',
      name: 'Mine røde',
      own: true,
      filter: { colour: ['red'], within: 30 },
      sort: { column: 'deadline', descending: true },
      group: 'theme' as const,
      columns: ['title', 'deadline']
    };
    expect(readViews(keptViews([...builtIn('me'), own]))).toEqual([own]);
  });

  it('leave out what is no view', () => {
    expect(readViews(null)).toEqual([]);
    expect(readViews([1, null, { id: 'x' }, { id: 'x', name: 'y', filter: 3 }])).toEqual([]);
  });
});
