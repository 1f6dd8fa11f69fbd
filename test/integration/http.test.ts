import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { aDecision, anApp, anEvaluate } from '../support/http.ts';

const ask = {
  actor: 'urn:nl:bsn:999990019',
  loa: 'eh3',
  represented: 'urn:nl:kvk:90000001',
  service: 'urn:etoegang:DV:1:services:1',
};

describe('POST /v1/decision', () => {
  test('answers flat, with every field', async () => {
    const { evaluate, asked } = anEvaluate();
    const response = await anApp({ policy: { input: 'mandates', evaluate } }).post('/v1/decision', ask);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ...aDecision(), changes_at: '2030-12-31T00:00:00.000Z' });
    expect(asked).toEqual([
      {
        actor: { scheme: 'bsn', value: '999990019' },
        loa: 'eh3',
        represented: { scheme: 'kvk', value: '90000001' },
        service: ask.service,
      },
    ]);
  });
});
