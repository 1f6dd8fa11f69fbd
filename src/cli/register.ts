import type pg from 'pg';
import { importRegisterFile } from '../register/import.ts';
import { type Operated, reactivateMandate, revokeMandate, suspendMandate } from '../register/operate.ts';
import { seedRegister } from '../register/seed.ts';
import { migrate } from '../store/migrate.ts';
import { makePool } from '../store/postgres.ts';
import { type Config, loadConfig } from './config.ts';
import { keysOf, urlOf } from './keys.ts';
import { trackStages } from './stages.ts';
import type { Terminal } from './terminal.ts';

/** `machtig migrate` */
export async function runMigrate({ env, out, err }: Terminal): Promise<void> {
  const config = loadConfig(env, 'migrate');
  let applied = 0;
  await migrate(urlOf(config, 'databaseUrl'), {
    onApplied: (name) => {
      applied++;
      out.write(`applied ${name}\n`);
    },
    onNewer: (names) => err.write(`the database knows more than this program: ${names.join(', ')}\n`),
  });
  const { makeQueues } = await import('./admin-jobs.ts');
  await withPool(config, makeQueues);
  out.write(applied === 0 ? 'the database was up to date\n' : 'the database is up to date\n');
}

/** `machtig import FILE` */
export async function runImport(terminal: Terminal, file: string, options: { replaceSource: boolean }): Promise<void> {
  const config = loadConfig(terminal.env, 'import');
  const stages = trackStages(terminal.err, 'rows');
  const { source, parties, mandates } = await withPool(config, (pool) =>
    importRegisterFile(file, {
      pool,
      keys: keysOf(config),
      replaceSource: options.replaceSource,
      onProgress: ({ stage, done, total }) => stages.reach(stage, done, total),
    }),
  );
  stages.end();
  const { added, changed, unchanged, ended } = mandates;
  terminal.out.write(
    `${source}: ${parties} parties; mandates: ${added} added, ${changed} changed, ${unchanged} unchanged, ${ended} ended\n`,
  );
}

/** `machtig seed` */
export async function runSeed(terminal: Terminal, size: { mandates: number; seed: number }): Promise<void> {
  const config = loadConfig(terminal.env, 'seed');
  const stages = trackStages(terminal.err, 'rows');
  const { parties, mandates, seconds } = await withPool(config, (pool) =>
    seedRegister({
      ...size,
      pool,
      keys: keysOf(config),
      onProgress: ({ stage, done, total }) => stages.reach(stage, done, total),
    }),
  );
  stages.end();
  terminal.out.write(`${mandates} mandates of ${parties} parties in ${seconds.toFixed(1)} s\n`);
}

const ACTS = { revoke: revokeMandate, suspend: suspendMandate, reactivate: reactivateMandate };

/** `machtig revoke|suspend|reactivate ID` */
export async function runOperate(
  { env, out }: Terminal,
  act: keyof typeof ACTS,
  mandateId: string,
  reason: string | undefined,
): Promise<void> {
  const config = loadConfig(env, 'operate');
  const done: Operated = await withPool(config, (pool) =>
    ACTS[act]({ pool, mandateId, ...(reason !== undefined && { reason }) }),
  );
  out.write(done.changed ? `${mandateId} is ${done.status}\n` : `${mandateId} was ${done.status} already\n`);
  for (const id of done.onward) out.write(`${id} ended with it\n`);
}

export async function withPool<T>(config: Config, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  // A connection that breaks also fails the statement that runs on it.
  const pool = makePool(urlOf(config, 'databaseUrl'), { onError: () => {} });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
