import type { MandateFacts, PartyFacts, PartyId } from '../domain/facts.ts';
import type { Found } from '../mandates/lookups.ts';
import type { RecordKey } from '../mandates/record.ts';
import { recordKey } from '../mandates/record-key.ts';
import type { PathMandate } from '../policy/input.ts';
import { required } from './incomplete.ts';
import type { ScopePlan } from './scopes.ts';
import type { Ask, Strand } from './strand.ts';

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
  const asks: Ask[] = pairs.map((pair) => askOf(pair, plan));
  const count = pairs.length * plan.keys.length;
  asks.push(...extra);
  const answers = yield asks;
  const between = pairs.map((pair, index) => ({ pair, from: index * plan.keys.length }));
  const parents = hasOnward(answers, count) ? yield* findParents(between, answers, plan) : undefined;
  const found = between.map(({ pair, from }) =>
    plan.services.map(({ at }) => {
      const mandates: PathMandate[] = [];
      for (const place of at) {
        for (const mandate of mandatesAt(answers, from + place)) {
          const paths = mandate.derived_from ? withParents(mandate, pair.grantor, at, parents) : [mandate];
          for (const path of paths) mandates.push(casesOf(path, wanted));
        }
      }
      return mandates;
    }),
  );
  return { found, extra: extra.length === 0 ? [] : answers.slice(count) };
}

function askOf({ grantor, delegate }: Pair, plan: ScopePlan): Ask {
  return { represented: grantor, delegate, scopes: plan.keys };
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
  /** What stands under these places of the plan between grantor and delegate. */
  mandates(grantor: PartyId, delegate: PartyId, at: readonly number[]): readonly MandateFacts[];
  /** @throws IncompleteError when a mandate was passed on by somebody whose record is missing */
  delegate(id: PartyId): PartyFacts;
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
  const pairs = [...wanted.values()];
  const found = yield pairs.flatMap((pair): Ask[] => [recordKey.party(pair.delegate), askOf(pair, plan)]);
  const width = plan.keys.length + 1;
  const starts = new Map([...wanted.keys()].map((name, index) => [name, index * width]));
  // The first key of each stretch is a party's, and so is its record.
  const delegates = new Map(pairs.map(({ delegate }, index) => [delegate, found[index * width] as PartyFacts | null]));
  return {
    mandates(grantor, delegate, at) {
      const from = starts.get(`${grantor}:${delegate}`);
      return from === undefined ? NONE : at.flatMap((place) => mandatesAt(found, from + 1 + place));
    },
    delegate: (id) => required(delegates.get(id)),
  };
}

/**
 * An onward mandate with its parent, once for each way in which the parent covers the same service (by name, by a
 * set); with nothing when it does not: what the parent says of another service must not carry this one.
 */
function withParents(
  mandate: MandateFacts,
  grantor: PartyId,
  at: readonly number[],
  parents: Parents | undefined,
): PathMandate[] {
  const from = mandate.derived_from;
  if (from === undefined || parents === undefined) return [{ ...mandate, parent: {} }];
  const delegate = parents.delegate(from.delegate);
  const same = parents.mandates(grantor, from.delegate, at).filter(({ mandate_id }) => mandate_id === from.mandate_id);
  if (same.length === 0) return [{ ...mandate, parent: { delegate } }];
  return same.map((parent) => ({ ...mandate, parent: { mandate: parent, delegate } }));
}

/** Of many cases only the one asked for can matter. */
function casesOf(mandate: PathMandate, { caseName }: Wanted): PathMandate {
  const { parent, ...own } = mandate;
  const trimmed = withCase(own, caseName);
  if (parent?.mandate === undefined) return { ...trimmed, ...(parent && { parent }) };
  return { ...trimmed, parent: { ...parent, mandate: withCase(parent.mandate, caseName) } };
}

function withCase(mandate: MandateFacts, caseName: string | undefined): MandateFacts {
  if (mandate.cases === 'all' || mandate.cases.length <= 1) return mandate;
  return { ...mandate, cases: mandate.cases.filter((name) => name === caseName) };
}
