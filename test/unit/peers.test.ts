import { beforeAll, describe, expect, it } from 'vitest';
import { policyInput } from '../../loadtest/peers/facts.ts';
import { shouldAllow } from '../../loadtest/peers/reference.ts';
import { drawPeerQuestions, seededRegister } from '../../loadtest/peers/seeded.ts';
import { objectId, tuplesOf } from '../../loadtest/peers/tuples.ts';
import { sharedVectors } from '../../loadtest/peers/vectors.ts';
import type { Verdict } from '../../src/domain/evaluation.ts';
import type { Engine } from '../../src/policy/engine.ts';
import { committedPolicy } from '../support/policy.ts';

const NOW = Date.UTC(2026, 5, 1);
const SIZE = { mandates: 2000, seed: 1, year: 2026 };

let policy: Engine<Verdict>;

beforeAll(async () => {
  policy = await committedPolicy();
});

describe('what the engines of the benchmark must agree on', () => {
  const { register, vectors } = sharedVectors(NOW, 50);

  it.each(vectors)('$name', ({ question, allow }) => {
    expect(shouldAllow(register, question)).toBe(allow);
    expect(policy.decide(policyInput(register, question)).allow).toBe(allow);
  });
});

describe('the seeded register as engines are told it', () => {
  const register = seededRegister(SIZE);
  const questions = Array.from(
    drawPeerQuestions({ ...SIZE, count: 1000 }, () => NOW),
    ({ question }) => question,
  );

  it('is answered by our rules as by the plain reading of the shared ones', () => {
    const differ = questions.filter(
      (question) => policy.decide(policyInput(register, question)).allow !== shouldAllow(register, question),
    );
    expect(differ).toEqual([]);
  });

  it('allows about half of the questions', () => {
    const share = questions.filter((question) => shouldAllow(register, question)).length / questions.length;
    expect(share).toBeGreaterThan(0.4);
    expect(share).toBeLessThan(0.6);
  });

  it('finds by pair the very mandates that it lists', () => {
    for (const mandate of register.mandates()) {
      expect(register.between(mandate.represented, mandate.delegate)).toContainEqual(mandate);
    }
  });

  it('makes one relation of a pair, with every active mandate in it', () => {
    const active = [...register.mandates()].filter(({ status }) => status === 'active');
    const made = [...tuplesOf(register)];
    expect(made.reduce((sum, { mandates }) => sum + mandates, 0)).toBe(active.length);
    const names = made.flatMap(({ tuples }) =>
      tuples.map(({ party, relation, to }) => JSON.stringify([party, relation, to])),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('names parties in letters that every engine takes, no two alike', () => {
    const urns = new Set([...register.mandates()].flatMap(({ represented, delegate }) => [represented, delegate]));
    const ids = new Set([...urns, 'urn:etoegang:pseudonym:a@b', 'urn:etoegang:pseudonym:a.b'].map(objectId));
    expect(ids.size).toBe(urns.size + 2);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_/=-]+$/);
  });
});
