import type { z } from 'zod';
import type { explainAnswer } from '../http/explain-schemas.ts';

export type ExplainAnswer = z.output<typeof explainAnswer>;
type Path = ExplainAnswer['paths'][number];
type Verdict = Path['rules'][number];

/** An explanation as a tree; `all`: the rules that hold are listed too. */
export function explanationLines(answer: ExplainAnswer, all: boolean): string[] {
  const { question, paths, nearest, rules, policy_revision, data_revision, data_age_ms } = answer;
  return [
    headline(answer),
    `  policy ${policy_revision}, data ${data_revision}, at most ${data_age_ms} ms old`,
    '',
    `${mark(question.every(({ holds }) => holds))} The question`,
    ...verdictLines(question, rules, all),
    ...paths.flatMap((path, index) => ['', ...pathLines(path, index, rules, all)]),
    '',
    nearest.length === 0 ? 'Nothing that was tried alone gives the other answer.' : 'What would turn the answer:',
    ...nearest.map(({ says }) => `  • ${says}`),
  ];
}

const mark = (holds: boolean) => (holds ? '✓' : '✗');

function headline({ allow, would_allow, at, verdict }: ExplainAnswer): string {
  const yes = allow ?? would_allow ?? false;
  const answer = would_allow === undefined ? (yes ? 'Allowed' : 'Denied') : `Would be ${yes ? 'allowed' : 'denied'}`;
  const why = yes ? `on the basis of ${verdict.basis}` : verdict.reasons.join(', ');
  return `${mark(yes)} ${answer} at ${at}: ${why}`;
}

function pathLines(path: Path, index: number, rules: ExplainAnswer['rules'], all: boolean): string[] {
  const { basis, mandates, intermediary, service_id, holds } = path;
  const title = basis === 'none' ? 'No path' : `Path ${index + 1}: ${basis}`;
  return [
    `${mark(holds)} ${title}`,
    `    service ${service_id}`,
    ...(intermediary === undefined ? [] : [`    through ${intermediary}`]),
    ...mandates.map((id) => `    mandate ${id}`),
    ...verdictLines(path.rules, rules, all),
  ];
}

function verdictLines(verdicts: readonly Verdict[], rules: ExplainAnswer['rules'], all: boolean): string[] {
  const shown = verdicts.filter(({ holds }) => all || !holds);
  const rest = verdicts.length - shown.length;
  return [
    ...shown.flatMap((verdict) => verdictLine(verdict, rules[verdict.rule])),
    ...(rest === 0 ? [] : [`  ✓ ${rest} ${rest === 1 ? 'rule holds' : 'rules hold'}`]),
  ];
}

/** A rule in words; one that fails with what its reasons mean, its requirements and its source. */
function verdictLine(
  { rule, holds, reasons, mandate }: Verdict,
  note: ExplainAnswer['rules'][string] | undefined,
): string[] {
  const of = mandate === undefined ? '' : `  [${mandate}]`;
  const line = `  ${mark(holds)} ${note?.title ?? rule}${of}`;
  if (holds) return [line];
  const sources = [rule, ...(note?.requirements ?? [])].join(', ');
  return [
    line,
    ...reasons.map((reason) => `      ${reason}${meaning(note, reason)}`),
    `      ${sources}`,
    ...(note?.links ?? []).map(({ ref }) => `      ${ref}`),
  ];
}

function meaning(note: ExplainAnswer['rules'][string] | undefined, reason: string): string {
  const text = note?.reasons[reason];
  return text === undefined ? '' : `: ${text}`;
}
