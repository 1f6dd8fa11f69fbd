import { describe, expect, it } from 'vitest';
import { createWorkersOps, type WorkerSays } from '../../src/http/ops-workers.ts';

const metrics = { contentType: 'text/plain', metrics: async () => 'x 1\n' };
const ok = (seat: number, body: Record<string, unknown>): WorkerSays => ({ seat, status: 200, body });

async function get(path: string, says: WorkerSays[], missing: string[] = []) {
  const ops = createWorkersOps({ ask: async () => says, missing: () => missing, metrics });
  const response = await ops.request(path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const fresh = (seat: number, ageMs: number) =>
  ok(seat, { status: 'fresh', data_revision: `1.${seat}`, data_age_ms: ageMs });
const by = (seat: number, revision: string) => ok(seat, { active: { revision } });

describe('the ops port of several workers', () => {
  it('is ready when all are', async () => {
    const ready = [ok(1, { status: 'ready' }), ok(2, { status: 'ready' })];
    expect(await get('/readyz', ready)).toEqual({ status: 200, body: { status: 'ready' } });
  });

  it('says which is not, and what it misses', async () => {
    const says: WorkerSays[] = [
      ok(1, { status: 'ready' }),
      { seat: 2, status: 503, body: { status: 'not_ready', missing: ['projection'] } },
      { seat: 3, missing: 'gone' },
      { seat: 4, missing: 'mute' },
    ];
    const missing = ['worker 2: projection', 'worker 3: has not started', 'worker 4: does not answer'];
    expect(await get('/readyz', says)).toEqual({ status: 503, body: { status: 'not_ready', missing } });
  });

  it('is not ready while it starts or stops, whatever workers say', async () => {
    expect(await get('/readyz', [ok(1, { status: 'ready' })], ['stopping'])).toMatchObject({ status: 503 });
  });

  it('is not ready because of one that refuses without saying what it misses', async () => {
    expect(await get('/readyz', [{ seat: 1, status: 500, body: {} }])).toMatchObject({ status: 503 });
  });

  it('lives while one is being replaced, and not while one hangs', async () => {
    expect(await get('/livez', [ok(1, {}), { seat: 2, missing: 'gone' }])).toMatchObject({ status: 200 });
    expect(await get('/livez', [ok(1, {}), { seat: 2, missing: 'mute' }])).toMatchObject({ status: 503 });
  });

  it('is as fresh as the worst', async () => {
    const { body } = await get('/freshz', [fresh(1, 20), fresh(2, 700), fresh(3, 90)]);
    expect(body).toEqual({ status: 'fresh', data_revision: '1.2', data_age_ms: 700, worker: 2 });
  });

  it('is stale when one is, and unknown when one does not say', async () => {
    const stale: WorkerSays = { seat: 2, status: 503, body: { code: 'data_stale' } };
    expect(await get('/freshz', [fresh(1, 20), stale])).toEqual({
      status: 503,
      body: { code: 'data_stale', worker: 2 },
    });
    expect(await get('/freshz', [fresh(1, 20), { seat: 2, missing: 'mute' }])).toMatchObject({ status: 503 });
    expect(await get('/freshz', [])).toMatchObject({ status: 503, body: { code: 'not_ready' } });
  });

  it('says whether all answer by the same policy', async () => {
    expect(await get('/policy', [by(1, 'a'), by(2, 'a')])).toMatchObject({ body: { agree: true } });
    expect(await get('/policy', [by(1, 'a'), by(2, 'b')])).toEqual({
      status: 200,
      body: {
        active: { revision: 'a' },
        agree: false,
        workers: [
          { worker: 1, active: { revision: 'a' } },
          { worker: 2, active: { revision: 'b' } },
        ],
      },
    });
  });

  it('knows of no other bundle where workers try none', async () => {
    expect(await get('/shadow', [{ seat: 1, status: 404, body: {} }])).toMatchObject({ status: 404 });
    expect(await get('/shadow', [ok(1, { candidate: 'c' })])).toMatchObject({
      body: { workers: [{ worker: 1, candidate: 'c' }] },
    });
  });
});
