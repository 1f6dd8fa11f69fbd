import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeQueue } from '../../src/http/queue.ts';

const AFTER_MS = 20;
/** Of a turn in overload: what it shall be, and what it is at most. */
const TURN_MS = 25;
const LONGEST_MS = 35;

/**
 * A loop on a clock of its own: `workMs` for each request accepted, `refuseMs` for each that is not, and after each a
 * stretch of `stolenMs` in which others have the core.
 */
function makeLoop({
  workMs,
  refuseMs,
  stolenMs = () => 0,
}: {
  workMs: number;
  refuseMs: number;
  stolenMs?: () => number;
}) {
  let now = 1000;
  let idleMs = 0;
  let cpuMs = 0;
  const ends: (() => void)[] = [];
  let waiting = 0;
  let isHeld = false;
  const hold = () => {
    isHeld = true;
  };
  const spent = () => ({ idleMs, cpuMs });
  const queue = makeQueue({ afterMs: AFTER_MS, spent, atEndOfTurn: (end) => ends.push(end), hold });
  const work = (ms: number) => {
    now += ms;
    cpuMs += ms;
  };
  return {
    rest(ms: number): void {
      now += ms;
      idleMs += ms;
    },
    /** What is nobody's question: a heartbeat, a page of metrics. */
    work,
    /** Threads beside the loop are at work for so long, while it stands still. */
    compile(ms: number): void {
      now += ms;
      idleMs += ms;
      cpuMs += ms;
    },
    /** One turn to which so many pieces of bodies come. @returns how many are left for the next */
    pieces(count: number): number {
      isHeld = false;
      let left = count;
      for (; left > 0 && !isHeld; left--) {
        queue.look(now);
        work(workMs);
      }
      for (const end of ends.splice(0)) end();
      return left;
    },
    /** One turn to which so many requests come, beside those that wait. */
    turn(requests: number): Turn {
      const [before, beganAt] = [cpuMs, now];
      const turn = { accepted: 0, refused: 0 };
      waiting += requests;
      isHeld = false;
      for (; waiting > 0 && !isHeld; waiting--) {
        const isAccepted = queue.admits(now);
        turn[isAccepted ? 'accepted' : 'refused'] += 1;
        work(isAccepted ? workMs : refuseMs);
        now += stolenMs();
      }
      for (const end of ends.splice(0)) end();
      return { ...turn, waiting, workedMs: cpuMs - before, ms: now - beganAt };
    },
    /** Turns until nobody waits. */
    workOff(): Turn[] {
      const turns: Turn[] = [];
      while (waiting > 0) turns.push(this.turn(0));
      return turns;
    },
  };
}

interface Turn {
  accepted: number;
  refused: number;
  waiting: number;
  workedMs: number;
  ms: number;
}

const refusedIn = (turns: readonly Turn[]) => turns.reduce((sum, { refused }) => sum + refused, 0);

