import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AppError } from '../../src/domain/errors.ts';
import type { MandateFacts, NameFacts } from '../../src/domain/facts.ts';
import * as lists from '../../src/domain/facts.ts';
import { packKey, packKeys, unpackKey, unpackKeys } from '../../src/mandates/codec-key.ts';
import type { Write } from '../../src/mandates/projection.ts';
import type { RecordKey } from '../../src/mandates/record.ts';
import { recordKey } from '../../src/mandates/record-key.ts';
import { readFound, sizedMember } from '../../src/mandates/redis-found.ts';
import { makeOpPacker } from '../../src/mandates/redis-ops.ts';
import { touchedKey } from '../../src/mandates/writes.ts';
import { makeKeys } from '../../src/store/keys.ts';
import { anId, aScopeKey, someMandateFacts, someNames, somePartyFacts } from '../contract/arbitraries.ts';

const someMandate = fc.record({
  put: fc.constant('mandate' as const),
  represented: anId,
  delegate: anId,
  scope: aScopeKey,
  facts: someMandateFacts,
});

/** What stands in Redis after this write alone, as one member of a list. */
function stored(write: Write): { packedKey: Buffer; id: Buffer; value: Buffer } {
  const { bytes, key } = makeOpPacker()(write);
  const value = Buffer.from(bytes.subarray(7 + key.length));
  return { packedKey: Buffer.from(key), id: value.subarray(0, 16), value: value.subarray(16) };
}

function readOne(packedKey: Buffer, id: Buffer, value: Buffer): unknown {
  return readFound(packedKey, sizedMember(id, value));
}

function expectMalformed(read: () => unknown): void {
  expect(read).toThrow(expect.objectContaining({ code: 'store_unavailable' }) as AppError);
}

test('the order of the lists is part of the layout: what they begin with stays', () => {
  const { MANDATE_KINDS, GROUNDS, MANDATE_STATUSES, LOAS, REACHES, FOLLOW_UPS, AUTHORITIES, PARTY_STATES } = lists;
  expect([MANDATE_KINDS, GROUNDS, MANDATE_STATUSES, LOAS, REACHES, FOLLOW_UPS, AUTHORITIES, PARTY_STATES]).toEqual([
    ['employee', 'business', 'voluntary', 'statutory', 'appointed'],
    [
      ...['signatory', 'owner', 'parental_authority', 'curatele', 'bewind', 'mentorschap'],
      ...['bankruptcy_curator', 'liquidator'],
    ],
    ['requested', 'offered', 'active', 'suspended', 'revoked', 'rejected', 'withdrawn', 'lapsed'],
    ['eh2', 'eh2plus', 'eh3', 'eh4'],
    ['own', 'clients', 'both'],
    ['delegate', 'represented', 'both'],
    ['bankruptcy_curator', 'liquidator', 'appointed', 'curatele', 'bewind'],
    ['bankrupt', 'wsnp', 'dissolved', 'deregistered', 'deceased', 'curatele', 'bewind'],
  ]);
});

test('packed facts are these very bytes in layout 4', () => {
  const id = '00000000-0000-4000-8000-000000000001';
  const last = {
    ...{ ...plain, kind: 'appointed', ground: 'liquidator', status: 'lapsed', loa: 'eh4', reach: 'both' },
    ...{ scope: { by: 'everything' }, follow_up: 'both', granted_under: 'appointed', survivor: true },
  } as unknown as MandateFacts;
  const packed = stored({ put: 'mandate', represented: id, delegate: id, scope: 'e', facts: last });
  expect(packed.value.toString('hex')).toBe('447f1f3f019b76a3b981019b76a3b98101ba60d338013b2a50eb');
  const party = { party_id: id, kind: 'person', states: lists.PARTY_STATES.map((state) => ({ state, since: 1 })) };
  const { bytes, key } = makeOpPacker()({ put: 'party', party: id, facts: { ...party, has_branches: false } as never });
  expect(bytes.subarray(7 + key.length).toString('hex')).toBe(
    '01070000000000000101000000000001020000000000010300000000000104000000000001050000000000010600000000000199f55cfa',
  );
});

