import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { EVALUATION } from '../bench/targets.ts';

/** Does its worst for some seconds; tells by status what came back, and how many connections were closed by the server. */
export type Attack = (port: number) => Promise<Record<string, number>>;

const head = (...headers: string[]) =>
  `${[`POST ${EVALUATION} HTTP/1.1`, 'host: localhost', 'content-type: application/json', ...headers].join('\r\n')}\r\n\r\n`;
const whole = (body: string) => head(`content-length: ${Buffer.byteLength(body)}`) + body;

function makeCrowd(port: number) {
  const came: Record<string, number> = {};
  const sockets: Socket[] = [];
  const count = (what: string) => {
    came[what] = (came[what] ?? 0) + 1;
  };
  return {
    came,
    sockets,
    async join(many: number): Promise<void> {
      for (let i = 0; i < many; i += 250) {
        const more = Array.from({ length: Math.min(250, many - i) }, async () => {
          const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
          socket.on('error', () => count('error'));
          socket.on('end', () => count('closed by the server'));
          socket.on('data', (bytes) => {
            for (const [, status = ''] of bytes.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g)) count(status);
          });
          await once(socket, 'connect').catch(() => {});
          sockets.push(socket);
        });
        await Promise.all(more);
      }
    },
    leave(): Record<string, number> {
      for (const socket of sockets) socket.destroy();
      return came;
    },
  };
}

/** Each connection sends this again and again, without waiting, as long as it is taken. */
const repeating =
  (connections: number, bytes: string, forMs = 3000): Attack =>
  async (port) => {
    const crowd = makeCrowd(port);
    await crowd.join(connections);
    const end = performance.now() + forMs;
    while (performance.now() < end) {
      for (const socket of crowd.sockets) if (socket.writable && socket.writableLength === 0) socket.write(bytes);
      await sleep(10);
    }
    return crowd.leave();
  };

/** Names that fall into one place of a hash table by their low bits, and names that are indices far apart. */
const numbered = `{${Array.from({ length: 4500 }, (_, i) => `"${i * 65_536}":0`).join()}}`;
const doubled = `{${Array.from({ length: 9000 }, () => '"a":1').join()}}`;
const nested = `${'['.repeat(32_000)}${']'.repeat(32_000)}`;
const objects = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;

export const ATTACKS: Readonly<Record<string, Attack>> = {
  '10,000 idle connections': async (port) => {
    const crowd = makeCrowd(port);
    await crowd.join(10_000);
    await sleep(14_000);
    return crowd.leave();
  },
  '2,000 connections that send a byte a second': async (port) => {
    const crowd = makeCrowd(port);
    await crowd.join(2000);
    for (let i = 0; i < 13; i++) {
      for (const socket of crowd.sockets) if (socket.writable) socket.write('P');
      await sleep(1000);
    }
    return crowd.leave();
  },
  '2,000 half-closed connections': async (port) => {
    const crowd = makeCrowd(port);
    await crowd.join(2000);
    for (const socket of crowd.sockets) socket.end(whole('{"a":1}').slice(0, -3));
    await sleep(3000);
    return crowd.leave();
  },
  'bodies without end': repeating(
    20,
    head('transfer-encoding: chunked') + `fff0\r\n${' '.repeat(0xfff0)}\r\n`.repeat(20),
  ),
  'bodies nested 32,000 deep': repeating(20, whole(nested)),
  'objects nested 10,000 deep': repeating(20, whole(objects)),
  'names that collide': repeating(20, whole(numbered)),
  'one name 9,000 times': repeating(20, whole(doubled)),
  'headers of 15 KiB': repeating(
    50,
    `${head('content-length: 2', ...Array.from({ length: 1400 }, (_, i) => `x${i}: ${i}`))}{}`,
  ),
  'headers without end': repeating(
    50,
    `POST / HTTP/1.1\r\n${'x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n'.repeat(2000)}`,
  ),
  '500 requests at once on each of 50 connections': repeating(50, whole('{}').repeat(500)),
};
