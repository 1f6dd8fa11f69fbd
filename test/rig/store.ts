import { type Link, openLink } from './link.ts';
import { type RedisPair, startRedisPair } from './redis.ts';
import { type RigCluster, startRigCluster } from './redis-cluster.ts';

/** What the processes of a rig have for Redis. */
export interface RigStore {
  redis: RedisPair;
  cluster?: RigCluster;
  /** For one more process. */
  openWay(): Promise<Way>;
  /** Every server runs, and nothing stands between them. */
  heal(): Promise<void>;
  end(): Promise<void>;
}

export interface Way {
  url: string;
  link: Link;
  /** Whatever there is to close. */
  links: readonly Link[];
}

export async function startStore(kind: 'pair' | 'cluster', direct: boolean): Promise<RigStore> {
  return kind === 'pair' ? startPair(direct) : startCluster();
}

async function startPair(direct: boolean): Promise<RigStore> {
  const redis = await startRedisPair();
  return {
    redis,
    async openWay() {
      const link = await openLink(redis.target);
      return { url: direct ? redis.address : `redis://127.0.0.1:${link.port}`, link, links: [link] };
    },
    async heal() {
      redis.replication.pass();
      redis.primary().resume();
      redis.replica().resume();
    },
    end: redis.end,
  };
}

async function startCluster(): Promise<RigStore> {
  const cluster = await startRigCluster();
  const link = absent<Link>('no link leads to a Redis Cluster');
  return {
    redis: absent<RedisPair>('this rig has a Redis Cluster'),
    cluster,
    openWay: async () => ({ url: cluster.url, link, links: [] }),
    heal: cluster.heal,
    end: cluster.end,
  };
}

/** Whoever uses it is told: a fault that is done to nothing would prove nothing. */
function absent<T extends object>(why: string): T {
  const tell = () => {
    throw new Error(why);
  };
  return new Proxy({} as T, { get: tell });
}
