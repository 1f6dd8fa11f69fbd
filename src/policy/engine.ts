import { AppError, toError } from '../domain/errors.ts';
import type { Bundle } from './bundle.ts';
import type { PolicyInput } from './input.ts';
import { writeInput } from './input-json.ts';
import { type Instance, type MakeInstance, makeStockInstance } from './instance.ts';
import { onlyResult } from './result.ts';

/** Why an instance was replaced: it threw, answered what is no decision, or had grown too large. */
export type ReplacementCause = 'threw' | 'malformed' | 'memory';

export interface EngineOptions {
  makeInstance?: MakeInstance;
  onReplace?: (cause: ReplacementCause) => void;
  /** Longest input in JSON characters. */
  maxInput?: number;
  /** Memory never shrinks: beyond this an instance is replaced after the answer. */
  maxMemoryBytes?: number;
  /** What is asked of the bundle; its decision, unless told otherwise. */
  entrypoint?: string;
}

export interface Engine<T> {
  readonly revision: string;
  /**
   * @throws AppError `policy_failed` when there is no single well-formed decision: never a denial.
   * @throws AppError `invalid_request` for text that is no Unicode, or input beyond the bounds.
   */
  decide(input: object): T;
  /** Goes on asking the policy of now when another comes into use: for what takes a while and must be one policy's. */
  pinned?(): Engine<T>;
}

/** Evaluates a bundle's entrypoint, one instance at a time; `read` returns a sentence when a result is no T. */
export function makeEngine<T>(
  bundle: Bundle,
  read: (result: unknown) => Exclude<T, string> | string,
  options: EngineOptions = {},
): Engine<T> {
  const { makeInstance = makeStockInstance, maxInput = 512 * 1024, maxMemoryBytes = 8 * 1024 * 1024 } = options;
  const { entrypoint = bundle.entrypoint } = options;
  const fresh = () => makeInstance(bundle.module, bundle.data, entrypoint);
  // Whoever asks the decision of a bundle with `input: mandates` asks with a PolicyInput; `Engine` leaves that open.
  const trims = bundle.input === 'mandates' && entrypoint === bundle.entrypoint;
  const write = trims ? (input: object) => writeInput(input as PolicyInput) : JSON.stringify;
  let instance: Instance | undefined = fresh();
  let busy = false;

  // What a throw leaves of an instance's stack is never given back: after some hundreds it fails for good.
  const discard = (cause: ReplacementCause) => {
    instance = undefined;
    options.onReplace?.(cause);
  };

  function ask(evaluate: (asked: Instance) => unknown): unknown {
    if (busy) throw new AppError('policy_failed', 'the policy was asked while it was answering');
    busy = true;
    try {
      instance ??= fresh();
      return evaluate(instance);
    } catch (thrown) {
      discard('threw');
      throw new AppError('policy_failed', 'the policy could not be evaluated', { cause: toError(thrown) });
    } finally {
      busy = false;
    }
  }

  function evaluate(input: object): unknown {
    const results = trims ? ask((asked) => asked.evaluateInput?.(input as PolicyInput)) : undefined;
    if (results !== undefined) return results;
    const json = toJson(input, write, maxInput);
    return ask((asked) => asked.evaluate(json));
  }

  return {
    revision: bundle.revision,
    decide(input) {
      const result = onlyResult(evaluate(input));
      const decision = result === undefined ? 'the policy gave no single result' : read(result.value);
      if (typeof decision === 'string') {
        discard('malformed');
        throw new AppError('policy_failed', decision);
      }
      if (instance && instance.memoryBytes() > maxMemoryBytes) discard('memory');
      return decision;
    },
  };
}

/** `JSON.stringify` writes lone surrogates, and only those, as `\ud8xx`…`\udfxx`; the policy's parser throws on them. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

function toJson(input: object, write: (input: object) => string, maxLength: number): string {
  if (typeof input !== 'object' || input === null) throw new AppError('policy_failed', 'the policy reads objects only');
  let json: string;
  try {
    json = write(input);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('invalid_request', 'the request is too deep, or no JSON', { cause: toError(thrown) });
  }
  if (json.length > maxLength)
    throw new AppError('invalid_request', `the policy reads at most ${maxLength} characters`);
  if (json.includes('\\ud') && LONE_SURROGATE.test(json)) {
    throw new AppError('invalid_request', 'text holds a lone surrogate: it is no Unicode');
  }
  return json;
}
