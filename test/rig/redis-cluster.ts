import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { type ClusterNode, startCluster } from '../support/redis-cluster.ts';

/** Three masters with a replica each. Nothing of the rig stands between them and the processes: a cluster says itself where it is. */
export interface RigCluster {
  url: string;
  nodes: readonly ClusterNode[];
  /** Those that hold slots, by what they say of themselves. */
  masters(): Promise<ClusterNode[]>;
  /** Who holds the slot of a key. */
  holder(key: string): Promise<ClusterNode>;
  /** One that has all that this master has. */
  replicaOf(master: ClusterNode): Promise<ClusterNode>;
  /** The replicas of this master hear nothing more of it, until `heal`. */
  cutReplicas(master: ClusterNode): Promise<void>;
  /** Sends the slot of this key to another master, a few keys at a time. */
  moveSlot(key: string, to: ClusterNode, between: () => Promise<void>): Promise<void>;
  /** Every server runs, each master has a replica that keeps up, and all agree. */
  heal(): Promise<void>;
  end(): Promise<void>;
}

/** Short, so that a replica takes over within some seconds. */
const NODE_TIMEOUT_MS = 1500;
const KEYS_AT_ONCE = 8;

interface Self {
  node: ClusterNode;
  id: string;
  masterId: string;
  ranges: [number, number][];
}

export async function startRigCluster(): Promise<RigCluster> {
  const cluster = await startCluster({ replicas: true, nodeTimeoutMs: NODE_TIMEOUT_MS });
  const nodes = [...cluster.masters, ...cluster.replicas];

  async function selves(): Promise<Self[]> {
    const running = nodes.filter((node) => node.isRunning());
    return Promise.all(running.map(async (node) => selfOf(node, String(await node.call('CLUSTER', 'NODES')))));
  }

  async function holder(key: string): Promise<ClusterNode> {
    const slot = await slotOf(key);
    const held = (await selves()).find(({ ranges }) => ranges.some(([from, to]) => from <= slot && slot <= to));
    if (held === undefined) throw new Error(`nobody holds the slot of ${key}`);
    return held.node;
  }

  async function slotOf(key: string): Promise<number> {
    const running = nodes.find((node) => node.isRunning());
    return Number(await running?.call('CLUSTER', 'KEYSLOT', key));
  }

  async function isWhole(): Promise<boolean> {
    const all = await selves();
    const masters = all.filter(({ ranges }) => ranges.length > 0);
    const mirrored = masters.every(({ id }) => all.some(({ masterId }) => masterId === id));
    const replicas = all.filter(({ masterId }) => masterId !== '-');
    const said = await Promise.all(all.map(({ node }) => node.call('CLUSTER', 'INFO')));
    const linked = await Promise.all(replicas.map(({ node }) => node.call('INFO', 'replication')));
    return (
      masters.length === cluster.masters.length &&
      mirrored &&
      said.every((text) => String(text).includes('cluster_state:ok')) &&
      linked.every((text) => String(text).includes('master_link_status:up'))
    );
  }

  return {
    url: cluster.url,
    nodes,
    masters: async () => (await selves()).filter(({ ranges }) => ranges.length > 0).map(({ node }) => node),
    holder,
    async replicaOf(master) {
      const all = await selves();
      const id = all.find(({ node }) => node === master)?.id;
      const replica = all.find(({ masterId }) => masterId === id);
      if (replica === undefined) throw new Error('a master without a replica');
      return replica.node;
    },
    async cutReplicas(master) {
      await master.call('ACL', 'SETUSER', 'default', '-psync', '-sync');
      await master.call('CLIENT', 'KILL', 'TYPE', 'replica');
    },
    async moveSlot(key, to, between) {
      const [from, slot] = [await holder(key), await slotOf(key)];
      const [fromId, toId] = [await idOf(from), await idOf(to)];
      await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
      await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
      for (;;) {
        const keys = (await from.raw('CLUSTER', 'GETKEYSINSLOT', slot, KEYS_AT_ONCE)) as Buffer[]; // As Redis documents it.
        if (keys.length === 0) break;
        await from.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...keys);
        await between();
      }
      for (const node of [to, from]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
    },
    async heal() {
      for (const node of nodes) {
        node.resume();
        if (!node.isRunning()) await node.start();
        await node.call('ACL', 'SETUSER', 'default', '+@all');
      }
      await eventually('the cluster is whole', isWhole, 60_000);
      // Who has just heard of it says so to clients within a heartbeat of the cluster's own.
      await sleep(100);
    },
    end: cluster.stop,
  };
}

async function idOf(node: ClusterNode): Promise<string> {
  return String(await node.call('CLUSTER', 'MYID'));
}

function selfOf(node: ClusterNode, says: string): Self {
  const mine = says.split('\n').find((line) => line.includes('myself')) ?? '';
  const [id = '', , , masterId = '', , , , , ...slots] = mine.trim().split(' ');
  const ranges = slots.flatMap((text): [number, number][] => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    return from === undefined ? [] : [[Number(from), Number(to)]];
  });
  return { node, id, masterId, ranges };
}
