import { LOAS, type Loa } from '../../domain/facts.ts';
import type { Acting } from '../acting.ts';

/** What of a service makes a difference to the mandates on it. */
export interface Terms {
  active: boolean;
  loa: Loa;
  kinds: readonly string[];
  grounds: readonly string[];
  chains: boolean;
  branches: boolean;
  operations?: readonly string[] | null;
}

/** What a change does to mandates that are there, told before it is done. */
export interface Effects {
  /** Active mandates that cover the service now. */
  active_mandates: number;
  /** The same, by what of their scope covers it. */
  covered_by: { service: number; set: number; owner: number; everything: number };
  /** How many of them serve for it now and no longer afterwards. They stay as they are; decisions deny. */
  no_longer_serve: number;
  /** How many do not serve for it now, and will. */
  begin_to_serve: number;
  /** Those, by the term that shuts them out; one mandate may count under several. */
  because: Partial<Record<keyof Terms, number>>;
}

interface Group {
  covered_by: keyof Effects['covered_by'];
  kind: string;
  ground: string | null;
  loa: Loa;
  to_organisation: boolean;
  branch_limited: boolean;
  operations: string[] | null;
  mandates: string;
}

/** Counts the active mandates that a change of terms touches. Reads all mandates: an act of the catalogue, never of a decision. */
export async function effectsOf(
  { client, now }: Acting,
  serviceUuid: string,
  before: Terms,
  after: Terms,
): Promise<Effects> {
  const { rows } = await client.query<Group>('select * from mandates_covering($1, $2)', [serviceUuid, now]);
  const effects: Effects = {
    active_mandates: 0,
    covered_by: { service: 0, set: 0, owner: 0, everything: 0 },
    no_longer_serve: 0,
    begin_to_serve: 0,
    because: {},
  };
  for (const group of rows) {
    const mandates = Number(group.mandates);
    effects.active_mandates += mandates;
    effects.covered_by[group.covered_by] += mandates;
    const shut = obstacles(group, after);
    if (obstacles(group, before).length > 0) {
      if (shut.length === 0) effects.begin_to_serve += mandates;
      continue;
    }
    if (shut.length > 0) effects.no_longer_serve += mandates;
    for (const term of shut) effects.because[term] = (effects.because[term] ?? 0) + mandates;
  }
  return effects;
}

/** Terms of a service by which such a mandate does not serve for it, whoever asks. */
function obstacles(group: Group, terms: Terms): (keyof Terms)[] {
  const statutory = group.kind === 'statutory';
  const named = group.operations;
  const tests: [keyof Terms, boolean][] = [
    ['active', terms.active],
    ['kinds', terms.kinds.includes(group.kind)],
    ['grounds', !statutory || terms.grounds.includes(group.ground ?? '')],
    ['loa', statutory || LOAS.indexOf(group.loa) >= LOAS.indexOf(terms.loa)],
    ['chains', !group.to_organisation || terms.chains],
    ['branches', !group.branch_limited || terms.branches],
    ['operations', named === null || !terms.operations || named.some((one) => terms.operations?.includes(one))],
  ];
  return tests.filter(([, holds]) => !holds).map(([term]) => term);
}
