import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { type Listening, serve } from '../../src/http/serve.ts';
import { aDecision, anApp, anEvaluate } from '../support/http.ts';

const ask = JSON.stringify({ actor: 'urn:etoegang:pseudonym:p', represented: 'urn:nl:kvk:90000001', service: 's' });
const agent = new Agent({ keepAlive: true });

let server: Listening | undefined;
afterEach(async () => {
  await server?.close();
  agent.destroy();
});

/** A stack whose decisions wait until they are let go. */
async function aSlowStack(drainMs: number) {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { evaluate } = anEvaluate();
  const one = async () => {
    arrive();
    await held;
    return aDecision();
  };
  const { app } = anApp({ policy: { input: 'mandates', evaluate: { ...evaluate, one } } });
  server = await serve(app, { tcp: { host: '127.0.0.1', port: 0 }, drainMs });
  return { url: new URL(server.url ?? ''), arrived, release, close: server.close };
}

async function post(url: URL): Promise<string> {
  const outgoing = request(new URL('/v1/decision', url), {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  outgoing.end(ask);
  const [incoming] = await once(outgoing, 'response');
  return text(incoming);
}

test('an open request ends, new ones are not accepted, then the port is free', async () => {
  const { url, arrived, release, close } = await aSlowStack(60_000);
  const answer = post(url);
  await arrived;
  const closed = close();
  await expect(fetch(url)).rejects.toThrow();
  release();
  expect(JSON.parse(await answer)).toMatchObject({ allow: true });
  await closed;
});

test('a request that does not end within the limit is cut', async () => {
  const { url, arrived, release, close } = await aSlowStack(20);
  const answer = post(url);
  await arrived;
  const cut = expect(answer).rejects.toThrow(/hang up|ECONNRESET/);
  await close();
  await cut;
  release();
});

test('an idle keep-alive connection does not hold up closing', async () => {
  const { url, release, close } = await aSlowStack(60_000);
  release();
  await post(url);
  await close();
});

test('a chunked body that grows beyond 64 KiB is answered 413 before it ends', async () => {
  const { url } = await aSlowStack(0);
  const socket = connect(Number(url.port), url.hostname);
  socket.write(
    'POST /v1/decision HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  for (let sent = 0; sent < 5; sent++) socket.write(`4000\r\n${' '.repeat(0x4000)}\r\n`);
  const [chunk] = await once(socket, 'data');
  expect(String(chunk)).toMatch(/^HTTP\/1\.1 413 /);
  socket.destroy();
});
