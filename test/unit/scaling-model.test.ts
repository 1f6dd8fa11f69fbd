import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { rebuildSeconds } from '../../loadtest/scaling/events.ts';
import { playHerd } from '../../loadtest/scaling/herd.ts';
import { type Load, loadsOf, sidecarsAtLimit } from '../../loadtest/scaling/loads.ts';
import { readMeasured } from '../../loadtest/scaling/measured.ts';
import { fillBetween } from '../../loadtest/scaling/page.ts';
import { command, parseReply } from '../../loadtest/scaling/resp.ts';
import { playStorm } from '../../loadtest/scaling/storm.ts';
import { told } from '../../loadtest/scaling/tables.ts';
import { followingOf, variantsOf } from '../../loadtest/scaling/variants.ts';
import { FIXED, spreadOf, WORLD } from '../../loadtest/scaling/world.ts';
import { hitShareAfter, hitShareOf, playRing, questionsHeld, zipf } from '../../loadtest/scaling/zipf.ts';
import { makeDice } from '../support/dice.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const measured = readMeasured(ROOT);
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A source tree of results alone, in which one of them is another. */
function rootWith(name: string, change: (result: string) => string): string {
  const root = mkdtempSync(join(tmpdir(), 'machtig-scaling-'));
  folders.push(root);
  for (const folder of ['loadtest/results', 'bundles'])
    cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
  const file = join(root, 'loadtest/results', name);
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  return root;
}

describe('popularity by Zipf', () => {
  it.each([
    [1, 1],
    [1000, 1],
    [60_000_000, 0.8],
  ])('puts %i parties at exponent %d into steps, none twice and none left out', (size, exponent) => {
    const { steps } = zipf(size, exponent);
    expect(steps.reduce((sum, { parties }) => sum + parties, 0)).toBe(size);
    expect(steps.reduce((sum, { parties, probability }) => sum + parties * probability, 0)).toBeCloseTo(1, 10);
    expect(steps.every(({ probability }, i) => probability <= (steps[i - 1]?.probability ?? 1))).toBe(true);
  });

  it.each([
    [0.8, 500],
    [1, 100],
    [1, 2000],
    [1.2, 500],
  ])('gives the cache the hits that playing the ring gives: exponent %d, room for %i of 20,000', (exponent, room) => {
    const played = playRing(20_000, exponent, room, 200_000, makeDice(7).next);
    // The ring forgets in the order of writing, not exactly of asking: a little less than reckoned.
    expect(played - hitShareOf(zipf(20_000, exponent), room)).toBeGreaterThan(-0.03);
    expect(played - hitShareOf(zipf(20_000, exponent), room)).toBeLessThan(0.01);
  });

  it('warms a cache without bounds up to where a bounded one stays', () => {
    const parties = zipf(20_000, 1);
    expect(hitShareAfter(parties, 0)).toBe(0);
    expect(hitShareAfter(parties, questionsHeld(parties, 500))).toBeCloseTo(hitShareOf(parties, 500), 6);
    expect(hitShareOf(parties, 20_000)).toBe(1);
  });
});

describe('all caches emptied at once', () => {
  const herd = { popularity: zipf(100_000, 1), sidecars: 100, decisionsPerSecond: 20, room: 20_000 };

  it('refuses nobody when all that is asked can be cold', () => {
    expect(playHerd({ ...herd, capacityPerSecond: 2000 })).toEqual([{ second: 0, missing: 1, refused: 0 }]);
  });

  it('refuses what goes beyond, less and less, until nothing does', () => {
    const moments = playHerd({ ...herd, capacityPerSecond: 1000 });
    expect(moments[0]?.refused).toBeCloseTo(0.5, 10);
    expect(moments.every(({ refused }, i) => i === 0 || refused < (moments[i - 1]?.refused ?? 0))).toBe(true);
    expect(moments.at(-1)?.refused).toBe(0);
  });

  it('is warmed by what was served alone', () => {
    const [, second] = playHerd({ ...herd, capacityPerSecond: 1000 });
    // Half of the five questions that each sidecar had within a quarter of a second.
    expect(second?.missing).toBeCloseTo(1 - hitShareAfter(herd.popularity, 2.5), 10);
  });

  it('goes on refusing where even warm caches miss more than can be served', () => {
    const moments = playHerd({ ...herd, room: 100, capacityPerSecond: 100 }, 600);
    const missing = 1 - hitShareOf(herd.popularity, 100);
    expect(moments.at(-1)).toEqual({ second: 600, missing, refused: expect.closeTo(missing - 0.05, 10) });
  });
});

