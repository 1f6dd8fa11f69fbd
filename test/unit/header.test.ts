import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { headersOf } from '../../src/http/header.ts';

const NAMES = ['x-request-id', 'authorization', 'traceparent', 'content-type', 'accept'];
const server = createServer();
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What the server sees of a request with these lines in its head. */
async function receive(lines: string[]): Promise<IncomingMessage> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
  const [incoming] = await once(server, 'request');
  socket.destroy();
  return incoming;
}

const anyCase = (name: string) => fc.mixedCase(fc.constant(name));
const line = fc
  .tuple(fc.constantFrom(...NAMES, 'x-request-ie', 'other').chain(anyCase), fc.stringMatching(/^[!-~]{0,5}( [!-~])?$/))
  .map(([name, value]) => `${name}: ${value}`);

test('a header is what node:http makes of it: whatever its case, and when it comes twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
      const incoming = await receive(lines);
      const found = NAMES.map(headersOf(incoming));
      const expected = NAMES.map((name) => incoming.headers[name]);
      expect(found).toEqual(expected.map((value) => (typeof value === 'string' ? value : undefined)));
    }),
    { numRuns: 200 },
  );
});
