import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Question } from '../../src/domain/evaluation.ts';
import type { Explanation, NearMiss } from '../../src/domain/explanation.ts';
import { LOAS, type Loa, type MandateFacts } from '../../src/domain/facts.ts';
import type { PartyName } from '../../src/domain/identifier.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { decide } from '../oracle/oracle.ts';
import type { MandateRow, Register } from '../oracle/register.ts';
import { caller } from '../support/decide-world.ts';
import { committedBoth, explainer } from '../support/explained.ts';
import { NOW } from './arbitraries.ts';
import { questions } from './questions.ts';
import { registers } from './registers.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 5000) / 5;
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);
const QUESTIONS = 6;

const policy = await committedBoth();

/** How often each kind of change turned a denial, and an allow. */
const seen = new Map<string, number>();

/** Whether the oracle, which scans the register, gives the other answer when this one thing is changed there. */
function turns(register: Register, question: Question, { change, to, mandate }: NearMiss): boolean {
  const { via: _, ...direct } = question;
  const ask = (asked: Partial<Question>, of: Question = question) => decide(register, { ...of, ...asked }, NOW).allow;
  const before = ask({});
  switch (change) {
    case 'loa':
      return before !== ask({ loa: to });
    case 'branch':
      return before !== ask({ branch: to });
    case 'operation':
      return before !== ask({ operation: to });
    case 'case':
      return before !== ask({ case: to });
    case 'via':
      return before !== (to === 'none' ? ask({}, direct) : ask({ via: partyOf(register, to) }));
    case 'together': {
      const joined = to.split(', ').map((party_id) => ({ id: { party_id }, loa: question.loa }));
      return before !== ask({ together: [...(question.together ?? []), ...joined] } as Partial<Question>);
    }
    case 'moment':
      return before !== decide(register, question, Date.parse(to)).allow;
    case 'mandate': {
      const mandates = register.mandates.map((row) => (row.facts.mandate_id === mandate ? changed(row, to) : row));
      return before !== decide({ ...register, mandates }, question, NOW).allow;
    }
  }
}

function partyOf(register: Register, to: string): PartyName {
  const found = [...register.parties.values()].find(
    ({ party_id, kvk }) => party_id === to || to === `urn:nl:kvk:${kvk}`,
  );
  if (found === undefined) throw new Error(`nobody is ${to}`);
  return { party_id: found.party_id };
}

function changed(row: MandateRow, to: string): MandateRow {
  const facts = (change: Partial<MandateFacts>): MandateRow => ({ ...row, facts: { ...row.facts, ...change } });
  if (to === 'active' || to === 'revoked') return facts({ status: to });
  if (to === 'all branches') return facts({ branches: 'all' });
  if (to === 'all operations') return facts({ operations: 'all' });
  if (to === 'both') return facts({ reach: 'both' });
  if (to.startsWith('eh')) return facts({ loa: to as Loa });
  const [, version] = /^version (\d+)$/.exec(to) ?? [];
  if (version !== undefined) return { ...row, sets: row.sets.map(({ set }) => ({ set, version: Number(version) })) };
  return facts({ valid_from: NOW, valid_until: Date.parse(to) });
}

async function agree(register: Register, asked: Question[]): Promise<void> {
  const { explain } = explainer(policy, await registerLookups(register), () => NOW);
  for (const question of asked) {
    const explanation: Explanation = await explain({ question }, { caller });
    const { allow, nearest, verdict } = explanation;
    expect(allow).toBe(decide(register, question, NOW).allow);
    for (const miss of nearest) {
      expect(turns(register, question, miss), `${JSON.stringify(question)} ${JSON.stringify(miss)}`).toBe(true);
      const name = `${allow ? 'allow' : 'deny'}: ${miss.change}`;
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
    if (verdict.loa_required === null) continue;
    // A login does not help where another holder's is too low, nor where the caller asks a level that nobody knows.
    const login = nearest.find(({ change }) => change === 'loa');
    const helps = question.together === undefined && question.min_loa === undefined;
    // Behind a portal a weaker login may open another service than the one that came nearest.
    const portal = register.services.get(question.service)?.sub_services.length !== 0;
    const expected = portal ? LOAS.slice(0, LOAS.indexOf(verdict.loa_required) + 1) : [verdict.loa_required];
    if (helps) expect(expected, JSON.stringify(question)).toContain(login?.to);
  }
}

describe(`near misses in random registers (again with PROPERTY_SEED=${SEED})`, () => {
  it('turn the answer of the oracle as well', { timeout: 300_000 }, async () => {
    const asked = fc.array(questions, { minLength: QUESTIONS, maxLength: QUESTIONS });
    await fc.assert(fc.asyncProperty(registers, asked, agree), { numRuns: RUNS, seed: SEED });
  });

  it('are of every kind', () => {
    process.stdout.write(
      `PROPERTY_SEED=${SEED}: ${[...seen]
        .map(([kind, times]) => `${kind} ${times}`)
        .sort()
        .join(', ')}\n`,
    );
    const kinds = ['loa', 'branch', 'operation', 'via', 'together', 'mandate', 'moment'].map((kind) => `deny: ${kind}`);
    expect([...kinds, 'allow: loa', 'allow: mandate', 'allow: moment'].filter((kind) => !seen.has(kind))).toEqual([]);
  });
});
