import { expect, test } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import { type Failure, makeReport } from '../../src/http/report.ts';

const failure = (code: Failure['code'], status = 503): Failure => ({
  path: '/v1/decision',
  status,
  code,
  requestId: 'r',
});

function aReport() {
  const lines: [string, object][] = [];
  const at = (level: string) => (fields: object) => {
    lines.push([level, fields]);
  };
  const clock = { ms: 0 };
  const log = { isLevelEnabled: () => true, debug: at('debug'), warn: at('warn'), error: at('error') };
  return { report: makeReport(log, () => clock.ms), lines, clock };
}

test('an outage is said once a second for each code, with how often it went unsaid', () => {
  const { report, lines, clock } = aReport();
  for (let i = 0; i < 1000; i++) report(new AppError('store_unavailable', 'down'), failure('store_unavailable'));
  report(new AppError('data_stale', 'old'), failure('data_stale'));
  clock.ms = 1000;
  report(new AppError('store_unavailable', 'down'), failure('store_unavailable'));
  expect(lines).toMatchObject([
    ['warn', { code: 'store_unavailable', cause: 'down' }],
    ['warn', { code: 'data_stale', cause: 'old' }],
    ['warn', { code: 'store_unavailable', unsaid: 999 }],
  ]);
});

test('every bug is an error with its stack; what a caller did wrong is for debugging', () => {
  const { report, lines } = aReport();
  report('a string', failure('internal', 500));
  report('another', failure('internal', 500));
  report(new AppError('invalid_request', 'x'), failure('invalid_request', 400));
  expect(lines.map(([level]) => level)).toEqual(['error', 'error', 'debug']);
  expect(lines[0]?.[1]).toMatchObject({ err: { message: 'a string', stack: expect.any(String) } });
});
