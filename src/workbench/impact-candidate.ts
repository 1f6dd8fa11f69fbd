import { isDeepStrictEqual } from 'node:util';
import { type Difference, differenceOf } from '../domain/difference.ts';
import { AppError } from '../domain/errors.ts';
import type { Verdict } from '../domain/evaluation.ts';
import type { Bundle, BundleInput } from '../policy/bundle.ts';
import { type Engine, makeEngine } from '../policy/engine.ts';
import { makeRawInstance } from '../policy/raw-instance.ts';
import { type AuthzenAnswer, readAuthzenAnswer, readVerdict } from '../policy/result.ts';
import { makeBlame } from './impact-blame.ts';
import type { Recorded } from './replay-record.ts';

/** A bundle that is asked what was decided before under another one. */
export interface Candidate {
  input: BundleInput;
  revision: string;
  /** Undefined: it answers the same. @throws AppError when it gives no decision. */
  compare(recorded: Recorded): Difference | undefined;
  /** Which of its rules speak to the reasons that came or went, on the input of this decision. */
  blame(recorded: Recorded, difference: Difference): string[];
}

export function makeCandidate(bundle: Bundle): Candidate {
  const options = { makeInstance: makeRawInstance };
  const { input, revision } = bundle;
  const blame = makeBlame(bundle);
  const compare =
    input === 'authzen'
      ? byAnswer(makeEngine(bundle, readAuthzenAnswer, options))
      : byVerdict(makeEngine(bundle, readVerdict, options));
  return {
    input,
    revision,
    compare,
    blame: (recorded, { lost, gained }) => blame(recorded.input, [...gained, ...lost]),
  };
}

function byVerdict(engine: Engine<Verdict>): Candidate['compare'] {
  return (recorded) => {
    if (recorded.kind !== 'mandates') throw foreign();
    return differenceOf(recorded.before, engine.decide(recorded.input));
  };
}

/** A policy of which only AuthZEN's answer is known: whether it allows, and whether it says the same besides. */
function byAnswer(engine: Engine<AuthzenAnswer>): Candidate['compare'] {
  return (recorded) => {
    if (recorded.kind !== 'authzen') throw foreign();
    const [before, after] = [recorded.before, engine.decide(recorded.input)];
    const found = (kind: Difference['kind'], fields: string[]) => ({ kind, lost: [], gained: [], fields });
    if (before.decision !== after.decision) return found(after.decision ? 'deny_to_allow' : 'allow_to_deny', []);
    return isDeepStrictEqual(before.context, after.context) ? undefined : found('details', ['context']);
  };
}

function foreign(): AppError {
  return new AppError('internal', 'a decision of another kind of policy was handed to this one');
}
