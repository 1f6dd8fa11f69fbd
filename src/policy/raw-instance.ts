import type { LoadedPolicy } from '@open-policy-agent/opa-wasm';
import { entrypointId, exportsOf, type Instance, load, type MakeInstance } from './instance.ts';

const PAGE = 64 * 1024;

/**
 * The same evaluation without the SDK's copies: JSON is written straight into the instance's memory and `opa_eval` is
 * called as the SDK does (ABI 1.2). Rests on the SDK's public fields `mem`, `dataAddr` and `dataHeapPtr`.
 */
export const makeRawInstance: MakeInstance = (module, data, entrypoint) => {
  const policy = load(module, data);
  return rawInstance(policy, entrypointId(policy, entrypoint), policy.dataHeapPtr);
};

/** Writes at `at`, and leaves the memory below as it is. */
export function rawInstance(policy: LoadedPolicy, id: number, at: number): Instance {
  const { opa_eval } = exportsOf(policy);
  // Writes and reads short UTF-8 without a view for each.
  let memory = Buffer.from(policy.mem.buffer);

  /** UTF-8 takes at most three bytes for each UTF-16 unit. */
  function makeRoom(json: string): void {
    const missing = at + json.length * 3 - policy.mem.buffer.byteLength;
    if (missing > 0) policy.mem.grow(Math.ceil(missing / PAGE));
    refresh();
  }

  /** Growing, here or while evaluating, detaches what looked at the memory. */
  function refresh(): void {
    if (memory.buffer !== policy.mem.buffer) memory = Buffer.from(policy.mem.buffer);
  }

  return {
    evaluate(json) {
      makeRoom(json);
      const written = memory.write(json, at, 'utf8');
      const answer = opa_eval(0, id, policy.dataAddr, at, written, at + written, 0);
      refresh();
      return JSON.parse(memory.toString('utf8', answer, memory.indexOf(0, answer)));
    },
    memoryBytes: () => policy.mem.buffer.byteLength,
  };
}
