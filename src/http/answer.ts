import type { Decision } from '../domain/evaluation.ts';
import { branchesText, followUpText } from '../evaluate/verdict-text.ts';
import { codeMember, quotedCode, quotedCodes, quotedList } from '../process/json-text.ts';

/**
 * The flat answer of POST /v1/decision as JSON: these fields and no others. Reasons withheld from this caller read
 * `not_entitled` already. Put together by hand, for it is written with every decision.
 */
export function decisionText(decision: Decision): string {
  const { branches, services, follow_up } = decision;
  let text = `{"id":"${decision.id}","allow":${decision.allow},"reasons":${quotedCodes(decision.reasons)}`;
  text += `,"basis":${orNull(decision.basis)},"mandates":${quotedList(decision.mandates)}`;
  text += `,"branches":${branchesText(branches)},"branch_verified":${decision.branch_verified}`;
  text += `,"changes_at":${changesAt(decision) ?? 'null'},"loa_required":${orNull(decision.loa_required)}`;
  text += `,"services":${services === null ? 'null' : quotedList(services)}`;
  text += `,"holders_required":${decision.holders_required}`;
  return `${text},"follow_up":${followUpText(follow_up)}${provenance(decision)}}`;
}

/** AuthZEN's shape of the same answer: the fields stand in `context`, and what is null is left out. */
export function authzenText(decision: Decision): string {
  const { branches, services, holders_required, follow_up } = decision;
  let text = `{"decision":${decision.allow},"context":{"id":"${decision.id}","reasons":${quotedCodes(decision.reasons)}`;
  text += `,"mandates":${quotedList(decision.mandates)},"branch_verified":${decision.branch_verified}`;
  text += provenance(decision) + codeMember('basis', decision.basis);
  if (branches !== null) text += `,"branches":${branchesText(branches)}`;
  const time = changesAt(decision);
  if (time !== null) text += `,"changes_at":${time}`;
  text += codeMember('loa_required', decision.loa_required);
  if (services !== null) text += `,"services":${quotedList(services)}`;
  if (holders_required !== null) text += `,"holders_required":${holders_required}`;
  if (follow_up !== null) text += `,"follow_up":${followUpText(follow_up)}`;
  return `${text}}}`;
}

function provenance({ policy_revision, data_revision, data_age_ms }: Decision): string {
  return `,"policy_revision":${quotedCode(policy_revision)},"data_revision":"${data_revision}","data_age_ms":${data_age_ms}`;
}

function orNull(text: string | null): string {
  return text === null ? 'null' : quotedCode(text);
}

/** As JSON. The moment at which a curatele ends would tell what the reason does not. */
function changesAt({ reasons, changes_at }: Decision): string | null {
  const time = changes_at === null || reasons.includes('not_entitled') ? null : toTime(changes_at);
  return time === null ? null : `"${time}"`;
}

/** RFC 3339 in UTC. A moment beyond the year 9999 has no such form and is as good as never. */
export function toTime(ms: number): string | null {
  return ms < 253_402_300_800_000 ? textOf(ms) : null;
}

const MOST_TIMES = 8192;
const times = new Map<number, string>();

/** Mandates end on few days, most at midnight: writing a moment takes as long as the rest of an answer. */
function textOf(ms: number): string {
  const written = times.get(ms);
  if (written !== undefined) return written;
  const text = new Date(ms).toISOString();
  if (times.size === MOST_TIMES) times.clear();
  times.set(ms, text);
  return text;
}
