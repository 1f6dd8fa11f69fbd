import { isDeepStrictEqual } from 'node:util';
import { toError } from '../domain/errors.ts';
import { readAdminVerdict } from './admin-result.ts';
import { ADMIN_ENTRYPOINT, type Bundle } from './bundle.ts';
import type { SelfTestCase } from './bundle-parts.ts';
import { BundleRefusal } from './bundle-refusal.ts';
import type { Instance } from './instance.ts';
import { makeRawInstance } from './raw-instance.ts';
import { onlyResult, readAuthzenAnswer, readVerdict } from './result.ts';

/** Gives others their turn, where due: long work on the thread that answers is done in slices. */
export type Breathe = () => Promise<void>;

/**
 * Asks a bundle its own cases, in the form in which decisions are asked.
 * @throws BundleRefusal `self_test_failed` naming the first case whose answer is another
 */
export async function passSelfTest(bundle: Bundle, breathe: Breathe): Promise<void> {
  const ask = makeAsk(bundle);
  for (const one of bundle.selfTest) {
    await breathe();
    const fault = faultIn(one, ask);
    if (fault !== undefined) throw new BundleRefusal('self_test_failed', `its case "${one.title}" ${fault}`);
  }
}

/** The answer to one case, or a sentence saying why there is none. */
export type Ask = (one: SelfTestCase) => object | string;

/** Instances are made once for each entrypoint, and anew after a throw. */
export function makeAsk(bundle: Bundle): Ask {
  const instances = new Map<string, Instance>();
  return ({ input, entrypoint = bundle.entrypoint }) => {
    const instance = instances.get(entrypoint);
    try {
      const asked = instance ?? makeRawInstance(bundle.module, bundle.data, entrypoint);
      instances.set(entrypoint, asked);
      const result = onlyResult(asked.evaluate(JSON.stringify(input)));
      return result === undefined ? 'gives no single answer' : read(bundle, entrypoint, result.value);
    } catch (thrown) {
      instances.delete(entrypoint);
      return `cannot be evaluated: ${toError(thrown).message}`;
    }
  };
}

function read(bundle: Bundle, entrypoint: string, value: unknown): object | string {
  if (entrypoint === ADMIN_ENTRYPOINT) return readAdminVerdict(value);
  if (entrypoint !== bundle.entrypoint) return typeof value === 'object' && value !== null ? value : 'is no object';
  return bundle.input === 'authzen' ? readAuthzenAnswer(value) : readVerdict(value);
}

function faultIn(one: SelfTestCase, ask: Ask): string | undefined {
  const answer = ask(one);
  if (typeof answer === 'string') return answer;
  const given = new Map<string, unknown>(Object.entries(answer));
  for (const [field, expected] of Object.entries(one.expect)) {
    if (isDeepStrictEqual(given.get(field), expected)) continue;
    return `expects ${field} ${JSON.stringify(expected)} and gets ${JSON.stringify(given.get(field))}`;
  }
  return undefined;
}
