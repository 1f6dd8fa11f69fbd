import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyInput } from '../../src/policy/input.ts';
import { writeInput } from '../../src/policy/input-json.ts';
import { aMandate, aParty, aService, id, NOW } from '../support/decide-world.ts';

const text = fc.string({ unit: 'binary' });
const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
  fc.option(
    value.map((given) => ({ [key]: given })),
    { nil: {} },
  );
const merged = (...parts: fc.Arbitrary<object>[]) => fc.tuple(...parts).map((given) => Object.assign({}, ...given));

const party = merged(optional('kvk', text), optional('birth_date', text)).map((change) => aParty(id(1), change));
const participant = merged(
  optional('party', party),
  optional('means', fc.record({ active: fc.boolean() })),
  optional('loa', text),
);
const parent = optional(
  'parent',
  merged(optional('mandate', fc.constant(aMandate(id(2)))), optional('delegate', party)),
);
const mandates = fc.array(
  merged(
    fc.array(text).map((cases) => aMandate(id(3), { cases })),
    parent,
  ),
  { maxLength: 3 },
);
const chains = fc.array(fc.record({ intermediary: party, first: mandates, second: mandates }), { maxLength: 2 });
const service = text.map((service_id) => aService({ service_id, sets: { [id(4)]: 2 } }));
// Put together from the shapes of PolicyInput, member by member, with and without what may be absent.
const inputs = merged(
  fc.record({
    request: merged(optional('loa', text), optional('case', text), optional('branch', text)),
    actor: participant,
    represented: merged(optional('party', party), optional('branch_registered', fc.boolean())),
    together: fc.array(participant, { maxLength: 3 }),
    services: fc.array(fc.record({ service, direct: mandates, chains }), { maxLength: 3 }),
    via_needed: fc.boolean(),
  }),
  optional('via', merged(optional('party', party))),
  optional('portal', service),
  optional('service_missing', fc.constantFrom('unknown', 'ambiguous')),
).map((input) => ({ now: NOW, ...input }) as unknown as PolicyInput);

describe('the policy input as JSON', () => {
  it('says what the object says, the second time as the first', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const expected = JSON.parse(JSON.stringify(input));
        expect(JSON.parse(writeInput(input))).toEqual(expected);
        expect(JSON.parse(writeInput(input))).toEqual(expected);
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.5])('is not written of a clock that says %d', (now) => {
    const nobody = { request: {}, actor: {}, represented: {}, together: [], services: [], via_needed: false };
    expect(() => writeInput({ now, ...nobody })).toThrow(expect.objectContaining({ code: 'policy_failed' }));
  });

  it('lets nobody change facts behind the text that is remembered of them', () => {
    const facts = aParty(id(1));
    const input: PolicyInput = {
      now: NOW,
      request: {},
      actor: { party: facts },
      represented: {},
      together: [],
      services: [],
      via_needed: false,
    };
    writeInput(input);
    expect(() => {
      facts.states = [];
    }).toThrow(TypeError);
    expect(() => facts.states.push({ state: 'bankrupt', since: 0 })).toThrow(TypeError);
  });
});
