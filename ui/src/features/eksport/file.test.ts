import { describe, expect, it } from 'vitest';
import { base64Of, bytesOf } from './file';

describe('base64', () => {
  it('carries every byte there and back, beyond one piece', () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256);
    expect(bytesOf(base64Of(bytes))).toEqual(bytes);
    expect(base64Of(new TextEncoder().encode('Åse'))).toBe('w4VzZQ==');
    expect(bytesOf('')).toHaveLength(0);
  });
});