describe('all connections coming back', () => {
  const storm = { timeoutMs: 2000, backoffMs: FIXED.backoffMs };

  it('takes no longer than the longest pause while there is room', () => {
    const { seconds, attempts, wasted } = playStorm({ ...storm, clients: 500, serviceMs: 0.1, draw: makeDice(1).next });
    expect({ attempts, wasted }).toEqual({ attempts: 500, wasted: 0 });
    expect(seconds).toBeLessThan(1.1);
  });

  it('takes as long as the work, when nobody gives up', () => {
    const patient = { ...storm, timeoutMs: 1e9, clients: 10_000, serviceMs: 1 };
    const { seconds, attempts } = playStorm({ ...patient, draw: makeDice(1).next });
    expect(attempts).toBe(10_000);
    expect(seconds).toBeCloseTo(10, 0);
  });

  it('serves whoever gave up in vain, and again when he comes back', () => {
    const slow = { ...storm, clients: 2, serviceMs: 1500, backoffMs: () => 100, draw: () => 0.5 };
    // Both come at 50 ms; the second gives up at 2050 and 4250, and is served on his third coming, from 4550 on.
    const served = playStorm(slow);
    expect(served).toMatchObject({ attempts: 4, wasted: 2, longestWaitMs: 2000 });
    expect(served.seconds).toBeCloseTo(6.05, 10);
  });

  it('never ends when those who give up come back sooner than they can be served', () => {
    const crowd = { ...storm, clients: 20_000, serviceMs: 1 };
    expect(playStorm({ ...crowd, draw: makeDice(1).next }).seconds).toBe(Number.POSITIVE_INFINITY);
    const patient = (nth: number, drawn: number) => Math.min(25 * 2 ** nth, 60_000) * drawn;
    expect(playStorm({ ...crowd, backoffMs: patient, draw: makeDice(1).next }).seconds).toBeLessThan(200);
  });
});

describe('what is used all the time', () => {
  it('breaks first what is needed most of what there is', () => {
    const shares = loadsOf(WORLD, measured).map(({ demand, limit }) => demand / limit);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect(shares.every((share) => share > 0 && Number.isFinite(share))).toBe(true);
  });

  const growing = loadsOf(WORLD, measured).filter(({ growsWith }) => growsWith === 'sidecars');
  it.each(growing.map((load): [string, Load] => [load.what, load]))(
    'is used up at the number said: %s',
    (what, load) => {
      const sidecars = sidecarsAtLimit(load, WORLD) ?? 0;
      const there = loadsOf({ ...WORLD, sidecars }, measured).find((other) => other.what === what);
      expect((there?.demand ?? 0) / load.limit).toBeCloseTo(1, 2);
    },
  );

  it('counts four times as much on a master with four partitions', () => {
    const [all, fourth] = [4, 1].map((partitionsOnBusiest) => {
      const loads = loadsOf({ ...WORLD, partitions: 6, partitionsOnBusiest }, measured);
      return loads.find(({ what }) => what === 'telling changes')?.demand ?? 0;
    });
    expect(all).toBeCloseTo((fourth ?? 0) * 4, 10);
  });

  it('counts each thing that a sidecar asks of a master as often as it does so', () => {
    const loads = loadsOf({ ...WORLD, sidecars: 1000, commitsPerSecond: 10 }, measured);
    const cores = (what: string) => loads.find((load) => load.what === what)?.demand;
    expect(cores('telling changes')).toBeCloseTo((1000 * 10 * measured.changeUs.value) / 1e6, 10);
    expect(cores('telling heartbeats')).toBeCloseTo((1000 * 5 * measured.heartbeatUs.value) / 1e6, 10);
    expect(cores('looks every 500 ms')).toBeCloseTo((1000 * 2 * measured.lookUs.value) / 1e6, 10);
  });

  it('falls from one way of telling to the next that was thought of', () => {
    const cores = variantsOf(WORLD, measured).map((variant) => followingOf(variant).cores);
    expect(cores.slice(2).every((one, i, rest) => i === 0 || one < (rest[i - 1] ?? 0))).toBe(true);
  });
});

