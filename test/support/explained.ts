import { join } from 'node:path';
import type { Verdict } from '../../src/domain/evaluation.ts';
import type { Explained, RuleVerdict } from '../../src/domain/explanation.ts';
import { type Explain, type ExplainDeps, makeExplain } from '../../src/evaluate/explain.ts';
import type { Lookups } from '../../src/mandates/lookups.ts';
import { readBundle } from '../../src/policy/bundle.ts';
import { type Engine, makeEngine } from '../../src/policy/engine.ts';
import { EXPLAIN_ENTRYPOINT, readExplained } from '../../src/policy/explain-result.ts';
import { readVerdict } from '../../src/policy/result.ts';
import { testAlias } from '../../src/workbench/cases/register-writes.ts';
import { fixed, kept } from './decide-world.ts';

const bundle = join(import.meta.dirname, '../../bundles/mandates.tar.gz');

/** The committed policy, ready to say why. */
export async function committedExplain(): Promise<Engine<Explained>> {
  return makeEngine(await readBundle(bundle), readExplained, { entrypoint: EXPLAIN_ENTRYPOINT });
}

/** The committed policy, ready to decide and to say why. */
export async function committedBoth(): Promise<Pick<ExplainDeps, 'policy' | 'explain' | 'notes'>> {
  const read = await readBundle(bundle);
  return {
    policy: makeEngine(read, readVerdict),
    explain: makeEngine(read, readExplained, { entrypoint: EXPLAIN_ENTRYPOINT }),
    notes: () => read.rules,
  };
}

/** The use case over these lookups, by this clock; what it logs is kept. */
export function explainer(
  policy: Pick<ExplainDeps, 'policy' | 'explain' | 'notes'>,
  lookups: Lookups,
  now: () => number,
  freshness = fixed(),
): { explain: Explain; lines: object[] } {
  const lines: object[] = [];
  const log = { info: (fields: object, message: string) => lines.push({ ...fields, message }) };
  return {
    explain: makeExplain({ ...policy, lookups, freshness, alias: testAlias, records: kept(), now, log }),
    lines,
  };
}

/** Where an explanation and a decision of the same input contradict each other, or the explanation itself. */
export function contradictions(explained: Explained, { allow, reasons, mandates, basis }: Verdict): string[] {
  const { question, paths } = explained;
  const sound = question.every(({ holds }) => holds);
  const holding = paths.filter((path) => path.holds);
  const ofQuestion = reasonsOf(question);
  const nearest = paths.map((path) => union(ofQuestion, path.reasons));
  const reported = holding.some((path) => path.basis === basis && same(path.mandates, mandates));
  const checks: [fault: string, found: boolean][] = [
    ['another answer', explained.allow !== allow],
    ['other reasons', !same(explained.reasons, reasons)],
    ['allowed, and no path holds', allow !== (sound && holding.length > 0)],
    ['the path of the allow does not hold', allow && basis !== 'portal' && !reported],
    [
      'the reasons of no path',
      !allow && !(paths.length === 0 ? [ofQuestion] : nearest).some((one) => same(one, reasons)),
    ],
    ['a path with other reasons than its rules', paths.some((path) => !same(path.reasons, reasonsOf(path.rules)))],
    ['a rule that fails without a reason', [question, ...paths.map(({ rules }) => rules)].flat().some(isMute)],
  ];
  return checks.flatMap(([fault, found]) => (found ? [fault] : []));
}

const isMute = ({ holds, reasons }: RuleVerdict) => holds !== (reasons.length === 0);
const reasonsOf = (rules: readonly RuleVerdict[]) => union(...rules.map(({ reasons }) => reasons));
const union = (...lists: readonly string[][]) => [...new Set(lists.flat())].sort();
const same = (a: readonly string[], b: readonly string[]) => a.join() === b.join();
