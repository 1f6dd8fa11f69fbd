import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { callScript, type Script } from './redis.ts';

/** One server, and which parts of the data are read and written there. */
export interface RedisServer {
  client: Redis;
  parts: readonly number[];
}

/** The Redis servers that hold the data: one, or the masters of a cluster. */
export interface RedisServers {
  /** Where a part of the data is. @throws AppError `store_unavailable` while nobody is known to hold it */
  of(part: number): Redis;
  /** Each server once; another list when others hold the data than before. @throws AppError `store_unavailable` while a part is held by nobody that is known */
  all(): readonly RedisServer[];
  /** Something failed that may mean that another server holds a part now. */
  doubt(): void;
}

/** One server that holds all. */
export function oneServer(client: Redis, parts: number): RedisServers {
  const all = [{ client, parts: Array.from({ length: parts }, (_, part) => part) }];
  return { of: () => client, all: () => all, doubt: () => {} };
}

/** As `Script`, on the server that holds the part. */
export type PartScript = (part: number, ...asked: Parameters<Script>) => Promise<unknown>;

/** @throws AppError as `makeScript` */
export function makePartScript(servers: RedisServers, text: string): PartScript {
  const sha = createHash('sha1').update(text).digest('hex');
  return async function runPartScript(part, keys, args) {
    try {
      return await callScript(servers.of(part), { text, sha }, keys, args);
    } catch (thrown) {
      servers.doubt();
      throw thrown;
    }
  };
}

/** Whatever is given: a connection holds all parts. */
export function serversOf(given: Redis | RedisServers, parts: number): RedisServers {
  return 'of' in given ? given : oneServer(given, parts);
}
