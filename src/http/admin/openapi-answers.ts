import { ADMIN_CODES, ERROR_CLASSES } from '../problem.ts';
import { type ComponentSchemas, refTo } from './openapi-schemas.ts';
import type { Operation } from './operation.ts';

/** The answers to an operation, by status. */
export type Responses = Record<string, object>;

const header = (name: string) => ({ $ref: `#/components/headers/${name}` });
const COMMON = { 'API-Version': header('ApiVersion'), 'X-Request-ID': header('RequestId') };

export const HEADERS = {
  ApiVersion: { description: 'Version of this API.', schema: { type: 'string', examples: ['1.0.0'] } },
  RequestId: {
    description: "The caller's X-Request-ID when it is 1 to 128 printable characters, or one of ours.",
    schema: { type: 'string' },
  },
  Revision: {
    description:
      'At or beyond everything that was written: epoch.n. Send it as min_revision with a decision to read your own writes.',
    schema: { type: 'string', examples: ['1.4711'] },
  },
  ETag: {
    description: 'What you have seen; send it as If-Match with a change.',
    schema: { type: 'string', examples: ['"1.4711"'] },
  },
  Location: { description: 'Where it is to be found.', schema: { type: 'string', format: 'uri-reference' } },
  RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 1 } },
};

const PROBLEMS = {
  BadRequest: [400, 'The request is not as it should be; every fault is listed, all at once.'],
  Unauthenticated: [401, 'Nobody is known by this token, certificate or key.'],
  Refused: [403, 'The rules do not allow this to this caller; every reason is listed.'],
  NotFound: [404, 'It is not there, or is not for this caller to see.'],
  NotAcceptable: [406, 'Answers are JSON.'],
  Conflict: [409, 'It does not fit what is there; errors says which rule of the register was broken.'],
  PreconditionFailed: [412, 'It has changed since you saw it: read it again.'],
  BodyTooLarge: [413, 'The body is larger than this address takes.'],
  UnsupportedMediaType: [415, 'The body is of another type than this address reads.'],
  HostRefused: [421, 'The Host header names no host of this process.'],
  IdempotencyConflict: [422, 'This Idempotency-Key came with another request before.'],
  PreconditionRequired: [428, 'Send the ETag of what you have seen as If-Match.'],
  TooManyRequests: [429, 'Wait as long as Retry-After says.'],
  InternalError: [500, 'Something went wrong here; the log has it under the request id.'],
  Unavailable: [
    503,
    'Nothing can be done now; code says why. Nothing was written, or a repeat with the same Idempotency-Key tells.',
  ],
} as const;

type ProblemName = keyof typeof PROBLEMS;

/** Every refusal, as `components.responses`. */
export function problemResponses(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(PROBLEMS).map(([name, [status, description]]) => [
      name,
      {
        description,
        headers: { ...COMMON, ...(status === 429 || status === 503 ? { 'Retry-After': header('RetryAfter') } : {}) },
        content: { 'application/problem+json': { schema: refTo('Problem'), example: exampleOf(status) } },
      },
    ]),
  );
}

function exampleOf(wanted: number): object {
  const code = ADMIN_CODES.find((one) => ERROR_CLASSES[one].status === wanted) ?? 'internal';
  const { title, detail } = ERROR_CLASSES[code];
  return {
    type: `urn:machtig:problem:${code}`,
    status: wanted,
    title,
    detail,
    code,
    request_id: '8a1c4b1e-53c5-4d3a-9d0e-6f1c4b3a2d10',
    ...(wanted === 400 && { errors: [{ at: '/valid_until', message: 'is missing' }] }),
    ...(wanted === 403 && { reasons: [] }),
  };
}

/** What an operation may answer: what it documents, and what the frame around it refuses. */
export function responsesOf(operation: Operation, schemas: ComponentSchemas): Responses {
  const { produces = 'application/json' } = operation;
  const refusals = refusalsOf(operation).map((name) => [
    String(PROBLEMS[name][0]),
    { $ref: `#/components/responses/${name}` },
  ]);
  const answers = Object.entries(operation.answers).map(([status, { description }]) => {
    if (Number(status) >= 400) return [status, { ...problemWith(status), description }];
    const name = schemas.answerOf(operation, status);
    const content = name === undefined ? {} : { content: { [produces]: { schema: refTo(name) } } };
    return [status, { description, headers: headersOf(operation, status), ...content }];
  });
  return Object.fromEntries([...refusals, ...answers]);
}

/** A refusal that an operation explains in its own words. */
function problemWith(status: string): object {
  const [name = 'InternalError'] = Object.entries(PROBLEMS).find(([, [code]]) => String(code) === status) ?? [];
  return { $ref: `#/components/responses/${name}` };
}

/** Reading through POST, because what is looked for may be personal. */
export function isRead({ method, path }: Operation): boolean {
  return method === 'get' || /\/_(search|check|holders|export)$/.test(path);
}

function headersOf(operation: Operation, status: string): object {
  return {
    ...COMMON,
    ...(!isRead(operation) && { 'Machtig-Revision': header('Revision') }),
    ...(operation.etag && status !== '204' && { ETag: header('ETag') }),
    ...(status === '201' && { Location: header('Location') }),
  };
}

function refusalsOf(operation: Operation): ProblemName[] {
  const { body, etag, params } = operation;
  const writes = !isRead(operation);
  const maybe: [boolean, ...ProblemName[]][] = [
    [true, 'BadRequest', 'Unauthenticated', 'Refused'],
    // What a body names may be hidden as well.
    [params !== undefined || body !== undefined || writes, 'NotFound'],
    [true, 'NotAcceptable'],
    [writes || operation.path.endsWith('/_check'), 'Conflict'],
    [etag === 'required', 'PreconditionFailed', 'PreconditionRequired'],
    [body !== undefined, 'BodyTooLarge', 'UnsupportedMediaType'],
    [true, 'HostRefused'],
    [writes, 'IdempotencyConflict'],
    [true, 'TooManyRequests', 'InternalError', 'Unavailable'],
  ];
  return maybe.flatMap(([holds, ...names]) => (holds ? names : []));
}
