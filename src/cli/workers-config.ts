import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { openLastGood } from '../rollout/last-good.ts';
import type { Config } from './config.ts';

/** The configuration of one of several processes: files of its own, its share of the CPU, no part in sync. */
export function configOfWorker({ databaseUrl: _, ...config }: Config, seat: number): Config {
  const { bundle, listen, records, shadow, workers } = config;
  return {
    ...config,
    listen: { ...listen, handedOver: true },
    records: { ...records, file: recordsFileOf(records.file, seat) },
    bundle: {
      ...bundle,
      ...(bundle.stateFolder !== undefined && { stateFolder: stateFolderOf(bundle.stateFolder, seat) }),
    },
    ...(shadow && { shadow: { ...shadow, cpuPercent: shadow.cpuPercent / workers } }),
  };
}

/** `decisions.jsonl` → `decisions-2.jsonl`: each file is one chain with one writer. */
function recordsFileOf(file: string, seat: number): string {
  const { dir, name, ext } = parse(file);
  return join(dir, `${name}-${seat}${ext}`);
}

/** The first has the folder itself, so that one process and several find what the other left. */
function stateFolderOf(folder: string, seat: number): string {
  return seat === 1 ? folder : join(folder, `worker-${seat}`);
}

/**
 * Before the first worker starts: each folder learns of the newest release that any of them saw. A worker that is new
 * here would else take an older one, which the others refuse.
 */
export async function levelFolders(folder: string, workers: number): Promise<void> {
  const first = await openLastGood(folder);
  const found = (await readdir(folder)).filter((name) => /^worker-[1-9][0-9]*$/.test(name));
  for (const name of found) await first.adopt(await openLastGood(join(folder, name)));
  for (let seat = 2; seat <= workers; seat++) {
    const own = await openLastGood(stateFolderOf(folder, seat));
    await own.adopt(first);
  }
}
