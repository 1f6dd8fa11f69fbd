import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AUTHORITIES } from '../../src/domain/facts.ts';
import { parseBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import type { PathMandate, PolicyInput } from '../../src/policy/input.ts';
import { writeInput } from '../../src/policy/input-json.ts';
import { inputSchemaText, PolicyInputSchema } from '../../src/policy/input-schema.ts';
import { readVerdict } from '../../src/policy/result.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url));

const NOW = Date.UTC(2026, 10, 21, 11);
const moment = fc.integer({ min: -2, max: 2 }).map((years) => NOW + years * 31_536_000_000);
const partyId = fc.constantFrom('p1', 'p2', 'p3', 'p4');
const some = fc.constantFrom<'all' | string[]>('all', [], ['a'], ['a', 'b']);
const loa = fc.constantFrom('eh2', 'eh2plus', 'eh3', 'eh4');
const spelling = fc.constantFrom('eh1', 'eh2', 'eh3', 'eh4', 'http://eidas.europa.eu/LoA/high', 'best', '');
const optional = { requiredKeys: [] };

const state = fc.record(
  {
    state: fc.constantFrom('bankrupt', 'wsnp', 'dissolved', 'deregistered', 'deceased', 'curatele', 'bewind'),
    since: moment,
    until: moment,
  },
  { requiredKeys: ['state', 'since'] },
);

const party = fc.record(
  {
    party_id: partyId,
    kind: fc.constantFrom('organisation', 'person'),
    states: fc.array(state, { maxLength: 1 }),
    birth_date: fc.constantFrom('1980-02-29', '2008-11-22', '2010-01-31'),
    kvk: fc.constantFrom('12345678', '00000001'),
    has_branches: fc.boolean(),
  },
  { requiredKeys: ['party_id', 'kind', 'states', 'has_branches'] },
);

const flags = (names: readonly string[]) =>
  fc.subarray([...names]).map((chosen) => Object.fromEntries(chosen.map((name) => [name, true])));
const KINDS = ['employee', 'business', 'voluntary', 'statutory', 'appointed'] as const;
const GROUNDS = ['signatory', 'parental_authority', 'curatele', 'bewind', 'mentorschap', 'liquidator'] as const;

const terms = fc.record({
  active: fc.boolean(),
  loa,
  kinds: flags(KINDS),
  grounds: flags(GROUNDS),
  chains: fc.boolean(),
  branches: fc.boolean(),
});

const service = fc.record({
  service_id: fc.constantFrom('s1', 's2'),
  service_uuid: fc.constant('u'),
  owner: fc.constant('o'),
  domain: fc.constantFrom('assets', 'personal_care', 'general'),
  definition: terms,
  instance: terms,
  sets: fc.constantFrom({}, { t: 1 }, { t: 2 }),
  sub_services: fc.constant([]),
  follow_up: fc.constantFrom('delegate', 'both'),
});

const scope = fc.constantFrom(
  { by: 'service' },
  { by: 'set', set: 't', version: 1 },
  { by: 'owner' },
  { by: 'everything' },
);

const mandateFields = {
  mandate_id: fc.constantFrom('m1', 'm2', 'm3'),
  kind: fc.constantFrom(...KINDS),
  ground: fc.constantFrom(...GROUNDS),
  status: fc.constantFrom('requested', 'offered', 'active', 'suspended', 'revoked'),
  valid_from: moment,
  valid_until: moment,
  loa,
  reach: fc.constantFrom('own', 'clients', 'both'),
  scope,
  operations: some,
  branches: some,
  cases: some,
  joint: fc.record({ required: fc.integer({ min: 2, max: 3 }), with: fc.array(partyId, { maxLength: 3 }) }),
  granted_under: fc.constantFrom(...AUTHORITIES),
  granted_at: moment,
  survivor: fc.constant(true),
  derived_from: fc.record({ mandate_id: fc.constant('m9'), delegate: partyId }),
  follow_up: fc.constantFrom('delegate', 'represented', 'both'),
  reads_messages: fc.constant(true),
  substitution: fc.constant(true),
};
const always = [
  'mandate_id',
  'kind',
  'status',
  'valid_from',
  'loa',
  'scope',
  'operations',
  'branches',
  'cases',
  'granted_at',
] as const;
const mandate = fc.record(mandateFields, { requiredKeys: [...always] });
const pathMandate = fc.record(
  { ...mandateFields, parent: fc.record({ mandate, delegate: party }, optional) },
  { requiredKeys: [...always] },
);
// What is generated is checked by the schema, which says the same as the type.
const mandates = fc.array(pathMandate, { maxLength: 2 }) as fc.Arbitrary<PathMandate[]>;

const participant = fc.record({ party, means: fc.record({ active: fc.boolean() }), loa: spelling }, optional);

const question = fc.record(
  {
    now: fc.constant(NOW),
    request: fc.record(
      {
        loa: spelling,
        min_loa: spelling,
        branch: fc.constant('a'),
        operation: fc.constant('a'),
        case: fc.constant('a'),
      },
      optional,
    ),
    actor: participant,
    represented: fc.record({ party, branch_registered: fc.boolean() }, optional),
    via: fc.record({ party }, optional),
    together: fc.array(participant, { maxLength: 2 }),
    service_missing: fc.constantFrom('unknown', 'ambiguous'),
    portal: service,
    services: fc.array(
      fc.record({
        service,
        direct: mandates,
        chains: fc.array(fc.record({ intermediary: party, first: mandates, second: mandates }), { maxLength: 1 }),
      }),
      { maxLength: 2 },
    ),
    via_needed: fc.boolean(),
  },
  { requiredKeys: ['now', 'request', 'actor', 'represented', 'together', 'services', 'via_needed'] },
);

// What is generated has the shape of the type, which says more of its texts than the generator does.
const written = (input: object): Record<string, unknown> => JSON.parse(writeInput(input as PolicyInput));

describe('the schema of what the policy reads', () => {
  test('is the one that opa check reads', () => {
    expect(read('policies/schemas/input.json').toString()).toBe(inputSchemaText());
  });

  test('takes inputs of every kind', () => {
    fc.assert(
      fc.property(question, (input) => {
        expect(PolicyInputSchema.strict().parse(written(input))).toEqual(written(input));
      }),
    );
  });

  test('refuses a fact that is misspelt', () => {
    const [input] = fc.sample(question, 1).map(written);
    expect(PolicyInputSchema.safeParse({ ...input, now: 'today' }).success).toBe(false);
    expect(PolicyInputSchema.safeParse({ ...input, services: undefined }).success).toBe(false);
  });
});

describe('the compiled policy', () => {
  const policy = makeEngine(parseBundle(read('bundles/mandates.tar.gz')), readVerdict);

  test('gives a whole answer to every input that fits the schema', () => {
    fc.assert(
      fc.property(question, (input) => {
        const { allow, reasons } = policy.decide(input);
        expect(allow).toBe(reasons.length === 0);
      }),
      { numRuns: 2000 },
    );
  });
});
