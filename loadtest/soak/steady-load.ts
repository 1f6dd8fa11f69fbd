/**
 * An open-model load without an end that tells every few seconds how it went: requests are due at fixed moments, and their
 * latency counts from then. Unlike `bench/open-model.ts` it rests between two requests, for it shares its core for hours;
 * `lateness` says what that costs. A connection that breaks is opened again.
 * Usage: steady-load.ts JSON (load options, `rate`, `windowSeconds`); prints JSON (LoadWindow), one a line, until killed.
 */
import { z } from 'zod';
import { type Histogram, makeHistogram } from '../bench/histogram.ts';
import { type Connection, type Outcome, openConnection } from '../bench/http-client.ts';
import { loadOptions, prebuild } from '../bench/load-options.ts';
import type { LoadWindow } from './load-window.ts';

const options = loadOptions
  .omit({ seconds: true, offset: true })
  .extend({
    /** Requests a second. */
    rate: z.number().positive(),
    windowSeconds: z.number().positive(),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const everyMs = 1000 / options.rate;
const requestAt = prebuild(options);
/** Longest rest: what is answered meanwhile is seen so much later. */
const REST_MS = 0.1;
const REOPEN_MS = 100;

interface Slot {
  connection?: Connection;
  freeAt: number;
  /** Which request is under way; -1 when none is. */
  asks: number;
}

interface Window {
  latency: Histogram;
  lateness: Histogram;
  outcomes: Record<Outcome | 'broken', number>;
}

const beginWindow = (): Window => ({
  latency: makeHistogram(),
  lateness: makeHistogram(),
  outcomes: { allow: 0, deny: 0, error: 0, broken: 0 },
});

const idle: Slot[] = [];
let window = beginWindow();
let sent = 0;
let startedAt = 0;

const dueAt = (index: number) => startedAt + index * everyMs;

function send(slot: Slot, now: number): void {
  slot.asks = sent;
  window.lateness.add((now - Math.max(dueAt(sent), slot.freeAt)) * 1000);
  slot.connection?.send(requestAt(sent));
  sent++;
}

/** Sends whatever is due, in order, as far as there are free connections. */
function dispatch(now: number): void {
  while (idle.length > 0 && dueAt(sent) <= now) {
    const slot = idle.shift();
    if (slot !== undefined) send(slot, now);
  }
}

function settle(slot: Slot, outcome: Outcome): void {
  const now = performance.now();
  window.outcomes[outcome]++;
  window.latency.add((now - dueAt(slot.asks)) * 1000);
  slot.asks = -1;
  slot.freeAt = now;
  idle.push(slot);
  dispatch(now);
}

async function open(): Promise<void> {
  const slot: Slot = { freeAt: performance.now(), asks: -1 };
  let isBroken = false;
  slot.connection = await openConnection({
    address: options.target,
    markers: options.markers,
    onAnswer: (outcome) => settle(slot, outcome),
    onBroken() {
      if (isBroken) return;
      isBroken = true;
      window.outcomes.broken++;
      if (slot.asks >= 0) window.outcomes.error++;
      const at = idle.indexOf(slot);
      if (at >= 0) idle.splice(at, 1);
      slot.connection?.close();
      reopen();
    },
  });
  slot.freeAt = performance.now();
  idle.push(slot);
}

function reopen(): void {
  setTimeout(() => void open().catch(reopen), REOPEN_MS);
}

function tell(): void {
  const { latency, lateness, outcomes } = window;
  window = beginWindow();
  const now = performance.now();
  const told: LoadWindow = {
    ...outcomes,
    p50Us: latency.percentile(0.5),
    p99Us: latency.percentile(0.99),
    p999Us: latency.percentile(0.999),
    maxUs: latency.max(),
    latenessP99Us: lateness.percentile(0.99),
    waiting: Math.max(0, Math.floor((now - startedAt) / everyMs) + 1 - sent),
  };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

const cell = new Int32Array(new SharedArrayBuffer(4));

function turn(): void {
  const now = performance.now();
  dispatch(now);
  const restMs = idle.length > 0 ? Math.min(REST_MS, dueAt(sent) - now) : REST_MS;
  if (restMs > 0) Atomics.wait(cell, 0, 0, restMs);
  setImmediate(turn);
}

await Promise.all(Array.from({ length: options.connections }, open));
startedAt = performance.now();
setInterval(tell, options.windowSeconds * 1000);
turn();
