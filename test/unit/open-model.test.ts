import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { hasWrk, loadByClosedLoop, loadByOpenModel, loadByWrk } from '../../loadtest/bench/generators.ts';
import { makeHistogram } from '../../loadtest/bench/histogram.ts';
import { isWhole, outcomeOf } from '../../loadtest/bench/http-client.ts';
import { makeDraws, seedOf } from '../../loadtest/bench/load-options.ts';

const folder = mkdtempSync(join(tmpdir(), 'machtig-open-model-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bodies = join(folder, 'bodies.ndjson');
writeFileSync(bodies, '{"n":0}\n{"n":1}\n{"n":2}\n{"n":3}\n');
const markers = { allowed: '"decision":true', denied: '"decision":false' };

async function withServer<T>(listener: RequestListener, act: (port: number) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await act((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const options = (port: number) => ({
  target: { port },
  connections: 4,
  seconds: 1,
  path: '/',
  bodies,
  offset: 0,
  markers,
});

describe('a histogram of durations', () => {
  it('gives percentiles within 1.6 %, never flattering', () => {
    const histogram = makeHistogram();
    for (let us = 1; us <= 100_000; us++) histogram.add(us);
    for (const share of [0.5, 0.95, 0.99, 0.999]) {
      expect(histogram.percentile(share)).toBeGreaterThanOrEqual(share * 100_000);
      expect(histogram.percentile(share)).toBeLessThanOrEqual(share * 100_000 * 1.016);
    }
    expect([histogram.max(), histogram.count()]).toEqual([100_000, 100_000]);
  });

  it('keeps small durations exactly', () => {
    const histogram = makeHistogram();
    for (const us of [3, 3, 3, 60]) histogram.add(us);
    expect([histogram.percentile(0.75), histogram.percentile(0.76)]).toEqual([3, 60]);
  });

  it('says 0 when nothing was counted', () => {
    expect(makeHistogram().percentile(0.99)).toBe(0);
  });
});

describe('the reader of answers', () => {
  it('knows the end by length and by chunks', () => {
    expect(isWhole('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{')).toBe(false);
    expect(isWhole('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')).toBe(true);
    expect(isWhole('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n')).toBe(false);
    expect(isWhole('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n')).toBe(true);
    expect(() => isWhole('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n')).toThrow('neither');
  });

  it('takes for an error whatever is no yes or no', () => {
    const answer = (status: string, body: string) => outcomeOf(`HTTP/1.1 ${status}\r\n\r\n${body}`, markers);
    expect(answer('200 OK', '{"decision":true}')).toBe('allow');
    expect(answer('200 OK', '{"decision":false}')).toBe('deny');
    expect(answer('200 OK', '{}')).toBe('error');
    expect(answer('503 Service Unavailable', '{"decision":true}')).toBe('error');
  });
});

describe('the open-model generator', () => {
  it('charges a stall to everything that was due in it', async () => {
    const startedAt = performance.now();
    let stalled = false;
    // The whole process stands still for half a second, once, after half a second.
    const stall: RequestListener = (_request, response) => {
      if (!stalled && performance.now() - startedAt > 1500) {
        stalled = true;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      }
      response.writeHead(200, { 'content-length': 17 }).end('{"decision":true}');
    };
    const load = await withServer(stall, (port) =>
      loadByOpenModel({ ...options(port), rate: 200, seconds: 3, warmSeconds: 0 }),
    );
    expect(stalled).toBe(true);
    expect(load.requests).toBe(600);
    // 100 of 600 requests were due while it stood still: a tenth of all waited for more than 200 ms.
    expect(load.latency.p95Us).toBeGreaterThan(200_000);
    expect(load.latency.maxUs).toBeGreaterThan(450_000);
    // A generator that waits for its answers sees four slow ones, one for each connection.
    expect(load.service.p95Us).toBeLessThan(load.latency.p95Us);
  });

  it('counts what never was answered with the time it waited', async () => {
    const load = await withServer(
      () => {},
      (port) => loadByOpenModel({ ...options(port), rate: 10, seconds: 0.5, warmSeconds: 0 }),
    );
    expect([load.unanswered, load.requests, load.perSecond]).toEqual([5, 0, 0]);
    expect(load.latency.p50Us).toBeGreaterThan(1_000_000);
  }, 30_000);

  it('counts allows, and errors apart', async () => {
    const read: RequestListener = async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { n } = JSON.parse(body);
      const [status, answer] = n === 3 ? [503, '{}'] : [200, n === 0 ? '{}' : `{"decision":${n === 1}}`];
      await sleep(1);
      response.writeHead(status, { 'content-length': answer.length }).end(answer);
    };
    const load = await withServer(read, (port) =>
      loadByOpenModel({ ...options(port), rate: 100, seconds: 0.4, warmSeconds: 0.4 }),
    );
    expect([load.requests, load.allows, load.errors]).toEqual([40, 10, 20]);
  });
});

describe('the closed-loop generator', () => {
  it('asks so many questions in order and tells the outcome of each', async () => {
    const read: RequestListener = async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const answer = `{"decision":${JSON.parse(body).n === 2}}`;
      response.writeHead(200, { 'content-length': answer.length }).end(answer);
    };
    const outcomes = join(folder, 'outcomes');
    const load = await withServer(read, (port) =>
      loadByClosedLoop({ ...options(port), seconds: 30, requests: 8, outcomes }),
    );
    expect([load.requests, load.errors]).toEqual([8, 0]);
    expect(readFileSync(outcomes, 'utf8')).toBe('ddadddad');
  });
});

describe('a stream of draws', () => {
  const drawn = (seed: number, count: number, size: number) => {
    const draw = makeDraws(seed, count);
    return Array.from({ length: size }, draw);
  };

  it('is the same for one name, and another for every other', () => {
    expect(drawn(seedOf('tcp 64 round 0'), 1000, 50)).toEqual(drawn(seedOf('tcp 64 round 0'), 1000, 50));
    expect(drawn(seedOf('tcp 64 round 0'), 1000, 50)).not.toEqual(drawn(seedOf('tcp 64 round 1'), 1000, 50));
  });

  it('draws each line as often as it stands there, with repetitions as chance has them', () => {
    const times = new Array<number>(1000).fill(0);
    for (const index of drawn(seedOf('any'), 1000, 1000)) times[index] = (times[index] ?? 0) + 1;
    const missing = times.filter((n) => n === 0).length / 1000;
    expect(missing).toBeGreaterThan(0.33); // 1/e = 0.37 of what is drawn with replacement
    expect(missing).toBeLessThan(0.41);
  });

  it.skipIf(!hasWrk)('is the same from wrk as from our own generators', async () => {
    const lines = Array.from({ length: 500 }, (_, n) => `{"n":${n}}`);
    const file = join(folder, 'many.ndjson');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const askedBy = async (load: typeof loadByWrk) => {
      const asked: string[] = [];
      const note: RequestListener = async (request, response) => {
        for await (const chunk of request) asked.push(String(chunk));
        response.writeHead(200, { 'content-length': 17 }).end('{"decision":true}');
      };
      const stream = seedOf('same');
      await withServer(note, (port) => load({ ...options(port), bodies: file, connections: 1, stream }));
      return asked;
    };
    const [wrk, own] = [await askedBy(loadByWrk), await askedBy(loadByClosedLoop)];
    // wrk draws one by itself before it begins.
    expect(wrk.slice(0, 100)).toEqual(own.slice(1, 101));
    expect(new Set(own.slice(0, 100)).size).toBeGreaterThan(1);
  });
});
