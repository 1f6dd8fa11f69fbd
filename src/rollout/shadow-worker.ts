import { parentPort, workerData } from 'node:worker_threads';
import type { Verdict } from '../domain/evaluation.ts';
import type { Bundle } from '../policy/bundle.ts';
import type { Instance } from '../policy/instance.ts';
import { makeRawInstance } from '../policy/raw-instance.ts';
import { onlyResult, readVerdict } from '../policy/result.ts';

/** What the thread is started with; without `rules` and cases, which it has no use for. */
export type ShadowWorkerData = Pick<Bundle, 'module' | 'data' | 'entrypoint'>;

/** On each input the verdict, or null where there is no single well-formed one; as JSON, which crosses threads soonest. */
export type ShadowReply = string;

/** Memory never shrinks: a larger instance is replaced. */
const MAX_MEMORY = 8 * 1024 * 1024;

const { module, data, entrypoint } = workerData as ShadowWorkerData; // shadow-thread.ts hands over nothing else
let instance: Instance | undefined;

function decide(json: string): Verdict | null {
  try {
    instance ??= makeRawInstance(module, data, entrypoint);
    const verdict = readVerdict(onlyResult(instance.evaluate(json))?.value);
    if (instance.memoryBytes() > MAX_MEMORY) instance = undefined;
    return typeof verdict === 'string' ? null : verdict;
  } catch {
    // What a throw leaves of an instance fails for good in the end; that there was none is counted by who asked.
    instance = undefined;
    return null;
  }
}

parentPort?.on('message', (inputs: readonly string[]) => {
  parentPort?.postMessage(JSON.stringify(inputs.map(decide)) satisfies ShadowReply);
});
