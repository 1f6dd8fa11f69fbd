import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type Process, startMachtig } from '../support/program.ts';
import { type Answer, ask, BODY, open, type Raw, request } from './raw.ts';

let folder: string;
let machtig: Process;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machtig-overload-'));
  machtig = await startMachtig('dev', {
    MACHTIG_SHED_AFTER_MS: '5',
    MACHTIG_RECORDS_FILE: join(folder, 'decisions.jsonl'),
  });
  await machtig.ready();
  await eventually('it answers', async () => (await ask(machtig.url))?.status === 200);
});
afterAll(async () => {
  await machtig?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

/** A gauge of the ops port. */
async function gauge(name: string): Promise<number> {
  const text = await (await fetch(`${machtig.opsUrl}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Whoever asks as one should is answered, ops too, and memory stays within so many MiB of what it was. */
async function staysWell(during: () => Promise<void>, withinMiB: number): Promise<void> {
  const before = await gauge('process_resident_memory_bytes');
  let most = before;
  let attacking = true;
  const watched = (async () => {
    while (attacking) {
      expect(await machtig.health('/livez')).toBe(200);
      expect(await machtig.health('/readyz')).toBe(200);
      const answer = await ask(machtig.url);
      expect([200, 503]).toContain(answer?.status);
      most = Math.max(most, await gauge('process_resident_memory_bytes'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  try {
    await during();
  } finally {
    attacking = false;
  }
  await watched;
  expect((most - before) / 2 ** 20).toBeLessThan(withinMiB);
  await eventually('it answers as before', async () => (await ask(machtig.url))?.status === 200);
}

const openMany = (count: number) => Promise.all(Array.from({ length: count }, () => open(machtig.url)));
const closeAll = (all: readonly Raw[]) => {
  for (const { socket } of all) socket.destroy();
};

describe('more questions than can be answered', () => {
  it('are refused at once, in words that say when to come again, and answered when there are fewer', async () => {
    const answers: Answer[] = [];
    await staysWell(async () => {
      const all = await openMany(400);
      const seen = (status: number) => answers.filter((answer) => answer.status === status).length >= 50;
      const isEnough = () => seen(200) && seen(503);
      const end = performance.now() + 20_000;
      await Promise.all(
        all.map(async (raw) => {
          while (!isEnough() && performance.now() < end) {
            raw.socket.write(request(BODY));
            const answer = await raw.answer();
            if (answer === undefined) throw new Error('a connection was cut');
            answers.push(answer);
          }
        }),
      );
      closeAll(all);
    }, 400);
    const of = (status: number) => answers.filter((answer) => answer.status === status);
    expect(of(200).length).toBeGreaterThanOrEqual(50);
    expect(of(503).length).toBeGreaterThanOrEqual(50);
    expect(of(200).length + of(503).length).toBe(answers.length);
    for (const { body } of of(200)) expect(JSON.parse(body)).toMatchObject({ allow: true });
    for (const { head, body } of of(503).slice(0, 100)) {
      expect(head).toContain('content-type: application/problem+json');
      expect(head).toContain('retry-after: 1');
      const problem = JSON.parse(body) as { request_id: string };
      expect(problem).toMatchObject({ status: 503, code: 'overloaded', type: 'urn:machtig:problem:overloaded' });
      expect(head).toContain(`x-request-id: ${problem.request_id}`);
    }
    expect(await gauge('machtig_shed_total')).toBeGreaterThanOrEqual(of(503).length);
    for (let i = 0; i < 20; i++) expect(await ask(machtig.url)).toMatchObject({ status: 200 });
  });

  it('are held back by the connection over which they all come, when nobody reads the answers', async () => {
    await staysWell(async () => {
      const raw = await open(machtig.url);
      raw.socket.pause();
      const bytes = Buffer.from(request(BODY).repeat(200));
      for (let sent = 0; sent < 200 && raw.socket.write(bytes); sent++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, 1500));
      raw.socket.destroy();
    }, 300);
  });
});

describe('those who mean no good', () => {
  it('may announce or send what is too large, and get no further', async () => {
    await staysWell(async () => {
      expect(await ask(machtig.url, request('{', ['content-length: 1000000000']))).toMatchObject({ status: 413 });
      const raw = await open(machtig.url);
      raw.socket.write(request('', ['transfer-encoding: chunked']));
      const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
      const writing = setInterval(() => raw.socket.write(chunk), 1);
      expect(await raw.answer()).toMatchObject({ status: 413 });
      clearInterval(writing);
      raw.socket.destroy();
    }, 100);
  });

  it('may nest deeply, repeat names and number them, and are told what is wrong', async () => {
    const nested = [`${'['.repeat(32_000)}${']'.repeat(32_000)}`, '{"a":'.repeat(12_000), '['.repeat(65_000)];
    const numbered = Array.from({ length: 5000 }, (_, i) => `"${i * 4096}":1`);
    const doubled = Array.from({ length: 8000 }, () => '"a":1');
    const bodies = [...nested, `{${numbered.join()}}`, `{${doubled.join()}}`];
    await staysWell(async () => {
      for (const body of bodies) {
        const answers = await Promise.all(Array.from({ length: 20 }, () => ask(machtig.url, request(body))));
        for (const answer of answers) expect([400, 503]).toContain(answer?.status);
        expect(answers.some((answer) => answer?.status === 400)).toBe(true);
      }
    }, 300);
  });

  it('may send headers without end, and are refused', async () => {
    await staysWell(async () => {
      const some = Array.from({ length: 90 }, (_, i) => `x${i}: y`);
      const length = `content-length: ${BODY.length}`;
      expect(await ask(machtig.url, request(BODY, [length, ...some]))).toMatchObject({ status: 200 });
      const many = Array.from({ length: 1500 }, (_, i) => `x${i}: y`);
      expect(await ask(machtig.url, request(BODY, [length, ...many]))).toMatchObject({ status: 431 });
      const large = `x: ${'y'.repeat(20_000)}`;
      expect(await ask(machtig.url, request(BODY, [large]))).toMatchObject({ status: 431 });
      const raw = await open(machtig.url);
      raw.socket.write('POST /v1/decision HTTP/1.1\r\n');
      const writing = setInterval(() => raw.socket.write(`x: ${'y'.repeat(1000)}\r\n`), 1);
      await raw.closed;
      clearInterval(writing);
    }, 100);
  });

  it('may ask 500 questions at once over one connection: some are answered, and it closes', async () => {
    await staysWell(async () => {
      const all = await openMany(20);
      for (const { socket } of all) socket.write(request(BODY).repeat(500));
      for (const raw of all) {
        const answers: Answer[] = [];
        for (let answer = await raw.answer(); answer; answer = await raw.answer()) answers.push(answer);
        await raw.closed;
        for (const { status } of answers) expect([200, 503]).toContain(status);
        // Twice as many when the bytes came in two parts.
        expect(answers.length).toBeLessThanOrEqual(64);
        expect(answers.length).toBeGreaterThan(0);
      }
    }, 100);
  });

  it('may say nothing, or a byte now and then: they are cut off after some seconds', async () => {
    await staysWell(async () => {
      const [silent, slow] = [await openMany(200), await openMany(200)];
      const dripping = setInterval(() => {
        for (const { socket } of slow) socket.write('X');
      }, 500);
      await Promise.all([...silent, ...slow].map(({ closed }) => closed));
      clearInterval(dripping);
    }, 150);
  });

  it('may close their half: an answer still comes, and half a question is forgotten', async () => {
    await staysWell(async () => {
      const whole = await open(machtig.url, { halfOpen: true });
      whole.socket.end(request(BODY));
      expect(await whole.answer()).toMatchObject({ status: 200 });
      await whole.closed;
      const halves = await Promise.all(Array.from({ length: 100 }, () => open(machtig.url, { halfOpen: true })));
      for (const { socket } of halves) socket.end(request(BODY).slice(0, -10));
      await Promise.all(
        halves.map(({ socket, closed }) => {
          socket.resume();
          return closed;
        }),
      );
    }, 100);
  });

  it('may hold 10,000 connections and ask nothing', async () => {
    const idle: Raw[] = [];
    await staysWell(async () => {
      for (let i = 0; i < 20; i++) idle.push(...(await openMany(500)));
      for (const { socket } of idle) if (!socket.destroyed) socket.write(request(BODY).slice(0, 20));
      await new Promise((resolve) => setTimeout(resolve, 2000));
      closeAll(idle);
    }, 400);
    expect(idle).toHaveLength(10_000);
  });
});
