import type { z } from 'zod';
import { AppError, type Fault } from '../../domain/errors.ts';
import type { Header } from '../exchange.ts';
import { faultsOf } from '../fields.ts';
import { parseJson } from '../json.ts';
import type { Operation, Request } from './operation.ts';
import { idempotencyOf, ifMatchOf } from './preconditions.ts';

/** A request as it came, for an operation that is known. */
export interface Raw {
  /** Path and query as they were sent. */
  target: string;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  header: Header;
  body: Uint8Array;
}

/** Enough to repair any honest request. */
const MAX_FAULTS = 100;

type Read = Pick<Request<unknown, unknown, unknown>, 'params' | 'query' | 'body' | 'idempotency' | 'ifMatch'>;

/**
 * Judges everything in a request by the operation's schemas and names all faults at once: a JSON Pointer in the body,
 * `?name` in the query, `{name}` in the path, or the name of a header.
 * @throws AppError `invalid_request` | `precondition_required` | `precondition_failed`
 */
export function readRequest(operation: Operation, raw: Raw): Read {
  const faults: Fault[] = [];
  const params = judge(operation.params, raw.params, faults, (pointer) => `{${pointer.slice(1)}}`);
  const query = readQuery(operation, raw.query, faults);
  const body = readBody(operation, raw.body, faults);
  const idempotency = idempotencyOf(operation, raw.header, raw, faults);
  const ifMatch = ifMatchOf(operation, raw.header, faults);
  if (faults.length > 0) {
    throw new AppError('invalid_request', 'the request does not fit its schemas', {
      faults: faults.slice(0, MAX_FAULTS),
    });
  }
  return { params, query, body, idempotency, ...(ifMatch !== undefined && { ifMatch }) };
}

type Place = (pointer: string) => string;
const inBody: Place = (pointer) => pointer;

function judge(schema: z.ZodType | undefined, value: unknown, faults: Fault[], place: Place): unknown {
  if (schema === undefined) return value;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { at, message } of faultsOf(schema, value)) faults.push({ at: place(at), message });
  return undefined;
}

/** Closed, and each name once: parsers differ in which of two they take. */
function readQuery({ query: schema }: Operation, given: URLSearchParams, faults: Fault[]): unknown {
  const place: Place = (pointer) => `?${pointer.slice(1)}`;
  const names = [...given.keys()];
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    faults.push({ at: schema && name in schema.shape ? `?${name}` : '?', message: 'stands twice' });
  }
  if (schema === undefined) {
    if (names.length > 0) faults.push({ at: '?', message: 'this address takes no query' });
    return {};
  }
  return judge(schema.strict(), Object.fromEntries(given), faults, place);
}

function readBody(operation: Operation, bytes: Uint8Array, faults: Fault[]): unknown {
  const { body: schema, consumes } = operation;
  if (schema === undefined) {
    if (bytes.length > 0) faults.push({ at: '', message: 'this address takes no body' });
    return undefined;
  }
  if (bytes.length === 0 && schema.safeParse(undefined).success) return schema.parse(undefined);
  if (consumes !== undefined) return judge(schema, readText(bytes), faults, inBody);
  try {
    return judge(schema, parseJson(bytes), faults, inBody);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'invalid_request') throw thrown;
    faults.push(...thrown.faults);
    return undefined;
  }
}

/** @throws AppError `invalid_request` */
function readText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const faults = [{ at: '', message: 'the body is not UTF-8' }];
    throw new AppError('invalid_request', 'the body is not UTF-8', { faults, cause });
  }
}
