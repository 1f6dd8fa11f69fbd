import fc from 'fast-check';
import { AUTHORITIES, type MandateFacts, type NameFacts, type PartyFacts, type Scope } from '../../src/domain/facts.ts';
import type { Write } from '../../src/mandates/projection.ts';
import { scopeKey } from '../../src/mandates/record-key.ts';

export const anId = fc.uuid();
const moment = fc.oneof(
  fc.integer({ min: -5_000_000_000_000, max: 100_000_000_000_000 }),
  fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
);
const names = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 3 });
const allOr = fc.oneof({ weight: 3, arbitrary: fc.constant('all' as const) }, names);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const aScope: fc.Arbitrary<Scope> = fc.oneof(
  fc.constantFrom<Scope>({ by: 'service' }, { by: 'owner' }, { by: 'everything' }),
  fc.record({ by: fc.constant('set' as const), set: anId, version: fc.integer({ min: 1, max: 2 ** 32 - 1 }) }),
);

/** Any facts of a mandate, optional fields absent or there. */
export const someMandateFacts: fc.Arbitrary<MandateFacts> = fc
  .record({
    mandate_id: anId,
    kind: fc.constantFrom<MandateFacts['kind']>('employee', 'business', 'voluntary', 'statutory', 'appointed'),
    ground: maybe(fc.constantFrom<MandateFacts['ground']>('signatory', 'owner', 'bewind', 'liquidator')),
    status: fc.constantFrom<MandateFacts['status']>('requested', 'offered', 'active', 'suspended', 'revoked'),
    valid_from: moment,
    valid_until: maybe(moment),
    loa: fc.constantFrom<MandateFacts['loa']>('eh2', 'eh2plus', 'eh3', 'eh4'),
    reach: maybe(fc.constantFrom<MandateFacts['reach']>('own', 'clients', 'both')),
    scope: aScope,
    operations: allOr,
    branches: allOr,
    cases: allOr,
    joint: maybe(
      fc.record({ required: fc.integer({ min: 2, max: 9 }), with: fc.array(anId, { minLength: 1, maxLength: 3 }) }),
    ),
    granted_under: maybe(fc.constantFrom<MandateFacts['granted_under']>(...AUTHORITIES)),
    granted_at: moment,
    survivor: maybe(fc.constant(true as const)),
    derived_from: maybe(fc.record({ mandate_id: anId, delegate: anId })),
    follow_up: maybe(fc.constantFrom<MandateFacts['follow_up']>('delegate', 'represented', 'both')),
    reads_messages: maybe(fc.constant(true as const)),
    substitution: maybe(fc.constant(true as const)),
  })
  .map((facts) => withoutAbsent(facts) as unknown as MandateFacts);

export const somePartyFacts: fc.Arbitrary<PartyFacts> = fc
  .record({
    party_id: anId,
    kind: fc.constantFrom<PartyFacts['kind']>('organisation', 'person'),
    states: fc.array(
      fc
        .record({
          state: fc.constantFrom<PartyFacts['states'][number]['state']>('bankrupt', 'deceased', 'bewind', 'dissolved'),
          since: moment,
          until: maybe(moment),
        })
        .map(withoutAbsent),
      { maxLength: 5 },
    ),
    birth_date: maybe(fc.constantFrom('1980-02-29', '2010-00-00', '1900-12-31')),
    kvk: maybe(fc.stringMatching(/^[0-9]{8}$/)),
    has_branches: fc.boolean(),
  })
  .map((facts) => withoutAbsent(facts) as unknown as PartyFacts);

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });

/** As a register names a party: a number that is public, or one that is sealed, of the usual length or another. */
export const someNames: fc.Arbitrary<NameFacts> = fc.oneof(
  fc
    .record({ rsin: maybe(fc.stringMatching(/^[0-9]{9}$/)), oin: fc.stringMatching(/^[0-9]{20}$/) })
    .map((names) => withoutAbsent(names) as NameFacts),
  fc.stringMatching(/^[0-9]{1,60}$/).map((rsin) => ({ rsin })),
  fc.tuple(bytes(16, 16), fc.oneof(bytes(48, 48), bytes(1, 60))).map(([alias, sealed]) => ({
    bsn: { alias: Buffer.from(alias).toString('hex'), sealed: Buffer.from(sealed).toString('base64') },
  })),
);

export const aScopeKey = fc.oneof(
  anId.map(scopeKey.service),
  anId.map(scopeKey.set),
  anId.map(scopeKey.owner),
  fc.constant(scopeKey.everything),
  fc.string().map((id) => scopeKey.case('urn:etoegang:DV:1', id)),
);

function withoutAbsent<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}

/** Writes among few parties, so that they meet: lists grow, move to a place of their own, shrink and vanish. */
export const someWrites: fc.Arbitrary<Write[]> = fc.array(fewOf(), { maxLength: 60 });

function fewOf(): fc.Arbitrary<Write> {
  const few = (letter: string) =>
    fc.integer({ min: 0, max: 2 }).map((n) => `${letter.repeat(8)}-0000-4000-8000-00000000000${n}`);
  const ends = { represented: few('a'), delegate: few('b'), scope: few('c').map(scopeKey.service) };
  const mandateId = few('d');
  const link = { actor: few('b'), organisation: few('a'), mandateId };
  const put = <P extends Write extends infer W ? (W extends { put: infer K } ? K : never) : never>(kind: P) => ({
    put: fc.constant(kind),
  });
  const facts = fc.tuple(someMandateFacts, mandateId).map(([some, mandate_id]) => ({ ...some, mandate_id }));
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ ...put('mandate'), ...ends, facts }) },
    { weight: 4, arbitrary: fc.record({ drop: fc.constant('mandate' as const), ...ends, mandateId }) },
    { weight: 4, arbitrary: fc.record({ ...put('link'), ...link }) },
    { weight: 3, arbitrary: fc.record({ drop: fc.constant('link' as const), ...link }) },
    fc
      .tuple(few('a'), somePartyFacts)
      .map(([party, some]): Write => ({ put: 'party', party, facts: { ...some, party_id: party } })),
    fc.record({ ...put('names'), party: few('a'), facts: someNames }),
    fc.record({ drop: fc.constant('names' as const), party: few('a') }),
    fc.record({ ...put('branch'), party: few('a'), branch: fc.constantFrom('000000000001', '000000000002') }),
    fc.record({ drop: fc.constant('branch' as const), party: few('a'), branch: fc.constant('000000000001') }),
    fc.record({
      ...put('alias'),
      hmac: fc.constant('ab'.repeat(16)),
      facts: few('a').map((party_id) => ({ party_id })),
    }),
    fc.record({ drop: fc.constant('alias' as const), hmac: fc.constant('ab'.repeat(16)) }),
    fc.record({
      ...put('definition'),
      serviceUuid: few('c'),
      instances: fc.array(fc.string({ minLength: 1 }), { maxLength: 2 }),
    }),
    fc.record({ drop: fc.constant('definition' as const), serviceUuid: few('c') }),
  ) as fc.Arbitrary<Write>;
}
