import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Limits, limitConnections, refusesHeaders } from '../../src/http/limits.ts';
import { eventually } from '../support/eventually.ts';

let server: Server | undefined;
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.close();
});

/** Connects so often, says this, and tells what came back before the server closed. */
async function say(limits: Limits, texts: readonly string[]): Promise<Promise<string>[]> {
  const options = { headersTimeout: 300, connectionsCheckingInterval: 50, maxHeaderSize: 1024 };
  server = createServer(options, (incoming, outgoing) => {
    if (!refusesHeaders(incoming, outgoing)) outgoing.end('yes');
  });
  limitConnections(server, limits);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return texts.map((text) => {
    const socket = connect({ port: address.port, host: '127.0.0.1' });
    sockets.push(socket);
    socket.on('error', () => {});
    if (text !== '') socket.write(text);
    let came = '';
    socket.on('data', (bytes: Buffer) => {
      came += bytes.toString();
    });
    return new Promise((resolve) => socket.once('close', () => resolve(came)));
  });
}

describe('connections', () => {
  it('that say nothing are closed, however many, each with its reason', async () => {
    const closed = await Promise.all(
      await say(
        {},
        Array.from({ length: 550 }, () => ''),
      ),
    );
    expect(new Set(closed)).toEqual(new Set(['HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n']));
    expect(closed).toHaveLength(550);
  });

  it('over which something else is said than HTTP, or too much of it, are closed with a reason', async () => {
    const [nonsense, large] = await say({}, [
      'nonsense\r\n\r\n',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(2000)}\r\n\r\n`,
    ]);
    expect(await nonsense).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(await large).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
  });

  it('over which more than a hundred headers come are closed, however short they are', async () => {
    const headers = (count: number) => Array.from({ length: count - 2 }, () => 'a:b\r\n').join('');
    const of = (count: number) => `GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers(count)}\r\n`;
    const [some, many, full] = await say({}, [of(100), of(101), of(180)]);
    expect(await some).toMatch(/^HTTP\/1\.1 200 /);
    expect(await many).toMatch(/^HTTP\/1\.1 431 /);
    expect(await full).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('beyond the limit are closed and counted, and the others answered', async () => {
    let refused = 0;
    const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
    const onConnectionRefused = () => {
      refused++;
    };
    const came = await say({ connectionsAtMost: 2, onConnectionRefused }, [request, request, request]);
    await eventually('one is refused', () => refused === 1);
    server?.closeIdleConnections();
    const answered = (await Promise.all(came)).filter((text) => text.startsWith('HTTP/1.1 200'));
    expect(answered).toHaveLength(2);
  });
});
