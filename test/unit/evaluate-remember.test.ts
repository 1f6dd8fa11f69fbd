import { describe, expect, it } from 'vitest';
import type { Identifier } from '../../src/domain/identifier.ts';
import { rememberAliases } from '../../src/evaluate/remember.ts';

const kvk = (n: number): Identifier => ({ scheme: 'kvk', value: String(n).padStart(8, '0') });

describe('remembered aliases', () => {
  it('are those of the function that makes them, made once', () => {
    let made = 0;
    const alias = rememberAliases(({ scheme, value }) => `${++made} ${scheme} ${value}`);
    expect(alias(kvk(1))).toBe('1 kvk 00000001');
    expect(alias(kvk(1))).toBe('1 kvk 00000001');
    expect(alias({ scheme: 'oin', value: '00000001' })).toBe('2 oin 00000001');
  });

  it('are bounded, and those in use stay', () => {
    let made = 0;
    const alias = rememberAliases(() => String(++made), 10);
    for (let n = 0; n < 1000; n++) {
      alias(kvk(n));
      expect(alias(kvk(0))).toBe('1');
    }
    expect(made).toBe(1000);
    expect(alias(kvk(1))).toBe('1001');
  });
});