describe('a packed mandate', () => {
  test('comes back as it was, whatever its facets', () => {
    fc.assert(
      fc.property(someMandate, (write) => {
        const { packedKey, id, value } = stored(write);
        expect(readOne(packedKey, id, value)).toEqual([write.facts]);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps a field that this program does not know', () => {
    fc.assert(
      fc.property(someMandate, (write) => {
        const facts = { ...write.facts, later: { since: 1 } } as MandateFacts;
        const { packedKey, id, value } = stored({ ...write, facts });
        expect(readOne(packedKey, id, value)).toEqual([facts]);
      }),
      { numRuns: 50 },
    );
  });

  test('never comes back from anything cut off, changed in one bit, or made up', () => {
    const damage = fc.tuple(someMandate, fc.nat(), fc.nat({ max: 7 }), fc.uint8Array({ maxLength: 80 }));
    fc.assert(
      fc.property(damage, ([write, at, bit, garbage]) => {
        const { packedKey, id, value } = stored(write);
        expectMalformed(() => readOne(packedKey, id, value.subarray(0, at % value.length)));
        expectMalformed(() => readOne(packedKey, id, Buffer.from(garbage)));
        const changed = Buffer.from(value);
        changed[at % value.length] = (changed[at % value.length] ?? 0) ^ (1 << bit);
        expectMalformed(() => readOne(packedKey, id, changed));
      }),
      { numRuns: 500 },
    );
  });

  test('never comes back under another key or id', () => {
    fc.assert(
      fc.property(someMandate, someMandate, (write, other) => {
        const { packedKey, id, value } = stored(write);
        expectMalformed(() => readOne(stored(other).packedKey, id, value));
        expectMalformed(() => readOne(packedKey, stored(other).id, value));
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['by service, to the millisecond', {}],
    ['by a set', { scope: { by: 'set', set: '00000000-0000-4000-8000-000000000009', version: 3 } }],
    ['with one operation', { operations: ['submit'] }],
    ['with one branch', { branches: ['000012345678'], valid_from: 1_767_222_000_000, valid_until: 1_900_000_000_000 }],
  ] as const)('fits inline with its id: %s', (_name, changes) => {
    const id = '00000000-0000-4000-8000-000000000009';
    const facts = { ...plain, ...changes } as unknown as MandateFacts;
    const scope = 'scope' in changes ? `t${id}` : `s${id}`;
    const { value } = stored({ put: 'mandate', represented: id, delegate: id, scope, facts });
    expect(1 + 16 + value.length).toBeLessThanOrEqual(64);
  });

  test.each([
    ['a moment that is no whole number', { valid_from: 1.5 }],
    ['an unknown kind', { kind: 'other' }],
    ['an id that is no UUID', { mandate_id: 'm1' }],
    ['an id in capitals', { mandate_id: 'AAAAAAAA-0000-4000-8000-000000000000' }],
  ])('is refused with %s', (_name, changes) => {
    const id = '00000000-0000-4000-8000-000000000009';
    const facts = { ...plain, ...changes } as unknown as MandateFacts;
    expect(() => stored({ put: 'mandate', represented: id, delegate: id, scope: 'e', facts })).toThrow();
  });
});

const plain = {
  mandate_id: '00000000-0000-4000-8000-000000000001',
  kind: 'business',
  status: 'active',
  valid_from: 1_767_222_000_001,
  valid_until: 1_900_000_000_001,
  loa: 'eh3',
  scope: { by: 'service' },
  operations: 'all',
  branches: 'all',
  cases: 'all',
  granted_at: 1_767_222_000_001,
};

describe('packed parties and aliases', () => {
  test('come back as they were, and never from anything cut off', () => {
    fc.assert(
      fc.property(somePartyFacts, fc.nat(), (facts, at) => {
        const { bytes, key } = makeOpPacker()({ put: 'party', party: facts.party_id, facts });
        const value = bytes.subarray(7 + key.length);
        expect(readFound(key, value)).toEqual(facts);
        expectMalformed(() => readFound(key, value.subarray(0, at % value.length)));
      }),
    );
  });

  test.each([undefined, { active: true }, { active: false }])('keep the state of the means: %j', (means) => {
    const facts = { party_id: '00000000-0000-4000-8000-000000000001', ...(means && { means }) };
    const { bytes, key } = makeOpPacker()({ put: 'alias', hmac: 'ab'.repeat(16), facts });
    expect(readFound(key, bytes.subarray(7 + key.length))).toEqual(facts);
  });
});

describe('packed names', () => {
  const keys = makeKeys({ hmacKey: Buffer.alloc(32, 1), hmacKeyId: 'test', sealKey: Buffer.alloc(32, 2) });
  const bsn = { scheme: 'bsn', value: '999990019' } as const;
  const packed = (party: string, facts: NameFacts) => {
    const { bytes, key } = makeOpPacker()({ put: 'names', party, facts });
    return { key: Buffer.from(key), value: Buffer.from(bytes.subarray(7 + key.length)) };
  };
  /** What a sidecar that may know the BSN makes of what it finds. */
  const unsealed = (key: Buffer, value: Buffer) => {
    const found = readFound(key, value) as NameFacts;
    return keys.unseal(Buffer.from(found.bsn?.sealed ?? '', 'base64'), found.bsn?.alias ?? '');
  };
  const sealed = (party: string) => {
    const alias = keys.alias(bsn);
    return packed(party, { bsn: { alias, sealed: keys.seal(bsn, alias).toString('base64') } });
  };

  test('come back as they were, whatever their length', () => {
    fc.assert(
      fc.property(anId, someNames, (party, facts) => {
        const { key, value } = packed(party, facts);
        expect(readFound(key, value)).toEqual(facts);
      }),
      { numRuns: 1000 },
    );
  });

  test('hold a sealed BSN in what a small hash of Redis takes', () => {
    const { key, value } = sealed('00000000-0000-4000-8000-000000000001');
    expect(value.length).toBe(64);
    expect(unsealed(key, value)).toBe('urn:nl:bsn:999990019');
  });

  test('are no names when damaged, cut off or under another party', () => {
    fc.assert(
      fc.property(anId, someNames, fc.nat(), fc.integer({ min: 1, max: 255 }), (party, facts, at, flip) => {
        const { key, value } = packed(party, facts);
        fc.pre(value.length !== 64);
        const damaged = Buffer.from(value);
        damaged.writeUInt8(value.readUInt8(at % value.length) ^ flip, at % value.length);
        expectMalformed(() => readFound(key, damaged));
        const cut = value.subarray(0, at % value.length);
        fc.pre(cut.length !== 64);
        expectMalformed(() => readFound(key, cut));
      }),
    );
    fc.assert(
      fc.property(anId, anId, fc.nat({ max: 63 }), fc.integer({ min: 1, max: 255 }), (party, other, at, flip) => {
        fc.pre(party !== other);
        const { key, value } = sealed(party);
        expect(() => unsealed(sealed(other).key, value)).toThrow();
        value.writeUInt8(value.readUInt8(at) ^ flip, at);
        expect(() => unsealed(key, value)).toThrow();
        expectMalformed(() => readFound(key, value.subarray(0, at)));
      }),
    );
  });
});

describe('packed record keys', () => {
  const someKey: fc.Arbitrary<RecordKey> = fc.oneof(
    anId.map(recordKey.party),
    anId.map((id) => recordKey.alias(id.replaceAll('-', ''))),
    fc.tuple(anId, fc.string()).map(([id, branch]) => recordKey.branch(id, branch)),
    fc.string({ unit: 'grapheme' }).map(recordKey.service),
    anId.map(recordKey.definition),
    anId.map(recordKey.names),
    fc.tuple(anId, anId, aScopeKey).map(([one, other, scope]) => recordKey.mandates(one, other, scope)),
    anId.map(recordKey.links),
  );

  test('come back as they were, alone and in a row', () => {
    fc.assert(
      fc.property(fc.array(someKey), (keys) => {
        expect(keys.map((key) => unpackKey(packKey(key)))).toEqual(keys);
        expect(unpackKeys(packKeys(keys.map(packKey)))).toEqual(keys);
      }),
    );
  });

  test('are those that a write touches', () => {
    fc.assert(
      fc.property(someMandate, (write) => {
        expect(unpackKey(stored(write).packedKey)).toBe(touchedKey(write));
      }),
    );
  });
});

test('what begins in the year 9999 or lasts until then stands too, as the registers that it comes from write "without end"', () => {
  const [id, until] = ['00000000-0000-4000-8000-000000000001', Date.UTC(9999, 11, 31, 23, 59, 59, 999)];
  const facts = { ...plain, mandate_id: id, kind: 'statutory', ground: 'owner', valid_until: until } as MandateFacts;
  const mandate = stored({ put: 'mandate', represented: id, delegate: id, scope: 'e', facts });
  expect(readOne(mandate.packedKey, mandate.id, mandate.value)).toEqual([facts]);
  const late = { ...facts, valid_from: until - 1000, granted_at: until - 2000 };
  const unbegun = stored({ put: 'mandate', represented: id, delegate: id, scope: 'e', facts: late });
  expect(readOne(unbegun.packedKey, unbegun.id, unbegun.value)).toEqual([late]);
  const states = [
    { state: 'bewind' as const, since: 1, until },
    { state: 'curatele' as const, since: until },
  ];
  const party = { party_id: id, kind: 'person' as const, states, has_branches: false };
  const { bytes, key } = makeOpPacker()({ put: 'party', party: id, facts: party });
  expect(readFound(Buffer.from(key), Buffer.from(bytes.subarray(7 + key.length)))).toEqual(party);
});
