import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';
import { defineOperation } from '../../src/http/admin/operation.ts';
import { anAdminApp, failing, refusalOf } from '../support/admin-app.ts';
import { silent } from '../support/http.ts';

const SECRET = 'urn:nl:bsn:999990019';

/** As the driver throws it, with everything that PostgreSQL says beside the code. */
function databaseError(code: string, fields: Partial<pg.DatabaseError> = {}): pg.DatabaseError {
  const error = new pg.DatabaseError(`Failing row contains (${SECRET})`, 1, 'error');
  return Object.assign(error, { code, detail: SECRET, where: `select ${SECRET}`, ...fields });
}

async function answerTo(thrown: unknown) {
  const { send } = anAdminApp([failing(() => thrown)]);
  const response = await send('/v1/failures', { method: 'POST' });
  const text = await response.clone().text();
  expect(text).not.toContain('999990019');
  expect(text).not.toMatch(/select|at .*\.ts|node_modules/);
  return { response, problem: await refusalOf(response) };
}

describe('what the database refuses', () => {
  it.each([
    ['MA001', 'party_has_a_manager', 409, 'conflict', 'party has a manager'],
    ['23514', 'lasts_five_years_at_most', 400, 'invalid_request', 'lasts five years at most'],
    ['23505', 'oin_names_one_owner', 409, 'conflict', 'oin names one owner'],
    ['23503', 'mandates_delegate_fkey', 409, 'conflict', 'mandates delegate fkey'],
    ['23P01', 'states_do_not_overlap', 409, 'conflict', 'states do not overlap'],
  ])('%s is said by the name of %s, with %i', async (code, constraint, status, name, sentence) => {
    const { problem } = await answerTo(databaseError(code, { constraint }));
    expect(problem).toMatchObject({ status, code: name, errors: [{ at: '', message: sentence }] });
  });

  it.each(['23505', '23502', '22P02', '22003'])('%s without a name says nothing of its values', async (code) => {
    const { problem } = await answerTo(databaseError(code, { table: 'aliases' }));
    expect([400, 409]).toContain(problem.status);
  });
});

describe('what passes by itself', () => {
  it.each(['40001', '40P01', '53300', '55P03', '57014'])('%s is overload: come again', async (code) => {
    const { response, problem } = await answerTo(databaseError(code));
    expect([response.status, problem.code, response.headers.get('retry-after')]).toEqual([503, 'overloaded', '1']);
  });

  it.each([
    databaseError('57P01'),
    databaseError('08006'),
    databaseError('25006'),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
    new AppError('store_unavailable', 'gone'),
  ])('a database that is away is 503: %s', async (thrown) => {
    const { response, problem } = await answerTo(thrown);
    expect([response.status, problem.code, response.headers.get('retry-after')]).toEqual([
      503,
      'store_unavailable',
      '1',
    ]);
  });
});

describe('what nobody foresaw', () => {
  it.each([
    new Error(`cannot read ${SECRET}`),
    databaseError('42601'),
    databaseError('MA002'),
    `thrown text ${SECRET}`,
    { message: SECRET },
    undefined,
  ])('is 500 without a word of it: %s', async (thrown) => {
    const { problem } = await answerTo(thrown);
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
  });

  it('is in the log, under the request id and the pattern of the address', async () => {
    const logged: object[] = [];
    const log = { ...silent, error: (fields: object) => logged.push(fields) };
    const { send } = anAdminApp([failing(() => new Error('a bug'))], { log });
    await send('/v1/failures?bsn=999990019', { method: 'POST', headers: { 'x-request-id': 'r-1' } });
    await send('/v1/failures', { method: 'POST', headers: { 'x-request-id': 'r-2' } });
    expect(logged).toMatchObject([{ path: '/failures', requestId: 'r-2', code: 'internal' }]);
  });

  it('includes an answer that is not as documented', async () => {
    const wrong = defineOperation({
      id: 'wrong',
      method: 'get',
      path: '/wrong',
      tag: 'Things',
      summary: 'Wrong',
      requirements: [],
      answers: { 200: { description: 'It.', schema: z.object({ count: z.number() }) } },
      handle: async () => ({ status: 200, body: { count: SECRET } }),
    });
    const response = await anAdminApp([wrong]).send('/v1/wrong');
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('999990019')]);
  });
});

it('a refused act has its reasons', async () => {
  const { problem } = await answerTo(new AppError('act_refused', 'no', { reasons: ['loa_too_low', 'not_a_manager'] }));
  expect(problem).toMatchObject({ status: 403, code: 'act_refused', reasons: ['loa_too_low', 'not_a_manager'] });
});
