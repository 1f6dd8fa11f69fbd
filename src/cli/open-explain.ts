import { AppError } from '../domain/errors.ts';
import type { Verdict } from '../domain/evaluation.ts';
import type { Explained } from '../domain/explanation.ts';
import { type Explain, type ExplainDeps, makeExplain } from '../evaluate/explain.ts';
import type { Bundle } from '../policy/bundle.ts';
import { type Engine, type EngineOptions, makeEngine } from '../policy/engine.ts';
import { EXPLAIN_ENTRYPOINT, readExplained } from '../policy/explain-result.ts';
import type { ActivePolicy } from '../rollout/active.ts';

/** It reads whole facts, of more chains than a decision does, and nobody waits for it in microseconds. */
const BOUNDS = { maxInput: 2 * 1024 * 1024, maxMemoryBytes: 16 * 1024 * 1024 };

/** Says why by the bundle of now; one that only decides cannot, and says so. */
export function openExplain(
  active: ActivePolicy,
  policy: Engine<Verdict>,
  options: EngineOptions,
  deps: Omit<ExplainDeps, 'policy' | 'explain' | 'notes'>,
): Explain {
  const explain = active.follow((bundle) => engineOf(bundle, options));
  return makeExplain({ ...deps, policy, explain, notes: () => active.bundle().rules });
}

function engineOf(bundle: Bundle, options: EngineOptions): Engine<Explained> {
  const { revision, others } = bundle;
  if (others.includes(EXPLAIN_ENTRYPOINT)) {
    return makeEngine(bundle, readExplained, { ...options, ...BOUNDS, entrypoint: EXPLAIN_ENTRYPOINT });
  }
  return {
    revision,
    decide() {
      throw new AppError('not_found', `the policy in use has no entrypoint ${EXPLAIN_ENTRYPOINT}`);
    },
  };
}
