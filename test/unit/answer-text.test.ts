import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/domain/evaluation.ts';
import { authzenText, decisionText } from '../../src/http/answer.ts';
import { member, quoted, quotedList } from '../../src/process/json-text.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\n', '\u2028', 'urn:x:1', ''));
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });
const aMoment = fc.oneof(fc.integer({ min: 0, max: 260_000_000_000_000 }), fc.integer({ min: 0, max: 2e12 }));
const decisions: fc.Arbitrary<Decision> = fc.record({
  id: fc.uuid(),
  allow: fc.boolean(),
  reasons: fc.array(fc.oneof(text, fc.constant('not_entitled')), { maxLength: 3 }),
  basis: maybe(fc.constantFrom('mandate' as const, 'chain' as const)),
  mandates: fc.array(text, { maxLength: 3 }),
  branches: maybe(fc.oneof(fc.constant('all' as const), fc.array(text, { maxLength: 2 }))),
  branch_verified: fc.boolean(),
  changes_at: maybe(aMoment),
  loa_required: maybe(fc.constantFrom('eh3' as const, 'eh4' as const)),
  services: maybe(fc.array(text, { maxLength: 2 })),
  holders_required: maybe(fc.integer({ min: 0, max: 9 })),
  follow_up: maybe(fc.record({ to: fc.constantFrom('both' as const), delegate_may_read: fc.boolean() })),
  policy_revision: text,
  data_revision: fc.constantFrom('1.0', '2.345678'),
  data_age_ms: fc.nat(),
});

/** What the answer is to be, field by field and in this order. */
function flat(decision: Decision) {
  const { changes_at, policy_revision, data_revision, data_age_ms, ...verdict } = decision;
  const hidden = changes_at === null || decision.reasons.includes('not_entitled') || changes_at >= 253_402_300_800_000;
  const { id, allow, reasons, basis, mandates, branches, branch_verified, ...rest } = verdict;
  const { loa_required, services, holders_required, follow_up } = rest;
  return {
    ...{ id, allow, reasons, basis, mandates, branches, branch_verified },
    changes_at: hidden ? null : new Date(changes_at).toISOString(),
    ...{ loa_required, services, holders_required, follow_up, policy_revision, data_revision, data_age_ms },
  };
}

function authzen(decision: Decision) {
  const { allow, ...fields } = flat(decision);
  const { id, reasons, mandates, branch_verified, policy_revision, data_revision, data_age_ms, ...others } = fields;
  const said = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null));
  const always = { id, reasons, mandates, branch_verified, policy_revision, data_revision, data_age_ms };
  return { decision: allow, context: { ...always, ...said } };
}

describe('JSON put together by hand', () => {
  it('is what JSON.stringify writes, whatever a policy or a caller says', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 3 }), (one, list) => {
        expect(quoted(one)).toBe(JSON.stringify(one));
        expect(quotedList(list)).toBe(JSON.stringify(list));
        expect(`{"a":1${member('b', one)}${member('c', null)}${member('d', undefined)}}`).toBe(
          JSON.stringify({ a: 1, b: one }),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('is the short answer to the byte', () => {
    fc.assert(
      fc.property(decisions, (decision) => {
        expect(decisionText(decision)).toBe(JSON.stringify(flat(decision)));
      }),
    );
  });

  it('is the answer of AuthZEN to the byte', () => {
    fc.assert(
      fc.property(decisions, (decision) => {
        expect(authzenText(decision)).toBe(JSON.stringify(authzen(decision)));
      }),
    );
  });
});
