import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { makeIdentify, parseCallers } from '../../src/http/callers.ts';
import { type Listening, serve } from '../../src/http/serve.ts';
import { aDecision, anApp, anEvaluate, loopback } from '../support/http.ts';

/** Questions over a socket skip Hono; in-process they do not. Both must answer alike, whatever is asked. */
const digest = 'b46c09677343261f0b439a472422225e3a230c9c094d6ab16762e2036b597053';
const known = parseCallers(`callers: [{ name: portal, owners: all, rights: [bsn], tokens: [${digest}] }]`);
const identify = makeIdentify({ known });
const answering = {
  ok: () => aDecision(),
  stale: fails(new AppError('data_stale', 'x')),
  bug: fails('a string'),
  later: () => aDecision(),
};
const { evaluate } = anEvaluate(
  ({ service }) => answering[service as keyof typeof answering]?.() ?? aDecision({ allow: false }),
);
const one: typeof evaluate.one = async (item, call) => evaluate.one(item, call);
const { app } = anApp({ identify, policy: { input: 'mandates', evaluate: { ...evaluate, one } } });
const agent = new Agent({ keepAlive: true });
let server: Listening;

beforeAll(async () => {
  server = await serve(app, { tcp: { host: '127.0.0.1', port: 0 }, drainMs: 0 });
});
afterAll(async () => {
  agent.destroy();
  await server.close();
});

function fails(thrown: unknown): () => never {
  return () => {
    throw thrown;
  };
}

type Ask = { method: string; path: string; headers: Record<string, string>; body: string };

async function overSocket({ method, path, headers, body }: Ask) {
  const outgoing = request(new URL(path, server.url), {
    agent,
    method,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [
    { statusCode: number; headers: IncomingHttpHeaders } & NodeJS.ReadableStream,
  ];
  const { date, connection, 'keep-alive': _, 'content-length': length, ...rest } = incoming.headers;
  const answer = await text(incoming);
  if (length !== undefined) expect(Number(length)).toBe(Buffer.byteLength(answer));
  return { status: incoming.statusCode, headers: rest, body: answer };
}

async function inProcess({ method, path, headers, body }: Ask) {
  const init = {
    method,
    headers: { host: 'localhost', ...headers, 'content-length': String(Buffer.byteLength(body)) },
    body,
  };
  const response = await app.request(`http://localhost${path}`, init, { connection: loopback });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

const id = fc.constantFrom('urn:nl:kvk:90000001', 'urn:nl:bsn:999990019', 'urn:nl:bsn:1', 'é😀', '');
const service = fc.constantFrom('ok', 'stale', 'bug', 'none');
const short = fc.record(
  { actor: id, represented: id, service, branch: fc.string() },
  { requiredKeys: ['actor', 'represented', 'service'] },
);
const authzen = fc.record({
  subject: fc.record({ type: fc.constant('person'), id }),
  action: fc.record({ name: service }),
  resource: fc.record({ type: fc.constantFrom('organisation', 'person'), id }),
});
const batch = fc.record({ evaluations: fc.array(authzen, { maxLength: 4 }) });
const body = fc.oneof(
  fc.oneof(short, authzen, batch).map((value) => JSON.stringify(value)),
  fc.string(),
  fc.constant(' '.repeat(65537)),
);
const ask = fc.record({
  method: fc.oneof({ weight: 9, arbitrary: fc.constant('POST') }, { weight: 1, arbitrary: fc.constant('PUT') }),
  path: fc.constantFrom(
    '/v1/decision',
    '/access/v1/evaluation',
    '/access/v1/evaluations',
    '/v1/decision?a=1',
    '/v1/decisions',
  ),
  headers: fc.record({
    'content-type': fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain'),
    authorization: fc.oneof(
      { weight: 5, arbitrary: fc.constant('Bearer t0ken') },
      { weight: 1, arbitrary: fc.constant('Bearer other') },
    ),
    'x-request-id': fc.constant('r-1'),
    host: fc.oneof(
      { weight: 9, arbitrary: fc.constant('localhost:8181') },
      { weight: 1, arbitrary: fc.constant('other.example') },
    ),
  }),
  body,
});

test('a question over a socket is answered as in process: status, headers and body', async () => {
  await fc.assert(
    fc.asyncProperty(ask, async (question) => {
      expect(await overSocket(question)).toEqual(await inProcess(question));
    }),
    { numRuns: 400 },
  );
});

test('a body in many pieces is put together', async () => {
  const outgoing = request(new URL('/v1/decision', server.url), {
    agent,
    method: 'POST',
    headers: { authorization: 'Bearer t0ken', 'content-type': 'application/json' },
  });
  const bytes = Buffer.from(
    JSON.stringify({ actor: 'urn:nl:bsn:999990019', represented: 'urn:nl:kvk:90000001', service: 'ok', case: 'é😀' }),
  );
  for (const byte of bytes) outgoing.write(Buffer.of(byte));
  outgoing.end();
  const [incoming] = await once(outgoing, 'response');
  expect(incoming.statusCode).toBe(200);
  expect(JSON.parse(await text(incoming))).toMatchObject({ allow: true });
});

test('questions sent one behind the other in one piece are answered in their order', async () => {
  const { port, hostname } = new URL(server.url ?? '');
  const socket = connect(Number(port), hostname);
  const lines = (id: string, body: string) =>
    `POST /v1/decision HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t0ken\r\nContent-Type: application/json\r\n` +
    `X-Request-ID: ${id}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const question = (service: string) =>
    JSON.stringify({ actor: 'urn:nl:bsn:999990019', represented: 'urn:nl:kvk:90000001', service });
  socket.end(
    lines('a', question('ok')) + lines('b', '') + lines('c', question('stale')) + lines('d', question('none')),
  );
  const answers = (await text(socket)).split('HTTP/1.1 ').slice(1);
  const said = answers.map((answer) => [answer.slice(0, 3), /x-request-id: (.)/.exec(answer)?.[1]]);
  expect(said).toEqual([
    ['200', 'a'],
    ['400', 'b'],
    ['503', 'c'],
    ['200', 'd'],
  ]);
  expect(answers[0]).toContain('"allow":true');
  expect(answers[3]).toContain('"allow":false');
});
