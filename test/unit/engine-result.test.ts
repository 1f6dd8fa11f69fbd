import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/domain/evaluation.ts';
import { onlyResult, readVerdict } from '../../src/policy/result.ts';

const denial: Verdict = {
  allow: false,
  reasons: ['no_mandate'],
  basis: null,
  mandates: [],
  branches: null,
  branch_verified: true,
  changes_at: null,
  loa_required: null,
  services: null,
  holders_required: null,
  follow_up: null,
};
const allow: Verdict = { ...denial, allow: true, reasons: [], basis: 'chain', mandates: ['a', 'b'], branches: 'all' };

describe('a verdict', () => {
  it.each<[string, Verdict]>([
    ['a denial', denial],
    ['an allow', allow],
    [
      'one with everything',
      { ...allow, branches: ['1'], changes_at: 5, services: ['x'], follow_up: { to: 'both', delegate_may_read: true } },
    ],
    ['one that asks for more', { ...denial, loa_required: 'eh4', holders_required: 2 }],
  ])('is read: %s', (_, verdict) => {
    expect(readVerdict(verdict)).toEqual(verdict);
  });

  it.each<[string, unknown]>([
    ['allow', 'true'],
    ['reasons', { no_mandate: true }],
    ['reasons', [1]],
    ['basis', 'authority'],
    ['basis', 'toString'],
    ['mandates', null],
    ['branches', 'none'],
    ['branches', [1]],
    ['branch_verified', null],
    ['changes_at', 1.5],
    ['changes_at', '2026'],
    ['loa_required', 'eh1'],
    ['services', 'all'],
    ['holders_required', '2'],
    ['follow_up', 'both'],
    ['follow_up', { delegate_may_read: true }],
    ['follow_up', { to: 'nobody', delegate_may_read: true }],
  ])('is none when %s is %j', (field, value) => {
    expect(readVerdict({ ...allow, [field]: value })).toContain(`no well-formed ${field}`);
  });

  it.each<[string, Verdict]>([
    ['allow', denial],
    ['reasons', denial],
    ['branch_verified', denial],
    ['mandates', allow],
    ['branch_verified', allow],
  ])('is none without %s', (field, verdict) => {
    const { [field]: _, ...rest } = { ...verdict } as Record<string, unknown>;
    expect(readVerdict(rest)).toContain(field);
  });

  it('says nothing of what the policy left out', () => {
    expect(readVerdict({ allow: false, reasons: ['no_mandate'], branch_verified: true })).toEqual(denial);
    const { basis, mandates, branches } = allow;
    expect(readVerdict({ allow: true, basis, mandates, branches, branch_verified: true })).toEqual(allow);
    expect(readVerdict({ ...allow, follow_up: { to: 'both' } })).toMatchObject({
      follow_up: { to: 'both', delegate_may_read: false },
    });
  });

  it('allows on no ground that it does not name', () => {
    const { basis: _, ...rest } = allow;
    expect(readVerdict(rest)).toBe('an allow with reasons or no basis');
  });

  it('has no field of another name', () => {
    expect(readVerdict({ ...denial, change_at: 5 })).toBe('the decision has an unknown field change_at');
  });

  it.each([null, undefined, true, 'allow', [], [allow]])('is never %j', (value) => {
    expect(readVerdict(value)).toBe('the decision is no object');
  });

  it('never allows with reasons against it, or on no ground', () => {
    expect(readVerdict({ ...allow, reasons: ['no_mandate'] })).toBe('an allow with reasons or no basis');
    expect(readVerdict({ ...allow, basis: null })).toBe('an allow with reasons or no basis');
  });

  it('never denies without a reason', () => {
    expect(readVerdict({ ...denial, reasons: [] })).toBe('a denial without reasons');
  });
});

describe('a result set', () => {
  it.each([undefined, null, {}, [], [{}], [null], [{ result: 1 }, { result: 1 }], 'x'])(
    '%j holds no single result',
    (set) => {
      expect(onlyResult(set)).toBeUndefined();
    },
  );

  it('holds one result, whatever it is', () => {
    expect(onlyResult([{ result: false }])).toEqual({ value: false });
  });
});