describe('a queue of requests', () => {
  it('lets all through that can be done, whatever the pauses between', () => {
    const someTurns = fc.array(fc.record({ restMs: fc.nat(500), requests: fc.integer({ min: 1, max: 199 }) }));
    fc.assert(
      fc.property(someTurns, (turns) => {
        const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
        for (const { restMs, requests } of turns) {
          loop.rest(restMs);
          expect(loop.turn(requests).refused).toBe(0);
        }
      }),
    );
  });

  it('lets a burst through in short turns, and refuses what no burst is', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    loop.rest(50);
    const burst = [loop.turn(900), ...loop.workOff()];
    expect(refusedIn(burst)).toBe(0);
    expect(burst).toHaveLength(5);
    loop.rest(1000);
    const turns = [loop.turn(5000), ...loop.workOff()];
    expect(refusedIn(turns)).toBeGreaterThan(3000);
    expect(refusedIn(turns.slice(0, 5))).toBe(0);
    for (const { workedMs } of burst) expect(workedMs).toBeLessThan(AFTER_MS + 1);
    for (const { workedMs } of turns) expect(workedMs).toBeLessThan(LONGEST_MS + 1);
  });

  it('holds turns short while more comes than can be done, and takes all again afterwards', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    const turns = Array.from({ length: 50 }, () => loop.turn(1000));
    expect(turns[0]?.refused).toBe(0);
    for (const { accepted, workedMs } of turns) {
      expect(accepted).toBeLessThan(203);
      expect(workedMs).toBeLessThan(LONGEST_MS + 1);
    }
    for (const { accepted, refused, workedMs } of turns.slice(20)) {
      expect(Math.abs(workedMs - TURN_MS)).toBeLessThan(1);
      expect(accepted + refused).toBe(1000);
      expect(Math.abs(accepted - 167)).toBeLessThan(3);
    }
    loop.workOff();
    loop.turn(90);
    expect(loop.turn(90).refused).toBe(0);
    loop.rest(100);
    expect(loop.turn(199).refused).toBe(0);
  });

  it('begins no burst anew when overload goes on, and a whole one a second after it ended', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    for (let i = 0; i < 50; i++) loop.turn(1000);
    loop.workOff();
    for (let i = 0; i < 100; i++) {
      loop.turn(50);
      expect(loop.turn(300).refused).toBeGreaterThan(50);
    }
    loop.rest(1000);
    expect(refusedIn([loop.turn(900), ...loop.workOff()])).toBe(0);
  });

  it('refuses as little as what comes is more than can be done', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    let ms = 0;
    let came = 0;
    const turns: Turn[] = [];
    for (let at = 0; at < 5000; at += ms) {
      const requests = Math.round(at * 12) - came; // 1.2 of what can be done
      came += requests;
      if (requests === 0) loop.rest(1);
      const turn = loop.turn(requests);
      ms = Math.max(1, turn.ms);
      turns.push(turn);
    }
    const accepted = turns.reduce((sum, turn) => sum + turn.accepted, 0);
    expect(accepted / 50_000).toBeGreaterThan(0.95);
    for (const turn of turns) expect(turn.ms).toBeLessThan(AFTER_MS + 6);
  });

  it('refuses nothing because others have the core', () => {
    const bursts = fc.array(fc.record({ restMs: fc.nat(50), requests: fc.integer({ min: 1, max: 199 }) }));
    fc.assert(
      fc.property(bursts, fc.infiniteStream(fc.nat(30)), (turns, stretches) => {
        const stolenMs = () => stretches.next().value ?? 0;
        const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01, stolenMs });
        for (const { restMs, requests } of turns) {
          loop.rest(restMs);
          expect(loop.turn(requests).refused).toBe(0);
        }
      }),
    );
  });

  it('holds turns short all the same while more comes than can be done on what is left of a core', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01, stolenMs: () => 0.3 });
    const turns = Array.from({ length: 50 }, () => loop.turn(300));
    for (const { accepted, ms } of turns.slice(16)) {
      expect(accepted).toBeGreaterThan(0.24 * (AFTER_MS / 0.4));
      expect(ms).toBeLessThan(LONGEST_MS + 1);
    }
    loop.workOff();
    loop.turn(10);
    expect(loop.turn(20).refused).toBe(0);
  });

  it('lets a burst through on what others leave of a core', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01, stolenMs: () => 0.3 });
    loop.rest(50);
    expect(refusedIn([loop.turn(900), ...loop.workOff()])).toBe(0);
  });

  it('holds the rest when something else than requests fills a turn', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    loop.rest(50);
    expect(loop.pieces(1000)).toBeGreaterThan(750);
    loop.rest(50);
    expect(loop.turn(100).refused).toBe(0);
  });

  it('bounds a burst that follows small turns, though nobody looked when it began', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    for (let i = 0; i < 10; i++) loop.turn(10);
    const turns = [loop.turn(5000), ...loop.workOff()];
    expect(refusedIn(turns)).toBeGreaterThan(3000);
    for (const { workedMs } of turns) expect(workedMs).toBeLessThan(2 * AFTER_MS + 1);
  });

  it('does not take what is done between questions for a queue of them', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    for (let i = 0; i < 20; i++) {
      for (let beat = 0; beat < 10; beat++) {
        loop.work(5);
        loop.rest(15);
      }
      expect(loop.turn(2).refused).toBe(0);
    }
    expect(refusedIn([loop.turn(900), ...loop.workOff()])).toBe(0);
  });

  it('does not take work of other threads for that of its loop', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    for (let i = 0; i < 20; i++) {
      loop.compile(500);
      expect(refusedIn([loop.turn(900), ...loop.workOff()])).toBe(0);
      loop.rest(1000);
      loop.turn(1);
    }
  });

  it('does not take a loop that stands still for one that works', () => {
    const loop = makeLoop({ workMs: 30, refuseMs: 0.01 });
    for (let i = 0; i < 100; i++) {
      loop.rest(1000);
      expect(loop.turn(1).refused).toBe(0);
    }
  });
});
