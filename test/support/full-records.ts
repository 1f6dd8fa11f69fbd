import { makeEvaluate } from '../../src/evaluate/evaluate.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { makeRecords, type RecordsMode } from '../../src/records/records.ts';
import { registerFacts } from '../../src/workbench/cases/register-facts.ts';
import { registerFile } from '../../src/workbench/cases/register-file.ts';
import { registerLookups, testAlias } from '../../src/workbench/cases/register-writes.ts';
import { loadCases } from '../conformance/cases.ts';
import { caller, fixed } from './decide-world.ts';
import { committedPolicy } from './policy.ts';

const { cases, register } = loadCases();

/** Every conformance case, decided by the committed policy and recorded as a sidecar records; three at a time at the end. */
export async function recordCases(path: string, mode: Exclude<RecordsMode, 'off'> = 'full') {
  let clock = 0;
  const records = makeRecords({ path, mode, version: 'test', now: () => clock, log: makeLog({ level: 'silent' }) });
  const evaluate = makeEvaluate({
    lookups: await registerLookups(registerFacts(registerFile.parse(register))),
    freshness: fixed(),
    policy: await committedPolicy(),
    alias: testAlias,
    records,
    uses: { note: () => {} },
    now: () => clock,
    metrics: makeMetrics(),
  });
  for (const { question, now } of cases) {
    clock = now;
    await evaluate.one(question, { caller });
  }
  const [first, second] = cases;
  if (first === undefined || second === undefined) throw new Error('there are no cases');
  clock = first.now;
  await evaluate.many([first.question, { refused: ['identifier_invalid'] }, second.question], 'execute_all', {
    caller,
  });
  await evaluate.one({ refused: ['identifier_invalid'] }, { caller });
  await records.close();
  return { decisions: cases.length + 2, records: cases.length + 2, refused: 2 };
}
