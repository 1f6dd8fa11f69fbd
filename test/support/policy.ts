import { join } from 'node:path';
import type { Question, Verdict } from '../../src/domain/evaluation.ts';
import { gather } from '../../src/evaluate/gather.ts';
import { runNow } from '../../src/evaluate/strand.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import { type Bundle, readBundle } from '../../src/policy/bundle.ts';
import { type Engine, makeEngine } from '../../src/policy/engine.ts';
import type { PolicyInput } from '../../src/policy/input.ts';
import type { MakeInstance } from '../../src/policy/instance.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { makeValueInstance } from '../../src/policy/value-instance.ts';
import { testAlias } from '../../src/workbench/cases/register-writes.ts';

/** The committed policy, ready to decide, as it is asked in production unless told otherwise. */
export async function committedPolicy(makeInstance: MakeInstance = makeValueInstance): Promise<Engine<Verdict>> {
  return makeEngine(await committedBundle(), readVerdict, { makeInstance });
}

export function committedBundle(): Promise<Bundle> {
  return readBundle(join(import.meta.dirname, '../../bundles/mandates.tar.gz'));
}

/** What the policy reads for a question, found in a projection that has everything at hand. */
export function policyInput(question: Question, now: number, lookups: Lookups): PolicyInput {
  const found = runNow(gather(question, testAlias), lookups);
  if (found === undefined) throw new Error('an in-process projection always answers at once');
  return { ...found, now };
}
