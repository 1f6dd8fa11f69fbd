import { createRequire } from 'node:module';
import type { LoadedPolicy } from '@open-policy-agent/opa-wasm';
import type { PolicyInput } from './input.ts';

/** Its ES module exports less than its types say; its CommonJS module exports all of it. */
const opa: typeof import('@open-policy-agent/opa-wasm') = createRequire(import.meta.url)('@open-policy-agent/opa-wasm');

/** One WebAssembly instance of a policy: JSON in, the result set out. Throws whatever the SDK throws, also strings. */
export interface Instance {
  evaluate(json: string): unknown;
  /** The same without text, where this instance can: else nothing, and it is to be asked as text. */
  evaluateInput?(input: PolicyInput): unknown;
  memoryBytes(): number;
}

/** Makes an instance over a compiled module, which instances share. */
export type MakeInstance = (module: WebAssembly.Module, data: object, entrypoint: string) => Instance;

/** 5 pages, the SDK's default, are too few for a large data segment; 16 MiB bound what one question can take. */
const MEMORY = { initial: 32, maximum: 256 };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The SDK's own call. Bytes that we made ourselves are handed over, so that JSON is written once and checked. */
export const makeStockInstance: MakeInstance = (module, data, entrypoint) => {
  const policy = load(module, data);
  const id = entrypointId(policy, entrypoint);
  return {
    evaluate(json) {
      const bytes = encoder.encode(json);
      return policy.evaluate(bytes.buffer.byteLength === bytes.byteLength ? bytes.buffer : bytes.slice().buffer, id);
    },
    memoryBytes: () => policy.mem.buffer.byteLength,
  };
};

export function load(module: WebAssembly.Module, data: object): LoadedPolicy {
  const policy = opa.loadPolicySync(module, MEMORY);
  if (!(Number(policy.minorVersion) >= 2)) throw new Error('it is built by an OPA that is too old (ABI before 1.2)');
  policy.setData(data);
  return policy;
}

export function entrypointId(policy: LoadedPolicy, entrypoint: string): number {
  const id: unknown = policy.entrypoints[entrypoint];
  if (typeof id !== 'number') throw new Error(`the policy has no entrypoint ${entrypoint}`);
  return id;
}

/** Built-ins the module calls in its host, by name: it answers with JSON in its own memory. */
export function neededBuiltins(policy: LoadedPolicy): string[] {
  const exports = exportsOf(policy);
  const names: unknown = JSON.parse(cString(policy.mem, exports.opa_json_dump(exports.builtins())));
  return typeof names === 'object' && names !== null ? Object.keys(names) : [];
}

interface Exports {
  builtins(): number;
  opa_json_parse(address: number, length: number): number;
  opa_json_dump(address: number): number;
  opa_heap_ptr_get(): number;
  opa_heap_ptr_set(address: number): void;
  opa_eval_ctx_new(): number;
  opa_eval_ctx_set_data(context: number, data: number): void;
  opa_eval_ctx_set_entrypoint(context: number, entrypoint: number): void;
  opa_eval_ctx_set_input(context: number, input: number): void;
  opa_eval_ctx_get_result(context: number): number;
  eval(context: number): number;
  opa_eval(
    reserved: number,
    entrypoint: number,
    data: number,
    input: number,
    inputLength: number,
    heap: number,
    format: number,
  ): number;
}

/** The exports that OPA's ABI 1.2 and later promises; the SDK types them as unknown. */
export function exportsOf(policy: LoadedPolicy): Exports {
  const instance = policy.wasmInstance;
  const { exports } = 'instance' in instance ? instance.instance : instance;
  return exports as unknown as Exports;
}

/** The text at an address, up to its closing zero. */
export function cString(memory: WebAssembly.Memory, address: number): string {
  const bytes = new Uint8Array(memory.buffer, address);
  return decoder.decode(bytes.subarray(0, bytes.indexOf(0)));
}
