import { describe, expect, it } from 'vitest';
import type { Explained } from '../../src/domain/explanation.ts';
import { readExplained } from '../../src/policy/explain-result.ts';

const rule = { rule: 'authz.validity.started', holds: false, reasons: ['mandate_not_started'], mandate: 'm' };
const path: Explained['paths'][number] = {
  service_id: 's',
  basis: 'mandate',
  mandates: ['m'],
  holds: false,
  reasons: ['mandate_not_started'],
  rules: [rule],
};
const explained: Explained = { allow: false, reasons: ['mandate_not_started'], question: [], paths: [path] };

describe('an explanation', () => {
  it('is read as the policy gives it', () => {
    expect(readExplained(explained)).toEqual(explained);
    expect(readExplained({ ...explained, paths: [{ ...path, intermediary: 'i' }] })).toMatchObject({ allow: false });
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /shape/],
    ['a list', [], /shape/],
    ['no answer', { ...explained, allow: undefined }, /allow/],
    ['another answer', { ...explained, allow: 'yes' }, /allow/],
    ['reasons that are none', { ...explained, reasons: [1] }, /reasons\.0/],
    ['a field too many', { ...explained, verdict: true }, /shape/],
    ['a basis of its own', { ...explained, paths: [{ ...path, basis: 'friendship' }] }, /paths\.0\.basis/],
    ['a rule without a verdict', { ...explained, question: [{ rule: 'x', reasons: [] }] }, /question\.0\.holds/],
    ['a path that holds on a rule that fails', { ...explained, paths: [{ ...path, holds: true }] }, /holds though/],
    ['a path that fails on no rule', { ...explained, paths: [{ ...path, rules: [] }] }, /holds though/],
  ])('is none with %s', (_, value, fault) => {
    expect(readExplained(value)).toMatch(fault);
  });
});
