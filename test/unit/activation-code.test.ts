import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawCode, hashCode, isCode, readCode, writeCode } from '../../src/administer/grants/activation-code.ts';
import { makeKeys } from '../../src/store/keys.ts';

const ALPHABET = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
const keys = makeKeys({ hmacKey: Buffer.alloc(32, 1), hmacKeyId: 'k' });
const symbols = fc.array(fc.constantFrom(...ALPHABET), { minLength: 11, maxLength: 11 }).map((list) => list.join(''));
const codes = symbols
  .map((text) => ({ selector: text.slice(0, 5), secret: text.slice(5) }))
  .filter((code) => readCode(writeCode(code)) !== undefined);

it('reads what it has written', () => {
  for (let i = 0; i < 200; i++) {
    const code = drawCode();
    expect(readCode(writeCode(code))).toEqual(code);
  }
});

it('takes letters for the digits that they look like, in any case and grouping', () => {
  fc.assert(
    fc.property(codes, (code) => {
      const typed = writeCode(code).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'i').replaceAll('-', '');
      expect(readCode(` ${typed} `)).toEqual(code);
    }),
  );
});

it('knows one mistyped symbol, and two that changed places', () => {
  const place = fc.nat({ max: 11 });
  fc.assert(
    fc.property(codes, place, fc.constantFrom(...ALPHABET), (code, at, symbol) => {
      const right = writeCode(code).replaceAll('-', '');
      const wrong = right.slice(0, at) + symbol + right.slice(at + 1);
      if (wrong !== right) expect(readCode(wrong)).toBeUndefined();
      const swapped = right.slice(0, at) + (right[at + 1] ?? '') + (right[at] ?? '') + right.slice(at + 2);
      if (swapped !== right) expect(readCode(swapped)).toBeUndefined();
    }),
  );
});

it('reads nothing else', () => {
  fc.assert(fc.property(fc.string({ maxLength: 40 }), (text) => (readCode(text)?.selector.length ?? 5) === 5));
  expect(readCode('')).toBeUndefined();
  expect(readCode('U'.repeat(12))).toBeUndefined();
});

it('keeps a hash that only this secret, this salt and this key give', async () => {
  const code = drawCode();
  const kept = await hashCode(keys, code);
  expect(await isCode(keys, code.secret, kept)).toBe(true);
  expect(await isCode(keys, '000000', { ...kept, hash: Buffer.alloc(32) })).toBe(false);
  expect(await isCode(keys, code.secret, { ...kept, salt: Buffer.alloc(16) })).toBe(false);
  const others = makeKeys({ hmacKey: Buffer.alloc(32, 2), hmacKeyId: 'k' });
  expect(await isCode(others, code.secret, kept)).toBe(false);
  expect(await isCode(keys, code.secret, undefined)).toBe(false);
});
