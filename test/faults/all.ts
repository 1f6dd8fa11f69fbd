import { CLOCK } from './clock.ts';
import { CLUSTER } from './cluster.ts';
import { DISK } from './disk.ts';
import { FAILOVER } from './failover.ts';
import { POSTGRES } from './postgres.ts';
import { PROCESSES } from './processes.ts';
import { REDIS } from './redis.ts';
import type { Scenario } from './scenario.ts';
import { STREAM_FAULTS } from './stream.ts';
import { WORKERS } from './workers.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...PROCESSES,
  ...REDIS,
  ...POSTGRES,
  ...FAILOVER,
  ...STREAM_FAULTS,
  ...CLOCK,
  ...DISK,
  ...WORKERS,
  ...CLUSTER,
];
