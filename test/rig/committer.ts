import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { Dice } from '../support/dice.ts';
import { ACTS, type Acts, type Candidates } from './acts.ts';

export interface CommitterOptions {
  url: () => string;
  candidates: Candidates;
  dice: Dice;
  /** Transactions a second, by all writers together. */
  perSecond: number;
  /** Transactions under way at once. */
  writers?: number;
  acts?: Acts;
  /** By transaction: it is committed, and was known to be at this moment. */
  onCommitted: (transaction: string, moment: number) => void;
}

export interface Committer {
  counts: { committed: number; refused: number; failed: number };
  /** Resolves when no transaction is under way any more. */
  pause(): Promise<void>;
  go(): void;
  stop(): Promise<void>;
}

const ACTED_BY = JSON.stringify({ who: 'rig', channel: 'operator' });

/**
 * Keeps changing what decisions rest on: mandates, states of parties, means, services, branches; several at once, rolled
 * back, or committed late. Over connections of its own that no fault touches.
 */
export async function startCommitting(options: CommitterOptions): Promise<Committer> {
  const { url, candidates, dice, perSecond, onCommitted, writers = 2, acts = ACTS } = options;
  const counts = { committed: 0, refused: 0, failed: 0 };
  const stop = new AbortController();
  let paused = false;
  let underWay = 0;

  async function write(client: Client): Promise<void> {
    await client.query('begin');
    await client.query(`select set_config('machtig.acted_by', $1, true)`, [ACTED_BY]);
    const many = dice.next() < 0.2 ? 3 : 1;
    for (let done = 0; done < many; done++) await dice.pick(acts)({ client, candidates, dice, newId: randomUUID });
    if (dice.next() < 0.05) await sleep(50);
    if (dice.next() < 0.05) return void (await client.query('rollback'));
    const { rows } = await client.query<{ id: string }>('select pg_current_xact_id()::text as id');
    await client.query('commit');
    onCommitted(rows[0]?.id ?? '', Date.now() + 1);
    counts.committed++;
  }

  async function tryWrite(client: Client): Promise<Client> {
    try {
      await write(client);
      return client;
    } catch (thrown) {
      // The register refused it, or the connection is gone.
      const refused = await client.query('rollback').then(
        () => true,
        () => false,
      );
      counts[refused && isRefusal(thrown) ? 'refused' : 'failed']++;
      if (refused) return client;
      await client.end().catch(() => {});
      return connect(url()).catch(() => client);
    }
  }

  async function keepWriting(given: Client): Promise<void> {
    let client = given;
    const intervalMs = (1000 * writers) / perSecond;
    let due = performance.now();
    while (!stop.signal.aborted) {
      if (!paused) {
        underWay++;
        client = await tryWrite(client).finally(() => underWay--);
      }
      due = Math.max(due + intervalMs, performance.now() - 100);
      await sleep(Math.max(1, due - performance.now()));
    }
    await client.end().catch(() => {});
  }

  const clients = await Promise.all(Array.from({ length: writers }, () => connect(url())));
  const writing = Promise.all(clients.map(keepWriting));
  return {
    counts,
    async pause() {
      paused = true;
      while (underWay > 0) await sleep(1);
    },
    go() {
      paused = false;
    },
    async stop() {
      stop.abort();
      await writing;
    },
  };
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString, application_name: 'rig writer', connectionTimeoutMillis: 1000 });
  client.on('error', () => {}); // The next statement fails as well.
  await client.connect();
  return client;
}

function isRefusal(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && /^[0-9A-Z]{5}$/.test(String(thrown.code));
}
