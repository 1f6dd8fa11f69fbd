import type { Verdict } from '../domain/evaluation.ts';
import { type Explain, type ExplainDeps, makeExplain } from '../evaluate/explain.ts';
import type { Bundle } from '../policy/bundle.ts';
import { type Engine, type EngineOptions, makeEngine } from '../policy/engine.ts';
import { EXPLAIN_ENTRYPOINT, readExplained } from '../policy/explain-result.ts';

/** It reads whole facts, of more chains than a decision does, and nobody waits for it in microseconds. */
const BOUNDS = { maxInput: 2 * 1024 * 1024, maxMemoryBytes: 16 * 1024 * 1024 };

/** Says why, where the bundle can; one that only decides cannot. */
export function openExplain(
  bundle: Bundle,
  policy: Engine<Verdict>,
  options: EngineOptions,
  deps: Omit<ExplainDeps, 'policy' | 'explain' | 'notes'>,
): Explain | undefined {
  if (!bundle.others.includes(EXPLAIN_ENTRYPOINT)) return undefined;
  const explain = makeEngine(bundle, readExplained, { ...options, ...BOUNDS, entrypoint: EXPLAIN_ENTRYPOINT });
  return makeExplain({ ...deps, policy, explain, notes: () => bundle.rules });
}
