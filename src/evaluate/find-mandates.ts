import type { MandateFacts, PartyFacts, PartyId } from '../domain/facts.ts';
import type { Found } from '../mandates/lookups.ts';
import type { RecordKey } from '../mandates/record.ts';
import { recordKey } from '../mandates/record-key.ts';
import type { PathMandate } from '../policy/input.ts';
import type { ScopePlan } from './scopes.ts';
import type { Strand } from './strand.ts';

/** Two parties between whom mandates are looked for. */
export interface Pair {
  grantor: PartyId;
  delegate: PartyId;
}

export interface Wanted {
  plan: ScopePlan;
  /** `ServiceID#case id` */
  caseName?: string;
}

/**
 * Mandates between each pair, per pair and per service of the plan, onward mandates with their parents. One round
 * trip, and a second one only when an onward mandate was found. `extra` are keys read in the first one as well.
 */
export function* findMandates(
  pairs: readonly Pair[],
  wanted: Wanted,
  extra: readonly RecordKey[] = [],
): Strand<{ found: PathMandate[][][]; extra: readonly Found[] }> {
  const keys = pairs.flatMap((pair) => keysOf(pair, wanted.plan));
  const answers = yield extra.length === 0 ? keys : [...keys, ...extra];
  const width = wanted.plan.keys.length;
  const lists = pairs.map((_, index) => answers.slice(index * width, (index + 1) * width) as (MandateFacts[] | null)[]);
  const parents = yield* findParents(pairs, lists, wanted.plan);
  const found = lists.map((list, index) =>
    wanted.plan.services.map(({ at }) =>
      at.flatMap((place) => list[place] ?? []).map((mandate) => onPath(mandate, wanted, pairs[index], parents)),
    ),
  );
  return { found, extra: answers.slice(keys.length) };
}

function keysOf({ grantor, delegate }: Pair, plan: ScopePlan): RecordKey[] {
  return plan.keys.map((scope) => recordKey.mandates(grantor, delegate, scope));
}

interface Parents {
  mandate(id: string, grantor: PartyId, delegate: PartyId): MandateFacts | undefined;
  delegate(id: PartyId): PartyFacts | undefined;
}

/** The mandates from which the listed ones derive (one level), with the delegates who passed them on. */
function* findParents(
  pairs: readonly Pair[],
  lists: readonly (MandateFacts[] | null)[][],
  plan: ScopePlan,
): Strand<Parents | undefined> {
  const wanted = new Map<string, Pair>();
  lists.forEach((list, index) => {
    const grantor = pairs[index]?.grantor;
    for (const { derived_from } of list.flatMap((mandates) => mandates ?? [])) {
      if (derived_from && grantor) wanted.set(`${grantor}:${derived_from.delegate}`, { grantor, ...derived_from });
    }
  });
  if (wanted.size === 0) return undefined;
  const between = [...wanted.values()];
  const answers = yield between.flatMap((pair) => [recordKey.party(pair.delegate), ...keysOf(pair, plan)]);
  const width = plan.keys.length + 1;
  const mandates = new Map<string, MandateFacts>();
  const delegates = new Map<PartyId, PartyFacts>();
  between.forEach(({ grantor, delegate }, index) => {
    const [party, ...rest] = answers.slice(index * width, (index + 1) * width);
    // The first key of each stretch is a party's, the others are mandates': so are the records.
    if (party) delegates.set(delegate, party as PartyFacts);
    for (const mandate of (rest as (MandateFacts[] | null)[]).flatMap((list) => list ?? [])) {
      mandates.set(`${grantor}:${delegate}:${mandate.mandate_id}`, mandate);
    }
  });
  return {
    mandate: (id, grantor, delegate) => mandates.get(`${grantor}:${delegate}:${id}`),
    delegate: (id) => delegates.get(id),
  };
}

/** The mandate as it is, unless it is an onward one, or names many cases: only the one asked for can matter. */
function onPath(mandate: MandateFacts, wanted: Wanted, pair: Pair | undefined, parents?: Parents): PathMandate {
  const trimmed = withCase(mandate, wanted.caseName);
  const from = mandate.derived_from;
  if (!from || !pair) return trimmed;
  const parent = parents?.mandate(from.mandate_id, pair.grantor, from.delegate);
  const delegate = parents?.delegate(from.delegate);
  return {
    ...trimmed,
    parent: {
      ...(parent && { mandate: withCase(parent, wanted.caseName) }),
      ...(delegate && { delegate }),
    },
  };
}

function withCase(mandate: MandateFacts, caseName: string | undefined): MandateFacts {
  if (mandate.cases === 'all' || mandate.cases.length <= 1) return mandate;
  return { ...mandate, cases: mandate.cases.filter((name) => name === caseName) };
}
