import type { Explained, RuleVerdict } from '../domain/explanation.ts';
import type { Bundle } from '../policy/bundle.ts';
import { makeEngine } from '../policy/engine.ts';
import { makeRawInstance } from '../policy/raw-instance.ts';

/** The rules (`package.rule`) behind reason codes, for one input. */
export type Blame = (input: object, reasons: readonly string[]) => string[];

const EXPLAIN = 'authz/explain';

/**
 * By what the bundle itself explains of the input; where it cannot, or says nothing of a reason because it no longer
 * gives it, by the reasons that its rules are documented to give.
 */
export function makeBlame(bundle: Bundle): Blame {
  const documented = byNotes(bundle);
  if (bundle.input !== 'mandates' || !bundle.others.includes(EXPLAIN)) return (_input, reasons) => documented(reasons);
  const engine = makeEngine(bundle, readExplained, { makeInstance: makeRawInstance, entrypoint: EXPLAIN });
  return (input, reasons) => {
    const failing = attempt(() => engine.decide(input)) ?? [];
    const spoken = failing.filter((rule) => rule.reasons.some((reason) => reasons.includes(reason)));
    const silent = reasons.filter((reason) => !spoken.some((rule) => rule.reasons.includes(reason)));
    return [...new Set([...spoken.map(({ rule }) => rule), ...documented(silent)])].sort();
  };
}

function byNotes({ rules }: Bundle): (reasons: readonly string[]) => string[] {
  const notes = Object.entries(rules);
  return (reasons) =>
    notes.flatMap(([rule, note]) => (reasons.some((reason) => Object.hasOwn(note.reasons, reason)) ? [rule] : []));
}

/** The rules that do not hold: that is all that is read of an explanation here. */
function readExplained(value: unknown): RuleVerdict[] | string {
  const { question, paths } = Object(value) as Partial<Explained>;
  if (!Array.isArray(question) || !Array.isArray(paths)) return 'the explanation is none';
  return [...question, ...paths.flatMap(({ rules }) => rules)].filter(({ holds }) => !holds);
}

/** A change is reported without its rule rather than not at all. */
function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
