import { join } from 'node:path';
import fc from 'fast-check';
import { type Bundle, readBundle } from '../../src/policy/bundle.ts';
import type { Register } from '../oracle/register.ts';
import { mostly } from './arbitraries.ts';
import { LOAS, OPERATIONS, partyId, SERVICES, serviceId } from './world.ts';

const NUMBERS = { office: '10000001', bureau: '10000002' } as const;

/** What a lawyer might write by mistake. */
const junk = fc.constantFrom<unknown>(true, false, null, 0, 'view', [], ['view'], {}, { view: 'eh9' }, { view: {} });
const flags = (names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), mostly(fc.constant(true), fc.constant(false), 5), { maxKeys: 2 });

const conditions: fc.Arbitrary<object> = fc.record(
  {
    intermediaries: mostly(flags(Object.values(NUMBERS)), junk, 12),
    chains: mostly(flags(OPERATIONS), junk, 12),
    firsthand: mostly(fc.constant(true), junk, 3),
    levels: mostly(
      fc.dictionary(fc.constantFrom(...OPERATIONS), fc.constantFrom(...LOAS), { minKeys: 1, maxKeys: 2 }),
      junk,
      12,
    ),
    intermediairies: mostly(fc.constant(undefined), junk, 30),
  },
  { requiredKeys: [] },
);

/** Conditions by ServiceID, as in policies/data.json. */
export const tables: fc.Arbitrary<Record<string, unknown>> = fc
  .record(Object.fromEntries(SERVICES.map((name) => [serviceId(name), mostly(conditions, junk, 40)])), {
    requiredKeys: [],
  })
  // Through JSON, as the policy gets it.
  .map((table) => JSON.parse(JSON.stringify(table)));

const committed = await readBundle(join(import.meta.dirname, '../../bundles/mandates.tar.gz'));

/** The committed bundle with these conditions in place of its own. */
export function bundleWith(table: Record<string, unknown>): Bundle {
  const own = 'tables' in committed.data ? committed.data.tables : {};
  return { ...committed, data: { ...committed.data, tables: { ...(own as object), conditions: table } } };
}

/** Intermediaries that have a number, so that one may be listed. */
export function numbered(register: Register): Register {
  const parties = new Map(register.parties);
  for (const [name, kvk] of Object.entries(NUMBERS)) {
    const id = partyId(name as keyof typeof NUMBERS);
    const party = parties.get(id);
    if (party) parties.set(id, { ...party, kvk });
  }
  return { ...register, parties };
}
