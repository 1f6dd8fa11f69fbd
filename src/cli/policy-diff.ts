import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../domain/errors.ts';
import { type Bundle, readBundle } from '../policy/bundle.ts';
import { startProgress } from '../process/progress.ts';
import { type DiffCase, diffCases, diffGenerated } from '../workbench/diff.ts';
import { readFolder } from '../workbench/folder.ts';
import { impactJson, impactText } from '../workbench/impact-report.ts';
import { countChanged, type Tally } from '../workbench/impact-tally.ts';
import { readyCases } from '../workbench/ready-cases.ts';
import type { DiffWish } from '../workbench/wishes.ts';
import { EXIT, type Terminal } from './terminal.ts';

const MAX_EXAMPLES = 3;
/** Large enough for every kind of mandate in every state. */
const MANDATES = 20_000;
/** Around which validity is laid: the same questions whenever they are asked. */
const YEAR = 2026;

/**
 * `machtig policy diff`: which answers differ between two bundles. Resolves to the exit code: 0 none, 1 some.
 * @throws AppError `invalid_request` when they cannot be compared
 */
export async function runPolicyDiff(terminal: Terminal, old: string, next: string, wish: DiffWish): Promise<number> {
  const [before, after] = [await readBundle(old), await readBundle(next)];
  if (before.input !== after.input) {
    throw new AppError(
      'invalid_request',
      `${old} reads ${before.input} and ${next} ${after.input}: they cannot be compared`,
    );
  }
  if (!Number.isSafeInteger(wish.questions) || !Number.isSafeInteger(wish.seed) || wish.questions < 0) {
    throw new AppError('invalid_request', '--questions and --seed take whole numbers');
  }
  const options = { before, after, maxExamples: MAX_EXAMPLES };
  const found: Found = { before, after, seed: wish.seed, cases: diffCases(await casesOf(before, after), options) };
  if (before.input === 'mandates') found.generated = await overRegister(terminal, options, wish);
  const tallies = [found.cases, ...(found.generated ? [found.generated] : [])];
  if (tallies.every(({ compared }) => compared === 0)) {
    throw new AppError(
      'invalid_request',
      'neither bundle carries a case, and no folder `policies` is here: there is nothing to compare',
    );
  }
  terminal.out.write(wish.json ? `${JSON.stringify(toJson(found), null, 2)}\n` : toText(found));
  return tallies.some((tally) => countChanged(tally) > 0) ? EXIT.failed : EXIT.ok;
}

interface Found {
  before: Bundle;
  after: Bundle;
  seed: number;
  cases: Tally<string>;
  /** Only of bundles that read mandates. */
  generated?: Tally<string>;
}

function toJson({ before, after, seed, cases, generated }: Found) {
  const rules = { ...before.rules, ...after.rules };
  return {
    before: before.revision,
    after: after.revision,
    cases: impactJson(cases, rules),
    ...(generated && { generated: { seed, ...impactJson(generated, rules) } }),
  };
}

function toText({ before, after, seed, cases, generated }: Found): string {
  const rules = { ...before.rules, ...after.rules };
  const section = (title: string, tally: Tally<string>) =>
    `\n${title}\n${impactText(tally, rules, (example) => example)}\n`;
  const over = generated ? section(`A generated register, seed ${seed}`, generated) : '';
  return `From ${before.revision} to ${after.revision}\n${section('Conformance cases', cases)}${over}`;
}

async function overRegister(
  { err }: Terminal,
  options: { before: Bundle; after: Bundle; maxExamples: number },
  { questions, seed }: DiffWish,
): Promise<Tally<string>> {
  const progress = startProgress({ label: 'diff', unit: 'questions', total: questions, screen: err });
  const generated = { mandates: MANDATES, year: YEAR, seed, questions };
  const tally = await diffGenerated({ ...options, ...generated, onAsked: progress.reach });
  progress.end();
  return tally;
}

/** What both bundles carry, and what lies here in a folder of rules of their kind. */
async function casesOf(before: Bundle, after: Bundle): Promise<DiffCase[]> {
  const folder = existsSync(join('policies', 'policy.yaml')) ? readFolder('policies') : undefined;
  const here = folder && folder.input === before.input ? await readyCases(folder) : [];
  const isDecision = ({ entrypoint = before.entrypoint }) => entrypoint === before.entrypoint;
  return [...before.selfTest, ...after.selfTest, ...here].filter(isDecision);
}
