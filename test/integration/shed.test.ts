import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { makeShed, type ShedOptions } from '../../src/http/shed.ts';
import { eventually } from '../support/eventually.ts';

let server: Server | undefined;
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.close();
});

/** A server of one listener behind what sheds; clients share its event loop, so what they write at once comes at once. */
async function listen(listener: RequestListener, options: Partial<ShedOptions> = {}): Promise<number> {
  const shed = makeShed({ afterMs: 1000, unansweredAtMost: 4096, ...options });
  server = createServer(shed.options, (incoming, outgoing) => {
    if (!shed.refuses(incoming, outgoing)) listener(incoming, outgoing);
  });
  shed.watch(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

interface Client {
  socket: Socket;
  came: () => string;
  forget: () => void;
  closed: Promise<unknown>;
}

async function open(port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1' });
  sockets.push(socket);
  let came = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    came += text;
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close').catch(() => {});
  await once(socket, 'connect');
  const forget = () => {
    came = '';
  };
  return { socket, came: () => came, forget, closed };
}

/** Waits until all are accepted: that is one in a turn. */
async function openMany(port: number, count: number) {
  let accepted = 0;
  server?.on('connection', () => accepted++);
  const all = await Promise.all(Array.from({ length: count }, () => open(port)));
  await eventually('all are accepted', () => accepted === count);
  return all;
}

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
const request = (headers = 'content-length: 2', body = '{}', method = 'POST') =>
  `${method} / HTTP/1.1\r\nhost: x\r\n${headers}\r\n\r\n${body}`;

/** Counts what happens in each turn of the event loop. */
function countTurns() {
  let inTurn = 0;
  let most = 0;
  return {
    most: () => most,
    count(): void {
      if (inTurn++ === 0) {
        setImmediate(() => {
          most = Math.max(most, inTurn);
          inTurn = 0;
        });
      }
    },
  };
}

/** Lets code be compiled before its time is counted: what asks and what answers share the burst. */
async function warmUp(all: readonly Client[]): Promise<void> {
  for (let round = 0; round < 50; round++) {
    for (const { socket } of all) socket.write(request());
    await eventually('all are answered', () => all.every(({ came }) => came() !== ''));
    for (const { forget } of all) forget();
  }
}

/** What was taken of a burst comes back with a fifth of the time without a queue. */
const burstIsBack = () => new Promise((resolve) => setTimeout(resolve, 1000));

/** On a core, whatever else has it. */
function work(ms: number): void {
  const before = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    if (user + system >= ms * 1000) return;
  }
}

describe('one connection', () => {
  it('brings so many requests in a turn; it closes when they are answered, and says so', async () => {
    let asked = 0;
    const port = await listen((_incoming, outgoing) => {
      asked++;
      setTimeout(() => outgoing.end('yes'), 5);
    });
    const { socket, came, closed } = await open(port);
    socket.write(request().repeat(500));
    await closed;
    expect(asked).toBe(32);
    expect(statuses(came())).toEqual(Array.from({ length: 32 }, () => '200'));
    expect(came().match(/connection: close/gi)).toHaveLength(1);
    expect(came().lastIndexOf('HTTP/1.1')).toBeLessThan(came().search(/connection: close/i));
  });

  it('closes as well when all it brought was answered at once', async () => {
    const port = await listen((_incoming, outgoing) => outgoing.end('yes'));
    const { socket, came, closed } = await open(port);
    socket.write(request().repeat(500));
    await closed;
    expect(statuses(came())).toHaveLength(32);
  });

  it('may bring as many as are taken, turn after turn', async () => {
    const port = await listen((_incoming, outgoing) => outgoing.end('yes'));
    const { socket, came } = await open(port);
    for (let turn = 1; turn <= 5; turn++) {
      socket.write(request().repeat(32));
      await eventually('all are answered', () => statuses(came()).length === 32 * turn);
    }
  });

  it('may offer another protocol, and is answered in this one', async () => {
    const port = await listen((_incoming, outgoing) => outgoing.end('yes'));
    const { socket, came } = await open(port);
    socket.write(request('upgrade: h2c\r\nconnection: upgrade\r\ncontent-length: 2'));
    await eventually('it is answered', () => statuses(came()).length === 1);
    socket.write(request());
    await eventually('the next as well', () => statuses(came()).join() === '200,200');
  });

  it('that is cut leaves nothing behind of what it asked', async () => {
    const port = await listen((_incoming, outgoing) => setTimeout(() => outgoing.end('yes'), 100), {
      unansweredAtMost: 20,
    });
    for (let i = 0; i < 5; i++) {
      const { socket } = await open(port);
      socket.write(request().repeat(10));
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { socket, came } = await open(port);
    socket.write(request().repeat(20));
    await eventually('all are answered', () => statuses(came()).length === 20);
    expect(new Set(statuses(came()))).toEqual(new Set(['200']));
  });
});

describe('a turn of the event loop', () => {
  it('holds what it may, and leaves the other connections to the next: all are answered', async () => {
    const turns = countTurns();
    const port = await listen(
      (_incoming, outgoing) => {
        turns.count();
        work(2);
        outgoing.end('yes');
      },
      { afterMs: 5 },
    );
    const all = await openMany(port, 40);
    for (const { socket } of all) socket.write(request());
    await eventually('all are answered', () => all.every(({ came }) => came() !== ''));
    expect(turns.most()).toBeLessThan(10);
  });

  it('answers for so long and refuses as many as it can when more comes than can be done', async () => {
    let workMs = 0;
    let workedMs = 0;
    const port = await listen(
      (_incoming, outgoing) => {
        const before = process.cpuUsage();
        work(workMs);
        outgoing.end('yes');
        const { user, system } = process.cpuUsage(before);
        workedMs += (user + system) / 1000;
      },
      { afterMs: 5 },
    );
    const all = await openMany(port, 100);
    await warmUp(all);
    workMs = 2;
    // What else runs here leaves cold caches, and what the host takes of a core counts as work: then fewer fit into a burst. It is asked anew then.
    let answered = 0;
    for (let burst = 0; burst < 5 && answered < 40; burst++) {
      await burstIsBack();
      workedMs = 0;
      for (const { socket, forget } of all) {
        forget();
        socket.write(request());
      }
      await eventually('all are told', () => all.every(({ came }) => came() !== ''));
      const told = all.flatMap(({ came }) => statuses(came()));
      answered = told.filter((status) => status === '200').length;
      // Each time as much is done as 40 answers take.
      expect(workedMs).toBeGreaterThanOrEqual(40 * 2);
      expect(told.filter((status) => status === '503')).toHaveLength(100 - answered);
      expect(answered).toBeLessThan(80);
    }
    // A burst of 100 ms, and some of each turn after it.
    expect(answered).toBeGreaterThanOrEqual(40);
  });

  it('takes in bodies of a byte a piece from few connections', async () => {
    const turns = countTurns();
    const port = await listen(
      (incoming, outgoing) => {
        incoming.on('data', () => turns.count());
        incoming.on('end', () => outgoing.end('yes'));
      },
      { afterMs: 1 },
    );
    const pieces = '1\r\nx\r\n'.repeat(10_000);
    const all = await openMany(port, 20);
    for (const { socket } of all) socket.write(request('transfer-encoding: chunked', `${pieces}0\r\n\r\n`));
    await eventually('all are answered', () => all.every(({ came }) => came() !== ''));
    expect(turns.most()).toBeLessThan(60_000);
  });
});

describe('a refusal', () => {
  const refuseAll = () => listen((_incoming, outgoing) => outgoing.end('yes'), { unansweredAtMost: 0 });

  it('carries the id of the request, and the next on the connection is heard', async () => {
    const { socket, came } = await open(await refuseAll());
    socket.write(request('x-request-id: a"b\r\ncontent-length: 2').repeat(2));
    await eventually('both are told', () => statuses(came()).length === 2);
    const [head = '', body = ''] = came().slice(0, came().lastIndexOf('HTTP/1.1')).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    for (const header of ['content-type: application/problem+json', 'retry-after: 1', 'x-request-id: a"b'])
      expect(head).toContain(`\r\n${header}\r\n`);
    expect(head).toContain(`\r\ncontent-length: ${body.length}`);
    expect(JSON.parse(body)).toMatchObject({ status: 503, code: 'overloaded', request_id: 'a"b' });
  });

  it('has no body where none may be, and closes where none would end', async () => {
    const port = await refuseAll();
    const head = await open(port);
    head.socket.write(request('x: y', '', 'HEAD'));
    await eventually('it is told', () => head.came().endsWith('\r\n\r\n'));
    expect(head.came()).toMatch(/content-length: \d+/);
    const endless = await open(port);
    endless.socket.write(request('transfer-encoding: chunked', '5\r\n12345\r\n'));
    await endless.closed;
    expect(endless.came()).toMatch(/connection: close/i);
    const huge = await open(port);
    huge.socket.write(request('content-length: 100000000', 'x'));
    await huge.closed;
    expect(statuses(huge.came())).toEqual(['503']);
  });
});
