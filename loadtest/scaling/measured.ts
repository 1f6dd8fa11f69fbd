import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** A measured number, and where it comes from. */
export interface Figure {
  value: number;
  unit: string;
  from: string;
}

/** Everything that the arithmetic begins with. */
export type Measured = Record<FigureName, Figure>;

export type FigureName =
  | 'redisBytesPerMandate'
  | 'syncSecondsPerMillion'
  | 'redisSecondsPerMillion'
  | 'registerBytesPerMandate'
  | 'recordsPerMandate'
  | 'partiesPerMandate'
  | 'heartbeatUs'
  | 'changeUs'
  | 'smallNodeUs'
  | 'heartbeatBytes'
  | 'changeBytes'
  | 'sidecarCalmUs'
  | 'sidecarEntryUs'
  | 'lookUs'
  | 'connectionUs'
  | 'coldDecisionUs'
  | 'connectionBytes'
  | 'cacheBytesPerQuestion'
  | 'decisionUs'
  | 'commitsPerSecond'
  | 'usesPerSecond'
  | 'revocationP50Ms'
  | 'revocationP99Ms'
  | 'bundleBytes';

const number = z.number();
const cost = z.object({ cpuUs: number });
const step = z.object({
  entry: z.string(),
  followers: number,
  entriesPerReply: number,
  bytesPerEntry: number,
  cpuUsPerReply: number,
  instructionsPerReply: number.nullable(),
});
const shapes = {
  scale: z.object({
    runs: z.array(
      z.object({
        mandates: number,
        load: z.object({
          sync: z.object({ cpuSeconds: number }),
          redisCpuSeconds: number,
          bytesPerMandate: z.object({ ofAll: number }),
        }),
      }),
    ),
  }),
  followers: z.object({
    machine: z.object({ cpu: z.string(), at: z.string() }),
    look: cost,
    connection: cost,
    coldDecision: cost,
    bytesPerWaitingConnection: number,
    following: z.object({ calmUsPerSecond: number, usPerEntry: number }),
    fanOut: z.array(step),
    smallNode: number,
    fanOutOfSmallNodes: z.array(step),
  }),
  takeover: z.object({
    mandates: number,
    steps: z.array(z.looseObject({ digest: z.record(z.string(), z.object({ count: number })).optional() })),
  }),
  cache: z.object({ runs: z.array(z.object({ bytesPerQuestion: number })) }),
  cost: z.object({ entries: z.array(z.object({ cpuUs: z.object({ sidecar: number }) })) }),
  admin: z.object({ grants: z.array(z.object({ writers: number, perSecond: number })) }),
  uses: z.object({ mandates: number, perSecond: z.array(number).min(1) }),
  revocation: z.object({
    results: z.array(z.object({ phase: z.string(), deniedMs: z.object({ p50: number, p99: number }) })),
  }),
};

type Shapes = typeof shapes;
export type Followers = z.infer<Shapes['followers']>;

/** @throws Error when the file is not there or says something else than what its command writes */
export function readResult<Name extends keyof Shapes>(folder: string, name: Name): z.infer<Shapes[Name]> {
  const read: unknown = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  return shapes[name].parse(read) as z.infer<Shapes[Name]>;
}

/** Runs of fewer mandates say little: what is there once counts for much. */
const MANDATES_AT_LEAST = 1_000_000;

function scaleFigures(
  folder: string,
): Pick<Measured, 'redisBytesPerMandate' | 'syncSecondsPerMillion' | 'redisSecondsPerMillion'> {
  const { runs } = readResult(folder, 'scale');
  const run = runs.findLast(({ mandates }) => mandates >= MANDATES_AT_LEAST);
  // Until scale.json holds such a run: as first measured, on the seeded register of 1 M.
  const from = run ? `scale.json, ${run.mandates.toLocaleString('en')} mandates` : 'decision record 28, 1 M mandates';
  const perMillion = (seconds: number) => (run ? (seconds * 1e6) / run.mandates : seconds);
  return {
    redisBytesPerMandate: { value: run?.load.bytesPerMandate.ofAll ?? 196, unit: 'bytes', from },
    syncSecondsPerMillion: { value: perMillion(run?.load.sync.cpuSeconds ?? 14), unit: 'CPU s', from },
    redisSecondsPerMillion: { value: perMillion(run?.load.redisCpuSeconds ?? 12), unit: 'CPU s', from },
  };
}

