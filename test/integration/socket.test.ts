import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeIdentify, parseCallers } from '../../src/http/callers.ts';
import { type Listening, serve } from '../../src/http/serve.ts';
import { anApp } from '../support/http.ts';

const ask = JSON.stringify({ actor: 'urn:etoegang:pseudonym:p', represented: 'urn:nl:kvk:90000001', service: 's' });
const known = parseCallers('callers: [{ name: beside, owners: all, socket: true }]');
const { app } = anApp({ identify: makeIdentify({ known }) });

let folder: string;
let path: string;
let open: Listening[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-socket-'));
  path = join(folder, 'decisions.sock');
});

afterEach(async () => {
  await Promise.all(open.map(({ close }) => close()));
  open = [];
  await rm(folder, { recursive: true });
});

async function listening(mode = 0o660) {
  const server = await serve(app, { socket: { path, mode }, drainMs: 100 });
  open.push(server);
  return server;
}

async function post(): Promise<{ status: number | undefined; body: string }> {
  const outgoing = request({
    socketPath: path,
    path: '/v1/decision',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  outgoing.end(ask);
  const [incoming] = await once(outgoing, 'response');
  return { status: incoming.statusCode, body: await text(incoming) };
}

test('whoever may open the socket is the caller that the file names', async () => {
  await listening();
  expect(await post()).toMatchObject({ status: 200 });
});

test.each([0o600, 0o660])('the file has exactly the mode asked for: %o', async (mode) => {
  await listening(mode);
  expect((await stat(path)).mode & 0o777).toBe(mode);
});

test('what a killed process left behind is replaced', async () => {
  const left = createServer().listen({ path, exclusive: true });
  await once(left, 'listening');
  // Closing removes the file; a killed process leaves it, with nobody behind it.
  left.close();
  await once(left, 'close');
  const child = (await import('node:child_process')).spawnSync(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ]);
  expect(child.signal).toBe('SIGKILL');
  expect((await stat(path)).isSocket()).toBe(true);
  await listening();
  expect(await post()).toMatchObject({ status: 200 });
});

test('a socket on which somebody answers is left alone', async () => {
  await listening();
  await expect(serve(app, { socket: { path, mode: 0o600 }, drainMs: 0 })).rejects.toThrow(/another process listens/);
  expect(await post()).toMatchObject({ status: 200 });
});

test('a file that is no socket is never removed', async () => {
  await writeFile(path, 'precious');
  await expect(serve(app, { socket: { path, mode: 0o600 }, drainMs: 0 })).rejects.toThrow(/is no socket/);
  expect((await stat(path)).isFile()).toBe(true);
});

test('closing removes the file; a TCP port that was opened before a failing socket is closed again', async () => {
  const server = await listening();
  await server.close();
  await expect(stat(path)).rejects.toThrow(/ENOENT/);
  await writeFile(path, 'precious');
  const both = { tcp: { host: '127.0.0.1', port: 0 }, socket: { path, mode: 0o600 }, drainMs: 0 };
  await expect(serve(app, both)).rejects.toThrow(/is no socket/);
});
