import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';

/** A pool on which nothing stays, so that any number of attempts start from one state. */
export interface RolledBack {
  /** Every commit on it becomes a rollback. */
  pool: pg.Pool;
  /** How many writing transactions asked for a commit meanwhile. */
  counting<T>(act: () => Promise<T>): Promise<{ value: T; commits: number }>;
}

export function rollingBack(pool: pg.Pool): RolledBack {
  const counts = new AsyncLocalStorage<{ commits: number }>();
  const connect = async () => {
    const client = await pool.connect();
    let isWriting = false;
    return withMember(client, 'query', (...given: unknown[]) => {
      const [text] = given;
      if (typeof text === 'string' && text.startsWith('begin')) isWriting = !text.endsWith('read only');
      if (text !== 'commit') return Reflect.apply(client.query, client, given);
      const count = counts.getStore();
      if (isWriting && count) count.commits += 1;
      return client.query('rollback');
    });
  };
  return {
    pool: withMember(pool, 'connect', connect),
    counting: (act) =>
      counts.run({ commits: 0 }, async () => {
        const value = await act();
        return { value, commits: counts.getStore()?.commits ?? 0 };
      }),
  };
}

/** The same object, but for one of its functions. */
function withMember<T extends object>(target: T, member: string, instead: unknown): T {
  return new Proxy(target, {
    get(_, name) {
      if (name === member) return instead;
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}