function followerFigures(folder: string) {
  const found = readResult(folder, 'followers');
  const least = Math.min(...found.fanOut.map(({ followers }) => followers));
  const most = Math.max(...found.fanOut.map(({ followers }) => followers));
  const told = `followers.json, ${least} to ${most} followers`;
  const from = 'followers.json';
  const price = priceOfInstruction(found.fanOut);
  const us = (value: number): Figure => ({ value, unit: 'µs of Redis', from });
  const reply = (steps: Step[], entry: string) => ({ ...us(usPerReply(steps, entry, price)), from: told });
  const ownUs = (value: number): Figure => ({ value, unit: 'µs of the sidecar', from });
  const bytes = (value: number): Figure => ({ value, unit: 'bytes', from });
  const bytesOf = (entry: string) => bytes(median(stepsOf(found.fanOut, entry).map((step) => step.bytesPerEntry)));
  return {
    heartbeatUs: reply(found.fanOut, 'heartbeat'),
    changeUs: reply(found.fanOut, CHANGE),
    smallNodeUs: { ...reply(found.fanOutOfSmallNodes, CHANGE), from: `followers.json, ${most} followers` },
    heartbeatBytes: bytesOf('heartbeat'),
    changeBytes: bytesOf(CHANGE),
    sidecarCalmUs: ownUs(found.following.calmUsPerSecond),
    sidecarEntryUs: ownUs(found.following.usPerEntry),
    lookUs: us(found.look.cpuUs),
    connectionUs: us(found.connection.cpuUs),
    coldDecisionUs: us(found.coldDecision.cpuUs),
    connectionBytes: bytes(found.bytesPerWaitingConnection),
  };
}

type Step = Followers['fanOut'][number];

/** Most changes are of one record, or few. */
const CHANGE = 'change of 1 record';

function stepsOf(steps: Step[], entry: string): Step[] {
  const found = steps.filter((step) => step.entry === entry);
  if (found.length === 0) throw new Error(`followers.json tells nothing of a ${entry}`);
  return found;
}

/** Of such entries it is the bytes that cost, not the instructions. */
const LARGE_BYTES = 2000;

/** µs of CPU time of an instruction in this run: instructions are steady, time depends on what else the machine does. */
function priceOfInstruction(steps: Step[]): number | undefined {
  const small = steps.filter(({ bytesPerEntry }) => bytesPerEntry < LARGE_BYTES);
  const prices = small.flatMap(({ cpuUsPerReply, instructionsPerReply: counted }) =>
    counted === null ? [] : [cpuUsPerReply / counted],
  );
  return prices.length === 0 ? undefined : median(prices);
}

function usPerReply(steps: Step[], entry: string, price: number | undefined): number {
  const costs = stepsOf(steps, entry).map(({ cpuUsPerReply, instructionsPerReply: counted }) =>
    counted === null || price === undefined ? cpuUsPerReply : counted * price,
  );
  return median(costs);
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}

function registerFigures(folder: string) {
  const { mandates, steps } = readResult(folder, 'takeover');
  const digest = steps.find((step) => step.digest)?.digest;
  if (digest === undefined) throw new Error('takeover.json has no digest');
  const records = Object.values(digest).reduce((sum, { count }) => sum + count, 0);
  const from = 'takeover.json';
  return {
    recordsPerMandate: { value: records / mandates, unit: '', from },
    partiesPerMandate: { value: (digest.party?.count ?? 0) / mandates, unit: '', from },
    // 10 M seeded mandates with their parties, indexes and history took 13 GB on disk.
    registerBytesPerMandate: { value: 1300, unit: 'bytes', from: 'seeded register of 10 M' },
  };
}

/** @param root of the source tree @throws Error when a result is missing or is not what its command writes */
export function readMeasured(root: string): Measured {
  const folder = join(root, 'loadtest/results');
  const bundle = join(root, 'bundles/mandates.tar.gz');
  const calm = readResult(folder, 'revocation').results.find(({ phase }) => phase === 'calm');
  const decision = readResult(folder, 'cost').entries.at(-1);
  const question = readResult(folder, 'cache').runs.at(-1);
  const writers = readResult(folder, 'admin').grants.map(({ perSecond }) => perSecond);
  const uses = readResult(folder, 'uses');
  if (!calm || !decision || !question || !existsSync(bundle)) throw new Error('a result has no run in it');
  return {
    ...scaleFigures(folder),
    ...followerFigures(folder),
    ...registerFigures(folder),
    cacheBytesPerQuestion: { value: question.bytesPerQuestion, unit: 'bytes', from: 'cache.json' },
    decisionUs: { value: decision.cpuUs.sidecar, unit: 'µs', from: 'cost.json' },
    commitsPerSecond: { value: Math.max(...writers), unit: 'a second', from: 'admin.json' },
    usesPerSecond: { value: Math.max(...uses.perSecond), unit: 'a second', from: 'uses.json' },
    revocationP50Ms: { value: calm.deniedMs.p50, unit: 'ms', from: 'revocation.json' },
    revocationP99Ms: { value: calm.deniedMs.p99, unit: 'ms', from: 'revocation.json' },
    bundleBytes: { value: statSync(bundle).size, unit: 'bytes', from: 'bundles/mandates.tar.gz' },
  };
}
