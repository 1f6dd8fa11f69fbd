/**
 * Open-model load over many connections, which tells what was answered from what was refused. Requests are due at fixed
 * moments; one that finds no free connection waits for one, on the server's account.
 * Usage: generator.ts JSON (GeneratorOptions); prints JSON (Offered).
 */
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { makeHistogram } from '../bench/histogram.ts';
import { isWhole } from '../bench/http-client.ts';
import { loadOptions, prebuild } from '../bench/load-options.ts';

const options = loadOptions
  .extend({ rate: z.number().positive(), warmSeconds: z.number() })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

/** What is not answered so long after the last was due is not waited for. */
const DRAIN_MS = 3000;

const everyMs = 1000 / options.rate;
const unmeasured = Math.round(options.rate * options.warmSeconds);
const planned = unmeasured + Math.round(options.rate * options.seconds);
const requestAt = prebuild(options);

interface Slot {
  socket: Socket;
  received: string;
  asks: number;
}

const idle: Slot[] = [];
const accepted = makeHistogram();
const refused = makeHistogram();
const count = { accepted: 0, refused: 0, other: 0, broken: 0 };
let sent = 0;
let settled = 0;
let startedAt = 0;

const dueAt = (index: number) => startedAt + index * everyMs;

function settle(slot: Slot, status: string): void {
  settled++;
  if (slot.asks >= unmeasured) {
    const us = (performance.now() - dueAt(slot.asks)) * 1000;
    if (status === '200') {
      count.accepted++;
      accepted.add(us);
    } else if (status === '503') {
      count.refused++;
      refused.add(us);
    } else count.other++;
  }
  slot.asks = -1;
  idle.push(slot);
}

async function open(): Promise<Slot> {
  const { target } = options;
  const slot = { received: '', asks: -1 } as Slot; // The socket follows: it is read into the slot.
  const callback = (length: number, bytes: Uint8Array) => {
    slot.received += Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
    if (!isWhole(slot.received)) return true;
    const status = slot.received.slice(9, 12);
    slot.received = '';
    settle(slot, status);
    return true;
  };
  const where = 'socket' in target ? { path: target.socket } : { port: target.port, host: '127.0.0.1' };
  slot.socket = connect({ ...where, onread: { buffer: Buffer.allocUnsafe(16 * 1024), callback } });
  slot.socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => slot.socket.once('connect', resolve).once('error', reject));
  slot.socket.on('error', () => {});
  slot.socket.once('close', () => count.broken++);
  return slot;
}

const slots: Slot[] = [];
for (let i = 0; i < options.connections; i += 100) {
  slots.push(...(await Promise.all(Array.from({ length: Math.min(100, options.connections - i) }, open))));
}
idle.push(...slots);
startedAt = performance.now() + 5;
await new Promise<void>((resolve) => {
  const turn = () => {
    const now = performance.now();
    while (sent < planned && dueAt(sent) <= now) {
      const slot = idle.shift();
      if (slot === undefined) break;
      slot.asks = sent;
      slot.socket.write(requestAt(options.offset + sent));
      sent++;
    }
    if (settled >= planned || now > dueAt(planned) + DRAIN_MS) resolve();
    else setImmediate(turn);
  };
  turn();
});
const unanswered = planned - Math.max(settled, unmeasured);
const seconds = Math.max(options.seconds, (performance.now() - dueAt(unmeasured)) / 1000);
const { broken } = count;
for (const { socket } of slots) socket.destroy();
const spread = (of: typeof accepted) => ({ p50Us: of.percentile(0.5), p99Us: of.percentile(0.99), maxUs: of.max() });
process.stdout.write(
  `${JSON.stringify({
    offered: options.rate,
    goodput: Math.round(count.accepted / seconds),
    refusedPerSecond: Math.round(count.refused / seconds),
    ...count,
    broken,
    unanswered,
    latency: spread(accepted),
    refusal: spread(refused),
  })}\n`,
);
