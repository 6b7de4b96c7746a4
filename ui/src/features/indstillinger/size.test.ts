import { describe, expect, it } from 'vitest';
import { fmtSize } from './size';

describe('fmtSize', () => {
  it('uses the unit people say', () => {
    expect(fmtSize(0)).toBe('0 B');
    expect(fmtSize(999)).toBe('999 B');
    expect(fmtSize(312_400)).toBe('312 KB');
    expect(fmtSize(4_240_000)).toBe('4,2 MB');
  });
});
