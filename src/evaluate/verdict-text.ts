import type { Verdict } from '../domain/evaluation.ts';
import { quoted, quotedList } from '../process/json-text.ts';

// Parts of a verdict as JSON, as they stand in its answer and in its record alike.

export function branchesText(branches: Verdict['branches']): string {
  if (branches === null) return 'null';
  return branches === 'all' ? '"all"' : quotedList(branches);
}

export function followUpText(followUp: Verdict['follow_up']): string {
  if (followUp === null) return 'null';
  return `{"to":${quoted(followUp.to)},"delegate_may_read":${followUp.delegate_may_read}}`;
}
