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
  const { plan } = wanted;
  const keys: RecordKey[] = [];
  for (const pair of pairs) addKeys(keys, pair, plan);
  const count = keys.length;
  keys.push(...extra);
  const answers = yield keys;
  const between = pairs.map((pair, index) => ({ pair, from: index * plan.keys.length }));
  const parents = hasOnward(answers, count) ? yield* findParents(between, answers, plan) : undefined;
  const found = between.map(({ pair, from }) =>
    plan.services.map(({ at }) => {
      const mandates: PathMandate[] = [];
      for (const place of at) {
        for (const mandate of mandatesAt(answers, from + place)) mandates.push(onPath(mandate, wanted, pair, parents));
      }
      return mandates;
    }),
  );
  return { found, extra: extra.length === 0 ? [] : answers.slice(count) };
}

function addKeys(keys: RecordKey[], { grantor, delegate }: Pair, plan: ScopePlan): void {
  for (const scope of plan.keys) keys.push(recordKey.mandates(grantor, delegate, scope));
}

const NONE: readonly MandateFacts[] = [];

/** Under a `mandates` key stands nothing else; callers know where those keys are. */
function mandatesAt(answers: readonly Found[], place: number): readonly MandateFacts[] {
  return (answers[place] as MandateFacts[] | null | undefined) ?? NONE;
}

function hasOnward(answers: readonly Found[], count: number): boolean {
  for (let place = 0; place < count; place++) {
    for (const mandate of mandatesAt(answers, place)) if (mandate.derived_from) return true;
  }
  return false;
}

interface Parents {
  mandate(id: string, grantor: PartyId, delegate: PartyId): MandateFacts | undefined;
  delegate(id: PartyId): PartyFacts | undefined;
}

/** The mandates from which those found derive (one level), with the delegates who passed them on. */
function* findParents(
  between: readonly { pair: Pair; from: number }[],
  answers: readonly Found[],
  plan: ScopePlan,
): Strand<Parents> {
  const wanted = new Map<string, Pair>();
  for (const { pair, from } of between) {
    for (let place = from; place < from + plan.keys.length; place++) {
      for (const { derived_from } of mandatesAt(answers, place)) {
        const parent = derived_from && { grantor: pair.grantor, delegate: derived_from.delegate };
        if (parent) wanted.set(`${parent.grantor}:${parent.delegate}`, parent);
      }
    }
  }
  const onward = [...wanted.values()];
  const keys: RecordKey[] = [];
  for (const pair of onward) {
    keys.push(recordKey.party(pair.delegate));
    addKeys(keys, pair, plan);
  }
  const found = yield keys;
  const width = plan.keys.length + 1;
  const mandates = new Map<string, MandateFacts>();
  const delegates = new Map<PartyId, PartyFacts>();
  onward.forEach(({ grantor, delegate }, index) => {
    const from = index * width;
    // The first key of each stretch is a party's, and so is its record.
    const party = found[from] as PartyFacts | null;
    if (party) delegates.set(delegate, party);
    for (let place = from + 1; place < from + width; place++) {
      for (const mandate of mandatesAt(found, place)) {
        mandates.set(`${grantor}:${delegate}:${mandate.mandate_id}`, mandate);
      }
    }
  });
  return {
    mandate: (id, grantor, delegate) => mandates.get(`${grantor}:${delegate}:${id}`),
    delegate: (id) => delegates.get(id),
  };
}

/** The mandate as it is, unless it is an onward one, or names many cases: only the one asked for can matter. */
function onPath(mandate: MandateFacts, wanted: Wanted, pair: Pair, parents: Parents | undefined): PathMandate {
  const trimmed = withCase(mandate, wanted.caseName);
  const from = mandate.derived_from;
  if (!from) return trimmed;
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
