/**
 * An open-model load generator: requests are due at fixed moments, whatever the server does, and their latency counts
 * from the moment they were due. What waits for a free connection therefore waits on the server's account (no coordinated
 * omission). Runs as a process of its own so that it can be pinned; it spins, so that it is not late itself.
 * Usage: open-model.ts JSON (OpenLoadOptions); prints JSON (OpenLoad).
 */
import { z } from 'zod';
import { makeHistogram } from './histogram.ts';
import { type Connection, type Outcome, openConnection } from './http-client.ts';
import { loadOptions, prebuild } from './load-options.ts';
import type { OpenLoad } from './measurement.ts';

const options = loadOptions
  .extend({
    /** Requests a second. */
    rate: z.number().positive(),
    /** Sent at the same rate before anything counts. */
    warmSeconds: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

/** A server that does not come to an end within this time will not. */
const DRAIN_MS = 10_000;

const everyMs = 1000 / options.rate;
const unmeasured = Math.round(options.rate * options.warmSeconds);
const planned = unmeasured + Math.round(options.rate * options.seconds);
const requestAt = prebuild(options);

/** From the moment a request was due. */
const latency = makeHistogram();
/** From the moment it was sent: what a generator with coordinated omission would report. */
const service = makeHistogram();
/** How late it was sent although a connection was free: the generator's own fault. */
const lateness = makeHistogram();
const outcomes: Record<Outcome, number> = { allow: 0, deny: 0, error: 0 };
const errors: Record<string, number> = {};

interface Slot {
  connection: Connection;
  freeAt: number;
  sentAt: number;
  /** Which request is under way; -1 when none is. */
  asks: number;
  broken: boolean;
}

const idle: Slot[] = [];
let sent = 0;
let answered = 0;
let brokenSlots = 0;
let startedAt = 0;

const dueAt = (index: number) => startedAt + index * everyMs;

function send(slot: Slot, now: number): void {
  slot.asks = sent;
  slot.sentAt = now;
  if (sent >= unmeasured) lateness.add((now - Math.max(dueAt(sent), slot.freeAt)) * 1000);
  slot.connection.send(requestAt(options.offset + sent));
  sent++;
}

/** Sends whatever is due, in order, as far as there are free connections. */
function dispatch(now: number): void {
  while (sent < planned && idle.length > 0 && dueAt(sent) <= now) {
    const slot = idle.shift();
    if (slot !== undefined) send(slot, now);
  }
}

function settle(slot: Slot, outcome: Outcome): void {
  const now = performance.now();
  answered++;
  if (slot.asks >= unmeasured) {
    latency.add((now - dueAt(slot.asks)) * 1000);
    service.add((now - slot.sentAt) * 1000);
    outcomes[outcome]++;
  }
  slot.asks = -1;
  slot.freeAt = now;
  idle.push(slot);
  dispatch(now);
}

/** A broken connection answers no more; the request that was under way is an error. */
function lose(slot: Slot, error: Error): void {
  if (slot.broken) return;
  slot.broken = true;
  errors[error.message] = (errors[error.message] ?? 0) + 1;
  brokenSlots++;
  if (slot.asks >= unmeasured) outcomes.error++;
  if (slot.asks >= 0) answered++;
  const at = idle.indexOf(slot);
  if (at >= 0) idle.splice(at, 1);
}

async function open(): Promise<Slot> {
  const slot: Partial<Slot> = { freeAt: 0, sentAt: 0, asks: -1, broken: false };
  const whole = slot as Slot;
  slot.connection = await openConnection({
    address: options.target,
    markers: options.markers,
    onAnswer: (outcome) => settle(whole, outcome),
    onBroken: (error) => lose(whole, error),
  });
  return whole;
}

/** @returns once everything was answered, or nothing more is to be expected */
function run(): Promise<void> {
  return new Promise((resolve) => {
    const givenUpAt = dueAt(planned) + DRAIN_MS;
    const turn = () => {
      const now = performance.now();
      dispatch(now);
      const done = answered >= planned || brokenSlots === options.connections || now > givenUpAt;
      if (done) resolve();
      else setImmediate(turn);
    };
    turn();
  });
}

/** What was due and never answered waited at least until now. */
function countUnanswered(slots: readonly Slot[]): number {
  const now = performance.now();
  const open = slots.filter(({ asks }) => asks >= unmeasured).map(({ asks }) => asks);
  for (let index = Math.max(sent, unmeasured); index < planned; index++) open.push(index);
  for (const index of open) latency.add((now - dueAt(index)) * 1000);
  return open.length;
}

const slots = await Promise.all(Array.from({ length: options.connections }, open));
startedAt = performance.now() + 5;
for (const slot of slots) slot.freeAt = startedAt;
idle.push(...slots);
const cpuBefore = process.cpuUsage();
await run();
const tookMs = performance.now() - dueAt(unmeasured);
const unanswered = countUnanswered(slots);
for (const { connection } of slots) connection.close();

const spreadOf = (of: typeof latency) => ({
  p50Us: of.percentile(0.5),
  p95Us: of.percentile(0.95),
  p99Us: of.percentile(0.99),
  p999Us: of.percentile(0.999),
  maxUs: of.max(),
});
const { user, system } = process.cpuUsage(cpuBefore);
const load: OpenLoad = {
  rate: options.rate,
  requests: outcomes.allow + outcomes.deny + outcomes.error,
  allows: outcomes.allow,
  errors: outcomes.error,
  unanswered,
  perSecond: ((outcomes.allow + outcomes.deny) * 1000) / Math.max(tookMs, options.seconds * 1000),
  latency: spreadOf(latency),
  service: spreadOf(service),
  lateness: spreadOf(lateness),
  generatorCpuS: (user + system) / 1_000_000,
  ...(Object.keys(errors).length > 0 && { broken: errors }),
};
process.stdout.write(`${JSON.stringify(load)}\n`);
