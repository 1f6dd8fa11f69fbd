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

export interface QueueOptions {
  /** Work that a turn of the event loop may hold while there is more of it than can be done. */
  afterMs: number;
  /** How long the loop has stood still since the process began: waiting, not working. Monotonic milliseconds. */
  idleMs: () => number;
  /** Calls back when the present turn of the event loop is over. */
  atEndOfTurn: (end: () => void) => void;
}

/** So long may a burst last before it counts as overload, and so long a turn may take in it (CoDel's interval). */
const BURST_MS = 100;

/**
 * A queue of requests stands in the sockets, where nobody can see how long it is; but all of it comes up in one turn of
 * the event loop, and the next turn waits for this one. So the length of a turn is what a request waits. A turn that
 * is short now and then has worked off its queue: a burst. None for BURST_MS: more comes than can be done.
 */
export function makeQueue({ afterMs, idleMs, atEndOfTurn }: QueueOptions): Queue {
  let beganAt = 0;
  let idleAtBegin: number | undefined;
  let calmAt = 0;
  let within = false;
  const end = () => {
    within = false;
  };

  function begin(nowMs: number): void {
    within = true;
    atEndOfTurn(end);
    const sinceMs = nowMs - beganAt;
    // Only long turns are looked at twice: asking how long the loop stood still costs more than a short one may.
    const idle = sinceMs > afterMs ? idleMs() : undefined;
    const stoodMs = idle === undefined || idleAtBegin === undefined ? sinceMs : idle - idleAtBegin;
    if (sinceMs - stoodMs <= afterMs) calmAt = nowMs;
    beganAt = nowMs;
    idleAtBegin = idle;
  }

  return {
    admits(nowMs) {
      if (!within) begin(nowMs);
      const limitMs = nowMs - calmAt > BURST_MS ? afterMs : Math.max(BURST_MS, afterMs);
      return nowMs - beganAt <= limitMs;
    },
  };
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
  const idleMs = () => performance.eventLoopUtilization().idle;
  const queue = makeQueue({ afterMs, idleMs, atEndOfTurn: (end) => void setImmediate(end) });
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
