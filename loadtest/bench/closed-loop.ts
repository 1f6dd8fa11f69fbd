/**
 * A closed-loop load generator for TCP and Unix sockets: each connection has one request under way, so that the server
 * is never idle and the rate is its maximum. Runs as a process of its own so that it can be pinned.
 * Usage: closed-loop.ts JSON (ClosedLoadOptions); prints JSON (Load).
 */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { makeHistogram } from './histogram.ts';
import { type Connection, type Outcome, openConnection } from './http-client.ts';
import { loadOptions, prebuild } from './load-options.ts';
import type { Load } from './measurement.ts';

const options = loadOptions
  .extend({
    /** Ends after so many requests, if that is before the time is over. */
    requests: z.number().optional(),
    /** A file that gets one letter for each request, in order: a(llow), d(eny) or e(rror). */
    outcomes: z.string().optional(),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const requestAt = prebuild(options);
const planned = options.requests ?? Number.POSITIVE_INFINITY;
const latency = makeHistogram();
const letters: string[] = [];
let asked = 0;
let answered = 0;
let errors = 0;
let stopping = false;

function drive(finished: () => void): Promise<Connection> {
  let sentAt = 0;
  let index = 0;

  function settle(outcome: Outcome): void {
    latency.add((performance.now() - sentAt) * 1000);
    answered++;
    if (outcome === 'error') errors++;
    if (options.outcomes !== undefined) letters[index] = outcome.charAt(0);
    next();
  }

  function next(): void {
    if (stopping || asked >= planned) {
      opened?.close();
      finished();
      return;
    }
    index = asked++;
    sentAt = performance.now();
    opened?.send(requestAt(options.offset + index));
  }

  function fail(error: Error): void {
    process.stderr.write(`closed-loop: ${error.message}\n`);
    errors++;
    finished();
  }

  let opened: Connection | undefined;
  const { target: address, markers } = options;
  return openConnection({ address, markers, onAnswer: settle, onBroken: fail }).then((connection) => {
    opened = connection;
    next();
    return connection;
  });
}

const startedAt = performance.now();
setTimeout(() => {
  stopping = true;
}, options.seconds * 1000).unref();

await Promise.all(
  Array.from(
    { length: options.connections },
    () => new Promise<void>((resolve, reject) => drive(resolve).catch(reject)),
  ),
);
if (options.outcomes !== undefined) writeFileSync(options.outcomes, letters.join(''));

const load: Load = {
  requests: answered,
  errors,
  perSecond: (answered * 1000) / (performance.now() - startedAt),
  p50Us: latency.percentile(0.5),
  p99Us: latency.percentile(0.99),
};
process.stdout.write(`${JSON.stringify(load)}\n`);
