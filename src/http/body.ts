import { AppError } from '../domain/errors.ts';
import { parseJson } from './json.ts';

const MAX_BODY_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * Reads a JSON body: one parse, at most 64 KiB, whether or not the length is announced.
 * @throws AppError `invalid_request` (also for another Content-Type, as AuthZEN asks) | `body_too_large`
 */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type');
  if (type !== 'application/json' && !(type !== null && JSON_TYPE.test(type))) {
    const faults = [{ at: 'Content-Type', message: 'must be application/json' }];
    throw new AppError('invalid_request', 'another Content-Type', { faults });
  }
  return parseJson(await readBytes(request));
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const announced = request.headers.get('content-length');
  if (announced === null) return readChunks(request.body);
  if (Number(announced) > MAX_BODY_BYTES) throw tooLarge();
  const bytes = new Uint8Array(await request.arrayBuffer());
  // Node holds a message to its announced length; this holds for whoever calls the app without node:http.
  if (bytes.length > MAX_BODY_BYTES) throw tooLarge();
  return bytes;
}

async function readChunks(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): AppError {
  return new AppError('body_too_large', `more than ${MAX_BODY_BYTES} bytes`);
}
