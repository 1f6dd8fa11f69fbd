import type { RigOptions } from '../rig/rig.ts';

export const CLUSTER_PARTITIONS = 6;

/** What a fault happens to: sidecars of one process on one Redis with its replica, unless it is about something else. */
export type RigKind = 'plain' | 'cluster' | 'workers' | 'partitions';

export const RIGS: Readonly<Record<RigKind, Partial<RigOptions>>> = {
  plain: {},
  cluster: { redis: 'cluster', env: { MACHTIG_PARTITIONS: String(CLUSTER_PARTITIONS) } },
  partitions: { env: { MACHTIG_PARTITIONS: '3' } },
  workers: { sidecarEnv: { MACHTIG_WORKERS: '2' } },
};
