import type { Bundle } from '../policy/bundle.ts';
import { BundleRefusal } from '../policy/bundle-refusal.ts';
import type { Engine } from '../policy/engine.ts';
import type { Breathe } from '../policy/self-test.ts';

/** The policy of a process, which may be another one from one question to the next. */
export interface ActivePolicy {
  /** The bundle of now. Read it in the same synchronous stretch as `decide`. */
  bundle(): Bundle;
  /**
   * An engine that asks the bundle of now. `decide` and `revision` of all that follow are of one bundle as long as
   * nothing is awaited in between.
   */
  follow<T>(make: (bundle: Bundle) => Engine<T>): Engine<T>;
}

export interface SwappablePolicy extends ActivePolicy {
  /**
   * Makes all engines over the bundle, and returns what lets them take over: one synchronous step.
   * @throws BundleRefusal when it cannot be asked what this process asks
   */
  prepare(bundle: Bundle, breathe: Breathe): Promise<() => void>;
}

interface Follower {
  /** What takes over once it is called. */
  renew(bundle: Bundle): () => void;
}

export function makeActivePolicy(first: Bundle): SwappablePolicy {
  let active = first;
  const followers: Follower[] = [];
  return {
    bundle: () => active,
    follow(make) {
      let current = make(active);
      followers.push({
        renew(bundle) {
          const next = make(bundle);
          return () => {
            current = next;
          };
        },
      });
      return {
        get revision() {
          return current.revision;
        },
        decide: (input) => current.decide(input),
        pinned: () => current,
      };
    },
    async prepare(bundle, breathe) {
      assertSameInput(active, bundle);
      const steps: (() => void)[] = [];
      const renewed = new Set<Follower>();
      for (const follower of followers) {
        await breathe();
        steps.push(renew(follower, bundle));
        renewed.add(follower);
      }
      return () => {
        // Who came while the others were being made.
        for (const late of followers.filter((follower) => !renewed.has(follower))) steps.push(renew(late, bundle));
        for (const step of steps) step();
        active = bundle;
      };
    },
  };
}

function renew(follower: Follower, bundle: Bundle): () => void {
  try {
    return follower.renew(bundle);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BundleRefusal('entrypoint_missing', why, { cause: thrown });
  }
}

/** Another kind of question is another service: callers, rights and records of the running one would not fit it. */
function assertSameInput(active: Bundle, next: Bundle): void {
  if (active.input === next.input) return;
  throw new BundleRefusal(
    'other_input',
    `it reads ${next.input}, the one in use ${active.input}: that needs a restart`,
  );
}
