import { describe, expect, it } from 'vitest';
import { makeKeys } from '../../src/store/keys.ts';

const options = { hmacKey: Buffer.alloc(32, 1), hmacKeyId: 'k1', sealKey: Buffer.alloc(32, 2) };
const keys = makeKeys(options);
const bsn = { scheme: 'bsn', value: '999990019' } as const;

describe('keys', () => {
  it('give an identifier one name of 32 hex digits, by scheme and key', () => {
    expect(keys.alias(bsn)).toMatch(/^[0-9a-f]{32}$/);
    expect(keys.alias(bsn)).toBe(makeKeys({ ...options, sealKey: Buffer.alloc(32, 3) }).alias(bsn));
    expect(keys.alias(bsn)).not.toBe(keys.alias({ scheme: 'rsin', value: bsn.value }));
    expect(keys.alias(bsn)).not.toBe(makeKeys({ ...options, hmacKey: Buffer.alloc(32, 9) }).alias(bsn));
  });

  it('have a check value that differs with the key and with its name', () => {
    const others = [{ hmacKey: Buffer.alloc(32, 9) }, { hmacKeyId: 'k2' }];
    for (const other of others) expect(makeKeys({ ...options, ...other }).check()).not.toBe(keys.check());
    expect(makeKeys(options).check()).toBe(keys.check());
  });

  it('seal an identifier so that it opens under its own alias only, unaltered', () => {
    const alias = keys.alias(bsn);
    const sealed = keys.seal(bsn, alias);
    expect(sealed.includes(bsn.value)).toBe(false);
    expect(keys.unseal(sealed, alias)).toBe('urn:nl:bsn:999990019');
    expect(() => keys.unseal(sealed, alias.replace(/^../, '00'))).toThrow();
    const altered = Buffer.from(sealed);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    expect(() => keys.unseal(altered, alias)).toThrow();
  });

  it('are refused when too short, and do not seal without a key', () => {
    expect(() => makeKeys({ ...options, hmacKey: Buffer.alloc(31) })).toThrow('32 bytes');
    expect(() => makeKeys({ ...options, sealKey: Buffer.alloc(16) })).toThrow('32 bytes');
    const blind = makeKeys({ hmacKey: options.hmacKey, hmacKeyId: 'k1' });
    expect(() => blind.seal(bsn, blind.alias(bsn))).toThrow('MACHTIG_SEAL_KEY');
  });
});
