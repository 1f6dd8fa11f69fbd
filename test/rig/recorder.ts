import { Client } from 'pg';
import { loop } from '../../src/process/loop.ts';
import { type Change, type History, makeHistory, type Snapshot } from './history.ts';

export interface Recorder {
  history: History;
  /** Reads what was committed until now. */
  read(): Promise<void>;
  /** Whoever committed it, and was told so at `moment`, knows it better than whoever finds it. */
  noteCommitted(transaction: string, moment: number): void;
  /** Stops looking while Postgres is away or about to be put back; `go` looks on. */
  pause(): Promise<void>;
  go(): void;
  close(): Promise<void>;
}

const EVERY_MS = 5;
const AT_MOST = 2000;

/**
 * Keeps the history of a register by reading its changes, over connections of its own that no fault touches.
 * A change that is lost before it was read (a restore) is not in it: read, and let nobody write, before that.
 */
export async function recordCommits(url: () => string): Promise<Recorder> {
  let client = await connect(url());
  const history = makeHistory(await takeSnapshot(client));
  const stop = new AbortController();
  const committed: Committed = new Map();
  let paused = false;
  let reading: Promise<void> = Promise.resolve();

  function read(): Promise<void> {
    reading = reading.catch(() => {}).then(readOn);
    return reading;
  }

  async function readOn(): Promise<void> {
    try {
      while ((await readSome(client, history, committed)) === AT_MOST);
    } catch (thrown) {
      await client.end().catch(() => {});
      client = await connect(url());
      throw thrown;
    }
  }

  const running = loop(stop.signal, async () => void (paused || (await read())), {
    intervalMs: EVERY_MS,
    backoff: { minMs: 20, maxMs: 100 },
  });
  return {
    history,
    read,
    noteCommitted(transaction, moment) {
      if (!history.noteCommitted(transaction, moment)) committed.set(transaction, moment);
    },
    async pause() {
      await read();
      paused = true;
      await client.end();
    },
    go() {
      paused = false;
      running.wake();
    },
    async close() {
      stop.abort();
      await running.done;
      await client.end().catch(() => {});
    },
  };
}

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString, application_name: 'rig recorder' });
  client.on('error', () => {}); // The next reading fails as well.
  await client.connect();
  return client;
}

/** By transaction: when its commit was confirmed, as far as its changes were not read yet. */
type Committed = Map<string, number>;

interface Row {
  epoch: number;
  /** Hash of the last change that was read before, as the register has it now. */
  here: string;
  n: string | null;
  hash: string;
  transaction: string;
  at: string;
  entity: string;
  entity_id: string;
  facts_before: unknown;
  facts_after: unknown;
}

/** @returns how many changes there were */
async function readSome(client: Client, history: History, committed: Committed): Promise<number> {
  const { n, epoch } = history.latest();
  const visible = [...committed.keys()];
  const { rows } = await client.query<Row>(
    `select r.epoch, coalesce((select encode(hash, 'hex') from changes where revision = $1), '') as here, c.revision::text as n, encode(c.hash, 'hex') as hash, c.transaction_id::text as transaction,
       (extract(epoch from c.at) * 1000)::text as at, c.entity, c.entity_id, c.facts_before, c.facts_after
     from register r left join lateral (select * from changes where revision > $1 order by revision limit $2) c on true
     order by c.revision`,
    [n, AT_MOST],
  );
  const knownBy = Date.now() + 1;
  const [first] = rows;
  if (first === undefined) throw new Error('the register has no row');
  if (first.epoch !== epoch || first.here !== history.latestHash()) {
    // A register that went back in time gives out its transaction ids again.
    committed.clear();
    history.beginEra(first.epoch, { n: await commonWith(client, history), knownBy });
    return AT_MOST;
  }
  const changes = rows.flatMap((row) => (row.n === null ? [] : [toChange(row, row.n, knownBy)]));
  history.addAll(changes);
  for (const [transaction, moment] of committed) {
    if (history.noteCommitted(transaction, moment)) committed.delete(transaction);
  }
  // All that those changed which were committed before has been read: what is not there, they did not change.
  if (changes.length < AT_MOST) for (const transaction of visible) committed.delete(transaction);
  return changes.length;
}

function toChange(row: Row, n: string, knownBy: number): Change {
  return {
    n: Number(n),
    hash: row.hash,
    transaction: row.transaction,
    // Kept to the millisecond there, rounded.
    notBefore: Math.floor(Number(row.at)) - 1,
    knownBy,
    entity: row.entity,
    entityId: row.entity_id,
    before: row.facts_before,
    after: row.facts_after,
  };
}

/** The last change that the register has in common with what was seen of it before. */
async function commonWith(client: Client, history: History): Promise<number> {
  const { base, changes } = history.last();
  const { rows } = await client.query<{ hash: string }>(
    `select encode(hash, 'hex') as hash from changes where revision >= $1`,
    [base.n],
  );
  const hashes = new Set(rows.map(({ hash }) => hash));
  return changes.findLast(({ hash }) => hashes.has(hash))?.n ?? base.n;
}

/** The views that define the facts, in one snapshot. */
export async function takeSnapshot(client: Client): Promise<Snapshot> {
  await client.query('begin isolation level repeatable read read only');
  const { rows } = await client.query<{ epoch: number; n: string; hash: string }>(
    `select r.epoch, coalesce(c.revision, 0)::text as n, coalesce(encode(c.hash, 'hex'), '') as hash
     from register r left join lateral (select * from changes order by revision desc limit 1) c on true`,
  );
  const [head] = rows;
  if (head === undefined) throw new Error('the register has no row');
  const all = async <T>(view: string): Promise<T[]> =>
    (await client.query<{ row: T }>(`select to_jsonb(v) as row from ${view} v`)).rows.map(({ row }) => row);
  const snapshot: Snapshot = {
    epoch: head.epoch,
    n: Number(head.n),
    hash: head.hash,
    knownBy: Date.now() + 1,
    rows: {
      party: await all('party_facts'),
      alias: await all('alias_facts'),
      branch: await all('branch_facts'),
      service: await all('service_facts'),
      mandate: await all('mandate_facts'),
    },
  };
  await client.query('commit');
  return snapshot;
}
