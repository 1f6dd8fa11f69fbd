import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { passesElfproef } from '../../src/domain/identifier.ts';
import { makeEvaluate } from '../../src/evaluate/evaluate.ts';
import { type App, createApp } from '../../src/http/app.ts';
import { makeIdentify, parseCallers } from '../../src/http/callers.ts';
import { serve } from '../../src/http/serve.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import { makeLog } from '../../src/process/log.ts';
import { makeMetrics } from '../../src/process/metrics.ts';
import { RECORDS_OFF } from '../../src/records/records.ts';
import { registerLookups, testAlias } from '../../src/workbench/cases/register-writes.ts';
import type { Register } from '../oracle/register.ts';
import { NOW } from '../property/arbitraries.ts';
import { registers } from '../property/registers.ts';
import { FIRMS, PEOPLE } from '../property/world.ts';
import { fixed } from '../support/decide-world.ts';
import { committedPolicy } from '../support/policy.ts';

const REGISTERS = 16;

/** Nine digits that pass the check, for each person of the registers; eight for each firm. */
export const NUMBERS = new Map<string, string>([
  ...PEOPLE.map((name, index): [string, string] => [name, citizenNumber(999_990_000 + index * 100)]),
  ...FIRMS.map((name, index): [string, string] => [name, String(90_000_001 + index)]),
]);

function citizenNumber(from: number): string {
  for (let number = from; ; number++) if (passesElfproef(String(number))) return String(number);
}

export const BSNS = PEOPLE.map((name) => NUMBERS.get(name) ?? '');

/** Who may name persons by their number, and who may not. */
export const TOKENS = { all: 'all0wed', few: 'few-r1ghts' } as const;

const digest = (token: string) => createHash('sha256').update(token).digest('hex');
const CALLERS = JSON.stringify({
  callers: [
    { name: 'all', owners: 'all', rights: ['bsn', 'details'], tokens: [digest(TOKENS.all)] },
    { name: 'few', owners: 'all', rights: [], tokens: [digest(TOKENS.few)] },
  ],
});

export interface DoorWorld {
  app: App;
  /** Path of the Unix socket on which it listens. */
  socket: string;
  registers: readonly Register[];
  /** From now on, questions are about this register. */
  turnTo(register: number): void;
  /** What was logged since it was last asked. */
  logged(): string;
  close(): Promise<void>;
}

/** The decision port with the committed policy over a few registers, on a Unix socket and in process. */
export async function openDoorWorld(seed: number): Promise<DoorWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'machtig-fuzz-'));
  const worlds = fc.sample(registers, { seed, numRuns: REGISTERS }).map(renamed);
  const all = await Promise.all(worlds.map(registerLookups));
  let [current] = all;
  let log = '';
  const write = (line: string) => {
    log += line;
  };
  const app = createApp({
    policy: { input: 'mandates', evaluate: await makeDecider(() => current) },
    identify: makeIdentify({ known: parseCallers(CALLERS) }),
    log: makeLog({ level: 'debug', destination: { write } }),
  });
  const socket = join(folder, 'door');
  const listening = await serve(app, { socket: { path: socket, mode: 0o600 }, drainMs: 0 });
  return {
    app,
    socket,
    registers: worlds,
    turnTo(register) {
      current = all[register];
    },
    logged() {
      const lines = log;
      log = '';
      return lines;
    },
    async close() {
      await listening.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeDecider(current: () => Lookups | undefined) {
  const lookups = (): Lookups => {
    const found = current();
    if (found === undefined) throw new Error('there is no such register');
    return found;
  };
  return makeEvaluate({
    lookups: { peek: (key) => lookups().peek(key), read: (...asked) => lookups().read(...asked) },
    freshness: fixed(),
    policy: await committedPolicy(),
    alias: testAlias,
    records: RECORDS_OFF,
    uses: { note: () => {} },
    now: () => NOW,
    metrics: makeMetrics(),
  });
}

/** The same register with identifiers that a door lets in. */
function renamed(register: Register): Register {
  const aliases = [...register.aliases].map(([urn, facts]): [string, typeof facts] => {
    const name = urn.slice(urn.lastIndexOf(':') + 1);
    return [urn.startsWith('urn:nl:') ? urn.replace(name, NUMBERS.get(name) ?? name) : urn, facts];
  });
  return { ...register, aliases: new Map(aliases) };
}
