import { AppError } from '../../domain/errors.ts';
import type { Header } from '../exchange.ts';

const RANGE = /^\s*([\w*.+-]+)\/([\w*.+-]+)\s*((?:;[^,]*)?)$/;

/**
 * Refuses a caller who does not take what is answered (RFC 9110, 12.5.1).
 * @throws AppError `not_acceptable`
 */
export function requireAccepted(header: Header, type: string): void {
  const accept = header('accept');
  if (accept === undefined || accept.trim() === '') return;
  const best = accept
    .split(',')
    .map((range) => weigh(range, type))
    .sort((a, b) => b.precision - a.precision)[0];
  if (best === undefined || best.precision < 0 || best.weight === 0) {
    throw new AppError('not_acceptable', `answers are ${type}`);
  }
}

/** How exactly a range names this type (-1: not at all), and how much it is wanted. */
function weigh(range: string, type: string): { precision: number; weight: number } {
  const [, main = '', sub = '', parameters = ''] = RANGE.exec(range.toLowerCase()) ?? [];
  const [ownMain, ownSub] = type.split('/');
  const weight = Number(/;\s*q=([0-9.]+)/.exec(parameters)?.[1] ?? 1);
  if (main === ownMain && sub === ownSub) return { precision: 2, weight };
  if (main === ownMain && sub === '*') return { precision: 1, weight };
  return { precision: main === '*' && sub === '*' ? 0 : -1, weight };
}

/**
 * Refuses a body of another type than the operation reads.
 * @throws AppError `unsupported_media_type`
 */
export function requireContentType(header: Header, wanted: readonly string[]): void {
  const [type = '', ...parameters] = (header('content-type') ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((one) => one.startsWith('charset='))?.slice('charset='.length);
  const isUtf8 = charset === undefined || /^"?utf-?8"?$/.test(charset);
  const isPlain = header('content-encoding') === undefined;
  if (wanted.includes(type) && isUtf8 && isPlain) return;
  const faults = [{ at: 'Content-Type', message: `must be ${wanted.join(' or ')}, in UTF-8 and not compressed` }];
  throw new AppError('unsupported_media_type', 'another Content-Type', { faults });
}
