import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/domain/evaluation.ts';
import { type Bundle, readBundle } from '../../src/policy/bundle.ts';
import { BundleRefusal } from '../../src/policy/bundle-refusal.ts';
import { type Engine, makeEngine } from '../../src/policy/engine.ts';
import { readAuthzenAnswer, readVerdict } from '../../src/policy/result.ts';
import { makeActivePolicy } from '../../src/rollout/active.ts';
import { aWorld, caller, DIRECT, PEOPLE, projected, question, remote } from '../support/decide-world.ts';
import { fixtureBundle } from '../support/policy-fixtures.ts';

const mini = await readBundle(fixtureBundle('mini'));
const named = (revision: string): Bundle => ({ ...mini, revision });
const engine = makeEngine(mini, readVerdict);
const breathe = async () => {};
const call = { caller, requestId: 'r' };

/** Says in its reasons by which bundle it denied. */
function telling(bundle: Bundle): Engine<Verdict> {
  return {
    revision: bundle.revision,
    decide: (input) => ({ ...engine.decide(input), allow: false, basis: null, reasons: [bundle.revision] }),
  };
}

describe('a policy that is swapped', () => {
  it('answers every question by one bundle, also one that was waiting for its data', async () => {
    const active = makeActivePolicy(named('0'));
    const far = remote(await projected([...PEOPLE, DIRECT]));
    let swaps = 0;
    let swapping = true;
    const { evaluate } = await aWorld([], {
      policy: active.follow(telling),
      lookups: {
        ...far,
        // As from a store: the answer comes some turns later, each of which may bring another bundle.
        async read(keys) {
          for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
          return far.read(keys);
        },
      },
    });
    const swapped = (async () => {
      while (swapping) {
        swaps += 1;
        (await active.prepare(named(String(swaps)), breathe))();
        await new Promise(setImmediate);
      }
    })();
    const seen = new Set<string>();
    for (let asked = 0; asked < 100; asked += 1) {
      const one = await evaluate.one(question, call);
      expect(one.reasons).toEqual([one.policy_revision]);
      const many = await evaluate.many([question, question, question], 'execute_all', call);
      const revisions = many.map((answer) => ('policy_revision' in answer ? answer.policy_revision : answer.message));
      expect(new Set(revisions).size).toBe(1);
      seen.add(one.policy_revision).add(revisions[0] ?? '');
    }
    swapping = false;
    await swapped;
    expect(seen.size).toBeGreaterThan(20);
    expect(swaps).toBeGreaterThan(100);
  });

  it('swaps all that is asked of it in one step, also what came while the others were made', async () => {
    const active = makeActivePolicy(named('old'));
    const engines = [active.follow(telling), active.follow(telling)];
    const begin = await active.prepare(named('new'), async () => {
      if (engines.length < 3) engines.push(active.follow(telling));
    });
    expect([...engines.map(({ revision }) => revision), active.bundle().revision]).toEqual(Array(4).fill('old'));
    begin();
    expect([...engines.map(({ revision }) => revision), active.bundle().revision]).toEqual(Array(4).fill('new'));
  });

  it('goes on as it was for whoever holds on to it', async () => {
    const active = makeActivePolicy(named('old'));
    const follower = active.follow(telling);
    const pinned = follower.pinned?.();
    (await active.prepare(named('new'), breathe))();
    expect([pinned?.revision, follower.revision, follower.pinned?.().revision]).toEqual(['old', 'new', 'new']);
  });

  it('swaps nothing when one of its users cannot ask the next bundle', async () => {
    const active = makeActivePolicy(named('old'));
    const decides = active.follow(telling);
    const asks = active.follow((bundle) => {
      if (bundle.revision === 'new') throw new Error('it has no entrypoint admin/decision');
      return telling(bundle);
    });
    const refusal = await active.prepare(named('new'), breathe).catch((thrown: unknown) => thrown);
    expect(refusal).toBeInstanceOf(BundleRefusal);
    expect(refusal).toMatchObject({ code: 'entrypoint_missing', message: 'it has no entrypoint admin/decision' });
    expect([decides.revision, asks.revision, active.bundle().revision]).toEqual(['old', 'old', 'old']);
  });

  it('takes no bundle that reads another kind of question', async () => {
    const active = makeActivePolicy(await readBundle(fixtureBundle('echo')));
    active.follow((bundle) => makeEngine(bundle, readAuthzenAnswer));
    await expect(active.prepare(mini, breathe)).rejects.toMatchObject({ code: 'other_input' });
  });
});
