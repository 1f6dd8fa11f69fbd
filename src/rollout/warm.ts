import type { Bundle } from '../policy/bundle.ts';
import type { SelfTestCase } from '../policy/bundle-parts.ts';
import { type Breathe, makeAsk } from '../policy/self-test.ts';

/** V8 compiles what is called often a second time, and well: the compiled code belongs to the module, not to an instance. */
const EVALUATIONS = 3000;
/** A policy that is slow is slow: its first callers gain nothing by others waiting for it. */
const MOST_MS = 2000;

/** Asks a bundle its own cases until it is as quick as it gets, so that its first callers do not wait for that. */
export async function warmUp(bundle: Bundle, breathe: Breathe, evaluations = EVALUATIONS): Promise<void> {
  const cases = bundle.selfTest.length > 0 ? bundle.selfTest : nothingAsked(bundle);
  const ask = makeAsk(bundle);
  let spentMs = 0;
  for (let done = 0; done < evaluations && spentMs < MOST_MS; ) {
    for (const one of cases) {
      await breathe();
      const began = performance.now();
      ask(one);
      spentMs += performance.now() - began;
      done += 1;
      if (done >= evaluations || spentMs >= MOST_MS) return;
    }
  }
}

/** Without cases: nobody asking nothing, of everything that can be asked. Answers do not matter. */
function nothingAsked({ entrypoint, others }: Bundle): SelfTestCase[] {
  return [entrypoint, ...others].map((name) => ({ title: '', input: {}, expect: {}, entrypoint: name }));
}
