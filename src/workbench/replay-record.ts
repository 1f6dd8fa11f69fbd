import type { Verdict } from '../domain/evaluation.ts';
import type { BundleInput } from '../policy/bundle.ts';
import type { PolicyInput } from '../policy/input.ts';
import { type AuthzenAnswer, readAuthzenAnswer, readVerdict } from '../policy/result.ts';

/** Why a record, or one of several questions in it, is not replayed. */
export const SKIPS = {
  not_full: 'without the policy input: not recorded in mode full',
  refused: 'refused before the policy was asked',
  error: 'not decided then either: an error was answered',
  foreign: 'made by a policy of the other kind (mandates or authzen)',
  search: 'searches',
  explanation: 'explanations, by which nothing was decided',
  redacted: 'with a personal number in free text, which the record blacks out',
  malformed: 'no decision records at all',
} as const;
export type Skip = keyof typeof SKIPS;

/** Where a decision can be found again, without saying whom it is about. */
export interface RecordedAt {
  /** `trace_id/span_id` of the record. */
  record: string;
  /** Id of the decision, as it was answered. */
  decision?: string;
  /** ISO 8601. */
  at: string;
}

/** One decision that can be made again. */
export type Recorded = { service: string; revision: string; where: RecordedAt } & (
  | { kind: 'mandates'; input: PolicyInput; before: Verdict }
  | { kind: 'authzen'; input: object; before: AuthzenAnswer }
);

type Fields = Record<string, unknown>;

/** What one line holds: decisions and skips in the order asked; nothing for what the log says of itself. */
export function readRecord(line: string, kind: BundleInput): (Recorded | Skip)[] {
  const entry = parse(line);
  const name = entry?.event_name;
  if (entry === undefined || typeof name !== 'string') return ['malformed'];
  if (name === 'machtig.explanation') return ['explanation'];
  if (name.startsWith('machtig.')) return [];
  if (name.startsWith('adl.search_')) return ['search'];
  const body = object(entry.body);
  const [request, response] = [object(body?.['adl.core.request']), object(body?.['adl.core.response'])];
  if (body === undefined || request === undefined || response === undefined) return ['malformed'];
  const asked = name === 'adl.access_evaluations' ? array(request.evaluations) : [request];
  const answered = name === 'adl.access_evaluations' ? array(response.evaluations) : [response];
  if (asked === undefined || answered === undefined || asked.length !== answered.length) return ['malformed'];
  const head = { where: whereOf(entry), revision: text(object(body['adl.core.policies'])?.revision) ?? '' };
  const inputs = array(object(body['adl.core.information'])?.inputs);
  const blacked = line.includes('[redacted]');
  const read = kind === 'authzen' ? authzenReader(head, blacked) : mandatesReader(head, blacked, inputs);
  return asked.map((one, index) => read(object(one) ?? {}, object(answered[index]) ?? {}));
}

type Head = Pick<Recorded, 'where' | 'revision'>;
type Read = (request: Fields, response: Fields) => Recorded | Skip;

/** Inputs stand in the record in the order asked, one for each question that the policy decided. */
function mandatesReader(head: Head, blacked: boolean, inputs: readonly unknown[] | undefined): Read {
  let next = 0;
  return (request, response) => {
    if ('subject' in request || 'decision' in response) return 'foreign';
    if ('error' in response) return 'error';
    if ('refused' in request) return 'refused';
    if (inputs === undefined) return 'not_full';
    const input = object(inputs[next++]);
    const { id, ...answer } = response;
    const before = readVerdict(answer);
    if (input === undefined || typeof before === 'string') return 'malformed';
    if (blacked && JSON.stringify(input).includes('[redacted]')) return 'redacted';
    // Written by a sidecar from a PolicyInput; what a policy makes of a damaged one is compared, and believed by nobody.
    const facts = input as unknown as PolicyInput;
    const where = { ...head.where, ...(typeof id === 'string' && { decision: id }) };
    return { ...head, where, kind: 'mandates', service: serviceOf(facts), input: facts, before };
  };
}

/** A request that holds its subject's id is whole: other modes leave it out. */
function authzenReader(head: Head, blacked: boolean): Read {
  return (request, response) => {
    if ('error' in response) return 'error';
    if (!('decision' in response)) return 'foreign';
    if (object(request.subject)?.id === undefined) return 'not_full';
    const before = readAuthzenAnswer(response);
    if (typeof before === 'string') return 'malformed';
    if (blacked && JSON.stringify(request).includes('[redacted]')) return 'redacted';
    const service = text(object(request.action)?.name) ?? '';
    return { ...head, kind: 'authzen', service, input: request, before };
  };
}

/** The ServiceID that was found; what was asked by another name, or was not there, has none. */
function serviceOf({ portal, services }: PolicyInput): string {
  return portal?.service_id ?? services?.[0]?.service?.service_id ?? '';
}

function whereOf({ trace_id, span_id, timestamp }: Fields): RecordedAt {
  const at = typeof timestamp === 'number' && Number.isFinite(timestamp) ? new Date(timestamp).toISOString() : '';
  return { record: `${text(trace_id) ?? ''}/${text(span_id) ?? ''}`, at };
}

function parse(line: string): Fields | undefined {
  try {
    return object(JSON.parse(line));
  } catch {
    return undefined; // what is no JSON is no record: it is counted as malformed
  }
}

function object(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function array(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
