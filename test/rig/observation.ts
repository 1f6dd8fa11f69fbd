import type { OracleVerdict } from '../oracle/report.ts';

/** What a sidecar answered: of an answer, all that an oracle can tell; of a refusal, its form. */
export type Reply =
  | { kind: 'answer'; verdict: SaidVerdict; revision: string; ageMs: number }
  | { kind: 'refusal'; status: number; code: string | undefined; wellFormed: boolean }
  /** No response: the connection failed, or the asker gave up. */
  | { kind: 'silence'; why: string };

/** As the oracle gives it, with the moment as it is written. */
export type SaidVerdict = Omit<OracleVerdict, 'changes_at'> & { changes_at: string | null };

/** One question to one sidecar, and what came of it. Moments are of the wall clock, in ms. */
export interface Observation {
  sidecar: string;
  incarnation: number;
  /** Where each connection may lead to another process: over which one, if any was made. */
  connection?: number;
  /** Place in the list of questions. */
  question: number;
  minRevision?: string;
  /** Before it was sent, and after the reply was there. */
  sentMs: number;
  receivedMs: number;
  reply: Reply;
}

const PROBLEM = 'application/problem+json';

/** Reads a response of /v1/decision or /access/v1/evaluation. */
export function readReply(status: number, contentType: string, text: string): Reply {
  const body = parsed(text);
  if (status === 200) return readAnswer(body);
  const code = textOf(body.code);
  // Nothing that could be taken for a decision.
  const wellFormed =
    contentType.startsWith(PROBLEM) && body.status === status && !('allow' in body || 'decision' in body);
  return { kind: 'refusal', status, code, wellFormed };
}

/** Reads one item of a batch, or a single answer; an item that could not be decided carries its error. */
export function readAnswer(body: Fields): Reply {
  const context = asFields(body.context);
  const error = asFields(context.error);
  if ('error' in context) {
    const wellFormed = body.decision === false;
    return { kind: 'refusal', status: Number(error.status), code: textOf(error.code), wellFormed };
  }
  const said = 'context' in body ? { allow: body.decision, ...context } : body;
  const { data_revision: revision, data_age_ms: ageMs, allow } = said as Fields;
  if (typeof allow !== 'boolean' || typeof revision !== 'string' || typeof ageMs !== 'number') {
    return { kind: 'refusal', status: 200, code: undefined, wellFormed: false };
  }
  return { kind: 'answer', verdict: toVerdict(said as Fields, allow), revision, ageMs };
}

function toVerdict(said: Fields, allow: boolean): SaidVerdict {
  const { reasons, basis = null, mandates, branches = null, changes_at = null } = said;
  const { loa_required = null, services = null, holders_required = null } = said;
  // Compared with the oracle field by field: whatever is of another type differs.
  return {
    allow,
    reasons,
    basis,
    mandates,
    branches,
    changes_at,
    loa_required,
    services,
    holders_required,
  } as SaidVerdict;
}

export type Fields = Record<string, unknown>;

export function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function parsed(text: string): Fields {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
