/**
 * How many uses of mandates sync writes back a second: its own statement, on a seeded register in a private PostgreSQL,
 * with reports as many sidecars give them. `npx tsx loadtest/uses.ts [--mandates 100000] [--seconds 10] [--named 50]`;
 * writes loadtest/results/uses.json.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countUses } from '../src/mandates/sync/count-uses.ts';
import { openSession, type Session } from '../src/mandates/sync/session.ts';
import type { UseEntry, UseSource } from '../src/mandates/use-source.ts';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { startProgress } from '../src/process/progress.ts';
import { seedRegister } from '../src/register/seed.ts';
import { makeKeys } from '../src/store/keys.ts';
import { migrate } from '../src/store/migrate.ts';
import { makePool } from '../src/store/postgres.ts';
import { describeMachine } from './bench/processes.ts';
import { startRegisters } from './bench/stack.ts';

const { values } = parseArgs({
  options: {
    mandates: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '10' },
    /** Mandates that one report names. */
    named: { type: 'string', default: '50' },
    out: { type: 'string', default: join(import.meta.dirname, 'results/uses.json') },
  },
});
const [mandates, seconds, named] = [values.mandates, values.seconds, values.named].map(Number) as [
  number,
  number,
  number,
];
const lifecycle = makeLifecycle();

async function seededRegister(): Promise<string> {
  const url = await (await startRegisters(lifecycle))(mandates);
  await migrate(url);
  const pool = makePool(url, { onError: () => {} });
  const keys = makeKeys({ hmacKey: randomBytes(32), hmacKeyId: 'uses', sealKey: randomBytes(32) });
  const progress = startProgress({ label: 'seed', unit: 'rows', screen: process.stderr });
  await seedRegister({ pool, keys, mandates, seed: 1, onProgress: ({ done }) => progress.reach(done) });
  progress.end();
  await pool.end();
  return url;
}

/** Reports without end, each of which names mandates that are there, at random. */
function endlessReports(ids: readonly string[]): UseSource {
  let nth = 0;
  const report = (): UseEntry => {
    const at = Date.now();
    const uses = Array.from({ length: named }, () => ({
      mandate_id: ids[Math.floor(Math.random() * ids.length)] ?? '',
      count: 1,
      last: at,
    }));
    return { id: `${++nth}-0`, at, uses };
  };
  return {
    read: async (_after, limit) => Array.from({ length: limit }, report),
    forget: async () => {},
  };
}

/** @returns mandates counted a second, for so many seconds */
async function measure(session: Session, source: UseSource): Promise<number> {
  const startedAt = performance.now();
  let counted = 0;
  while (performance.now() - startedAt < seconds * 1000) {
    const round = await countUses(session, source);
    if (round === undefined) throw new Error('somebody else counts');
    counted += round.entries * named;
  }
  return Math.round((counted * 1000) / (performance.now() - startedAt));
}

try {
  const databaseUrl = await seededRegister();
  const session = await openSession({ databaseUrl, purpose: 'uses', answerWithinMs: 60_000 });
  const rows = await session.query<{ id: string }>('select mandate_id as id from mandates');
  const source = endlessReports(rows.map(({ id }) => id));
  // The first round makes rows, later ones add to them.
  const perSecond = [await measure(session, source), await measure(session, source)];
  await session.close();
  const result = { machine: describeMachine(), mandates, named, seconds, perSecond };
  writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(perSecond)}\n`);
} finally {
  await lifecycle.close();
}
