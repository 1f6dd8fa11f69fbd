import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/domain/evaluation.ts';
import { toUrn } from '../../src/domain/identifier.ts';
import { mandateFactRow } from '../../src/workbench/cases/register-writes.ts';
import { decide } from '../oracle/oracle.ts';
import type { Register } from '../oracle/register.ts';
import { NOW } from '../property/arbitraries.ts';
import { manyOrganisations } from '../property/many-organisations.ts';
import { questions } from '../property/questions.ts';
import { registers } from '../property/registers.ts';
import { makeHistory } from '../rig/history.ts';

const KEPT = new Set(['requested', 'offered', 'active', 'suspended', 'revoked']);

/** The rows that the views would give. */
function rowsOf(register: Register) {
  return {
    party: [...register.parties].map(([party_id, facts]) => ({ party_id, facts })),
    alias: [...register.aliases].map(([alias, facts]) => ({ alias, facts })),
    branch: [...register.branches].map((text) => {
      const [party_id = '', branch = ''] = text.split(' ');
      return { party_id, branch };
    }),
    service: [...register.services].map(([service_id, facts]) => ({ service_id, facts })),
    mandate: register.mandates
      .filter(({ facts }) => KEPT.has(facts.status))
      .map((row) => mandateFactRow(row, register)),
  };
}

function agree(register: Register, question: Question): void {
  const history = makeHistory({ epoch: 1, n: 1, hash: '', knownBy: 0, rows: rowsOf(register) });
  const part = history.last().versions.registerFor(question, 1, toUrn);
  expect(decide(part, question, NOW)).toEqual(decide(register, question, NOW));
}

describe('the part of a register that bears upon a question', () => {
  it('decides it as the whole does', () => {
    fc.assert(fc.property(registers, questions, agree), { numRuns: 2000 });
  });

  it('decides it as the whole does for who works for very many', () => {
    for (const organisations of [64, 65]) {
      const { register, asked } = manyOrganisations(organisations);
      for (const question of asked) agree(register, question);
    }
  });
});

describe('a history', () => {
  const start = () => makeHistory({ epoch: 1, n: 5, hash: 'h5', knownBy: 0, rows: rowsOf(EMPTY) });
  const change = (n: number, transaction: string, notBefore: number) => ({
    ...{ n, hash: `h${n}`, transaction, notBefore, knownBy: notBefore + 50 },
    ...{ entity: 'branch', entityId: 'p:1', before: null, after: { party_id: 'p', branch: '1' } },
  });
  const EMPTY: Register = {
    parties: new Map(),
    aliases: new Map(),
    branches: new Set(),
    services: new Map(),
    mandates: [],
  };

  it('refuses a change that does not follow', () => {
    expect(() => start().addAll([change(7, 'x', 0)])).toThrow('change 7 follows, where 6 should');
  });

  it('knows a commit from when its writer knew it, and all before it', () => {
    const history = start();
    history.addAll([change(6, 'a', 100), change(7, 'b', 110), change(8, 'c', 120)]);
    const known = (moment: number) => history.newestKnown(history.last(), moment);
    expect([known(149), known(150), known(160), known(170)]).toEqual([5, 6, 7, 8]);
    expect(history.noteCommitted('b', 115)).toBe(true);
    expect([known(114), known(115), known(169), known(170)]).toEqual([5, 7, 7, 8]);
    expect(history.noteCommitted('another', 115)).toBe(false);
  });

  it('forgets what is over, and finds the commits after it', () => {
    const history = start();
    history.addAll([change(6, 'a', 100), change(7, 'b', 110), change(8, 'b', 110), change(9, 'c', 120)]);
    history.forgetBefore(160);
    expect([history.last().base.n, history.last().changes.length, history.latest().n]).toEqual([8, 1, 9]);
    expect([history.noteCommitted('b', 115), history.noteCommitted('c', 125)]).toEqual([false, true]);
    expect([history.newestKnown(history.last(), 124), history.newestKnown(history.last(), 125)]).toEqual([8, 9]);
  });

  it('knows since when a commit may have been seen', () => {
    const history = start();
    history.addAll([change(6, 'a', 100)]);
    expect([99, 100].map((moment) => history.newestPossible(history.last(), moment))).toEqual([5, 6]);
  });

  it('tells the middle of a transaction from its end, but for one that is handed over in parts', () => {
    const history = start();
    history.addAll([change(6, 'a', 0), change(7, 'a', 0), change(8, 'b', 0)]);
    const whole = (n: number) => history.isWhole(history.last(), n);
    expect([5, 6, 7, 8].map(whole)).toEqual([true, false, true, true]);
    history.addAll(Array.from({ length: 501 }, (_, i) => change(9 + i, 'large', 0)));
    expect(whole(100)).toBe(true);
  });
});
