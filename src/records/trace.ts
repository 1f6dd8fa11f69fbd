import { randomHex } from '../process/random-ids.ts';
import type { Entry } from './entry.ts';

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;

/** A span of our own within the caller's trace (W3C Trace Context), or of a new trace when it names none we can read. */
export function makeSpan(traceparent: string | undefined): Pick<Entry, 'trace_id' | 'span_id' | 'parent_span_id'> {
  const [, trace_id, parent_span_id] = (traceparent !== undefined && TRACEPARENT.exec(traceparent)) || [];
  const span_id = randomHex(8);
  if (trace_id === undefined || parent_span_id === undefined) return { trace_id: randomHex(16), span_id };
  return { trace_id, span_id, parent_span_id };
}
