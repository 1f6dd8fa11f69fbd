import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultResults } from '../test/faults/page.ts';

/** Of one lane; no run has as many rounds. */
const SEEDS = 10_000;

/**
 * Runs this very command so many times at once, each with stores, processes and seeds of its own: most of what faults take is
 * waiting. @throws Error when one left no results
 */
export async function runLanes(lanes: number, firstSeed: number): Promise<FaultResults[]> {
  const folder = mkdtempSync(join(tmpdir(), 'machtig-faults-'));
  const fileOf = (lane: number) => join(folder, `${lane}.json`);
  const children = Array.from({ length: lanes }, (_, lane) => {
    const own = ['--lanes', '1', '--seed', String(firstSeed + lane * SEEDS), '--results', fileOf(lane)];
    return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1), ...own], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => children.forEach((child) => child.kill(signal)));
  }
  await Promise.all(children.map((child) => once(child, 'exit')));
  const results = children.map((_, lane): FaultResults => JSON.parse(readFileSync(fileOf(lane), 'utf8')));
  rmSync(folder, { recursive: true });
  return results;
}
