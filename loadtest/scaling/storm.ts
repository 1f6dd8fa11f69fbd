/** All clients of a master lost their connection, and it answers again from now on. */
export interface Storm {
  clients: number;
  /** CPU of the master for one client: its connection and the first look. */
  serviceMs: number;
  /** After so long a client gives up, and tries anew. */
  timeoutMs: number;
  /** Pause before the nth attempt, by the number drawn from 0 up to 1. */
  backoffMs: (attempt: number, drawn: number) => number;
  draw: () => number;
}

export interface StormResult {
  /** Until the last is connected; infinity: not within five minutes. */
  seconds: number;
  attempts: number;
  /** Served to a client who had gone by then. */
  wasted: number;
  longestWaitMs: number;
}

/** Five minutes. */
export const LIMIT_MS = 300_000;

interface Attempt {
  client: number;
  nth: number;
}

/**
 * One queue, served in the order of arrival. Whoever gave up is served nevertheless: the master reads what he sent before
 * it learns that he has gone.
 */
export function playStorm({ clients, serviceMs, timeoutMs, backoffMs, draw }: Storm): StormResult {
  const due = new Map<number, Attempt[]>();
  const plan = (atMs: number, attempt: Attempt) => {
    const at = Math.ceil(atMs);
    const others = due.get(at);
    if (others) others.push(attempt);
    else due.set(at, [attempt]);
  };
  // All have failed for a while: each is somewhere in its longest pause.
  for (let client = 0; client < clients; client++) plan(backoffMs(LATER, draw()) * draw(), { client, nth: LATER });
  const result: StormResult = { seconds: Number.POSITIVE_INFINITY, attempts: 0, wasted: 0, longestWaitMs: 0 };
  let [connected, free] = [0, 0];
  for (let now = 0; now < LIMIT_MS && connected < clients; now++) {
    for (const { client, nth } of due.get(now) ?? []) {
      result.attempts++;
      free = Math.max(free, now) + serviceMs;
      const waitMs = free - now;
      result.longestWaitMs = Math.max(result.longestWaitMs, Math.min(waitMs, timeoutMs));
      if (waitMs <= timeoutMs) connected++;
      else {
        result.wasted++;
        plan(now + timeoutMs + backoffMs(nth + 1, draw()), { client, nth: nth + 1 });
      }
    }
    due.delete(now);
  }
  if (connected === clients) result.seconds = free / 1000;
  return result;
}

/** An attempt by which pauses are as long as they get. */
const LATER = 20;
