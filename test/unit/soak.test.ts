import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LoadWindow, startSteadyLoad } from '../../loadtest/soak/load-window.ts';
import type { Sample } from '../../loadtest/soak/sample.ts';
import { trendOf } from '../../loadtest/soak/trend.ts';
import { judge, verdictOf } from '../../loadtest/soak/verdict.ts';
import { makeDice } from '../support/dice.ts';

/** Noise in which each point resembles the one before it by `r`; about 1 high. */
function noise(seed: number, r: number, count: number): [number, number][] {
  const dice = makeDice(seed);
  let y = 0;
  return Array.from({ length: count }, (_, x) => {
    y = r * y + Math.sqrt(1 - r * r) * (dice.next() + dice.next() + dice.next() - 1.5) * 2;
    return [x, y];
  });
}

const isFlat = ({ least, most }: { least: number; most: number }) => least <= 0 && most >= 0;

describe('a trend', () => {
  it('finds a straight line', () => {
    const trend = trendOf([0, 1, 2, 3, 4].map((x) => [x, 7 + 3 * x]));
    expect([trend.mean, trend.slope, trend.least, trend.most]).toEqual([13, 3, 3, 3]);
  });

  it.each([0, 0.9])('takes noise for growth seldom, also where neighbours are alike by %d', (r) => {
    const runs = Array.from({ length: 400 }, (_, seed) => trendOf(noise(seed + 1, r, 300)));
    expect(runs.filter((trend) => !isFlat(trend)).length).toBeLessThan(60);
  });

  it('finds growth in such noise', () => {
    const rising = noise(1, 0.9, 600).map(([x, y]): [number, number] => [x, y + x / 50]);
    const { least, most } = trendOf(rising);
    expect([least < 1 / 50, most > 1 / 50, least > 1 / 100]).toEqual([true, true, true]);
  });

  it('refuses to draw a line through two points', () => {
    expect(() => trendOf([[0, 1] as const, [1, 2] as const])).toThrow('three points');
  });
});

describe('the verdict of a soak', () => {
  const aProcess = { rss: 200, heap: 50, external: 70, handles: 80, busy: 0.5, loopP99Ms: 11, loopMaxMs: 20 };
  const held = { mib: 1, entries: 10, hitShare: 1 };
  const load = { allow: 1, deny: 1, error: 0, broken: 0, p50Us: 500, p99Us: 2000, p999Us: 1, maxUs: 1 };
  const sampleAt = (minute: number, jitter: number): Sample => ({
    minute,
    load: { ...load, p50Us: 500 + jitter, latenessP99Us: 0, waiting: 0 },
    sidecar: { ...aProcess, rss: 200 + jitter },
    sync: { ...aProcess, handles: 80 },
    ...{
      dataAgeMs: 1,
      cache: held,
      dossiers: held,
      shed: 0,
      redisMiB: 10,
      changes: 0,
      machineBusy: 0.5,
      observerMiB: 0,
    },
  });
  const flat = noise(3, 0.5, 600).map(([x, y]) => sampleAt(x / 10, y));
  const grown = (samples: readonly Sample[], mandates = 0) =>
    judge(samples, mandates).flatMap(({ name, verdict }) => (verdict === 'grows' ? [name] : []));

  it('is that nothing grows where nothing does', () => {
    expect(new Set(judge(flat, 0).map(({ verdict }) => verdict))).toEqual(new Set(['steady']));
  });

  it('names what grows', () => {
    const leaking = flat.map((sample) => {
      const { minute, sidecar, sync } = sample;
      const handles = sync.handles + Math.floor(minute / 10);
      return { ...sample, sidecar: { ...sidecar, rss: sidecar.rss + minute / 5 }, sync: { ...sync, handles } };
    });
    expect(grown(leaking)).toEqual(['sidecar, resident', 'sync, file handles']);
  });

  it('takes no growth from what is taken and given back, however often', () => {
    const releasing = flat.map((sample, index) => {
      const isUnderWay = index % 10 < sample.minute / 7;
      return { ...sample, sidecar: { ...sample.sidecar, rss: sample.sidecar.rss + (isUnderWay ? 30 : 0) } };
    });
    expect(grown(releasing)).toEqual([]);
  });

  it('judges a run of few samples, and none of hardly any', () => {
    expect([judge(flat.slice(0, 9), 0).length > 0, judge(flat.slice(0, 6), 0)]).toEqual([true, []]);
  });

  it('leaves out how memory is filled at first', () => {
    const filling = flat.map((sample) => {
      const rss = sample.sidecar.rss - Math.max(0, 10 - sample.minute) * 15;
      return { ...sample, sidecar: { ...sample.sidecar, rss } };
    });
    expect(grown(filling)).toEqual([]);
  });

  it('grants Redis what was granted', () => {
    const growing = flat.map((sample) => ({ ...sample, redisMiB: 10 + sample.minute / 5 }));
    expect([grown(growing), grown(growing, 36_000)]).toEqual([['Redis, used'], []]);
  });

  it('says when it cannot tell', () => {
    expect([verdictOf({ least: -9, most: 9 }, 5), verdictOf({ least: 6, most: 9 }, 5)]).toEqual([
      'cannot tell',
      'grows',
    ]);
  });
});

describe('the steady load', () => {
  const folder = mkdtempSync(join(tmpdir(), 'machtig-soak-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const bodies = join(folder, 'bodies.ndjson');
  writeFileSync(bodies, '{"n":0}\n');
  const markers = { allowed: '"decision":true', denied: '"decision":false' };

  /** Adds up so many windows of half a second; of percentiles the highest. */
  async function windowsOf(listener: RequestListener, count: number): Promise<LoadWindow> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const common = { path: '/', bodies, markers, connections: 4 };
    const steady = startSteadyLoad({ ...common, target: { port }, rate: 200, windowSeconds: 0.5 });
    const all: LoadWindow[] = [];
    for await (const window of steady.windows()) if (all.push(window) === count) break;
    await steady.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const added = (name: 'allow' | 'deny' | 'error' | 'broken') => all.reduce((sum, window) => sum + window[name], 0);
    const outcomes = { allow: added('allow'), deny: added('deny'), error: added('error'), broken: added('broken') };
    const last = all.at(-1);
    if (last === undefined) throw new Error('there was no window');
    return { ...last, ...outcomes, p99Us: Math.max(...all.map(({ p99Us }) => p99Us)) };
  }

  it('charges a stall to what was due in it', async () => {
    let asked = 0;
    const window = await windowsOf((_, response) => {
      if (++asked === 100) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
      response.writeHead(200, { 'content-length': 17 }).end('{"decision":true}');
    }, 4);
    expect(window.p99Us).toBeGreaterThan(300_000);
    expect(window.allow).toBeGreaterThan(100);
  });

  it('opens a broken connection again, and tells errors from decisions', async () => {
    let asked = 0;
    const window = await windowsOf((request, response) => {
      asked++;
      if (asked === 50) return void request.socket.destroy();
      if (asked === 60) return void request.socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n');
      const [status, answer] = asked % 2 === 0 ? [503, '{}'] : [200, '{"decision":false}'];
      response.writeHead(status, { 'content-length': answer.length }).end(answer);
    }, 4);
    expect([window.broken, window.allow]).toEqual([2, 0]);
    expect(window.error).toBeGreaterThan(50);
    expect(window.deny).toBeGreaterThan(50);
  });
});
