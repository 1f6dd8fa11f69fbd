import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { RigSidecar } from '../../test/rig/rig.ts';

/** A question that one mandate alone allows. */
export interface Probe {
  body: string;
  mandate: string;
}

/** What one sidecar made of one revocation. In ms since COMMIT was sent. */
export interface Seen {
  sidecar: string;
  /** The last question that was still allowed was asked then; at least 0. */
  allowedUntilMs: number;
  /** The first denial was received then. */
  deniedMs: number;
  /** Refusals and silences in between. */
  refused: number;
}

const GIVE_UP_MS = 30_000;
const PAUSE_MS = 1;

export interface Reply {
  status: number;
  body: { allow?: boolean; basis?: string; mandates?: string[] };
}

export function ask(url: string, body: string, agent: Agent, timeoutMs = 2000): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(`${url}/v1/decision`, { method: 'POST', agent, headers, timeout: timeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      response.on('error', () => resolve(undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end(body);
  });
}

/** Revokes mandates for good, one after another, watching every sidecar; grants them again in between. */
export async function openProber(databaseUrl: string, sidecars: readonly RigSidecar[]) {
  const client = new Client({ connectionString: databaseUrl, application_name: 'revocations' });
  await client.connect();
  const watchers = sidecars.map((sidecar) => ({ sidecar, agent: new Agent({ keepAlive: true, maxSockets: 1 }) }));

  async function transaction(statement: string, values: unknown[]): Promise<number> {
    await client.query('begin');
    await client.query(`select set_config('machtig.acted_by', '{"who":"revocations","channel":"operator"}', true)`);
    await client.query(statement, values);
    const sentMs = performance.now();
    await client.query('commit');
    return sentMs;
  }

  /** Asks without a pause worth the name, from before the commit until it is denied. */
  async function watch(
    { sidecar, agent }: (typeof watchers)[number],
    body: string,
    committed: () => number | undefined,
  ) {
    const began = performance.now();
    let [lastAllowed, refused] = [began, 0];
    while (performance.now() - began < GIVE_UP_MS) {
      const sentMs = performance.now();
      const reply = await ask(sidecar.url, body, agent);
      const at = committed();
      if (reply?.status !== 200) refused++;
      else if (reply.body.allow) lastAllowed = sentMs;
      else if (at !== undefined) {
        const allowedUntilMs = Math.max(0, lastAllowed - at);
        return { sidecar: sidecar.name, allowedUntilMs, deniedMs: performance.now() - at, refused };
      }
      await sleep(PAUSE_MS);
    }
    throw new Error(`${sidecar.name} did not deny within ${GIVE_UP_MS} ms`);
  }

  return {
    /** Begins `disturb`, and revokes so much later. */
    async revoke(probe: Probe, disturb: () => Promise<void>, afterMs: number): Promise<Seen[]> {
      let sent: number | undefined;
      const watching = Promise.all(watchers.map((watcher) => watch(watcher, probe.body, () => sent)));
      watching.catch(() => {}); // Awaited below.
      await sleep(5);
      const disturbed = disturb();
      disturbed.catch(() => {}); // Awaited below.
      await sleep(afterMs);
      sent = await transaction(`update mandates set status = 'revoked' where mandate_id = $1`, [probe.mandate]);
      await disturbed;
      return watching;
    },
    /** The same mandate under another id; resolves when all sidecars allow by it. */
    async grantAgain(probe: Probe): Promise<void> {
      const id = randomUUID();
      await transaction(
        `insert into mandates select (jsonb_populate_record(m, $2::jsonb)).* from mandates m where mandate_id = $1`,
        [
          probe.mandate,
          JSON.stringify({ mandate_id: id, status: 'active', status_since: new Date(), status_cause: null }),
        ],
      );
      probe.mandate = id;
      for (const { sidecar, agent } of watchers) {
        const until = performance.now() + GIVE_UP_MS;
        while (!(await ask(sidecar.url, probe.body, agent))?.body.allow) {
          if (performance.now() > until) throw new Error(`${sidecar.name} does not allow what was granted again`);
          await sleep(5);
        }
      }
    },
    async close() {
      for (const { agent } of watchers) agent.destroy();
      await client.end();
    },
  };
}

export type Prober = Awaited<ReturnType<typeof openProber>>;
