import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Question } from '../../src/domain/evaluation.ts';
import type { Dice } from '../support/dice.ts';
import { asFields, type Observation, parsed, type Reply, readAnswer, readReply } from './observation.ts';
import type { RigSidecar } from './rig.ts';
import { toDecisionBody, toEvaluationBody } from './world.ts';

export interface AskerOptions {
  sidecars: readonly RigSidecar[];
  questions: readonly Question[];
  dice: Dice;
  /** Questions under way at once, to each sidecar. */
  connections: number;
  /** Pause of each connection after a reply; 0 asks as fast as it goes. */
  pauseMs: number;
  /** Gives up waiting for a reply. */
  timeoutMs: number;
  /** The newest revision that was committed: asked for as `min_revision` now and then. */
  newest: () => string;
  onObservation: (observation: Observation) => void;
}

export interface Asker {
  /** From now on so long a pause. */
  pace(pauseMs: number): void;
  /** Resolves when every connection has its last reply. */
  stop(): Promise<void>;
}

const DOORS = ['decision', 'decision', 'evaluation', 'evaluation', 'batch'] as const;
const BATCH = 4;
/** One question in so many asks for the newest revision. */
const READS_OWN_WRITES = 10;

/** Keeps asking every sidecar, over connections that stay open, and tells what came of every question. */
export function startAsking(options: AskerOptions): Asker {
  const { sidecars, questions, dice, connections, timeoutMs, newest, onObservation } = options;
  let { pauseMs } = options;
  const stop = new AbortController();
  const places = questions.map((_, place) => place);

  async function askOne(sidecar: RigSidecar, agent: Agent): Promise<void> {
    const door = dice.pick(DOORS);
    const asked = Array.from({ length: door === 'batch' ? BATCH : 1 }, () => dice.pick(places));
    const minRevision = dice.next() * READS_OWN_WRITES < 1 ? newest() : undefined;
    const bodies = asked.map((place) => bodyOf(door, questions[place], minRevision));
    const path = door === 'decision' ? '/v1/decision' : `/access/v1/evaluation${door === 'batch' ? 's' : ''}`;
    const body = JSON.stringify(door === 'batch' ? { evaluations: bodies } : bodies[0]);
    const incarnation = sidecar.incarnation();
    const sentMs = Date.now();
    const { replies, connection } = await exchange({
      url: sidecar.url + path,
      body,
      agent,
      timeoutMs,
      items: asked.length,
    });
    const receivedMs = Date.now() + 1;
    const over = sidecar.sharesDoors && connection !== undefined && { connection };
    const common = { sidecar: sidecar.name, incarnation, sentMs, receivedMs, ...over };
    for (const [index, question] of asked.entries()) {
      const reply = replies[index] ?? { kind: 'silence', why: 'the batch was short' };
      onObservation({ ...common, question, ...(minRevision !== undefined && { minRevision }), reply });
    }
  }

  async function keepAsking(sidecar: RigSidecar): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stop.signal.aborted) {
      const startedAt = performance.now();
      await askOne(sidecar, agent);
      // A server that is away refuses at once.
      const took = performance.now() - startedAt;
      await sleep(pauseMs > 0 || took < 1 ? Math.max(pauseMs, 1) : 0);
    }
    agent.destroy();
  }

  const asking = Promise.all(
    sidecars.flatMap((sidecar) => Array.from({ length: connections }, () => keepAsking(sidecar))),
  );
  return {
    pace(ms) {
      pauseMs = ms;
    },
    async stop() {
      stop.abort();
      await asking;
    },
  };
}

function bodyOf(door: (typeof DOORS)[number], question: Question | undefined, minRevision: string | undefined): object {
  if (question === undefined) throw new Error('there are no questions');
  return door === 'decision' ? toDecisionBody(question, minRevision) : toEvaluationBody(question, minRevision);
}

interface Exchange {
  url: string;
  body: string;
  agent: Agent;
  timeoutMs: number;
  items: number;
}

/** The reply to each item, and the connection that it came over; never rejects. */
async function exchange({ items, ...asked }: Exchange): Promise<{ replies: Reply[]; connection?: number }> {
  const alike = (reply: Reply) => Array.from({ length: items }, () => reply);
  try {
    const { status, contentType, text, connection } = await post(asked);
    if (status !== 200 || items === 1) return { replies: alike(readReply(status, contentType, text)), connection };
    const { evaluations } = parsed(text);
    const replies = Array.isArray(evaluations) ? evaluations.map((item) => readAnswer(asFields(item))) : [];
    return { replies, connection };
  } catch (thrown) {
    return { replies: alike({ kind: 'silence', why: String(thrown) }) };
  }
}

interface Response {
  status: number;
  contentType: string;
  text: string;
  connection: number;
}

const connections = new WeakMap<object, number>();
let lastConnection = 0;

function numberOf(socket: object): number {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  lastConnection += 1;
  connections.set(socket, lastConnection);
  return lastConnection;
}

function post({ url, body, agent, timeoutMs }: Omit<Exchange, 'items'>): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      const connection = numberOf(response.socket);
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        clearTimeout(timer);
        if (!response.complete) return reject(new Error('the response was cut off'));
        const { statusCode: status = 0, headers } = response;
        resolve({ status, contentType: headers['content-type'] ?? '', text, connection });
      });
      response.on('error', reject);
    });
    const timer = setTimeout(() => asked.destroy(new Error('no reply in time')), timeoutMs);
    asked.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asked.end(body);
  });
}
