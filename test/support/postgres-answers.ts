import { makeEvaluate } from '../../src/evaluate/evaluate.ts';
import { decisionText } from '../../src/http/answer.ts';
import { readDecision } from '../../src/http/read-decision.ts';
import { makePostgresLookups } from '../../src/mandates/postgres-lookups.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { RECORDS_OFF } from '../../src/records/records.ts';
import { caller, fixed } from './decide-world.ts';
import type { RestrictedProcesses } from './restricted-processes.ts';

/** What the policy answers on the register itself, without what is of one answer alone. */
export async function answersOnPostgres(
  { database, keys, bundle }: Pick<RestrictedProcesses, 'database' | 'keys' | 'bundle'>,
  questions: readonly object[],
): Promise<{ allow: boolean }[]> {
  const evaluate = makeEvaluate({
    lookups: makePostgresLookups(database.pool),
    freshness: fixed(),
    policy: makeEngine(await readBundle(bundle), readVerdict),
    alias: keys.alias,
    records: RECORDS_OFF,
    uses: { note: () => {} },
    now: Date.now,
    metrics: makeMetrics(),
  });
  const answers: { allow: boolean }[] = [];
  for (const asked of questions) {
    const question = readDecision(asked);
    if (question === undefined) throw new Error(`no question: ${JSON.stringify(asked)}`);
    const decision = await evaluate.one(question, { caller });
    const { id: _, data_revision: __, data_age_ms: ___, ...answer } = JSON.parse(decisionText(decision));
    answers.push(answer);
  }
  return answers;
}
