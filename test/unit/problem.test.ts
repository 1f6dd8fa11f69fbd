import { expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { ERROR_CLASSES, toProblem } from '../../src/http/problem.ts';

test('a problem carries code, request id and every fault, and never the cause', () => {
  const faults = [{ at: '/actor', message: 'is missing' }];
  const cause = new Error('password authentication failed for user "machtig"');
  const problem = toProblem(new AppError('store_unavailable', 'redis: WRONGPASS', { cause, faults }), 'r1');
  expect(problem).toEqual({
    type: 'urn:machtig:problem:store_unavailable',
    status: 503,
    title: 'Data unavailable',
    detail: 'The data cannot be reached, so that nothing can be decided or done.',
    code: 'store_unavailable',
    request_id: 'r1',
    errors: faults,
  });
});

test.each([['a string'], [{ message: 'an object' }], [undefined], [new TypeError('a bug')]])(
  '%s that was thrown is internal',
  (thrown) => {
    expect(toProblem(thrown, 'r1')).toMatchObject({ status: 500, code: 'internal' });
  },
);

test('what keeps from deciding is 503, never a 4xx that blames the caller and never a 200', () => {
  const codes = [
    'data_stale',
    'revision_not_reached',
    'not_ready',
    'policy_failed',
    'clock_skewed',
    'records_unavailable',
    'store_unavailable',
  ] as const;
  for (const code of codes) expect(ERROR_CLASSES[code].status).toBe(503);
  for (const { status } of Object.values(ERROR_CLASSES)) expect(status).toBeGreaterThanOrEqual(400);
});
