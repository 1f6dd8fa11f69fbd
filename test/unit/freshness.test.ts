import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { momentOf } from '../../src/mandates/follow/clock.ts';
import { makeFreshness } from '../../src/mandates/follow/freshness.ts';

const at = (n: number, epoch = 1) => ({ epoch, n });
const failing = (code: ErrorCode) => expect.objectContaining({ code });

function setUp(options: { partitions?: number } = {}) {
  const clock = { wall: 1_000_000, monotonic: 50, wallMs: () => clock.wall, monotonicMs: () => clock.monotonic };
  const freshness = makeFreshness({ maxStalenessMs: 5000, minRevisionWaitMs: 30, clock, ...options });
  const pass = (ms: number) => {
    clock.wall += ms;
    clock.monotonic += ms;
  };
  /** Reads the projection's clock, which is `ahead` of ours. */
  const read = (ahead = 0) => {
    const now = momentOf(clock);
    freshness.read({ timeMs: clock.wall + ahead, asked: now, answered: now });
  };
  const beat = (n: number, stampMs = clock.wall, epoch = 1) =>
    freshness.heard(0, { notice: 'heartbeat', stampMs, at: at(n, epoch) });
  const change = (from: number, to: number) =>
    freshness.heard(0, { notice: 'change', from: at(from), to: at(to), keys: [] });
  return { clock, freshness, pass, read, beat, change };
}

test('is not ready before the projection was reached', () => {
  expect(() => setUp().freshness.position()).toThrow(failing('not_ready'));
});

test('is not ready while a partition was never reached, whatever else is said of it; one that was reached and lost is stale', () => {
  const { freshness } = setUp({ partitions: 2 });
  freshness.positioned(0, at(7));
  freshness.lose(1, 'data_stale', 'another server holds it');
  expect(() => freshness.position()).toThrow(failing('not_ready'));
  freshness.lose(0, 'data_stale', 'another server holds it');
  expect(() => freshness.position()).toThrow(failing('not_ready'));
  freshness.positioned(0, at(7));
  freshness.positioned(1, at(7));
  freshness.lose(0, 'data_stale', 'another server holds it');
  expect(() => freshness.position()).toThrow(failing('data_stale'));
});

describe('age', () => {
  test('is that of the last heartbeat applied, by the clock of the projection, plus the time since', () => {
    const { freshness, pass, read, beat, clock } = setUp();
    freshness.positioned(0, at(7));
    read(400);
    beat(7, clock.wall + 390);
    pass(100);
    expect(freshness.position()).toEqual({ revision: at(7), ageMs: 110 });
  });

  test('grows while nothing is heard, until the data is stale', () => {
    const { freshness, pass, read, beat } = setUp();
    freshness.positioned(0, at(7));
    read();
    beat(7);
    pass(5000);
    expect(freshness.position().ageMs).toBe(5000);
    pass(1);
    expect(() => freshness.position()).toThrow(failing('data_stale'));
  });

  test('that is no number is too old', () => {
    const { freshness, read, beat } = setUp();
    freshness.positioned(0, at(7));
    read();
    beat(7, Number.NaN);
    expect(() => freshness.position()).toThrow(failing('data_stale'));
  });

  test('counts the sleep of the machine, which the monotonic clock does not see', () => {
    const { freshness, read, beat, clock } = setUp();
    freshness.positioned(0, at(7));
    read();
    beat(7);
    clock.wall += 60_000;
    expect(() => freshness.position()).toThrow(failing('data_stale'));
  });

  test('is never less than the time since the heartbeat came, whatever the clock of the projection says', () => {
    const { freshness, pass, read, beat, clock } = setUp();
    freshness.positioned(0, at(7));
    read(-900);
    beat(7, clock.wall + 900);
    pass(300);
    expect(freshness.position().ageMs).toBe(300);
  });

  test('is unknown without a heartbeat', () => {
    const { freshness, read } = setUp();
    freshness.positioned(0, at(7));
    read();
    expect(() => freshness.position()).toThrow(failing('data_stale'));
  });

  test('is that of the partition furthest behind', () => {
    const { freshness, pass, read, clock } = setUp({ partitions: 2 });
    read();
    freshness.positioned(0, at(7));
    expect(() => freshness.position()).toThrow(failing('not_ready'));
    freshness.positioned(1, at(6));
    freshness.heard(1, { notice: 'heartbeat', stampMs: clock.wall, at: at(6) });
    expect(() => freshness.position()).toThrow(failing('data_stale'));
    freshness.heard(1, { notice: 'change', from: at(6), to: at(7), keys: [] });
    freshness.heard(1, { notice: 'heartbeat', stampMs: clock.wall, at: at(7) });
    pass(40);
    freshness.heard(0, { notice: 'heartbeat', stampMs: clock.wall, at: at(7) });
    expect(freshness.position()).toEqual({ revision: at(7), ageMs: 40 });
  });
});

