import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { createOps, type OpsDeps, serveOps } from '../../src/http/ops.ts';
import { anApp } from '../support/http.ts';

const fresh = { position: () => ({ revision: { epoch: 1, n: 42 }, ageMs: 12 }) };
const anOps = (deps: Partial<OpsDeps> = {}) =>
  createOps({ missing: () => [], freshness: fresh, metrics: new Registry(), ...deps });

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

test('live as long as it answers, whatever is missing', async () => {
  const response = await anOps({ missing: () => ['policy'] }).request('/livez');
  expect(response.status).toBe(200);
});

test('ready when nothing is missing, else says what is', async () => {
  expect((await anOps().request('/readyz')).status).toBe(200);
  const response = await anOps({ missing: () => ['policy', 'projection'] }).request('/readyz');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ status: 'not_ready', missing: ['policy', 'projection'] });
});

test('stale data is not fresh, and still ready', async () => {
  const stale = {
    position: () => {
      throw new AppError('data_stale', 'no heartbeat for 9 s');
    },
  };
  const ops = anOps({ freshness: stale });
  const response = await ops.request('/freshz');
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: 'data_stale' });
  expect((await ops.request('/readyz')).status).toBe(200);
});

test('fresh data says how old it is', async () => {
  expect(await (await anOps().request('/freshz')).json()).toEqual({
    status: 'fresh',
    data_revision: '1.42',
    data_age_ms: 12,
  });
});

test('metrics are on the ops port, over a real socket, and not on the decision port', async () => {
  const listening = await serveOps(anOps(), { host: '127.0.0.1', port: 0 });
  close = listening.close;
  const response = await fetch(`${listening.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  for (const path of ['/metrics', '/livez', '/readyz', '/freshz']) expect((await anApp().send(path)).status).toBe(404);
});

test('no decision on the ops port', async () => {
  expect((await anOps().request('/v1/decision', { method: 'POST' })).status).toBe(404);
});

test('says which policy answers, where one does', async () => {
  const status = { active: { revision: 'a', from: 'file', since: '2026-01-01T00:00:00.000Z' } };
  const response = await anOps({ policy: () => status }).request('/policy');
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(await response.json()).toEqual(status);
  expect((await anOps().request('/policy')).status).toBe(404);
});
