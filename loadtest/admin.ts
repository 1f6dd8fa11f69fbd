/**
 * The admin API below HTTP, on a register of a million mandates: grants per second by 1, 8 and 32 writers, and how long
 * the first and later pages of the largest lists take.
 * `npx tsx loadtest/admin.ts [--mandates 1000000] [--seconds 10] [--writers 1,8,32] [--reads 200]`; writes
 * loadtest/results/admin.json. On a quiet machine only.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Session } from '../src/administer/acting.ts';
import { makeAdminister } from '../src/administer/administer.ts';
import { verifyAudit } from '../src/administer/audit/verify.ts';
import { readEvents } from '../src/administer/events/read-events.ts';
import { grantMandates } from '../src/administer/grants/grant.ts';
import { type SearchWish, searchMandates } from '../src/administer/insight/search.ts';
import { writeNotices } from '../src/administer/notices/write-notices.ts';
import { makeAdminEngine } from '../src/policy/admin-engine.ts';
import { readBundle } from '../src/policy/bundle.ts';
import { makeRawInstance } from '../src/policy/raw-instance.ts';
import { makeLifecycle } from '../src/process/lifecycle.ts';
import { seedRegister } from '../src/register/seed.ts';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.ts';
import { makeKeys } from '../src/store/keys.ts';
import { migrate } from '../src/store/migrate.ts';
import { makePool } from '../src/store/postgres.ts';
import { addGrantors, MANAGE } from './bench/grantors.ts';
import { describeMachine } from './bench/processes.ts';

const { values } = parseArgs({
  options: {
    mandates: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '10' },
    writers: { type: 'string', default: '1,8,32' },
    reads: { type: 'string', default: '200' },
    out: { type: 'string', default: join(import.meta.dirname, 'results/admin.json') },
  },
});
const mandates = Number(values.mandates);
const writers = values.writers.split(',').map(Number);
const machine = describeMachine();
const lifecycle = makeLifecycle();
const keys = makeKeys({ hmacKey: randomBytes(32), hmacKeyId: 'bench', sealKey: randomBytes(32) });

/** What a durable server does; the disk of this machine is part of the figure. */
const postgres = await startEmbeddedPostgres({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
lifecycle.onClose('PostgreSQL', postgres.stop);
await migrate(postgres.url);
const pool = makePool(postgres.url, { max: Math.max(...writers) + 2, prepares: true, onError: () => {} });
lifecycle.onClose('the pool', () => pool.end());
const bundle = await readBundle(join(import.meta.dirname, '../bundles/mandates.tar.gz'));
const policy = makeAdminEngine(bundle, { makeInstance: makeRawInstance });
const administer = makeAdminister({ pool, keys, policy, manageService: MANAGE, now: Date.now });

function say(what: string, more: unknown = ''): void {
  process.stderr.write(`${what} ${JSON.stringify(more)}\n`);
}

/** Milliseconds by percentile, two decimals. */
function spread(took: number[]) {
  const sorted = took.sort((a, b) => a - b);
  const at = (part: number) => Math.round((sorted[Math.floor(part * (sorted.length - 1))] ?? 0) * 100) / 100;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

/** Each writer grants for a firm of its own, one mandate at a time, as its owner. */
async function measureGrants(grantors: Awaited<ReturnType<typeof addGrantors>>, count: number) {
  const until = performance.now() + Number(values.seconds) * 1000;
  const took: number[] = [];
  const began = performance.now();
  const write = async ({ session, firm, delegates }: (typeof grantors)[number]) => {
    for (let i = 0; performance.now() < until; i++) {
      const delegate = delegates[i % delegates.length] ?? '';
      const wish = {
        represented: { partyId: firm },
        delegates: [{ party: { partyId: delegate } }],
        kind: 'employee' as const,
        reach: 'own' as const,
        services: ['be000000-0000-4000-8000-000000000002'],
        operations: 'all' as const,
        branches: 'all' as const,
        cases: 'all' as const,
        loa: 'eh3' as const,
        valid_until: new Date(Date.now() + 365 * 86_400_000).toISOString(),
      };
      took.push(await timed(() => administer.write(session, {}, (acting) => grantMandates(acting, wish))));
    }
  };
  await Promise.all(grantors.slice(0, count).map(write));
  const seconds = (performance.now() - began) / 1000;
  return { writers: count, perSecond: Math.round(took.length / seconds), ms: spread(took) };
}

const registrar: Session = { system: { name: 'bench', role: 'registrar' }, requestId: 'bench' };

/** The party with the most mandates on one side. */
async function largest(side: 'represented' | 'delegate'): Promise<{ party: string; mandates: number }> {
  const { rows } = await pool.query<{ party: string; mandates: number }>(
    `select ${side} as party, count(*)::integer as mandates from mandates group by 1 order by 2 desc limit 1`,
  );
  return rows[0] ?? { party: '', mandates: 0 };
}

async function measureLists() {
  const lists: object[] = [];
  for (const side of ['granted', 'received'] as const) {
    const { party, mandates: onParty } = await largest(side === 'granted' ? 'represented' : 'delegate');
    const ask = (more: Partial<SearchWish>) => () =>
      administer.read(registrar, (acting) =>
        searchMandates(acting, { side, party: { partyId: party }, order: 'newest', limit: 50, ...more }),
      );
    const { next } = await ask({})();
    const cases: [string, Partial<SearchWish>][] = [
      ['first page, newest', {}],
      ['second page, newest', next ? { after: next } : {}],
      ['first page, ends soonest', { order: 'ends' }],
      ['first page, by name', { order: 'name' }],
      ['in force', { statuses: ['in_force'] }],
      ['in force, one kind', { statuses: ['in_force'], kinds: ['business', 'employee'] }],
      ['unused for a year', { unusedSince: new Date(Date.now() - 365 * 86_400_000).toISOString() }],
      ['text that nothing has', { text: 'zzzzzzzz' }],
      ['with total', { withTotal: true }],
    ];
    for (const [name, more] of cases) {
      const took: number[] = [];
      for (let i = 0; i < Number(values.reads); i++) took.push(await timed(ask(more)));
      lists.push({ side, onParty, list: name, ms: spread(took) });
      say(`${side}, ${name}`, lists.at(-1));
    }
  }
  return lists;
}

async function measureReaders() {
  const { rows } = await pool.query<{ head: string; epoch: number }>(
    'select max(revision) as head, (select epoch from register) as epoch from changes',
  );
  const head = Number(rows[0]?.head ?? 0);
  const after = { epoch: rows[0]?.epoch ?? 1, n: Math.max(0, head - 1000) };
  const took: number[] = [];
  for (let i = 0; i < Number(values.reads); i++) {
    took.push(await timed(() => administer.read(registrar, (acting) => readEvents(acting, { after, limit: 100 }))));
  }
  const notices = await timed(() => writeNotices(pool));
  const audit = await timed(() => verifyAudit(pool));
  return { changes: head, events100: spread(took), noticesMs: Math.round(notices), auditMs: Math.round(audit) };
}

try {
  const seeded = await seedRegister({ pool, keys, mandates, seed: 1 });
  say('seeded', seeded);
  const grantors = await addGrantors(pool, keys, Math.max(...writers));
  const lists = await measureLists();
  const grants: object[] = [];
  for (const count of writers) {
    grants.push(await measureGrants(grantors, count));
    say('grants', grants.at(-1));
  }
  const readers = await measureReaders();
  say('readers', readers);
  await writeFile(values.out, `${JSON.stringify({ machine, mandates, grants, lists, readers }, null, 2)}\n`);
} finally {
  await lifecycle.close();
}
