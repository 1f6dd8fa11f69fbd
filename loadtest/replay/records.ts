/**
 * `tsx loadtest/replay/records.ts FOLDER RECORDS FILES`: decisions about a seeded register, made and recorded as a
 * sidecar does in mode `full`, in so many files. One call in fifty is a batch of three;
 * one question in five is about any mandate, whatever its state.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Question } from '../../src/domain/evaluation.ts';
import { makeEvaluate } from '../../src/evaluate/evaluate.ts';
import type { Freshness } from '../../src/mandates/lookups.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { makeEngine } from '../../src/policy/engine.ts';
import { makeRawInstance } from '../../src/policy/raw-instance.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { startProgress } from '../../src/process/progress.ts';
import { makeRecords } from '../../src/records/records.ts';
import { drawSeedQuestions } from '../../src/register/seed-questions.ts';
import { makeSeedWorld } from '../../src/register/seed-world.ts';
import { testAlias } from '../../src/workbench/cases/register-writes.ts';
import { diffQuestions } from '../../src/workbench/diff-questions.ts';
import { seededLookups } from '../../src/workbench/diff-register.ts';

const [folder = '.', many = '1000', parts = '1'] = process.argv.slice(2);
const [total, files] = [Number(many), Number(parts)];
const size = { mandates: 100_000, seed: 1, year: 2026 };
const started = Date.UTC(size.year, 5, 1, 8);
/** Calls under way at once: they share one append. */
const TOGETHER = 64;

let asked = 0;
const now = () => started + Math.floor(asked / 200);
const freshness: Freshness = {
  position: () => ({ revision: { epoch: 1, n: 1 }, ageMs: 10 }),
  reach: async () => {},
  isTogether: () => true,
  together: async () => {},
  maxAgeMs: 5000,
};
const bundle = await readBundle(fileURLToPath(new URL('../../bundles/mandates.tar.gz', import.meta.url)));
const world = makeSeedWorld(size);
const lookups = await seededLookups(world, testAlias);
const usual = drawSeedQuestions({ ...size, count: total * 2 });
const unusual = diffQuestions(world, total * 2);
const progress = startProgress({ label: 'records', unit: 'records', total, screen: process.stderr });
const call = {
  caller: { name: 'portal', owners: 'all' as const, rights: { search: false, bsn: true, details: true } },
};

function next(): Question {
  asked += 1;
  const question = asked % 5 === 0 ? unusual.next().value?.question : usual.next().value;
  if (!question) throw new Error('the questions are used up');
  return question;
}

for (let part = 0, written = 0; part < files; part++) {
  const path = join(folder, `decisions-${part}-${randomUUID().slice(0, 8)}.jsonl`);
  const records = makeRecords({ path, mode: 'full', version: 'loadtest', now, log: makeLog({ level: 'warn' }) });
  const policy = makeEngine(bundle, readVerdict, { makeInstance: makeRawInstance });
  const uses = { note: () => {} };
  const evaluate = makeEvaluate({
    lookups,
    freshness,
    policy,
    alias: testAlias,
    records,
    uses,
    now,
    metrics: makeMetrics(),
  });
  for (const end = Math.round((total * (part + 1)) / files); written < end; ) {
    const calls = Math.min(TOGETHER, end - written);
    await Promise.all(
      Array.from({ length: calls }, (_, i) =>
        (written + i) % 50 === 0
          ? evaluate.many([next(), next(), next()], 'execute_all', call)
          : evaluate.one(next(), call),
      ),
    );
    written += calls;
    progress.reach(written);
  }
  await records.close();
  process.stdout.write(`${path}\n`);
}
progress.end();
