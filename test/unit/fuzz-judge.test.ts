import { expect, it } from 'vitest';
import { adminOpenApi } from '../../src/http/admin/openapi.ts';
import { makeJudge } from '../fuzz/judge-answer.ts';
import type { FuzzRequest } from '../fuzz/make-request.ts';
import { anAdminApp, someOperations } from '../support/admin-app.ts';

const { operations } = someOperations();
const document = adminOpenApi(operations);
const judge = makeJudge(document, ['urn:nl:bsn:999990019']);
const operation = document.paths['/things/{thingId}']?.get;
if (operation === undefined) throw new Error('there is no such operation');
const request: FuzzRequest = {
  operation,
  path: '/things/{thingId}',
  method: 'get',
  target: '/v1/things/a',
  isElsewhere: false,
  caller: 'anna',
  headers: {},
};

/** A true answer, with something changed in it. */
async function judged(change: { status?: number; text?: string; without?: string; caller?: string }) {
  const response = await anAdminApp(operations).send('/v1/things/a');
  const headers = new Headers(response.headers);
  if (change.without !== undefined) headers.delete(change.without);
  const answered = { status: change.status ?? response.status, headers, text: change.text ?? (await response.text()) };
  return judge({ ...request, caller: change.caller ?? 'anna' }, answered);
}

it('finds nothing wrong with a true answer', async () => {
  expect(await judged({})).toEqual([]);
});

it.each([
  ['a failure', { status: 500, text: '{}' }],
  ['a status that is not documented', { status: 202 }],
  ['an answer of another form', { text: '{"id":7}' }],
  ['a field too many', { text: '{"id":"a","name":"b","more":1}' }],
  ['no JSON', { text: 'x' }],
  ['a missing header', { without: 'x-frame-options' }],
  ['another type', { without: 'content-type' }],
  ['a personal number', { text: '{"id":"a","name":"999990019"}' }],
  ['SQL', { text: '{"id":"a","name":"select a from b"}' }],
  ['an answer to nobody', { caller: '' }],
])('finds %s', async (_what, change) => {
  expect(await judged(change)).not.toEqual([]);
});
