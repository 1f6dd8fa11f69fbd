import { isDeepStrictEqual } from 'node:util';
import type { LoadedPolicy } from '@open-policy-agent/opa-wasm';
import type { PolicyInput } from './input.ts';
import { writeInput } from './input-json.ts';
import { entrypointId, type Instance, load, type MakeInstance } from './instance.ts';
import { rawInstance } from './raw-instance.ts';
import { makeConstants, unify } from './value-constants.ts';
import { ValueInput } from './value-input.ts';
import { NotWritten, ValueMemory } from './value-memory.ts';
import { makePlaces, spread } from './value-places.ts';
import { ValueResult } from './value-result.ts';
import { SAMPLES } from './value-samples.ts';
import type { Spelling } from './value-shape.ts';

/** Of the memory: what makes data quick to read, what is kept from question to question, and what one question may take. */
const DATA_BYTES = 256 * 1024;
const KEPT_BYTES = 2 * 1024 * 1024;
const SCRATCH_BYTES = 128 * 1024;

/** The module's own texts; nothing where values turned out to be laid out in another way. Looked into once. */
const spellings = new WeakMap<WebAssembly.Module, { spelling: Spelling | undefined }>();

/**
 * Asks without text where it can: writes the input as values into the instance's memory, and reads the result there.
 * That rests on how OPA lays values out, which is tried on each module before it is relied on; else it asks as text.
 */
export const makeValueInstance: MakeInstance = (module, data, entrypoint) => {
  const make = () => load(module, data);
  const { spelling } = spellings.get(module) ?? { spelling: tryLayout(make, entrypoint) };
  spellings.set(module, { spelling });
  const policy = make();
  const id = entrypointId(policy, entrypoint);
  return spelling ? valueInstance(policy, id, spelling) : rawInstance(policy, id, policy.dataHeapPtr);
};

function valueInstance(policy: LoadedPolicy, id: number, spelling: Spelling): Instance {
  const { mem } = policy;
  const from = prepareData(policy, spelling);
  const text = rawInstance(policy, id, from + KEPT_BYTES + 8);
  let values: ReturnType<typeof makeValues> | undefined;
  return {
    ...text,
    evaluateInput(input) {
      try {
        values ??= makeValues(policy, id, spelling, from);
        return values.evaluate(input);
      } catch (thrown) {
        if (!(thrown instanceof NotWritten)) throw thrown;
        if (thrown.full) values = undefined;
        return undefined;
      }
    },
    memoryBytes: () => mem.buffer.byteLength,
  };
}

/** Makes the data quick to read, once and for all, as far as there is room. @returns where the memory is free from on */
function prepareData(policy: LoadedPolicy, { constantOf, placesOf }: Spelling): number {
  const memory = new ValueMemory(policy, DATA_BYTES, 0);
  unify(memory.bytes, policy.dataAddr, constantOf);
  try {
    spread(memory, policy.dataAddr, placesOf);
  } catch (thrown) {
    if (!(thrown instanceof NotWritten)) throw thrown;
  }
  return memory.end;
}

function makeValues(policy: LoadedPolicy, id: number, spelling: Spelling, from: number) {
  const memory = new ValueMemory(policy, KEPT_BYTES, SCRATCH_BYTES, from);
  const context = memory.keepContext(id);
  const input = new ValueInput(memory, spelling);
  const result = new ValueResult(memory, policy.baseHeapPtr);
  const { exports } = memory;
  return {
    memory,
    input,
    evaluate(asked: PolicyInput): unknown {
      const value = input.write(asked);
      memory.release();
      exports.opa_eval_ctx_set_input(context, value);
      if (exports.eval(context) !== 0) throw new Error('the evaluation failed');
      memory.refresh();
      return result.read(exports.opa_eval_ctx_get_result(context));
    },
  };
}

/** Writes and asks the samples both ways, on instances of their own: what goes wrong there leaves nothing behind. */
function tryLayout(make: () => LoadedPolicy, entrypoint: string): Spelling | undefined {
  const [policy, other] = [make(), make()];
  const id = entrypointId(policy, entrypoint);
  const text = rawInstance(other, id, other.dataHeapPtr);
  const constantOf = makeConstants(Buffer.from(policy.mem.buffer.slice(0, policy.baseHeapPtr)));
  const spelling = { constantOf, placesOf: makePlaces() };
  try {
    const values = makeValues(policy, id, spelling, prepareData(policy, spelling));
    const agrees = (input: PolicyInput) => {
      const json = writeInput(input);
      const written = values.input.write(input);
      values.memory.release();
      return (
        isDeepStrictEqual(JSON.parse(values.memory.dump(written)), JSON.parse(json)) &&
        isDeepStrictEqual(onlySaid(values.evaluate(input)), text.evaluate(json))
      );
    };
    return SAMPLES.every(agrees) ? spelling : undefined;
  } catch {
    return undefined;
  }
}

/** Without what was left out. */
function onlySaid(results: unknown): unknown {
  return JSON.parse(JSON.stringify(results));
}
