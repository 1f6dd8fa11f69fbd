import { coresOf, roundMsOf } from './loads.ts';
import type { Measured } from './measured.ts';
import { spreadOf, type World } from './world.ts';

/** Another way to tell the same to as many sidecars. */
export interface Variant {
  name: string;
  /** tested: the product does it and tests hold it; settings: of Redis alone; paper: nothing of it exists. */
  state: 'tested' | 'setting' | 'paper';
  world: World;
  measured: Measured;
}

/** Servers that each master has beside it for those who only listen. */
const REPLICAS = 9;
/** Sidecars that share one relay. */
const BEHIND_ONE_RELAY = 100;
/** Batches a second when sync collects for 100 ms. */
const COLLECTED_PER_SECOND = 10;

export function variantsOf(world: World, measured: Measured): Variant[] {
  const lying = { ...world, partitions: 12, partitionsOnBusiest: Math.max(...spreadOf(12, world.masters)) };
  const one = { ...world, masters: 1, partitions: 1, partitionsOnBusiest: 1 };
  const small = measured.smallNodeUs;
  const smallNodes: Measured = { ...measured, heartbeatUs: small, changeUs: small };
  const collected = { ...world, commitsPerSecond: Math.min(world.commitsPerSecond, COLLECTED_PER_SECOND) };
  const replicas = { ...world, sidecars: world.sidecars / (1 + REPLICAS) };
  const relays = { ...world, sidecars: world.sidecars / BEHIND_ONE_RELAY };
  return [
    { name: 'one Redis, one partition', state: 'tested', world: one, measured },
    { name: '12 partitions, slots as they lie', state: 'tested', world: lying, measured },
    { name: '6 partitions, slots moved: one each', state: 'tested', world, measured },
    { name: '… and nodes of streams of 4 entries', state: 'setting', world, measured: smallNodes },
    { name: '… and sync collects for 100 ms', state: 'paper', world: collected, measured: smallNodes },
    {
      name: `… or ${REPLICAS} replicas of each master are listened to`,
      state: 'paper',
      world: replicas,
      measured: smallNodes,
    },
    { name: `… or a relay for ${BEHIND_ONE_RELAY} sidecars`, state: 'paper', world: relays, measured: smallNodes },
  ];
}

/** Of following alone: what a master does for those who ask for records stays as it is. */
export function followingOf({ world, measured }: Variant) {
  const { changes, heartbeats, looks } = coresOf(world, measured);
  return {
    cores: changes + heartbeats + looks,
    roundMs: roundMsOf(world, measured),
    connections: world.sidecars * (1 + world.partitionsOnBusiest),
  };
}
