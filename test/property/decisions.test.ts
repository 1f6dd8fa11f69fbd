import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Question, Verdict } from '../../src/domain/evaluation.ts';
import { registerLookups } from '../../src/workbench/cases/register-writes.ts';
import { decide } from '../oracle/oracle.ts';
import type { OracleVerdict } from '../oracle/report.ts';
import { committedPolicy, policyInput } from '../support/policy.ts';
import { DAY, NOW } from './arbitraries.ts';
import { manyOrganisations } from './many-organisations.ts';
import { questions } from './questions.ts';
import { registers } from './registers.ts';

const RUNS = Number(process.env.PROPERTY_RUNS ?? 5000);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 2 ** 31);
const QUESTIONS = 6;
/** Beyond every boundary in the registers. */
const FAR = 100 * 365 * DAY;

/** Everything an answer to these questions can say; `service_not_covered` cannot be reached through lookups. */
const REASONS = `actor_unknown actor_not_a_person represented_unknown intermediary_unknown service_unknown
  service_ambiguous service_inactive service_not_mandatable means_inactive loa_missing loa_unknown loa_insufficient
  loa_above_catalogue mandate_loa_insufficient no_mandate mandate_not_started mandate_expired mandate_suspended
  mandate_revoked mandate_pending mandate_too_long set_addition_unconfirmed all_services_not_for_voluntary
  operation_not_covered case_not_covered branch_not_covered branch_unknown branch_required branch_not_for_person
  branches_not_accepted reach_own_only second_link_branch_limited chain_not_accepted chain_first_link_not_allowed
  via_required intermediary_not_active domain_not_served majority_reached joint_authority_required
  parent_not_in_force actor_deceased actor_under_curatele represented_deceased represented_under_curatele
  represented_under_bewind represented_bankrupt represented_in_wsnp represented_dissolved
  represented_deregistered`.split(/\s+/);
const BASES = ['self', 'statutory', 'appointed', 'mandate', 'chain', 'portal'];

const policy = await committedPolicy();

/** How often each reason and each basis came out, so that the property proves what it reaches. */
const seen = new Map<string, number>();

function count({ allow, reasons, basis }: Verdict): void {
  for (const name of allow ? [`allow: ${basis}`] : reasons) seen.set(name, (seen.get(name) ?? 0) + 1);
}

function judged(verdict: OracleVerdict): OracleVerdict {
  const { allow, reasons, basis, mandates, branches, changes_at, loa_required, services, holders_required } = verdict;
  return {
    ...{ allow, reasons, basis, mandates, changes_at, loa_required, holders_required },
    branches: Array.isArray(branches) ? [...branches].sort() : branches,
    services: services && [...services].sort(),
  };
}

async function agree(register: Parameters<typeof decide>[0], asked: Question[]): Promise<void> {
  const lookups = await registerLookups(register);
  for (const question of asked) {
    const verdict = policy.decide(policyInput(question, NOW, lookups));
    expect(judged(verdict), JSON.stringify(question)).toEqual(judged(decide(register, question, NOW)));
    count(verdict);
  }
}

describe(`random registers (again with PROPERTY_SEED=${SEED})`, () => {
  it('are decided alike by the oracle and by the compiled policy', { timeout: 300_000 }, async () => {
    const asked = fc.array(questions, { minLength: QUESTIONS, maxLength: QUESTIONS });
    await fc.assert(fc.asyncProperty(registers, asked, agree), { numRuns: RUNS, seed: SEED });
  });

  it('are decided alike around the number of organisations beyond which `via` is needed', async () => {
    for (const organisations of [63, 64, 65]) {
      const { register, asked } = manyOrganisations(organisations);
      await agree(register, asked);
    }
  });

  it('keep their answer until the moment at which it may change', () => {
    fc.assert(
      fc.property(registers, questions, (register, question) => {
        const { allow, reasons, changes_at } = decide(register, question, NOW);
        const until = changes_at === null ? NOW + FAR : changes_at - 1;
        expect(decide(register, question, until)).toMatchObject({ allow, reasons });
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('reach every basis and every reason', () => {
    const counts = [...seen].sort().map(([name, times]) => `${name} ${times}`);
    process.stdout.write(`PROPERTY_SEED=${SEED}: ${counts.join(', ')}\n`);
    const missed = [...REASONS, ...BASES.map((basis) => `allow: ${basis}`)].filter((name) => !seen.has(name));
    expect(missed).toEqual([]);
  });
});
