import { isIP } from 'node:net';
import { z } from 'zod';
import { makeSecret } from './config-secret.ts';

/** What the documentation and the error messages say of a variable. */
export interface VariableNotes {
  says: string;
  /** Completes the sentence "must be …". */
  allowed: string;
  /** May also come from a file: `<NAME>_FILE`. Never printed. */
  secret?: true;
  /** How the default is written, where the parsed value would not read well. */
  defaultText?: string;
}

export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
export const decimal = (max: number) =>
  z
    .string()
    .regex(/^[0-9]{1,3}(\.[0-9]{1,6})?$/)
    .transform(Number)
    .pipe(z.number().positive().max(max));
export const text = z.string().min(1).max(4096);
export const list = text
  .transform((value) => value.split(',').map((part) => part.trim().toLowerCase()))
  .pipe(z.array(z.string().regex(/^[a-z0-9.:[\]_-]+$/)));
export const secretText = (form: RegExp) => z.string().regex(form).transform(makeSecret);
export const secretBytes = (min: number, max: number) =>
  z
    .base64()
    .transform((value) => Buffer.from(value, 'base64'))
    .refine((bytes) => bytes.length >= min && bytes.length <= max)
    .transform(makeSecret);

export function notes(
  says: string,
  allowed: string,
  more: Pick<VariableNotes, 'secret' | 'defaultText'> = {},
): VariableNotes & Record<string, unknown> {
  return { says, allowed, ...more };
}

/** Names and addresses that never leave this machine. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host === '[::1]') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
