import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeQueue } from '../../src/http/shed.ts';

const AFTER_MS = 20;

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
  const spent = () => ({ idleMs, cpuMs });
  const queue = makeQueue({ afterMs: AFTER_MS, spent, atEndOfTurn: (end) => ends.push(end) });
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
    /** One turn with so many requests. */
    turn(requests: number): { accepted: number; refused: number; workedMs: number; ms: number } {
      const [before, beganAt] = [cpuMs, now];
      let accepted = 0;
      for (let i = 0; i < requests; i++) {
        const isAccepted = queue.admits(now);
        accepted += Number(isAccepted);
        work(isAccepted ? workMs : refuseMs);
        now += stolenMs();
      }
      for (const end of ends.splice(0)) end();
      return { accepted, refused: requests - accepted, workedMs: cpuMs - before, ms: now - beganAt };
    },
  };
}

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

  it('lets a burst through, and refuses what no burst is', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    loop.rest(50);
    expect(loop.turn(900).refused).toBe(0);
    expect(loop.turn(10).refused).toBe(0);
    const { workedMs, refused } = loop.turn(5000);
    expect(workedMs).toBeGreaterThanOrEqual(100);
    expect(workedMs).toBeLessThan(100 + AFTER_MS + 0.01 * refused + 1);
    expect(refused).toBeGreaterThan(3000);
  });

  it('holds turns short while more comes than can be done, and takes all again afterwards', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    const turns = Array.from({ length: 50 }, () => loop.turn(1000));
    expect(turns[0]?.refused).toBe(0);
    for (const { accepted, workedMs } of turns.slice(1)) {
      expect(Math.abs(accepted - 200)).toBeLessThan(3);
      expect(workedMs).toBeLessThan(AFTER_MS + 10);
    }
    loop.turn(100);
    expect(loop.turn(199).refused).toBe(0);
    expect(loop.turn(500).refused).toBe(0);
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
    for (const { accepted, ms } of turns.slice(4)) {
      expect(Math.abs(accepted - AFTER_MS / 0.4)).toBeLessThan(3);
      expect(ms).toBeLessThan(AFTER_MS + 300 * 0.31 + 1);
    }
    loop.turn(10);
    expect(loop.turn(199).refused).toBe(0);
  });

  it('bounds a burst that follows small turns, though nobody looked when it began', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    for (let i = 0; i < 10; i++) loop.turn(10);
    const { workedMs, refused } = loop.turn(5000);
    expect(workedMs).toBeLessThan(100 + AFTER_MS + 0.01 * refused + 1);
    expect(refused).toBeGreaterThan(3000);
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
    expect(loop.turn(900).refused).toBe(0);
  });

  it('does not take work of other threads for that of its loop', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    for (let i = 0; i < 20; i++) {
      loop.compile(500);
      expect(loop.turn(900).refused).toBe(0);
      loop.rest(100);
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
