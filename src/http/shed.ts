import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { API_VERSION, requestIdOf } from './exchange.ts';
import { headersOf } from './header.ts';
import { ERROR_CLASSES } from './problem.ts';

/** Why a request was refused before it was read: too long a queue, or too many that wait for an answer. */
export type ShedCause = 'queue' | 'unanswered';

/** Refuses a request and says so, or lets it pass. */
export type Shed = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/** Whether what a turn of the event loop brings may still be answered in it. */
export interface Queue {
  /** False: this request has waited, or would make others wait, for too long. */
  admits(nowMs: number): boolean;
}

/** What a process has done since it began, in ms. */
export interface Spent {
  /** Its loop stood still: waiting, not working. */
  idleMs: number;
  /** On a core, all its threads together. */
  cpuMs: number;
}

export interface QueueOptions {
  /** Work that a turn of the event loop may hold while there is more of it than can be done. */
  afterMs: number;
  spent: () => Spent;
  /** Calls back when the present turn of the event loop is over. */
  atEndOfTurn: (end: () => void) => void;
}

/** So long may a burst last before it counts as overload, and so long a turn may work in it (CoDel's interval). */
const BURST_MS = 100;

/**
 * A queue of requests stands in the sockets, where nobody can see how long it is; but all of it comes up in one turn of
 * the event loop, and the next turn waits for this one. So the length of a turn is what a request waits. A turn with
 * little work now and then has worked off its queue: a burst. None for BURST_MS: more comes than can be done.
 * Time in which others had the core makes no overload: refusing would give none of it back.
 */
export function makeQueue({ afterMs, spent, atEndOfTurn }: QueueOptions): Queue {
  let beganAt = 0;
  let atBegin: Spent | undefined;
  let calmAt = 0;
  let within = false;
  let hasRefused = false;
  /** So far the clock alone says that the turn may go on. */
  let openUntil = 0;
  const end = () => {
    within = false;
  };

  /** Since the last turn with requests began; nobody works for longer than passes, or than he is on a core. */
  function workedMs(nowMs: number, now: Spent, before: Spent): number {
    return Math.min(nowMs - beganAt - (now.idleMs - before.idleMs), now.cpuMs - before.cpuMs);
  }

  /** Little was done since and all was answered, or the loop waited for longer than it worked: there was no queue. */
  function wasCalm(nowMs: number, now: Spent, before: Spent): boolean {
    const worked = workedMs(nowMs, now, before);
    return (worked <= afterMs && !hasRefused) || now.idleMs - before.idleMs >= worked;
  }

  function begin(nowMs: number): void {
    within = true;
    atEndOfTurn(end);
    // Only long turns are looked at twice.
    const now = nowMs - beganAt > afterMs ? spent() : undefined;
    if (now === undefined || atBegin === undefined || wasCalm(nowMs, now, atBegin)) calmAt = nowMs;
    beganAt = nowMs;
    atBegin = now;
    hasRefused = false;
    openUntil = nowMs + afterMs;
  }

  /** Whether a burst may go on; looks again after `afterMs` at the latest. */
  function goesOn(nowMs: number): boolean {
    const leftOfBurstMs = BURST_MS - (beganAt - calmAt);
    if (leftOfBurstMs < 0) return false;
    const now = spent();
    atBegin ??= now; // A turn after a short one: counted from here on, so that it works for `afterMs` more at most.
    const leftMs = Math.max(afterMs, leftOfBurstMs) - workedMs(nowMs, now, atBegin);
    openUntil = nowMs + Math.min(leftMs, afterMs);
    return leftMs >= 0;
  }

  return {
    admits(nowMs) {
      if (!within) begin(nowMs);
      if (nowMs <= openUntil || goesOn(nowMs)) return true;
      hasRefused = true;
      return false;
    },
  };
}

/** Costs a quarter of a microsecond. */
function spentHere(): Spent {
  const { user, system } = process.cpuUsage();
  return { idleMs: performance.eventLoopUtilization().idle, cpuMs: (user + system) / 1000 };
}

export interface ShedOptions {
  /** As `QueueOptions`. */
  afterMs: number;
  /** Requests that may wait for their answer at the same time, such as for Redis. */
  unansweredAtMost: number;
  onShed?: (cause: ShedCause) => void;
}

/**
 * Refuses at once (503 `overloaded`, RFC 9110 Retry-After) what could be answered only late, so that what is accepted is
 * answered in time. One for all doors of a process: they share its event loop.
 */
export function makeShed({ afterMs, unansweredAtMost, onShed }: ShedOptions): Shed {
  const queue = makeQueue({ afterMs, spent: spentHere, atEndOfTurn: (end) => void setImmediate(end) });
  let unanswered = 0;
  const answered = () => {
    unanswered -= 1;
  };
  return function shed(incoming, outgoing) {
    const inTime = queue.admits(performance.now());
    if (inTime && unanswered < unansweredAtMost) {
      unanswered += 1;
      outgoing.on('close', answered); // which comes once
      return false;
    }
    onShed?.(inTime ? 'unanswered' : 'queue');
    refuse(incoming, outgoing);
    return true;
  };
}

const { status, title, detail } = ERROR_CLASSES.overloaded;
const PROBLEM = JSON.stringify({ type: 'urn:machtig:problem:overloaded', status, title, detail, code: 'overloaded' });

/** The answer of `toProblem`, put together beforehand: refusing must cost next to nothing. */
function refuse(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const requestId = requestIdOf(headersOf(incoming));
  const body = `${PROBLEM.slice(0, -1)},"request_id":${JSON.stringify(requestId)}}`;
  outgoing.writeHead(status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'api-version': API_VERSION,
    'retry-after': '1',
    'content-length': Buffer.byteLength(body),
  });
  outgoing.end(body);
}
