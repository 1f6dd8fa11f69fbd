import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Link, openLink } from '../rig/link.ts';
import { eventually } from '../support/eventually.ts';

/** A server that repeats what it is told, behind a link. */
let server: Server;
let link: Link;
const clients: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  link = await openLink(() => ({ port: address.port }));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await link.close();
  server.close();
});

async function client() {
  const socket = connect(link.port, '127.0.0.1');
  clients.push(socket);
  const told = { heard: '', end: '' };
  socket.on('data', (chunk) => {
    told.heard += chunk.toString();
  });
  socket.on('error', (error) => {
    told.end = 'code' in error ? String(error.code) : error.message;
  });
  socket.on('close', () => {
    told.end ||= 'closed';
  });
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => {});
  return { say: (text: string) => socket.write(text), told, socket };
}

const SOON = 60;

describe('a link', () => {
  it('passes what is said, both ways', async () => {
    const one = await client();
    one.say('hello');
    await eventually('it is heard', () => one.told.heard === 'hello');
  });

  it('is silent without closing, and lets through afterwards what it held back', async () => {
    const one = await client();
    link.silence();
    const late = await client();
    one.say('one');
    late.say('late');
    await sleep(SOON);
    expect([one.told, late.told]).toEqual([
      { heard: '', end: '' },
      { heard: '', end: '' },
    ]);
    link.pass();
    await eventually('both are heard', () => one.told.heard === 'one' && late.told.heard === 'late');
  });

  it('strands the connections there are, and no others', async () => {
    const old = await client();
    link.strand();
    const young = await client();
    old.say('old');
    young.say('young');
    await eventually('the new one is heard', () => young.told.heard === 'young');
    link.pass();
    await sleep(SOON);
    expect(old.told).toEqual({ heard: '', end: '' });
  });

  it('is slow, and keeps the order also when it is slow no more', async () => {
    const one = await client();
    link.slow(40);
    const began = performance.now();
    one.say('a');
    await sleep(5);
    link.slow(0);
    one.say('b');
    await eventually('both are heard', () => one.told.heard.length === 2);
    expect(one.told.heard).toBe('ab');
    expect(performance.now() - began).toBeGreaterThan(35);
  });

  it('resets', async () => {
    const one = await client();
    one.say('x');
    await eventually('it is heard', () => one.told.heard === 'x');
    link.reset();
    await eventually('it is told', () => one.told.end === 'ECONNRESET');
  });

  it('resets in the middle of what the server says', async () => {
    const one = await client();
    link.resetAfter(3);
    one.say('ab');
    await eventually('it is heard', () => one.told.heard === 'ab');
    one.say('cd');
    await eventually('it is told', () => one.told.end !== '');
  });

  it('refuses new connections and keeps the old', async () => {
    const old = await client();
    link.refuse();
    const young = await client();
    await eventually('the new one is told', () => young.told.end !== '');
    old.say('old');
    await eventually('the old one is heard', () => old.told.heard === 'old');
  });
});
