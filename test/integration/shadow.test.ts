import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Decision } from '../../src/domain/evaluation.ts';
import { parseBundle } from '../../src/policy/bundle.ts';
import type { PolicyInput } from '../../src/policy/input.ts';
import { makeShadow, type Shadow, type ShadowOptions } from '../../src/rollout/shadow.ts';
import { makeShadowThread } from '../../src/rollout/shadow-thread.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { loadCases } from '../conformance/cases.ts';
import { COMMITTED, changedBundle } from '../support/changed-bundle.ts';
import { eventually } from '../support/eventually.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';

const { cases, register } = loadCases();
const lookups = await registerLookups(registerFacts(registerFile.parse(register)));
const active = await committedPolicy();
const decided = cases.map(({ question, now }, index): [PolicyInput, Decision] => {
  const input = policyInput(question, now, lookups);
  const provenance = { policy_revision: active.revision, data_revision: '1.1', data_age_ms: 0 };
  return [input, { id: `decision ${index}`, ...active.decide(input), ...provenance }];
});
const same = parseBundle(await readFile(COMMITTED));
const other = parseBundle(changedBundle({ 'tables.levels.eh1': 'eh3', 'tables.levels.eh3': 'eh2' }));

/** So many go to the thread at once. */
const BATCH = 32;

const open: Shadow[] = [];
afterEach(() => Promise.all(open.splice(0).map((shadow) => shadow.close())));

function shadowOf(bundle: ShadowOptions['bundle'], change: Partial<ShadowOptions> = {}): Shadow {
  const shadow = makeShadow({ bundle, share: 1, cpuPercent: 100, now: Date.now, ...change });
  open.push(shadow);
  return shadow;
}

const offerAll = (shadow: Shadow) => {
  for (const [input, decision] of decided) shadow.offer(input, decision);
};
const settled = (shadow: Shadow) =>
  eventually('everything offered is accounted for', () => {
    const { compared, dropped, failed } = shadow.status();
    const all = [...Object.values(dropped), ...Object.values(failed)].reduce((sum, n) => sum + n, compared);
    return all >= decided.length;
  });

describe('a bundle in the shadow', () => {
  it('agrees with itself on every decision', async () => {
    const shadow = shadowOf(same);
    offerAll(shadow);
    await settled(shadow);
    const { compared, same: equal, groups, active: by, candidate, cpu } = shadow.status();
    expect({ compared, equal, groups }).toEqual({ compared: decided.length, equal: decided.length, groups: [] });
    expect([by, candidate]).toEqual([active.revision, same.revision]);
    expect(cpu.spent_ms).toBeGreaterThan(0);
  });

  it('counts what it would answer otherwise, by reason and service, the widening first', async () => {
    const seen: string[] = [];
    const onCompared: ShadowOptions['onCompared'] = (_service, difference) => seen.push(difference?.kind ?? 'same');
    const shadow = shadowOf(other, { onCompared });
    offerAll(shadow);
    await settled(shadow);
    const { compared, same: equal, changed, groups } = shadow.status();
    expect(changed.deny_to_allow).toBeGreaterThan(0);
    expect(changed.allow_to_deny).toBeGreaterThan(0);
    expect(equal + Object.values(changed).reduce((a, b) => a + b)).toBe(compared);
    expect(groups[0]).toMatchObject({ difference: 'deny_to_allow', lost: ['loa_insufficient'] });
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(compared - equal);
    expect(groups[0]?.examples[0]).toMatch(/^decision \d+$/);
    expect(seen).toHaveLength(compared);
    expect(JSON.stringify(shadow.status())).not.toMatch(/bsn|pseudonym/);
  });

  it('says the same of each decision as the bundle asked outright', async () => {
    const wanted = new Set<string>();
    const { makeCandidate } = await import('../../src/workbench/impact-candidate.ts');
    const candidate = makeCandidate(other);
    for (const [input, before] of decided) {
      const recorded = {
        kind: 'mandates' as const,
        input,
        before,
        service: '',
        revision: '',
        where: { record: '', at: '' },
      };
      if (candidate.compare(recorded)) wanted.add(before.id);
    }
    const found = shadowOf(other);
    offerAll(found);
    await settled(found);
    expect(found.status().compared - found.status().same).toBe(wanted.size);
    for (const { examples } of found.status().groups) for (const id of examples) expect(wanted).toContain(id);
  });

  it('begins anew when another policy has become active', async () => {
    const shadow = shadowOf(same);
    offerAll(shadow);
    await settled(shadow);
    const [input, decision] = decided[0] ?? [];
    if (!input || !decision) throw new Error('there are no cases');
    shadow.offer(input, { ...decision, policy_revision: 'another' });
    await eventually('the comparison has begun anew', () => shadow.status().active === 'another');
    expect(shadow.status()).toMatchObject({ compared: 1, same: 1 });
  });

  it('leaves what is not in its share', async () => {
    const shadow = shadowOf(same, { share: Number.EPSILON });
    offerAll(shadow);
    expect(shadow.status()).toMatchObject({ compared: 0, dropped: { budget: 0, queue: 0, resting: 0 } });
  });

  it('drops what it has no CPU left for, and what waits too long a queue', async () => {
    const asked: number[] = [];
    const thread = {
      ask: async (inputs: readonly string[]) => {
        asked.push(inputs.length);
        return { verdicts: inputs.map(() => null), ms: 10_000 };
      },
      close: async () => {},
    };
    const shadow = shadowOf(same, { cpuPercent: 1, thread });
    for (let times = 0; times < 5; times++) offerAll(shadow);
    expect(shadow.status().dropped.queue).toBe(decided.length * 5 - 512);
    await eventually('the queue is worked off', () => asked.reduce((a, b) => a + b) === 512);
    offerAll(shadow);
    expect(shadow.status().dropped.budget).toBe(decided.length);
  });
});

describe('a candidate that fails', () => {
  it.each([
    ['ends its thread', 'shadow-crash', 'crashed', 15_000],
    ['never answers', 'shadow-hang', 'slow', 500],
  ] as const)('and %s leaves everybody else alone', async (_how, module, cause, limitMs) => {
    const beside = '../../test/fixtures/threads/';
    const thread = makeShadowThread({ candidate: same, limitMs, startMs: 1000, module: `${beside}${module}` });
    const shadow = shadowOf(same, { thread });
    offerAll(shadow);
    await settled(shadow);
    const { failed, dropped, compared } = shadow.status();
    expect(compared).toBe(0);
    expect(failed[cause]).toBe(BATCH);
    expect(dropped.resting).toBe(decided.length - BATCH);
    offerAll(shadow);
    expect(shadow.status().dropped.resting).toBe(decided.length * 2 - BATCH);
  });

  it('is counted where it answers nothing well-formed, and goes on', async () => {
    const broken = parseBundle(changedBundle({ 'tables.direct_basis.employee': 'nonsense' }));
    const shadow = shadowOf(broken);
    offerAll(shadow);
    await settled(shadow);
    const { failed, compared } = shadow.status();
    expect(failed.no_decision).toBeGreaterThan(0);
    expect(compared).toBe(decided.length - failed.no_decision);
  });

  it('starts anew with the next batch', async () => {
    const thread = makeShadowThread({ candidate: same, limitMs: 5000, startMs: 10_000 });
    const inputs = ['{"now":0}', 'no json'];
    expect(await thread.ask(inputs)).toMatchObject({ verdicts: [{ allow: false }, null] });
    await thread.close();
    expect(await thread.ask(inputs)).toMatchObject({ verdicts: [{ allow: false }, null] });
    await thread.close();
  });
});
