import type pg from 'pg';
import { openBundles } from './bundle.ts';
import { openDoor } from './door.ts';
import { openImport } from './import.ts';
import { openRedisValues } from './redis-values.ts';
import type { Target } from './target.ts';

export const TARGETS = ['door', 'redis', 'bundle', 'import'] as const;
export type TargetName = (typeof TARGETS)[number];

export interface Wishes {
  seed: number;
  /** A database of its own, migrated; asked for by the import alone. */
  database(): Promise<pg.Pool>;
}

export function openTarget(name: TargetName, { seed, database }: Wishes): Promise<Target> {
  const open = {
    door: () => openDoor(seed),
    redis: () => openRedisValues(seed),
    bundle: openBundles,
    import: async () => openImport(await database()),
  };
  return open[name]();
}
