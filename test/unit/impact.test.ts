import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../src/domain/difference.ts';
import type { Verdict } from '../../src/domain/evaluation.ts';
import { makeBudget } from '../../src/rollout/shadow-budget.ts';
import { makeShadowTally } from '../../src/rollout/shadow-tally.ts';
import { impactText } from '../../src/workbench/impact-report.ts';
import {
  addTally,
  type Change,
  countChange,
  countSame,
  listGroups,
  makeTally,
} from '../../src/workbench/impact-tally.ts';

const allow: Verdict = {
  allow: true,
  reasons: [],
  basis: 'mandate',
  mandates: ['a', 'b'],
  branches: 'all',
  branch_verified: false,
  changes_at: 1,
  loa_required: null,
  services: null,
  holders_required: null,
  follow_up: { to: 'both', delegate_may_read: true },
};
const deny: Verdict = { ...allow, allow: false, reasons: ['no_mandate', 'x'], basis: null, mandates: [] };

describe('the difference of two verdicts', () => {
  it('is none between equals, in whatever order they were written', () => {
    const same = {
      ...allow,
      mandates: [...allow.mandates],
      follow_up: { delegate_may_read: true, to: 'both' as const },
    };
    expect(differenceOf(allow, same)).toBeUndefined();
    expect(differenceOf(deny, { ...deny, reasons: ['x', 'no_mandate'] })).toBeUndefined();
  });

  it.each<[string, Verdict, Verdict, object]>([
    ['a widening', deny, allow, { kind: 'deny_to_allow', lost: ['no_mandate', 'x'], gained: [] }],
    ['a narrowing', allow, deny, { kind: 'allow_to_deny', lost: [], gained: ['no_mandate', 'x'] }],
    [
      'another reason',
      deny,
      { ...deny, reasons: ['x', 'y'] },
      { kind: 'reasons', lost: ['no_mandate'], gained: ['y'] },
    ],
    ['fewer reasons', deny, { ...deny, reasons: ['x'] }, { kind: 'reasons', lost: ['no_mandate'], gained: [] }],
    ['the order of mandates', allow, { ...allow, mandates: ['b', 'a'] }, { kind: 'details', fields: ['mandates'] }],
    ['another moment', allow, { ...allow, changes_at: null }, { kind: 'details', fields: ['changes_at'] }],
    ['who reads', allow, { ...allow, follow_up: null }, { kind: 'details', fields: ['follow_up'] }],
  ])('is %s', (_what, before, after, expected) => {
    expect(differenceOf(before, after)).toMatchObject(expected);
  });

  it.each(Object.keys(allow).filter((field) => field !== 'allow' && field !== 'reasons'))('sees %s', (field) => {
    expect(differenceOf(allow, { ...allow, [field]: 'another' } as Verdict)).toMatchObject({ fields: [field] });
  });
});

const change = (more: Partial<Change<number>> = {}): Change<number> => ({
  ...{
    impact: 'allow_to_deny',
    service: 's',
    lost: [],
    gained: ['r'],
    fields: [],
    example: 1,
    rules: () => ['p.rule'],
  },
  ...more,
});

describe('a tally', () => {
  it('asks the rules of the first few of a group, and keeps so many examples', () => {
    const tally = makeTally<number>();
    let asked = 0;
    const rules = () => {
      asked += 1;
      return [`p.rule${asked}`];
    };
    for (let example = 0; example < 10; example++) countChange(tally, change({ example, rules }), 2);
    const rulesSeen = ['p.rule1', 'p.rule2', 'p.rule3'];
    expect(listGroups(tally)).toMatchObject([{ count: 10, examples: [0, 1], rules: rulesSeen }]);
  });

  it('holds no more groups than it may, and says how many changes it does not list', () => {
    const tally = makeTally<number>();
    for (let n = 0; n < 2500; n++) countChange(tally, change({ service: `s${n}` }), 1);
    expect(tally).toMatchObject({ compared: 2500, unlisted: 500, changed: { allow_to_deny: 2500 } });
    expect(tally.groups.size).toBe(2000);
    expect(impactText(tally, {}, String)).toContain('500 more');
  });

  it('is the same counted in parts', () => {
    const changes = Array.from({ length: 60 }, (_, n) =>
      change({ example: n, service: `s${n % 4}`, impact: n % 3 === 0 ? 'deny_to_allow' : 'reasons' }),
    );
    const whole = makeTally<number>();
    const parts = [makeTally<number>(), makeTally<number>(), makeTally<number>()];
    for (const [n, one] of changes.entries()) {
      const part = parts[Math.floor(n / 20)] ?? whole;
      countChange(whole, one, 3);
      countChange(part, one, 3);
      countSame(whole);
      countSame(part);
    }
    const sum = makeTally<number>();
    for (const part of parts) addTally(sum, part, 3);
    expect(sum).toEqual(whole);
  });

  it('lists the gravest first, whatever is most', () => {
    const tally = makeTally<number>();
    for (const impact of ['details', 'reasons', 'failed', 'allow_to_deny', 'deny_to_allow'] as const) {
      for (let n = 0; n < (impact === 'deny_to_allow' ? 1 : 5); n++) countChange(tally, change({ impact }), 1);
    }
    const order = ['deny_to_allow', 'allow_to_deny', 'failed', 'reasons', 'details'];
    expect(listGroups(tally).map(({ impact }) => impact)).toEqual(order);
  });
});

describe('the budget of a shadow', () => {
  it('is its share of the time that passes', () => {
    let now = 0;
    const budget = makeBudget(0.05, () => now);
    budget.spend(50);
    expect(budget.isOpen()).toBe(false);
    budget.spend(50);
    now = 999;
    expect(budget.isOpen()).toBe(false);
    now = 1001;
    expect(budget.isOpen()).toBe(true);
    expect(budget.spent()).toBe(100);
  });

  it('saves up for no more than a second', () => {
    let now = 0;
    const budget = makeBudget(0.05, () => now);
    now = 1_000_000;
    budget.spend(51);
    expect(budget.isOpen()).toBe(false);
  });

  it('lets no more through in the long run, whatever each one takes', () => {
    let now = 0;
    const budget = makeBudget(0.1, () => now);
    for (; now < 100_000; now += 1) if (budget.isOpen()) budget.spend((now * 7) % 13);
    expect(budget.spent() / now).toBeLessThan(0.11);
    expect(budget.spent() / now).toBeGreaterThan(0.09);
  });
});

describe('the counts of a shadow', () => {
  it('are bounded, and say what they leave out', () => {
    const tally = makeShadowTally(() => 0);
    const difference = { kind: 'reasons' as const, lost: [], gained: ['r'], fields: [] };
    for (let n = 0; n < 150; n++) tally.add('active', `d${n}`, `s${n}`, difference);
    for (let n = 0; n < 20; n++) tally.add('active', `e${n}`, 's0', difference);
    const counts = tally.counts();
    expect(counts).toMatchObject({ compared: 170, same: 0, unlisted: 50, changed: { reasons: 170 } });
    expect(counts.groups).toHaveLength(100);
    expect(counts.groups[0]).toMatchObject({ count: 21, examples: ['d0', 'e0', 'e1', 'e2', 'e3'] });
  });
});
