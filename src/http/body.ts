import { AppError } from '../domain/errors.ts';
import { parseJson } from './json.ts';

export const MAX_BODY_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * Reads a JSON body: one parse, at most 64 KiB, whether or not the length is announced.
 * @throws AppError `invalid_request` | `body_too_large`
 */
export async function readJson(request: Request): Promise<unknown> {
  requireJson(request.headers.get('content-type') ?? undefined);
  return parseJson(await readBytes(request));
}

/**
 * Reads a body of at most `max` bytes, whether or not the length is announced.
 * @throws AppError `body_too_large`
 */
export async function readBytes(request: Request, max = MAX_BODY_BYTES): Promise<Uint8Array> {
  const announced = request.headers.get('content-length') ?? undefined;
  announcedBody(announced, max);
  return announced === undefined ? readChunks(request.body, max) : new Uint8Array(await request.arrayBuffer());
}

/** @throws AppError `invalid_request`: AuthZEN's certification wants 400 here, not 415 */
export function requireJson(type: string | undefined): void {
  if (type === 'application/json' || (type !== undefined && JSON_TYPE.test(type))) return;
  const faults = [{ at: 'Content-Type', message: 'must be application/json' }];
  throw new AppError('invalid_request', 'another Content-Type', { faults });
}

/** The length announced, if any; Node holds a message to it. @throws AppError `body_too_large` */
export function announcedBody(length: string | undefined, max = MAX_BODY_BYTES): number | undefined {
  if (length === undefined) return undefined;
  const bytes = Number(length);
  if (bytes > max) throw tooLarge(max);
  return bytes;
}

async function readChunks(body: ReadableStream<Uint8Array> | null, max: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > max) throw tooLarge(max);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function tooLarge(max = MAX_BODY_BYTES): AppError {
  return new AppError('body_too_large', `more than ${max} bytes`);
}
