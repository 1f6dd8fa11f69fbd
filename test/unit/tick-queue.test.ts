import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTickQueue } from '../../src/records/tick-queue.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a queue of a turn of the event loop', () => {
  it('hands over what a turn brings as a whole, when its input is read', async () => {
    const handed: number[][] = [];
    const queue = makeTickQueue<number>(async (items) => void handed.push([...items]));
    const pushed = [1, 2, 3].map((item) => queue.push(item));
    await Promise.resolve();
    expect(handed).toEqual([]);
    await Promise.all(pushed);
    expect(handed).toEqual([[1, 2, 3]]);
  });

  it('hands over 64 at once, without waiting for the turn to end', () => {
    const handed: number[] = [];
    const queue = makeTickQueue<number>(async (items) => void handed.push(items.length));
    for (let item = 0; item < 63; item++) void queue.push(item);
    expect(handed).toEqual([]);
    void queue.push(63);
    expect(handed).toEqual([64]);
  });

  it('hands over everything once, in order, one batch at a time, however it comes', async () => {
    const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant('turn' as const)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (all, isSlow) => {
        const handed: number[] = [];
        let underWay = 0;
        const queue = makeTickQueue<number>(async (items) => {
          underWay += 1;
          expect(underWay).toBe(1);
          handed.push(...items);
          if (isSlow) await turn();
          underWay -= 1;
        });
        const pushed: Promise<void>[] = [];
        for (const step of all) {
          if (step === 'turn') await turn();
          else for (let i = 0; i < step; i++) pushed.push(queue.push(pushed.length));
        }
        await Promise.all(pushed);
        await queue.idle();
        expect(handed).toEqual(pushed.map((_, index) => index));
      }),
    );
  });

  it('tells those of a batch that failed, and no others', async () => {
    let batches = 0;
    const queue = makeTickQueue<number>(async () => {
      batches += 1;
      if (batches === 1) throw new Error('the disk is full');
    });
    const settled = await Promise.allSettled(Array.from({ length: 65 }, (_, item) => queue.push(item)));
    expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(64);
    expect(settled.at(-1)?.status).toBe('fulfilled');
  });
});
