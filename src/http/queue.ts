/** Whether what a turn of the event loop brings may still be answered in it. */
export interface Queue {
  /** False: this request has waited, or would make others wait, for too long. */
  admits(nowMs: number): boolean;
  /** Something else than a request was done in this turn, such as taking in a piece of a body. */
  look(nowMs: number): void;
}

/** What a process has done since it began, in ms. */
export interface Spent {
  /** Its loop stood still: waiting, not working. */
  idleMs: number;
  /** On a core, all its threads together. */
  cpuMs: number;
}

export interface QueueOptions {
  /** Work that a turn of the event loop may hold. */
  afterMs: number;
  spent: () => Spent;
  /** Calls back when the present turn of the event loop is over. */
  atEndOfTurn: (end: () => void) => void;
  /** A turn has held as much as it may: what else has come waits for the next. */
  hold?: () => void;
}

/** Work that a burst may be, in turns that follow each other without a pause (CoDel has an interval of as long). */
const BURST_MS = 100;

/** How long a turn shall be in overload, and how long it may be, answering and refusing, in multiples of `afterMs`. */
const TURN = 1.25;
const TURN_AT_MOST = 1.75;

/** Of `afterMs`: for so long every turn answers, whatever comes. */
const ANSWERS_AT_LEAST = 0.25;

/** Of the time in which there was no queue: what it gives back of a burst. Sustained overload begins none anew. */
const REGAINED = 0.2;

/**
 * A queue of requests stands in the sockets, where nobody can see how long it is; but all of it comes up in one turn of
 * the event loop, until that has worked for `afterMs`: the rest then waits for the next turn. A turn that is over sooner
 * has worked off its queue. Turns that are not, one after another, are a burst, and all in it is answered. When they have
 * worked for BURST_MS more comes than can be done: each turn then answers for a while and refuses the rest, so much longer or shorter than
 * the last that all is told within one turn: a caller who waits for a refusal holds a connection that others need.
 * Time in which others had the core makes no overload: refusing would give none of it back.
 */
export function makeQueue({ afterMs, spent, atEndOfTurn, hold = () => {} }: QueueOptions): Queue {
  let beganAt = 0;
  let atBegin: Spent | undefined;
  let burstLeftMs = BURST_MS;
  let within = false;
  let hasRefused = false;
  let hasHeld = false;
  /** So far the clock alone says that the turn may go on. */
  let openUntil = 0;
  /** For so long a turn answers in overload. */
  let answeringMs = afterMs;
  const end = () => {
    within = false;
  };

  /** Since the last turn with requests began; nobody works for longer than passes, or than he is on a core. */
  function workedMs(nowMs: number, now: Spent, before: Spent): number {
    return Math.min(nowMs - beganAt - (now.idleMs - before.idleMs), now.cpuMs - before.cpuMs);
  }

  /** What is left of a burst, after all that was done and not done since the last turn with requests began. */
  function burstLeft(nowMs: number, now: Spent | undefined): number {
    const passedMs = nowMs - beganAt;
    if (now === undefined || atBegin === undefined) return burstLeftMs + passedMs * REGAINED;
    const worked = workedMs(nowMs, now, atBegin);
    const idleMs = now.idleMs - atBegin.idleMs;
    // All was answered soon, or the loop waited for longer than it worked: there was no queue.
    if (!hasRefused && !hasHeld && (worked <= afterMs || idleMs >= worked)) return burstLeftMs + passedMs * REGAINED;
    return Math.max(0, burstLeftMs - worked) + idleMs * REGAINED;
  }

  /** Half-way to where the last turn would have been as long as it shall be. */
  function answering(nowMs: number, now: Spent | undefined): number {
    if (now === undefined || atBegin === undefined) return afterMs;
    const turnMs = nowMs - beganAt - (now.idleMs - atBegin.idleMs);
    const next = answeringMs + (TURN * afterMs - turnMs) / 2;
    return Math.min(afterMs, Math.max(ANSWERS_AT_LEAST * afterMs, next));
  }

  function begin(nowMs: number): void {
    within = true;
    atEndOfTurn(end);
    // Of short turns that answered all, nothing is asked.
    const now = hasRefused || nowMs - beganAt > afterMs ? spent() : undefined;
    burstLeftMs = Math.min(BURST_MS, burstLeft(nowMs, now));
    answeringMs = answering(nowMs, now);
    beganAt = nowMs;
    atBegin = now;
    hasRefused = false;
    hasHeld = false;
    openUntil = nowMs + (isOverload() ? answeringMs : afterMs);
  }

  const isOverload = () => burstLeftMs < afterMs / 2;

  function holdRest(): void {
    if (!hasHeld) hold();
    hasHeld = true;
  }

  /** Whether the turn may go on to answer, after the clock said that it is long. */
  function goesOn(nowMs: number): boolean {
    if (isOverload()) {
      atBegin ??= spent();
      // What is accepted in overload shall be answered in time, so it goes by the clock.
      if (nowMs - beganAt > TURN_AT_MOST * afterMs) holdRest();
      return false;
    }
    const now = spent();
    atBegin ??= now; // A turn after a short one: counted from here on, so that it works for `afterMs` more at most.
    const leftMs = afterMs - workedMs(nowMs, now, atBegin);
    if (leftMs > 0) openUntil = nowMs + leftMs;
    else holdRest();
    return true;
  }

  return {
    admits(nowMs) {
      if (!within) begin(nowMs);
      if (nowMs <= openUntil || goesOn(nowMs)) return true;
      hasRefused = true;
      return false;
    },
    look(nowMs) {
      if (!within) begin(nowMs);
      if (nowMs > openUntil) goesOn(nowMs);
    },
  };
}