describe('clocks', () => {
  test.each([-1001, 1001])('more than a second apart (%d ms) answer nothing', (ahead) => {
    const { freshness, read, beat } = setUp();
    freshness.positioned(0, at(7));
    read(ahead);
    beat(7);
    expect(() => freshness.position()).toThrow(failing('clock_skewed'));
  });

  test('set forward after the last comparison answer nothing, also within the bound of age', () => {
    const { freshness, read, beat, clock } = setUp();
    freshness.positioned(0, at(7));
    read();
    beat(7);
    clock.wall += 1001;
    expect(() => freshness.position()).toThrow(failing('clock_skewed'));
  });

  test('set back after the last comparison answer nothing', () => {
    const { freshness, read, beat, clock } = setUp();
    freshness.positioned(0, at(7));
    read();
    beat(7);
    clock.wall -= 3_600_000;
    expect(() => freshness.position()).toThrow(failing('clock_skewed'));
  });
});

describe('a projection that went back in time', () => {
  test('is not fresh until a heartbeat at or beyond the highest revision ever seen', () => {
    const { freshness, read, beat, change } = setUp();
    freshness.positioned(0, at(7));
    read();
    beat(7);
    change(7, 9);
    freshness.positioned(0, at(5));
    beat(5);
    expect(() => freshness.position()).toThrow(failing('data_stale'));
    change(5, 8);
    beat(8);
    expect(() => freshness.position()).toThrow(failing('data_stale'));
    change(8, 9);
    beat(9);
    expect(freshness.position().revision).toEqual(at(9));
  });

  test('is fresh in a new epoch, whatever its number', () => {
    const { freshness, read, beat, clock } = setUp();
    freshness.positioned(0, at(7));
    read();
    beat(7);
    freshness.heard(0, { notice: 'swap', generation: 2, at: at(3, 2) });
    expect(() => freshness.position()).toThrow(failing('data_stale'));
    beat(3, clock.wall, 2);
    expect(freshness.position().revision).toEqual(at(3, 2));
  });
});

describe('a gap', () => {
  test('is a change that does not begin where we are', () => {
    const { freshness, change } = setUp();
    freshness.positioned(0, at(7));
    expect(change(7, 8)).toBe(true);
    expect(change(9, 10)).toBe(false);
  });

  test('is a heartbeat elsewhere than where we are', () => {
    const { freshness, beat } = setUp();
    freshness.positioned(0, at(7));
    expect(beat(7)).toBe(true);
    expect(beat(8)).toBe(false);
  });
});

describe('partitions', () => {
  function apart() {
    const { freshness } = setUp({ partitions: 2 });
    const change = (partition: number) =>
      freshness.heard(partition, { notice: 'change', from: at(7), to: at(8), keys: [] });
    for (const partition of [0, 1]) freshness.positioned(partition, at(7));
    expect(freshness.isTogether()).toBe(true);
    change(0);
    expect(freshness.isTogether()).toBe(false);
    return { freshness, change };
  }

  test('at two revisions are waited for', async () => {
    const { freshness, change } = apart();
    const together = freshness.together();
    change(1);
    await together;
    expect(freshness.isTogether()).toBe(true);
  });

  test('that stay at two revisions answer nothing', async () => {
    await expect(apart().freshness.together()).rejects.toThrow(failing('data_stale'));
  });

  test('say how far each of them is', () => {
    const { freshness } = apart();
    expect([0, 1, 2].map(freshness.appliedIn)).toEqual([at(8), at(7), undefined]);
  });
});

describe('reaching a revision', () => {
  test('waits until it is applied', async () => {
    const { freshness, change } = setUp();
    freshness.positioned(0, at(7));
    const reached = freshness.reach(at(9));
    change(7, 8);
    change(8, 9);
    await reached;
    await freshness.reach(at(3));
  });

  test('gives up after a while', async () => {
    const { freshness } = setUp();
    freshness.positioned(0, at(7));
    await expect(freshness.reach(at(8))).rejects.toThrow(failing('revision_not_reached'));
  });

  test.each([1, 3])('of another epoch (%d) is refused', async (epoch) => {
    const { freshness } = setUp();
    freshness.positioned(0, at(7, 2));
    await expect(freshness.reach(at(1, epoch))).rejects.toThrow(failing('epoch_mismatch'));
  });
});

test('a loss is answered with its own code until the partition is positioned again', () => {
  const { freshness, read, beat } = setUp();
  freshness.positioned(0, at(7));
  freshness.lose(0, 'not_ready', 'the key differs');
  expect(() => freshness.position()).toThrow(failing('not_ready'));
  expect(beat(7)).toBe(false);
  freshness.positioned(0, at(7));
  read();
  beat(7);
  freshness.doubt('the connection was lost');
  expect(() => freshness.position()).toThrow(failing('data_stale'));
  freshness.doubt(undefined);
  expect(freshness.position().revision).toEqual(at(7));
});
