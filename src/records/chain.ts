import { hash } from 'node:crypto';
import { quoted } from '../process/json-text.ts';
import { withoutPersonal } from '../process/log.ts';
import type { Entry } from './entry.ts';

/** Where a chain of records stands: how many there are, and the digest of the last one. */
export interface ChainPosition {
  seq: number;
  digest: string;
}

/** Before the first record. */
export const CHAIN_START: ChainPosition = { seq: 0, digest: '0'.repeat(64) };

/** What the log itself has to say, in the same chain: it was opened, or a torn line was set aside. */
export interface Note {
  event_name: 'machtig.records_opened' | 'machtig.torn_line_set_aside';
  timestamp: number;
  attributes: Record<string, string | number>;
}

/** Which program wrote a record. */
export interface Resource {
  'service.name': string;
  'service.version': string;
  'service.instance.id': string;
}

export const CHAIN_KEYS = { seq: 'machtig.seq', previous: 'machtig.previous' } as const;

/**
 * One line, without its line feed, to stand behind `before`. What we name ourselves (hex digits, codes, numbers) is
 * put together by hand and `resource` written once: half of what JSON.stringify takes for the whole.
 * @param resource as JSON
 */
export function lineOf(entry: Entry | Note, resource: string, before: ChainPosition): string {
  const seq = before.seq + 1;
  const { event_name, timestamp } = entry;
  const attributes = `{${attributesOf(entry)}"${CHAIN_KEYS.seq}":${seq},"${CHAIN_KEYS.previous}":"${before.digest}"}`;
  const what = `"event_name":"${event_name}","timestamp":${timestamp}`;
  const text =
    'body' in entry
      ? `{${spanOf(entry)},${what},"status":"${entry.status}","attributes":${attributes},"body":${bodyOf(entry)}`
      : `{${what},"attributes":${attributes}`;
  // Free text of a caller (an operation, a case) may hold what does not belong there.
  return withoutPersonal(`${text},"resource":${resource}}`);
}

/** Each with a comma behind it. */
function attributesOf({ attributes }: Entry | Note): string {
  let text = '';
  for (const name in attributes) {
    const value = attributes[name] ?? '';
    text += `"${name}":${typeof value === 'string' ? quoted(value) : value},`;
  }
  return text;
}

function bodyOf({ body }: Entry): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Hex digits only: `makeSpan` lets nothing else through. */
function spanOf({ trace_id, span_id, parent_span_id }: Entry): string {
  const span = `"trace_id":"${trace_id}","span_id":"${span_id}"`;
  return parent_span_id === undefined ? span : `${span},"parent_span_id":"${parent_span_id}"`;
}

/** @param line as text or as its bytes in UTF-8 */
export function digestOf(line: string | Uint8Array): string {
  return hash('sha256', line);
}

/** Sequence number and previous digest that a line claims; undefined when it is no record. */
export function readLink(line: string): { seq: number; previous: string } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined; // what is no JSON is no record: the caller says so, with its place
  }
  const attributes: unknown = typeof parsed === 'object' && parsed && 'attributes' in parsed ? parsed.attributes : null;
  if (typeof attributes !== 'object' || attributes === null) return undefined;
  const { [CHAIN_KEYS.seq]: seq, [CHAIN_KEYS.previous]: previous } = attributes as Record<string, unknown>;
  return Number.isSafeInteger(seq) && typeof previous === 'string' ? { seq: seq as number, previous } : undefined;
}
