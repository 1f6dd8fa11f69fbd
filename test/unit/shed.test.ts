import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeQueue } from '../../src/http/shed.ts';

const AFTER_MS = 20;

/** A loop on a clock of its own: `work` ms for each request accepted, `refuse` ms for each that is not. */
function makeLoop({ workMs, refuseMs }: { workMs: number; refuseMs: number }) {
  let now = 1000;
  let idle = 0;
  const ends: (() => void)[] = [];
  const queue = makeQueue({ afterMs: AFTER_MS, idleMs: () => idle, atEndOfTurn: (end) => ends.push(end) });
  return {
    rest(ms: number): void {
      now += ms;
      idle += ms;
    },
    /** One turn with so many requests. */
    turn(requests: number): { accepted: number; refused: number; ms: number } {
      const beganAt = now;
      let accepted = 0;
      for (let i = 0; i < requests; i++) {
        const isAccepted = queue.admits(now);
        accepted += Number(isAccepted);
        now += isAccepted ? workMs : refuseMs;
      }
      for (const end of ends.splice(0)) end();
      return { accepted, refused: requests - accepted, ms: now - beganAt };
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
    expect(Math.abs(loop.turn(5000).accepted - 1000)).toBeLessThan(3);
  });

  it('holds turns short while more comes than can be done, and takes all again afterwards', () => {
    const loop = makeLoop({ workMs: 0.1, refuseMs: 0.01 });
    const turns = Array.from({ length: 50 }, () => loop.turn(1000));
    expect(turns[0]?.refused).toBe(0);
    for (const { accepted, ms } of turns.slice(1)) {
      expect(Math.abs(accepted - 200)).toBeLessThan(3);
      expect(ms).toBeLessThan(AFTER_MS + 10);
    }
    loop.turn(100);
    expect(loop.turn(199).refused).toBe(0);
    expect(loop.turn(500).refused).toBe(0);
  });

  it('does not take a loop that stands still for one that works', () => {
    const loop = makeLoop({ workMs: 30, refuseMs: 0.01 });
    for (let i = 0; i < 100; i++) {
      loop.rest(1000);
      expect(loop.turn(1).refused).toBe(0);
    }
  });
});
