import { partitions } from '../../src/mandates/redis-layout.ts';
import type { RigCluster } from '../rig/redis-cluster.ts';
import type { ClusterNode } from '../support/redis-cluster.ts';
import { CLUSTER_PARTITIONS } from './rigs.ts';
import { type Scenario, type Stage, times } from './scenario.ts';

const HEADS = partitions(CLUSTER_PARTITIONS).map(({ head }) => head);

/** Redis Cluster: each master holds some partitions, and what goes wrong with one is seen in all. */
export const CLUSTER: readonly Scenario[] = [
  {
    name: 'a master of a cluster fails over',
    on: 'cluster',
    does: 'A master is killed; its replica takes over when the others have agreed that it is gone, and it comes back as a replica.',
    sees: 'Nothing is answered beyond the bound, of no partition; the partitions that moved are forgotten and begun anew.',
    async strike(stage) {
      const [cluster, master] = await chosenMaster(stage);
      const heads = await headsOf(cluster, master);
      await master.kill();
      stage.struck();
      await untilHeldByAnother(cluster, heads, stage);
      await stage.wait(200, 1500);
    },
  },
  {
    name: 'a master of a cluster fails over to a replica that lags',
    on: 'cluster',
    does: 'A replica that has heard nothing for up to a second and a half takes over by force.',
    sees: 'Its partitions are behind the others: no heartbeat vouches for them; sync builds the projection anew, or applies again what was lost.',
    async strike(stage) {
      const [cluster, master] = await chosenMaster(stage);
      const replica = await cluster.replicaOf(master);
      await cluster.cutReplicas(master);
      await stage.wait(200, 1500);
      await replica.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
      stage.struck();
      await stage.wait(1000, 2500);
    },
  },
  {
    name: 'masters of a cluster are handed over',
    on: 'cluster',
    does: 'Master after master gives its place to its replica (CLUSTER FAILOVER), as for an upgrade.',
    sees: 'Nothing is lost; each time what moved is forgotten and begun anew.',
    isLong: true,
    async strike(stage) {
      const cluster = clusterOf(stage);
      for (const master of await cluster.masters()) {
        const replica = await cluster.replicaOf(master);
        await replica.call('CLUSTER', 'FAILOVER');
        stage.struck();
        await stage.wait(100, 1200);
      }
    },
  },
  {
    name: 'a master of a cluster stands still, and wakes when another has its place',
    on: 'cluster',
    does: 'A master is stopped (SIGSTOP) until its replica has taken over, and goes on as what it thinks it is.',
    sees: 'What it says when it wakes is of another past and is not believed.',
    async strike(stage) {
      const [cluster, master] = await chosenMaster(stage);
      const heads = await headsOf(cluster, master);
      const replica = await cluster.replicaOf(master);
      master.freeze();
      stage.struck();
      await untilTakenOver(replica);
      await stage.wait(0, 800);
      master.resume();
      await untilHeldByAnother(cluster, heads, stage);
      await stage.wait(200, 800);
    },
  },
  {
    name: 'a master of a cluster restarted empty',
    on: 'cluster',
    does: 'A master is killed and is back at once, with nothing, before anybody has missed it; its replica forgets as well.',
    sees: 'A part of the projection is gone: `not_ready` until sync has built it anew; never a denial because nothing was found.',
    isLong: true,
    async strike(stage) {
      const [, master] = await chosenMaster(stage);
      await master.kill();
      stage.struck();
      await master.start();
      await stage.wait(500, 1500);
    },
  },
  {
    name: 'a slot moves while it is followed',
    on: 'cluster',
    does: 'The slot of a partition goes to another master, key by key, and back again.',
    sees: 'What is not where it is looked for is an error, not a mandate that there is none of: `store_unavailable`, and no heartbeat until the slot has arrived.',
    async strike(stage) {
      const cluster = clusterOf(stage);
      const head = stage.dice.pick(HEADS);
      const from = await cluster.holder(head);
      const to = stage.dice.pick((await cluster.masters()).filter((master) => master !== from));
      for (const target of [to, from]) {
        const moving = cluster.moveSlot(head, target, () => stage.wait(0, 40));
        stage.struck();
        await moving;
        await stage.wait(200, 800);
      }
    },
  },
  {
    name: 'a slot moves while the projection is built anew',
    on: 'cluster',
    does: 'The head of a partition is lost; while sync builds a copy, the slot of another goes to another master and back.',
    sees: 'Half of a copy is never read; the copy that could not be written is given up, the next is whole.',
    isLong: true,
    async strike(stage) {
      const cluster = clusterOf(stage);
      const [lost = '', moved = ''] = [stage.dice.pick(HEADS.slice(0, 3)), stage.dice.pick(HEADS.slice(3))];
      const from = await cluster.holder(moved);
      const to = stage.dice.pick((await cluster.masters()).filter((master) => master !== from));
      for (const target of [to, from]) {
        await (await cluster.holder(lost)).call('DEL', lost);
        await stage.wait(0, 200);
        await cluster.moveSlot(moved, target, () => stage.wait(0, 20));
        stage.struck();
        await stage.wait(200, 800);
      }
    },
  },
  {
    name: 'sync dies while a cluster fails over',
    on: 'cluster',
    does: 'A master is killed, and so is one process of sync after another, until the replica has taken over.',
    sees: 'Whoever leads then goes on from where all partitions are, or builds anew.',
    isLong: true,
    async strike(stage) {
      const [cluster, master] = await chosenMaster(stage);
      const heads = await headsOf(cluster, master);
      await master.kill();
      stage.struck();
      for (const one of stage.rig.syncs) {
        await stage.wait(100, 800);
        await one.kill();
        await one.start();
      }
      await untilHeldByAnother(cluster, heads, stage);
    },
  },
];

function clusterOf({ rig }: Stage): RigCluster {
  if (rig.cluster === undefined) throw new Error('this rig has no Redis Cluster');
  return rig.cluster;
}

async function chosenMaster(stage: Stage): Promise<[RigCluster, ClusterNode]> {
  const cluster = clusterOf(stage);
  return [cluster, stage.dice.pick(await cluster.masters())];
}

async function headsOf(cluster: RigCluster, master: ClusterNode): Promise<string[]> {
  const holders = await Promise.all(HEADS.map(cluster.holder));
  return HEADS.filter((_, index) => holders[index] === master);
}

async function untilTakenOver(replica: ClusterNode): Promise<void> {
  for (const _ of times(400)) {
    if (String(await replica.call('ROLE')).startsWith('master')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no replica has taken over');
}

/** What was on this master is held by another that runs. */
async function untilHeldByAnother(cluster: RigCluster, heads: readonly string[], { wait }: Stage): Promise<void> {
  for (const _ of times(400)) {
    const holders = await Promise.all(heads.map((head) => cluster.holder(head).catch(() => undefined)));
    if (holders.every((holder) => holder !== undefined)) return;
    await wait(50);
  }
  throw new Error('no replica has taken over');
}
