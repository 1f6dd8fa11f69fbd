import fc from 'fast-check';
import type { PolicyInput } from '../../src/policy/input.ts';
import { aMandate, aParty, aService, id, NOW } from './decide-world.ts';

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
/** Put together from the shapes of PolicyInput, member by member, with and without what may be absent. */
export const inputs = merged(
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
