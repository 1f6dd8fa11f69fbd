import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRecordKey, recordKey, scopeKey } from '../../src/mandates/record-key.ts';
import { anId, aScopeKey } from '../contract/arbitraries.ts';

describe('record keys', () => {
  test('differ for different records of all kinds, whatever free text is in them', () => {
    const text = fc.string({ unit: 'grapheme' });
    const parts = fc.oneof(
      fc.tuple(fc.constant('service' as const), text),
      fc.tuple(fc.constant('branch' as const), anId, text),
      fc.tuple(fc.constant('mandates' as const), anId, anId, aScopeKey),
      fc.tuple(fc.constantFrom('alias', 'party', 'names', 'definition', 'links'), anId),
    );
    fc.assert(
      fc.property(parts, parts, ([kind, ...some], [otherKind, ...others]) => {
        const key = (name: string, values: string[]) =>
          (recordKey[name as keyof typeof recordKey] as (...values: string[]) => string)(...values);
        const same = JSON.stringify([kind, some]) === JSON.stringify([otherKind, others]);
        expect(key(kind, some) === key(otherKind, others)).toBe(same);
        expect(parseRecordKey(key(kind, some))).toEqual({ kind, parts: some });
      }),
    );
  });

  test('are not parsed from anything else', () => {
    expect(parseRecordKey('other:x')).toBeUndefined();
    expect(parseRecordKey('')).toBeUndefined();
  });
});

describe('scope keys of cases', () => {
  test('are hashes: free text of a service owner neither collides with nor breaks a key', () => {
    expect(scopeKey.case('urn:1', 'a:b#c')).toMatch(/^c[0-9a-f]{32}$/);
    expect(scopeKey.case('urn:1', '2')).not.toBe(scopeKey.case('urn:12', ''));
  });
});
