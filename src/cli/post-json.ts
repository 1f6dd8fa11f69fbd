import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { json } from 'node:stream/consumers';
import { AppError, toError } from '../domain/errors.ts';

/** Where a sidecar listens: its decision port, or its Unix socket. */
export type Target = { url: string } | { socket: string };

const TIMEOUT_MS = 30_000;

/**
 * Posts JSON, and reads the answer whatever its status.
 * @throws AppError `store_unavailable` when nobody answers with JSON
 */
export function post(
  target: Target,
  path: string,
  body: object,
  token: string | undefined,
): Promise<{ status: number; answer: unknown }> {
  const sent = JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(sent),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const where = 'url' in target ? target.url : target.socket;
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown) => {
      const cause = toError(thrown);
      reject(new AppError('store_unavailable', `no sidecar answers on ${where}: ${cause.message}`, { cause }));
    };
    const options = { method: 'POST', headers, timeout: TIMEOUT_MS };
    const sending =
      'url' in target
        ? (target.url.startsWith('https:') ? requestHttps : requestHttp)(new URL(path, target.url), options)
        : requestHttp({ ...options, path, socketPath: target.socket, host: 'localhost' });
    sending.once('response', (response) => {
      json(response).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), fail);
    });
    sending.once('timeout', () => sending.destroy(new Error(`nothing heard for ${TIMEOUT_MS / 1000} s`)));
    sending.once('error', fail);
    sending.end(sent);
  });
}
