import { describe, expect, test } from 'vitest';
import { mandateLifePage } from '../../scripts/mandate-life-page.ts';
import { ACTS } from '../../src/domain/administration.ts';
import { MANDATE_STATUSES } from '../../src/domain/facts.ts';
import { actsFrom, isStep, requireStep, STEPS } from '../../src/domain/mandate-life.ts';

const mandate_id = '3a000000-0000-4000-8000-000000000001';

describe('the life of a mandate', () => {
  test('names acts of the API, or what happens without a request', () => {
    const others = new Set(STEPS.map(({ act }) => act).filter((act) => !(ACTS as readonly string[]).includes(act)));
    expect([...others].sort()).toEqual(['joint_holder_stopped', 'lapse', 'parent_ended', 'renewed_stopped']);
  });

  test('says each step once', () => {
    const steps = STEPS.map(({ from, act, to }) => `${from} ${act} ${to}`);
    expect(new Set(steps).size).toBe(steps.length);
  });

  test('reaches every status, and leaves four for good', () => {
    const reached = new Set(STEPS.map(({ to }) => to));
    expect(MANDATE_STATUSES.filter((status) => !reached.has(status))).toEqual([]);
    const final = MANDATE_STATUSES.filter((status) => actsFrom(status).length === 0);
    expect(final).toEqual(['revoked', 'rejected', 'withdrawn', 'lapsed']);
  });

  test('never leads from a final status to another', () => {
    expect(STEPS.filter(({ from }) => from !== null && actsFrom(from).length === 0)).toEqual([]);
  });

  test('refuses a step that is not there, and says what the status allows', () => {
    expect(() => requireStep({ mandate_id, status: 'active' }, 'mandate.reactivate', 'active')).toThrow(
      /is active: mandate.reactivate is not possible; what it allows: .*mandate.suspend/,
    );
    expect(() => requireStep({ mandate_id, status: 'revoked' }, 'mandate.reactivate', 'active')).toThrow(
      /it never changes again/,
    );
  });

  test('knows a step by all three of its parts', () => {
    expect(isStep('suspended', 'mandate.reactivate', 'active')).toBe(true);
    expect(isStep('suspended', 'mandate.renew', 'active')).toBe(false);
    expect(isStep('requested', 'mandate.approve', 'revoked')).toBe(false);
  });

  test('is drawn in docs/mandate-life.md (-u writes it anew)', async () => {
    await expect(mandateLifePage()).toMatchFileSnapshot('../../docs/mandate-life.md');
  });
});
