import { crc32 } from 'node:zlib';
import { makeDice } from '../support/dice.ts';
import { exchange, type HttpAnswer, type PlainRequest, readAnswers, readPlain } from './door-answers.ts';
import { expected } from './door-oracle.ts';
import { makeRequest, WORDS } from './door-requests.ts';
import { BSNS, type DoorWorld, openDoorWorld } from './door-world.ts';
import { Broken, type Target } from './target.ts';

/** All that a caller may be answered with. */
const STATUSES = new Set([200, 400, 401, 403, 404, 405, 413, 417, 421, 431]);
/** What a caller calls his request is his: he gets it back, and it is logged, whatever it says. */
const OWN_NAME = /"requestId":"(?:[^"\\]|\\.)*"/g;
/** Of the connection, not of the answer. */
const HOPS = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

/**
 * The decision port, as bytes on a socket: every answer is HTTP with a status it may have, tells no citizen service
 * number, allows just what the oracle allows, and is what the other door (Hono, in process) answers to the same.
 */
export async function openDoor(seed: number): Promise<Target> {
  const world = await openDoorWorld(seed);
  const dice = makeDice(seed);
  return {
    seeds: Array.from({ length: 20 }, () => makeRequest(dice)),
    words: WORDS,
    make: makeRequest,
    close: world.close,
    async try(input) {
      const at = crc32(input) % world.registers.length;
      world.turnTo(at);
      world.logged();
      const answers = readAnswers(await exchange(world.socket, input), input);
      for (const answer of answers) checkAnswer(answer);
      checkSecrets('the log', world.logged().replace(OWN_NAME, ''));
      const plain = readPlain(input);
      const [answer] = answers;
      if (plain === undefined || answer === undefined) return `${answer?.status ?? 'cut off'}, in some other form`;
      if (answers.length > 1) throw new Broken('two answers to one request');
      await compareDoors(world, plain, answer);
      return answer.status === 200 ? checkAllowed(world, at, plain, answer) : String(answer.status);
    },
  };
}

function checkAnswer({ status, headers, body }: HttpAnswer): void {
  if (!STATUSES.has(status)) throw new Broken(`status ${status}: ${body.slice(0, 200)}`);
  if (status !== 200 && body.includes('"allow":true')) throw new Broken(`an allow under status ${status}`);
  const own = headers.get('x-request-id') ?? '';
  const told = [...headers].filter(([name]) => name !== 'x-request-id').join('\n') + body;
  checkSecrets('the answer', own === '' ? told : told.replaceAll(JSON.stringify(own).slice(1, -1), ''));
}

function checkSecrets(where: string, text: string): void {
  const found = BSNS.find((bsn) => text.includes(bsn));
  if (found !== undefined) {
    const at = text.indexOf(found);
    throw new Broken(`${where} tells a BSN: ${text.slice(Math.max(0, at - 60), at + 20)}`);
  }
}

/** A decision's own id is new each time; so is the name of a request that came without one. */
function comparable({ status, headers, body }: HttpAnswer): object {
  const own = headers.get('x-request-id') ?? '';
  const named = [...headers].filter(([name]) => !HOPS.has(name) && name !== 'x-request-id').sort();
  const text = body.replace(/"id":"[0-9a-f-]{36}"/g, '"id":""');
  return { status, headers: named, body: own.length === 36 ? text.replaceAll(own, '') : text };
}

async function compareDoors({ app }: DoorWorld, { path, headers, body }: PlainRequest, over: HttpAnswer) {
  const init = { method: 'POST', headers, body: new Uint8Array(body) };
  const response = await app.request(`http://localhost${path}`, init, {
    connection: { unixSocket: true, loopback: true },
  });
  const direct = { status: response.status, headers: new Map(response.headers), body: await response.text() };
  const [one, other] = [over, direct].map((answer) => JSON.stringify(comparable(answer)));
  if (one !== other) throw new Broken(`two doors, two answers:\n${one}\n${other}`);
}

interface Item {
  allow?: boolean;
  decision?: boolean;
  /** `error`: it could not be decided. */
  context?: { error?: object };
}

/** Returns what was answered. */
function checkAllowed({ registers }: DoorWorld, at: number, { path, body }: PlainRequest, { body: text }: HttpAnswer) {
  const register = registers[at];
  const answer = JSON.parse(text);
  const items: Item[] = answer.evaluations ?? [answer];
  const wanted = register ? expected(register, path, JSON.parse(body.toString())) : [];
  for (const [index, item] of items.entries()) {
    const allow = item.allow ?? item.decision;
    const failed = item.context?.error !== undefined;
    const right = failed ? false : wanted[index]?.();
    if (allow !== right) throw new Broken(`item ${index} is ${allow}, the oracle says ${right}: ${text.slice(0, 300)}`);
  }
  return items.some(({ allow, decision }) => allow ?? decision) ? '200 with an allow' : '200, denied';
}
