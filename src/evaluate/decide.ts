import type { Caller } from '../domain/caller.ts';
import { AppError } from '../domain/errors.ts';
import type { Decision, Question, Verdict } from '../domain/evaluation.ts';
import { formatRevision, type Revision } from '../domain/revision.ts';
import type { Freshness } from '../mandates/lookups.ts';
import type { Engine } from '../policy/engine.ts';
import type { PolicyInput } from '../policy/input.ts';
import { randomUuid } from '../process/random-ids.ts';
import type { Shadow } from '../rollout/shadow.ts';
import type { Refusal } from './call.ts';
import type { Gathered } from './gather.ts';
import { type Outcome, toAppError } from './outcome.ts';
import type { Reading } from './reading.ts';

export interface DecideDeps {
  policy: Engine<Verdict>;
  freshness: Freshness;
  now: () => number;
  keepInput: boolean;
  /** Tries another policy on what was decided, once it has been answered. */
  shadow?: Pick<Shadow, 'offer'>;
}

export function makeDecide({ policy, freshness, now, keepInput, shadow }: DecideDeps) {
  /** Field by field: spreading an object that was parsed costs some microseconds. */
  function toDecision(verdict: Verdict, revision: Revision, ageMs: number): Decision {
    return {
      id: randomUuid(),
      allow: verdict.allow,
      reasons: verdict.reasons,
      basis: verdict.basis,
      mandates: verdict.mandates,
      branches: verdict.branches,
      branch_verified: verdict.branch_verified,
      changes_at: verdict.changes_at,
      loa_required: verdict.loa_required,
      services: verdict.services,
      holders_required: verdict.holders_required,
      follow_up: verdict.follow_up,
      policy_revision: policy.revision,
      data_revision: formatRevision(revision),
      data_age_ms: Math.ceil(ageMs),
    };
  }

  /** Never throws: an error is the outcome of its own item. The clock is read here, after all data. */
  function decide(item: Question, { gathered, revision, ageMs }: Reading, caller: Caller): Outcome {
    try {
      requireOwner(gathered, caller);
      const input: PolicyInput = Object.assign(gathered, { now: now() });
      const answer = toDecision(policy.decide(input), revision, ageMs);
      if (shadow === undefined && !keepInput) return { item, answer, gathered };
      // The next question of its kind sets the clock of the same facts.
      const kept = { ...input };
      shadow?.offer(kept, answer);
      return keepInput ? { item, answer, gathered, input: kept } : { item, answer, gathered };
    } catch (thrown) {
      return { item, answer: toAppError(thrown), gathered };
    }
  }

  /** A denial without evaluation: what was asked about cannot exist. */
  function refuse(item: Refusal): Outcome {
    try {
      const { revision, ageMs } = freshness.position();
      const verdict = { ...DENIAL, reasons: [...item.refused].sort() };
      return { item, answer: toDecision(verdict, revision, ageMs) };
    } catch (thrown) {
      return { item, answer: toAppError(thrown) };
    }
  }

  return { decide, refuse };
}

const DENIAL: Verdict = {
  allow: false,
  reasons: [],
  basis: null,
  mandates: [],
  branches: null,
  branch_verified: false,
  changes_at: null,
  loa_required: null,
  services: null,
  holders_required: null,
  follow_up: null,
};

/** A caller asks about services of its own owners; an unknown service has no owner, and is the policy's to deny. */
function requireOwner(gathered: Gathered, { owners }: Caller): void {
  if (owners === 'all') return;
  const owner = (gathered.portal ?? gathered.services[0]?.service)?.owner;
  if (owner === undefined || owners.includes(owner)) return;
  throw new AppError('forbidden', 'the service belongs to an owner about whose services this caller may not ask');
}
