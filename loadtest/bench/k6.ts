import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { GENERATOR_CPU } from './generators.ts';
import type { RateMeasurement } from './measurement.ts';
import { takeTurns } from './one-at-a-time.ts';
import { pinned } from './processes.ts';
import { measureRates } from './saturate.ts';
import type { Target } from './targets.ts';

/** k6 beside our own generator at one rate: two programs that know nothing of each other measure the same server. */
export interface CrossCheck {
  server: string;
  rate: number;
  /** Iterations that k6 could not begin in time: with any, its figures would flatter. */
  dropped: number;
  failed: number;
  k6: { p50Us: number; p99Us: number };
  own: RateMeasurement;
}

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../decision.k6.js', import.meta.url));
const RATES = [2000, 1000, 500, 250];

const summaryShape = z.object({
  metrics: z.object({
    iterations: z.object({ values: z.object({ count: z.number() }) }),
    http_req_failed: z.object({ values: z.object({ rate: z.number() }) }),
    http_req_duration: z.object({ values: z.object({ med: z.number(), 'p(99)': z.number() }) }),
    dropped_iterations: z.object({ values: z.object({ count: z.number() }) }).optional(),
  }),
});

export const hasK6 = () => spawnSync('k6', ['version']).error === undefined;

async function runK6(target: Target, { rate, seconds, folder }: { rate: number; seconds: number; folder: string }) {
  const summary = join(folder, 'k6-summary.json');
  const variables = {
    BASE_URL: `http://127.0.0.1:${target.port}`,
    SCENARIO: 'rate',
    RATE: String(rate),
    DURATION: `${seconds}s`,
    BODIES: target.bodies,
    SUMMARY: summary,
  };
  const args = Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const command = pinned('k6', ['run', '--quiet', ...args, SCRIPT], GENERATOR_CPU);
  // It fails by its thresholds; what it found stands in the summary all the same.
  await run(...command).catch((error: Error) =>
    process.stderr.write(`${error.message.split('\n').slice(-5).join('\n')}\n`),
  );
  const { metrics } = summaryShape.parse(JSON.parse(readFileSync(summary, 'utf8')));
  return {
    dropped: metrics.dropped_iterations?.values.count ?? 0,
    failed: Math.round(metrics.http_req_failed.values.rate * metrics.iterations.values.count),
    k6: {
      p50Us: Math.round(metrics.http_req_duration.values.med * 1000),
      p99Us: Math.round(metrics.http_req_duration.values['p(99)'] * 1000),
    },
  };
}

/** The highest rate that one core of k6 carries without dropping an iteration, and our own generator at the same. */
export async function crossCheck(
  target: Target,
  { maximum, seconds, folder }: { maximum: number; seconds: number; folder: string },
): Promise<CrossCheck | undefined> {
  const whole = Math.max(2, Math.ceil(seconds));
  for (const rate of RATES.filter((each) => each < 0.85 * maximum)) {
    const found = await runK6(target, { rate, seconds: whole, folder });
    if (found.dropped > 0 && rate !== RATES.at(-1)) continue;
    const quiet = { advance() {}, reach() {}, end() {} };
    const rates = [{ target, connections: 64, why: 'beside k6', rate, maximum }];
    const turns = takeTurns([target]);
    const [own] = await measureRates(rates, { rounds: 1, seconds: whole, turns, progress: quiet, keep() {} });
    if (own !== undefined) return { server: target.name, rate, ...found, own };
  }
  return undefined;
}
