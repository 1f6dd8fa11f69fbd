import type { AliasFacts, PartyId, ServiceFacts } from '../../src/domain/facts.ts';
import { type AdminQuestion, type AdminWorld, type Login, manageService } from '../../src/workbench/cases/act-world.ts';
import { rankOf } from './levels.ts';
import { decide } from './oracle.ts';
import type { MandateRow, Register } from './register.ts';
import type { OracleVerdict } from './report.ts';

export interface Asked {
  who: Login;
  represented: PartyId;
  mandate?: MandateRow | undefined;
  parents: MandateRow[];
  /** At no level in particular. */
  eased: boolean;
  standIn?: boolean;
  domain?: ServiceFacts['domain'] | undefined;
}

/** The question "may he use *manage mandates* for this party?", by this mandate alone, taken as if it were unlimited. */
export function manages(world: AdminWorld, { act, about, together }: AdminQuestion, asked: Asked): OracleVerdict {
  const { who, represented, mandate, parents, eased } = asked;
  const found = manageService(world);
  const service = { ...found, domain: asked.domain ?? found.domain };
  const lowest = {
    ...service,
    definition: { ...service.definition, loa: 'eh2' as const },
    instance: { ...service.instance, loa: 'eh2' as const },
  };
  const free = (row: MandateRow): MandateRow => ({
    ...row,
    facts: { ...row.facts, branches: 'all', operations: 'all' },
  });
  const held = mandate && { ...free(mandate), ...(asked.standIn && { delegate: STAND_IN }) };
  const actor = asked.standIn ? STAND_IN : who.party;
  const { register } = world;
  const small: Register = {
    parties: new Map([
      ...register.parties,
      [STAND_IN, { party_id: STAND_IN, kind: 'person', states: [], has_branches: false }],
    ]),
    aliases: new Map([
      ['urn:etoegang:pseudonym:actor', { party_id: actor, ...(who.means && { means: who.means }) }],
      ['urn:etoegang:pseudonym:represented', { party_id: represented }],
      ...together.map((one, i): [string, AliasFacts] => [
        `urn:etoegang:pseudonym:other${i}`,
        { party_id: one.party, ...(one.means && { means: one.means }) },
      ]),
    ]),
    branches: new Set(),
    services: new Map([[world.manage, eased ? lowest : service]]),
    mandates: [...(held ? [held] : []), ...parents.map(free)],
  };
  const excused =
    eased &&
    act === 'mandate.suspend' &&
    (about.deviation ?? '').trim() !== '' &&
    who.loa !== undefined &&
    rankOf(who.loa) !== undefined;
  const loa = excused ? 'eh2' : who.loa;
  const id = (value: string) => ({ scheme: 'pseudonym' as const, value });
  return decide(
    small,
    {
      actor: id('actor'),
      represented: id('represented'),
      service: world.manage,
      ...(loa !== undefined && { loa }),
      together: together.map((one, i) => ({ id: id(`other${i}`), ...(one.loa !== undefined && { loa: one.loa }) })),
    },
    world.now,
  );
}

const STAND_IN = 'stand-in';