describe('partitions over masters with equal shares of the slots', () => {
  it.each([
    [3, 3, [1, 1, 1]],
    [8, 3, [2, 2, 4]],
    [12, 3, [4, 4, 4]],
    [12, 6, [2, 2, 4, 0, 2, 2]],
  ])('%i over %i lie as decision record 33 found them', (partitions, masters, found) => {
    expect(spreadOf(partitions, masters).toSorted()).toEqual(found.toSorted());
  });
});

describe('what the model begins with', () => {
  it('is measured, all of it', () => {
    for (const { value, from } of Object.values(measured)) {
      expect(value).toBeGreaterThan(0);
      expect(from).not.toBe('');
    }
  });

  it('changes with a run of a million mandates and more', () => {
    const load = { sync: { cpuSeconds: 90 }, redisCpuSeconds: 60, bytesPerMandate: { ofAll: 180 } };
    const of = (mandates: number) => rootWith('scale.json', () => JSON.stringify({ runs: [{ mandates, load }] }));
    const after = readMeasured(of(10_000_000));
    expect(after.redisBytesPerMandate).toEqual({ value: 180, unit: 'bytes', from: 'scale.json, 10,000,000 mandates' });
    expect(rebuildSeconds(WORLD, after)).toBe(900);
    expect(readMeasured(of(10_000)).redisBytesPerMandate.from).toContain('decision record 28');
  });

  it('is refused when a result is something else', () => {
    expect(() => readMeasured(rootWith('followers.json', () => '{"fanOut": []}'))).toThrow();
  });
});

describe('the page', () => {
  const page = 'before\n<!-- a: written by loadtest/scaling-model.ts -->\nold\n<!-- end of a -->\nbehind\n';

  it('gets what is between its marks, and the same the second time', () => {
    const once = fillBetween(page, 'a', ['new']);
    expect(once).toBe(page.replace('old', '\nnew\n'));
    expect(fillBetween(once, 'a', ['new'])).toBe(once);
  });

  it('must have the marks', () => {
    expect(() => fillBetween(page, 'b', [])).toThrow('the page lacks');
  });

  it('shows three figures of a number, and thousands whole', () => {
    expect([0.012345, 12.345, 5432.1, 1e8, Number.POSITIVE_INFINITY].map(told)).toEqual([
      '0.0123',
      '12.3',
      '5,432',
      '100,000,000',
      'without end',
    ]);
  });
});

describe('replies of Redis', () => {
  const whole = Buffer.from('*2\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nk\r\n$4\r\na\r\nb\r\n:7\r\n');

  it('are read once they are whole, and never before', () => {
    for (let end = 0; end < whole.length; end++) expect(parseReply(whole.subarray(0, end))).toBeUndefined();
    const reply = [[['1-0', ['k', 'a\r\nb']]], 7];
    expect(parseReply(Buffer.concat([whole, whole]))).toEqual({ reply, end: whole.length });
  });

  it('may be null, or an error', () => {
    expect(parseReply(Buffer.from('*-1\r\n'))).toEqual({ reply: null, end: 5 });
    expect(() => parseReply(Buffer.from('-ERR no\r\n'))).toThrow('ERR no');
    expect(command('é', 1).toString()).toBe('*2\r\n$2\r\né\r\n$1\r\n1\r\n');
  });
});
