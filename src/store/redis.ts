import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { AppError, toError } from '../domain/errors.ts';

export interface RedisClientOptions {
  /** `redis://`, `rediss://`, or a Unix socket: `unix:///run/redis.sock` or its bare path. */
  url: string;
  /** Shown by CLIENT LIST. */
  name: string;
  /** A broken connection is reported here; without a listener it would end the process. It is opened again by itself. */
  onError: (error: Error) => void;
  /** A command that takes longer fails. 0: no limit, for connections that block. Default 2000. */
  commandTimeoutMs?: number;
}

/**
 * A client that never keeps a command for later: while there is no connection a command fails at once, and one whose
 * connection breaks fails too. Commands are written one by one: bundling them costs more than it saves on a socket.
 */
export function makeRedis({ url, name, onError, commandTimeoutMs = 2000 }: RedisClientOptions): Redis {
  const options = {
    connectionName: name,
    protocol: 2 as const,
    disableClientInfo: true,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    retryStrategy: (times: number) => Math.min(25 * 2 ** Math.min(times, 6), 1000) * (0.75 + Math.random() / 4),
    // A peer that vanished answers nothing, ever: such a connection is given up, and made again.
    ...(commandTimeoutMs > 0 && { commandTimeout: commandTimeoutMs, socketTimeout: commandTimeoutMs }),
  };
  const client = new Redis(socketPath(url) ?? url, options);
  client.on('error', onError);
  return client;
}

function socketPath(url: string): string | undefined {
  if (url.startsWith('/')) return url;
  return url.startsWith('unix:') ? url.slice('unix:'.length).replace(/^\/\/(?=\/)/, '') : undefined;
}

/** Resolves when the client can be used. @throws AppError `store_unavailable` after `timeoutMs` */
export async function untilReady(client: Redis, timeoutMs = 5000): Promise<void> {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      client.off('ready', onReady);
      reject(new AppError('store_unavailable', `Redis did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
    function onReady() {
      clearTimeout(timer);
      resolve();
    }
    client.once('ready', onReady);
  });
}

/** A script on the server; keys and arguments as it documents them. Replies hold Buffers. */
export type Script = (keys: readonly string[], args: readonly (string | number | Buffer)[]) => Promise<unknown>;

/** Reads a Lua script from files that lie beside the code, one behind the other. */
export function readScript(folder: URL, ...files: string[]): string {
  return files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');
}

/**
 * @throws AppError `conflict` when the script refuses with `CONFLICT …`; `store_unavailable` for everything else
 */
export function makeScript(client: Redis, text: string): Script {
  const sha = createHash('sha1').update(text).digest('hex');
  return (keys, args) => callScript(client, { text, sha }, keys, args);
}

/** One call of a script whose hash is known. @throws AppError as `makeScript` */
export async function callScript(
  client: Redis,
  { text, sha }: { text: string; sha: string },
  ...[keys, args]: Parameters<Script>
): Promise<unknown> {
  const rest = [keys.length, ...keys, ...args] as const;
  try {
    return await client.callBuffer('EVALSHA', sha, ...rest).catch((error: Error) => {
      if (!error.message.startsWith('NOSCRIPT')) throw error;
      return client.callBuffer('EVAL', text, ...rest);
    });
  } catch (thrown) {
    throw toRedisError(thrown);
  }
}

/** What ioredis throws, as what it means. The command is left out: it holds data. */
export function toRedisError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { message } = toError(thrown);
  if (message.startsWith('CONFLICT ')) return new AppError('conflict', message.slice('CONFLICT '.length));
  return new AppError('store_unavailable', `Redis: ${message}`);
}

/** One field of what INFO says. */
export function infoField(says: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(says)?.[1];
}

/** @throws AppError `not_ready` when Redis may throw away keys as it likes: a mandate must not vanish. */
export async function assertNoEviction(client: Redis): Promise<void> {
  const memory = await client.info('memory').catch((thrown) => Promise.reject(toRedisError(thrown)));
  const fault = evictionFault(memory);
  if (fault) throw new AppError('not_ready', fault);
}

/** Why this Redis may lose mandates, by what INFO says of its memory; undefined when it keeps them. */
export function evictionFault(says: string): string | undefined {
  const policy = infoField(says, 'maxmemory_policy');
  if (policy === 'noeviction') return undefined;
  return `Redis runs with maxmemory-policy ${policy ?? 'unknown'}; it must be noeviction`;
}
