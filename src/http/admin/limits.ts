import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../../domain/errors.ts';
import type { Connection } from '../connection.ts';

/** So many requests in so many seconds. */
export interface Rate {
  requests: number;
  seconds: number;
}

export interface LimitOptions {
  /** Of one authenticated caller. */
  perCaller?: Rate;
  /** Of one address, before anybody knows who calls; loopback is a proxy, and is not counted. */
  perAddress?: Rate;
}

export interface Limits {
  /** @throws TooMany */
  arrives(connection: Connection): Promise<void>;
  /** Somebody who guesses credentials is soon out of requests. */
  wasUnknown(connection: Connection): Promise<void>;
  /** @throws TooMany */
  calls(subject: string): Promise<void>;
}

/** Too many requests; in so many seconds there is room again. */
export class TooMany extends AppError {
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('too_many_requests', 'more requests than one caller may send');
    this.name = 'TooMany';
    this.retryAfter = retryAfter;
  }
}

const PER_CALLER: Rate = { requests: 300, seconds: 10 };
const PER_ADDRESS: Rate = { requests: 1000, seconds: 10 };
const COST_OF_A_GUESS = 20;

/** Limits of one process: a caller who spreads over several has as many times as much. */
export function makeLimits({ perCaller = PER_CALLER, perAddress = PER_ADDRESS }: LimitOptions = {}): Limits {
  const callers = new RateLimiterMemory({ points: perCaller.requests, duration: perCaller.seconds });
  const addresses = new RateLimiterMemory({ points: perAddress.requests, duration: perAddress.seconds });
  const fromAddress = async ({ loopback, address }: Connection, points: number) => {
    if (!loopback && address !== undefined) await consume(addresses, networkOf(address), points);
  };
  return {
    arrives: (connection) => fromAddress(connection, 1),
    wasUnknown: (connection) => fromAddress(connection, COST_OF_A_GUESS).catch(ignoreTooMany),
    calls: (subject) => consume(callers, subject, 1),
  };
}

async function consume(limiter: RateLimiterMemory, key: string, points: number): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (thrown) {
    if (thrown instanceof RateLimiterRes) throw new TooMany(Math.max(1, Math.ceil(thrown.msBeforeNext / 1000)));
    throw thrown;
  }
}

/** The request that goes over the limit is answered as what it is; the next one is refused. */
function ignoreTooMany(thrown: unknown): void {
  if (!(thrown instanceof TooMany)) throw thrown;
}

/** Whoever has one IPv6 address has 2^64 of them. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  return [...groups, ...Array<string>(missing).fill('0'), ...(tail ? tail.split(':') : [])].slice(0, 4).join(':');
}
