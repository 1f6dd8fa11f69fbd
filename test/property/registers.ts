import fc from 'fast-check';
import type { AliasFacts } from '../../src/domain/facts.ts';
import type { Register } from '../oracle/register.ts';
import { mostly } from './arbitraries.ts';

import { connect, onward, route } from './mandates.ts';
import { BRANCHES, FIRMS, PEOPLE, party, partyId, SERVICES, service } from './world.ts';

/** A small register in which nearly everything may be wrong, and mostly is not. */
export const registers: fc.Arbitrary<Register> = fc
  .record({
    parties: fc.tuple(...[...PEOPLE, ...FIRMS].map(party)),
    services: fc.tuple(...SERVICES.map(service)),
    rows: fc.array(route, { minLength: 2, maxLength: 4 }).map((made) => made.flat()),
    passedOn: fc.array(onward, { minLength: 12, maxLength: 12 }),
    inactive: fc.record({
      actor: mostly(fc.constant<boolean>(true), fc.constant<boolean>(false), 24),
      holder: mostly(fc.constant<boolean>(true), fc.constant<boolean>(false), 6),
    }),
  })
  .map(({ parties, services, rows, passedOn, inactive }) => ({
    parties: new Map(parties.map((one) => [one.party_id, one])),
    aliases: aliases(inactive),
    branches: new Set(
      parties.filter((one) => one.has_branches).flatMap((one) => BRANCHES.map((b) => `${one.party_id} ${b}`)),
    ),
    services: new Map(services.map((one) => [one.service_id, one])),
    mandates: connect(rows, passedOn),
  }));

function aliases(active: { actor: boolean; holder: boolean }): Register['aliases'] {
  return new Map<string, AliasFacts>([
    ...[...PEOPLE, ...FIRMS].map((name): [string, { party_id: string }] => [urn(name), { party_id: partyId(name) }]),
    [`urn:etoegang:pseudonym:actor`, { party_id: partyId('actor'), means: { active: active.actor } }],
    [`urn:etoegang:pseudonym:holder`, { party_id: partyId('holder'), means: { active: active.holder } }],
  ]);
}

/** Identifiers need no check digit here: nothing parses them. */
export function urn(name: string): string {
  return (PEOPLE as readonly string[]).includes(name) ? `urn:nl:bsn:${name}` : `urn:nl:kvk:${name}`;
}
